// asc: --noAssert --importMemory
// Sums the leaves that rows reach: the same sums, bit for bit, as addLeaves in trees.ts. The host (predict-kernel.ts)
// lays out the memory.
//
// A value becomes a code, the number of thresholds of its column below it; codes are kept as signed 16 bits, less
// 32,768, because SIMD compares those. Codes of eight rows lie side by side.
//
// A small tree is asked without branches, of 64 rows at a time, if codes fit into a byte: from the leaves up, each node
// takes the number of the leaf that its right or its left side has led to. So is the upper part of a large one, of sixteen
// rows at a time (QuickScorer: Lucchese et al., 2015): each row starts with all exits of the upper part, each node that
// sends it right takes the exits on its left away, and the first one left is the row's. Below the upper part rows walk:
// eight at once, or for one row four trees, because one way down is all waiting.
//
// A node to walk by is 8 bytes: the code of its threshold (16 bits), 16 × its column (16), and 8 × its left child
// (32); the right one comes next. A leaf is its own left child and asks a column that is always below any code; the
// first 16 bits say which of the tree's values it has. A node of an upper part is 8 bytes too: code, 16 × column, and the
// exits on its left, 16 and 16; one of a small tree: code, 64 × its column, and where the results of its left and right
// sides are.

/** Bytes of a column's record. */
const COLUMN: usize = 48;
/** Up to so many thresholds are counted one after the other, of eight rows at a time. */
const FEW: i32 = 4;
/**
 * Bytes of a tree's record: where its nodes, its values, its upper part's nodes and its upper part's exits begin, how many nodes
 * the upper part has, how many levels most rows go down below it, −1 if it is a small tree.
 */
const TREE: usize = 24;
/** Levels that rows still on their way go down at a time. */
const MORE: i32 = 3;
/** Codes are less by that. */
const BIAS: i32 = 32768;

let columns: usize = 0;
let columnCount: i32 = 0;
let trees: usize = 0;
let treeCount: i32 = 0;
let nodes: usize = 0;
let values: usize = 0;
let uppers: usize = 0;
let ways: usize = 0;
let staging: usize = 0;
let codes: usize = 0;
let out: usize = 0;
let sets: usize = 0;
let state: usize = 0;
let list: usize = 0;
let bytes: usize = 0;
let slots: usize = 0;
let wide: bool = false;
/** Bytes of the codes of eight rows: those of the columns asked, and one column of zeros that leaves ask. */
let stride: usize = 0;

export function setup(
  columns_: usize,
  columnCount_: i32,
  trees_: usize,
  treeCount_: i32,
  nodes_: usize,
  values_: usize,
  uppers_: usize,
  ways_: usize,
  staging_: usize,
  codes_: usize,
  out_: usize,
  sets_: usize,
  state_: usize,
  list_: usize,
  bytes_: usize,
  slots_: usize,
  wide_: bool,
): void {
  columns = columns_;
  columnCount = columnCount_;
  trees = trees_;
  treeCount = treeCount_;
  nodes = nodes_;
  values = values_;
  uppers = uppers_;
  ways = ways_;
  staging = staging_;
  codes = codes_;
  out = out_;
  sets = sets_;
  state = state_;
  list = list_;
  bytes = bytes_;
  slots = slots_;
  wide = wide_;
  stride = <usize>(columnCount + 1) << 4;
}

/**
 * Codes of the first `count` staged rows, and any for the rows that fill up the last eight. A column's record: where its
 * staged values are, its thresholds (or the slots of its levels), how many, 1 if categorical, the code of a missing value,
 * its search's size (a power of two above the count) or its grid's last cell, where the grid is
 * (0: none), how many thresholds a cell holds at most, cells to a unit, and what to add to a value times that.
 */
export function encode(count: i32): void {
  for (let k = 0; k < columnCount; k++) {
    const column = columns + <usize>k * COLUMN;
    const from = staging + <usize>load<u32>(column);
    const to = codes + (<usize>k << 4);
    if (load<i32>(column, 12) != 0) encodeLevels(column, from, to, count);
    else if (load<i32>(column, 8) <= FEW) encodeFew(column, from, to, count);
    else if (load<u32>(column, 24) != 0) encodeByGrid(column, from, to, count);
    else encodeBySearch(column, from, to, count);
  }
}

