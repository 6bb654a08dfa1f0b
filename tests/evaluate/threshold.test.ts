import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { confusion, fBeta, precision, recall } from "../../src/evaluate/confusion";
import { expectedMaximumProfit, maximumProfit } from "../../src/evaluate/maximum-profit";
import { chooseThreshold, costThreshold } from "../../src/evaluate/threshold";

const labels = [0, 0, 1, 0, 1, 1, 0, 1];
const scores = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

test("chooseThreshold(labels, scores, {fBeta}) lies half-way between scores", () => {
  const found = chooseThreshold(labels, scores, { fBeta: 1 });
  // From 0.3 up: precision 4/6, recall 1.
  expect(found.value).toBeCloseTo(0.8, 12);
  expect(found.threshold).toBeCloseTo(0.25, 12);
  expect(found.confusion).toEqual({
    truePositives: 4,
    falsePositives: 2,
    trueNegatives: 2,
    falseNegatives: 0,
  });
});

test("chooseThreshold(…, {recallAtLeast}) takes the best precision above the floor", () => {
  const found = chooseThreshold(labels, scores, { recallAtLeast: 0.75 });
  expect(found.value).toBeCloseTo(0.75, 12);
  expect(found.threshold).toBeCloseTo(0.45, 12);
});

test("chooseThreshold(…, {precisionAtLeast}) takes the best recall above the floor, or says that there is none", () => {
  expect(chooseThreshold(labels, scores, { precisionAtLeast: 1 })).toMatchObject({ value: 0.25 });
  expect(() => chooseThreshold([1, 0], [0.1, 0.2], { precisionAtLeast: 0.9 })).toThrow(
    'Cannot choose threshold: no threshold reaches {"precisionAtLeast":0.9}',
  );
});

test("chooseThreshold(…, {costs}) may choose to act on nobody, and agrees with costThreshold on true probabilities", () => {
  expect(chooseThreshold(labels, scores, { costs: { falsePositive: 100, falseNegative: 1 } })).toMatchObject({
    value: 3 / 8,
    confusion: { truePositives: 1, falsePositives: 0 },
  });
  expect(
    chooseThreshold([0, 1, 0], [0.9, 0.5, 0.1], { costs: { falsePositive: 9, falseNegative: 1 } }).threshold,
  ).toBe(Infinity);
  expect(costThreshold({ falsePositive: 1, falseNegative: 4 })).toBe(0.2);
  expect(costThreshold({ falsePositive: 10, falseNegative: 0, truePositive: -40 })).toBe(0.2);
  expect(() => costThreshold({ falsePositive: -1, falseNegative: 2 })).toThrow(
    "wrong decisions must cost more than right ones",
  );
  // Every tenth row is as likely as its score says.
  const p = Array.from({ length: 1000 }, (_, i) => (Math.floor(i / 100) + 0.5) / 10);
  const y = p.map((share, i) => (i % 100 < share * 100 ? 1 : 0));
  expect(chooseThreshold(y, p, { costs: { falsePositive: 1, falseNegative: 4 } }).threshold).toBeCloseTo(
    0.2,
    12,
  );
});

test("chooseThreshold's figures are those of its decisions, and no other threshold is better", () => {
  const rows = fc.array(fc.record({ y: fc.integer({ min: 0, max: 1 }), s: fc.integer({ min: 0, max: 6 }) }), {
    minLength: 2,
    maxLength: 25,
  });
  fc.assert(
    fc.property(rows, (some) => {
      const y = some.map((row) => row.y);
      const s = some.map((row) => row.s);
      fc.pre(new Set(y).size === 2);
      const found = chooseThreshold(y, s, { fBeta: 2 });
      expect(confusion(y, s, { threshold: found.threshold })).toEqual(found.confusion);
      expect(fBeta(y, s, 2, { threshold: found.threshold })).toBeCloseTo(found.value, 12);
      for (let t = 0; t <= 7; t++)
        expect(fBeta(y, s, 2, { threshold: t })).toBeLessThanOrEqual(found.value + 1e-12);
      const floor = chooseThreshold(y, s, { recallAtLeast: 0.6 });
      expect(recall(y, s, { threshold: floor.threshold })).toBeGreaterThanOrEqual(0.6);
      for (let t = 0; t <= 7; t++)
        if (recall(y, s, { threshold: t }) >= 0.6)
          expect(precision(y, s, { threshold: t })).toBeLessThanOrEqual(floor.value + 1e-12);
    }),
  );
});

describe("maximum profit, by the values of R's EMP and Python's empulse for y = [0,1]×4", () => {
  const y = [0, 1, 0, 1, 0, 1, 0, 1];
  const p = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9];

  test("expectedMaximumProfit(labels, scores)", () => {
    const found = expectedMaximumProfit(y, p);
    expect(found.profit).toBeCloseTo(23.875593418348124, 10);
    expect(found.fraction).toBeCloseTo(0.8743700763487141, 10);
    expect(found.threshold).toBe(0.3);
    const sorted = [0, 0, 0, 0, 1, 1, 1, 1];
    expect(expectedMaximumProfit(sorted, p).profit).toBeCloseTo(28, 5);
    expect(expectedMaximumProfit([1, 1, 1, 1, 0, 0, 0, 0], p).profit).toBeCloseTo(22.5007912244511, 10);
  });

  test("maximumProfit(labels, scores)", () => {
    expect(maximumProfit(y, p).profit).toBeCloseTo(23.875, 12);
    expect(maximumProfit(y, p)).toMatchObject({ fraction: 0.875, threshold: 0.2 });
    expect(maximumProfit([0, 0, 0, 0, 1, 1, 1, 1], p).profit).toBeCloseTo(28, 12);
    expect(maximumProfit([1, 1, 1, 1, 0, 0, 0, 0], p).profit).toBeCloseTo(22.5, 12);
  });

  test("chooseThreshold(…, {campaign}) is that of expectedMaximumProfit", () => {
    const found = chooseThreshold(y, p, { campaign: {} });
    expect(found.threshold).toBe(0.3);
    expect(found.value).toBeCloseTo(23.875593418348124, 10);
    expect(found.confusion).toEqual({
      truePositives: 3,
      falsePositives: 3,
      trueNegatives: 1,
      falseNegatives: 1,
    });
  });

  test("a campaign that can't pay targets nobody", () => {
    expect(maximumProfit(y, p, { contactCost: 100 })).toEqual({
      profit: 0,
      fraction: 0,
      threshold: Infinity,
    });
    expect(expectedMaximumProfit(y, p, { contactCost: 190 })).toMatchObject({ threshold: Infinity });
  });

  test("expectedMaximumProfit is at least maximumProfit, and equal for a certain acceptance rate", () => {
    const narrow = { acceptance: [6e6, 14e6] } as const;
    expect(expectedMaximumProfit(y, p, narrow).profit).toBeCloseTo(maximumProfit(y, p).profit, 2);
    expect(expectedMaximumProfit(y, p).profit).toBeGreaterThanOrEqual(maximumProfit(y, p).profit);
    expect(() => maximumProfit(y, p, { offerCost: 200 })).toThrow(
      "Cannot find maximum profit: offerCost must be at least 0 and below 200, got 200",
    );
  });
});
