import { check, checkInteger, checkNumber, checkSameLength } from "../../core/checks";
import { column, joinValues, type Matrix, takeValues } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import { asTable } from "../../data/polars";
import { stratifiedKFold } from "../../data/split";
import { type Table, takeTableRows } from "../../data/table";
import { encode, everyColumn, type FittedEncoder } from "../../features/encode";
import { calibratedModel } from "../calibrate/calibrate";
import type { CalibrationMethod } from "../calibrate/calibrator";
import { checkClasses } from "../check-rows";
import type { DiscoverOptions } from "../discovery/discover";
import { type DiscoveredFeature, derivedModel, discoveryFromJSON } from "../discovery/discovery";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { sharedLabelled, sharedRows } from "../search/search-task";
import { meanLogLoss } from "./auto-calibration";
import { blendedAs, chooser, crossFitted } from "./auto-choice";
import { type AutoMember, autoMembers } from "./auto-members";
import { race, raceRows, rareRows } from "./auto-race";
import { type Encoded, foundIn, type Part, runner } from "./auto-run";
import { blendOf } from "./blend";

export interface AutoOptions {
  /** What may be blended; defaults to `autoMembers`. */
  readonly members?: readonly AutoMember[];
  /** How features are discovered; false leaves that out. Defaults to `discover`'s defaults. */
  readonly discover?: DiscoverOptions | false;
  /** Folds of the training rows by which everything is chosen; from 2. Defaults to 5, where there is a race to 3. */
  readonly folds?: number;
  /** Rows from which on a sample runs a race first, if there are 500 of either class; Infinity: never. @default 50000 */
  readonly raceFrom?: number;
  /** Threads that fit; defaults to all processors. The model is the same for any number. */
  readonly threads?: number;
}

/** How the blend came about. */
export interface AutoReport {
  readonly features: readonly DiscoveredFeature[];
  readonly members: readonly AutoMemberReport[];
  /** Out-of-fold log loss of the blend, on the rows of `folds`. */
  readonly logLoss: number;
  /**
   * Each training row's probability by models that did not see it, with trees, calibrations and weights that were
   * chosen without its fold: what the blend may be judged by, and a threshold chosen by.
   */
  readonly outOfFold: Float64Array;
  /** The rows of each fold that the blend may be judged by: all but those that ran the race. */
  readonly folds: readonly Int32Array[];
  /** Rows of the sample that chose members and features before all rows were learned from; 0: there was no race. */
  readonly raced: number;
}

export interface AutoMemberReport {
  readonly name: string;
  /** Share in the blend; 0: left out. */
  readonly weight: number;
  /**
   * Out-of-fold log loss of this member alone, calibrated if it is. Its trees and calibration were chosen on the same
   * rows: a figure to compare members by, not to judge them.
   */
  readonly logLoss: number;
  /** The number of trees chosen. */
  readonly trees?: number;
  /** How its probabilities are corrected, if that lowers the log loss. */
  readonly calibration?: CalibrationMethod;
}

/** A pipeline that says how it came about; the report is not saved with it. */
export interface AutoPipeline extends Pipeline {
  readonly report: AutoReport;
}

const action = "fit auto model";

/**
 * A learner of two classes that needs no choices: logistic regression, boosted trees, a forest and additive logistic
 * regression, features discovered for them, a calibration of each where that lowers the log loss, and their blend. All
 * of it is chosen by cross-validation within the rows given: a fold's test rows are predicted by models and with
 * features found without them. Of many rows a sample runs a race first, which chooses features and the members that are
 * worth fitting to all; its rows are learned from, but judge nothing.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * const some = takeTableRows(train.table, Array.from({ length: 300 }, (_, i) => i));
 * const members = memberGroups["logistic-regression"];
 * const fit = auto({ members, discover: false, folds: 3 });
 * const model = await fit(dropColumns(some, ["Churn"]), target(some, "Churn"), seeded(1));
 * rocAuc(target(test.table, "Churn"), model.predict(test.table)) > 0.6; // → true
 */
