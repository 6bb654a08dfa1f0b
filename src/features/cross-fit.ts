import { mean } from "../core/math/statistics";
import { type Rng, shuffle } from "../core/rng";

/** Parts of the training rows; what is learned of targets reaches the rows of each from the others. */
export const crossFolds = 5;

/** The targets of training rows, for features that are learned from them. */
export interface Known {
  /** 0 and 1, numbers, or with `classes` the class from 0. */
  readonly y: Float64Array;
  /** How many classes there are, from 3; left out, `y` is what is learned. */
  readonly classes?: number;
  readonly rng: Rng;
}

/** One target a class where there are several, else `y`. */
export function targetsOf({ y, classes }: Known): Float64Array[] {
  if (classes === undefined) return [y];
  return Array.from({ length: classes }, (_, k) => y.map((label) => Number(label === k)));
}

/** Each row's part of `crossFolds`, drawn at random. */
export function crossParts(rows: number, rng: Rng): Uint8Array {
  return shuffle(
    rng,
    Uint8Array.from({ length: rows }, (_, i) => i % crossFolds),
  );
}

/**
 * Whether predictions of rows that were not learned from are nearer to the targets than the targets' mean is, by a
 * standard error of the mean difference of squares.
 */
export function tells(y: Float64Array, predicted: Float64Array): boolean {
  const center = mean(y);
  const gains = y.map((value, i) => (value - center) ** 2 - (value - predicted[i]) ** 2);
  const gain = mean(gains);
  const squares = gains.reduce((sum, value) => sum + (value - gain) ** 2, 0);
  return gain > Math.sqrt(squares / y.length / Math.max(1, y.length - 1));
}
