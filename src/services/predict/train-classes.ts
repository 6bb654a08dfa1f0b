import { check } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Schema } from "../../data/schema";
import type { CategoricalColumn, Table } from "../../data/table";
import { leakageSuspects } from "../../evaluate/leakage";
import { classesScorers } from "../../evaluate/multiclass";
import { classesLearner } from "../../models/multiclass/auto-classes";
import { classLearnerNamed } from "../../models/multiclass/fit-classes";
import { mostProbable } from "../../models/multiclass/multiclass";
import { trainingProfile } from "./drift";
import { measuredBy } from "./evaluate-model";
import { mixture } from "./learners";
import { readingSchema, type SavedTarget } from "./saved-model";
import type { Training, TrainOptions } from "./training";

/** More classes than this are no classes. */
const mostClasses = 100;

/** The levels of a target that occur, in order, where they are three or more. */
export function severalClasses(column: CategoricalColumn): readonly string[] | undefined {
  const seen = new Set(column.codes);
  const classes = column.levels.filter((_, code) => seen.has(code)).sort();
  return classes.length > 2 ? classes : undefined;
}

/** Rows without their target, the target as class numbers, and how both were read. */
interface ClassRows {
  readonly rows: Table;
  readonly y: Float64Array;
  readonly aim: SavedTarget;
  readonly schema: Schema;
}

/** Trains a model of three classes or more: see `trainModel`. */
export async function trainClasses(
  { rows, y, aim, schema }: ClassRows,
  { folds = 5, model: name = "auto", search, members }: TrainOptions,
  rng: Rng,
  watch?: Watch,
): Promise<Training> {
  const classes = aim.classes as readonly string[];
  const wayOut = "--positive names one class that is learned against the others";
  check(
    search === undefined,
    "train",
    `search must be left out with three classes or more; ${wayOut}`,
    search,
  );
  check(members === undefined, "train", `members must be left out with three classes or more; ${wayOut}`);
  const column = JSON.stringify(aim.column);
  check(
    classes.length <= mostClasses,
    "train",
    `${column} must have ${mostClasses} values or fewer to be learned as classes; ${wayOut}`,
    classes.length,
  );
  const counts = classes.map((_, k) => y.reduce((sum, label) => sum + Number(label === k), 0));
  const rare = classes.flatMap((level, k) => (counts[k] < folds ? [`${level} ${counts[k]}`] : []));
  check(
    rare.length === 0,
    "train",
    `every value of ${column} must occur in ${folds} rows or more, one a fold (--folds); ${wayOut}`,
    rare.slice(0, 5).join(", "),
  );
  const learner = name === "auto" ? undefined : classLearnerNamed(name);
  const fit = classesLearner(classes.length, learner && { name: learner.kind, learner }, { folds });
  const suspects = classes.flatMap((level, k) => {
    const own = y.map((label) => Number(label === k));
    return leakageSuspects(rows, own, rng.fork("leakage").fork(level));
  });
  const worst = suspects.filter(
    (suspect, i) => suspects.findIndex((other) => other.column === suspect.column) === i,
  );
  const pipeline = await fit(rows, y, rng.fork("train"), watch);
  const { outOfFold, folds: tests, members: weighed } = pipeline.report;
  const spread = Math.sqrt(1 + folds / (folds - 1));
  const samples = Math.min(500, Math.max(100, Math.round(1e6 / y.length)));
  const figures = measuredBy(classesScorers(outOfFold), y, rowNumbers(y), rng.fork("intervals"), {
    samples,
    spread,
  });
  const chosen = learner ? "" : "; weights of a fold chosen without it";
  return {
    suspects: worst,
    story: [
      `${aim.column} has ${classes.length} classes, learned together: ${classes.map((level, k) => `${level} (${counts[k]})`).join(", ")}.`,
      ...(learner ? [] : [mixture(weighed)]),
    ],
    outOfFold: mostProbable(outOfFold),
    model: {
      target: aim,
      schema: readingSchema(pipeline, schema),
      pipeline,
      profile: trainingProfile(
        rows,
        pipeline.encoder.parts.map((part) => part.name),
      ),
      validation: figures.map(({ name: figure, value, low, high }) => ({ name: figure, value, low, high })),
      validationMethod: `${tests.length}-fold cross-validation${chosen}; intervals by bootstrap, widened for the training rows that folds share`,
    },
  };
}

/** The rows' numbers: what `classesScorers` compare. */
export function rowNumbers(y: Float64Array): Float64Array {
  return y.map((_, i) => i);
}
