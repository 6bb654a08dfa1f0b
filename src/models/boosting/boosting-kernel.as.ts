// asc: --noAssert --enable threads --importMemory --sharedMemory --initialMemory 1 --maximumMemory 65536
// One boosting iteration on rows of bytes: gradients, histograms, splits, partitions, scores. The same trees, bit for
// bit, as tests/models/boosting/plain-engine.ts, where the rules are explained; the host (boosting-kernel.ts) lays out the memory.
//
// A histogram entry is one i64: the sum of the gradients × 2³² + the sum of the hessians, both quantised to integers.
// Integer sums are exact in any order, so threads may share the rows as they like.

// Kk is k bytes long: with offsetof the compiler has literal offsets, which loads and stores need to be fast.
class K0 {}
class K1 extends K0 { a1: u8; }
class K2 extends K1 { a2: u8; }
class K3 extends K2 { a3: u8; }
class K4 extends K3 { a4: u8; }
class K5 extends K4 { a5: u8; }
class K6 extends K5 { a6: u8; }
class K7 extends K6 { a7: u8; }
class K8 extends K7 { a8: u8; }
class K9 extends K8 { a9: u8; }
class K10 extends K9 { a10: u8; }
class K11 extends K10 { a11: u8; }
class K12 extends K11 { a12: u8; }
class K13 extends K12 { a13: u8; }
class K14 extends K13 { a14: u8; }
class K15 extends K14 { a15: u8; }
class K16 extends K15 { a16: u8; }

/** Rows for which one call works: small enough that code still in the baseline compiler is soon replaced. */
const CHUNK: i32 = 8192;
/** A masked leaf of less than one row in so many is listed when it is split. */
const LISTED: i32 = 16;
/** Fewer rows than this are not worth waking another thread. */
const SHARED_ROWS: i32 = 24576;
/** Trees of up to so many nodes are gone down by 64 rows together. */
const SEATED: i32 = 127;
/** Bytes of one group's histogram. */
const GROUP: usize = 2048;

// Layout of a leaf's record.
const LEAF: usize = 128;
const START: usize = 0;
const COUNT: usize = 4;
const SUM: usize = 8;
const DEPTH: usize = 16;
const NODE: usize = 20;
const SLOT: usize = 24;
const FEATURE: usize = 28;
const GAIN: usize = 32;
const LEFTSUM: usize = 40;
const BIN: usize = 48;
const MISSING_LEFT: usize = 52;
const LOWER: usize = 56;
const UPPER: usize = 64;
const SET: usize = 72;
const MASKED: usize = 104;

// Layout of a node's record, which the host reads.
const RECORD: usize = 128;
const NODE_FEATURE: usize = 0;
const NODE_BIN: usize = 4;
const NODE_LEFT: usize = 8;
const NODE_MISSING: usize = 12;
const NODE_GAIN: usize = 16;
const NODE_SUM: usize = 24;
const NODE_COUNT: usize = 32;
const NODE_GROUP: usize = 36;
const NODE_VALUE: usize = 40;
const NODE_START: usize = 48;
const NODE_SET: usize = 64;
const NODE_CODES: usize = 96;

// Layout of a column's record.
const PLACE: usize = 32;

// Where things are.
let bytes: usize = 0;
let packed: usize = 0;
let scores: usize = 0;
let targets: usize = 0;
let weights: usize = 0;
let gradients: usize = 0;
let hessians: usize = 0;
let rowIds: usize = 0;
let spare: usize = 0;
let places: usize = 0;
let codeBins: usize = 0;
let used: usize = 0;
let pool: usize = 0;
let leaves: usize = 0;
let nodes: usize = 0;
let scratch: usize = 0;
let table: usize = 0;
let jobs: usize = 0;
let privates: usize = 0;
let groupBytes: usize = 0;
let mask: usize = 0;

// How large they are, and the rules.
let rows: i32 = 0;
let groups: i32 = 0;
let columns: i32 = 0;
let threads: i32 = 1;
let mostLeaves: i32 = 0;
let mostDepth: i32 = 0;
let minRows: i32 = 0;
let byDepth: bool = false;
let monotone: bool = false;
let catRows: i32 = 0;
let catLevels: i32 = 0;
let catOneHot: i32 = 0;
let listAll: bool = false;
let l1: f64 = 0;
let l2: f64 = 0;
let minHessian: f64 = 0;
let minGain: f64 = 0;
let catSmooth: f64 = 0;
let catL2: f64 = 0;

// The tree at hand.
let gradientUnit: f64 = 1;
let hessianUnit: f64 = 1;
let identity: bool = false;
let bagged: i32 = 0;
let leafCount: i32 = 0;
let nodeCount: i32 = 0;
/** The leaf whose rows are in the mask and not listed, −1 if none. */
let maskedNode: i32 = -1;

/** Pointers and numbers in the order of the declarations above. */
export function setup(at: usize): void {
  bytes = load<u32>(at);
  packed = load<u32>(at, 4);
  scores = load<u32>(at, 8);
  targets = load<u32>(at, 12);
  weights = load<u32>(at, 16);
  gradients = load<u32>(at, 20);
  hessians = load<u32>(at, 24);
  rowIds = load<u32>(at, 28);
  spare = load<u32>(at, 32);
  places = load<u32>(at, 36);
  codeBins = load<u32>(at, 40);
  used = load<u32>(at, 44);
  pool = load<u32>(at, 48);
  leaves = load<u32>(at, 52);
  nodes = load<u32>(at, 56);
  scratch = load<u32>(at, 60);
  table = load<u32>(at, 64);
  jobs = load<u32>(at, 68);
  privates = load<u32>(at, 72);
  groupBytes = load<u32>(at, 76);
  mask = load<u32>(at, 80);
  rows = load<i32>(at, 84);
  groups = load<i32>(at, 88);
  columns = load<i32>(at, 92);
  threads = load<i32>(at, 96);
  mostLeaves = load<i32>(at, 100);
  mostDepth = load<i32>(at, 104);
  minRows = load<i32>(at, 108);
  byDepth = load<i32>(at, 112) != 0;
  monotone = load<i32>(at, 116) != 0;
  catRows = load<i32>(at, 120);
  catLevels = load<i32>(at, 124);
  catOneHot = load<i32>(at, 128);
  listAll = load<i32>(at, 132) != 0;
  l1 = load<f64>(at, 144);
  l2 = load<f64>(at, 152);
  minHessian = load<f64>(at, 160);
  minGain = load<f64>(at, 168);
  catSmooth = load<f64>(at, 176);
  catL2 = load<f64>(at, 184);
}

// ---- Binning -------------------------------------------------------------------------------------------------------

/**
 * Writes the bytes of one column for `count` rows from row `start` on. `values` are theirs, `upper` the boundaries,
 * filled up with +∞ to `steps` (a power of two) − 1; a missing value gets bin `missing`. `kind` 0 (single)
 * stores the bin, 1 (bundled) first + the rank among the bins that aren't `common`, 2 (joint) adds bin × first.
 * Returns in how many rows a bundle's byte was taken already.
 */
export function binNumbers(
  values: usize,
  count: i32,
  start: i32,
  upper: usize,
  steps: i32,
  missing: i32,
  group: i32,
  kind: i32,
  first: i32,
  common: i32,
): i32 {
  let at = bytes + <usize>start * <usize>groups + <usize>group;
  const stride = <usize>groups;
  let conflicts = 0;
  for (let i = 0; i < count; i++, at += stride) {
    const value = load<f64>(values + (<usize>i << 3));
    let bin = 0;
    for (let step = steps >> 1; step > 0; step >>= 1) {
      bin += load<f64>(upper + (<usize>(bin + step - 1) << 3)) < value ? step : 0;
    }
    if (value != value) bin = missing;
    if (kind == 0) store<u8>(at, <u8>bin);
    else if (kind == 2) store<u8>(at, <u8>(load<u8>(at) + bin * first));
    else if (bin != common) {
      conflicts += <i32>(load<u8>(at) != 0);
      store<u8>(at, <u8>(first + bin - <i32>(bin > common)));
    }
  }
  return conflicts;
}

