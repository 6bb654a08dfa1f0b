// asc: --noAssert --memoryBase 64 --importMemory
// What the simd engine computes with: loops over Float32 numbers in the imported memory, four at a time. Addresses are in
// bytes, counts and strides in numbers. Every operation rounds as its plain twin (tests/neural/plain-kernels.ts) does, so that both give
// the same bits.

// C = A·B, or C += A·B. Strides let either factor be read transposed. Every element is summed in the order of k with one
// rounding per product and per sum, so the result does not depend on the tiling.

/** Columns of one packed panel of B. */
const WIDE: usize = 8;
/** Depth of one panel: 8 × 512 floats lie in the first-level cache. */
const DEEP: i32 = 512;

export function gemm(
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bCol: usize,
  c: usize,
  cRow: usize,
  add: i32,
  panel: usize,
): void {
  aRow <<= 2;
  aCol <<= 2;
  bRow <<= 2;
  bCol <<= 2;
  cRow <<= 2;
  // The 4 × 8 results of a tile that does not fit go through this scratch, behind the panel.
  const tile = panel + ((<usize>DEEP * WIDE) << 2);
  for (let from: i32 = 0; from < k; from += DEEP) {
    const depth = min(DEEP, k - from);
    const more = add | from;
    const aPart = a + <usize>from * aCol;
    const bPart = b + <usize>from * bRow;
    for (let j: i32 = 0; j < n; j += 8) {
      const wide = min(8, n - j);
      pack(depth, wide, bPart + <usize>j * bCol, bRow, bCol, panel);
      const cPart = c + ((<usize>j) << 2);
      let i: i32 = 0;
      if (wide == 8) {
        for (; i + 4 <= m; i += 4) {
          tile4(depth, aPart + <usize>i * aRow, aRow, aCol, panel, cPart + <usize>i * cRow, cRow, more);
        }
        for (; i < m; i++) {
          tile1(depth, aPart + <usize>i * aRow, aCol, panel, cPart + <usize>i * cRow, more);
        }
      } else {
        for (; i < m; i++) {
          const target = cPart + <usize>i * cRow;
          if (more) memory.copy(tile, target, (<usize>wide) << 2);
          tile1(depth, aPart + <usize>i * aRow, aCol, panel, tile, more);
          memory.copy(target, tile, (<usize>wide) << 2);
        }
      }
    }
  }
}

/** Eight columns of B side by side, filled up with zeros. */
function pack(depth: i32, wide: i32, b: usize, bRow: usize, bCol: usize, panel: usize): void {
  if (wide == 8 && bCol == 4) {
    for (let p: i32 = 0; p < depth; p++) {
      v128.store(panel, v128.load(b), 0);
      v128.store(panel, v128.load(b, 16), 16);
      b += bRow;
      panel += 32;
    }
    return;
  }
  for (let p: i32 = 0; p < depth; p++) {
    let from = b;
    for (let j: i32 = 0; j < 8; j++) {
      store<f32>(panel + ((<usize>j) << 2), j < wide ? load<f32>(from) : <f32>0);
      from += bCol;
    }
    b += bRow;
    panel += 32;
  }
}

