import { check, checkSameLength } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import { mapThreads } from "../../core/pool";
import { asTable } from "../../data/polars";
import { stratifiedKFold } from "../../data/split";
import { takeTableRows } from "../../data/table";
import { encode, everyColumn } from "../../features/encode";
import { sparseWeights } from "../auto/blend";
import { loadModel } from "../load";
import { type FitTable, type Pipeline, pipelineOf } from "../pipeline";
import { type SharedFold, sharedLabelled, sharedMatrix } from "../search/search-task";
import { type ClassLearner, type ClassTask, fitClassFold } from "./fit-classes";
import { blended, type Multiclass, multiclass } from "./multiclass";

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

/** A learner of several classes under the name that a report gives it. */
export interface ClassesMember {
  readonly name: string;
  readonly learner: ClassLearner;
}

/** What `auto` blends for several classes. */
const autoMembers: readonly ClassesMember[] = [
  { name: "logistic regression", learner: { kind: "logistic-regression" } },
  { name: "logistic regression, shrunken", learner: { kind: "logistic-regression", options: { C: 0.01 } } },
  ...([30, 100, 300] as const).map(
    (trees): ClassesMember => ({
      name: `boosted trees of 4 leaves, ${trees} rounds`,
      learner: { kind: "gradient-boosting", options: { leaves: 4, trees } },
    }),
  ),
  {
    name: "boosted trees of 16 leaves, 60 rounds",
    learner: { kind: "gradient-boosting", options: { leaves: 16, trees: 60 } },
  },
  {
    name: "random forest",
    learner: { kind: "random-forest", options: { trees: 150, minRows: 5, maxFeatures: 0.5, bins: 255 } },
  },
];

/** Members of less weight are left out. */
const leastWeight = 0.02;

/**
 * A learner of three classes or more, numbered from 0: the learner given, or without one a blend of logistic regression,
 * boosted trees and forests with the weights of least log loss on out-of-fold probabilities. Encoder and members are fitted
 * inside each fold; a fold's rows are judged by weights that were chosen on the others.
 *
 * @example
 * const { table: customers } = parseCsv(`months\n${Array.from({ length: 90 }, (_, i) => 10 * (i % 3) + (i % 5)).join("\n")}\n`);
 * const y = Float64Array.from({ length: 90 }, (_, i) => i % 3);
 * const member = { name: "forest", learner: { kind: "random-forest", options: { trees: 10 } } } as const;
 * const model = await classesLearner(3, member, { folds: 3, threads: 1 })(customers, y, seeded(1));
 * model.predict(customers).slice(0, 3); // → [0, 1, 2]
 */
export function classesLearner(
  classes: number,
  learner?: ClassesMember,
  { folds = 5, threads }: { readonly folds?: number; readonly threads?: number } = {},
): FitTable<ClassesPipeline> {
  const members = learner ? [learner] : autoMembers;
  const codes = learner !== undefined && learner.learner.kind !== "logistic-regression";
  const fitEncoder = encode({ ...everyColumn, ...(codes ? { categories: "codes" } : {}) });
  return async (given, y, rng, watch) => {
    const table = asTable(given);
    const doing = "fit model of classes";
    checkSameLength(table.rows, y.length, doing, "rows and targets");
    const splits = stratifiedKFold(y, folds, rng.fork("folds"));
    const known = (own: Float64Array, k: number) => ({ y: own, classes, rng: rng.fork("encode").fork(k) });
    const parts = splits.map(({ train, test }, k): SharedFold => {
      const rows = takeTableRows(table, train);
      const own = takeValues(y, train);
      const encoder = fitEncoder(rows, known(own, k));
      check(encoder.features.length > 0, doing, "at least one column must be usable", 0);
      const held = encoder.transform(takeTableRows(table, test));
      return { train: sharedLabelled({ x: encoder.trained(), y: own }), test: sharedMatrix(held) };
    });
    const stream = rng.fork("members");
    const taskOf = (
      { name, learner: of }: ClassesMember,
      fold: SharedFold,
      k: number,
      whole: boolean,
    ): ClassTask => ({
      ...{ learner: of, classes, fold, whole },
      key: stream.fork(name).fork(k).key,
    });
    const tasks = members.flatMap((member) => parts.map((fold, k) => taskOf(member, fold, k, false)));
    let done = 0;
    const finished = (): void => {
      done++;
      watch?.progress?.({ phase: "compare", done, total: tasks.length });
    };
    const results = await mapThreads(fitClassFold, tasks, threads, { finished, signal: watch?.signal });
    const held = members.map((_, m) => {
      const out = Array.from({ length: classes }, () => new Float64Array(y.length));
      splits.forEach(({ test }, k) => {
        results[m * folds + k].probabilities.forEach((own, c) => {
          own.forEach((p, i) => {
            out[c][test[i]] = p;
          });
        });
      });
      return out;
    });
    const weights = weightsOf(held, y);
    const chosen = members.flatMap((member, m) =>
      weights[m] > 0 ? [{ ...member, weight: weights[m] }] : [],
    );
    const encoder = fitEncoder(table, known(y, folds));
    const whole: SharedFold = {
      train: sharedLabelled({ x: encoder.trained(), y }),
      test: sharedMatrix(encoder.transform(takeTableRows(table, []))),
    };
    const fitted = await mapThreads(
      fitClassFold,
      chosen.map((member) => taskOf(member, whole, folds, true)),
      threads,
      { signal: watch?.signal },
    );
    const model = multiclass(
      chosen.map(({ name, weight }, m) => ({
        ...{ name, weight, link: fitted[m].link },
        scores: fitted[m].scores.map(loadModel),
      })),
    );
    return {
      ...pipelineOf(encoder, model),
      report: {
        members: members.map(({ name }, m) => ({ name, weight: weights[m] })),
        outOfFold: crossFitted(
          held,
          y,
          splits.map((split) => split.test),
        ),
        folds: splits.map((split) => split.test),
      },
    };
  };
}

/** The weights of least log loss. */
function weightsOf(
  held: readonly (readonly Float64Array[])[],
  y: Float64Array,
  rows: ArrayLike<number> = y.map((_, i) => i),
): Float64Array {
  // What each member says of the class that came.
  const chances = held.map((own) => Float64Array.from(rows, (i) => own[y[i]][i]));
  return sparseWeights(chances, new Float64Array(rows.length).fill(1), undefined, leastWeight);
}

/** Each row's probabilities by the blend whose weights were chosen on the other folds. */
function crossFitted(
  held: readonly (readonly Float64Array[])[],
  y: Float64Array,
  folds: readonly Int32Array[],
): Float64Array[] {
  const out = held[0].map(() => new Float64Array(y.length));
  folds.forEach((fold, k) => {
    const others = folds.flatMap((rows, j) => (j === k ? [] : [...rows]));
    const own = blended(held, weightsOf(held, y, others));
    for (const i of fold)
      own.forEach((p, c) => {
        out[c][i] = p[i];
      });
  });
  return out;
}