/** The same for a column of two bins without missing values, such as a one-hot one: no search. */
export function binHalves(
  values: usize,
  count: i32,
  start: i32,
  upper: f64,
  group: i32,
  kind: i32,
  first: i32,
  common: i32,
): i32 {
  let at = bytes + <usize>start * <usize>groups + <usize>group;
  const stride = <usize>groups;
  let conflicts = 0;
  if (kind == 1) {
    // Most rows hold the common bin and leave the byte as it is.
    for (let i = 0; i < count; i++, at += stride) {
      if (<i32>(upper < load<f64>(values + (<usize>i << 3))) == common) continue;
      conflicts += <i32>(load<u8>(at) != 0);
      store<u8>(at, <u8>first);
    }
    return conflicts;
  }
  for (let i = 0; i < count; i++, at += stride) {
    const bin = <i32>(upper < load<f64>(values + (<usize>i << 3)));
    store<u8>(at, <u8>(kind == 0 ? bin : load<u8>(at) + bin * first));
  }
  return 0;
}

/** Copies the rows of bytes from … to − 1 to where each group has its bytes together, which partitions read faster. */
export function transposeRows(from: i32, to: i32): void {
  for (let g = 0; g < groups; g++) {
    let at = bytes + <usize>from * <usize>groups + <usize>g;
    const out = groupBytes + <usize>g * <usize>rows;
    for (let i = from; i < to; i++, at += <usize>groups) store<u8>(out + <usize>i, load<u8>(at));
  }
}

/** The same for a categorical column: `slots` holds the bin of each of its `levels` levels. */
export function binLevels(
  values: usize,
  count: i32,
  start: i32,
  slots: usize,
  levels: i32,
  missing: i32,
  group: i32,
  kind: i32,
  first: i32,
  common: i32,
): i32 {
  let at = bytes + <usize>start * <usize>groups + <usize>group;
  const stride = <usize>groups;
  let conflicts = 0;
  for (let i = 0; i < count; i++, at += stride) {
    const value = load<f64>(values + (<usize>i << 3));
    const bin = value >= 0 && value < <f64>levels ? <i32>load<u8>(slots + <usize>(<i32>value)) : missing;
    if (kind == 0) store<u8>(at, <u8>bin);
    else if (kind == 2) store<u8>(at, <u8>(load<u8>(at) + bin * first));
    else if (bin != common) {
      conflicts += <i32>(load<u8>(at) != 0);
      store<u8>(at, <u8>(first + bin - <i32>(bin > common)));
    }
  }
  return conflicts;
}

// ---- Gradients -----------------------------------------------------------------------------------------------------

/** e^x for four float32, to about 2 units in the last place; x is clamped to ±87. */
@inline
function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(87)), f32x4.splat(-87));
  // Adding and taking 1.5 × 2²³ rounds to the nearest whole number, whose bits are the sum's last ones.
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  const r = f32x4.sub(
    f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))),
    f32x4.mul(n, f32x4.splat(-0.00021219444)),
  );
  let p = f32x4.splat(0.0013889);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.0083333));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.041666666));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.16666667));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** Four random 32-bit words for rows i … i + 3. */
@inline
function noise4(i: i32, seed: i32): v128 {
  let x = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  x = v128.xor(i32x4.mul(x, i32x4.splat(0x9e3779b1)), i32x4.splat(seed));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x85ebca77));
  return v128.xor(x, i32x4.shr_u(x, 13));
}

/**
 * Rounds g and h at random, up as often as their fractions say, and stores them as two halves of 32 bits. Whole numbers
 * below 2²² in size are the last bits of their sums with 1.5 × 2²³, which takes fewer instructions than to convert them.
 */
@inline
function quantise4(i: i32, g: v128, h: v128, gScale: v128, hScale: v128, seed: i32): void {
  const noise = noise4(i, seed);
  const unit = f32x4.splat(1 / 65536);
  const up = f32x4.mul(f32x4.convert_i32x4_s(v128.and(noise, i32x4.splat(0xffff))), unit);
  const right = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(noise, 16)), unit);
  const whole = f32x4.splat(12582912);
  const a = f32x4.add(f32x4.floor(f32x4.add(f32x4.mul(g, gScale), up)), whole);
  const b = f32x4.add(f32x4.floor(f32x4.add(f32x4.mul(h, hScale), right)), whole);
  v128.store(packed + (<usize>i << 2), v128.or(i32x4.shl(a, 16), v128.and(b, i32x4.splat(0xffff))));
}

@inline
function scores4(i: i32): v128 {
  const at = scores + (<usize>i << 3);
  const low = f32x4.demote_f64x2_zero(v128.load(at));
  const high = f32x4.demote_f64x2_zero(v128.load(at, 16));
  return v128.shuffle<i32>(low, high, 0, 1, 4, 5);
}

/** Gradients and hessians of the logistic loss for rows from … to − 1 (from is a multiple of 4), quantised at once. */
export function logisticRows(from: i32, to: i32, gScale: f32, hScale: f32, seed: i32): void {
  const one = f32x4.splat(1);
  const gs = f32x4.splat(gScale);
  const hs = f32x4.splat(hScale);
  for (let i = from; i < to; i += 4) {
    const p = f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(scores4(i)))));
    let g = f32x4.sub(p, v128.load(targets + (<usize>i << 2)));
    let h = f32x4.mul(p, f32x4.sub(one, p));
    if (weights) {
      const w = v128.load(weights + (<usize>i << 2));
      g = f32x4.mul(g, w);
      h = f32x4.mul(h, w);
    }
    quantise4(i, g, h, gs, hs, seed);
  }
}

/** Quantises the gradients and hessians that the host wrote. */
export function quantiseRows(from: i32, to: i32, gScale: f32, hScale: f32, seed: i32): void {
  const gs = f32x4.splat(gScale);
  const hs = f32x4.splat(hScale);
  for (let i = from; i < to; i += 4) {
    const at = <usize>i << 2;
    quantise4(i, v128.load(gradients + at), v128.load(hessians + at), gs, hs, seed);
  }
}

// ---- Histograms ----------------------------------------------------------------------------------------------------

@inline
function entry(value: i32): i64 {
  return (<i64>(value >> 16) << 32) + <i64>(value & 0xffff);
}

@inline
function bump<K>(hist: usize, row: usize, w: i64): void {
  const at = hist + (<usize>load<u8>(row, offsetof<K>()) << 3);
  store<i64>(at, load<i64>(at, offsetof<K>() * 2048) + w, offsetof<K>() * 2048);
}

@inline
function bumpAll<T>(hist: usize, row: usize, w: i64): void {
  bump<K0>(hist, row, w);
  if (offsetof<T>() > 1) bump<K1>(hist, row, w);
  if (offsetof<T>() > 2) bump<K2>(hist, row, w);
  if (offsetof<T>() > 3) bump<K3>(hist, row, w);
  if (offsetof<T>() > 4) bump<K4>(hist, row, w);
  if (offsetof<T>() > 5) bump<K5>(hist, row, w);
  if (offsetof<T>() > 6) bump<K6>(hist, row, w);
  if (offsetof<T>() > 7) bump<K7>(hist, row, w);
  if (offsetof<T>() > 8) bump<K8>(hist, row, w);
  if (offsetof<T>() > 9) bump<K9>(hist, row, w);
  if (offsetof<T>() > 10) bump<K10>(hist, row, w);
  if (offsetof<T>() > 11) bump<K11>(hist, row, w);
  if (offsetof<T>() > 12) bump<K12>(hist, row, w);
  if (offsetof<T>() > 13) bump<K13>(hist, row, w);
  if (offsetof<T>() > 14) bump<K14>(hist, row, w);
  if (offsetof<T>() > 15) bump<K15>(hist, row, w);
}

