import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { doublyRobustScores, policyValue } from "../../../src/evaluate/uplift/policy-value";

/** Three actions by lot; action 2 brings 1 where the row is "right" and −1 where not. */
function lot(rows: number, seed: number) {
  const rng = seeded(seed);
  const right = Uint8Array.from({ length: rows }, () => (rng.uniform() < 0.3 ? 1 : 0));
  const action = Uint8Array.from({ length: rows }, () => Math.floor(3 * rng.uniform()));
  const mean = (i: number, a: number): number => (a === 2 ? 2 * right[i] - 1 : 0.1 * a) + 5;
  const y = Float64Array.from(action, (a, i) => mean(i, a) + normal(rng));
  return { right, action, y, mean, chances: [1 / 3, 1 / 3, 1 / 3] };
}

test("policyValue(scores, policy, against) holds the truth in its interval, whatever the model of outcomes says", () => {
  let held = 0;
  for (let seed = 0; seed < 60; seed++) {
    const one = lot(1500, seed);
    // A model that is wrong by a constant and by its slope.
    const wrong = [0, 1, 2].map((a) => Float64Array.from(one.y, (_, i) => 1 + 0.5 * one.mean(i, a)));
    const scores = doublyRobustScores(one, wrong);
    const policy = one.right.map((r) => (r === 1 ? 2 : 1));
    const { low, high } = policyValue(scores, policy, new Uint8Array(1500).fill(1));
    const share = one.right.reduce((sum, r) => sum + r, 0) / 1500;
    if (low <= 0.9 * share && 0.9 * share <= high) held++;
  }
  // 57 of 60 are expected; binomial: below 52 in one of a hundred such tests.
  expect(held).toBeGreaterThanOrEqual(52);
});

test("doublyRobustScores are the inverse-propensity scores where the model says nothing, and exact where it knows all", () => {
  const one = { y: [3, 5], action: [0, 1], chances: [0.25, 0.75] };
  expect(
    doublyRobustScores(one, [
      [0, 0],
      [0, 0],
    ]).map((s) => [...s]),
  ).toEqual([
    [12, 0],
    [0, 5 / 0.75],
  ]);
  expect(
    doublyRobustScores(one, [
      [3, 4],
      [9, 5],
    ]).map((s) => [...s]),
  ).toEqual([
    [3, 4],
    [9, 5],
  ]);
  const scores = [Float64Array.of(1, 2, 6), Float64Array.of(0, 0, 0)];
  // numpy: mean([1, 2, 6]) = 3, std(ddof=1) / √3 = 1.5275252316519465
  expect(policyValue(scores, [0, 0, 0]).value).toBeCloseTo(3, 12);
  expect(policyValue(scores, [0, 0, 0]).standardError).toBeCloseTo(1.5275252316519465, 12);
  expect(policyValue(scores, [0, 1, 0], [0, 1, 0])).toMatchObject({ value: 0, low: 0, high: 0 });
});

test("policyValue and doublyRobustScores refuse chances that are none and actions that do not exist", () => {
  expect(() => doublyRobustScores({ y: [1], action: [0], chances: [0.5, 0.4] }, [[0], [0]])).toThrow(
    /sum to 1/,
  );
  expect(() => policyValue([Float64Array.of(1, 2)], [0, 1])).toThrow(/actions must be from 0 to 0/);
});
