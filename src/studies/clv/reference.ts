import { checkInteger } from "../../core/checks";
import { type Labelled, takeLabelled, takeRows, takeValues } from "../../core/matrix";
import type { Fit, Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { kFold } from "../../data/split";
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from "../../evaluate/regression";
import { encode } from "../../features/encode";
import { type GradientBoostingOptions, gradientBoosting } from "../../models/boosting";
import { linearRegression } from "../../models/linear";
import { referenceNetwork } from "../../models/reference-network";
import type { ChurnData } from "../churn/data";
import { referenceDropped } from "../churn/published";
import { type PublishedValueRow, publishedValue } from "./published";
import { simulatedValue } from "./simulated-label";

export const valueFigures = ["mae", "rmse", "r2"] as const;
export type ValueFigure = (typeof valueFigures)[number];

/** One model over all draws of the label's noise. */
export interface ReferenceValueModel {
  readonly name: string;
  readonly runs: readonly (PublishedValueRow & { readonly seed: number })[];
  readonly band: Readonly<
    Record<ValueFigure, { readonly low: number; readonly median: number; readonly high: number }>
  >;
  readonly published?: PublishedValueRow;
  /** Whether the published figures lie within the band; undefined where there is nothing to compare. */
  readonly inside?: boolean;
  readonly milliseconds: number;
}

export interface ReferenceValueOptions {
  /** How many draws of the noise; from 1, defaults to 20. */
  readonly draws?: number;
  /** The first draw's seed; defaults to 42. */
  readonly seed?: number;
  /** How many of the draws the deep network gets, which takes a hundred times as long as a line; defaults to 8. */
  readonly deepDraws?: number;
  /** Further models by name. */
  readonly others?: Readonly<Record<string, Fit>>;
  readonly progress?: (step: Progress) => void;
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

/**
 * The reference protocol of customer value: the *simulated* label, the columns of the churn protocol (no minutes, no
 * charges), 61 of them after one-hot, and its models, once for each draw of the label's noise. Beside them two that
 * know the formula: the best that can be had without the charges, and with them.
 */
export async function referenceValueProtocol(
  data: ChurnData,
  options: ReferenceValueOptions = {},
): Promise<ReferenceValueModel[]> {
  const { draws = 20, seed = 42, others = {}, progress } = options;
  const { deepDraws = Math.min(8, draws) } = options;
  checkInteger(draws, 1, 10_000, "run the reference protocol", "draws");
  checkInteger(deepDraws, 1, draws, "run the reference protocol", "deepDraws");
  const encoder = encode({ drop: referenceDropped })(data.train.rows);
  const [trainX, testX] = [encoder.transform(data.train.rows), encoder.transform(data.test.rows)];
  const learners: Readonly<Record<string, Fit>> = {
    "Linear regression": linearRegression(),
    "Gradient boosting": scikitBoosting(),
    "Tuned gradient boosting": tunedBoosting,
    [deep]: referenceNetwork({ task: "regression" }),
    ...others,
  };
  const names = [...Object.keys(learners), bestWithout, bestWith];
  const runs = new Map(names.map((name) => [name, [] as (PublishedValueRow & { seed: number })[]]));
  const time = new Map(names.map((name) => [name, 0]));
  for (let s = 0; s < draws; s++) {
    const rng = seeded(seed + s);
    const train = simulatedValue(data.train.rows, rng.fork("train"));
    const test = simulatedValue(data.test.rows, rng.fork("test"));
    const keep = (name: string, predicted: Float64Array): void => {
      runs.get(name)?.push({
        seed: seed + s,
        mae: meanAbsoluteError(test.value, predicted),
        rmse: rootMeanSquaredError(test.value, predicted),
        r2: rSquared(test.value, predicted),
      });
    };
    for (const [name, learner] of Object.entries(learners)) {
      if (name === deep && s >= deepDraws) continue;
      const start = performance.now();
      const model = await learner({ x: trainX, y: train.value }, rng.fork(name));
      time.set(name, (time.get(name) ?? 0) + performance.now() - start);
      keep(name, model.predict(testX));
    }
    keep(bestWithout, knownWithoutCharges(data, test.known));
    keep(bestWith, test.known);
    progress?.({ phase: "reference", done: s + 1, total: draws });
  }
  return names.map((name) => {
    const own = runs.get(name) ?? [];
    const band = Object.fromEntries(valueFigures.map((f) => [f, bandOf(own.map((run) => run[f]))]));
    const published = publishedValue[name];
    const model = {
      name,
      runs: own,
      band: band as ReferenceValueModel["band"],
      milliseconds: (time.get(name) ?? 0) / own.length,
    };
    if (!published) return model;
    if (data.simulated) return { ...model, published };
    const inside = valueFigures.every(
      (f) => published[f] >= model.band[f].low && published[f] <= model.band[f].high,
    );
    return { ...model, published, inside };
  });
}

const deep = "Deep network";

/** The names of the two that know the formula. */
export const bestWithout = "Best without charges";
export const bestWith = "Best with charges";

/** The formula with each customer's charges replaced by the training customers' mean: nothing else tells of them. */
function knownWithoutCharges(data: ChurnData, known: Float64Array): Float64Array {
  const charges = (rows: ChurnData["train"]["rows"]): Float64Array => {
    const sum = new Float64Array(rows.rows);
    for (const part of ["day", "eve", "night", "intl"]) {
      const one = rows.columns.find((column) => column.name === `Total ${part} charge`);
      if (one?.type === "numeric") for (let i = 0; i < sum.length; i++) sum[i] += one.values[i];
    }
    return sum;
  };
  const train = charges(data.train.rows);
  const mean = train.reduce((total, charge) => total + charge, 0) / train.length;
  const own = charges(data.test.rows);
  return known.map((value, i) => value + 35 * (mean - own[i]));
}

function bandOf(values: readonly number[]): { low: number; median: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { low: sorted[0], median, high: sorted[sorted.length - 1] };
}
