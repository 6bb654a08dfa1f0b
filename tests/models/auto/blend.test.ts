import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Matrix, matrix } from "../../../src/core/matrix";
import type { Fit, Model } from "../../../src/core/model";
import { normal, seeded } from "../../../src/core/rng";
import { blended, mixed } from "../../../src/models/auto/blend";
import { blendWeights } from "../../../src/models/auto/blend-weights";
import { logisticRegression } from "../../../src/models/linear/logistic";

const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });

function logLoss(predictions: readonly Float64Array[], weights: ArrayLike<number>, y: Float64Array): number {
  return mixed(predictions, weights).reduce((sum, p, i) => sum - Math.log(y[i] === 1 ? p : 1 - p), 0);
}

describe("blendWeights(predictions, y)", () => {
  test("no other weights have a lower log loss", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(probability, probability, probability, fc.boolean()), {
          minLength: 5,
          maxLength: 40,
        }),
        fc.tuple(probability, probability, probability),
        (rows, other) => {
          const predictions = [0, 1, 2].map((m) => Float64Array.from(rows, (row) => row[m] as number));
          const y = Float64Array.from(rows, (row) => Number(row[3]));
          const weights = blendWeights(predictions, y);
          const total = other.reduce((sum, one) => sum + one, 0);
          const others = other.map((one) => one / total);
          expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
          expect(logLoss(predictions, weights, y)).toBeLessThanOrEqual(
            logLoss(predictions, others, y) + 1e-3,
          );
        },
      ),
    );
  });

  test("a model that knows gets all the weight beside one that guesses", () => {
    const y = Float64Array.of(1, 0, 1, 0, 1);
    const knows = y.map((label) => (label === 1 ? 0.9 : 0.1));
    const guesses = new Float64Array(5).fill(0.5);
    expect(blendWeights([guesses, knows], y)[1]).toBeGreaterThan(0.999);
  });

  test("rows without weight have no say", () => {
    const y = Float64Array.of(1, 1);
    const a = Float64Array.of(0.9, 0.1);
    const b = Float64Array.of(0.1, 0.9);
    expect(blendWeights([a, b], y, Float64Array.of(1, 0))[0]).toBeGreaterThan(0.999);
  });

  test("wants a model, and predictions of all rows", () => {
    expect(() => blendWeights([], Float64Array.of(1))).toThrow(
      "Cannot blend models: there must be a model, got 0",
    );
    expect(() => blendWeights([Float64Array.of(0.5)], Float64Array.of(1, 0))).toThrow(
      "same length, got 1 and 2",
    );
  });
});

describe("blended(members)", () => {
  const rng = seeded("blend");
  const n = 400;
  const x = matrix(
    n,
    2,
    Float64Array.from({ length: 2 * n }, () => normal(rng)),
  );
  const y = Float64Array.from({ length: n }, (_, i) => (x.values[i] + 0.7 * normal(rng) > 0 ? 1 : 0));
  const constant: Fit = async () => fixed(() => 0.5);

  test("leaves out a member that adds nothing", async () => {
    const blend = await blended({ logistic: logisticRegression(), constant })({ x, y }, seeded(1));
    expect(blend.members.map((one) => [one.name, one.weight])).toEqual([["logistic", 1]]);
  });

  test("predicts the weighted mean of its members", async () => {
    // Each knows one half of the rows.
    const half =
      (from: number): Fit =>
      async () =>
        fixed((rows, i) => (i % 2 === from ? (rows.values[i] > 0 ? 0.85 : 0.15) : 0.5));
    const blend = await blended({ even: half(0), odd: half(1) }, { folds: 2 })({ x, y }, seeded(1));
    expect(blend.members.length).toBe(2);
    const parts = blend.members.map(({ model }) => model.predict(x));
    const expected = mixed(
      parts,
      blend.members.map((one) => one.weight),
    );
    expect(blend.predict(x)).toEqual(expected);
  });

  test("refuses options out of range", () => {
    expect(() => blended({})).toThrow("Cannot make blend: there must be a member, got 0");
    expect(() => blended({ constant }, { folds: 1 })).toThrow(
      "folds must be a whole number from 2 to 1000, got 1",
    );
    expect(() => blended({ constant }, { leastWeight: 1 })).toThrow(
      "leastWeight must be at least 0 and below 1, got 1",
    );
  });
});

function fixed(value: (x: Matrix, i: number) => number): Model {
  return {
    kind: "fixed",
    predict: (x) => Float64Array.from({ length: x.rows }, (_, i) => value(x, i)),
    toJSON: () => ({ kind: "fixed", version: 1 }),
  };
}
