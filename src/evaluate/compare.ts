import { check, checkNumber } from "../core/checks";
import { normalCdf, normalQuantile } from "../core/math/normal-distribution";
import { mean, sampleVariance } from "../core/math/statistics";
import { studentCdf, studentQuantile } from "../core/math/student-distribution";
import { checkLabels } from "./check-scored";
import { ranks } from "./ranking";

/** A difference with its interval and the two-sided p-value of "there is none". */
export interface Comparison {
  readonly difference: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
  readonly pValue: number;
}

/** An ROC AUC with DeLong's standard error and interval. */
export interface AucInterval {
  readonly auc: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The ROC AUC with its interval of coverage `level` by DeLong, DeLong and Clarke-Pearson (1988), cut to [0, 1].
 *
 * @example
 * const { auc, low, high } = aucInterval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * [auc, low < auc, high]; // → [0.75, true, 1]
 */
export function aucInterval(labels: ArrayLike<number>, scores: ArrayLike<number>, level = 0.95): AucInterval {
  const action = "estimate ROC AUC";
  checkNumber(level, 0, 1, action, "level", "both");
  const one = placements(labels, scores, action);
  const standardError = Math.sqrt(Math.max(0, covariance(one, one)));
  const half = normalQuantile((1 + level) / 2) * standardError;
  return { auc: one.auc, standardError, low: Math.max(0, one.auc - half), high: Math.min(1, one.auc + half) };
}

/**
 * The difference of two models' ROC AUC on the same rows, a − b, by DeLong's test, which knows that the two were
 * judged on the same customers. Midranks by Sun and Xu (2014): n log n.
 *
 * @example
 * const labels = [0, 0, 1, 1];
 * deLong(labels, [0.1, 0.2, 0.7, 0.8], [0.1, 0.4, 0.35, 0.8]).difference; // → 0.25
 */
export function deLong(
  labels: ArrayLike<number>,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  level = 0.95,
): Comparison {
  const action = "compare ROC AUC";
  checkNumber(level, 0, 1, action, "level", "both");
  const [one, two] = [placements(labels, a, action), placements(labels, b, action)];
  const variance = covariance(one, one) + covariance(two, two) - 2 * covariance(one, two);
  const difference = one.auc - two.auc;
  // Rankings that agree differ by rounding only.
  const standardError = variance > 1e-15 ? Math.sqrt(variance) : 0;
  const half = normalQuantile((1 + level) / 2) * standardError;
  const pValue = standardError > 0 ? 2 * normalCdf(-Math.abs(difference) / standardError) : 1;
  return { difference, standardError, low: difference - half, high: difference + half, pValue };
}

/**
 * Whether the mean of fold-wise differences is 0, by Nadeau and Bengio's (2003) corrected resampled t-test: folds
 * share training rows, so that the plain t-test is far too sure. `testShare` is test rows / training rows of a fold:
 * 1 / (k − 1) for k-fold cross-validation, repeated or not.
 *
 * @example
 * // Five folds, so that a fold tests on a quarter as many rows as it trains on.
 * const found = correctedResampledT([0.01, 0.02, 0.015, 0.005, 0.01], 1 / 4);
 * found; // → { difference: 0.012, standardError: 0.0038 }
 */
export function correctedResampledT(
  differences: readonly number[],
  testShare: number,
  level = 0.95,
): Comparison {
  const action = "test fold differences";
  checkNumber(testShare, 0, Infinity, action, "testShare", "low");
  checkNumber(level, 0, 1, action, "level", "both");
  const n = differences.length;
  check(n >= 2, action, "there must be at least 2 folds", n);
  const difference = mean(differences);
  const standardError = Math.sqrt((1 / n + testShare) * sampleVariance(differences));
  const half = studentQuantile((1 + level) / 2, n - 1) * standardError;
  let pValue = difference === 0 ? 1 : 0;
  if (standardError > 0) pValue = 2 * studentCdf(-Math.abs(difference) / standardError, n - 1);
  return { difference, standardError, low: difference - half, high: difference + half, pValue };
}

/** Each row's share of the other class that it is ranked rightly against, ties counting half. */
interface Placements {
  readonly auc: number;
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

function placements(labels: ArrayLike<number>, scores: ArrayLike<number>, action: string): Placements {
  checkLabels(labels, scores, undefined, action);
  const all = ranks(scores);
  const groups = [0, 1].map((label) => {
    const rows = Array.from(labels, (_, i) => i).filter((i) => labels[i] === label);
    const own = ranks(rows.map((i) => scores[i]));
    // A row's rank among all, less that among its own class, counts the rows of the other class below it.
    return Float64Array.from(rows, (i, k) => all[i] - own[k]);
  });
  const [below, above] = groups;
  check(below.length > 0 && above.length > 0, action, "both classes must occur");
  const positives = above.map((count) => count / below.length);
  const negatives = below.map((count) => 1 - count / above.length);
  return { auc: mean(positives), positives, negatives };
}

function covariance(a: Placements, b: Placements): number {
  const of = (one: Float64Array, two: Float64Array): number => {
    if (one.length < 2) return 0;
    let sum = 0;
    for (let i = 0; i < one.length; i++) sum += (one[i] - a.auc) * (two[i] - b.auc);
    return sum / (one.length - 1) / one.length;
  };
  return of(a.positives, b.positives) + of(a.negatives, b.negatives);
}
