import { describe, expect, test } from "vitest";
import { studentCdf } from "../../../src/core/math/student-distribution";
import { matrixFromRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { elasticNet, lasso, linearRegression, ridge } from "../../../src/models/linear/linear";
import { linearFromJSON } from "../../../src/models/linear/linear-model";
import { reference } from "../../support";

interface Golden {
  x: number[][];
  twins: number[][];
  y: number[];
  w: number[];
  cases: Record<string, { coefficients: number[]; intercept: number; p: number[]; errors?: number[] }>;
}
const golden = reference<Golden>("linear");
const x = matrixFromRows(golden.x);
const twins = matrixFromRows(golden.twins);
const y = Float64Array.from(golden.y);
const weights = Float64Array.from(golden.w);
const rng = seeded(1);

describe.each([
  ["ordinary", linearRegression(), x],
  ["ridge", ridge({ alpha: 2 }), x],
  ["lasso", lasso({ alpha: 0.3 }), x],
  ["elasticNet", elasticNet({ alpha: 0.3, l1Ratio: 0.4 }), x],
  ["twins", linearRegression(), twins],
] as const)("linear models, case %s", (name, learner, given) => {
  test.each([
    ["", undefined],
    ["Weighted", weights],
  ])("agree with scikit-learn%s", async (suffix, w) => {
    const expected = golden.cases[name + suffix];
    const model = await learner({ x: given, y, weights: w }, rng);
    // Column 4 nearly repeats column 0, a condition of about 1e4; a column 170 deviations from 0 moves the intercept.
    expected.coefficients.forEach((b, j) => {
      expect(model.coefficients[j]).toBeCloseTo(b, 7);
    });
    expect(model.intercept).toBeCloseTo(expected.intercept, 6);
    const p = model.predict(given);
    expected.p.forEach((value, i) => {
      expect(p[i]).toBeCloseTo(value, 8);
    });
    expected.errors?.forEach((error, j) => {
      expect([...model.standardErrors, model.interceptError][j] / error).toBeCloseTo(1, 7);
    });
  });
});

test("lasso sets coefficients to exactly 0", async () => {
  const model = await lasso({ alpha: 0.3 })({ x, y }, rng);
  expect([...model.coefficients].map((b) => b === 0)).toEqual(
    golden.cases.lasso.coefficients.map((b) => b === 0),
  );
});

test("linearRegression gives no standard error to columns that determine one another", async () => {
  const model = await linearRegression()({ x: twins, y }, rng);
  expect([...model.standardErrors].map((error) => error > 0)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect(model.degreesOfFreedom).toBe(120 - 4);
  const some = matrixFromRows(golden.twins.map(([a, b, c]) => [a, b, c, c]));
  const partly = await linearRegression()({ x: some, y }, rng);
  const whole = await linearRegression()(
    { x: matrixFromRows(golden.twins.map(([a, b, c]) => [a, b, c])), y },
    rng,
  );
  expect(partly.standardErrors[0]).toBeCloseTo(whole.standardErrors[0], 10);
  expect(partly.standardErrors[3]).toBe(0);
});

test("coefficientTable(level) uses Student's distribution", async () => {
  const rows = [[1], [2], [3], [4]];
  const model = await linearRegression()(
    { x: matrixFromRows(rows), y: Float64Array.from([1, 3, 2, 5]) },
    rng,
  );
  const [, slope] = model.coefficientTable(0.9);
  expect(model.degreesOfFreedom).toBe(2);
  // scipy.stats.t.ppf(.95, 2)
  expect((slope.high - slope.estimate) / slope.standardError).toBeCloseTo(2.919985580353726, 10);
  expect(slope.pValue).toBeCloseTo(2 * studentCdf(-slope.estimate / slope.standardError, 2), 12);
});

test("ridge on more columns than rows has a solution", async () => {
  const rows = matrixFromRows([
    [1, 2, 3],
    [2, 1, 0],
  ]);
  const model = await ridge({ alpha: 1e-6 })({ x: rows, y: Float64Array.from([1, 2]) }, rng);
  expect(model.predict(rows)[0]).toBeCloseTo(1, 5);
  const free = await linearRegression()({ x: rows, y: Float64Array.from([1, 2]) }, rng);
  expect(free.predict(rows)[1]).toBeCloseTo(2, 10);
  expect(free.degreesOfFreedom).toBe(0);
  expect(free.coefficientTable()[1].standardError).toBe(0);
});

test("linearFromJSON(toJSON()) predicts bit for bit the same, and refuses what is not such a model", async () => {
  const model = await ridge()({ x, y }, rng);
  const json = JSON.parse(JSON.stringify(model));
  expect(linearFromJSON(json).predict(x)).toEqual(model.predict(x));
  expect(() => linearFromJSON({ ...json, means: [1] })).toThrow(
    "Cannot load linear regression: means and features must have the same length, got 1 and 6",
  );
  expect(() => linearFromJSON({ ...json, residualDeviation: -1 })).toThrow("Cannot load linear regression");
});

test("contributions add up to the prediction minus the one at the means", async () => {
  const model = await linearRegression()({ x, y }, rng);
  const parts = model.contributions(x);
  let sum = model.intercept;
  model.coefficients.forEach((b, j) => {
    sum += b * model.means[j] + parts.values[j * x.rows + 5];
  });
  expect(sum).toBeCloseTo(model.predict(x)[5], 9);
});

test("linear models say what was wrong", async () => {
  expect(() => ridge({ alpha: -1 })).toThrow(
    "Cannot make ridge regression: alpha must be at least 0, got -1",
  );
  expect(() => elasticNet({ l1Ratio: 2 })).toThrow("l1Ratio must be at least 0 and at most 1, got 2");
  await expect(linearRegression()({ x, y: y.map(() => Number.NaN) }, rng)).rejects.toThrow(
    "Cannot fit linear regression: targets must be finite numbers, got NaN at position 0",
  );
  await expect(linearRegression()({ x, y, weights: y.map(() => 0) }, rng)).rejects.toThrow(
    "some weight must be above 0",
  );
});