/** Four rows by eight columns, all sixteen sums in registers. */
function tile4(
  depth: i32,
  a0: usize,
  aRow: usize,
  aCol: usize,
  panel: usize,
  c0: usize,
  cRow: usize,
  more: i32,
): void {
  const c1 = c0 + cRow;
  const c2 = c1 + cRow;
  const c3 = c2 + cRow;
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  if (more) {
    s00 = v128.load(c0);
    s01 = v128.load(c0, 16);
    s10 = v128.load(c1);
    s11 = v128.load(c1, 16);
    s20 = v128.load(c2);
    s21 = v128.load(c2, 16);
    s30 = v128.load(c3);
    s31 = v128.load(c3, 16);
  }
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  const end = panel + ((<usize>depth) << 5);
  while (panel < end) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let x = v128.load32_splat(a0);
    s00 = f32x4.add(s00, f32x4.mul(x, b0));
    s01 = f32x4.add(s01, f32x4.mul(x, b1));
    x = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(x, b0));
    s11 = f32x4.add(s11, f32x4.mul(x, b1));
    x = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(x, b0));
    s21 = f32x4.add(s21, f32x4.mul(x, b1));
    x = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(x, b0));
    s31 = f32x4.add(s31, f32x4.mul(x, b1));
    panel += 32;
    a0 += aCol;
    a1 += aCol;
    a2 += aCol;
    a3 += aCol;
  }
  v128.store(c0, s00);
  v128.store(c0, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** One row by eight columns. */
function tile1(depth: i32, a: usize, aCol: usize, panel: usize, c: usize, more: i32): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  if (more) {
    s0 = v128.load(c);
    s1 = v128.load(c, 16);
  }
  const end = panel + ((<usize>depth) << 5);
  while (panel < end) {
    const x = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(x, v128.load(panel)));
    s1 = f32x4.add(s1, f32x4.mul(x, v128.load(panel, 16)));
    panel += 32;
    a += aCol;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

// ---- Functions of four numbers: Cephes' single-precision polynomials (Moshier, 1989).

// @ts-ignore: decorator
@inline
function c(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, d: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), d);
}