function encodeLevels(column: usize, from: usize, to: usize, count: i32): void {
  const table = <usize>load<u32>(column, 4);
  const size = load<i32>(column, 8);
  const missing = load<i32>(column, 16);
  for (let i = 0; i < count; i++) {
    const value = load<f64>(from + (<usize>i << 3));
    const known = value >= 0 && value < <f64>size && value == Math.floor(value);
    const code = known ? <i32>load<u16>(table + (<usize>(<i32>value) << 1)) : missing;
    store<i16>(to + <usize>(i >> 3) * stride + (<usize>(i & 7) << 1), <i16>(code - BIAS));
  }
}

/** Eight lanes of 16 bits from those of 64, all ones or zeros. */
@inline
function narrow(a: v128, b: v128, c: v128, d: v128): v128 {
  return i16x8.narrow_i32x4_s(v128.shuffle<i32>(a, b, 0, 2, 4, 6), v128.shuffle<i32>(c, d, 0, 2, 4, 6));
}

function encodeFew(column: usize, from: usize, to: usize, count: i32): void {
  const table = <usize>load<u32>(column, 4);
  const size = load<i32>(column, 8);
  const missing = i16x8.splat(<i16>(load<i32>(column, 16) - BIAS));
  for (let i = 0; i < count; i += 8, from += 64, to += stride) {
    const p = v128.load(from);
    const q = v128.load(from, 16);
    const r = v128.load(from, 32);
    const s = v128.load(from, 48);
    let code = i16x8.splat(<i16>-BIAS);
    for (let n = 0; n < size; n++) {
      const threshold = v128.load_splat<u64>(table + (<usize>n << 3));
      code = i16x8.sub(
        code,
        narrow(f64x2.gt(p, threshold), f64x2.gt(q, threshold), f64x2.gt(r, threshold), f64x2.gt(s, threshold)),
      );
    }
    const lost = narrow(f64x2.ne(p, p), f64x2.ne(q, q), f64x2.ne(r, r), f64x2.ne(s, s));
    v128.store(to, v128.bitselect(missing, code, lost));
  }
}

/**
 * A grid of equal cells knows of each cell how many thresholds lie in the cells before. A threshold in an earlier cell is
 * below, one in a later cell is not, whatever rounding does to where cells begin: larger values never come into
 * smaller cells. Those of the same cell are asked.
 */
function encodeByGrid(column: usize, from: usize, to: usize, count: i32): void {
  const table = <usize>load<u32>(column, 4);
  const missing = load<i32>(column, 16);
  const grid = <usize>load<u32>(column, 24);
  const most = load<i32>(column, 28);
  const scale = f64x2.splat(load<f64>(column, 32));
  const shift = f64x2.splat(load<f64>(column, 40));
  // At 1.5 × 2⁵² the last bits of a sum are its nearest whole number.
  const first = f64x2.splat(6755399441055744);
  const last = f64x2.splat(6755399441055744 + <f64>load<i32>(column, 20));
  for (let i = 0; i < count; i += 8, from += 64, to += stride) {
    for (let half: usize = 0; half < 64; half += 16) {
      const value = v128.load(from + half);
      // The smaller of the last and a NaN is the last: the cell of a missing value is any.
      const cell = f64x2.pmax(first, f64x2.pmin(last, f64x2.add(f64x2.mul(value, scale), shift)));
      const p = f64x2.extract_lane(value, 0);
      const q = f64x2.extract_lane(value, 1);
      let a = <i32>load<u16>(grid + (<usize>i32x4.extract_lane(cell, 0) << 1));
      let b = <i32>load<u16>(grid + (<usize>i32x4.extract_lane(cell, 2) << 1));
      for (let n = 0; n < most; n++) {
        a += <i32>(load<f64>(table + (<usize>a << 3)) < p);
        b += <i32>(load<f64>(table + (<usize>b << 3)) < q);
      }
      const out = to + (half >> 2);
      store<i16>(out, <i16>((p == p ? a : missing) - BIAS));
      store<i16>(out, <i16>((q == q ? b : missing) - BIAS), 2);
    }
  }
}

