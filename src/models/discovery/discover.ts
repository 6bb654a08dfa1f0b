import { checkInteger } from "../../core/checks";
import { type Labelled, type Matrix, takeColumns, takeLabelled } from "../../core/matrix";
import type { Fit, Model, Watch } from "../../core/model";
import { mapThreads } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { repeated, type Split, stratifiedKFold, trainTestSplit } from "../../data/split";
import { checkClasses } from "../check-rows";
import { outOfFold } from "../out-of-fold";
import { sharedLabelled } from "../search/search-task";
import { findBins } from "../trees/binning";
import { candidates, variants } from "./discover-candidates";
import {
  type Comparison,
  confirm,
  type FoldLosses,
  leastShare,
  refine,
  type Worth,
} from "./discover-confirm";
import type { Formula } from "./discover-formula";
import { screen } from "./discover-screen";
import { boostTrial, type TrialTask, trialBins } from "./discover-task";
import { type DerivedModel, type Discovery, derivedModel, discovery } from "./discovery";

export interface DiscoverOptions {
  /** Features accepted at most. @default 3 */
  readonly most?: number;
  /** Rows looked at, a random part of the training rows where these are more. @default 20000 */
  readonly rows?: number;
  /** Threads that fit; defaults to all processors. The result is the same for any number. */
  readonly threads?: number;
}

/** Fewer rows than this are not searched: of 138 tables of noise with less, three seemed to hold a feature. */
export const leastRows = 500;

const foldCount = 5;
// Candidates refitted in each round.
const finalists = 4;
// Steps by which an accepted sum may still be bettered.
const refinements = 3;

/**
 * Looks for sums, differences, products and ratios of the numeric columns that lift the held-out log loss, from the
 * training rows alone and without reading the columns' names. Many candidates are screened by one Newton step beside
 * a model's out-of-fold predictions; the best four are refitted on 2 × 5 new folds, and the best of those is accepted
 * if it passes there (`confirm`). Then the search starts again beside the better model. Rows where nothing is to be
 * found give nothing.
 *
 * @example
 * // Who leaves does so because of the sum of day and night, of which no column tells.
 * const rows = Array.from({ length: 1500 }, (_, i) => [(i * 37) % 101, (i * 53) % 97]);
 * const train = { x: matrixFromRows(rows), y: Float64Array.from(rows, ([a, b]) => Number(a + b > 120)) };
 * const found = await discover(train, seeded(1), { most: 1 });
 * found.features.map((one) => one.name); // → ["x0 + x1"]
 */
export async function discover(
  train: Labelled,
  rng: Rng,
  options: DiscoverOptions = {},
  watch?: Watch,
): Promise<Discovery> {
  const action = "discover features";
  const { most = 3, rows = 20_000, threads } = options;
  checkInteger(most, 1, 100, action, "most");
  checkInteger(rows, 100, Infinity, action, "rows");
  checkClasses(train, action);
  const columns = train.x.features.map((feature) => feature.name);
  const data = sample(train, rows, rng.fork("rows"));
  const ones = data.y.reduce((sum, label) => sum + label, 0);
  // Fewer rows than this leave nothing to judge by: the best of thousands of candidates then wins by chance.
  if (data.y.length < leastRows || Math.min(ones, data.y.length - ones) < 2 * foldCount)
    return discovery(columns, []);

  const folds = stratifiedKFold(data.y, foldCount, rng.fork("screen"));
  const newFolds = repeated(2, rng.fork("confirm"), (stream) => stratifiedKFold(data.y, foldCount, stream));
  const fit = fitter(data, rng.fork("learn"), threads, watch?.signal);
  const losses: FoldLosses = async (matrices, on) =>
    (await fit(matrices, on)).map((predictions) =>
      on.map(({ test }, f) => meanLogLoss(data, test, predictions[f])),
    );
  const total = data.weights?.reduce((sum, weight) => sum + weight, 0) ?? data.y.length;
  const found: (Formula & Worth)[] = [];
  let { x } = data;
  let known: readonly number[] | undefined;
  while (found.length < most) {
    watch?.progress?.({ phase: "discover", done: found.length, total: most });
    const [fitted] = await fit([x], folds);
    const predicted = outOfFold(
      folds.map(({ test }, f) => ({ test, predictions: fitted[f] })),
      data.y.length,
    );
    const likelihood = meanLogLoss(data, all(data.y.length), predicted) * total;
    const judge = screen(x, data.y, predicted, folds, data.weights);
    const promising = candidates(x, judge, finalists).filter(
      ({ gain }) => gain >= (leastShare / 2) * likelihood,
    );
    if (promising.length === 0) break;
    const values = promising.map((candidate) => candidate.values);
    const comparison: Comparison = { folds: newFolds, ...(known && { known }), losses };
    let best = await confirm(x, values, comparison);
    if (!best) break;
    let { formula } = promising[best.trial];
    // The screen can't tell near relatives apart, the refitted model can.
    for (let step = 0; step < refinements && formula.kind === "sum"; step++) {
      const near = variants(x, judge, formula, finalists);
      const trials = near.map((candidate) => ({
        values: candidate.values,
        length: candidate.formula.columns.length,
      }));
      const length = formula.columns.length;
      const refined = await refine(x, { ...best, length }, trials, comparison);
      if (!refined) break;
      best = refined;
      ({ formula } = near[refined.trial]);
    }
    const { before, after, t } = best;
    found.push({ ...formula, before, after, t });
    ({ x, losses: known } = best);
  }
  watch?.progress?.({ phase: "discover", done: most, total: most });
  return discovery(columns, found);
}

