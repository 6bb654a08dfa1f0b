import { timesVector } from "../../core/math/linear-algebra";
import { lastUpTo } from "./censored";
import type { Stratum } from "./cox-likelihood";

/**
 * Lin and Wei's covariance (1989) of Cox coefficients, row-major: A⁻¹ B A⁻¹ with the inverse information A⁻¹ and
 * B = Σ over clusters of u uᵀ, where u sums the weighted score residuals of a cluster's rows (Efron's form at ties). It
 * holds where rows of one customer depend on each other and where hazards are not quite proportional. Without clusters
 * every row is its own.
 */
export function robustCovariance(
  inverse: Float64Array,
  beta: Float64Array,
  strata: readonly Stratum[],
  efron: boolean,
  clusters?: Int32Array,
): Float64Array {
  const p = beta.length;
  const scores = new Map<number, Float64Array>();
  for (const stratum of strata) {
    const residuals = scoreResiduals(stratum, beta, efron);
    const weights = stratum.data.weights;
    for (let r = 0; r * p < residuals.length; r++) {
      const place = stratum.rows ? stratum.rows[r] : r;
      const cluster = clusters ? clusters[place] : place;
      const sum = scores.get(cluster) ?? new Float64Array(p);
      scores.set(cluster, sum);
      for (let j = 0; j < p; j++) sum[j] += (weights ? weights[r] : 1) * residuals[r * p + j];
    }
  }
  const covariance = new Float64Array(p * p);
  for (const score of scores.values()) {
    const moved = timesVector(inverse, p, score);
    for (let j = 0; j < p; j++) for (let h = 0; h < p; h++) covariance[j * p + h] += moved[j] * moved[h];
  }
  return covariance;
}

/** Each row's part in the gradient of the log partial likelihood, row-major. */
function scoreResiduals({ data, likelihood }: Stratum, beta: Float64Array, efron: boolean): Float64Array {
  const { x, time, event, entry, weights } = data;
  const { eventTimes, ties, tiedWeight } = likelihood;
  const { atRisk, ending, width, shift } = likelihood.riskSums(beta);
  const times = eventTimes.length;
  const p = x.columns;
  // Cumulated over event times, of a row at risk: the hazard a, and hazard times mean (m); the parts that a row which ends
  // at the time is spared (ownHazard, ownMean); and the mean at the time itself, averaged over its tied ends.
  const [a, ownHazard] = [0, 0].map(() => new Float64Array(times + 1));
  const [m, ownMean, mean] = [0, 0, 0].map(() => new Float64Array((times + 1) * p));
  for (let k = 0; k < times; k++) {
    a[k + 1] = a[k];
    for (let j = 0; j < p; j++) m[(k + 1) * p + j] = m[k * p + j];
    for (let l = 0; l < ties[k]; l++) {
      const share = efron ? l / ties[k] : 0;
      const of = (j: number): number => atRisk[k * width + j] - share * ending[k * width + j];
      const hazard = tiedWeight[k] / ties[k] / of(p);
      a[k + 1] += hazard;
      ownHazard[k + 1] += share * hazard;
      for (let j = 0; j < p; j++) {
        const at = of(j) / of(p);
        m[(k + 1) * p + j] += hazard * at;
        ownMean[(k + 1) * p + j] += share * hazard * at;
        mean[(k + 1) * p + j] += at / ties[k];
      }
    }
  }
  const residuals = new Float64Array(x.rows * p);
  for (let i = 0; i < x.rows; i++) {
    const to = lastUpTo(eventTimes, time[i]) + 1;
    const from = entry ? lastUpTo(eventTimes, entry[i]) + 1 : 0;
    const ended = event[i] === 1 && (!weights || weights[i] > 0);
    let eta = 0;
    for (let j = 0; j < p; j++) eta += x.values[j * x.rows + i] * beta[j];
    const theta = Math.exp(eta - shift);
    const hazard = a[to] - a[from] - (ended ? ownHazard[to] : 0);
    for (let j = 0; j < p; j++) {
      const xij = x.values[j * x.rows + i];
      const expected = m[to * p + j] - m[from * p + j] - (ended ? ownMean[to * p + j] : 0);
      residuals[i * p + j] = (ended ? xij - mean[to * p + j] : 0) - theta * (hazard * xij - expected);
    }
  }
  return residuals;
}