function addAll<T>(hist: usize, base: usize, from: i32, to: i32): void {
  const stride = <usize>groups;
  let row = base + <usize>from * stride;
  for (let i = from; i < to; i++, row += stride) {
    bumpAll<T>(hist, row, entry(load<i32>(packed + (<usize>i << 2))));
  }
}

/** Rows whose bytes are fetched together, so that the waits for memory overlap. */
const AHEAD: i32 = 32;
let sink: u32 = 0;

function addChosen<T>(hist: usize, base: usize, from: i32, to: i32): void {
  const stride = <usize>groups;
  for (let i = from; i < to; ) {
    const end = min(i + AHEAD, to);
    let touched: u32 = 0;
    for (let k = i; k < end; k++) {
      const id = <usize>load<u32>(rowIds + (<usize>k << 2));
      touched += <u32>load<u8>(base + id * stride) + <u32>load<u8>(packed + (id << 2));
    }
    sink = touched;
    for (; i < end; i++) {
      const id = <usize>load<u32>(rowIds + (<usize>i << 2));
      bumpAll<T>(hist, base + id * stride, entry(load<i32>(packed + (id << 2))));
    }
  }
}

// Called through references, these stay functions of their own: all in one would be too large for V8's better way of
// assigning registers.
function all1(h: usize, b: usize, f: i32, t: i32): void { addAll<K1>(h, b, f, t); }
function all2(h: usize, b: usize, f: i32, t: i32): void { addAll<K2>(h, b, f, t); }
function all3(h: usize, b: usize, f: i32, t: i32): void { addAll<K3>(h, b, f, t); }
function all4(h: usize, b: usize, f: i32, t: i32): void { addAll<K4>(h, b, f, t); }
function all5(h: usize, b: usize, f: i32, t: i32): void { addAll<K5>(h, b, f, t); }
function all6(h: usize, b: usize, f: i32, t: i32): void { addAll<K6>(h, b, f, t); }
function all7(h: usize, b: usize, f: i32, t: i32): void { addAll<K7>(h, b, f, t); }
function all8(h: usize, b: usize, f: i32, t: i32): void { addAll<K8>(h, b, f, t); }
function all9(h: usize, b: usize, f: i32, t: i32): void { addAll<K9>(h, b, f, t); }
function all10(h: usize, b: usize, f: i32, t: i32): void { addAll<K10>(h, b, f, t); }
function all11(h: usize, b: usize, f: i32, t: i32): void { addAll<K11>(h, b, f, t); }
function all12(h: usize, b: usize, f: i32, t: i32): void { addAll<K12>(h, b, f, t); }
function all13(h: usize, b: usize, f: i32, t: i32): void { addAll<K13>(h, b, f, t); }
function all14(h: usize, b: usize, f: i32, t: i32): void { addAll<K14>(h, b, f, t); }
function all15(h: usize, b: usize, f: i32, t: i32): void { addAll<K15>(h, b, f, t); }
function all16(h: usize, b: usize, f: i32, t: i32): void { addAll<K16>(h, b, f, t); }
function some1(h: usize, b: usize, f: i32, t: i32): void { addChosen<K1>(h, b, f, t); }
function some2(h: usize, b: usize, f: i32, t: i32): void { addChosen<K2>(h, b, f, t); }
function some3(h: usize, b: usize, f: i32, t: i32): void { addChosen<K3>(h, b, f, t); }
function some4(h: usize, b: usize, f: i32, t: i32): void { addChosen<K4>(h, b, f, t); }
function some5(h: usize, b: usize, f: i32, t: i32): void { addChosen<K5>(h, b, f, t); }
function some6(h: usize, b: usize, f: i32, t: i32): void { addChosen<K6>(h, b, f, t); }
function some7(h: usize, b: usize, f: i32, t: i32): void { addChosen<K7>(h, b, f, t); }
function some8(h: usize, b: usize, f: i32, t: i32): void { addChosen<K8>(h, b, f, t); }
function some9(h: usize, b: usize, f: i32, t: i32): void { addChosen<K9>(h, b, f, t); }
function some10(h: usize, b: usize, f: i32, t: i32): void { addChosen<K10>(h, b, f, t); }
function some11(h: usize, b: usize, f: i32, t: i32): void { addChosen<K11>(h, b, f, t); }
function some12(h: usize, b: usize, f: i32, t: i32): void { addChosen<K12>(h, b, f, t); }
function some13(h: usize, b: usize, f: i32, t: i32): void { addChosen<K13>(h, b, f, t); }
function some14(h: usize, b: usize, f: i32, t: i32): void { addChosen<K14>(h, b, f, t); }
function some15(h: usize, b: usize, f: i32, t: i32): void { addChosen<K15>(h, b, f, t); }
function some16(h: usize, b: usize, f: i32, t: i32): void { addChosen<K16>(h, b, f, t); }

type Adder = (hist: usize, base: usize, from: i32, to: i32) => void;

/** The function that adds `width` groups of all rows or of those in rowIds. */
function adder(width: i32): Adder {
  switch (width) {
    case 1: return identity ? all1 : some1;
    case 2: return identity ? all2 : some2;
    case 3: return identity ? all3 : some3;
    case 4: return identity ? all4 : some4;
    case 5: return identity ? all5 : some5;
    case 6: return identity ? all6 : some6;
    case 7: return identity ? all7 : some7;
    case 8: return identity ? all8 : some8;
    case 9: return identity ? all9 : some9;
    case 10: return identity ? all10 : some10;
    case 11: return identity ? all11 : some11;
    case 12: return identity ? all12 : some12;
    case 13: return identity ? all13 : some13;
    case 14: return identity ? all14 : some14;
    case 15: return identity ? all15 : some15;
    default: return identity ? all16 : some16;
  }
}

/** Adds the rows at positions from … to − 1 to a histogram, sixteen groups at a time. */
export function addRows(hist: usize, from: i32, to: i32): void {
  for (let g = 0; g < groups; g += 16) {
    adder(groups - g)(hist + <usize>g * GROUP, bytes + <usize>g, from, to);
  }
}

@inline
function slotOf(slot: i32): usize {
  return pool + <usize>slot * <usize>groups * GROUP;
}

/** The histogram of positions start … start + count − 1 into a slot. */
function buildHistogram(slot: i32, start: i32, count: i32): void {
  const hist = slotOf(slot);
  const size = <usize>groups * GROUP;
  memory.fill(hist, 0, size);
  if (threads == 1 || count < SHARED_ROWS) {
    for (let from = start; from < start + count; from += CHUNK) addRows(hist, from, min(from + CHUNK, start + count));
    return;
  }
  for (let t = 1; t < threads; t++) memory.fill(privates + <usize>(t - 1) * size, 0, size);
  share(JOB_HISTOGRAM, start, count, slot);
  for (let t = 1; t < threads; t++) addHistogram(hist, privates + <usize>(t - 1) * size);
}

function addHistogram(to: usize, from: usize): void {
  const end = to + <usize>groups * GROUP;
  for (; to < end; to += 16, from += 16) v128.store(to, i64x2.add(v128.load(to), v128.load(from)));
}

/** Slot `whole` less slot `part`, in place. */
function subtractHistogram(whole: i32, part: i32): void {
  let to = slotOf(whole);
  let from = slotOf(part);
  const end = to + <usize>groups * GROUP;
  for (; to < end; to += 16, from += 16) v128.store(to, i64x2.sub(v128.load(to), v128.load(from)));
}

// ---- Splits --------------------------------------------------------------------------------------------------------

