import { check, checkInteger, checkSameLength } from "../../core/checks";
import { column, type Matrix, takeValues } from "../../core/matrix";
import { asTable } from "../../data/polars";
import { stratifiedKFold } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { encode, everyColumn } from "../../features/encode";
import { calibratedModel } from "../calibrate/calibrate";
import type { CalibrationMethod } from "../calibrate/calibrator";
import { checkClasses } from "../check-rows";
import type { DiscoverOptions } from "../discovery/discover";
import { type DiscoveredFeature, derivedModel, discoveryFromJSON } from "../discovery/discovery";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { sharedLabelled, sharedRows } from "../search/search-task";
import { meanLogLoss } from "./auto-calibration";
import { blendedAs, choose, crossFitted } from "./auto-choice";
import { type AutoMember, autoMembers } from "./auto-members";
import { type Part, runner } from "./auto-run";
import { blendOf } from "./blend";

export interface AutoOptions {
  /** What may be blended; defaults to `autoMembers`. */
  readonly members?: readonly AutoMember[];
  /** How features are discovered; false leaves that out. Defaults to `discover`'s defaults. */
  readonly discover?: DiscoverOptions | false;
  /** Folds of the training rows by which everything is chosen; from 2. @default 5 */
  readonly folds?: number;
  /** Threads that fit; defaults to all processors. The model is the same for any number. */
  readonly threads?: number;
}

/** How the blend came about. */
export interface AutoReport {
  readonly features: readonly DiscoveredFeature[];
  readonly members: readonly AutoMemberReport[];
  /** Out-of-fold log loss of the blend. */
  readonly logLoss: number;
  /**
   * Each training row's probability by models that did not see it, with trees, calibrations and weights that were
   * chosen without its fold: what the blend may be judged by, and a threshold chosen by.
   */
  readonly outOfFold: Float64Array;
  /** The rows of each fold. */
  readonly folds: readonly Int32Array[];
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

/**
 * A learner of two classes that needs no choices: logistic regression, boosted trees, a forest and additive logistic
 * regression, features discovered for them, a calibration of each where that lowers the log loss, and their blend. All
 * of it is chosen by cross-validation within the rows given: a fold's test rows are predicted by models and with
 * features found without them.
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
  const action = "make auto learner";
  const { members = autoMembers, discover = {}, folds = 5, threads } = options;
  check(members.length > 0, action, "there must be a member", 0);
  check(
    new Set(members.map((member) => member.name)).size === members.length,
    action,
    "members' names must differ",
  );
  checkInteger(folds, 2, 1000, action, "folds");

  return async (given, y, rng, watch) => {
    const table = asTable(given);
    const doing = "fit auto model";
    checkSameLength(table.rows, y.length, doing, "rows and targets");
    const fitEncoder = encode({ ...everyColumn, categories: "codes" });
    const stream = rng.fork("encode");
    const encoder = fitEncoder(table, { y, rng: stream });
    check(encoder.features.length > 0, doing, "at least one column must be usable", 0);
    const whole = sharedLabelled({ x: encoder.trained(), y });
    checkClasses(whole, doing);
    const splits = stratifiedKFold(y, folds, rng.fork("folds"));
    // Without features learned from targets all folds share one matrix.
    const parts = splits.map(({ train, test }, k): Part => {
      const rows = { train: sharedRows(train), test };
      if (!encoder.supervised) return { all: whole, ...rows };
      const own = { y: takeValues(y, train), rng: stream.fork(k) };
      const inner = fitEncoder(takeTableRows(table, train), own);
      const x = placedRows(inner.trained(), train, inner.transform(table));
      return { all: sharedLabelled({ x, y }), ...rows };
    });
    const run = runner(whole, parts, threads, watch);

    const found = await run.discover(discover, rng.fork("discover"));
    const held = await run.predict(members, found, rng.fork("members"));
    const tests = splits.map((split) => split.test);
    const trials = choose(held, y, tests).map((one, m) => ({
      member: members[m],
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
    const outOfFold = crossFitted(held, y, tests);
    const report: AutoReport = {
      features: discovery.features,
      members: trials.map((trial) => ({
        name: trial.member.name,
        weight: trial.weight,
        logLoss: meanLogLoss(blendedAs([{ ...trial, weight: 1 }]), y),
        ...(trial.trees !== undefined && { trees: trial.trees }),
        ...(trial.calibrator && { calibration: trial.calibrator.method }),
      })),
      logLoss: meanLogLoss(outOfFold, y),
      outOfFold,
      folds: tests,
    };
    return { ...pipelineOf(encoder, model), report };
  };
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
