import { check } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { dropColumns, type Table, takeTableRows } from "../../data/table";
import { type TargetKind, targetKind, targetNumbers } from "../../data/target";
import { type Encode, encode, everyColumn } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { ridge } from "../../models/linear/linear";
import { logisticRegression } from "../../models/linear/logistic";
import { type ClassLearner, fitClasses } from "../../models/multiclass/fit-classes";
import { linked } from "../../models/multiclass/probabilities";
import type { TablePredictor } from "../../models/out-of-fold";
import { type FitTable, pipeline } from "../../models/pipeline";
import { bootstrapIntervals, type Figure, type Interval } from "../bootstrap";
import { aucInterval, deLong } from "../compare";
import { leakageSuspects } from "../leakage";
import { macroRocAuc } from "../multiclass";
import { rSquared } from "../regression";

export interface UtilityPlan {
  readonly train: Table;
  readonly synthetic: Table;
  /** Held-out real rows: the only ones that scores are made on. */
  readonly test: Table;
  /** A column of two values, of several classes, or of numbers. */
  readonly target: string;
  /** The target's value that counts as 1; not needed where it is plain. Of three values or more, the one against the others. */
  readonly positive?: string;
  /** Of a target of two values, by name; defaults to logistic regression and gradient boosting. */
  readonly learners?: Readonly<Record<string, FitTable<TablePredictor>>>;
}

/** What a figure of usefulness is, by what the target is. */
const measures = {
  two: "ROC AUC",
  classes: "ROC AUC of each class against the others, their mean",
  numbers: "R²",
} as const;

/** How well one learner predicts real held-out rows, trained on real and on synthetic rows. */
export interface Utility {
  readonly learner: string;
  readonly measure: (typeof measures)[keyof typeof measures];
  readonly real: Interval;
  readonly synthetic: Interval;
  /** Synthetic − real on the same rows: below 0 when synthetic rows teach less. */
  readonly difference: Interval;
}

/** A table's rows that have a value of the target, without it, and the target as numbers. */
interface Told {
  readonly rows: Table;
  readonly y: Float64Array;
}

interface Task {
  readonly train: Told;
  readonly synthetic: Told;
  readonly test: Told;
  readonly kind: TargetKind;
}

/**
 * Trains on synthetic and on real rows and tests both on the same real rows that neither saw. Rows without a value of the
 * target are left out. A target of two values is judged by ROC AUC (intervals by DeLong), of several classes by the mean of each
 * against the others, of numbers by R² (intervals by bootstrap). Throws where there
 * is nothing to learn: `whyNoUtility` says so before.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * const logistic = pipeline({ learner: logisticRegression() });
 * const plan = { train: train.table, synthetic: train.table, test: test.table, target: "Churn", learners: { logistic } };
 * const [found] = await trainSyntheticTestReal(plan, seeded(1));
 * found.difference.estimate; // → 0
 */
export async function trainSyntheticTestReal(
  plan: UtilityPlan,
  rng: Rng,
  watch: Watch = {},
): Promise<Utility[]> {
  const task = taskOf(plan);
  const reason = nothingToLearn(task, plan.target);
  check(reason === undefined, "measure utility", reason ?? "");
  const { train, synthetic, test, kind } = task;
  const stop = watch.signal ? { signal: watch.signal } : {};
  const out: Utility[] = [];
  for (const [learner, fit] of Object.entries(learnersOf(kind, plan.learners))) {
    const scores: Scores[] = [];
    for (const told of [train, synthetic]) {
      watch.signal?.throwIfAborted();
      scores.push((await fit(told, rng.fork(learner), stop))(test.rows));
    }
    const found = compared(kind, test.y, scores, rng.fork(`intervals of ${learner}`));
    out.push({ learner, measure: measures[kind.kind], ...found });
  }
  return out;
}

/** Why usefulness cannot be judged, in words; undefined where it can. */
export function whyNoUtility(plan: UtilityPlan): string | undefined {
  return nothingToLearn(taskOf(plan), plan.target);
}

/**
 * The columns that alone tell the target in the rows learnt from (of several classes, each of them): what models reach by them
 * says nothing of the others.
 */
export function givingAway(plan: UtilityPlan, rng: Rng): string[] {
  const { train, kind } = taskOf(plan);
  const targets =
    kind.kind === "classes"
      ? [...new Set(train.y)].map((own) => train.y.map((label) => Number(label === own)))
      : [train.y];
  const suspects = targets.map((y) => leakageSuspects(train.rows, y, rng).map(({ column }) => column));
  return suspects[0].filter((column) => suspects.every((own) => own.includes(column)));
}

