import type { Fit } from "../../src/core/model";
import { normal, seeded } from "../../src/core/rng";
import { type Table, table, takeTableRows } from "../../src/data/table";
import { type EncodeOptions, encode } from "../../src/features/encode";
import { blendOf } from "../../src/models/auto/blend";
import { gradientBoosting } from "../../src/models/boosting/boosting";
import { calibrated } from "../../src/models/calibrate/calibrate";
import { derivedModel, discoveryFromJSON } from "../../src/models/discovery/discovery";
import { randomForest } from "../../src/models/forest/forest";
import { ridge } from "../../src/models/linear/linear";
import { logisticRegression } from "../../src/models/linear/logistic";
import { type Pipeline, pipeline } from "../../src/models/pipeline";
import { splineLogistic } from "../../src/models/spline/spline";
import { evenBlend } from "./even-blend";

/** Rows on which exports have to agree. */
export const rows = 10_000;
const rng = seeded("customers");
const plans = ["Month-to-month", "One year", "Two year", 'it\'s "quoted"'];
const missing = (share: number, value: number): number => (rng.uniform() < share ? Number.NaN : value);
export const customers: Table = table([
  { name: "id", type: "id", values: Array.from({ length: rows }, (_, i) => `c${i}`) },
  {
    name: "minutes",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => 180 + 50 * normal(rng)),
  },
  {
    name: "Total charges",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => missing(0.1, Math.exp(normal(rng)))),
  },
  {
    name: "calls",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => Math.floor(5 * rng.uniform())),
  },
  {
    name: "plan",
    type: "categorical",
    codes: Int32Array.from({ length: rows }, () =>
      rng.uniform() < 0.05 ? -1 : Math.floor(4 * rng.uniform()),
    ),
    levels: plans,
  },
  {
    name: "paperless",
    type: "boolean",
    codes: Int32Array.from({ length: rows }, () => (rng.uniform() < 0.5 ? 0 : 1)),
    levels: ["False", "True"],
  },
  {
    name: "state",
    type: "categorical",
    codes: Int32Array.from({ length: rows }, () => Math.floor(40 * rng.uniform() ** 2)),
    levels: Array.from({ length: 40 }, (_, k) => `S${k}`),
  },
]);
const minutes = customers.columns[1].type === "numeric" ? customers.columns[1].values : new Float64Array();
export const y = minutes.map((value) => (value + 60 * normal(rng) > 220 ? 1 : 0));

/** A learner behind a sum, a difference, a product and a ratio, one of them of another. */
function onFormulas(learner: Fit): Fit {
  const worth = { before: 1, after: 0.9, t: 4 };
  return async (train, rng) => {
    const found = discoveryFromJSON({
      kind: "discovery",
      version: 1,
      columns: train.x.features.map((one) => one.name),
      features: [
        { kind: "sum", columns: [0, 1, 2], signs: [-1, 1, 1], ...worth },
        { kind: "product", columns: [0, 1], signs: [1, 1], ...worth },
        { kind: "ratio", columns: [6, 2], signs: [1, 1], ...worth },
      ],
    });
    const model = await learner({ ...train, x: found.transform(train.x) }, rng);
    return derivedModel(found, model);
  };
}

/** Encodings and models that leave for other engines. */
export const exportCases: [string, EncodeOptions, Fit][] = [
  ["logistic regression", {}, logisticRegression()],
  ["ridge behind robust scaling and pooled levels", { scale: "robust", maxLevels: 6 }, ridge()],
  ["forest on codes", { categories: "codes", maxLevels: 20 }, randomForest({ trees: 10, depth: 8 })],
  ["forest behind one-hot", { missing: "mean" }, randomForest({ trees: 10, depth: 8 })],
  ["boosting on codes", { categories: "codes", maxLevels: 20 }, gradientBoosting({ trees: 40 })],
  ["boosted counts behind one-hot", {}, gradientBoosting({ trees: 40, loss: "poisson" })],
  ["splines on codes", { categories: "codes" }, splineLogistic()],
  [
    "a blend",
    { categories: "codes" },
    evenBlend({ boosting: gradientBoosting({ trees: 20 }), spline: splineLogistic({ knots: 3 }) }),
  ],
  [
    "a blend of numbers",
    {},
    async (train, rng) => {
      // Beyond 1, where a blend of chances ends.
      const amounts = { ...train, y: train.y.map((label, i) => 40 * label + train.x.values[i]) };
      const line = await ridge()(amounts, rng);
      const trees = await gradientBoosting({ trees: 20, loss: "squared" })(amounts, rng);
      return blendOf([
        { name: "line", weight: 0.25, model: line },
        { name: "trees", weight: 0.75, model: trees },
      ]);
    },
  ],
  ["derived columns", { categories: "codes" }, onFormulas(gradientBoosting({ trees: 30 }))],
  ["sigmoid calibration", {}, calibrated(logisticRegression())],
  ["beta calibration", {}, calibrated(randomForest({ trees: 10, depth: 5 }), { method: "beta" })],
  [
    "isotonic calibration",
    {},
    calibrated(logisticRegression({ penalty: "l1", C: 0.01 }), { method: "isotonic" }),
  ],
];

/** Fitted to some rows, so that others have levels that training did not see. */
export async function fitExport(options: EncodeOptions, learner: Fit): Promise<Pipeline> {
  const some = Array.from({ length: 600 }, (_, i) => i);
  return pipeline({ encode: encode(options), learner })(
    takeTableRows(customers, some),
    y.slice(0, 600),
    seeded(1),
  );
}
