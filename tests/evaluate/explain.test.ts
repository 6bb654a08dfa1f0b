import { expect, test } from "vitest";
import { column, matrix } from "../../src/core/matrix";
import { normal, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { partialDependence } from "../../src/evaluate/partial-dependence";
import { permutationImportance } from "../../src/evaluate/permutation-importance";
import { scorerNamed } from "../../src/evaluate/scorers";
import { linearRegression } from "../../src/models/linear/linear";
import { pipeline } from "../../src/models/pipeline";

const draw = seeded("rows");
const n = 150;
const x = matrix(
  n,
  3,
  Float64Array.from({ length: 3 * n }, () => normal(draw)),
);
const y = Float64Array.from({ length: n }, (_, i) => 3 * x.values[i] - x.values[n + i] + 0.1 * normal(draw));
const plans = ["basic", "plus", "max"];
const people = table([
  { name: "id", type: "id", values: Array.from({ length: n }, (_, i) => `${i}`) },
  { name: "minutes", type: "numeric", values: x.values.slice(0, n) },
  {
    name: "plan",
    type: "categorical",
    codes: Int32Array.from({ length: n }, (_, i) => i % 3),
    levels: plans,
  },
]);
const spent = y.map((value, i) => value + 2 * (i % 3));
const mse = scorerNamed("rootMeanSquaredError");
const r2 = scorerNamed("rSquared");

test("permutationImportance(model, x, y) is the score lost by shuffling a column", async () => {
  const model = await linearRegression()({ x, y }, seeded(1));
  const found = permutationImportance(model, x, y, r2, seeded(2), { repeats: 20 });
  expect(found.map((one) => one.feature)).toEqual(["x0", "x1", "x2"]);
  // A shuffled column adds about 2 b² var(x) to the squared error.
  const variance = (j: number): number => {
    const values = column(x, j);
    const mean = values.reduce((sum, v) => sum + v, 0) / n;
    return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
  };
  const spread = y.reduce((sum, v) => sum + (v - y.reduce((s, u) => s + u, 0) / n) ** 2, 0) / n;
  expect(found[0].mean / ((2 * 9 * variance(0)) / spread)).toBeCloseTo(1, 1);
  expect(found[1].mean / ((2 * variance(1)) / spread)).toBeCloseTo(1, 1);
  expect(Math.abs(found[2].mean)).toBeLessThan(0.01);
  expect(found[0].values.length).toBe(20);
  expect(permutationImportance(model, x, y, r2, seeded(2), { repeats: 20 })).toEqual(found);
  // Where lower is better, a rise is a loss.
  expect(permutationImportance(model, x, y, mse, seeded(2))[0].mean).toBeGreaterThan(1);
});

test("permutationImportance(pipeline, table, y) shuffles table columns whole and passes over ids", async () => {
  const model = await pipeline({ learner: linearRegression() })(people, spent, seeded(1));
  const before = JSON.stringify(people);
  const found = permutationImportance(model, people, spent, r2, seeded(2));
  expect(found.map((one) => one.feature)).toEqual(["minutes", "plan"]);
  expect(found[1].mean).toBeGreaterThan(0.2);
  expect(JSON.stringify(people)).toBe(before);
});

test("partialDependence(model, x, feature) of a linear model is its line", async () => {
  const model = await linearRegression()({ x, y }, seeded(1));
  const found = partialDependence(model, x, "x0", { points: 7, range: [0, 1] });
  const sorted = Float64Array.from(column(x, 0)).sort();
  expect(found.at[0]).toBe(sorted[0]);
  expect(found.at[6]).toBeCloseTo(sorted[n - 1], 12);
  const slope = (found.mean[6] - found.mean[0]) / (sorted[n - 1] - sorted[0]);
  expect(slope).toBeCloseTo(model.coefficients[0], 10);
  expect(found.curves.length).toBe(7);
  expect(found.curves[3][5] - found.curves[0][5]).toBeCloseTo(found.mean[3] - found.mean[0], 10);
});

test("partialDependence(pipeline, table, feature) walks levels, and distinct values where there are few", async () => {
  const model = await pipeline({ learner: linearRegression() })(people, spent, seeded(1));
  const plan = partialDependence(model, people, "plan");
  expect(plan.at).toEqual(plans);
  expect(plan.mean[2] - plan.mean[0]).toBeCloseTo(4, 0);
  const few = table([{ name: "a", type: "numeric", values: Float64Array.from([3, 1, 1, Number.NaN]) }]);
  const sum = {
    predict: (rows: typeof few) => (rows.columns[0].type === "numeric" ? rows.columns[0].values : y),
  };
  expect(partialDependence(sum, few, "a").at).toEqual([1, 3]);
});

test("explanations say what was wrong", async () => {
  const model = await linearRegression()({ x, y }, seeded(1));
  expect(() => partialDependence(model, x, "x9")).toThrow("the feature must be one of x0, x1, x2");
  expect(() => partialDependence(model, x, "x0", { range: [0.5, 0.5] })).toThrow(
    "range must rise inside [0, 1]",
  );
  expect(() => permutationImportance(model, x, y.slice(1), r2, seeded(1))).toThrow("rows and targets");
  expect(() => partialDependence({ predict: () => y }, people, "id")).toThrow(
    "column id must hold numbers, categories or dates",
  );
});
