import { variance } from "../core/math/statistics";
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
  // −sign · gradient of the dual, by which pairs are chosen; it begins at the signs.
  const violation = sign.slice();
  // A multiplier that may still rise along its sign, or fall; 1 or 0.
  const rises = Uint8Array.from(sign, (value) => (value > 0 ? 1 : 0));
  const falls = Uint8Array.from(sign, (value) => (value > 0 ? 0 : 1));
  const bound = (t: number): void => {
    const [above, below] = [alpha[t] > 0, alpha[t] < 1];
    rises[t] = Number(sign[t] > 0 ? below : above);
    falls[t] = Number(sign[t] > 0 ? above : below);
  };
  let i = lastOfLargest(violation, rises);
  // Far more steps than any such problem takes: rounding must not be able to keep it here.
  for (let step = 0; step < 1e7 && i >= 0; step++) {
    const ki = kernel(i);
    const j = partner(violation[i], violation, falls, ki);
    if (j < 0) break;
    const kj = kernel(j);
    const [before, beforeJ] = [alpha[i], alpha[j]];
    movePair(alpha, violation, sign, i, j, Math.max(2 - 2 * ki[j], 1e-12));
    bound(i);
    bound(j);
    i = update(violation, rises, ki, sign[i] * (alpha[i] - before), kj, sign[j] * (alpha[j] - beforeJ));
  }
  return Int32Array.from(alpha.keys()).filter((t) => alpha[t] > 0);
}

/** Where the largest violation among those that may rise is, the last of equals; −1 where none may. */
function lastOfLargest(violation: Float64Array, rises: Uint8Array): number {
  return update(
    violation,
    rises,
    new Float32Array(violation.length),
    0,
    new Float32Array(violation.length),
    0,
  );
}

/** Takes a step of the pair into the violations, and tells the next first of a pair as `lastOfLargest` does. */
function update(
  violation: Float64Array,
  rises: Uint8Array,
  ki: Float32Array,
  di: number,
  kj: Float32Array,
  dj: number,
): number {
  let at = -1;
  let top = -Infinity;
  for (let t = 0; t < violation.length; t++) {
    const value = violation[t] - (di * ki[t] + dj * kj[t]);
    violation[t] = value;
    if (value >= top && rises[t] === 1) {
      top = value;
      at = t;
    }
  }
  return at;
}

/** The other of the pair: the most gain by second order; −1 once all hold to the tolerance. */
function partner(top: number, violation: Float64Array, falls: Uint8Array, column: Float32Array): number {
  let at = -1;
  let bottom = Infinity;
  let best = 0;
  for (let t = 0; t < violation.length; t++) {
    if (falls[t] === 0) continue;
    const value = violation[t];
    if (value < bottom) bottom = value;
    const distance = top - value;
    if (distance <= 0) continue;
    const gain = (distance * distance) / Math.max(2 - 2 * column[t], 1e-12);
    if (gain >= best) {
      best = gain;
      at = t;
    }
  }
  return top - bottom < 1e-3 ? -1 : at;
}

/**
 * Moves the two multipliers along their constraint to the optimum, or to a border of [0, 1]: there exactly, because
 * a multiplier an ulp short of its border would be chosen again for ever.
 */
function movePair(
  alpha: Float64Array,
  violation: Float64Array,
  sign: Float64Array,
  i: number,
  j: number,
  curvature: number,
): void {
  if (sign[i] !== sign[j]) {
    const d = alpha[i] - alpha[j];
    const moved = alpha[j] + sign[i] * ((violation[i] - violation[j]) / curvature);
    if (moved <= Math.max(0, -d)) [alpha[i], alpha[j]] = d > 0 ? [d, 0] : [0, -d];
    else if (moved >= Math.min(1, 1 - d)) [alpha[i], alpha[j]] = d > 0 ? [1, 1 - d] : [1 + d, 1];
    else [alpha[i], alpha[j]] = [moved + d, moved];
  } else {
    const s = alpha[i] + alpha[j];
    const moved = alpha[j] - sign[i] * ((violation[i] - violation[j]) / curvature);
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
    let j = 0;
    for (; j + 4 <= x.columns; j += 4) addFour(squares, x.values, j * n, n, i);
    for (; j < x.columns; j++) addOne(squares, x.values, j * n, n, i);
    found = new Float32Array(n);
    for (let t = 0; t < n; t++) found[t] = Math.exp(-gamma * squares[t]);
    if (kept.size >= capacity) kept.delete(kept.keys().next().value as number);
    kept.set(i, found);
    return found;
  };
}

/** Adds the squared differences from row `i` in the column that begins at `from`. */
function addOne(squares: Float64Array, values: Float64Array, from: number, n: number, i: number): void {
  const own = values[from + i];
  for (let t = 0; t < n; t++) {
    const difference = values[from + t] - own;
    squares[t] += difference * difference;
  }
}

/** The same for four columns in one pass, added in the same order, so that the sums are the same. */
function addFour(squares: Float64Array, values: Float64Array, from: number, n: number, i: number): void {
  const [at1, at2, at3] = [from + n, from + 2 * n, from + 3 * n];
  const [own0, own1, own2, own3] = [values[from + i], values[at1 + i], values[at2 + i], values[at3 + i]];
  for (let t = 0; t < n; t++) {
    const d0 = values[from + t] - own0;
    const d1 = values[at1 + t] - own1;
    const d2 = values[at2 + t] - own2;
    const d3 = values[at3 + t] - own3;
    squares[t] = squares[t] + d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
  }
}
