import { check, checkSameLength } from "../../core/checks";
import { column, type Matrix } from "../../core/matrix";
import { type Censored, checkCensored } from "../../models/survival/censored";
import { censoringSurvival, endWeights } from "./censoring";
import { checkTimes } from "./dynamic-auc";

/**
 * The Brier loss at each time: the mean squared distance of predicted survival from what happened, with
 * inverse-censoring weights from `train` (Graf and others, 1999). `survival` has a row per row of `test` and a column
 * per time, as `survivalAt` gives it.
 *
 * @example
 * const seen = { time: Float64Array.of(1, 2, 3, 4), event: Float64Array.of(1, 1, 1, 1) };
 * // The second customer was taken for lost at 1.5 and was not.
 * const survival = matrixFromRows([[0, 0], [0, 0], [1, 1], [1, 1]]);
 * survivalBrierLoss(seen, seen, survival, [1.5, 2.5]); // → [0.25, 0]
 */
export function survivalBrierLoss(
  train: Censored,
  test: Censored,
  survival: Matrix,
  times: ArrayLike<number>,
): Float64Array {
  const action = "score survival's Brier loss";
  checkCensored(train, action);
  checkCensored(test, action);
  checkTimes(times, test, action);
  const n = test.time.length;
  checkSameLength(survival.rows, n, action, "survival and rows");
  checkSameLength(survival.columns, times.length, action, "survival's columns and times");
  const uncensored = censoringSurvival(train);
  const weights = endWeights(train, test, times[times.length - 1], action);
  return Float64Array.from({ length: times.length }, (_, k) => {
    const predicted = column(survival, k);
    const share = uncensored(times[k]);
    check(share > 0, action, `the training data must have rows that are not censored by ${times[k]}`);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const s = predicted[i];
      if (!(s >= 0 && s <= 1)) check(false, action, `survival must be from 0 to 1, got ${s} in row ${i}`);
      if (test.time[i] > times[k]) sum += (1 - s) ** 2 / share;
      else sum += weights[i] * s * s;
    }
    return sum / n;
  });
}

/**
 * The mean Brier loss over the span of `times` (at least two), by the trapezoidal rule.
 *
 * @example
 * const seen = { time: Float64Array.of(1, 2, 3, 4), event: Float64Array.of(1, 1, 1, 1) };
 * const survival = matrixFromRows([[0, 0], [1, 0], [1, 1], [1, 1]]);
 * integratedBrierLoss(seen, seen, survival, [1.5, 2.5]); // → 0
 */
export function integratedBrierLoss(
  train: Censored,
  test: Censored,
  survival: Matrix,
  times: ArrayLike<number>,
): number {
  check(times.length > 1, "integrate the Brier loss", "there must be at least two times", times.length);
  const losses = survivalBrierLoss(train, test, survival, times);
  let area = 0;
  for (let k = 1; k < losses.length; k++)
    area += ((losses[k] + losses[k - 1]) / 2) * (times[k] - times[k - 1]);
  return area / (times[times.length - 1] - times[0]);
}