/**
 * A learner that discovers features first and then learns from them too.
 *
 * @example
 * const rows = Array.from({ length: 1500 }, (_, i) => [(i * 37) % 101, (i * 53) % 97]);
 * const train = { x: matrixFromRows(rows), y: Float64Array.from(rows, ([a, b]) => Number(a + b > 120)) };
 * const model = await discovering(logisticRegression(), { most: 1 })(train, seeded(1));
 * [model.kind, model.discovery.features.length]; // → ["derived", 1]
 */
export function discovering<M extends Model>(
  learner: Fit<M>,
  options: DiscoverOptions = {},
): Fit<DerivedModel<M>> {
  return async (train, rng, watch) => {
    const found = await discover(train, rng.fork("discover"), options, watch);
    const wider = { ...train, x: found.transform(train.x) };
    return derivedModel(found, await learner(wider, rng.fork("learn"), watch));
  };
}

/** Predictions of each fold's test rows, for each of several matrices: result[matrix][fold]. */
type FitAll = (matrices: readonly Matrix[], folds: readonly Split[]) => Promise<Float64Array[][]>;

function fitter(
  { x: { columns, ...first }, y, weights }: Labelled,
  rng: Rng,
  threads: number | undefined,
  signal: AbortSignal | undefined,
): FitAll {
  const action = "discover features";
  const known = findBins({ columns, ...first }, trialBins, action);
  return async (matrices, folds) => {
    const tasks = matrices.map((x): TrialTask => {
      // What is tried follows the columns that all have.
      const further = Array.from({ length: x.columns - columns }, (_, k) => columns + k);
      const bins = [...known, ...findBins(takeColumns(x, further), trialBins, action)];
      return { rows: sharedLabelled({ x, y, weights }), bins, folds, key: rng.key };
    });
    return mapThreads(boostTrial, tasks, threads, { signal });
  };
}

function sample(train: Labelled, rows: number, rng: Rng): Labelled {
  if (train.y.length <= rows) return train;
  const { test } = trainTestSplit(train.y.length, { test: rows, strata: train.y }, rng);
  return takeLabelled(train, test);
}

function all(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

function meanLogLoss({ y, weights }: Labelled, rows: Int32Array, predicted: Float64Array): number {
  let sum = 0;
  let total = 0;
  rows.forEach((row, k) => {
    const weight = weights ? weights[row] : 1;
    const p = Math.min(1 - 1e-15, Math.max(1e-15, predicted[k]));
    sum -= weight * Math.log(y[row] === 1 ? p : 1 - p);
    total += weight;
  });
  return sum / total;
}