/** A column's histogram over its bins: within the slot where bins are codes, else added up in the scratch space. */
function binSums(hist: usize, place: usize, sum: i64): usize {
  const kind = load<i32>(place, 4);
  const own = hist + <usize>load<i32>(place) * GROUP;
  if (kind == 0) return own;
  const total = load<i32>(place, 8) + load<i32>(place, 12);
  const first = load<i32>(place, 16);
  if (kind == 1) {
    const common = load<i32>(place, 20);
    let from = own + (<usize>first << 3);
    let rest = sum;
    for (let b = 0; b < total; b++) {
      if (b == common) continue;
      const value = load<i64>(from);
      store<i64>(scratch + (<usize>b << 3), value);
      rest -= value;
      from += 8;
    }
    store<i64>(scratch + (<usize>common << 3), rest);
    return scratch;
  }
  memory.fill(scratch, 0, <usize>total << 3);
  const width = load<i32>(place, 28);
  let from = own;
  for (let outer = 0; outer < width; outer += first * total) {
    for (let b = 0; b < total; b++) {
      const at = scratch + (<usize>b << 3);
      let value = load<i64>(at);
      for (let k = 0; k < first; k++, from += 8) value += load<i64>(from);
      store<i64>(at, value);
    }
  }
  return scratch;
}

@inline
function gradientOf(sum: i64): f64 {
  return <f64>(<i32>(sum >> 32));
}

@inline
function hessianOf(sum: i64): f64 {
  return <f64>(<u32>sum);
}

// The leaf whose split is sought, in units of the quantised sums.
let leaf: usize = 0;
let leafSum: i64 = 0;
let leafG: f64 = 0;
let leafH: f64 = 0;
let fewest: f64 = 0;
let perHessian: f64 = 0;
let lambda: f64 = 0;
let alpha: f64 = 0;
let low: f64 = 0;
let high: f64 = 0;
let best: f64 = 0;

@inline
function shrunk(g: f64): f64 {
  if (alpha == 0) return g;
  return g > alpha ? g - alpha : g < -alpha ? g + alpha : 0;
}

/** The best value of a leaf with these sums, within its bounds. */
@inline
function output(g: f64, h: f64, l: f64): f64 {
  const value = -shrunk(g) / (h + l);
  return value < low ? low : value > high ? high : value;
}

/** Twice by how much a leaf of these sums with this value lowers the loss. */
@inline
function reduction(g: f64, h: f64, l: f64, value: f64): f64 {
  return -(2 * shrunk(g) * value + (h + l) * value * value);
}

/** The gain of a split into these left sums and the rest; the rest of the conditions is the caller's. */
@inline
function gainOf(g: f64, h: f64, l: f64, direction: i32): f64 {
  const rg = leafG - g;
  const rh = leafH - h;
  if (monotone) {
    const left = output(g, h, l);
    const right = output(rg, rh, l);
    if (direction != 0 && <f64>direction * (right - left) < 0) return -1;
    return reduction(g, h, l, left) + reduction(rg, rh, l, right);
  }
  const a = shrunk(g);
  const b = shrunk(rg);
  const hl = h + l;
  const hr = rh + l;
  return (a * a * hr + b * b * hl) / (hl * hr);
}

@inline
function take(gain: f64, feature: i32, sum: i64, bin: i32, missingLeft: i32): void {
  best = gain;
  store<i32>(leaf, feature, FEATURE);
  store<i64>(leaf, sum, LEFTSUM);
  store<i32>(leaf, bin, BIN);
  store<i32>(leaf, missingLeft, MISSING_LEFT);
}

/** Finds the best split of a leaf and writes it into the leaf's record; its gain is 0 if there is none. */
function findSplit(index: i32): void {
  leaf = leaves + <usize>index * LEAF;
  store<f64>(leaf, 0, GAIN);
  store<i32>(leaf, -1, FEATURE);
  const count = load<i32>(leaf, COUNT);
  leafSum = load<i64>(leaf, SUM);
  leafG = gradientOf(leafSum);
  leafH = hessianOf(leafSum);
  if (leafH == 0) return;
  // Rows are counted by their hessians, as LightGBM does: these are all that the histogram knows of them.
  perHessian = <f64>count / leafH;
  fewest = Math.max((<f64>minRows - 0.5) / perHessian, minHessian / hessianUnit);
  lambda = l2 / hessianUnit;
  alpha = l1 / gradientUnit;
  const unit = gradientUnit / hessianUnit;
  low = load<f64>(leaf, LOWER) / unit;
  high = load<f64>(leaf, UPPER) / unit;
  const parent = monotone
    ? reduction(leafG, leafH, lambda, output(leafG, leafH, lambda))
    : (shrunk(leafG) * shrunk(leafG)) / (leafH + lambda);
  const scale = (gradientUnit * gradientUnit) / hessianUnit;
  best = parent + minGain / scale;
  const hist = slotOf(load<i32>(leaf, SLOT));
  for (let j = 0; j < columns; j++) {
    if (load<u8>(used + <usize>j) == 0) continue;
    const place = places + <usize>j * PLACE;
    const sums = binSums(hist, place, leafSum);
    if (load<u8>(place, 24) != 0) scanLevels(j, place, sums);
    else scanNumbers(j, place, sums);
  }
  if (load<i32>(leaf, FEATURE) >= 0) store<f64>(leaf, (best - parent) * scale, GAIN);
}

function scanNumbers(j: i32, place: usize, sums: usize): void {
  const bins = load<i32>(place, 8);
  const direction = <i32>load<i8>(place, 25);
  let sum: i64 = 0;
  if (load<i32>(place, 12) == 0) {
    for (let b = 0; b < bins - 1; b++) {
      sum += load<i64>(sums + (<usize>b << 3));
      const h = hessianOf(sum);
      if (h < fewest || leafH - h < fewest) continue;
      const gain = gainOf(gradientOf(sum), h, lambda, direction);
      if (gain > best) take(gain, j, sum, b, 0);
    }
    return;
  }
  const missing = load<i64>(sums + (<usize>bins << 3));
  for (let b = 0; b < bins; b++) {
    sum += load<i64>(sums + (<usize>b << 3));
    let h = hessianOf(sum);
    if (h >= fewest && leafH - h >= fewest) {
      const gain = gainOf(gradientOf(sum), h, lambda, direction);
      if (gain > best) take(gain, j, sum, b, 0);
    }
    if (b == bins - 1) break;
    const both = sum + missing;
    h = hessianOf(both);
    if (h < fewest || leafH - h < fewest) continue;
    const gain = gainOf(gradientOf(both), h, lambda, direction);
    if (gain > best) take(gain, j, both, b, 1);
  }
}

/** One level against the others for few levels, else prefixes of the levels in the order of gradient / hessian. */
function scanLevels(j: i32, place: usize, sums: usize): void {
  const bins = load<i32>(place, 8);
  if (bins + load<i32>(place, 12) <= catOneHot) {
    for (let b = 0; b < bins; b++) {
      const sum = load<i64>(sums + (<usize>b << 3));
      const h = hessianOf(sum);
      if (h < fewest || leafH - h < fewest) continue;
      const gain = gainOf(gradientOf(sum), h, lambda, 0);
      if (!(gain > best)) continue;
      take(gain, j, sum, -1, 0);
      memory.fill(leaf + SET, 0, 32);
      includeBin(b);
    }
    return;
  }
  // Sorted keys and their bins after the 256 sums of the scratch space.
  const keys = scratch + 2048;
  const order = scratch + 4096;
  const smooth = catSmooth / hessianUnit;
  let kept = 0;
  for (let b = 0; b < bins; b++) {
    const sum = load<i64>(sums + (<usize>b << 3));
    if (Math.floor(hessianOf(sum) * perHessian + 0.5) < catSmooth) continue;
    const key = gradientOf(sum) / (hessianOf(sum) + smooth);
    let at = kept;
    while (at > 0 && load<f64>(keys + (<usize>(at - 1) << 3)) > key) {
      store<f64>(keys + (<usize>at << 3), load<f64>(keys + (<usize>(at - 1) << 3)));
      store<u8>(order + <usize>at, load<u8>(order + <usize>(at - 1)));
      at--;
    }
    store<f64>(keys + (<usize>at << 3), key);
    store<u8>(order + <usize>at, <u8>b);
    kept++;
  }
  const most = min(catLevels, (kept + 1) >> 1);
  const l = lambda + catL2 / hessianUnit;
  for (let side = 0; side < 2; side++) {
    let sum: i64 = 0;
    let group: f64 = 0;
    for (let k = 0; k < kept && k < most; k++) {
      const b = load<u8>(order + <usize>(side == 0 ? k : kept - 1 - k));
      const own = load<i64>(sums + (<usize>b << 3));
      sum += own;
      group += Math.floor(hessianOf(own) * perHessian + 0.5);
      const h = hessianOf(sum);
      if (h < fewest) continue;
      const rest = leafH - h;
      if (rest < fewest || rest * perHessian + 0.5 < <f64>catRows) break;
      if (group < <f64>catRows) continue;
      group = 0;
      const gain = gainOf(gradientOf(sum), h, l, 0);
      if (!(gain > best)) continue;
      take(gain, j, sum, -1, 0);
      memory.fill(leaf + SET, 0, 32);
      for (let m = 0; m <= k; m++) includeBin(load<u8>(order + <usize>(side == 0 ? m : kept - 1 - m)));
    }
  }
}

