import { check, checkNumber } from "../core/checks";
import type { Labelled } from "../core/matrix";
import { type Option, option } from "./options";

/** What rows of class 0 and of class 1 count. */
export type ClassWeights = "balanced" | readonly [number, number];

/** The option of every learner that takes them. */
export const classWeightsOption: Option<ClassWeights, undefined> = option(
  "what rows of class 0 and of class 1 count; 1 and 1",
  '"balanced" (both classes count the same), or two numbers above 0',
  (value: ClassWeights, action) =>
    check(
      value === "balanced" ||
        (Array.isArray(value) && value.length === 2 && value.every((value) => value > 0 && value < Infinity)),
      action,
      'classWeights must be "balanced" or two positive numbers',
      String(value),
    ),
);

/** Throws if there are weights but no classes to weigh. */
export function checkClassWeights(value: ClassWeights | undefined, classes: boolean, action: string): void {
  check(value === undefined || classes, action, "classWeights need classes, not a regression");
}

/** The two weights; "balanced" makes both classes of `y` count the same, and their mean over rows 1. */
export function classFactors(value: ClassWeights | undefined, y: Float64Array): readonly [number, number] {
  if (value !== "balanced") return value ?? [1, 1];
  let ones = 0;
  for (const value of y) ones += value;
  const zeros = y.length - ones;
  // A class without rows counts nothing, whatever its weight.
  return [zeros > 0 ? y.length / (2 * zeros) : 1, ones > 0 ? y.length / (2 * ones) : 1];
}

/** The rows' weights times their classes'; "balanced" gives both classes the same sum of weights. */
export function classedWeights({ y, weights }: Labelled, value: ClassWeights): Float64Array {
  const own = weights ?? new Float64Array(y.length).fill(1);
  let factors = value;
  if (factors === "balanced") {
    const sums = [0, 0];
    for (let i = 0; i < y.length; i++) sums[y[i]] += own[i];
    const half = (sums[0] + sums[1]) / 2;
    factors = [half / sums[0], half / sums[1]];
  }
  const [zero, one] = factors;
  return zero === 1 && one === 1 ? own : own.map((weight, i) => weight * (y[i] === 1 ? one : zero));
}

/**
 * What each row of `classes` classes, numbered from 0, counts: "balanced" makes all classes that are there count the same
 * and the mean row 1 (scikit-learn's rule); else one number a class.
 */
export function classRowWeights(
  value: "balanced" | readonly number[],
  y: Float64Array,
  classes: number,
): Float64Array {
  const action = "weigh classes";
  if (value !== "balanced") {
    check(value.length === classes, action, `there must be one weight a class, ${classes}`, value.length);
    for (const weight of value) checkNumber(weight, 0, Infinity, action, "a class weight", "low");
    return y.map((label) => value[label]);
  }
  const counts = new Float64Array(classes);
  for (const label of y) counts[label]++;
  const seen = counts.reduce((sum, count) => sum + Number(count > 0), 0);
  return y.map((label) => y.length / (seen * counts[label]));
}
