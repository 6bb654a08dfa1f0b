import { persistence, shock } from "../../data/simulate/history";

/** One measure's months, and how a content customer's wander: about `mean`, an autoregressive step a month. */
export interface Wander {
  readonly values: Float32Array;
  /** The first month that is seen. */
  readonly from: number;
  readonly mean: number;
  readonly deviation: number;
  /** Standard deviation of what rounding takes or adds. */
  readonly rounding: number;
  /** What the season makes of each month's level. */
  readonly sway: Float64Array;
}

/** What months say of a line from the month before the turn to the target. */
export interface Line {
  /** The logarithm of how much likelier the line makes the months than wandering on does. */
  readonly log: number;
  /** What is known of the target's value: normal, with this mean and variance. */
  readonly mean: number;
  readonly variance: number;
}

/**
 * How well months from `turned` on lie `shares` of the way on one line. Both its ends are unknown: it begins at the
 * month before, seen with the season's `sway`, or anywhere, and ends at the target. Each month seen narrows them, as in
 * a Kalman filter.
 */
export function lineOf(seen: Wander, turned: number, shares: readonly number[], sway: number): Line {
  const { values, from, mean, deviation, rounding } = seen;
  const noise = rounding * rounding;
  const level = (t: number): number => values[t] / seen.sway[t];
  let [begin, target] = [mean, mean];
  let [beginVar, both, targetVar] = [deviation * deviation, 0, deviation * deviation];
  if (shares.length > 0 && turned > from) {
    begin = values[turned - 1] / sway;
    beginVar = noise / (sway * sway);
  }
  let log = 0;
  shares.forEach((share, k) => {
    const t = turned + k;
    const rest = 1 - share;
    const towardsBegin = rest * beginVar + share * both;
    const towardsTarget = rest * both + share * targetVar;
    const variance = rest * towardsBegin + share * towardsTarget + noise;
    const miss = values[t] - rest * begin - share * target;
    const wander = t > from ? persistence * (level(t - 1) - mean) : 0;
    const step = (t > from ? shock * deviation : deviation) ** 2 + noise;
    log += normalLog(miss, variance) - normalLog(level(t) - mean - wander, step) + Math.log(seen.sway[t]);
    begin += (towardsBegin / variance) * miss;
    target += (towardsTarget / variance) * miss;
    beginVar -= (towardsBegin * towardsBegin) / variance;
    both -= (towardsBegin * towardsTarget) / variance;
    targetVar -= (towardsTarget * towardsTarget) / variance;
  });
  return { log, mean: target, variance: Math.max(targetVar, noise) };
}

/** The logarithm of a normal density, up to the constant that all share. */
function normalLog(miss: number, variance: number): number {
  return -0.5 * ((miss * miss) / variance + Math.log(variance));
}