@inline
function includeBin(b: i32): void {
  const at = leaf + SET + <usize>(b >> 3);
  store<u8>(at, <u8>(load<u8>(at) | (<u32>1 << (b & 7))));
}

// ---- Partition -----------------------------------------------------------------------------------------------------

/** Fills the table that says of each code of the split's group whether it goes left, and the node's copy as bits. */
function directCodes(node: usize, j: i32): void {
  const place = places + <usize>j * PLACE;
  const bins = load<i32>(place, 8);
  const categorical = load<u8>(place, 24) != 0;
  const bin = load<i32>(leaf, BIN);
  const missingLeft = load<i32>(leaf, MISSING_LEFT);
  memory.fill(node + NODE_CODES, 0, 32);
  for (let code = 0; code < 256; code++) {
    const b = <i32>load<u8>(codeBins + (<usize>j << 8) + <usize>code);
    let left: i32;
    if (categorical) left = (load<u8>(leaf + SET + <usize>(b >> 3)) >> (b & 7)) & 1;
    else left = b == bins ? missingLeft : <i32>(b <= bin);
    store<u8>(table + <usize>code, <u8>left);
    const at = node + NODE_CODES + <usize>(code >> 3);
    store<u8>(at, <u8>(<i32>load<u8>(at) | (left << (code & 7))));
  }
}

let leftEnd: usize = 0;
let rightEnd: usize = 0;

/** Moves the left rows of positions from … to − 1 to leftEnd and the right ones to rightEnd, in order. */
export function splitRows(own: usize, from: i32, to: i32): void {
  let l = leftEnd;
  let r = rightEnd;
  if (identity) {
    for (let i = from; i < to; i++) {
      const left = <usize>load<u8>(table + <usize>load<u8>(own + <usize>i));
      // Written to both places, and only one of them moves on: no branch to mispredict.
      store<u32>(l, i);
      store<u32>(r, i);
      l += left << 2;
      r += (1 - left) << 2;
    }
  } else {
    for (let i = from; i < to; i++) {
      const id = load<u32>(rowIds + (<usize>i << 2));
      const left = <usize>load<u8>(table + <usize>load<u8>(own + <usize>id));
      store<u32>(l, id);
      store<u32>(r, id);
      l += left << 2;
      r += (1 - left) << 2;
    }
  }
  leftEnd = l;
  rightEnd = r;
}

/** Which of sixteen codes go left, by the 256 bits that say so of all codes: lanes of ones. */
@inline
function goLeft(code: v128, low: v128, high: v128): v128 {
  const powers = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const byte = i8x16.shr_u(code, 3);
  // A swizzle answers 0 for places past 15: each half serves its own.
  const bits = v128.or(i8x16.swizzle(low, byte), i8x16.swizzle(high, i8x16.sub(byte, i8x16.splat(16))));
  const bit = i8x16.swizzle(powers, v128.and(code, i8x16.splat(7)));
  return i8x16.eq(v128.and(bits, bit), bit);
}

/** How many of the masked rows from … to − 1 go left. */
export function countLeft(own: usize, codes: usize, from: i32, to: i32): i32 {
  const low = v128.load(codes);
  const high = v128.load(codes, 16);
  let sum = i32x4.splat(0);
  for (let i = from; i < to; i += 16) {
    const goes = v128.and(goLeft(v128.load(own + <usize>i), low, high), v128.load(mask + <usize>i));
    // A lane of ones is −1: its sign bit counts as 1.
    const ones = i16x8.extadd_pairwise_i8x16_u(i8x16.shr_u(goes, 7));
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(ones));
  }
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}

/**
 * Of the masked rows from … to − 1, takes those that go left (or right) out of the mask and writes their numbers to
 * `out`; returns where it left off.
 */
export function takeRows(own: usize, codes: usize, left: bool, from: i32, to: i32, out: usize): usize {
  const low = v128.load(codes);
  const high = v128.load(codes, 16);
  const flip = i8x16.splat(left ? 0 : -1);
  for (let i = from; i < to; i += 16) {
    const held = v128.load(mask + <usize>i);
    if (!v128.any_true(held)) continue;
    const goes = v128.xor(goLeft(v128.load(own + <usize>i), low, high), flip);
    const taken = v128.and(goes, held);
    let which = <u32>i8x16.bitmask(taken);
    if (!which) continue;
    v128.store(mask + <usize>i, v128.andnot(held, taken));
    while (which) {
      store<i32>(out, i + <i32>ctz<u32>(which));
      out += 4;
      which &= which - 1;
    }
  }
  return out;
}

/** Writes the numbers of the masked rows to `out`. */
export function listRows(from: i32, to: i32, out: usize): void {
  for (let i = from; i < to; i += 16) {
    let which = <u32>i8x16.bitmask(v128.load(mask + <usize>i));
    while (which) {
      store<i32>(out, i + <i32>ctz<u32>(which));
      out += 4;
      which &= which - 1;
    }
  }
}

/** How many rows of the masked leaf go left. */
function countMasked(group: i32, codes: usize): i32 {
  const own = groupBytes + <usize>group * <usize>rows;
  let sum = 0;
  for (let from = 0; from < rows; from += CHUNK) sum += countLeft(own, codes, from, min(from + CHUNK, rows));
  return sum;
}

/** Takes one side of a masked leaf out of the mask and into rowIds from position `target` on; how many rows it is. */
function takeSide(group: i32, codes: usize, left: bool, target: i32): i32 {
  if (threads > 1 && rows >= SHARED_ROWS) return takeSideShared(group, codes, left, target);
  const own = groupBytes + <usize>group * <usize>rows;
  const start = rowIds + (<usize>target << 2);
  let out = start;
  for (let from = 0; from < rows; from += CHUNK) {
    out = takeRows(own, codes, left, from, min(from + CHUNK, rows), out);
  }
  return <i32>((out - start) >> 2);
}

/** Puts the rows that go left first; how many they are. */
function partition(group: i32, start: i32, count: i32): i32 {
  const own = groupBytes + <usize>group * <usize>rows;
  if (threads > 1 && count >= SHARED_ROWS) return partitionShared(group, start, count);
  leftEnd = rowIds + (<usize>start << 2);
  rightEnd = spare;
  for (let from = start; from < start + count; from += CHUNK) splitRows(own, from, min(from + CHUNK, start + count));
  memory.copy(leftEnd, spare, rightEnd - spare);
  return <i32>((leftEnd - rowIds) >> 2) - start;
}

// ---- Growth --------------------------------------------------------------------------------------------------------

