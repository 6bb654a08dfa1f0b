// asc: --noAssert --importMemory
// Sums the leaves that rows reach: the same sums, bit for bit, as addLeaves in trees.ts. The host (predict-kernel.ts)
// lays out the memory.
//
// A value becomes a code, the number of thresholds of its column below it; codes are kept as signed 16 bits, less
// 32,768, because SIMD compares those. Codes of eight rows lie side by side.
//
// A tree's upper part, the whole of a small tree, is asked without branches, of sixteen rows at a time (QuickScorer:
// Lucchese et al., 2015): each row starts with all exits of the upper part, each node that sends it right takes the exits
// on its left away, and the first one left is the row's. Below the upper part rows walk: eight at once, or for one row
// four trees, because one way down is all waiting.
//
// A node to walk by is 8 bytes: the code of its threshold (16 bits), 16 × its column (16), and 8 × its left child
// (32); the right one comes next. A leaf is its own left child and asks a column that is always below any code; the
// first 16 bits say which of the tree's values it has. A node of a upper part is 8 bytes too: code, 16 × column, and the
// exits on its left, 16 and 16.

/** Bytes of a column's record. */
const COLUMN: usize = 24;
/**
 * Bytes of a tree's record: where its nodes, its values, its upper part's nodes and its upper part's exits begin, how many nodes
 * the upper part has, how many levels most rows go down below it, 0 if the upper part is all.
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
  wide = wide_;
  stride = <usize>(columnCount + 1) << 4;
}

/**
 * Codes of the first `count` staged rows. A column's record: where its staged values are, its thresholds (or the
 * slots of its levels), how many, 1 if categorical, the code of a missing value, and the power of two above the count.
 */
export function encode(count: i32): void {
  for (let k = 0; k < columnCount; k++) {
    const column = columns + <usize>k * COLUMN;
    const from = staging + <usize>load<u32>(column);
    const table = <usize>load<u32>(column, 4);
    const size = load<i32>(column, 8);
    const missing = load<i32>(column, 16);
    const steps = load<i32>(column, 20);
    const to = codes + (<usize>k << 4);
    if (load<i32>(column, 12) != 0) {
      for (let i = 0; i < count; i++) {
        const value = load<f64>(from + (<usize>i << 3));
        const known = value >= 0 && value < <f64>size && value == Math.floor(value);
        const code = known ? <i32>load<u16>(table + (<usize>(<i32>value) << 1)) : missing;
        store<i16>(to + <usize>(i >> 3) * stride + (<usize>(i & 7) << 1), <i16>(code - BIAS));
      }
      continue;
    }
    // Four searches at once: one is all waiting. Staged values beyond the rows are any.
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

/**
 * All rows through one tree's upper part of at most 16 exits (W = i16) or 32 (W = i32), sixteen at a time. If the upper part is
 * the whole tree (D = bool), the rows' sums get their leaves, else `state` where they have to walk on.
 */
function askUpper<W, D>(node: usize, end: usize, exits: usize, count: i32): void {
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
    leave<D>(g, i16x8.shuffle(a, c, 0, 8, 1, 9, 2, 10, 3, 11), exits);
    leave<D>(g + 4, i16x8.shuffle(a, c, 4, 12, 5, 13, 6, 14, 7, 15), exits);
    leave<D>(g + 8, i16x8.shuffle(b, d, 0, 8, 1, 9, 2, 10, 3, 11), exits);
    leave<D>(g + 12, i16x8.shuffle(b, d, 4, 12, 5, 13, 6, 14, 7, 15), exits);
  }
}

/** Four rows leave a upper part by the first exit that each has left. */
@inline
function leave<D>(row: i32, left: v128, exits: usize): void {
  leaveOne<D>(row, i32x4.extract_lane(left, 0), exits);
  leaveOne<D>(row + 1, i32x4.extract_lane(left, 1), exits);
  leaveOne<D>(row + 2, i32x4.extract_lane(left, 2), exits);
  leaveOne<D>(row + 3, i32x4.extract_lane(left, 3), exits);
}

@inline
function leaveOne<D>(row: i32, left: i32, exits: usize): void {
  const exit = <usize>ctz(left);
  if (sizeof<D>() == 1) {
    const to = out + (<usize>row << 3);
    store<f64>(to, load<f64>(to) + load<f64>(exits + (exit << 3)));
  } else {
    store<i32>(state + (<usize>row << 2), load<i32>(exits + (exit << 2)));
  }
}

/**
 * Each tree asks its upper part, then takes all rows down as many levels as most need, then the rows that aren't in a leaf
 * yet some more, and so on: a row in a leaf only waits.
 */
function walkAll<T>(count: i32): void {
  for (let t = 0; t < treeCount; t++) {
    const record = trees + <usize>t * TREE;
    const leaf = values + <usize>load<u32>(record, 4);
    const upper = uppers + <usize>load<u32>(record, 8);
    const exits = ways + <usize>load<u32>(record, 12);
    const asked = load<i32>(record, 16);
    const levels = load<i32>(record, 20);
    const end = upper + (<usize>asked << 3);
    if (levels == 0) {
      if (asked < 16) askUpper<i16, bool>(upper, end, leaf, count);
      else askUpper<i32, bool>(upper, end, leaf, count);
      continue;
    }
    const tree = nodes + <usize>load<u32>(record);
    fetch(tree, nodes + <usize>load<u32>(record + TREE));
    fetch(leaf, values + <usize>load<u32>(record + TREE, 4));
    if (asked < 16) askUpper<i16, i32>(upper, end, exits, count);
    else askUpper<i32, i32>(upper, end, exits, count);
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
