import { expect, test } from "vitest";
import { normal, seeded } from "../../src/core/rng";
import { aucInterval, correctedResampledT, deLong } from "../../src/evaluate/compare";
import { reference } from "../support";

interface Golden {
  y: number[];
  a: number[];
  b: number[];
  auc: [number, number];
  deLong: [number, number, number];
  differences: number[];
  corrected: number;
}
const golden = reference<Golden>("comparisons");
const { y, a, b } = golden;

test("deLong(labels, a, b) is the covariance of all pairs, as DeLong and others define it", () => {
  const found = deLong(y, a, b);
  expect(found.difference).toBeCloseTo(golden.deLong[0], 12);
  expect(found.standardError).toBeCloseTo(golden.deLong[1], 12);
  expect(found.pValue).toBeCloseTo(golden.deLong[2], 12);
  expect(found.high - found.difference).toBeCloseTo(1.959963984540054 * golden.deLong[1], 12);
  const back = deLong(y, b, a);
  expect(back.difference).toBeCloseTo(-found.difference, 12);
  expect(back.pValue).toBeCloseTo(found.pValue, 12);
});

test("deLong of a model with itself, or with its ranks, is no difference", () => {
  expect(deLong(y, a, a)).toEqual({ difference: 0, standardError: 0, low: 0, high: 0, pValue: 1 });
  expect(
    deLong(
      y,
      a,
      a.map((score) => Math.exp(score)),
    ).pValue,
  ).toBe(1);
});

test("aucInterval(labels, scores) has DeLong's standard error and stays in [0, 1]", () => {
  const found = aucInterval(y, a);
  expect(found.auc).toBeCloseTo(golden.auc[0], 12);
  expect(found.standardError).toBeCloseTo(golden.auc[1], 12);
  expect(aucInterval([0, 0, 1, 1], [1, 2, 3, 4])).toMatchObject({ auc: 1, high: 1, low: 1 });
});

test("deLong is right about equal models 95 times in 100", () => {
  const rng = seeded("null");
  let rejected = 0;
  for (let run = 0; run < 400; run++) {
    const labels = Array.from({ length: 80 }, (_, i) => (i < 30 ? 1 : 0));
    const shared = labels.map((label) => label + normal(rng));
    const one = shared.map((score) => score + normal(rng));
    const two = shared.map((score) => score + normal(rng));
    if (deLong(labels, one, two).pValue < 0.05) rejected++;
  }
  // Binomial(400, .05) has mean 20 and deviation 4.4.
  expect(rejected).toBeGreaterThan(7);
  expect(rejected).toBeLessThan(36);
});

test("correctedResampledT(differences, testShare) widens the t-test by the shared rows", () => {
  const found = correctedResampledT(golden.differences, 1 / 4);
  expect(found.pValue).toBeCloseTo(golden.corrected, 12);
  expect(found.standardError).toBeGreaterThan(
    correctedResampledT(golden.differences, 1e-9).standardError * 2,
  );
  expect(correctedResampledT([0.1, 0.1], 0.25).pValue).toBe(0);
  expect(correctedResampledT([0, 0], 0.25).pValue).toBe(1);
  expect(() => correctedResampledT([1], 0.25)).toThrow("there must be at least 2 folds, got 1");
});
