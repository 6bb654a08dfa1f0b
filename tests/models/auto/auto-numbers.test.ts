import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { type Table, table } from "../../../src/data/table";
import { rootMeanSquaredError } from "../../../src/evaluate/regression";
import { encode } from "../../../src/features/encode";
import { numberMembers } from "../../../src/models/auto/auto-members";
import { autoNumbers } from "../../../src/models/auto/auto-numbers";
import { learnerFrom } from "../../../src/models/learner";
import { squaredWeights } from "../../../src/models/linear/squared-weights";
import { loadPipeline } from "../../../src/models/load";
import { pipeline } from "../../../src/models/pipeline";

/** Spending that is a line in one column, a step in another, and different on one of three plans. */
function customers(n: number, seed: number): { rows: Table; y: Float64Array } {
  const rng = seeded(seed);
  const months = Float64Array.from({ length: n }, () =>
    rng.uniform() < 0.1 ? Number.NaN : 40 * rng.uniform(),
  );
  const calls = Float64Array.from({ length: n }, () => Math.floor(9 * rng.uniform()));
  const codes = Int32Array.from({ length: n }, () => Math.floor(3 * rng.uniform()));
  const y = months.map((month, i) => {
    const line = 3 * (Number.isNaN(month) ? 20 : month);
    return line + (calls[i] > 5 ? 40 : 0) + (codes[i] === 2 ? 15 : 0) + 5 * normal(rng);
  });
  const rows = table([
    { name: "months", type: "numeric", values: months },
    { name: "calls", type: "numeric", values: calls },
    { name: "plan", type: "categorical", codes, levels: ["a", "b", "c"] },
  ]);
  return { rows, y };
}

describe("autoNumbers()(table, y, rng)", () => {
  const { rows, y } = customers(1200, 1);
  const later = customers(1000, 2);

  test("blends a line and trees, and is about as good as its best member or better", async () => {
    const model = await autoNumbers({ threads: 1 })(rows, y, seeded(1));
    const { members, outOfFold } = model.report;
    expect(members.reduce((sum, one) => sum + one.weight, 0)).toBeCloseTo(1, 9);
    const own = rootMeanSquaredError(y, outOfFold);
    for (const one of members) expect(own).toBeLessThanOrEqual(one.error + 1e-9);
    const reached = rootMeanSquaredError(later.y, model.predict(later.rows));
    for (const { learner } of numberMembers) {
      const alone = await pipeline({ encode: encode(), learner: learnerFrom(learner) })(rows, y, seeded(1));
      expect(reached).toBeLessThan(1.02 * rootMeanSquaredError(later.y, alone.predict(later.rows)));
    }
    // The noise has a deviation of 5.
    expect(reached).toBeLessThan(6.5);
    expect(Math.max(...model.predict(later.rows))).toBeGreaterThan(100);
  });

  test("is the same at any number of threads, and loaded from its JSON", async () => {
    const [one, two] = [1, 2].map((threads) => autoNumbers({ threads })(rows, y, seeded(3)));
    const text = JSON.stringify(await one);
    expect(JSON.stringify(await two)).toBe(text);
    expect(loadPipeline(JSON.parse(text)).predict(later.rows)).toEqual((await one).predict(later.rows));
  });

  test("takes a target that is the same everywhere, and says what it can't do", async () => {
    const flat = await autoNumbers({ threads: 1 })(
      rows,
      y.map(() => 7),
      seeded(1),
    );
    for (const value of flat.predict(later.rows)) expect(value).toBeCloseTo(7, 9);
    const few = customers(3, 1);
    await expect(autoNumbers()(few.rows, few.y, seeded(1))).rejects.toThrow(
      "Cannot fit auto model of numbers: there must be at least 5 rows, one a fold, got 3",
    );
    await expect(
      autoNumbers()(
        rows,
        y.map(() => Number.NaN),
        seeded(1),
      ),
    ).rejects.toThrow("targets must be finite numbers");
    expect(() => autoNumbers({ members: [] })).toThrow("there must be a member, got 0");
  });
});

describe("squaredWeights(predictions, y)", () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true });

  test("no other weights have a smaller squared error", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, number, number), { minLength: 4, maxLength: 30 }),
        fc.tuple(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(100), fc.nat(100)),
        (rows, [a, b, c]) => {
          const predictions = [0, 1, 2].map((m) => Float64Array.from(rows, (row) => row[m]));
          const y = Float64Array.from(rows, (row) => row[3]);
          const loss = (weights: ArrayLike<number>): number =>
            rows.reduce(
              (sum, row) =>
                sum + (weights[0] * row[0] + weights[1] * row[1] + weights[2] * row[2] - row[3]) ** 2,
              0,
            );
          const weights = squaredWeights(predictions, y);
          expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
          expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
          const total = a + b + c;
          const least = loss(weights);
          expect(least).toBeLessThanOrEqual(loss([a / total, b / total, c / total]) * (1 + 1e-9) + 1e-6);
        },
      ),
    );
  });

  test("takes models whose errors are opposite, one a multiple of the other", () => {
    const y = Float64Array.of(1, 2, 3, 4);
    const [above, below] = [Float64Array.of(1, 2, 6, 4), Float64Array.of(1, 2, 2, 4)];
    const weights = squaredWeights([above, below, Float64Array.of(9, 9, 9, 9)], y);
    [0.25, 0.75, 0].forEach((weight, m) => void expect(weights[m]).toBeCloseTo(weight, 6));
  });

  test("gives models that say the same no more than one weight between them", () => {
    const y = Float64Array.of(1, 2, 3);
    const good = Float64Array.of(1, 2, 3.1);
    const weights = squaredWeights([good, good, Float64Array.of(5, 5, 5)], y);
    expect(weights[0] + weights[1]).toBeGreaterThan(0.95);
    expect(weights.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  });
});
