import { expect, test } from "vitest";
import { expit } from "../../../src/core/math/special";
import { column, type Matrix, matrix } from "../../../src/core/matrix";
import type { Fit, Model } from "../../../src/core/model";
import { integer, normal, seeded } from "../../../src/core/rng";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { type CalibratedModel, calibrated, calibratedModel } from "../../../src/models/calibrate/calibrate";
import { calibratorFromJSON } from "../../../src/models/calibrate/calibrator";
import { derivedModel, discoveryFromJSON } from "../../../src/models/discovery/discovery";
import { contributionsOf, treeNodes } from "../../../src/models/explain/contributions";
import { randomForest } from "../../../src/models/forest/forest";
import { linearRegression } from "../../../src/models/linear/linear";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { loadModel } from "../../../src/models/load";
import { splineLogistic } from "../../../src/models/spline/spline";
import { evenBlend } from "../even-blend";

const rows = 300;
const rng = seeded("contributions");
const x = matrix(
  rows,
  3,
  Float64Array.from({ length: 3 * rows }, () => normal(rng)),
  [{ name: "a" }, { name: "b" }, { name: "c" }],
);
const score = Float64Array.from(
  { length: rows },
  (_, i) => 2 * column(x, 0)[i] - column(x, 1)[i] * column(x, 2)[i],
);
const y = score.map((value) => (rng.uniform() < expit(value) ? 1 : 0));
const counts = score.map((value) => integer(rng, 1 + Math.floor(Math.exp(value / 2))));
const boosting = gradientBoosting({ trees: 12, leaves: 6 });
const logit = (p: number): number => Math.log(p) - Math.log1p(-p);

/** Row sums of contributions plus what is expected of all rows. */
function sums(model: Model): {
  readonly score: Float64Array;
  readonly unit: string;
  readonly exact: boolean;
} {
  const found = contributionsOf(model, x);
  if (!found) throw new Error(`${model.kind} has no contributions`);
  const { values, expected, unit, exact } = found;
  const total = new Float64Array(rows).fill(expected);
  for (let j = 0; j < values.columns; j++) for (let i = 0; i < rows; i++) total[i] += column(values, j)[i];
  return { score: total, unit, exact };
}

function expectClose(ours: Float64Array, theirs: Float64Array): void {
  let worst = 0;
  ours.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - theirs[i]));
  });
  expect(worst).toBeLessThan(1e-9);
}

test.each<[string, Fit<Model>, Float64Array, string, (p: number) => number]>([
  ["boosted trees", boosting, y, "log odds", logit],
  ["boosted counts", gradientBoosting({ trees: 12, loss: "poisson" }), counts, "log mean", Math.log],
  ["boosted numbers", gradientBoosting({ trees: 12, loss: "squared" }), score, "target", (p) => p],
  ["a forest of classes", randomForest({ trees: 9, threads: 1 }), y, "probability", (p) => p],
  [
    "a forest of numbers",
    randomForest({ trees: 9, criterion: "squared", threads: 1 }),
    score,
    "target",
    (p) => p,
  ],
  ["logistic regression", logisticRegression(), y, "log odds", logit],
  ["linear regression", linearRegression(), score, "target", (p) => p],
  ["spline logistic regression", splineLogistic(), y, "log odds", logit],
])("contributionsOf %s are exact and add up to the score", async (_, learn, target, unit, link) => {
  const model = await learn({ x, y: target }, seeded(1));
  const found = sums(model);
  expect(found).toMatchObject({ unit, exact: true });
  expectClose(found.score, model.predict(x).map(link));
  expectClose(sums(loadModel(JSON.parse(JSON.stringify(model.toJSON())))).score, found.score);
});

test("contributionsOf a sigmoid calibration of log odds are the model's, times its slope", async () => {
  const model = (await calibrated(boosting)({ x, y }, seeded(1))) as CalibratedModel;
  const json = model.calibrator.toJSON();
  if (json.method !== "sigmoid") throw new Error(json.method);
  const inner = contributionsOf(model.model, x)?.values.values ?? new Float64Array(0);
  expect(sums(model)).toMatchObject({ unit: "log odds", exact: true });
  expectClose(
    contributionsOf(model, x)?.values.values ?? new Float64Array(0),
    inner.map((value) => json.slope * value),
  );
  expectClose(sums(model).score, model.predict(x).map(logit));
});

