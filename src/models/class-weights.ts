import { check } from "../core/checks";

/** What rows of class 0 and of class 1 count. */
export type ClassWeights = "balanced" | readonly [number, number];

/** Throws unless the weights are "balanced" or two positive numbers, and there are classes to weigh. */
export function checkClassWeights(value: ClassWeights | undefined, classes: boolean, action: string): void {
  if (value === undefined) return;
  check(classes, action, "classWeights need classes, not a regression");
  if (value === "balanced") return;
  check(
    Array.isArray(value) && value.length === 2 && value.every((one) => one > 0 && one < Infinity),
    action,
    'classWeights must be "balanced" or two positive numbers',
    String(value),
  );
}

/** The two weights; "balanced" makes both classes of `y` count the same, and their mean over rows 1. */
export function classFactors(value: ClassWeights | undefined, y: Float64Array): readonly [number, number] {
  if (value !== "balanced") return value ?? [1, 1];
  let ones = 0;
  for (const one of y) ones += one;
  const zeros = y.length - ones;
  // A class without rows counts nothing, whatever its weight.
  return [zeros > 0 ? y.length / (2 * zeros) : 1, ones > 0 ? y.length / (2 * ones) : 1];
}
