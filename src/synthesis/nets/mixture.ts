import { check } from "../../core/checks";
import { cholesky } from "../../core/math/linear-algebra";
import { integer, type Rng } from "../../core/rng";

/** Normal distributions with weights. */
export interface Mixture {
  readonly components: readonly MixtureComponent[];
}

export interface MixtureComponent {
  readonly weight: number;
  readonly mean: readonly number[];
  /** The lower Cholesky factor of the covariance, row-major with all of its zeros. */
  readonly factor: readonly number[];
}

export interface MixtureOptions {
  readonly components: number;
  /** Rounds of expectation and maximisation. @default 30 */
  readonly rounds?: number;
  /** Added to the variances, so that no component shrinks to a point. @default 1e-3 */
  readonly ridge?: number;
}

/**
 * A mixture of normal distributions with full covariances, by expectation-maximisation from centres spread as k-means++
 * does. `points` holds rows × size numbers.
 */
export function fitMixture(
  points: Float32Array,
  rows: number,
  size: number,
  options: MixtureOptions,
  rng: Rng,
): Mixture {
  const { rounds = 30, ridge = 1e-3 } = options;
  check(rows > 0, "fit a mixture", "there must be rows", rows);
  // A component needs more rows than its covariance has directions.
  const count = Math.max(1, Math.min(options.components, Math.floor(rows / (4 * size))));
  let shares = nearest(points, rows, size, spreadCentres(points, rows, size, count, rng));
  let components: MixtureComponent[] = [];
  for (let round = 0; round < rounds; round++) {
    components = [];
    for (let k = 0; k < shares.length; k++) components.push(component(points, rows, size, shares[k], ridge));
    if (count === 1) break;
    shares = expectation(points, rows, size, components);
  }
  return { components };
}

function spreadCentres(
  points: Float32Array,
  rows: number,
  size: number,
  count: number,
  rng: Rng,
): Float32Array[] {
  const row = (i: number): Float32Array => points.subarray(i * size, (i + 1) * size);
  const centres = [row(integer(rng, rows))];
  const distances = new Float64Array(rows).fill(Infinity);
  while (centres.length < count) {
    const last = centres[centres.length - 1];
    let total = 0;
    for (let i = 0; i < rows; i++) {
      distances[i] = Math.min(distances[i], squaredDistance(points, i * size, last));
      total += distances[i];
    }
    let left = rng.uniform() * total;
    let chosen = rows - 1;
    for (let i = 0; i < rows; i++) {
      left -= distances[i];
      if (left < 0) {
        chosen = i;
        break;
      }
    }
    centres.push(row(chosen));
  }
  return centres;
}

function squaredDistance(points: Float32Array, from: number, centre: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < centre.length; d++) sum += (points[from + d] - centre[d]) ** 2;
  return sum;
}

/** 1 for the nearest centre, by centre and row. */
function nearest(
  points: Float32Array,
  rows: number,
  size: number,
  centres: readonly Float32Array[],
): Float64Array[] {
  const shares = centres.map(() => new Float64Array(rows));
  for (let i = 0; i < rows; i++) {
    let best = 0;
    let least = Infinity;
    centres.forEach((centre, k) => {
      const distance = squaredDistance(points, i * size, centre);
      if (distance < least) [least, best] = [distance, k];
    });
    shares[best][i] = 1;
  }
  return shares;
}

function component(
  points: Float32Array,
  rows: number,
  size: number,
  share: Float64Array,
  ridge: number,
): MixtureComponent {
  const mean = new Float64Array(size);
  let total = 1e-9;
  for (let i = 0; i < rows; i++) {
    if (share[i] < 1e-8) continue;
    total += share[i];
    for (let d = 0; d < size; d++) mean[d] += share[i] * points[i * size + d];
  }
  for (let d = 0; d < size; d++) mean[d] /= total;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let i = 0; i < rows; i++) {
    if (share[i] < 1e-8) continue;
    for (let d = 0; d < size; d++) centred[d] = points[i * size + d] - mean[d];
    for (let a = 0; a < size; a++) {
      const scaled = share[i] * centred[a];
      for (let b = 0; b <= a; b++) covariance[a * size + b] += scaled * centred[b];
    }
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b <= a; b++) covariance[a * size + b] /= total;
  }
  return {
    weight: total / rows,
    mean: Array.from(mean),
    factor: Array.from(ridgedFactor(covariance, size, ridge)),
  };
}

/** The Cholesky factor of the covariance with a ridge; where the numbers are so large that it drowns, with a greater one. */
function ridgedFactor(covariance: Float64Array, size: number, ridge: number): Float64Array {
  for (let added = ridge; ; added *= 100) {
    const factor = cholesky(
      covariance.map((value, at) => (Math.floor(at / size) === at % size ? value + added : value)),
      size,
    );
    if (factor) return factor;
    check(Number.isFinite(added), "fit a mixture", "the points must be finite numbers");
  }
}

/** Each row's probability of each component. */
function expectation(
  points: Float32Array,
  rows: number,
  size: number,
  components: readonly MixtureComponent[],
): Float64Array[] {
  const shares = components.map(({ weight, mean, factor }) => {
    let start = Math.log(weight);
    for (let d = 0; d < size; d++) start -= Math.log(factor[d * size + d]);
    const own = new Float64Array(rows);
    const solved = new Float64Array(size);
    const l = Float64Array.from(factor);
    for (let i = 0; i < rows; i++) {
      let squares = 0;
      for (let a = 0; a < size; a++) {
        let value = points[i * size + a] - mean[a];
        for (let b = 0; b < a; b++) value -= l[a * size + b] * solved[b];
        value /= l[a * size + a];
        solved[a] = value;
        squares += value * value;
      }
      own[i] = start - 0.5 * squares;
    }
    return own;
  });
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (const own of shares) most = Math.max(most, own[i]);
    let total = 0;
    for (const own of shares) {
      own[i] = Math.exp(own[i] - most);
      total += own[i];
    }
    for (const own of shares) own[i] /= total;
  }
  return shares;
}
