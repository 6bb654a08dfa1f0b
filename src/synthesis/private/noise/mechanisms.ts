import { normalQuantile } from "../../../core/math/normal-distribution";
import type { Account } from "../budget";
import { bernoulliExp, discreteGaussian, type Ratio } from "./discrete-gaussian";

/** Counts with noise, and the noise's variance. */
export interface NoisyCounts {
  readonly counts: Float64Array;
  readonly variance: number;
}

const fine = 2 ** 20;

/** The least variance, a multiple of 2^−20, for which noise on counts costs at most ρ. */
function varianceFor(rho: number): Ratio {
  return { over: BigInt(Math.ceil(fine / (2 * rho))), under: BigInt(fine) };
}

/**
 * Counts of rows in cells that exclude each other, with discrete Gaussian noise: a row added or removed changes one
 * count by 1, so it costs 1 / (2 variance), at most `rho` (Canonne, Kamath and Steinke, 2020, theorem 14).
 */
export function noisyCounts(counts: ArrayLike<number>, rho: number, account: Account): NoisyCounts {
  const ratio = varianceFor(rho);
  const variance = Number(ratio.over) / fine;
  account.pay(1 / (2 * variance));
  const noisy = Float64Array.from(counts, (count) => count + discreteGaussian(ratio, account.source));
  return { counts: noisy, variance };
}

/**
 * One of the candidates by the exponential mechanism: P(i) ∝ exp(ε′ score / 2) with ε′ = √(8ρ), which costs ρ (Cesar and
 * Rogers, 2021). Scores are whole numbers that a row added or removed changes by at most `most`. Drawn exactly, by rejection.
 */
export function exponentialChoice(
  scores: ArrayLike<number>,
  rho: number,
  account: Account,
  most = 1,
): number {
  account.payChoices(rho, 1);
  const { source } = account;
  const rate = BigInt(Math.floor(Math.sqrt(8 * rho) * fine));
  let best = -Infinity;
  for (let i = 0; i < scores.length; i++) best = Math.max(best, scores[i]);
  for (;;) {
    const i = source.below(scores.length);
    const gap = BigInt(best - scores[i]);
    if (bernoulliExp({ over: rate * gap, under: BigInt(2 * fine * most) }, source)) return i;
  }
}

/**
 * The places of the counts that stay above a threshold once they have noise, and all counts with it. A place that only one row fills shows with
 * probability δ at most, so places may follow from the rows (stability-based histogram: Korolova et al., 2009; for
 * Gaussian noise, the discrete tail is below the continuous one's: Canonne, Kamath and Steinke, 2020, proposition 25).
 */
export function frequentPlaces(
  counts: ArrayLike<number>,
  rho: number,
  delta: number,
  account: Account,
): { readonly places: readonly number[]; readonly counts: Float64Array; readonly threshold: number } {
  account.pay(0, delta);
  const noisy = noisyCounts(counts, rho, account);
  const threshold = 2 - Math.sqrt(noisy.variance) * normalQuantile(delta);
  const places = [...noisy.counts.keys()].filter((i) => noisy.counts[i] > threshold);
  return { places, counts: noisy.counts, threshold };
}
