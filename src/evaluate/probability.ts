import { check, checkInteger, checkNumber, checkOneOf } from "../core/checks";
import { countBelow } from "../core/math/sorted";
import { quantileSorted } from "../core/math/statistics";
import type { ScoreOptions } from "../core/metric";
import { checkLabels, weightAt } from "./check-scored";
import { wilson } from "./intervals";

/**
 * Mean −log likelihood of the labels under the probabilities, which are kept 2⁻⁵² away from 0 and 1.
 *
 * @example
 * logLoss([0, 1], [0.2, 0.6]); // → 0.367
 */
export function logLoss(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const { weights } = options;
  checkProbabilities(labels, probabilities, weights, "score log loss");
  const edge = 2 ** -52;
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const p = Math.min(1 - edge, Math.max(edge, probabilities[i]));
    const w = weightAt(weights, i);
    sum -= w * Math.log(labels[i] === 1 ? p : 1 - p);
    total += w;
  }
  return sum / total;
}

/**
 * Mean squared distance of probability and label: 0 is perfect, 0.25 is what a constant 0.5 has.
 *
 * @example
 * brierLoss([0, 1], [0.2, 0.6]); // → 0.1
 */
export function brierLoss(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const { weights } = options;
  checkProbabilities(labels, probabilities, weights, "score Brier loss");
  let sum = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weightAt(weights, i);
    sum += w * (probabilities[i] - labels[i]) ** 2;
    total += w;
  }
  return sum / total;
}

/**
 * 1 − Brier loss / the loss of always saying the share of class 1: above 0 is skill, 1 is perfect.
 *
 * @example
 * brierSkill([0, 1], [0.2, 0.6]); // → 0.6
 */
export function brierSkill(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const loss = brierLoss(labels, probabilities, options);
  let positives = 0;
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    positives += labels[i] * weightAt(options.weights, i);
    total += weightAt(options.weights, i);
  }
  const share = positives / total;
  check(share > 0 && share < 1, "score Brier skill", `both classes must occur, got only ${share}`);
  return 1 - loss / (share * (1 - share));
}

export interface CalibrationOptions extends ScoreOptions {
  /** How many bins; from 1. @default 10 */
  readonly bins?: number;
  /** Bins of equal width ("uniform", the default) or of equal rows ("quantile"). */
  readonly strategy?: "uniform" | "quantile";
  /** Coverage of the bins' intervals; in (0, 1). @default 0.95 */
  readonly level?: number;
}

/** What probabilities promised and what came, in one bin. */
export interface CalibrationBin {
  /** The bin holds probabilities above `low`, up to and with `high`; the first holds its `low` too. */
  readonly low: number;
  readonly high: number;
  /** Weight of the rows in it. */
  readonly rows: number;
  readonly meanPredicted: number;
  readonly observed: number;
  /** Wilson's interval of the observed share. */
  readonly interval: readonly [number, number];
}

/**
 * The bins that hold rows, in ascending order: the reliability diagram.
 *
 * @example
 * const bins = calibrationCurve([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], { bins: 2 });
 * bins; // → [{ rows: 2, meanPredicted: 0.15, observed: 0 }, { rows: 2, meanPredicted: 0.85, observed: 1 }]
 */
export function calibrationCurve(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  const { bins = 10, strategy = "uniform", level = 0.95, weights } = options;
  const action = "draw calibration curve";
  checkProbabilities(labels, probabilities, weights, action);
  checkInteger(bins, 1, 10_000, action, "bins");
  checkOneOf(strategy, ["uniform", "quantile"], action, "strategy");
  checkNumber(level, 0, 1, action, "level", "both");
  const edges = Float64Array.from({ length: bins + 1 }, (_, k) => k / bins);
  if (strategy === "quantile") {
    const sorted = Float64Array.from(probabilities).sort();
    for (let k = 0; k <= bins; k++) edges[k] = quantileSorted(sorted, k / bins);
  }
  const rows = new Float64Array(bins);
  const predicted = new Float64Array(bins);
  const positives = new Float64Array(bins);
  for (let i = 0; i < labels.length; i++) {
    const bin = binOf(edges, probabilities[i]);
    const w = weightAt(weights, i);
    rows[bin] += w;
    predicted[bin] += w * probabilities[i];
    positives[bin] += w * labels[i];
  }
  const out: CalibrationBin[] = [];
  for (let k = 0; k < bins; k++) {
    if (rows[k] === 0) continue;
    out.push({
      low: edges[k],
      high: edges[k + 1],
      rows: rows[k],
      meanPredicted: predicted[k] / rows[k],
      observed: positives[k] / rows[k],
      interval: wilson(positives[k], rows[k], level),
    });
  }
  return out;
}

/**
 * Expected calibration error (Naeini, Cooper and Hauskrecht, 2015): the bins' distance of mean prediction and observed
 * share, weighted by their rows.
 *
 * @example
 * calibrationError([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], { bins: 2 }); // → 0.15
 */
export function calibrationError(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  options: CalibrationOptions = {},
): number {
  let sum = 0;
  let total = 0;
  for (const bin of calibrationCurve(labels, probabilities, options)) {
    sum += bin.rows * Math.abs(bin.meanPredicted - bin.observed);
    total += bin.rows;
  }
  return sum / total;
}

/** The bin whose inner edge at its right is the first not below `value`. */
export function binOf(edges: Float64Array, value: number): number {
  return countBelow(edges.subarray(1, -1), value);
}

function checkProbabilities(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  action: string,
): void {
  checkLabels(labels, probabilities, weights, action);
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] < 0 || probabilities[i] > 1)
      check(false, action, `probabilities must be from 0 to 1, got ${probabilities[i]} at position ${i}`);
  }
}
