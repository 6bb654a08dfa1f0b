import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mixed } from "../../../src/models/auto/blend";
import { blendWeights } from "../../../src/models/auto/blend-weights";

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
