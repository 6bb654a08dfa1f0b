import { check } from "../core/checks";
import { descending, precisionArea, type Ranked, rankedWeights } from "../core/math/ranking";
import type { ScoreOptions } from "../core/metric";
import { checkLabels, checkTargets, weightAt } from "./check-scored";

export { descending };

/** Both classes' cumulative weights; throws unless both occur. */
export function ranked(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  action: string,
): Ranked {
  checkLabels(labels, scores, weights, action);
  const found = rankedWeights(labels, scores, weights);
  const last = found.scores.length - 1;
  const [tp, fp] = [found.truePositives[last], found.falsePositives[last]];
  check(tp > 0 && fp > 0, action, `both classes must occur, got only ${tp > 0 ? 1 : 0}`);
  return found;
}

/**
 * Area under the ROC curve: the chance that a row of class 1 scores above one of class 0, ties counting half.
 *
 * @example
 * rocAuc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.75
 * rocAuc([0, 0, 0], [0.1, 0.4, 0.8]); // throws "class"
 */
export function rocAuc(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const { truePositives: tp, falsePositives: fp } = ranked(labels, scores, options.weights, "score ROC AUC");
  let area = 0;
  for (let k = 0; k < tp.length; k++) {
    const [tp0, fp0] = k > 0 ? [tp[k - 1], fp[k - 1]] : [0, 0];
    area += ((fp[k] - fp0) * (tp[k] + tp0)) / 2;
  }
  return area / (tp[tp.length - 1] * fp[fp.length - 1]);
}

/**
 * Average precision, the area under the precision–recall curve without interpolation: Σ (Rₖ − Rₖ₋₁) Pₖ over the
 * distinct scores. A random order scores the share of class 1.
 *
 * @example
 * averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.833
 */
export function averagePrecision(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  return precisionArea(ranked(labels, scores, options.weights, "score average precision"));
}

/**
 * Kolmogorov and Smirnov's distance: the largest gap between both classes' shares above a threshold, 0 to 1.
 *
 * @example
 * kolmogorovSmirnov([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.5
 */
export function kolmogorovSmirnov(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const { truePositives: tp, falsePositives: fp } = ranked(labels, scores, options.weights, "score KS");
  let gap = 0;
  for (let k = 0; k < tp.length; k++) {
    gap = Math.max(gap, Math.abs(tp[k] / tp[tp.length - 1] - fp[k] / fp[fp.length - 1]));
  }
  return gap;
}

/** Ranks from 1, ascending; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = descending(values).reverse();
  const out = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) out[order[k]] = (from + to + 1) / 2;
    from = to;
  }
  return out;
}

/**
 * Spearman's rank correlation, −1 to 1; throws when either side is constant. Weights are not defined for it.
 *
 * @example
 * spearman([1, 2, 3], [10, 30, 20]); // → 0.5
 */
export function spearman(targets: ArrayLike<number>, predicted: ArrayLike<number>): number {
  checkTargets(targets, predicted, undefined, "score Spearman's correlation");
  const a = ranks(targets);
  const b = ranks(predicted);
  const mean = (a.length + 1) / 2;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) ** 2;
    bb += (b[i] - mean) ** 2;
  }
  check(aa > 0 && bb > 0, "score Spearman's correlation", "neither side may be constant");
  return ab / Math.sqrt(aa * bb);
}

/**
 * Normalised Gini coefficient of non-negative targets ranked by prediction: 1 for the perfect order, 0 on average for
 * a random one. Rows of equal prediction share their targets evenly, so the rows' order does not matter.
 *
 * @example
 * normalizedGini([0, 10, 100], [1, 2, 3]); // → 1
 * normalizedGini([0, 10, 100], [3, 2, 1]); // → -1
 */
export function normalizedGini(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: ScoreOptions = {},
): number {
  const action = "score normalised Gini";
  checkTargets(targets, predicted, options.weights, action);
  for (let i = 0; i < targets.length; i++) {
    if (targets[i] < 0)
      check(false, action, `targets must not be negative, got ${targets[i]} at position ${i}`);
  }
  const best = concentration(targets, targets, options.weights);
  check(best > 0, action, "targets must not all be equal");
  return concentration(targets, predicted, options.weights) / best;
}

/** Twice the area between the curve of cumulative targets, highest score first, and the diagonal. */
function concentration(
  targets: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
): number {
  const order = descending(scores);
  let total = 0;
  let mass = 0;
  for (let i = 0; i < targets.length; i++) {
    total += weightAt(weights, i);
    mass += weightAt(weights, i) * targets[i];
  }
  let area = 0;
  let captured = 0;
  for (let from = 0; from < order.length; ) {
    let width = 0;
    let height = 0;
    let to = from;
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
      width += weightAt(weights, order[to]);
      height += weightAt(weights, order[to]) * targets[order[to]];
    }
    area += width * (captured + height / 2);
    captured += height;
    from = to;
  }
  return mass === 0 ? 0 : (2 * area) / (total * mass) - 1;
}
