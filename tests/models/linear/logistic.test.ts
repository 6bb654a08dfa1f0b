import { describe, expect, test } from "vitest";
import { matrix, matrixFromRows } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { type LogisticOptions, logisticRegression } from "../../../src/models/linear/logistic";
import { logisticRegressionFromJSON } from "../../../src/models/linear/logistic-model";
import { reference } from "../../support";

interface Golden {
  x: number[][];
  y: number[];
  w: number[];
  cases: Record<string, { coefficients: number[]; intercept: number; p: number[]; errors?: number[] }>;
}
const golden = reference<Golden>("logistic");
const x = matrixFromRows(golden.x);
const y = Float64Array.from(golden.y);
const weights = Float64Array.from(golden.w);
const rng = seeded(1);

const options: Record<string, LogisticOptions> = {
  l2: {},
  l2Strong: { C: 0.05 },
  balanced: { classWeights: "balanced" },
  none: { penalty: "none" },
  l1: { penalty: "l1", C: 0.1 },
  elasticNet: { penalty: "elastic-net", C: 0.1 },
};

describe.each(Object.entries(options))("logisticRegression, case %s", (name, given) => {
  test.each([
    ["", undefined],
    ["Weighted", weights],
  ])("agrees with sklearn.linear_model.LogisticRegression%s", async (suffix, w) => {
    const expected = golden.cases[name + suffix];
    const model = await logisticRegression(given)({ x, y, weights: w }, rng);
    expect(model.converged).toBe(true);
    expect(model.intercept).toBeCloseTo(expected.intercept, 7);
    // saga's own accuracy at its tightest tolerance is about 1e-9.
    expected.coefficients.forEach((b, j) => {
      expect(model.coefficients[j]).toBeCloseTo(b, 7);
    });
    const p = model.predict(x);
    expected.p.forEach((value, i) => {
      expect(p[i]).toBeCloseTo(value, 8);
    });
    expected.errors?.forEach((error, j) => {
      expect([...model.standardErrors, model.interceptError][j]).toBeCloseTo(error, 9);
    });
  });
});

test("logisticRegression with an L1 penalty sets coefficients to exactly 0", async () => {
  const model = await logisticRegression({ penalty: "l1", C: 0.1 })({ x, y }, rng);
  expect(golden.cases.l1.coefficients.map((b) => b === 0)).toEqual(
    [...model.coefficients].map((b) => b === 0),
  );
  expect(model.coefficients.some((b) => b === 0)).toBe(true);
});

test("coefficientTable(level) puts Wald intervals around the estimates", async () => {
  const model = await logisticRegression({ penalty: "none" })({ x, y }, rng);
  const [intercept, first] = model.coefficientTable();
  expect(intercept.feature).toBe("(intercept)");
  expect(first.feature).toBe("x0");
  expect(first.high - first.low).toBeCloseTo(2 * 1.959963984540054 * first.standardError, 12);
  expect(model.coefficientTable(0.5)[1].high).toBeLessThan(first.high);
  // 2 (1 − Φ(|z|)) = .05 at the edge of the 95 % interval.
  for (const line of model.coefficientTable()) expect(line.pValue < 0.05).toBe(line.low > 0 || line.high < 0);
  expect(first.pValue).toBeLessThan(1);
});

test("contributions add up to the log odds minus those at the training means", async () => {
  const model = await logisticRegression()({ x, y }, rng);
  const parts = model.contributions(x);
  const decision = model.decision(x);
  const atMeans = model.intercept + model.coefficients.reduce((sum, b, j) => sum + b * model.means[j], 0);
  for (const i of [0, 17, 149]) {
    let sum = atMeans;
    for (let j = 0; j < x.columns; j++) sum += parts.values[j * x.rows + i];
    expect(sum).toBeCloseTo(decision[i], 12);
  }
});

test("logisticRegressionFromJSON(toJSON()) predicts bit for bit the same", async () => {
  const model = await logisticRegression()({ x, y }, rng);
  const back = logisticRegressionFromJSON(JSON.parse(JSON.stringify(model)));
  expect(back.predict(x)).toEqual(model.predict(x));
  expect(back.toJSON()).toEqual(model.toJSON());
});