test("contributionsOf other calibrations are carried on and add up", async () => {
  const forest = await randomForest({ trees: 9, minRows: 5, threads: 1 })({ x, y }, seeded(1));
  const beta = calibratorFromJSON({ method: "beta", a: 0.7, b: 1.3, intercept: 0.2 });
  const steps = calibratorFromJSON({ method: "isotonic", at: [0, 0.4, 1], values: [0, 0.3, 1] });
  const trees = calibratedModel(await boosting({ x, y }, seeded(1)), beta);
  expect(sums(trees)).toMatchObject({ unit: "log odds", exact: false });
  expectClose(sums(trees).score, trees.predict(x).map(logit));
  expect(sums(calibratedModel(forest, beta))).toMatchObject({ unit: "probability", exact: false });
  expectClose(sums(calibratedModel(forest, beta)).score, calibratedModel(forest, beta).predict(x));
  expect(sums(calibratedModel(forest, steps))).toMatchObject({ unit: "probability", exact: false });
  expectClose(sums(calibratedModel(forest, steps)).score, calibratedModel(forest, steps).predict(x));
});

test("contributionsOf a blend are its members', carried to probability, and add up", async () => {
  const forest = randomForest({ trees: 9, minRows: 5, threads: 1 });
  const forests = await evenBlend({ one: forest, two: randomForest({ trees: 5, minRows: 20 }) })(
    { x, y },
    seeded(1),
  );
  expect(sums(forests)).toMatchObject({ unit: "probability", exact: true });
  expectClose(sums(forests).score, forests.predict(x));
  const mixed = await evenBlend({ forest, boosting, spline: splineLogistic() })({ x, y }, seeded(1));
  expect(mixed.members.length).toBeGreaterThan(1);
  expect(sums(mixed)).toMatchObject({ unit: "probability", exact: false });
  expectClose(sums(mixed).score, mixed.predict(x));
});

test("contributionsOf a model with discovered features give these columns of their own", async () => {
  const found = (columns: number[]) =>
    discoveryFromJSON({
      kind: "discovery",
      version: 1,
      columns: ["a", "b", "c"],
      features: [{ kind: "product", columns, signs: [1, 1], before: 1, after: 0.9, t: 5 }],
    });
  const derived = async (columns: number[]) => {
    const discovery = found(columns);
    return derivedModel(discovery, await boosting({ x: discovery.transform(x), y }, seeded(1)));
  };
  const product = await derived([1, 2]);
  const values = contributionsOf(product, x)?.values as Matrix;
  expect(values.features.map((one) => one.name)).toEqual(["a", "b", "c", found([1, 2]).features[0].name]);
  expect(column(values, 3).some((value) => Math.abs(value) > 0.1)).toBe(true);
  expectClose(sums(product).score, product.predict(x).map(logit));
  // In a blend of such models each brings its own.
  const both = loadModel({
    kind: "blend",
    version: 1,
    members: [
      { name: "one", weight: 0.5, model: product.toJSON() },
      { name: "other", weight: 0.5, model: (await derived([0, 1])).toJSON() },
    ],
  });
  expect(contributionsOf(both, x)?.values.columns).toBe(5);
  expectClose(sums(both).score, both.predict(x));
});

test("contributionsOf is undefined where a model has none", () => {
  const model: Model = {
    kind: "other",
    predict: () => new Float64Array(rows),
    toJSON: () => ({ kind: "other", version: 1 }),
  };
  expect(contributionsOf(model, x)).toBeUndefined();
  expect(
    contributionsOf(
      calibratedModel(model, calibratorFromJSON({ method: "sigmoid", slope: 1, intercept: 0 })),
      x,
    ),
  ).toBeUndefined();
  expect(treeNodes(model)).toBe(0);
});