function encodeBySearch(column: usize, from: usize, to: usize, count: i32): void {
  const table = <usize>load<u32>(column, 4);
  const missing = load<i32>(column, 16);
  const steps = load<i32>(column, 20);
  // Four searches at once: one is all waiting.
  for (let i = 0; i < count; i += 4) {
    const at = from + (<usize>i << 3);
    const p = load<f64>(at);
    const q = load<f64>(at, 8);
    const r = load<f64>(at, 16);
    const s = load<f64>(at, 24);
    let a = 0, b = 0, c = 0, d = 0;
    // The last search steps may look past the thresholds: there stand NaNs, which nothing exceeds.
    for (let half = steps >> 1; half > 0; half >>= 1) {
      const middle = table + (<usize>(half - 1) << 3);
      a += load<f64>(middle + (<usize>a << 3)) < p ? half : 0;
      b += load<f64>(middle + (<usize>b << 3)) < q ? half : 0;
      c += load<f64>(middle + (<usize>c << 3)) < r ? half : 0;
      d += load<f64>(middle + (<usize>d << 3)) < s ? half : 0;
    }
    const out = to + <usize>(i >> 3) * stride + (<usize>(i & 7) << 1);
    store<i16>(out, <i16>((p == p ? a : missing) - BIAS));
    store<i16>(out, <i16>((q == q ? b : missing) - BIAS), 2);
    store<i16>(out, <i16>((r == r ? c : missing) - BIAS), 4);
    store<i16>(out, <i16>((s == s ? d : missing) - BIAS), 6);
  }
}

@inline
function step(tree: usize, own: usize, at: i32, lane: usize): i32 {
  const node = load<u64>(tree + <usize>at);
  const code = <i32>load<i16>(own + <usize>(<u32>node >> 16) + lane);
  return <i32>(node >> 32) + (<i32>(code > <i32><i16>node) << 3);
}

// A node of a model with categorical columns, or with very large trees, takes 16 bytes: the code of its threshold or
// the first bit of its set + 32,768 or its value's number, 16 × its column, 16 × its left child, 1 if categorical.
@inline
function stepWide(tree: usize, own: usize, at: i32, lane: usize): i32 {
  const node = tree + <usize>at;
  const code = <i32>load<i16>(own + <usize>load<u32>(node, 4) + lane);
  const asked = load<i32>(node);
  const left = load<i32>(node, 8);
  if (load<i32>(node, 12) == 0) return left + (<i32>(code > asked) << 4);
  const bit = <u32>asked + <u32>code;
  return left + ((1 - <i32>((load<u8>(sets + <usize>(bit >> 3)) >> <u8>(bit & 7)) & 1)) << 4);
}

/** Adds to the sums of the first `count` staged and encoded rows; unused rows of the last sixteen hold any codes. */
export function walk(count: i32): void {
  if (wide) walkAll<bool>(count);
  else walkAll<i32>(count);
}

/** T is a mark only: bool for nodes of 16 bytes, else of 8. */
@inline
function move<T>(tree: usize, own: usize, at: i32, lane: usize): i32 {
  if (sizeof<T>() == 1) return stepWide(tree, own, at, lane);
  return step(tree, own, at, lane);
}

let sink: u32 = 0;

/** Reads a stretch of memory in order, which the processor foresees, before a walk reads it at random. */
function fetch(from: usize, to: usize): void {
  let sum: u32 = 0;
  for (let at = from; at < to; at += 64) sum += load<u8>(at);
  sink = sum;
}

/** Leaves of a small tree at most: its first slots hold their numbers, those after them the results of its nodes. */
const SMALL: usize = 32;
/** Small trees whose leaves are added together. */
const TOGETHER: i32 = 4;

/** Writes the codes as bytes, 64 rows of a column side by side, and the numbers of leaves. */
function pack(count: i32): void {
  const lift = i16x8.splat(32640);
  let to = bytes;
  for (let g = 0; g < count; g += 64) {
    let from = codes + <usize>(g >> 3) * stride;
    for (let k = 0; k < columnCount; k++, from += 16, to += 64) {
      for (let quarter: usize = 0; quarter < 4; quarter++) {
        const two = from + 2 * quarter * stride;
        const a = i16x8.add_sat_s(v128.load(two), lift);
        const b = i16x8.add_sat_s(v128.load(two + stride), lift);
        v128.store(to + (quarter << 4), i8x16.narrow_i16x8_s(a, b));
      }
    }
  }
  for (let at: usize = 0; at < SMALL << 6; at += 16) v128.store(slots + at, i8x16.splat(<i8>(at >> 6)));
}

