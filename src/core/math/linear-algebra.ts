import { check } from "../checks";

/**
 * The lower Cholesky factor of a symmetric n × n matrix (row-major, its lower triangle read), or undefined when the
 * matrix is not positive definite to rounding.
 */
export function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const own = j * n;
    let i = j;
    // Four rows' sums do not wait for one another, each in its own order.
    for (; i + 3 < n; i += 4) {
      const first = i * n;
      const [second, third, fourth] = [first + n, first + 2 * n, first + 3 * n];
      let [p, q, r, s] = [a[first + j], a[second + j], a[third + j], a[fourth + j]];
      for (let k = 0; k < j; k++) {
        const x = factor[own + k];
        p -= factor[first + k] * x;
        q -= factor[second + k] * x;
        r -= factor[third + k] * x;
        s -= factor[fourth + k] * x;
      }
      factor[first + j] = p;
      factor[second + j] = q;
      factor[third + j] = r;
      factor[fourth + j] = s;
    }
    for (; i < n; i++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[own + k];
      factor[i * n + j] = sum;
    }
    // What is left of the diagonal says how much of column j the columns before it do not explain.
    const left = factor[own + j];
    if (!(left > 1e-14 * Math.abs(a[own + j]))) return undefined;
    const pivot = Math.sqrt(left);
    factor[own + j] = pivot;
    for (let i = j + 1; i < n; i++) factor[i * n + j] /= pivot;
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
    const row = i * n;
    let j = 0;
    // Four rows at a time: what they add up to is read and written once, in the same order.
    for (; j + 3 < i; j += 4) {
      const [p, q, r, s] = [j * n, (j + 1) * n, (j + 2) * n, (j + 3) * n];
      const [a, b, c, d] = [0, 1, 2, 3].map((k) => factor[row + j + k] / pivot);
      for (let k = 0; k <= j + 3; k++)
        inverse[row + k] =
          inverse[row + k] -
          a * inverse[p + k] -
          b * inverse[q + k] -
          c * inverse[r + k] -
          d * inverse[s + k];
    }
    for (; j < i; j++) {
      const share = factor[row + j] / pivot;
      for (let k = 0; k <= j; k++) inverse[row + k] -= share * inverse[j * n + k];
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
