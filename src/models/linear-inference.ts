import { cholesky, symmetricInverse } from "../core/linear-algebra";

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
  if (!cholesky(part, n)) return out;
  const inverse = symmetricInverse(part, n, "find standard errors");
  // The intercept by own columns is the shifted one minus the shifts times the coefficients.
  const toIntercept = active.map((k) => (k === width - 1 ? 1 : -shift[k]));
  let variance = 0;
  for (let a = 0; a < n; a++) {
    out[active[a]] = Math.sqrt(inverse[a * n + a]);
    for (let b = 0; b < n; b++) variance += toIntercept[a] * inverse[a * n + b] * toIntercept[b];
  }
  out[width - 1] = Math.sqrt(Math.max(0, variance));
  return out;
}
