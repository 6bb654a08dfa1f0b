import { check } from "../checks";

/**
 * The lower Cholesky factor of a symmetric n × n matrix (row-major, its lower triangle read), or undefined when the
 * matrix is not positive definite to rounding.
 */
export function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k];
      if (i === j) {
        // What is left of the diagonal says how much of column i the columns before it do not explain.
        if (!(sum > 1e-14 * Math.abs(a[i * n + i]))) return undefined;
        factor[i * n + i] = Math.sqrt(sum);
      } else factor[i * n + j] = sum / factor[j * n + j];
    }
  }
  return factor;
}

/** x with A x = b, from A's Cholesky factor. */
export function choleskySolve(factor: Float64Array, n: number, b: ArrayLike<number>): Float64Array {
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= factor[i * n + k] * x[k];
    x[i] /= factor[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= factor[k * n + i] * x[k];
    x[i] /= factor[i * n + i];
  }
  return x;
}

/** The inverse of a lower triangular n × n matrix. */
export function triangularInverse(factor: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const pivot = factor[i * n + i];
    for (let j = 0; j < i; j++) {
      const share = factor[i * n + j] / pivot;
      if (share !== 0) for (let k = 0; k <= j; k++) inverse[i * n + k] -= share * inverse[j * n + k];
    }
    inverse[i * n + i] = 1 / pivot;
  }
  return inverse;
}

/** The inverse of a symmetric positive definite n × n matrix. RangeError when it is not; `action` says what failed. */
export function symmetricInverse(a: Float64Array, n: number, action: string): Float64Array {
  const factor = cholesky(a, n);
  check(factor !== undefined, action, "the columns must not determine one another (singular matrix)");
  const inverse = new Float64Array(n * n);
  const unit = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    unit.fill(0);
    unit[j] = 1;
    const solved = choleskySolve(factor, n, unit);
    for (let i = 0; i < n; i++) inverse[i * n + j] = solved[i];
  }
  return inverse;
}

/** Σ aᵢ bᵢ over the length of `a`. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A x for a row-major n × n matrix. */
export function timesVector(a: Float64Array, n: number, x: ArrayLike<number>): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j] * x[j];
    out[i] = sum;
  }
  return out;
}
