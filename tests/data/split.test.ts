import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import {
  groupKFold,
  kFold,
  repeated,
  type Split,
  stratifiedGroupKFold,
  stratifiedKFold,
  timeFolds,
  trainTestSplit,
  trainValidationTestSplit,
} from "../../src/data/split";
import { reference } from "../support";

interface Golden {
  labels: string[];
  groups: number[];
  kFold: Record<string, number[][]>;
  stratifiedKFold: Record<string, number[][]>;
  groupKFold: Record<string, number[][]>;
  stratifiedGroupKFold: Record<string, number[][]>;
  timeFolds: number[][][];
  timeFoldsGap: number[][][];
  sizes: number[][];
}
const golden = reference<Golden>("split");
const tests = (splits: Split[]): number[][] => splits.map((one) => [...one.test]);

/** Every row is in exactly one test part, and in the training part of the other splits. */
function expectPartition(splits: Split[], rows: number): void {
  const seen = new Int32Array(rows);
  for (const { train, test } of splits) {
    expect(train.length + test.length).toBe(rows);
    expect(new Set([...train, ...test]).size).toBe(rows);
    for (const row of test) seen[row]++;
  }
  expect(seen.every((count) => count === 1)).toBe(true);
}

describe("folds without a stream are scikit-learn's without shuffling", () => {
  test.each(Object.entries(golden.kFold))("kFold(103, %s)", (folds, expected) => {
    // sklearn.model_selection.KFold(folds).split(x)
    expect(tests(kFold(103, Number(folds)))).toEqual(expected);
  });
  test.each(Object.entries(golden.stratifiedKFold))("stratifiedKFold(labels, %s)", (folds, expected) => {
    // sklearn.model_selection.StratifiedKFold(folds).split(x, labels)
    expect(tests(stratifiedKFold(golden.labels, Number(folds)))).toEqual(expected);
  });
  test.each(Object.entries(golden.groupKFold))("groupKFold(groups, %s)", (folds, expected) => {
    // sklearn.model_selection.GroupKFold(folds).split(x, labels, groups)
    expect(tests(groupKFold(golden.groups, Number(folds)))).toEqual(expected);
  });
  test.each(Object.entries(golden.stratifiedGroupKFold))("stratifiedGroupKFold(…, %s)", (folds, expected) => {
    // sklearn.model_selection.StratifiedGroupKFold(folds).split(x, labels, groups)
    expect(tests(stratifiedGroupKFold(golden.labels, golden.groups, Number(folds)))).toEqual(expected);
  });
  test("timeFolds(103, …)", () => {
    // sklearn.model_selection.TimeSeriesSplit(5); TimeSeriesSplit(4, gap=2, max_train_size=30, test_size=9)
    const both = (splits: Split[]): number[][][] => splits.map((one) => [[...one.train], [...one.test]]);
    expect(both(timeFolds(103, 5))).toEqual(golden.timeFolds);
    expect(both(timeFolds(103, 4, { gap: 2, maxTrain: 30, testRows: 9 }))).toEqual(golden.timeFoldsGap);
  });
});