// @ts-ignore: decorator
@inline
function exp4(given: v128): v128 {
  let x = f32x4.min(f32x4.max(given, c(-87.3)), c(88));
  const n = f32x4.floor(fma(x, c(1.44269504), c(0.5)));
  x = f32x4.sub(x, f32x4.mul(n, c(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(n, c(-2.12194440e-4)));
  let y = fma(c(1.9875691500e-4), x, c(1.3981999507e-3));
  y = fma(y, x, c(8.3334519073e-3));
  y = fma(y, x, c(4.1665795894e-2));
  y = fma(y, x, c(1.6666665459e-1));
  y = fma(y, x, c(5.0000001201e-1));
  y = f32x4.add(fma(y, f32x4.mul(x, x), x), c(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(y, power);
}

/** Not a number below 0 or at it. */
// @ts-ignore: decorator
@inline
function log4(x: v128): v128 {
  const bits = i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(126));
  let m = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const low = f32x4.lt(m, c(0.707106781));
  const e = f32x4.convert_i32x4_s(i32x4.add(bits, low));
  m = f32x4.add(f32x4.sub(m, c(1)), v128.and(m, low));
  const z = f32x4.mul(m, m);
  let y = fma(c(7.0376836292e-2), m, c(-1.1514610310e-1));
  y = fma(y, m, c(1.1676998740e-1));
  y = fma(y, m, c(-1.2420140846e-1));
  y = fma(y, m, c(1.4249322787e-1));
  y = fma(y, m, c(-1.6668057665e-1));
  y = fma(y, m, c(2.0000714765e-1));
  y = fma(y, m, c(-2.4999993993e-1));
  y = fma(y, m, c(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), z);
  y = fma(e, c(-2.12194440e-4), y);
  y = fma(c(-0.5), z, y);
  y = fma(e, c(0.693359375), f32x4.add(m, y));
  return v128.bitselect(y, c(NaN), f32x4.gt(x, c(0)));
}

/** cos x where `turn` is 0, sin x where it is 3. */
// @ts-ignore: decorator
@inline
function wave4(x: v128, turn: i32): v128 {
  const n = f32x4.floor(fma(x, c(0.636619772), c(0.5)));
  let r = f32x4.sub(x, f32x4.mul(n, c(1.5703125)));
  r = f32x4.sub(r, f32x4.mul(n, c(4.837512969970703e-4)));
  r = f32x4.sub(r, f32x4.mul(n, c(7.549789948768648e-8)));
  const quarter = i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(turn));
  const z = f32x4.mul(r, r);
  let even = fma(c(2.443315711809948e-5), z, c(-1.388731625493765e-3));
  even = fma(even, z, c(4.166664568298827e-2));
  even = fma(f32x4.mul(even, z), z, fma(c(-0.5), z, c(1)));
  let odd = fma(c(-1.9515295891e-4), z, c(8.3321608736e-3));
  odd = fma(odd, z, c(-1.6666654611e-1));
  odd = fma(f32x4.mul(odd, z), r, r);
  const isOdd = i32x4.eq(v128.and(quarter, i32x4.splat(1)), i32x4.splat(1));
  const value = v128.bitselect(odd, even, isOdd);
  // Quarters 1 and 2 are negative.
  const sign = i32x4.shl(v128.and(i32x4.add(quarter, i32x4.splat(1)), i32x4.splat(2)), 30);
  return v128.xor(value, sign);
}

// ---- y = f(x), four by four; the memory is reserved in fours, so the last ones may run over the count.

const LINEAR = 0;
const RELU = 1;
const LEAKY = 2;
const SELU = 3;
const TANH = 4;
const SIGMOID = 5;
const SOFTPLUS = 6;
const EXP = 7;
const LOG = 8;
const COS = 9;
const SQUARE = 10;
const SQRT = 11;
const ABS = 12;
const RECIPROCAL = 13;
const SELU_SCALE: f32 = 1.0507009873554805;
const SELU_FLOOR: f32 = 1.7580993408473766;

// @ts-ignore: decorator
@inline
function value4(f: i32, x: v128): v128 {
  if (f == RELU) return f32x4.max(x, c(0));
  if (f == LEAKY) return v128.bitselect(f32x4.mul(x, c(0.2)), x, f32x4.lt(x, c(0)));
  if (f == SELU) {
    const below = f32x4.mul(f32x4.sub(exp4(x), c(1)), c(SELU_FLOOR));
    return v128.bitselect(f32x4.mul(x, c(SELU_SCALE)), below, f32x4.gt(x, c(0)));
  }
  if (f == TANH) return f32x4.sub(c(1), f32x4.div(c(2), f32x4.add(exp4(f32x4.mul(x, c(2))), c(1))));
  if (f == SIGMOID) return f32x4.div(c(1), f32x4.add(exp4(f32x4.neg(x)), c(1)));
  if (f == SOFTPLUS)
    return f32x4.add(f32x4.max(x, c(0)), log4(f32x4.add(exp4(f32x4.neg(f32x4.abs(x))), c(1))));
  if (f == EXP) return exp4(x);
  if (f == LOG) return log4(x);
  if (f == COS) return wave4(x, 0);
  if (f == SQUARE) return f32x4.mul(x, x);
  if (f == SQRT) return f32x4.sqrt(x);
  if (f == ABS) return f32x4.abs(x);
  if (f == RECIPROCAL) return f32x4.div(c(1), x);
  return x;
}

/** dy · f′. */
// @ts-ignore: decorator
@inline
function slope4(f: i32, x: v128, y: v128, dy: v128): v128 {
  if (f == RELU) return v128.and(dy, f32x4.gt(y, c(0)));
  if (f == LEAKY) return v128.bitselect(dy, f32x4.mul(dy, c(0.2)), f32x4.gt(y, c(0)));
  if (f == SELU)
    return f32x4.mul(
      dy,
      v128.bitselect(c(SELU_SCALE), f32x4.add(y, c(SELU_FLOOR)), f32x4.gt(y, c(0))),
    );
  if (f == TANH) return f32x4.mul(dy, f32x4.sub(c(1), f32x4.mul(y, y)));
  if (f == SIGMOID) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(c(1), y)));
  if (f == SOFTPLUS) return f32x4.mul(dy, f32x4.sub(c(1), exp4(f32x4.neg(y))));
  if (f == EXP) return f32x4.mul(dy, y);
  if (f == LOG) return f32x4.div(dy, x);
  if (f == COS) return f32x4.neg(f32x4.mul(dy, wave4(x, 3)));
  if (f == SQUARE) return f32x4.mul(f32x4.mul(dy, x), c(2));
  if (f == SQRT) return f32x4.div(f32x4.mul(dy, c(0.5)), y);
  if (f == ABS) return v128.xor(dy, v128.and(x, i32x4.splat(0x80000000)));
  if (f == RECIPROCAL) return f32x4.neg(f32x4.mul(dy, f32x4.mul(y, y)));
  return dy;
}

