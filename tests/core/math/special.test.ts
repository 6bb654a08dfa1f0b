import { describe, expect, test } from "vitest";
import { hypergeometric } from "../../../src/core/math/hypergeometric";
import {
  erf,
  erfc,
  normalCdf,
  normalHazard,
  normalLogCdf,
  normalPdf,
  normalQuantile,
} from "../../../src/core/math/normal-distribution";
import {
  betaInc,
  betaln,
  chiSquaredUpper,
  digamma,
  expit,
  gammaQ,
  lgamma,
  logAddExp,
  softplus,
} from "../../../src/core/math/special";
import { reference } from "../../support";

const golden = reference<Record<string, number[][]>>("special");

// mpmath at 400 digits, scipy.special and scipy.stats.norm. Far tails, incomplete functions of large arguments and the
// hypergeometric function lose digits to the exponential of a large logarithm.
const functions: [string, (...x: number[]) => number, number][] = [
  ["lgamma", lgamma, 2e-14],
  ["digamma", digamma, 2e-14],
  ["betaln", betaln, 2e-14],
  ["erf", erf, 2e-15],
  ["erfc", erfc, 1e-13],
  ["normalCdf", normalCdf, 2e-13],
  ["normalLogCdf", normalLogCdf, 2e-14],
  ["normalQuantile", normalQuantile, 2e-14],
  ["gammaQ", gammaQ, 5e-13],
  ["betaInc", betaInc, 1e-13],
  ["hypergeometric", hypergeometric, 1e-12],
  ["chiSquaredUpper", chiSquaredUpper, 1e-13],
];

describe("special functions agree with SciPy and mpmath", () => {
  test.each(functions)("%s", (name, ours, tolerance) => {
    for (const entry of golden[name]) {
      const expected = entry.at(-1) as number;
      const got = ours(...entry.slice(0, -1));
      const off = Math.abs(got - expected) / Math.max(Math.abs(expected), Number.MIN_VALUE);
      expect(off, `${name}(${entry.slice(0, -1)}) = ${got}, not ${expected}`).toBeLessThanOrEqual(
        expected === 0 ? 0 : tolerance,
      );
    }
  });
});

test("lgamma and digamma give NaN at and below 0", () => {
  for (const f of [lgamma, digamma]) {
    expect(f(0)).toBeNaN();
    expect(f(-1.5)).toBeNaN();
    expect(f(Number.NaN)).toBeNaN();
  }
});

test("normalHazard(z) is the slope of normalLogCdf, also where the chance underflows", () => {
  for (const z of [-60, -5, 0, 2]) {
    const slope = (normalLogCdf(z + 1e-5) - normalLogCdf(z - 1e-5)) / 2e-5;
    expect(normalHazard(z) / slope).toBeCloseTo(1, 6);
  }
  expect(normalHazard(0)).toBeCloseTo(normalPdf(0) / 0.5, 15);
});

test("expit, softplus and logAddExp neither overflow nor lose small values", () => {
  expect(expit(-745)).toBeGreaterThan(0);
  expect(expit(800)).toBe(1);
  expect(softplus(800)).toBe(800);
  expect(softplus(-40)).toBeCloseTo(Math.exp(-40), 30);
  expect(logAddExp(-1000, -1000)).toBeCloseTo(-1000 + Math.LN2, 12);
  expect(logAddExp(-Infinity, -Infinity)).toBe(-Infinity);
});

test("arguments outside a function's domain are refused by name and value", () => {
  expect(() => gammaQ(-1, 2)).toThrow(
    "Cannot evaluate the incomplete gamma function: a must be above 0, got -1",
  );
  expect(() => betaInc(1, 1, 1.5)).toThrow("x must be at least 0 and at most 1, got 1.5");
  expect(() => normalQuantile(-0.1)).toThrow("p must be from 0 to 1, got -0.1");
  expect(() => hypergeometric(1, 1, 2, 1)).toThrow("z must be below 1, got 1");
});
