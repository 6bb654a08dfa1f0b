import { type Labelled, takeLabelled, takeRows, takeValues } from "../../core/matrix";
import type { Fit } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import { kFold } from "../../data/split";
import type { Table } from "../../data/table";
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from "../../evaluate/regression";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import type { GradientBoostingOptions } from "../../models/boosting/boosting-options";
import { linearRegression } from "../../models/linear/linear";
import { referenceNetwork } from "../../models/network/reference-network";
import { simulatedValue } from "../../services/score/simulated-value";
import { referenceDropped } from "../churn/published";
import type { PublishedValueRow } from "./published";

/** The names of the two that know the formula. */
export const bestWithout = "Best without charges";
export const bestWith = "Best with charges";

export interface DrawTask {
  readonly train: Table;
  readonly test: Table;
  readonly key: Rng["key"];
}

/** One model's figures on the test customers, for one draw of the label's noise. */
export interface DrawnFigures extends PublishedValueRow {
  readonly name: string;
  readonly milliseconds: number;
}

/** scikit-learn's GradientBoostingRegressor at its defaults: 100 trees of depth 3, every split of two rows allowed. */
function scikitBoosting(options: GradientBoostingOptions = {}): Fit {
  return gradientBoosting({
    loss: "squared",
    growth: "depth",
    depth: 3,
    trees: 100,
    learnRate: 0.1,
    minRows: 1,
    minHessian: 0,
    ...options,
  });
}

/** The reference's grid: 100 or 200 trees, depth 3 or 5, rate .05 or .1, by mean absolute error over three folds. */
async function tunedBoosting(train: Labelled, rng: Rng): ReturnType<Fit> {
  const folds = kFold(train.y.length, 3);
  let best: { error: number; learner: Fit } | undefined;
  for (const trees of [100, 200]) {
    for (const depth of [3, 5]) {
      for (const learnRate of [0.05, 0.1]) {
        const learner = scikitBoosting({ trees, depth, learnRate });
        let error = 0;
        for (const { train: fitted, test } of folds) {
          const model = await learner(takeLabelled(train, fitted), rng);
          const predicted = model.predict(takeRows(train.x, test));
          error += meanAbsoluteError(takeValues(train.y, test), predicted);
        }
        if (!best || error < best.error) best = { error, learner };
      }
    }
  }
  return (best as { learner: Fit }).learner(train, rng);
}

/** The reference system's models, in its order. */
const learners: Readonly<Record<string, Fit>> = {
  "Linear regression": linearRegression(),
  "Gradient boosting": scikitBoosting(),
  "Tuned gradient boosting": tunedBoosting,
  "Deep network": referenceNetwork({ task: "regression" }),
};

/** Draws the label's noise, fits every model and measures it, and the two that know the formula; what a thread runs. */
export const runDraw: Task<DrawTask, DrawnFigures[]> = task(
  "studies/clv/reference-draw",
  "runDraw",
  async ({ train, test, key }: DrawTask) => {
    const rng = fromKey(key);
    const encoder = encode({ drop: referenceDropped })(train);
    const [x, testX] = [encoder.transform(train), encoder.transform(test)];
    const { value: y } = simulatedValue(train, rng.fork("train"));
    const held = simulatedValue(test, rng.fork("test"));
    const out: DrawnFigures[] = [];
    const keep = (name: string, predicted: Float64Array, milliseconds: number): void => {
      out.push({
        name,
        mae: meanAbsoluteError(held.value, predicted),
        rmse: rootMeanSquaredError(held.value, predicted),
        r2: rSquared(held.value, predicted),
        milliseconds,
      });
    };
    for (const [name, learner] of Object.entries(learners)) {
      const start = performance.now();
      const model = await learner({ x, y }, rng.fork(name));
      keep(name, model.predict(testX), performance.now() - start);
    }
    keep(bestWithout, knownWithoutCharges(train, test, held.known), 0);
    keep(bestWith, held.known, 0);
    return out;
  },
);

/** The formula with each customer's charges replaced by the training customers' mean: nothing else tells of them. */
function knownWithoutCharges(training: Table, test: Table, known: Float64Array): Float64Array {
  const charges = (rows: Table): Float64Array => {
    const sum = new Float64Array(rows.rows);
    for (const part of ["day", "eve", "night", "intl"]) {
      const one = rows.columns.find((column) => column.name === `Total ${part} charge`);
      if (one?.type === "numeric") for (let i = 0; i < sum.length; i++) sum[i] += one.values[i];
    }
    return sum;
  };
  const train = charges(training);
  const mean = train.reduce((total, charge) => total + charge, 0) / train.length;
  const own = charges(test);
  return known.map((value, i) => value + 35 * (mean - own[i]));
}
