import { expect, test } from "vitest";
import {
  correlation,
  holm,
  mean,
  median,
  quantile,
  quantileSorted,
  sampleVariance,
  standardDeviation,
  variance,
} from "../../../src/core/math/statistics";

const lists = [[3, 1, 4, 1, 5, 9, 2, 6], Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6)];

test.each(lists.map((one) => [one]))("moments of %s are NumPy's", (values) => {
  // np.mean, np.var, np.var(ddof=1), np.std, np.median
  expect(mean(values)).toBe(3.875);
  expect(variance(values)).toBe(6.609375);
  expect(sampleVariance(values)).toBeCloseTo(7.553571428571429, 14);
  expect(standardDeviation(values)).toBeCloseTo(2.5708704751503917, 14);
  expect(median(values)).toBe(3.5);
});

test("quantile(values, p) interpolates as np.quantile does, and leaves the values as they are", () => {
  for (const values of lists) {
    const copy = Array.from(values);
    // np.quantile(values, [0, .1, .25, .9, 1])
    const expected = [1, 1, 1.75, 6.9, 9];
    [0, 0.1, 0.25, 0.9, 1].forEach((p, k) => {
      expect(quantile(values, p)).toBeCloseTo(expected[k], 14);
      expect(quantileSorted(Float64Array.from(values).sort(), p)).toBeCloseTo(expected[k], 14);
    });
    expect(Array.from(values)).toEqual(copy);
  }
  expect([quantile([], 0.5), quantileSorted([], 0.5)]).toEqual([Number.NaN, Number.NaN]);
});

test("correlation(a, b) is Pearson's, and 0 where one does not vary", () => {
  // np.corrcoef([1, 2, 3, 5], [2, 1, 4, 8])[0, 1]
  expect(correlation([1, 2, 3, 5], Float64Array.of(2, 1, 4, 8))).toBeCloseTo(0.9299702793621387, 12);
  expect(correlation([1, 1, 1], [1, 2, 3])).toBe(0);
});

test("holm(pValues) multiplies by the hypotheses left, and keeps the order", () => {
  // statsmodels.stats.multitest.multipletests([.01, .04, .03, .005], method="holm")[1]
  expect([...holm([0.01, 0.04, 0.03, 0.005])].map((p) => Number(p.toFixed(12)))).toEqual([
    0.03, 0.06, 0.06, 0.02,
  ]);
  expect([...holm([0.6, 0.7])]).toEqual([1, 1]);
});