function taskOf({ train, synthetic, test, target, positive }: UtilityPlan): Task {
  const kind = targetKind(train, target, positive);
  const told = (rows: Table): Told => {
    const y = targetNumbers(rows, target, kind);
    const known = [...y.keys()].filter((i) => !Number.isNaN(y[i]));
    return {
      rows: dropColumns(takeTableRows(rows, known), [target]),
      y: takeValues(y, known),
    };
  };
  return { train: told(train), synthetic: told(synthetic), test: told(test), kind };
}

const mostClasses = 100;

function nothingToLearn({ kind, ...tables }: Task, target: string): string | undefined {
  const column = `column ${JSON.stringify(target)}`;
  if (kind.kind === "classes" && kind.classes.length > mostClasses)
    return `${column} has ${kind.classes.length} levels, and more than ${mostClasses} are no classes`;
  const { train, synthetic, test } = tables;
  const named = { "rows learnt from": train, "synthetic rows": synthetic, "held-out rows": test };
  for (const [name, { y }] of Object.entries(named)) {
    if (new Set(y).size > 1) continue;
    const which = kind.kind === "two" ? `both ${kind.positive} and another value` : "two values or more";
    return `${column} must have ${which} in every table, and the ${name} have not`;
  }
  return undefined;
}

/** Scores of the test rows: one each, or of several classes one array a class. */
type Scores = readonly Float64Array[];
type Fit = (told: Told, rng: Rng, stop: Watch) => Promise<(test: Table) => Scores>;

function learnersOf(kind: TargetKind, given: UtilityPlan["learners"]): Readonly<Record<string, Fit>> {
  const codes = encode({ categories: "codes" });
  if (kind.kind === "classes")
    return {
      "logistic regression": classesBy(
        { kind: "logistic-regression" },
        encode(everyColumn),
        kind.classes.length,
      ),
      "gradient boosting": classesBy({ kind: "gradient-boosting" }, codes, kind.classes.length),
    };
  if (given) return Object.fromEntries(Object.entries(given).map(([name, fit]) => [name, scoresBy(fit)]));
  if (kind.kind === "numbers")
    return {
      "ridge regression": scoresBy(pipeline({ learner: ridge() })),
      "gradient boosting": scoresBy(
        pipeline({ encode: codes, learner: gradientBoosting({ loss: "squared" }) }),
      ),
    };
  return {
    "logistic regression": scoresBy(pipeline({ learner: logisticRegression() })),
    "gradient boosting": scoresBy(pipeline({ encode: codes, learner: gradientBoosting() })),
  };
}

function scoresBy(fit: FitTable<TablePredictor>): Fit {
  return async ({ rows, y }, rng, stop) => {
    const model = await fit(rows, y, rng, stop);
    return (test) => [model.predict(test)];
  };
}

/** Classes that the rows lack have a chance of 0 everywhere. */
function classesBy(learner: ClassLearner, encoder: Encode, classes: number): Fit {
  return async ({ rows, y }, rng, stop) => {
    const there = [...new Set(y)].sort((a, b) => a - b);
    const own = y.map((label) => there.indexOf(label));
    const fitted = encoder(rows, { y: own, rng: rng.fork("encode") });
    const data = { x: fitted.trained(), y: own };
    const { scores, link } = await fitClasses(learner, data, there.length, rng.fork("learn"), stop);
    return (test) => {
      const x = fitted.transform(test);
      const chances = linked(
        scores.map((score) => score.predict(x)),
        link,
      );
      return Array.from({ length: classes }, (_, k) => chances[there.indexOf(k)] ?? new Float64Array(x.rows));
    };
  };
}

/** Bootstrap samples of the figures that have no interval of their own. */
const samples = 200;

function compared(
  kind: TargetKind,
  y: Float64Array,
  [real, synthetic]: readonly Scores[],
  rng: Rng,
): Pick<Utility, "real" | "synthetic" | "difference"> {
  if (kind.kind === "two") {
    const auc = (scores: Scores): Interval => {
      const { auc: estimate, low, high } = aucInterval(y, scores[0]);
      return { estimate, low, high };
    };
    const { difference: estimate, low, high } = deLong(y, synthetic[0], real[0]);
    return { real: auc(real), synthetic: auc(synthetic), difference: { estimate, low, high } };
  }
  const by = (scores: Scores): Figure =>
    kind.kind === "classes"
      ? (labels, rows) => macroRocAuc(labels, rows, scores)
      : (targets, rows) =>
          rSquared(
            targets,
            Array.from(rows, (row) => scores[0][row]),
          );
  const [a, b] = [by(real), by(synthetic)];
  const figures = {
    real: a,
    synthetic: b,
    difference: (labels: Float64Array, rows: Float64Array) => b(labels, rows) - a(labels, rows),
  };
  // What figures compare are rows' numbers, so that all see the same samples.
  return bootstrapIntervals(y, Float64Array.from(y.keys()), figures, rng, { samples });
}
