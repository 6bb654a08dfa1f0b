import { check, checkFinite, checkInteger, checkSameLength } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import { mapThreads, watched } from "../../core/pool";
import { asTable } from "../../data/polars";
import { kFold, type Split } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { encode, everyColumn } from "../../features/encode";
import { squaredWeights } from "../linear/squared-weights";
import { loadModel } from "../load";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { fitCandidate, fitModel, sharedLabelled, sharedMatrix } from "../search/search-task";
import { type NumberMember, numberMembers } from "./auto-members";
import { blendOf, mixed } from "./blend";

export interface AutoNumbersOptions {
  /** What may be blended; defaults to `numberMembers`. */
  readonly members?: readonly NumberMember[];
  /** Folds of the training rows by which weights are chosen; from 2. @default 5 */
  readonly folds?: number;
  /** Threads that fit; defaults to all processors. The model is the same for any number. */
  readonly threads?: number;
}

/** Members of less weight are left out: they would cost time at every prediction for nothing. */
const leastWeight = 0.02;

/** A pipeline that says how it came about; the report is not saved with it. */
export interface AutoNumbersPipeline extends Pipeline {
  readonly report: {
    /** Weight in the blend (0: left out) and out-of-fold root mean squared error of each member alone. */
    readonly members: readonly { readonly name: string; readonly weight: number; readonly error: number }[];
    /** Each training row's prediction by models that did not see it, with weights chosen without its fold. */
    readonly outOfFold: Float64Array;
    /** The rows of each fold. */
    readonly folds: readonly Int32Array[];
  };
}

/**
 * A learner of numbers that needs no choices: ridge regression, boosted trees and their blend, with the weights that
 * have the least squared error on out-of-fold predictions. Encoder and members are fitted inside each fold.
 *
 * @example
 * const lines = Array.from({ length: 80 }, (_, i) => `${i % 10},${["a", "b"][i % 2]},${3 * (i % 10) + (i % 2)}`);
 * const { table: customers } = parseCsv(`calls,plan,bill\n${lines.join("\n")}\n`);
 * const fit = autoNumbers({ members: numberGroups.ridge, folds: 4 });
 * const model = await fit(dropColumns(customers, ["bill"]), target(customers, "bill"), seeded(1));
 * rSquared(target(customers, "bill"), model.predict(customers)) > 0.9; // → true
 */
export function autoNumbers(options: AutoNumbersOptions = {}): FitTable<AutoNumbersPipeline> {
  const action = "make auto learner of numbers";
  const { members = numberMembers, folds = 5, threads } = options;
  check(members.length > 0, action, "there must be a member", 0);
  checkInteger(folds, 2, 1000, action, "folds");
  return async (given, y, rng, watch) => {
    const table = asTable(given);
    const doing = "fit auto model of numbers";
    checkSameLength(table.rows, y.length, doing, "rows and targets");
    checkFinite(y, doing, "targets");
    check(y.length >= folds, doing, `there must be at least ${folds} rows, one a fold`, y.length);
    const splits = kFold(y.length, folds, rng.fork("folds"));
    const fitEncoder = encode(everyColumn);
    const parts = splits.map(({ train, test }, k) => {
      const rows = takeTableRows(table, train);
      const own = takeValues(y, train);
      const encoder = fitEncoder(rows, { y: own, rng: rng.fork("encode").fork(k) });
      check(encoder.features.length > 0, doing, "at least one column must be usable", 0);
      return {
        train: sharedLabelled({ x: encoder.trained(), y: own }),
        test: sharedMatrix(encoder.transform(takeTableRows(table, test))),
      };
    });
    const stream = rng.fork("members");
    const tasks = members.flatMap(({ name, learner }) =>
      parts.map((fold, k) => ({ spec: learner, fold, key: stream.fork(name).fork(k).key })),
    );
    const told = watched(watch, "compare", tasks.length);
    const results = await mapThreads(fitCandidate, tasks, threads, told);
    const predictions = members.map((_, m) => {
      const out = new Float64Array(y.length);
      splits.forEach(({ test }, k) => {
        results[m * folds + k].predictions.forEach((value, i) => {
          out[test[i]] = value;
        });
      });
      return out;
    });
    const weights = kept(predictions, y);
    const encoder = fitEncoder(table, { y, rng: rng.fork("encode") });
    const whole = sharedLabelled({ x: encoder.trained(), y });
    const chosen = members.flatMap((member, m) =>
      weights[m] > 0 ? [{ ...member, weight: weights[m] }] : [],
    );
    const models = await mapThreads(
      fitModel,
      chosen.map(({ name, learner }) => ({
        spec: learner,
        train: whole,
        key: stream.fork(name).fork("all").key,
      })),
      threads,
      { signal: watch?.signal },
    );
    const blend = blendOf(
      chosen.map(({ name, weight }, m) => ({ name, weight, model: loadModel(models[m]) })),
    );
    return {
      ...pipelineOf(encoder, chosen.length === 1 ? blend.members[0].model : blend),
      report: {
        members: members.map(({ name }, m) => ({
          name,
          weight: weights[m],
          error: error(predictions[m], y),
        })),
        outOfFold: crossFitted(predictions, y, splits),
        folds: splits.map((split) => split.test),
      },
    };
  };
}

/** Each row's prediction by the blend whose weights were chosen on the other folds. */
function crossFitted(
  predictions: readonly Float64Array[],
  y: Float64Array,
  splits: readonly Split[],
): Float64Array {
  const out = new Float64Array(y.length);
  for (const { train, test } of splits) {
    const weights = kept(
      predictions.map((prediction) => takeValues(prediction, train)),
      takeValues(y, train),
    );
    const own = mixed(
      predictions.map((prediction) => takeValues(prediction, test)),
      weights,
    );
    test.forEach((row, k) => {
      out[row] = own[k];
    });
  }
  return out;
}

/** The weights of least squared error among the members that deserve one. */
function kept(predictions: readonly Float64Array[], y: Float64Array): Float64Array {
  const all = squaredWeights(predictions, y);
  const staying = [...all.keys()].filter((m) => all[m] >= leastWeight);
  const again = squaredWeights(
    staying.map((m) => predictions[m]),
    y,
  );
  const out = new Float64Array(all.length);
  staying.forEach((m, k) => {
    out[m] = again[k];
  });
  return out;
}

function error(predicted: Float64Array, y: Float64Array): number {
  return Math.sqrt(predicted.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / y.length);
}
