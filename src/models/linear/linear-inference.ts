import { cholesky, triangularInverse } from "../../core/math/linear-algebra";

/**
 * Standard errors by the matrix's own columns, the intercept last, from the information matrix of a shifted design:
 * the roots of the inverse's diagonal over the `active` columns. 0 for the others, and for all when the active ones
 * determine one another.
 */
export function standardErrors(
  information: Float64Array,
  width: number,
  active: readonly number[],
  shift: Float64Array,
): Float64Array {
  const out = new Float64Array(width);
  const n = active.length;
  const part = new Float64Array(n * n);
  active.forEach((j, a) => {
    active.forEach((k, b) => {
      part[a * n + b] = information[j * width + k];
    });
  });
  const factor = cholesky(part, n);
  if (!factor) return out;
  // With A = L Lᵀ and M = L⁻¹ the inverse is Mᵀ M, of which only some sums of squares are wanted.
  const root = triangularInverse(factor, n);
  let variance = 0;
  for (let a = 0; a < n; a++) {
    let intercept = 0;
    for (let b = 0; b <= a; b++) {
      const value = root[a * n + b];
      const k = active[b];
      out[k] += value * value;
      // The intercept by own columns is the shifted one minus the shifts times the coefficients.
      intercept += value * (k === width - 1 ? 1 : -shift[k]);
    }
    variance += intercept * intercept;
  }
  for (const k of active) out[k] = Math.sqrt(out[k]);
  out[width - 1] = Math.sqrt(variance);
  return out;
}
