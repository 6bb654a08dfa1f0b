import { check, checkInteger, checkSameLength } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import type { Watch } from "../../core/model";
import { mapThreads } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { type Split, stratifiedKFold } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { encode, everyColumn } from "../../features/encode";
import { calibratedModel } from "../calibrate/calibrate";
import type { CalibrationMethod } from "../calibrate/calibrator";
import { checkClasses } from "../check-rows";
import type { DiscoverOptions } from "../discovery/discover";
import {
  type DiscoveredFeature,
  type DiscoveryJson,
  derivedModel,
  discoveryFromJSON,
} from "../discovery/discovery";
import { loadModel } from "../load";
import { outOfFold } from "../out-of-fold";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { type SharedFold, sharedLabelled, sharedMatrix, sharedRows } from "../search/search-task";
import { meanLogLoss } from "./auto-calibration";
import { blendedAs, type ChosenMember, choose, crossFitted, type HeldOut } from "./auto-choice";
import { type AutoMember, autoMembers } from "./auto-members";
import { discoverRows, fitWhole, type MemberTask, nothingFound, predictHeld } from "./auto-task";
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

  return async (table, y, rng, watch) => {
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
    const parts = splits.map(({ train, test }, k): SharedFold => {
      if (!encoder.supervised)
        return { train: whole, test: whole.x, trainRows: sharedRows(train), testRows: sharedRows(test) };
      const rows = takeTableRows(table, train);
      const own = takeValues(y, train);
      const inner = fitEncoder(rows, { y: own, rng: stream.fork(k) });
      return {
        train: sharedLabelled({ x: inner.trained(), y: own }),
        test: sharedMatrix(inner.transform(takeTableRows(table, test))),
      };
    });
    const run = runner({ train: whole, test: whole.x }, parts, splits, threads, watch);

    const found = await run.discover(discover, rng.fork("discover"));
    const held = await run.predict(members, found, rng.fork("members"));
    const tests = splits.map((split) => split.test);
    const trials = choose(held, y, tests).map((member, m): Trial => {
      const trees = held[m].stages[member.stage];
      return { member: members[m], ...member, ...(trees !== undefined && { trees }) };
    });
    const chosen = trials.filter((trial) => trial.weight > 0);
    const models = await run.fit(chosen, found[splits.length], rng.fork("members"));

    const blend = blendOf(
      chosen.map(({ member, weight, calibrator }, m) => ({
        name: member.name,
        weight,
        model: calibrator ? calibratedModel(models[m], calibrator) : models[m],
      })),
    );
    const discovery = discoveryFromJSON(found[splits.length]);
    const model = discovery.features.length > 0 ? derivedModel(discovery, blend) : blend;
    const outOfFold = crossFitted(held, y, tests);
    const report: AutoReport = {
      features: discovery.features,
      members: trials.map(({ member, trees, calibrator, weight, stage }, m) => ({
        name: member.name,
        weight,
        logLoss: meanLogLoss(blendedAs([{ stage, calibrator, weight: 1 }], [held[m]]), y),
        ...(trees !== undefined && { trees }),
        ...(calibrator && { calibration: calibrator.method }),
      })),
      logLoss: meanLogLoss(outOfFold, y),
      outOfFold,
      folds: tests,
    };
    return { ...pipelineOf(encoder, model), report };
  };
}

/** A member with all that was chosen for it. */
interface Trial extends ChosenMember {
  readonly member: AutoMember;
  readonly trees?: number;
}

interface Runner {
  /** What each fold finds in its training rows, and last what all rows show; nothing anywhere if these show nothing. */
  discover(options: DiscoverOptions | false, rng: Rng): Promise<DiscoveryJson[]>;
  /** Each member's out-of-fold probabilities, at each number of trees to choose from. */
  predict(members: readonly AutoMember[], found: readonly DiscoveryJson[], rng: Rng): Promise<HeldOut[]>;
  /** The members fitted to all rows. */
  fit(chosen: readonly Trial[], found: DiscoveryJson, rng: Rng): Promise<ReturnType<typeof loadModel>[]>;
}

/** The work that goes to threads. */
function runner(
  whole: SharedFold,
  parts: readonly SharedFold[],
  splits: readonly Split[],
  threads: number | undefined,
  watch: Watch | undefined,
): Runner {
  return {
    async discover(options, rng) {
      const keys = [...parts, whole].map((_, k) => rng.fork(k).key);
      const all = parts.length;
      const search = async (from: readonly SharedFold[], key: (k: number) => Rng["key"]) => {
        const tasks = from.map((rows, k) => ({ rows, options, key: key(k) }));
        return mapThreads(discoverRows, tasks, threads, phaseWatch(watch, "discover", tasks.length));
      };
      const [found] = await search([whole], () => keys[all]);
      // Where all rows show nothing, the model has no features, and is judged by models without.
      if (found.features.length === 0) return [...parts.map(nothingFound), found];
      return [...(await search(parts, (k) => keys[k])), found];
    },

    async predict(members, found, rng) {
      const stages = members.map(stagesOf);
      const tasks = members.flatMap(({ name, learner }, m) =>
        parts.map(
          (rows, k): MemberTask => ({
            rows,
            discovery: found[k],
            learner,
            key: rng.fork(name).fork(k).key,
            stages: stages[m],
          }),
        ),
      );
      const done = await mapThreads(predictHeld, tasks, threads, phaseWatch(watch, "compare", tasks.length));
      return members.map((member, m) => {
        const own = done.slice(m * parts.length, (m + 1) * parts.length);
        const perStage = own[0].map((_, s) =>
          outOfFold(
            own.map((one, k) => ({ test: splits[k].test, predictions: one[s] })),
            whole.train.y.length,
          ),
        );
        return { stages: stages[m], perStage, simple: member.simple === true };
      });
    },

    async fit(chosen, found, rng) {
      const tasks = chosen.map(({ member, trees }): MemberTask => {
        const { name, learner } = member;
        const options = trees === undefined ? learner.options : { ...learner.options, trees };
        const key = rng.fork(name).fork("all").key;
        return { rows: whole, discovery: found, learner: { ...learner, options }, key, stages: [] };
      });
      const done = await mapThreads(fitWhole, tasks, threads, phaseWatch(watch, "train", tasks.length));
      return done.map(loadModel);
    },
  };
}

/** Numbers of trees to choose from: 12, and a quarter more each time, up to what the options say. */
function stagesOf({ learner, tuneTrees }: AutoMember): number[] {
  if (!tuneTrees) return [];
  const { trees: most = 100 } = (learner.options ?? {}) as { readonly trees?: number };
  const stages: number[] = [];
  for (let trees = 12; trees < most; trees = Math.ceil(trees * 1.25)) stages.push(trees);
  return [...stages, most];
}

function phaseWatch(watch: Watch | undefined, phase: string, total: number) {
  let done = 0;
  const tell = (): void => watch?.progress?.({ phase, done, total });
  tell();
  const finished = (): void => {
    done++;
    tell();
  };
  return { signal: watch?.signal, finished };
}
