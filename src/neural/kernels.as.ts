// asc: --noAssert --memoryBase 64 --importMemory
// C = A·B, or C += A·B, over Float32 row-major matrices in the imported memory. Strides (in elements) let either
// operand be read transposed. Every element is summed in the order of k with one rounding per product and per sum, so
// the result does not depend on the tiling and equals the plain twin's in gemm.ts bit for bit.

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