// @ts-ignore: decorator
@inline
function values(f: i32, x: usize, y: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, value4(f, v128.load(x + at)));
  }
}

// @ts-ignore: decorator
@inline
function slopes(f: i32, x: usize, y: usize, dy: usize, dx: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(dx + at, slope4(f, v128.load(x + at), v128.load(y + at), v128.load(dy + at)));
  }
}

// Each branch passes a constant, so that each function gets a loop of its own.
export function map(f: i32, x: usize, y: usize, count: i32): void {
  if (f == RELU) values(RELU, x, y, count);
  else if (f == LEAKY) values(LEAKY, x, y, count);
  else if (f == SELU) values(SELU, x, y, count);
  else if (f == TANH) values(TANH, x, y, count);
  else if (f == SIGMOID) values(SIGMOID, x, y, count);
  else if (f == SOFTPLUS) values(SOFTPLUS, x, y, count);
  else if (f == EXP) values(EXP, x, y, count);
  else if (f == LOG) values(LOG, x, y, count);
  else if (f == COS) values(COS, x, y, count);
  else if (f == SQUARE) values(SQUARE, x, y, count);
  else if (f == SQRT) values(SQRT, x, y, count);
  else if (f == ABS) values(ABS, x, y, count);
  else if (f == RECIPROCAL) values(RECIPROCAL, x, y, count);
  else values(LINEAR, x, y, count);
}

export function mapGradient(f: i32, x: usize, y: usize, dy: usize, dx: usize, count: i32): void {
  if (f == RELU) slopes(RELU, x, y, dy, dx, count);
  else if (f == LEAKY) slopes(LEAKY, x, y, dy, dx, count);
  else if (f == SELU) slopes(SELU, x, y, dy, dx, count);
  else if (f == TANH) slopes(TANH, x, y, dy, dx, count);
  else if (f == SIGMOID) slopes(SIGMOID, x, y, dy, dx, count);
  else if (f == SOFTPLUS) slopes(SOFTPLUS, x, y, dy, dx, count);
  else if (f == EXP) slopes(EXP, x, y, dy, dx, count);
  else if (f == LOG) slopes(LOG, x, y, dy, dx, count);
  else if (f == COS) slopes(COS, x, y, dy, dx, count);
  else if (f == SQUARE) slopes(SQUARE, x, y, dy, dx, count);
  else if (f == SQRT) slopes(SQRT, x, y, dy, dx, count);
  else if (f == ABS) slopes(ABS, x, y, dy, dx, count);
  else if (f == RECIPROCAL) slopes(RECIPROCAL, x, y, dy, dx, count);
  else slopes(LINEAR, x, y, dy, dx, count);
}

// ---- Two operands.

const ADD = 0;
const SUBTRACT = 1;

// @ts-ignore: decorator
@inline
function both4(op: i32, a: v128, b: v128): v128 {
  if (op == ADD) return f32x4.add(a, b);
  if (op == SUBTRACT) return f32x4.sub(a, b);
  return f32x4.mul(a, b);
}

// @ts-ignore: decorator
@inline
function both1(op: i32, a: f32, b: f32): f32 {
  if (op == ADD) return a + b;
  if (op == SUBTRACT) return a - b;
  return a * b;
}

/** y = a ∘ b, number by number. */
export function binary(op: i32, a: usize, b: usize, y: usize, count: i32): void {
  for (let i: i32 = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, both4(op, v128.load(a + at), v128.load(b + at)));
  }
}