describe("random splits", () => {
  test.each(golden.sizes)(
    "trainTestSplit(103, {test: %s}) has scikit-learn's sizes %i and %i",
    (size, train, held) => {
      // sklearn.model_selection.train_test_split(range(103), test_size=size)
      const split = trainTestSplit(103, { test: size }, seeded(1));
      expect([split.train.length, split.test.length]).toEqual([train, held]);
    },
  );

  test("the same seed gives the same split, another seed another", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => trainTestSplit(100, {}, seeded(seed)));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test("stratifiedKFold(labels, 4, rng) deals rows out in random order", () => {
    // Without a stream rows are dealt in the order of the file, which often is an order in time.
    const labels = Float64Array.from({ length: 400 }, (_, i) => i % 2);
    const [still, a, b] = [undefined, seeded(1), seeded(2)].map((rng) => stratifiedKFold(labels, 4, rng));
    expect(still?.[0].test).toEqual(Int32Array.from({ length: 100 }, (_, i) => i));
    const early = a[0].test.filter((row) => row < 100).length;
    // A hypergeometric count of mean 25 and deviation 3.8.
    expect(Math.abs(early - 25)).toBeLessThan(16);
    expect(a).not.toEqual(b);
  });

  test("strata keep their shares to within one row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 10, max: 80 }), (seed, rows) => {
        const labels = Array.from({ length: rows * 3 }, (_, i) => (i % 7 < 2 ? "a" : i % 7 < 3 ? "b" : "c"));
        const { test: held } = trainTestSplit(labels.length, { test: 0.3, strata: labels }, seeded(seed));
        for (const label of ["a", "b", "c"]) {
          const all = labels.filter((one) => one === label).length;
          const part = [...held].filter((i) => labels[i] === label).length;
          expect(Math.abs(part - (all * held.length) / labels.length)).toBeLessThan(1);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("groups are never divided, and test counts groups", () => {
    const { train, test: held } = trainTestSplit(103, { test: 5, groups: golden.groups }, seeded(4));
    const names = new Set([...held].map((i) => golden.groups[i]));
    expect(names.size).toBe(5);
    expect([...train].some((i) => names.has(golden.groups[i]))).toBe(false);
  });

  test("trainValidationTestSplit takes both shares of all rows", () => {
    const labels = golden.labels;
    const parts = trainValidationTestSplit(103, { test: 0.2, validation: 0.2, strata: labels }, seeded(4));
    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([61, 21, 21]);
    expect(new Set([...parts.train, ...parts.validation, ...parts.test]).size).toBe(103);
  });

  test("every shuffled fold maker partitions the rows and keeps its promise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 2, max: 6 }), (seed, folds) => {
        const rng = seeded(seed);
        expectPartition(kFold(103, folds, rng), 103);
        const stratified = stratifiedKFold(golden.labels, folds, rng);
        expectPartition(stratified, 103);
        const positives = stratified.map(
          (one) => [...one.test].filter((i) => golden.labels[i] === "yes").length,
        );
        expect(Math.max(...positives) - Math.min(...positives)).toBeLessThanOrEqual(1);
        for (const splits of [
          groupKFold(golden.groups, folds, rng),
          stratifiedGroupKFold(golden.labels, golden.groups, folds, rng),
        ]) {
          expectPartition(splits, 103);
          for (const { train, test: held } of splits) {
            const names = new Set([...held].map((i) => golden.groups[i]));
            expect([...train].some((i) => names.has(golden.groups[i]))).toBe(false);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test("repeated(3, rng, …) gives three different sets of folds", () => {
    const splits = repeated(3, seeded(1), (rng) => kFold(50, 5, rng));
    expect(splits).toHaveLength(15);
    expectPartition(splits.slice(5, 10), 50);
    expect(splits[0].test).not.toEqual(splits[5].test);
  });
});

test("impossible splits are refused in words", () => {
  const rng = seeded(1);
  expect(() => kFold(5, 6)).toThrow("Cannot make folds: folds must be a whole number from 2 to 5, got 6");
  expect(() => stratifiedKFold([0, 0, 1], 3)).toThrow("at most the 2 rows of the commonest label, got 3");
  expect(() => groupKFold([1, 1, 1], 2)).toThrow("folds must be a whole number from 2 to 1, got 2");
  expect(() => trainTestSplit(10, { strata: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }, rng)).toThrow("at least twice");
  expect(() => trainTestSplit(10, { test: 10 }, rng)).toThrow("must be above 0 and at most 9, got 10");
  expect(() => trainTestSplit(10, { strata: [1], groups: [1] }, rng)).toThrow("got both");
  expect(() => trainTestSplit(10, { strata: [1] }, rng)).toThrow("same length, got 1 and 10");
  expect(() => timeFolds(10, 5, { gap: 5 })).toThrow("Cannot make folds in time");
});
