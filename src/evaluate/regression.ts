import { check, checkNumber } from "../core/checks";
import type { ScoreOptions } from "../core/metric";
import { checkTargets, weightAt } from "./check-scored";

/**
 * Mean absolute error, in the target's unit.
 *
 * @example
 * meanAbsoluteError([3, 5], [2, 7]); // → 1.5
 */
export function meanAbsoluteError(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  return meanLoss(targets, predicted, options, "score mean absolute error", (y, p) => Math.abs(y - p));
}

/**
 * Root of the mean squared error, in the target's unit.
 *
 * @example
 * rootMeanSquaredError([3, 5], [2, 7]); // → 1.581
 */
export function rootMeanSquaredError(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  return Math.sqrt(meanLoss(targets, predicted, options, "score RMSE", (y, p) => (y - p) ** 2));
}

/**
 * 1 − squared error / the squared error of the mean; below 0 is worse than the mean. Throws for constant targets.
 *
 * @example
 * rSquared([1, 2, 3], [1, 2, 4]); // → 0.5
 */
export function rSquared(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const action = "score R²";
  const loss = meanLoss(targets, predicted, options, action, (y, p) => (y - p) ** 2);
  const mean = meanLoss(targets, predicted, options, action, (y) => y);
  const spread = meanLoss(targets, predicted, options, action, (y) => (y - mean) ** 2);
  check(spread > 0, action, "targets must not all be equal");
  return 1 - loss / spread;
}

/**
 * Mean absolute error relative to the target's size; a target of 0 makes it huge, as in scikit-learn.
 *
 * @example
 * meanAbsolutePercentageError([4, 5], [3, 6]); // → 0.225
 */
export function meanAbsolutePercentageError(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  return meanLoss(
    targets,
    predicted,
    options,
    "score MAPE",
    (y, p) => Math.abs(y - p) / Math.max(Math.abs(y), 2 ** -52),
  );
}

/**
 * Mean pinball loss of predictions meant as the `quantile` of the target, in (0, 1).
 *
 * @example
 * // Too low is nine times as bad as too high.
 * pinballLoss([10, 10], [8, 12], 0.9); // → 1
 */
export function pinballLoss(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  quantile: number,
  options: ScoreOptions = {},
): number {
  const action = "score pinball loss";
  checkNumber(quantile, 0, 1, action, "quantile", "both");
  return meanLoss(targets, predicted, options, action, (y, p) =>
    y >= p ? quantile * (y - p) : (1 - quantile) * (p - y),
  );
}

/**
 * Mean deviance of the Poisson distribution; targets are not negative and predictions are positive.
 *
 * @example
 * poissonDeviance([2], [1]); // → 0.773
 */
export function poissonDeviance(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  return tweedieDeviance(targets, predicted, 1, options);
}

/**
 * Mean deviance of the Tweedie distribution whose variance grows as mean^`power`: 0 normal, 1 Poisson, 1 to 2 mixes of
 * zeros and gamma amounts, 2 gamma, 3 inverse Gaussian. Predictions must be positive, except at power 0.
 *
 * @example
 * tweedieDeviance([2], [1], 1.5); // → 0.686
 */
export function tweedieDeviance(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  power: number,
  options: ScoreOptions = {},
): number {
  const action = "score Tweedie deviance";
  check(power === 0 || (power >= 1 && power < Infinity), action, "power must be 0 or at least 1", power);
  if (power === 0) return meanLoss(targets, predicted, options, action, (y, p) => (y - p) ** 2);
  for (let i = 0; i < predicted.length; i++) {
    if (!(predicted[i] > 0))
      check(false, action, `predictions must be above 0, got ${predicted[i]} at position ${i}`);
    if (targets[i] < 0 || (power >= 2 && targets[i] === 0))
      check(
        false,
        action,
        `targets must be ${power >= 2 ? "above" : "at least"} 0, got ${targets[i]} at position ${i}`,
      );
  }
  return meanLoss(targets, predicted, options, action, deviance(power));
}

function deviance(power: number): (y: number, p: number) => number {
  if (power === 1) return (y, p) => 2 * ((y === 0 ? 0 : y * Math.log(y / p)) - y + p);
  if (power === 2) return (y, p) => 2 * (Math.log(p / y) + y / p - 1);
  const a = 1 - power;
  const b = 2 - power;
  return (y, p) => 2 * (y ** b / (a * b) - (y * p ** a) / a + p ** b / b);
}

function meanLoss(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions,
  action: string,
  loss: (target: number, predicted: number) => number,
): number {
  checkTargets(targets, predicted, options.weights, action);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < targets.length; i++) {
    const w = weightAt(options.weights, i);
    if (w === 0) continue;
    sum += w * loss(targets[i], predicted[i]);
    total += w;
  }
  return sum / total;
}
