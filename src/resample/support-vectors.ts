import type { Matrix } from "../core/matrix";

// Kernel columns kept, in bytes; the oldest is dropped first.
const cacheBytes = 2 ** 28;

/**
 * The row numbers of the support vectors of a support vector machine with a radial kernel, ascending: `labels` are 0 or
 * 1, the penalty is 1, and γ is 1 / (columns · variance of all values), as in scikit-learn's SVC(gamma="scale").
 * Sequential minimal optimisation that picks pairs by second-order gain (Fan, Chen and Lin, 2005), to a violation
 * of 0.001. Time grows with the square of the rows, memory does not.
 */
export function supportVectors(x: Matrix, labels: Float64Array): Int32Array {
  const n = x.rows;
  const sign = Float64Array.from(labels, (label) => (label === 1 ? 1 : -1));
  const kernel = radialKernel(x);
  const alpha = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  // Far more steps than any such problem takes: rounding must not be able to keep it here.
  for (let step = 0; step < 1e7; step++) {
    const pair = choosePair(sign, alpha, gradient, kernel);
    if (!pair) break;
    const { i, j } = pair;
    const ki = kernel(i);
    const kj = kernel(j);
    const [before, beforeJ] = [alpha[i], alpha[j]];
    movePair(alpha, gradient, sign, i, j, Math.max(2 - 2 * ki[j], 1e-12));
    const di = sign[i] * (alpha[i] - before);
    const dj = sign[j] * (alpha[j] - beforeJ);
    for (let t = 0; t < n; t++) gradient[t] += sign[t] * (di * ki[t] + dj * kj[t]);
  }
  return Int32Array.from(alpha.keys()).filter((i) => alpha[i] > 0);
}

/** The pair that violates optimality most by second-order gain; undefined once all hold to the tolerance. */
function choosePair(
  sign: Float64Array,
  alpha: Float64Array,
  gradient: Float64Array,
  kernel: (i: number) => Float32Array,
): { i: number; j: number } | undefined {
  const mayRise = (t: number): boolean => (sign[t] > 0 ? alpha[t] < 1 : alpha[t] > 0);
  const mayFall = (t: number): boolean => (sign[t] > 0 ? alpha[t] > 0 : alpha[t] < 1);
  let i = -1;
  let top = -Infinity;
  for (let t = 0; t < alpha.length; t++) {
    const value = -sign[t] * gradient[t];
    if (value >= top && mayRise(t)) {
      top = value;
      i = t;
    }
  }
  if (i < 0) return undefined;
  const column = kernel(i);
  let j = -1;
  let bottom = Infinity;
  let best = 0;
  for (let t = 0; t < alpha.length; t++) {
    if (!mayFall(t)) continue;
    const value = -sign[t] * gradient[t];
    bottom = Math.min(bottom, value);
    const distance = top - value;
    if (distance <= 0) continue;
    const gain = (distance * distance) / Math.max(2 - 2 * column[t], 1e-12);
    if (gain >= best) {
      best = gain;
      j = t;
    }
  }
  return j < 0 || top - bottom < 1e-3 ? undefined : { i, j };
}

/**
 * Moves the two multipliers along their constraint to the optimum, or to a border of [0, 1]: there exactly, because
 * a multiplier an ulp short of its border would be chosen again for ever.
 */
function movePair(
  alpha: Float64Array,
  gradient: Float64Array,
  sign: Float64Array,
  i: number,
  j: number,
  curvature: number,
): void {
  if (sign[i] !== sign[j]) {
    const d = alpha[i] - alpha[j];
    const moved = alpha[j] - (gradient[i] + gradient[j]) / curvature;
    if (moved <= Math.max(0, -d)) [alpha[i], alpha[j]] = d > 0 ? [d, 0] : [0, -d];
    else if (moved >= Math.min(1, 1 - d)) [alpha[i], alpha[j]] = d > 0 ? [1, 1 - d] : [1 + d, 1];
    else [alpha[i], alpha[j]] = [moved + d, moved];
  } else {
    const s = alpha[i] + alpha[j];
    const moved = alpha[j] + (gradient[i] - gradient[j]) / curvature;
    if (moved <= Math.max(0, s - 1)) [alpha[i], alpha[j]] = s > 1 ? [1, s - 1] : [s, 0];
    else if (moved >= Math.min(1, s)) [alpha[i], alpha[j]] = s > 1 ? [s - 1, 1] : [0, s];
    else [alpha[i], alpha[j]] = [s - moved, moved];
  }
}

/** Columns of exp(−γ|a − b|²), made when asked for. */
function radialKernel(x: Matrix): (i: number) => Float32Array {
  const n = x.rows;
  const gamma = 1 / (x.columns * variance(x.values) || 1);
  const kept = new Map<number, Float32Array>();
  const capacity = Math.max(2, Math.floor(cacheBytes / (4 * n)));
  const squares = new Float64Array(n);
  return (i) => {
    let found = kept.get(i);
    if (found) return found;
    squares.fill(0);
    for (let j = 0; j < x.columns; j++) {
      const from = j * n;
      const own = x.values[from + i];
      for (let t = 0; t < n; t++) {
        const difference = x.values[from + t] - own;
        squares[t] += difference * difference;
      }
    }
    found = new Float32Array(n);
    for (let t = 0; t < n; t++) found[t] = Math.exp(-gamma * squares[t]);
    if (kept.size >= capacity) kept.delete(kept.keys().next().value as number);
    kept.set(i, found);
    return found;
  };
}

function variance(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / values.length;
}
