import { check, checkNumber } from "../core/checks";
import type { ScoreOptions } from "../core/metric";
import { checkLabels, weightAt } from "./check-scored";

/** Weighted counts of a two-class decision. */
export interface Confusion {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

export interface DecisionOptions extends ScoreOptions {
  /** Scores at or above it count as class 1. @default 0.5 */
  readonly threshold?: number;
}

/**
 * The counts when scores at or above the threshold are taken for class 1. Labels are 0 or 1.
 *
 * @example
 * const counts = confusion([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * counts; // → { truePositives: 1, falsePositives: 0, trueNegatives: 2, falseNegatives: 1 }
 */
export function confusion(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): Confusion {
  const { threshold = 0.5, weights } = options;
  checkLabels(labels, scores, weights, "count confusion");
  let truePositives = 0;
  let falsePositives = 0;
  let trueNegatives = 0;
  let falseNegatives = 0;
  for (let i = 0; i < labels.length; i++) {
    const w = weightAt(weights, i);
    if (scores[i] >= threshold) {
      if (labels[i] === 1) truePositives += w;
      else falsePositives += w;
    } else if (labels[i] === 1) falseNegatives += w;
    else trueNegatives += w;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/**
 * The share of right decisions.
 *
 * @example
 * accuracy([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.75
 * accuracy([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { threshold: 0.9 }); // → 0.5
 */
export function accuracy(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const c = confusion(labels, scores, options);
  const right = c.truePositives + c.trueNegatives;
  return right / (right + c.falsePositives + c.falseNegatives);
}

/**
 * The share of class 1 among the rows taken for it; 0 when none is.
 *
 * @example
 * precision([0, 0, 1, 1], [0.1, 0.6, 0.35, 0.8]); // → 0.5
 */
export function precision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const c = confusion(labels, scores, options);
  return share(c.truePositives, c.falsePositives);
}

/**
 * The share of class 1 that is found (sensitivity); 0 when there is no such row.
 *
 * @example
 * recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.5
 */
export function recall(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const c = confusion(labels, scores, options);
  return share(c.truePositives, c.falseNegatives);
}

/**
 * The share of class 0 that is left alone; 0 when there is no such row.
 *
 * @example
 * specificity([0, 0, 1, 1], [0.1, 0.6, 0.35, 0.8]); // → 0.5
 */
export function specificity(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const c = confusion(labels, scores, options);
  return share(c.trueNegatives, c.falsePositives);
}

/**
 * The weighted harmonic mean of precision and recall, where recall counts `beta` times as much; 0 when both are.
 *
 * @example
 * fBeta([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 2); // → 0.556
 */
export function fBeta(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  beta: number,
  options: DecisionOptions = {},
): number {
  checkNumber(beta, 0, Infinity, "score F-beta", "beta", "low");
  return fBetaOf(confusion(labels, scores, options), beta);
}

/**
 * The harmonic mean of precision and recall.
 *
 * @example
 * f1([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.667
 */
export function f1(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  return fBetaOf(confusion(labels, scores, options), 1);
}

/** F-beta of given counts; 0 when nothing is found. */
export function fBetaOf(c: Confusion, beta: number): number {
  const b = beta * beta;
  const found = (1 + b) * c.truePositives;
  return found === 0 ? 0 : found / (found + b * c.falseNegatives + c.falsePositives);
}

/**
 * The mean of recall and specificity.
 *
 * @example
 * balancedAccuracy([0, 0, 0, 1], [0.1, 0.4, 0.7, 0.8]); // → 0.83
 */
export function balancedAccuracy(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const c = confusion(labels, scores, options);
  const positives = c.truePositives + c.falseNegatives;
  const negatives = c.trueNegatives + c.falsePositives;
  check(positives > 0 && negatives > 0, "score balanced accuracy", "both classes must occur");
  return (c.truePositives / positives + c.trueNegatives / negatives) / 2;
}

/**
 * Matthews' correlation of decision and label, −1 to 1; 0 when either is constant.
 *
 * @example
 * matthewsCorrelation([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.577
 */
export function matthewsCorrelation(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: DecisionOptions = {},
): number {
  const {
    truePositives: tp,
    falsePositives: fp,
    trueNegatives: tn,
    falseNegatives: fn,
  } = confusion(labels, scores, options);
  const scale = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
  return scale === 0 ? 0 : (tp * tn - fp * fn) / scale;
}

function share(part: number, rest: number): number {
  return part === 0 ? 0 : part / (part + rest);
}