test("logisticRegressionFromJSON refuses what is not such a model", async () => {
  const json = (await logisticRegression()({ x, y }, rng)).toJSON();
  for (const [field, value] of [
    ["intercept", "1"],
    ["intercept", Number.NaN],
    ["coefficients", [1, 2]],
    ["version", 2],
    ["more", 1],
  ] as const) {
    expect(() => logisticRegressionFromJSON({ ...json, [field]: value })).toThrow(
      "Cannot load logistic regression",
    );
  }
  expect(() => logisticRegressionFromJSON(null)).toThrow("Cannot load logistic regression");
});

test("700 columns, solved by conjugate gradients, end where the gradient is 0", async () => {
  const draw = seeded(3);
  const wide = matrix(
    300,
    700,
    Float64Array.from({ length: 300 * 700 }, () => normal(draw)),
  );
  const labels = Float64Array.from({ length: 300 }, (_, i) =>
    wide.values[i] + wide.values[300 + i] + normal(draw) > 0 ? 1 : 0,
  );
  const model = await logisticRegression({ C: 0.01 })({ x: wide, y: labels }, rng);
  expect(model.converged).toBe(true);
  const p = model.predict(wide);
  for (const j of [0, 1, 350, 699]) {
    let gradient = model.coefficients[j] / 0.01;
    for (let i = 0; i < 300; i++) gradient += (p[i] - labels[i]) * wide.values[j * 300 + i];
    expect(Math.abs(gradient)).toBeLessThan(1e-4);
  }
});

test("separable classes without a penalty end with converged: false or huge odds, never NaN", async () => {
  const apart = matrixFromRows([[-2], [-1], [1], [2]]);
  const model = await logisticRegression({ penalty: "none" })(
    { x: apart, y: Float64Array.from([0, 0, 1, 1]) },
    rng,
  );
  expect(Number.isFinite(model.coefficients[0])).toBe(true);
  expect(model.predict(apart)[3]).toBeGreaterThan(0.999);
});

test("columns that repeat each other without a penalty still give the one best fit", async () => {
  const twice = matrix(
    x.rows,
    2,
    Float64Array.from([...x.values.subarray(0, x.rows), ...x.values.subarray(0, x.rows)]),
  );
  const once = matrix(x.rows, 1, x.values.slice(0, x.rows));
  const a = await logisticRegression({ penalty: "none" })({ x: twice, y }, rng);
  const b = await logisticRegression({ penalty: "none" })({ x: once, y }, rng);
  expect(a.coefficients[0] + a.coefficients[1]).toBeCloseTo(b.coefficients[0], 6);
});

test("logisticRegression says what was wrong with options and rows", async () => {
  expect(() => logisticRegression({ C: 0 })).toThrow(
    "Cannot make logistic regression: C must be above 0, got 0",
  );
  expect(() => logisticRegression({ penalty: "l3" as "l2" })).toThrow(
    "penalty must be one of l2, l1, elastic-net, none",
  );
  const learn = logisticRegression();
  await expect(learn({ x, y: new Float64Array(x.rows) }, rng)).rejects.toThrow(
    "both classes must occur, got only 0",
  );
  await expect(learn({ x, y: y.map((v) => v * 2) }, rng)).rejects.toThrow("labels must be 0 or 1, got 2");
  await expect(
    learn({ x: matrixFromRows([[1], [Number.NaN]]), y: Float64Array.from([0, 1]) }, rng),
  ).rejects.toThrow('column "x0" must hold finite numbers, got NaN in row 1');
  await expect(
    learn(
      { x: matrixFromRows([[1], [0]], [{ name: "a", levels: ["u", "v"] }]), y: Float64Array.from([0, 1]) },
      rng,
    ),
  ).rejects.toThrow('column "a" holds categories: one-hot it first');
  const model = await learn({ x, y }, rng);
  expect(() => model.predict(matrixFromRows([[1, 2]]))).toThrow(
    "the matrix must have 6 columns as in training, got 2",
  );
  expect(() => model.predict(matrixFromRows([[1, 2, 3, 4, 5, Number.NaN]]))).toThrow(
    "must hold finite numbers",
  );
});
