import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/core/normal";

test("normalCdf(x) agrees with scipy.stats.norm.cdf to 14 digits, in the tails too", () => {
  // scipy.stats.norm.cdf([-30, -8, -3, -1, 0, .5, 2.999, 3, 6])
  const expected: [number, number][] = [
    [-30, 4.906713927147908e-198],
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2.999, 0.9986456634662729],
    [6, 0.9999999990134123],
  ];
  for (const [x, p] of expected) expect(normalCdf(x) / p).toBeCloseTo(1, 12);
});

test("normalQuantile(p) inverts normalCdf", () => {
  // scipy.stats.norm.ppf(.975)
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13);
  for (const p of [1e-300, 1e-12, 0.001, 0.3, 0.5, 0.7, 0.999]) {
    expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 11);
  }
  expect(() => normalQuantile(1)).toThrow("Cannot find normal quantile: p must be above 0 and below 1");
});