function writeNode(node: usize, sum: i64, start: i32, count: i32, lower: f64, upper: f64): void {
  store<i32>(node, -1, NODE_FEATURE);
  store<i32>(node, -1, NODE_LEFT);
  store<i32>(node, 0, NODE_MISSING);
  store<f64>(node, 0, NODE_GAIN);
  store<i64>(node, sum, NODE_SUM);
  store<i32>(node, count, NODE_COUNT);
  store<i32>(node, start, NODE_START);
  const g = gradientOf(sum) * gradientUnit;
  const h = hessianOf(sum) * hessianUnit + l2;
  const size = g > l1 ? g - l1 : g < -l1 ? g + l1 : 0;
  const value = h > 0 ? -size / h : 0;
  store<f64>(node, value < lower ? lower : value > upper ? upper : value, NODE_VALUE);
}

/** Whether a leaf may be split at all, which says whether its histogram is worth making. */
@inline
function splittable(at: usize): bool {
  return load<i32>(at, DEPTH) < mostDepth && load<i32>(at, COUNT) >= 2 * minRows;
}

/** Grows a tree on `count` rows: all (`everyRow`) or those in rowIds. Returns the number of its nodes. */
export function growTree(count: i32, everyRow: bool, gUnit: f64, hUnit: f64): i32 {
  gradientUnit = gUnit;
  hessianUnit = hUnit;
  identity = everyRow;
  bagged = count;
  leafCount = 1;
  nodeCount = 1;
  buildHistogram(0, 0, count);
  let sum: i64 = 0;
  for (let code: usize = 0; code < 256; code++) sum += load<i64>(pool + (code << 3));
  store<i32>(leaves, 0, START);
  store<i32>(leaves, count, COUNT);
  store<i64>(leaves, sum, SUM);
  store<i32>(leaves, 0, DEPTH);
  store<i32>(leaves, 0, NODE);
  store<i32>(leaves, 0, SLOT);
  store<f64>(leaves, -Infinity, LOWER);
  store<f64>(leaves, Infinity, UPPER);
  store<i32>(leaves, everyRow ? 1 : 0, MASKED);
  if (everyRow) {
    memory.fill(mask, 0xff, <usize>rows);
    memory.fill(mask + <usize>rows, 0, 16);
  }
  writeNode(nodes, sum, 0, count, -Infinity, Infinity);
  if (splittable(leaves)) findSplit(0);
  else store<f64>(leaves, 0, GAIN);
  while (leafCount < mostLeaves) {
    const chosen = choose();
    if (chosen < 0) break;
    splitLeaf(chosen);
  }
  maskedNode = -1;
  for (let k = 0; k < leafCount; k++) {
    const at = leaves + <usize>k * LEAF;
    if (load<i32>(at, MASKED) == 0) continue;
    if (listAll) listLeaf(at);
    else maskedNode = load<i32>(at, NODE);
  }
  return nodeCount;
}

/** The leaf to split next: of greatest gain, or, by depth, the first of the least depth; −1 if none is left. */
function choose(): i32 {
  let chosen = -1;
  let most: f64 = 0;
  let least = i32.MAX_VALUE;
  for (let k = 0; k < leafCount; k++) {
    const at = leaves + <usize>k * LEAF;
    const gain = load<f64>(at, GAIN);
    if (!(gain > 0)) continue;
    const depth = load<i32>(at, DEPTH);
    if (byDepth ? depth < least || (depth == least && gain > most) : gain > most) {
      chosen = k;
      most = gain;
      least = depth;
    }
  }
  return chosen;
}

/** Lists the rows of the masked leaf. */
function listLeaf(at: usize): void {
  store<i32>(at, 0, MASKED);
  listRows(0, rows, rowIds + (<usize>load<i32>(at, START) << 2));
}

/** Splits a leaf: it becomes its left child, a new leaf the right one. */
function splitLeaf(index: i32): void {
  leaf = leaves + <usize>index * LEAF;
  const j = load<i32>(leaf, FEATURE);
  const place = places + <usize>j * PLACE;
  const node = nodes + <usize>load<i32>(leaf, NODE) * RECORD;
  const start = load<i32>(leaf, START);
  const count = load<i32>(leaf, COUNT);
  const sum = load<i64>(leaf, SUM);
  const leftSum = load<i64>(leaf, LEFTSUM);
  const group = load<i32>(place);
  directCodes(node, j);
  // The root's rows are all rows: they are never listed. A split of it takes the smaller side out of a mask, and so
  // on with the larger one: trees often peel small leaves off a large one, which stays cheap that way.
  const masked = load<i32>(leaf, MASKED) != 0;
  identity = false;
  let leftCount: i32;
  let leftStart = start;
  let rightStart = start;
  let leftTaken = false;
  if (masked) {
    leftCount = countMasked(group, node + NODE_CODES);
    leftTaken = 2 * leftCount <= count;
    const taken = takeSide(group, node + NODE_CODES, leftTaken, start);
    // The side taken comes first in the leaf's stretch of rowIds, whichever it is.
    if (leftTaken) rightStart += taken;
    else leftStart += taken;
  } else {
    leftCount = partition(group, start, count);
    rightStart += leftCount;
  }
  let missingLeft = load<i32>(leaf, MISSING_LEFT);
  // With nothing missing in training, what is missing later goes where most rows go.
  if (load<i32>(place, 12) == 0 && load<u8>(place, 24) == 0) missingLeft = <i32>(2 * leftCount > count);
  store<i32>(node, j, NODE_FEATURE);
  store<i32>(node, load<i32>(leaf, BIN), NODE_BIN);
  store<i32>(node, nodeCount, NODE_LEFT);
  store<i32>(node, missingLeft, NODE_MISSING);
  store<f64>(node, load<f64>(leaf, GAIN), NODE_GAIN);
  store<i32>(node, group, NODE_GROUP);
  memory.copy(node + NODE_SET, leaf + SET, 32);

  let lower = load<f64>(leaf, LOWER);
  let upper = load<f64>(leaf, UPPER);
  const right = leaves + <usize>leafCount * LEAF;
  const depth = load<i32>(leaf, DEPTH) + 1;
  const slot = load<i32>(leaf, SLOT);
  store<i32>(leaf, leftStart, START);
  store<i32>(leaf, leftCount, COUNT);
  store<i64>(leaf, leftSum, SUM);
  store<i32>(leaf, depth, DEPTH);
  store<i32>(leaf, nodeCount, NODE);
  store<i32>(right, rightStart, START);
  store<i32>(right, count - leftCount, COUNT);
  store<i64>(right, sum - leftSum, SUM);
  store<i32>(right, depth, DEPTH);
  store<i32>(right, nodeCount + 1, NODE);
  store<i32>(right, leafCount, SLOT);
  store<f64>(right, lower, LOWER);
  store<f64>(right, upper, UPPER);
  const leftNode = nodes + <usize>nodeCount * RECORD;
  const rightNode = leftNode + RECORD;
  writeNode(leftNode, leftSum, leftStart, leftCount, lower, upper);
  writeNode(rightNode, sum - leftSum, rightStart, count - leftCount, lower, upper);
  const direction = <i32>load<i8>(place, 25);
  if (direction != 0) {
    // Descendants of the two sides stay on their sides of the middle.
    const middle = (load<f64>(leftNode, NODE_VALUE) + load<f64>(rightNode, NODE_VALUE)) / 2;
    if (direction > 0) {
      store<f64>(leaf, middle, UPPER);
      store<f64>(right, middle, LOWER);
    } else {
      store<f64>(leaf, middle, LOWER);
      store<f64>(right, middle, UPPER);
    }
  }
  nodeCount += 2;
  leafCount++;
  store<i32>(leaf, masked && !leftTaken ? 1 : 0, MASKED);
  store<i32>(right, masked && leftTaken ? 1 : 0, MASKED);
  if (masked) {
    const rest = leftTaken ? right : leaf;
    if (<i64>load<i32>(rest, COUNT) * <i64>LISTED < <i64>rows) listLeaf(rest);
  }
  const open = leafCount < mostLeaves;
  const leftOpen = open && splittable(leaf);
  const rightOpen = open && splittable(right);
  store<f64>(leaf, 0, GAIN);
  store<f64>(right, 0, GAIN);
  if (!leftOpen && !rightOpen) return;
  // The smaller child is counted; the larger one is the parent less it, in the parent's slot.
  const leftSmaller = 2 * leftCount <= count;
  if (leftSmaller) {
    store<i32>(leaf, leafCount - 1, SLOT);
    store<i32>(right, slot, SLOT);
    buildHistogram(leafCount - 1, leftStart, leftCount);
  } else buildHistogram(leafCount - 1, rightStart, count - leftCount);
  subtractHistogram(slot, leafCount - 1);
  if (leftOpen) findSplit(index);
  if (rightOpen) findSplit(leafCount - 1);
}

