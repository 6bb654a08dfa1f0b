import { check, checkInteger, checkOneOf, checkSameLength } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import { mapThreads, watched } from "../../core/pool";
import { asTable } from "../../data/polars";
import { stratifiedKFold } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { encode, everyColumn } from "../../features/encode";
import { membersOf } from "../auto/auto-members";
import { sparseWeights } from "../auto/blend";
import { classRowWeights } from "../class-weights";
import { learnerCard } from "../learner";
import { loadModel } from "../load";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { type SharedFold, sharedLabelled, sharedMatrix } from "../search/search-task";
import {
  type ClassCalibrationMethod,
  classCalibrations,
  fitClassCalibration,
  leastChance,
} from "./class-calibration";
import { type ClassesMember, classGroups, searchedMembers } from "./class-members";
import { type ClassLearner, type ClassTask, fitClassFold } from "./fit-classes";
import { type Multiclass, multiclass } from "./multiclass";
import { blended } from "./probabilities";

/** How several classes are learned. */
export interface ClassesOptions {
  /** The learner; left out, a blend of several. */
  readonly learner?: ClassLearner;
  /** With a learner: how many random settings of its options to compare by cross-validated log loss; from 1. */
  readonly search?: number;
  /** Without a learner: what to blend, of logistic-regression, gradient-boosting and random-forest; defaults to all. */
  readonly members?: readonly string[];
  /**
   * What rows of each class count in fitting and choosing: "balanced" (all classes the same), or a number above 0 a class;
   * defaults to 1 each. Probabilities are then those of classes in such shares.
   */
  readonly classWeights?: "balanced" | readonly number[];
  /**
   * How probabilities are corrected on out-of-fold predictions of the rows as they are, without class weights: by one
   * "temperature", or each class against the others by "sigmoid", "beta" or "isotonic"; defaults to not at all.
   */
  readonly calibrate?: ClassCalibrationMethod;
  /** Folds of the comparison, which are also those of `report`; from 2. @default 5 */
  readonly folds?: number;
  /** Threads; defaults to the processors. The model is the same at any number. */
  readonly threads?: number;
}

/** A pipeline of several classes that says how it came about; the report is not saved with it. */
export interface ClassesPipeline extends Pipeline<Multiclass> {
  readonly report: {
    readonly members: readonly { readonly name: string; readonly weight: number }[];
    /** Each training row's probabilities by models, and with weights, that were chosen without it; one array a class. */
    readonly outOfFold: readonly Float64Array[];
    /** The rows of each fold. */
    readonly folds: readonly Int32Array[];
  };
}

/** Members of less weight are left out. */
const leastWeight = 0.02;

/**
 * A learner of three classes or more, numbered from 0: a learner given, the best of random settings of it, or without one a
 * blend of logistic regression, boosted trees and forests with the weights of least log loss on out-of-fold
 * probabilities. Encoder and members are fitted inside each fold; a fold's rows are judged by weights, settings and
 * calibrations that were chosen on the others.
 *
 * @example
 * const { table: customers } = parseCsv(`months\n${Array.from({ length: 90 }, (_, i) => 10 * (i % 3) + (i % 5)).join("\n")}\n`);
 * const y = Float64Array.from({ length: 90 }, (_, i) => i % 3);
 * const learner = { kind: "random-forest", options: { trees: 10 } } as const;
 * const model = await classesLearner(3, { learner, folds: 3, threads: 1 })(customers, y, seeded(1));
 * model.predict(customers).slice(0, 3); // → [0, 1, 2]
 */
