import { cholesky } from "../../core/linear-algebra";
import { permutation, type Rng } from "../../core/rng";
import { noise } from "../../neural/noise";
import type { Mixture } from "./mixture";

/**
 * `rows` × `size` latent numbers: standard normal, or from a mixture. Each component's numbers have exactly its mean and
 * covariance, and components come as often as expected, to within one row, so that what is drawn from these numbers lies
 * nearer to its expectation than independent draws do.
 */
export function drawLatents(prior: Mixture | undefined, rows: number, size: number, rng: Rng): Float32Array {
  const out = noise(rng.fork("normal")).normal(new Float32Array(rows * size));
  if (!prior) {
    matchMoments(out, rows, size);
    return out;
  }
  const start = rng.uniform();
  let sum = 0;
  let from = 0;
  prior.components.forEach(({ weight, mean, factor }, k) => {
    sum += weight;
    const last = k === prior.components.length - 1;
    const to = last ? rows : Math.max(from, Math.min(rows, Math.ceil(sum * rows - start)));
    const own = out.subarray(from * size, to * size);
    matchMoments(own, to - from, size);
    transform(own, to - from, mean, factor);
    from = to;
  });
  return shuffleRows(out, rows, size, rng);
}

/** Makes the mean exactly 0 and the covariance the identity, in place, where there are enough rows for it. */
function matchMoments(points: Float32Array, rows: number, size: number): void {
  if (rows < 4 * size) return;
  const mean = new Float64Array(size);
  for (let i = 0; i < rows; i++) for (let d = 0; d < size; d++) mean[d] += points[i * size + d] / rows;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < size; d++) centred[d] = points[i * size + d] - mean[d];
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) covariance[a * size + b] += (centred[a] * centred[b]) / rows;
  }
  const factor = cholesky(covariance, size);
  if (!factor) return;
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < size; a++) {
      let value = points[i * size + a] - mean[a];
      for (let b = 0; b < a; b++) value -= factor[a * size + b] * centred[b];
      centred[a] = value / factor[a * size + a];
    }
    points.set(centred, i * size);
  }
}

/** mean + factor · each row, in place. */
function transform(
  points: Float32Array,
  rows: number,
  mean: readonly number[],
  factor: readonly number[],
): void {
  const size = mean.length;
  for (let i = 0; i < rows; i++) {
    for (let a = size - 1; a >= 0; a--) {
      let value = mean[a];
      for (let b = 0; b <= a; b++) value += factor[a * size + b] * points[i * size + b];
      points[i * size + a] = value;
    }
  }
}

function shuffleRows(points: Float32Array, rows: number, size: number, rng: Rng): Float32Array {
  const out = new Float32Array(points.length);
  permutation(rng.fork("shuffle"), rows).forEach((from, to) => {
    out.set(points.subarray(from * size, (from + 1) * size), to * size);
  });
  return out;
}
