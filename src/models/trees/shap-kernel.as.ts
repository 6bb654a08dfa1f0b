// asc: --noAssert --importMemory
// One row's contributions by one tree: the same, bit for bit, as tests/models/trees/plain-shap.ts, where the rules are
// explained; two points of the quadrature at once. The host (shap-kernel.ts) lays out the memory.

/**
 * Bytes of a node: its parent, the edge above that asks the same column, its left child (−1 in a leaf), its column with
 * two marks (32 bits each), its share of training rows, and its threshold or its leaf's value (64 bits each).
 */
const NODE: usize = 32;
/** Marks beside the column: the node asks for categories; missing values go left. */
const LEVELS: u32 = 1 << 31;
const MISSING_LEFT: u32 = 1 << 30;
const COLUMN: u32 = MISSING_LEFT - 1;

let met: usize = 0;
let inverse: usize = 0;
let product: usize = 0;
let below: usize = 0;
/** The row's values. */
let row: usize = 0;
/** Per node that asks for categories, whether the row goes left. */
let goes: usize = 0;
/** Per column, the sum of contributions. */
let out: usize = 0;

export function setup(
  met_: usize,
  inverse_: usize,
  product_: usize,
  below_: usize,
  row_: usize,
  goes_: usize,
  out_: usize,
): void {
  met = met_;
  inverse = inverse_;
  product = product_;
  below = below_;
  row = row_;
  goes = goes_;
  out = out_;
}

/** `bytes` of points lie at `points`, as many of weights behind them: a whole number of pairs. */
export function explain(nodes: usize, count: i32, points: usize, bytes: usize, scale: f64): void {
  const weights = points + bytes;
  const one = f64x2.splat(1);
  for (let k: usize = 0; k < bytes; k += 16) v128.store(product + k, one);
  memory.fill(below, 0, <usize>count * bytes);
  for (let n = 0; n < count; n++) {
    const node = nodes + <usize>n * NODE;
    const left = load<i32>(node, 8);
    const from = <usize>n * bytes;
    if (left < 0) {
      const value = f64x2.splat(load<f64>(node, 24) * scale);
      for (let k: usize = 0; k < bytes; k += 16) {
        const weighted = f64x2.mul(value, v128.load(weights + k));
        v128.store(below + from + k, f64x2.mul(weighted, v128.load(product + from + k)));
      }
      continue;
    }
    const asked = load<u32>(node, 12);
    let goesLeft: bool;
    if (asked & LEVELS) goesLeft = load<u8>(goes + <usize>n) != 0;
    else {
      const value = load<f64>(row + (<usize>(asked & COLUMN) << 3));
      goesLeft = value != value ? (asked & MISSING_LEFT) != 0 : value <= load<f64>(node, 24);
    }
    enter(nodes, left, goesLeft, from, points, bytes);
    enter(nodes, left + 1, !goesLeft, from, points, bytes);
  }
  for (let n = count - 1; n > 0; n--) {
    const node = nodes + <usize>n * NODE;
    const parent = load<i32>(node);
    const at = <usize>n * bytes;
    const up = below + <usize>parent * bytes;
    const above = load<i32>(node, 4);
    const own = f64x2.splat(<f64>load<u8>(met + <usize>n) - load<f64>(node, 16));
    let sum = f64x2.splat(0);
    if (above < 0) {
      for (let k: usize = 0; k < bytes; k += 16) {
        const value = v128.load(below + at + k);
        v128.store(up + k, f64x2.add(v128.load(up + k), value));
        sum = f64x2.add(sum, f64x2.mul(value, f64x2.mul(own, v128.load(inverse + at + k))));
      }
    } else {
      const share = load<f64>(nodes + <usize>above * NODE, 16);
      const before = f64x2.splat(<f64>load<u8>(met + <usize>above) - share);
      const other = inverse + <usize>above * bytes;
      for (let k: usize = 0; k < bytes; k += 16) {
        const value = v128.load(below + at + k);
        v128.store(up + k, f64x2.add(v128.load(up + k), value));
        const change = f64x2.sub(
          f64x2.mul(own, v128.load(inverse + at + k)),
          f64x2.mul(before, v128.load(other + k)),
        );
        sum = f64x2.add(sum, f64x2.mul(value, change));
      }
    }
    const to = out + (<usize>(load<u32>(nodes + <usize>parent * NODE, 12) & COLUMN) << 3);
    store<f64>(to, load<f64>(to) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}

/** The factor of the edge to `child`, its inverse, and the product down to it. */
@inline
function enter(nodes: usize, child: i32, way: bool, from: usize, points: usize, bytes: usize): void {
  const node = nodes + <usize>child * NODE;
  const above = load<i32>(node, 4);
  const isMet = way && (above < 0 || load<u8>(met + <usize>above) != 0);
  store<u8>(met + <usize>child, isMet ? 1 : 0);
  const share = load<f64>(node, 16);
  const at = <usize>child * bytes;
  if (share == 0 && !isMet) {
    const none = f64x2.splat(0);
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(inverse + at + k, none);
      v128.store(product + at + k, none);
    }
    return;
  }
  const z = f64x2.splat(share);
  const slope = f64x2.splat(isMet ? 1 - share : -share);
  const one = f64x2.splat(1);
  for (let k: usize = 0; k < bytes; k += 16) {
    const own = f64x2.add(z, f64x2.mul(slope, v128.load(points + k)));
    v128.store(inverse + at + k, f64x2.div(one, own));
    let down = f64x2.mul(v128.load(product + from + k), own);
    if (above >= 0) down = f64x2.mul(down, v128.load(inverse + <usize>above * bytes + k));
    v128.store(product + at + k, down);
  }
}