export function auto(options: AutoOptions = {}): FitTable<AutoPipeline> {
  const making = "make auto learner";
  const { members = autoMembers, discover = {}, folds, raceFrom = 50_000, threads } = options;
  check(members.length > 0, making, "there must be a member", 0);
  check(
    new Set(members.map((member) => member.name)).size === members.length,
    making,
    "members' names must differ",
  );
  if (folds !== undefined) checkInteger(folds, 2, 1000, making, "folds");
  checkNumber(raceFrom, 100, Infinity, making, "raceFrom");

  return async (given, y, rng, watch) => {
    const table = asTable(given);
    checkSameLength(table.rows, y.length, action, "rows and targets");
    const many = y.length >= raceFrom && rareRows(y) >= 500;
    const { encoder, ...rows } = encoded(table, y, folds ?? (many ? 3 : 5), rng);
    const raced = many ? raceRows(y, rng.fork("race")) : new Int32Array();
    const sample = many && encoded(takeTableRows(table, raced), takeValues(y, raced), 3, rng.fork("race"));
    const won = sample && (await race(members, sample, { discover, threads }, rng.fork("race"), watch));
    const run = runner(rows, threads, watch);
    const running = won ? won.members : members;
    const found = won ? foundIn(won.discovery, rows) : await run.discover(discover, rng.fork("discover"));
    const held = await run.predict(running, found, rng.fork("members"));
    const tests = rows.parts.map(({ test }) => test);
    const choose = chooser(held, y, tests);
    const trials = choose().map((one, m) => ({
      member: running[m],
      ...one,
      model: held[m].model,
    }));
    const chosen = trials.filter((trial) => trial.weight > 0);
    const models = await run.fit(chosen, found.whole, rng.fork("members"));

    const blend = blendOf(
      chosen.map(({ member, weight, calibrator }, m) => ({
        name: member.name,
        weight,
        model: calibrator ? calibratedModel(models[m], calibrator) : models[m],
      })),
    );
    const discovery = discoveryFromJSON(found.whole);
    const model = discovery.features.length > 0 ? derivedModel(discovery, blend) : blend;
    const outOfFold = crossFitted(choose, tests, y.length);
    const judged = without(tests, raced);
    const judging = joinValues(judged).sort();
    const report: AutoReport = {
      features: discovery.features,
      members: trials.map((trial) => ({
        name: trial.member.name,
        weight: trial.weight,
        logLoss: meanLogLoss(blendedAs([{ ...trial, weight: 1 }]), y),
        ...(trial.trees !== undefined && { trees: trial.trees }),
        ...(trial.calibrator && { calibration: trial.calibrator.method }),
      })),
      logLoss: meanLogLoss(takeValues(outOfFold, judging), takeValues(y, judging)),
      outOfFold,
      folds: judged,
      raced: raced.length,
    };
    return { ...pipelineOf(encoder, model), report };
  };
}

/** The rows encoded by all of them, and by those of each fold where features are learned from targets. */
function encoded(
  table: Table,
  y: Float64Array,
  folds: number,
  rng: Rng,
): Encoded & { readonly encoder: FittedEncoder } {
  const fitEncoder = encode({ ...everyColumn, categories: "codes" });
  const stream = rng.fork("encode");
  const encoder = fitEncoder(table, { y, rng: stream });
  check(encoder.features.length > 0, action, "at least one column must be usable", 0);
  const whole = sharedLabelled({ x: encoder.trained(), y });
  checkClasses(whole, action);
  // Without features learned from targets all folds share one matrix.
  const parts = stratifiedKFold(y, folds, rng.fork("folds")).map(({ train, test }, k): Part => {
    const rows = { train: sharedRows(train), test };
    if (!encoder.supervised) return { all: whole, ...rows };
    const own = { y: takeValues(y, train), rng: stream.fork(k) };
    const inner = fitEncoder(takeTableRows(table, train), own);
    const x = placedRows(inner.trained(), train, inner.transform(table));
    return { all: sharedLabelled({ x, y }), ...rows };
  });
  return { encoder, whole, parts };
}

/** The folds without the rows named. */
function without(folds: readonly Int32Array[], rows: Int32Array): readonly Int32Array[] {
  const out = new Set(rows);
  return folds.map((fold) => fold.filter((row) => !out.has(row)));
}

/** The matrix with `rows` in place of those numbered. */
function placedRows(rows: Matrix, at: Int32Array, all: Matrix): Matrix {
  for (let j = 0; j < all.columns; j++) {
    const from = column(rows, j);
    const to = column(all, j);
    at.forEach((row, i) => {
      to[row] = from[i];
    });
  }
  return all;
}