export function classesLearner(classes: number, options: ClassesOptions = {}): FitTable<ClassesPipeline> {
  const { learner, search, classWeights, calibrate, folds = 5, threads } = options;
  const doing = "fit model of classes";
  checkInteger(folds, 2, 1000, doing, "folds");
  if (calibrate !== undefined) checkOneOf(calibrate, classCalibrations, doing, "calibrate");
  check(search === undefined || learner !== undefined, doing, "search needs a learner", search);
  check(
    options.members === undefined || learner === undefined,
    doing,
    "members must be left out with a learner",
  );
  const groups = options.members ?? Object.keys(classGroups);
  const blend = learner ? [] : membersOf<ClassesMember>(classGroups, groups);
  const codes = learner !== undefined && learnerCard(learner.kind).encode === "codes";
  const fitEncoder = encode({ ...everyColumn, ...(codes ? { categories: "codes" } : {}) });
  return async (given, y, rng, watch) => {
    const table = asTable(given);
    checkSameLength(table.rows, y.length, doing, "rows and targets");
    const members = !learner
      ? blend
      : search === undefined
        ? [{ name: learner.kind, learner }]
        : searchedMembers(learner, search, rng.fork("candidates"));
    const splits = stratifiedKFold(y, folds, rng.fork("folds"));
    const tests = splits.map(({ test }) => test);
    const known = (own: Float64Array, k: number) => ({ y: own, classes, rng: rng.fork("encode").fork(k) });
    const weighed = (own: Float64Array) =>
      classWeights === undefined ? {} : { weights: classRowWeights(classWeights, own, classes) };
    const parts = splits.map(({ train, test }, k): SharedFold => {
      const own = takeValues(y, train);
      const encoder = fitEncoder(takeTableRows(table, train), known(own, k));
      check(encoder.features.length > 0, doing, "at least one column must be usable", 0);
      const held = encoder.transform(takeTableRows(table, test));
      return {
        train: sharedLabelled({ x: encoder.trained(), y: own, ...weighed(own) }),
        test: sharedMatrix(held),
      };
    });
    const stream = rng.fork("members");
    const taskOf = (member: ClassesMember, fold: SharedFold, k: number, whole: boolean): ClassTask => ({
      learner: (whole && member.whole) || member.learner,
      classes,
      fold,
      whole,
      key: stream.fork(member.name).fork(k).key,
    });
    const tasks = members.flatMap((member) => parts.map((fold, k) => taskOf(member, fold, k, false)));
    const told = watched(watch, "compare", tasks.length);
    const results = await mapThreads(fitClassFold, tasks, threads, told);
    const held = members.map((_, m) => {
      const out = Array.from({ length: classes }, () => new Float64Array(y.length));
      tests.forEach((test, k) => {
        scatter(results[m * folds + k].probabilities, test, out);
      });
      return out;
    });
    const judged: Judged = { held, y, ...weighed(y), one: search !== undefined };
    const weights = weightsOf(judged);
    const chosen = members.flatMap((member, m) =>
      weights[m] > 0 ? [{ member, name: member.name, weight: weights[m] }] : [],
    );
    const encoder = fitEncoder(table, known(y, folds));
    const whole: SharedFold = {
      train: sharedLabelled({ x: encoder.trained(), y, ...weighed(y) }),
      test: sharedMatrix(encoder.transform(takeTableRows(table, []))),
    };
    const fitted = await mapThreads(
      fitClassFold,
      chosen.map(({ member }) => taskOf(member, whole, folds, true)),
      threads,
      { signal: watch?.signal },
    );
    const model = multiclass(
      chosen.map(({ name, weight }, m) => ({
        name,
        weight,
        link: fitted[m].link,
        scores: fitted[m].scores.map(loadModel),
      })),
      calibrate && fitClassCalibration(calibrate, blended(held, weights), y),
    );
    return {
      ...pipelineOf(encoder, model),
      report: {
        members: members.map(({ name }, m) => ({ name, weight: weights[m] })),
        outOfFold: crossFitted(judged, tests, calibrate),
        folds: tests,
      },
    };
  };
}

/** What members say of rows that they did not see, one array a class, and what came. */
interface Judged {
  readonly held: readonly (readonly Float64Array[])[];
  readonly y: Float64Array;
  readonly weights?: Float64Array;
  /** Whether one member is chosen, or all are blended. */
  readonly one: boolean;
}

/** The weights of least log loss on these rows; the first of equals where one member is chosen. */
function weightsOf(
  { held, y, weights, one }: Judged,
  rows: ArrayLike<number> = y.map((_, i) => i),
): Float64Array {
  // What each member says of the class that came.
  const chances = held.map((own) => Float64Array.from(rows, (i) => own[y[i]][i]));
  const counted = weights && Float64Array.from(rows, (i) => weights[i]);
  if (!one) return sparseWeights(chances, new Float64Array(rows.length).fill(1), counted, leastWeight);
  const losses = chances.map((own) =>
    own.reduce((sum, p, i) => sum - (counted ? counted[i] : 1) * Math.log(Math.max(leastChance, p)), 0),
  );
  const best = losses.indexOf(Math.min(...losses));
  return Float64Array.from(losses, (_, m) => Number(m === best));
}

/** Each row's probabilities by the members, with weights and a calibration, that were chosen on the other folds. */
function crossFitted(
  judged: Judged,
  folds: readonly Int32Array[],
  calibrate: ClassCalibrationMethod | undefined,
): Float64Array[] {
  const { held, y } = judged;
  const out = held[0].map(() => new Float64Array(y.length));
  folds.forEach((fold, k) => {
    const others = Int32Array.from(folds.flatMap((rows, j) => (j === k ? [] : [...rows])));
    const all = blended(held, weightsOf(judged, others));
    const part = (rows: Int32Array): Float64Array[] => all.map((own) => takeValues(own, rows));
    const own = calibrate
      ? fitClassCalibration(calibrate, part(others), takeValues(y, others)).apply(part(fold))
      : part(fold);
    scatter(own, fold, out);
  });
  return out;
}

/** Puts the values of these rows where they belong, one array a class. */
function scatter(own: readonly Float64Array[], rows: Int32Array, out: readonly Float64Array[]): void {
  own.forEach((values, k) => {
    values.forEach((value, i) => {
      out[k][rows[i]] = value;
    });
  });
}
