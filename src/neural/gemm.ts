/** C = A·B or C += A·B over Float32 numbers in one array; offsets and strides count elements. */
export type Gemm = (
  m: number,
  n: number,
  k: number,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  c: number,
  cRow: number,
  add: boolean,
) => void;

/**
 * The product in plain TypeScript: what `kernels.as.ts` must give bit for bit, and what serves where WebAssembly has no
 * SIMD. One rounding to Float32 per product and per sum, in the order of k.
 */
export function plainGemm(values: () => Float32Array): Gemm {
  const round = Math.fround;
  return (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add) => {
    const f = values();
    for (let i = 0; i < m; i++) {
      const target = c + i * cRow;
      if (!add) f.fill(0, target, target + n);
      for (let p = 0; p < k; p++) {
        const x = f[a + i * aRow + p * aColumn];
        const row = b + p * bRow;
        for (let j = 0; j < n; j++) f[target + j] = round(f[target + j] + round(x * f[row + j * bColumn]));
      }
    }
  };
}