/** Which leaf of a small tree each of 64 rows reaches. */
function askSmall(node: usize, end: usize, own: usize, result: usize): void {
  let to = slots + (SMALL << 6);
  let a = v128.load(slots);
  let b = a;
  let c = a;
  let d = a;
  for (let at = node; at < end; at += 8, to += 64) {
    const code = v128.load8_splat(at);
    const column = own + <usize>load<u16>(at, 2);
    const left = slots + <usize>load<u16>(at, 4);
    const right = slots + <usize>load<u16>(at, 6);
    // Leaves on the right have the larger numbers.
    a = i8x16.max_u(v128.load(left), v128.and(v128.load(right), i8x16.gt_s(v128.load(column), code)));
    b = i8x16.max_u(v128.load(left, 16), v128.and(v128.load(right, 16), i8x16.gt_s(v128.load(column, 16), code)));
    c = i8x16.max_u(v128.load(left, 32), v128.and(v128.load(right, 32), i8x16.gt_s(v128.load(column, 32), code)));
    d = i8x16.max_u(v128.load(left, 48), v128.and(v128.load(right, 48), i8x16.gt_s(v128.load(column, 48), code)));
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
  v128.store(result, a);
  v128.store(result, b, 16);
  v128.store(result, c, 32);
  v128.store(result, d, 48);
}

/** Adds the leaves of `number` small trees from tree t on, one after the other, to the rows' sums. */
function addSmall(t: i32, number: i32, count: i32): void {
  const results = slots + (SMALL << 7);
  const record = trees + <usize>t * TREE;
  for (let g = 0; g < count; g += 64) {
    const own = bytes + <usize>g * <usize>columnCount;
    for (let k = 0; k < number; k++) {
      const tree = record + <usize>k * TREE;
      const node = uppers + <usize>load<u32>(tree, 8);
      askSmall(node, node + (<usize>load<i32>(tree, 16) << 3), own, results + (<usize>k << 6));
    }
    let to = out + (<usize>g << 3);
    if (number == TOGETHER) {
      const p = values + <usize>load<u32>(record, 4);
      const q = values + <usize>load<u32>(record + TREE, 4);
      const r = values + <usize>load<u32>(record + 2 * TREE, 4);
      const s = values + <usize>load<u32>(record + 3 * TREE, 4);
      for (let i: usize = 0; i < 64; i++, to += 8) {
        let sum = load<f64>(to);
        sum += load<f64>(p + (<usize>load<u8>(results + i) << 3));
        sum += load<f64>(q + (<usize>load<u8>(results + i, 64) << 3));
        sum += load<f64>(r + (<usize>load<u8>(results + i, 128) << 3));
        sum += load<f64>(s + (<usize>load<u8>(results + i, 192) << 3));
        store<f64>(to, sum);
      }
      continue;
    }
    for (let i: usize = 0; i < 64; i++, to += 8) {
      let sum = load<f64>(to);
      for (let k = 0; k < number; k++) {
        const leaf = <usize>load<u8>(results + i + (<usize>k << 6));
        sum += load<f64>(values + <usize>load<u32>(record + <usize>k * TREE, 4) + (leaf << 3));
      }
      store<f64>(to, sum);
    }
  }
}

/** All rows through one tree's upper part of at most 16 exits (W = i16) or 32 (W = i32), sixteen at a time. */
function askUpper<W>(node: usize, end: usize, exits: usize, count: i32): void {
  for (let g = 0; g < count; g += 16) {
    const own = codes + <usize>(g >> 3) * stride;
    let a = i16x8.splat(-1);
    let b = i16x8.splat(-1);
    let c = i16x8.splat(-1);
    let d = i16x8.splat(-1);
    for (let at = node; at < end; at += 8) {
      const code = v128.load16_splat(at);
      const column = own + <usize>load<u16>(at, 2);
      const first = i16x8.gt_s(v128.load(column), code);
      const second = i16x8.gt_s(v128.load(column + stride), code);
      const low = v128.load16_splat(at, 4);
      a = v128.andnot(a, v128.and(first, low));
      b = v128.andnot(b, v128.and(second, low));
      if (sizeof<W>() == 2) continue;
      const high = v128.load16_splat(at, 6);
      c = v128.andnot(c, v128.and(first, high));
      d = v128.andnot(d, v128.and(second, high));
    }
    const to = state + (<usize>g << 2);
    leave(to, i16x8.shuffle(a, c, 0, 8, 1, 9, 2, 10, 3, 11), exits);
    leave(to + 16, i16x8.shuffle(a, c, 4, 12, 5, 13, 6, 14, 7, 15), exits);
    leave(to + 32, i16x8.shuffle(b, d, 0, 8, 1, 9, 2, 10, 3, 11), exits);
    leave(to + 48, i16x8.shuffle(b, d, 4, 12, 5, 13, 6, 14, 7, 15), exits);
  }
}

/** Four rows leave an upper part by the first exit that each has left. */
@inline
function leave(to: usize, left: v128, exits: usize): void {
  store<i32>(to, load<i32>(exits + (<usize>ctz(i32x4.extract_lane(left, 0)) << 2)));
  store<i32>(to, load<i32>(exits + (<usize>ctz(i32x4.extract_lane(left, 1)) << 2)), 4);
  store<i32>(to, load<i32>(exits + (<usize>ctz(i32x4.extract_lane(left, 2)) << 2)), 8);
  store<i32>(to, load<i32>(exits + (<usize>ctz(i32x4.extract_lane(left, 3)) << 2)), 12);
}

/**
 * Each tree asks its upper part, then takes all rows down as many levels as most need, then the rows that aren't in a leaf
 * yet some more, and so on: a row in a leaf only waits.
 */
function walkAll<T>(count: i32): void {
  if (bytes) pack(count);
  for (let t = 0; t < treeCount; t++) {
    const record = trees + <usize>t * TREE;
    if (load<i32>(record, 20) < 0) {
      let number = 1;
      while (number < TOGETHER && t + number < treeCount && load<i32>(record + <usize>number * TREE, 20) < 0) number++;
      addSmall(t, number, count);
      t += number - 1;
      continue;
    }
    const leaf = values + <usize>load<u32>(record, 4);
    const upper = uppers + <usize>load<u32>(record, 8);
    const exits = ways + <usize>load<u32>(record, 12);
    const asked = load<i32>(record, 16);
    const levels = load<i32>(record, 20);
    const end = upper + (<usize>asked << 3);
    const tree = nodes + <usize>load<u32>(record);
    fetch(tree, nodes + <usize>load<u32>(record + TREE));
    fetch(leaf, values + <usize>load<u32>(record + TREE, 4));
    if (asked < 16) askUpper<i16>(upper, end, exits, count);
    else askUpper<i32>(upper, end, exits, count);
    let waiting = list;
    for (let g = 0; g < count; g += 8) {
      const own = codes + <usize>(g >> 3) * stride;
      const at = state + (<usize>g << 2);
      let a = load<i32>(at);
      let b = load<i32>(at, 4);
      let c = load<i32>(at, 8);
      let d = load<i32>(at, 12);
      let e = load<i32>(at, 16);
      let f = load<i32>(at, 20);
      let h = load<i32>(at, 24);
      let i = load<i32>(at, 28);
      for (let k = 0; k < levels; k++) {
        a = move<T>(tree, own, a, 0);
        b = move<T>(tree, own, b, 2);
        c = move<T>(tree, own, c, 4);
        d = move<T>(tree, own, d, 6);
        e = move<T>(tree, own, e, 8);
        f = move<T>(tree, own, f, 10);
        h = move<T>(tree, own, h, 12);
        i = move<T>(tree, own, i, 14);
      }
      waiting = keep<T>(tree, at, a, g + 0, 0, waiting);
      waiting = keep<T>(tree, at, b, g + 1, 4, waiting);
      waiting = keep<T>(tree, at, c, g + 2, 8, waiting);
      waiting = keep<T>(tree, at, d, g + 3, 12, waiting);
      waiting = keep<T>(tree, at, e, g + 4, 16, waiting);
      waiting = keep<T>(tree, at, f, g + 5, 20, waiting);
      waiting = keep<T>(tree, at, h, g + 6, 24, waiting);
      waiting = keep<T>(tree, at, i, g + 7, 28, waiting);
    }
    while (waiting > list) waiting = walkOn<T>(tree, waiting);
    for (let i = 0; i < count; i++) {
      const to = out + (<usize>i << 3);
      const at = load<i32>(state + (<usize>i << 2));
      store<f64>(to, load<f64>(to) + load<f64>(leaf + reached<T>(tree, at)));
    }
  }
}

/** Notes where a row is, and the row if it has further to go. */
@inline
function keep<T>(tree: usize, state: usize, at: i32, row: i32, place: usize, waiting: usize): usize {
  store<i32>(state + place, at);
  store<i32>(waiting, row);
  return waiting + (<usize>isInner<T>(tree, at) << 2);
}

@inline
function isInner<T>(tree: usize, at: i32): bool {
  const node = tree + <usize>at;
  const zero = <u32>columnCount << 4;
  return (sizeof<T>() == 1 ? load<u32>(node, 4) : <u32>load<u16>(node, 2)) != zero;
}

@inline
function codesOf(row: i32): usize {
  return codes + <usize>(row >> 3) * stride + (<usize>(row & 7) << 1);
}

/** Takes the rows of the list some levels further down; returns the end of the list of those still on their way. */
function walkOn<T>(tree: usize, end: usize): usize {
  // The last row fills up the last four.
  const last = load<i32>(end - 4);
  store<i32>(end, last);
  store<i32>(end, last, 4);
  store<i32>(end, last, 8);
  let waiting = list;
  for (let from = list; from < end; from += 16) {
    const p = load<i32>(from);
    const q = load<i32>(from, 4);
    const r = load<i32>(from, 8);
    const s = load<i32>(from, 12);
    const pCodes = codesOf(p);
    const qCodes = codesOf(q);
    const rCodes = codesOf(r);
    const sCodes = codesOf(s);
    let a = load<i32>(state + (<usize>p << 2));
    let b = load<i32>(state + (<usize>q << 2));
    let c = load<i32>(state + (<usize>r << 2));
    let d = load<i32>(state + (<usize>s << 2));
    for (let k = 0; k < MORE; k++) {
      a = move<T>(tree, pCodes, a, 0);
      b = move<T>(tree, qCodes, b, 0);
      c = move<T>(tree, rCodes, c, 0);
      d = move<T>(tree, sCodes, d, 0);
    }
    waiting = keep<T>(tree, state + (<usize>p << 2), a, p, 0, waiting);
    waiting = keep<T>(tree, state + (<usize>q << 2), b, q, 0, waiting);
    waiting = keep<T>(tree, state + (<usize>r << 2), c, r, 0, waiting);
    waiting = keep<T>(tree, state + (<usize>s << 2), d, s, 0, waiting);
  }
  return waiting;
}

/** Where a leaf's value is among the tree's. */
@inline
function reached<T>(tree: usize, at: i32): usize {
  const node = tree + <usize>at;
  return (sizeof<T>() == 1 ? <usize>load<u32>(node) : <usize>load<u16>(node)) << 3;
}

/** The sum for the one staged and encoded row, added to `sum` tree by tree: four trees at once. */
export function walkOne(sum: f64): f64 {
  return wide ? one<bool>(sum) : one<i32>(sum);
}

function one<T>(sum: f64): f64 {
  let t = 0;
  for (; t + 4 <= treeCount; t += 4) {
    const record = trees + <usize>t * TREE;
    const p = nodes + <usize>load<u32>(record);
    const q = nodes + <usize>load<u32>(record + TREE);
    const r = nodes + <usize>load<u32>(record + 2 * TREE);
    const s = nodes + <usize>load<u32>(record + 3 * TREE);
    let a = 0, b = 0, c = 0, d = 0;
    for (;;) {
      const a1 = move<T>(p, codes, a, 0);
      const b1 = move<T>(q, codes, b, 0);
      const c1 = move<T>(r, codes, c, 0);
      const d1 = move<T>(s, codes, d, 0);
      const moved = (a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1);
      a = a1;
      b = b1;
      c = c1;
      d = d1;
      if (!moved) break;
    }
    sum += load<f64>(values + <usize>load<u32>(record, 4) + reached<T>(p, a));
    sum += load<f64>(values + <usize>load<u32>(record + TREE, 4) + reached<T>(q, b));
    sum += load<f64>(values + <usize>load<u32>(record + 2 * TREE, 4) + reached<T>(r, c));
    sum += load<f64>(values + <usize>load<u32>(record + 3 * TREE, 4) + reached<T>(s, d));
  }
  for (; t < treeCount; t++) {
    const record = trees + <usize>t * TREE;
    const p = nodes + <usize>load<u32>(record);
    let a = 0;
    for (;;) {
      const a1 = move<T>(p, codes, a, 0);
      if (a1 == a) break;
      a = a1;
    }
    sum += load<f64>(values + <usize>load<u32>(record, 4) + reached<T>(p, a));
  }
  return sum;
}
