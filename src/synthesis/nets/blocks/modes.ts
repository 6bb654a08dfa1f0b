import { digamma } from "../../../core/math/special";
import type { Rng } from "../../../core/rng";

/** One normal distribution of a column's values. */
export interface Mode {
  readonly weight: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Modes and, for each value, one of them drawn by its probability. */
export interface FoundModes {
  readonly modes: readonly Mode[];
  readonly codes: Int32Array;
}

const mostModes = 10;
/** Modes of less weight are left out. */
const leastWeight = 0.005;
/** The prior of the stick lengths: small, so that few modes are used. */
const concentration = 0.001;
const rounds = 100;
const tolerance = 1e-3;

/**
 * The modes of a column: a variational mixture of normal distributions with a Dirichlet process prior (Bishop, 2006,
 * section 10.2; Blei and Jordan, 2006), which uses as many of ten as it needs. As in CTGAN's mode-specific normalisation.
 */
export function findModes(values: Float64Array, rng: Rng): FoundModes {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
  if (!(variance > 0)) {
    return { modes: [{ weight: 1, mean, deviation: 1 }], codes: new Int32Array(n) };
  }
  const shares = firstShares(values, Math.min(mostModes, n));
  let before = -Infinity;
  let state = maximise(values, shares, mean, variance);
  for (let round = 0; round < rounds; round++) {
    const bound = expect(values, state, shares) / n;
    state = maximise(values, shares, mean, variance);
    if (Math.abs(bound - before) < tolerance) break;
    before = bound;
  }
  const weights = stickWeights(state);
  const kept = weights.flatMap((weight, k) => (weight > leastWeight ? [k] : []));
  const modes = kept.map((k) => ({
    weight: weights[k],
    mean: state.means[k],
    deviation: Math.sqrt(state.variances[k]),
  }));
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let total = 0;
    for (const k of kept) total += shares[k][i] + 1e-9;
    let left = rng.uniform() * total;
    codes[i] = kept.length - 1;
    for (let m = 0; m < kept.length; m++) {
      left -= shares[kept[m]][i] + 1e-9;
      if (left < 0) {
        codes[i] = m;
        break;
      }
    }
  }
  return { modes, codes };
}

interface State {
  readonly counts: Float64Array;
  /** How firmly each mean is known: counted in rows. */
  readonly firmness: Float64Array;
  readonly means: Float64Array;
  readonly freedoms: Float64Array;
  readonly variances: Float64Array;
}

/** Each value wholly in one of `count` equal parts of the range of ranks, moved a few times to the nearest mean. */
function firstShares(values: Float64Array, count: number): Float64Array[] {
  const sorted = values.slice().sort();
  let centres = Array.from(
    { length: count },
    (_, k) => sorted[Math.floor(((k + 0.5) * sorted.length) / count)],
  );
  const nearest = new Int32Array(values.length);
  for (let round = 0; round < 10; round++) {
    const sums = new Float64Array(count);
    const counts = new Float64Array(count);
    for (let i = 0; i < values.length; i++) {
      let best = 0;
      for (let k = 1; k < count; k++)
        if (Math.abs(values[i] - centres[k]) < Math.abs(values[i] - centres[best])) best = k;
      nearest[i] = best;
      sums[best] += values[i];
      counts[best]++;
    }
    centres = centres.map((centre, k) => (counts[k] > 0 ? sums[k] / counts[k] : centre));
  }
  return centres.map((_, k) => Float64Array.from(nearest, (own) => (own === k ? 1 : 0)));
}

function maximise(
  values: Float64Array,
  shares: readonly Float64Array[],
  priorMean: number,
  priorVariance: number,
): State {
  const size = shares.length;
  const state: State = {
    counts: new Float64Array(size),
    firmness: new Float64Array(size),
    means: new Float64Array(size),
    freedoms: new Float64Array(size),
    variances: new Float64Array(size),
  };
  shares.forEach((own, k) => {
    let count = 1e-9;
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      count += own[i];
      sum += own[i] * values[i];
    }
    const centre = sum / count;
    let squares = 0;
    for (let i = 0; i < values.length; i++) squares += own[i] * (values[i] - centre) ** 2;
    state.counts[k] = count;
    state.firmness[k] = 1 + count;
    state.means[k] = (priorMean + sum) / (1 + count);
    state.freedoms[k] = 1 + count;
    const pulled = (count / (1 + count)) * (centre - priorMean) ** 2;
    state.variances[k] = (priorVariance + squares + pulled) / (1 + count) + 1e-12 * priorVariance;
  });
  return state;
}

/** The beta distributions of the stick lengths. */
function sticks({ counts }: State): { readonly a: Float64Array; readonly b: Float64Array } {
  const a = counts.map((count) => 1 + count);
  const b = new Float64Array(counts.length);
  let after = 0;
  for (let k = counts.length - 1; k >= 0; k--) {
    b[k] = concentration + after;
    after += counts[k];
  }
  return { a, b };
}

function stickWeights(state: State): number[] {
  const { a, b } = sticks(state);
  let left = 1;
  const weights = Array.from(a, (own, k) => {
    const weight = (left * own) / (own + b[k]);
    left *= b[k] / (own + b[k]);
    return weight;
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Sets the shares; returns the sum of the values' log likelihoods under the expected parameters. */
function expect(values: Float64Array, state: State, shares: readonly Float64Array[]): number {
  const { a, b } = sticks(state);
  const starts = new Float64Array(a.length);
  let behind = 0;
  for (let k = 0; k < a.length; k++) {
    const both = digamma(a[k] + b[k]);
    const logWeight = digamma(a[k]) - both + behind;
    behind += digamma(b[k]) - both;
    const freedom = state.freedoms[k];
    const logPrecision = Math.LN2 + digamma(freedom / 2) - Math.log(freedom * state.variances[k]);
    starts[k] = logWeight + 0.5 * (logPrecision - 1 / state.firmness[k] - Math.log(2 * Math.PI));
  }
  let bound = 0;
  const logs = new Float64Array(a.length);
  for (let i = 0; i < values.length; i++) {
    let most = -Infinity;
    for (let k = 0; k < logs.length; k++) {
      logs[k] = starts[k] - (0.5 * (values[i] - state.means[k]) ** 2) / state.variances[k];
      if (logs[k] > most) most = logs[k];
    }
    let total = 0;
    for (let k = 0; k < logs.length; k++) {
      logs[k] = Math.exp(logs[k] - most);
      total += logs[k];
    }
    for (let k = 0; k < logs.length; k++) shares[k][i] = logs[k] / total;
    bound += most + Math.log(total);
  }
  return bound;
}