/** y = a ∘ b with the row b for every row of a. */
export function binaryRow(op: i32, a: usize, b: usize, y: usize, rows: i32, columns: i32): void {
  const whole = columns & ~3;
  for (let i: i32 = 0; i < rows; i++) {
    let j: i32 = 0;
    for (; j < whole; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(y + at, both4(op, v128.load(a + at), v128.load(b + at)));
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2;
      store<f32>(y + at, both1(op, load<f32>(a + at), load<f32>(b + at)));
    }
    a += (<usize>columns) << 2;
    y += (<usize>columns) << 2;
  }
}

/** y = a ∘ b with one number of b for every row of a; `next` is 1, or 0 for the same number throughout. */
export function binaryColumn(
  op: i32,
  a: usize,
  b: usize,
  next: i32,
  y: usize,
  rows: i32,
  columns: i32,
): void {
  const whole = columns & ~3;
  for (let i: i32 = 0; i < rows; i++) {
    const value = load<f32>(b + ((<usize>(i * next)) << 2));
    const four = c(value);
    let j: i32 = 0;
    for (; j < whole; j += 4) {
      const at = (<usize>j) << 2;
      v128.store(y + at, both4(op, v128.load(a + at), four));
    }
    for (; j < columns; j++) {
      const at = (<usize>j) << 2;
      store<f32>(y + at, both1(op, load<f32>(a + at), value));
    }
    a += (<usize>columns) << 2;
    y += (<usize>columns) << 2;
  }
}

/** y = x · scale + shift. */
export function affine(x: usize, scale: f32, shift: f32, y: usize, count: i32): void {
  const s = c(scale);
  const t = c(shift);
  for (let i: i32 = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, fma(v128.load(x + at), s, t));
  }
}

// ---- Sums.

/** The sum of the rows. */
export function sumRows(x: usize, y: usize, rows: i32, columns: i32): void {
  memory.fill(y, 0, (<usize>columns) << 2);
  for (let i: i32 = 0; i < rows; i++) {
    binaryRow(ADD, y, x, y, 1, columns);
    x += (<usize>columns) << 2;
  }
}

/** The sum of each row: four running sums, then these in pairs, then the rest one by one. */
export function sumColumns(x: usize, y: usize, rows: i32, columns: i32): void {
  const whole = columns & ~3;
  for (let i: i32 = 0; i < rows; i++) {
    let four = c(0);
    let j: i32 = 0;
    for (; j < whole; j += 4) four = f32x4.add(four, v128.load(x + ((<usize>j) << 2)));
    let sum: f32 =
      f32x4.extract_lane(four, 0) +
      f32x4.extract_lane(four, 1) +
      (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3));
    for (; j < columns; j++) sum += load<f32>(x + ((<usize>j) << 2));
    store<f32>(y, sum);
    y += 4;
    x += (<usize>columns) << 2;
  }
}

// ---- Softmax within blocks of columns, whose widths lie at `blocks` as 32-bit whole numbers.

/** y = x less the greatest of its block. */
function shift(x: usize, y: usize, rows: i32, blocks: usize, count: i32): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let k: i32 = 0; k < count; k++) {
      const size = load<u32>(blocks + ((<usize>k) << 2)) << 2;
      const end = x + size;
      let most: f32 = load<f32>(x);
      for (let at = x + 4; at < end; at += 4) most = max(most, load<f32>(at));
      for (; x < end; x += 4) {
        store<f32>(y, load<f32>(x) - most);
        y += 4;
      }
    }
  }
}

export function softmax(
  x: usize,
  y: usize,
  rows: i32,
  columns: i32,
  blocks: usize,
  count: i32,
): void {
  shift(x, y, rows, blocks, count);
  values(EXP, y, y, rows * columns);
  for (let i: i32 = 0; i < rows; i++) {
    for (let k: i32 = 0; k < count; k++) {
      const end = y + (load<u32>(blocks + ((<usize>k) << 2)) << 2);
      let total: f32 = 0;
      for (let at = y; at < end; at += 4) total += load<f32>(at);
      for (; y < end; y += 4) store<f32>(y, load<f32>(y) / total);
    }
  }
}