// ---- Scores --------------------------------------------------------------------------------------------------------

/** Adds a leaf's value to the scores of positions from … to − 1. */
export function addToRows(from: i32, to: i32, value: f64): void {
  for (let i = from; i < to; i++) {
    const at = scores + (<usize>load<u32>(rowIds + (<usize>i << 2)) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
}

/** Adds the masked leaf's value to the scores of its rows among from … to − 1. */
export function addToMasked(from: i32, to: i32, value: f64): void {
  // Rows outside of the mask get 0 added.
  const both = f64x2.splat(value);
  for (let i = from; i < to; i += 2) {
    const at = scores + (<usize>i << 3);
    const held = i64x2.extend_low_i32x4_s(
      i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load_splat<i16>(mask + <usize>i))),
    );
    v128.store(at, f64x2.add(v128.load(at), v128.and(both, held)));
  }
}

/** Sixteen rows' nodes, moved on to a child where they stand at node `here`, whose left child is numbered `left`. */
@inline
function movedOn(at: v128, here: v128, left: v128, code: v128, low: v128, high: v128): v128 {
  // Lanes of ones are −1: who goes left comes one before the right child.
  const child = i8x16.add(i8x16.add(left, i8x16.splat(1)), goLeft(code, low, high));
  return v128.bitselect(child, at, i8x16.eq(at, here));
}

/**
 * Adds the values of the leaves that rows from … to − 1 reach to their scores. 64 rows go down together, a byte each:
 * children are numbered above their parents, so one look at each node is enough.
 */
export function seatRows(from: i32, to: i32, count: i32): void {
  for (let i = from; i < to; i += 64) {
    let a = i8x16.splat(0), b = a, c = a, d = a;
    for (let k = 0; k < count; k++) {
      const node = nodes + <usize>k * RECORD;
      if (load<i32>(node, NODE_FEATURE) < 0) continue;
      const codes = groupBytes + <usize>load<i32>(node, NODE_GROUP) * <usize>rows + <usize>i;
      const here = i8x16.splat(<i8>k);
      const left = i8x16.splat(<i8>load<i32>(node, NODE_LEFT));
      const low = v128.load(node + NODE_CODES);
      const high = v128.load(node + NODE_CODES, 16);
      a = movedOn(a, here, left, v128.load(codes), low, high);
      b = movedOn(b, here, left, v128.load(codes, 16), low, high);
      c = movedOn(c, here, left, v128.load(codes, 32), low, high);
      d = movedOn(d, here, left, v128.load(codes, 48), low, high);
    }
    // The mask serves trees of all rows alone; of others it keeps the rows' nodes.
    const held = mask + <usize>i;
    v128.store(held, a);
    v128.store(held, b, 16);
    v128.store(held, c, 32);
    v128.store(held, d, 48);
    const end = min(i + 64, to);
    for (let row = i; row < end; row++) {
      const at = scores + (<usize>row << 3);
      const node = nodes + <usize>load<u8>(mask + <usize>row) * RECORD;
      store<f64>(at, load<f64>(at) + load<f64>(node, NODE_VALUE));
    }
  }
}

/** Adds the values of the leaves of a tree of `count` nodes that rows from … to − 1 reach to their scores: rows outside the bag need the walk. */
export function walkRows(from: i32, to: i32, count: i32): void {
  if (count <= SEATED) {
    seatRows(from, to, count);
    return;
  }
  for (let i = from; i < to; i++) {
    const row = bytes + <usize>i * <usize>groups;
    let node = nodes;
    while (load<i32>(node, NODE_FEATURE) >= 0) {
      const code = <i32>load<u8>(row + <usize>load<i32>(node, NODE_GROUP));
      const left = (<i32>load<u8>(node + NODE_CODES + <usize>(code >> 3)) >> (code & 7)) & 1;
      node = nodes + <usize>(load<i32>(node, NODE_LEFT) + 1 - left) * RECORD;
    }
    const at = scores + (<usize>i << 3);
    store<f64>(at, load<f64>(at) + load<f64>(node, NODE_VALUE));
  }
}

/** Adds the tree's values, as they now stand in its leaves, to the scores of all rows. */
export function addTree(): void {
  if (bagged < rows) {
    if (threads > 1 && rows >= SHARED_ROWS) share(JOB_WALK, 0, rows, nodeCount);
    else for (let from = 0; from < rows; from += CHUNK) walkRows(from, min(from + CHUNK, rows), nodeCount);
    return;
  }
  for (let k = 0; k < nodeCount; k++) {
    const node = nodes + <usize>k * RECORD;
    if (load<i32>(node, NODE_FEATURE) >= 0) continue;
    const value = load<f64>(node, NODE_VALUE);
    if (k == maskedNode) {
      if (threads > 1 && rows >= SHARED_ROWS) share(JOB_ADD_MASKED, 0, rows, k);
      else for (let from = 0; from < rows; from += CHUNK) addToMasked(from, min(from + CHUNK, rows), value);
      continue;
    }
    const start = load<i32>(node, NODE_START);
    const count = load<i32>(node, NODE_COUNT);
    if (threads > 1 && count >= SHARED_ROWS) share(JOB_ADD, start, count, k);
    else {
      for (let from = start; from < start + count; from += CHUNK) {
        addToRows(from, min(from + CHUNK, start + count), value);
      }
    }
  }
}

/** Gradients of the logistic loss, or of those the host wrote, for all rows. */
export function refresh(logistic: bool, gScale: f32, hScale: f32, seed: i32): void {
  if (threads > 1 && rows >= SHARED_ROWS) {
    store<f32>(jobs, gScale, JOB_G);
    store<f32>(jobs, hScale, JOB_H);
    share(logistic ? JOB_LOGISTIC : JOB_QUANTISE, 0, rows, seed);
    return;
  }
  for (let from = 0; from < rows; from += CHUNK) {
    const to = min(from + CHUNK, rows);
    if (logistic) logisticRows(from, to, gScale, hScale, seed);
    else quantiseRows(from, to, gScale, hScale, seed);
  }
}

// ---- Threads -------------------------------------------------------------------------------------------------------

const JOB_HISTOGRAM: i32 = 1;
const JOB_SPLIT: i32 = 2;
const JOB_MOVE: i32 = 3;
const JOB_ADD: i32 = 4;
const JOB_WALK: i32 = 5;
const JOB_LOGISTIC: i32 = 6;
const JOB_QUANTISE: i32 = 7;
const JOB_QUIT: i32 = 8;
const JOB_TAKE: i32 = 9;
const JOB_GATHER: i32 = 10;
const JOB_ADD_MASKED: i32 = 11;

// Layout of the job board, which all threads see: the ticket holds the number of the job (16 bits), its pieces (24)
// and the next piece to take (24).
const TICKET: usize = 0;
const DONE: usize = 8;
const SIGNAL: usize = 12;
const JOB: usize = 16;
const JOB_START: usize = 20;
const JOB_COUNT: usize = 24;
const JOB_EXTRA: usize = 28;
const JOB_IDENTITY: usize = 32;
const JOB_G: usize = 36;
const JOB_H: usize = 40;
const JOB_GROUP: usize = 44;
const JOB_CODES: usize = 48;
/** Where each piece of a partition left off: how many rows of it go left. */
const PIECES: usize = 64;

