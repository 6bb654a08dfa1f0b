import { check, checkFinite, checkSameLength } from "../core/checks";

/** Throws unless there are rows, lengths agree, predictions are finite and weights are non-negative. */
export function checkScored(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  action: string,
): void {
  checkSameLength(labels.length, predicted.length, action, "labels and predictions");
  check(labels.length > 0, action, "there must be rows", 0);
  checkFinite(predicted, action, "predictions");
  if (!weights) return;
  checkSameLength(weights.length, labels.length, action, "weights and labels");
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0 && weights[i] < Infinity))
      check(false, action, `weights must be finite and not negative, got ${weights[i]} at position ${i}`);
    sum += weights[i];
  }
  check(sum > 0, action, "some weight must be above 0", sum);
}

/** As `checkScored`, for labels that must be 0 or 1. */
export function checkLabels(
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  action: string,
): void {
  checkScored(labels, predicted, weights, action);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && labels[i] !== 1)
      check(false, action, `labels must be 0 or 1, got ${labels[i]} at position ${i}`);
  }
}

/** As `checkScored`, for targets that must be finite. */
export function checkTargets(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  weights: ArrayLike<number> | undefined,
  action: string,
): void {
  checkScored(targets, predicted, weights, action);
  checkFinite(targets, action, "targets");
}

export function weightAt(weights: ArrayLike<number> | undefined, i: number): number {
  return weights ? weights[i] : 1;
}