/** dx = y (dy − y·dy). */
export function softmaxGradient(
  y: usize,
  dy: usize,
  dx: usize,
  rows: i32,
  blocks: usize,
  count: i32,
): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let k: i32 = 0; k < count; k++) {
      const size = <usize>(load<u32>(blocks + ((<usize>k) << 2)) << 2);
      let dot: f32 = 0;
      for (let at: usize = 0; at < size; at += 4) dot += load<f32>(y + at) * load<f32>(dy + at);
      for (let at: usize = 0; at < size; at += 4)
        store<f32>(dx + at, load<f32>(y + at) * (load<f32>(dy + at) - dot));
      y += size;
      dy += size;
      dx += size;
    }
  }
}

/**
 * The loss −Σ target · log softmax(x), summed in double precision, and its gradient at dx. `spare` has room for as many
 * numbers as x.
 */
export function crossEntropy(
  x: usize,
  targets: usize,
  dx: usize,
  spare: usize,
  rows: i32,
  columns: i32,
  blocks: usize,
  count: i32,
): f64 {
  shift(x, spare, rows, blocks, count);
  values(EXP, spare, dx, rows * columns);
  let loss: f64 = 0;
  for (let i: i32 = 0; i < rows; i++) {
    for (let k: i32 = 0; k < count; k++) {
      const size = <usize>(load<u32>(blocks + ((<usize>k) << 2)) << 2);
      let total: f32 = 0;
      let weight: f32 = 0;
      let dot: f32 = 0;
      for (let at: usize = 0; at < size; at += 4) {
        const target = load<f32>(targets + at);
        total += load<f32>(dx + at);
        weight += target;
        dot += target * load<f32>(spare + at);
      }
      loss += <f64>(weight * f32x4.extract_lane(log4(c(total)), 0)) - <f64>dot;
      const share: f32 = weight / total;
      for (let at: usize = 0; at < size; at += 4)
        store<f32>(dx + at, load<f32>(dx + at) * share - load<f32>(targets + at));
      spare += size;
      targets += size;
      dx += size;
    }
  }
  return loss;
}

/** 1 at the first of the greatest of each block, else 0. */
export function hardMax(x: usize, y: usize, rows: i32, blocks: usize, count: i32): void {
  for (let i: i32 = 0; i < rows; i++) {
    for (let k: i32 = 0; k < count; k++) {
      const size = <usize>(load<u32>(blocks + ((<usize>k) << 2)) << 2);
      memory.fill(y, 0, size);
      let best: usize = 0;
      for (let at: usize = 4; at < size; at += 4)
        if (load<f32>(x + at) > load<f32>(x + best)) best = at;
      store<f32>(y + best, 1);
      x += size;
      y += size;
    }
  }
}

// ---- Adam: m and v are the running means, w moves.

export function adam(
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  beta1: f32,
  beta2: f32,
  rate: f32,
  unbias: f32,
  epsilon: f32,
  keep: f32,
): void {
  const b1 = c(beta1);
  const b2 = c(beta2);
  const n1 = c(1 - beta1);
  const n2 = c(1 - beta2);
  for (let i: i32 = 0; i < count; i += 4) {
    const at = (<usize>i) << 2;
    const slope = v128.load(g + at);
    const first = f32x4.add(f32x4.mul(v128.load(m + at), b1), f32x4.mul(slope, n1));
    const second = f32x4.add(f32x4.mul(v128.load(v + at), b2), f32x4.mul(f32x4.mul(slope, slope), n2));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const move = f32x4.div(f32x4.mul(first, c(rate)), fma(f32x4.sqrt(second), c(unbias), c(epsilon)));
    v128.store(w + at, f32x4.sub(f32x4.mul(v128.load(w + at), c(keep)), move));
  }
}