/** How often a thread looks again before it sleeps: some tens of microseconds. */
const SPINS: i32 = 20000;
/** Nanoseconds without a piece finished after which a thread is taken for dead. */
const PATIENCE: i64 = 60_000_000_000;

let jobNumber: i64 = 0;

/** Does the job in pieces, together with the other threads. */
function share(job: i32, start: i32, count: i32, extra: i32): void {
  const pieces = (count + CHUNK - 1) / CHUNK;
  store<i32>(jobs, job, JOB);
  store<i32>(jobs, start, JOB_START);
  store<i32>(jobs, count, JOB_COUNT);
  store<i32>(jobs, extra, JOB_EXTRA);
  store<i32>(jobs, identity ? 1 : 0, JOB_IDENTITY);
  atomic.store<i32>(jobs, 0, DONE);
  jobNumber++;
  atomic.store<i64>(jobs, ((jobNumber & 0xffff) << 48) | (<i64>pieces << 24), TICKET);
  atomic.add<i32>(jobs, 1, SIGNAL);
  atomic.notify(jobs + SIGNAL, threads);
  work(0);
  let spins = 0;
  for (;;) {
    const done = atomic.load<i32>(jobs, DONE);
    if (done == pieces) return;
    if (++spins < SPINS) continue;
    // Whoever finishes the last piece wakes this thread. Should a thread have died, better fail than wait for ever.
    if (atomic.wait<i32>(jobs + DONE, done, PATIENCE) == AtomicWaitResult.TIMED_OUT) unreachable();
  }
}

/** Takes pieces of the present job until none is left. */
function work(thread: i32): void {
  for (;;) {
    const ticket = atomic.add<i64>(jobs, 1, TICKET);
    const piece = <i32>(ticket & 0xffffff);
    // A ticket of a finished job has no pieces left, so what it says of the job is never used.
    if (piece >= <i32>((ticket >> 24) & 0xffffff)) return;
    doPiece(thread, piece);
    atomic.add<i32>(jobs, 1, DONE);
    atomic.notify(jobs + DONE, 1);
  }
}

function doPiece(thread: i32, piece: i32): void {
  const job = load<i32>(jobs, JOB);
  const start = load<i32>(jobs, JOB_START);
  const from = start + piece * CHUNK;
  const to = min(from + CHUNK, start + load<i32>(jobs, JOB_COUNT));
  const extra = load<i32>(jobs, JOB_EXTRA);
  identity = load<i32>(jobs, JOB_IDENTITY) != 0;
  switch (job) {
    case JOB_HISTOGRAM: {
      const size = <usize>groups * GROUP;
      addRows(thread == 0 ? slotOf(extra) : privates + <usize>(thread - 1) * size, from, to);
      break;
    }
    case JOB_SPLIT: {
      // Left rows go to the same places of the spare space from the front, right ones from behind.
      splitApart(groupBytes + <usize>load<i32>(jobs, JOB_GROUP) * <usize>rows, from, to, piece);
      break;
    }
    case JOB_MOVE: {
      moveTogether(from, to, piece);
      break;
    }
    case JOB_TAKE: {
      const own = groupBytes + <usize>load<i32>(jobs, JOB_GROUP) * <usize>rows;
      const out = spare + (<usize>from << 2);
      const codes = <usize>load<u32>(jobs, JOB_CODES);
      const end = takeRows(own, codes, extra != 0, from, to, out);
      store<i32>(jobs + PIECES + (<usize>piece << 3), <i32>((end - out) >> 2));
      break;
    }
    case JOB_GATHER: {
      const at = jobs + PIECES + (<usize>piece << 3);
      const target = rowIds + (<usize>load<i32>(at, 4) << 2);
      memory.copy(target, spare + (<usize>from << 2), <usize>load<i32>(at) << 2);
      break;
    }
    case JOB_ADD_MASKED: {
      addToMasked(from, to, load<f64>(nodes + <usize>extra * RECORD, NODE_VALUE));
      break;
    }
    case JOB_ADD: {
      addToRows(from, to, load<f64>(nodes + <usize>extra * RECORD, NODE_VALUE));
      break;
    }
    case JOB_WALK: {
      walkRows(from, to, extra);
      break;
    }
    case JOB_LOGISTIC: {
      logisticRows(from, to, load<f32>(jobs, JOB_G), load<f32>(jobs, JOB_H), extra);
      break;
    }
    case JOB_QUANTISE: {
      quantiseRows(from, to, load<f32>(jobs, JOB_G), load<f32>(jobs, JOB_H), extra);
      break;
    }
  }
}

function splitApart(own: usize, from: i32, to: i32, piece: i32): void {
  let l = spare + (<usize>from << 2);
  let r = spare + (<usize>(to - 1) << 2);
  for (let i = from; i < to; i++) {
    const id = identity ? <u32>i : load<u32>(rowIds + (<usize>i << 2));
    const left = <usize>load<u8>(table + <usize>load<u8>(own + <usize>id));
    store<u32>(l, id);
    store<u32>(r, id);
    l += left << 2;
    r -= (1 - left) << 2;
  }
  store<i32>(jobs + PIECES + (<usize>piece << 3), <i32>((l - spare) >> 2) - from);
}

/** Moves a piece's left and right rows to where the sums of the pieces before say. */
function moveTogether(from: i32, to: i32, piece: i32): void {
  const left = load<i32>(jobs + PIECES + (<usize>piece << 3));
  const target = load<i32>(jobs + PIECES + (<usize>piece << 3), 4);
  memory.copy(rowIds + (<usize>target << 2), spare + (<usize>from << 2), <usize>left << 2);
  // Rights were written backwards; their place is what all lefts and the rights before leave.
  let r = rowIds + (<usize>(load<i32>(jobs, JOB_EXTRA) + (from - target)) << 2);
  for (let i = to - 1; i >= from + left; i--, r += 4) store<u32>(r, load<u32>(spare + (<usize>i << 2)));
}

function partitionShared(group: i32, start: i32, count: i32): i32 {
  store<i32>(jobs, group, JOB_GROUP);
  share(JOB_SPLIT, start, count, 0);
  const pieces = (count + CHUNK - 1) / CHUNK;
  let target = start;
  for (let piece = 0; piece < pieces; piece++) {
    const at = jobs + PIECES + (<usize>piece << 3);
    store<i32>(at, target, 4);
    target += load<i32>(at);
  }
  // A piece's rights begin at all lefts + (its first position − the lefts before it).
  share(JOB_MOVE, start, count, target);
  return target - start;
}

function takeSideShared(group: i32, codes: usize, left: bool, target: i32): i32 {
  store<i32>(jobs, group, JOB_GROUP);
  store<u32>(jobs, <u32>codes, JOB_CODES);
  share(JOB_TAKE, 0, rows, left ? 1 : 0);
  const pieces = (rows + CHUNK - 1) / CHUNK;
  let next = target;
  for (let piece = 0; piece < pieces; piece++) {
    const at = jobs + PIECES + (<usize>piece << 3);
    store<i32>(at, next, 4);
    next += load<i32>(at);
  }
  share(JOB_GATHER, 0, rows, 0);
  return next - target;
}

/** What a helping thread does until it is told to quit: works, spins a little, sleeps. */
export function help(thread: i32): void {
  let seen = 0;
  for (;;) {
    let spins = 0;
    while (atomic.load<i32>(jobs, SIGNAL) == seen && spins < SPINS) spins++;
    if (atomic.load<i32>(jobs, SIGNAL) == seen) atomic.wait<i32>(jobs + SIGNAL, seen, -1);
    seen = atomic.load<i32>(jobs, SIGNAL);
    if (atomic.load<i32>(jobs, JOB) == JOB_QUIT) return;
    work(thread);
  }
}

/** Ends the helper threads. */
export function dismiss(): void {
  atomic.store<i32>(jobs, JOB_QUIT, JOB);
  atomic.store<i64>(jobs, 0, TICKET);
  atomic.add<i32>(jobs, 1, SIGNAL);
  atomic.notify(jobs + SIGNAL, threads);
}
