import { check, checkOneOf } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { foldKey } from "../../data/infer/fold";
import type { Schema } from "../../data/schema";
import { type Column, columnNamed, isCategorical, type Table } from "../../data/table";
import { classTarget, levelsSeen, numberClasses } from "../../data/target";
import { copiesSentences } from "../../evaluate/copies";
import { leakageSuspects } from "../../evaluate/leakage";
import { classesScorers } from "../../evaluate/multiclass";
import { meansNumbers } from "../../models/learner-names";
import { classCalibrations } from "../../models/multiclass/class-calibration";
import { classLearnerNamed } from "../../models/multiclass/class-members";
import { classesLearner } from "../../models/multiclass/classes-learner";
import { mostProbable } from "../../models/multiclass/probabilities";
import { trainingProfile } from "./drift";
import { measuredBy } from "./evaluate-model";
import { checkAuto, mixture, weightedChances } from "./learners";
import { readingSchema, type SavedTarget } from "./saved-model";
import type { ClassWeightsAsked, Training, TrainOptions } from "./training";

/** More classes than this are no classes; of numbers that nobody called classes fewer. */
const mostClasses = 100;
const [mostPlain, leastRows] = [10, 5];
/** Last words of a name that says what kind of thing a row is. */
const kindName =
  /(^|[^a-z])(class|cls|group|grp|type|kind|segment|cluster|category|species|label|target|status|vote|choice|klasse|gruppe)[^a-z]*$/i;

/**
 * The values of a column that are classes though they are numbers: whole ones in a row from 0 or 1, each in some rows, which are three
 * and no counts that fall from 0, or up to ten where the name says so.
 */
export function plainClasses(column: Column): readonly string[] | undefined {
  if (column.type !== "numeric") return undefined;
  const found = numberClasses(column, mostPlain) ?? [];
  const first = Number(found[0]);
  if (found.length < 3 || first * (first - 1) !== 0 || found.some((one, k) => Number(one) !== first + k))
    return undefined;
  const counts = found.map(() => 0);
  for (const value of column.values) if (!Number.isNaN(value)) counts[value - first]++;
  const falls = first === 0 && counts.every((count, k) => k === 0 || count < counts[k - 1]);
  const named = kindName.test(column.name.replace(/([a-z])([A-Z])/g, "$1 $2"));
  return Math.min(...counts) >= leastRows && (named || (found.length === 3 && !falls)) ? found : undefined;
}

/** The values of a target that occur, in order, where they are three or more and learned as classes. */
export function severalClasses(
  column: Column,
  { classes: asked, model }: Pick<TrainOptions, "classes" | "model">,
): readonly string[] | undefined {
  if (column.type === "numeric") {
    if (!asked) return asked === undefined && !meansNumbers(model) ? plainClasses(column) : undefined;
    const found = numberClasses(column, mostClasses);
    const rule = `--classes needs ${mostClasses} values or fewer, and ${JSON.stringify(column.name)} has more: without it they are learned as numbers`;
    check(found !== undefined, "train", rule);
    return found.length > 2 ? found : undefined;
  }
  if (!isCategorical(column)) return undefined;
  const classes = levelsSeen(column);
  return classes.length > 2 ? classes : undefined;
}

/** Of three classes or more, those with too few rows for one a fold, with their rows, from 0. */
export function rareClasses(
  table: Table,
  {
    target,
    folds = 5,
    ...options
  }: Pick<TrainOptions, "target" | "folds" | "positive" | "classes" | "model">,
): { readonly value: string; readonly rows: readonly number[] }[] {
  const classes =
    options.positive === undefined ? severalClasses(columnNamed(table, target), options) : undefined;
  if (!classes) return [];
  const y = classTarget(table, target, classes);
  const counts = classCounts(y, classes);
  return classes.flatMap((value, k) =>
    counts[k] >= folds ? [] : [{ value, rows: [...y.keys()].filter((i) => y[i] === k) }],
  );
}

function classCounts(y: Float64Array, classes: readonly string[]): number[] {
  return classes.map((_, k) => y.reduce((sum, label) => sum + Number(label === k), 0));
}

/** The weights asked for in the order of the target's classes; throws for a value that is none of them. */
export function askedWeights(
  asked: ClassWeightsAsked,
  { column, classes, positive, negative }: SavedTarget,
): "balanced" | readonly number[] {
  if (asked === "balanced") return asked;
  const names = classes ?? [negative, positive].filter((one) => one !== undefined);
  check(names.length > 0, "train", "class weights needs a target of classes");
  const weights = names.map(() => 1);
  for (const [value, weight] of Object.entries(asked)) {
    const place = names.findIndex((name) => name === value || foldKey(name) === foldKey(value));
    const rule = `class weights must name values of ${JSON.stringify(column)}, ${names.slice(0, 20).join(", ")}`;
    check(place >= 0, "train", rule, value);
    weights[place] = weight;
  }
  return weights;
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
  options: TrainOptions,
  rng: Rng,
  watch?: Watch,
): Promise<Training> {
  const { folds = 5, model: name = "auto", search, members, calibrate } = options;
  const classes = aim.classes as readonly string[];
  const wayOut = "--positive names one class that is learned against the others";
  const column = JSON.stringify(aim.column);
  check(
    classes.length <= mostClasses,
    "train",
    `${column} must have ${mostClasses} values or fewer to be learned as classes; ${wayOut}`,
    classes.length,
  );
  const counts = classCounts(y, classes);
  const rare = classes.flatMap((level, k) => (counts[k] < folds ? [`${level} ${counts[k]}`] : []));
  check(
    rare.length === 0,
    "train",
    `every value of ${column} must occur in ${folds} rows or more, one a fold (--folds); --accept-loss leaves out the rows of others; ${wayOut}`,
    rare.slice(0, 5).join(", "),
  );
  checkAuto(name, { search, members });
  if (calibrate !== undefined)
    checkOneOf(calibrate, classCalibrations, "train", "calibration of several classes");
  const classWeights = options.classWeights && askedWeights(options.classWeights, aim);
  const learner = name === "auto" ? undefined : classLearnerNamed(name);
  const fit = classesLearner(classes.length, { learner, search, members, classWeights, calibrate, folds });
  const suspects = classes.flatMap((level, k) => {
    const own = y.map((label) => Number(label === k));
    // Of several classes in an order, an honest number often tells the last by its rank.
    const found = leakageSuspects(rows, own, rng.fork("leakage").fork(level), { least: 1 });
    return found.map((one) => ({ ...one, level }));
  });
  const worst = [...new Set(suspects.map(({ column }) => column))].map((name) => {
    const [{ level, told, ...found }, ...others] = suspects.filter(({ column }) => column === name);
    return others.length + 1 === classes.length ? found : { ...found, told, level };
  });
  const pipeline = await fit(rows, y, rng.fork("train"), watch);
  const { outOfFold, folds: tests, members: weighed } = pipeline.report;
  const spread = Math.sqrt(1 + folds / (folds - 1));
  const samples = Math.min(500, Math.max(100, Math.round(1e6 / y.length)));
  const figures = measuredBy(classesScorers(outOfFold), y, rowNumbers(y), rng.fork("intervals"), {
    samples,
    spread,
  });
  const called = mostProbable(outOfFold);
  const never = classes.filter((_, k) => !called.includes(k));
  const chosen = [
    ...(learner ? [] : ["weights"]),
    ...(search === undefined ? [] : ["settings"]),
    ...(calibrate === undefined ? [] : ["calibration"]),
  ].join(" and ");
  return {
    suspects: worst,
    story: [
      ...copiesSentences(rows),
      ...(aim.schema.type === "numeric" && options.classes === undefined
        ? [
            `${aim.column} holds the whole numbers ${classes[0]} to ${classes.at(-1)}, taken for classes; --no-classes learns them as a number`,
          ]
        : []),
      `${aim.column} has ${classes.length} classes, learned together: ${classes.map((level, k) => `${level} (${counts[k]})`).join(", ")}.`,
      ...(learner ? [] : [mixture(weighed)]),
      ...(search === undefined
        ? []
        : [
            `The model is the best of ${weighed.length} settings: ${weighed.find(({ weight }) => weight > 0)?.name}.`,
          ]),
      ...(classWeights
        ? [
            calibrate === undefined
              ? weightedChances
              : "The model was fitted by class weights, its calibration to the rows as they are.",
          ]
        : []),
      ...(never.length > 0
        ? [
            `${never.join(", ")}: never the most probable class of a row that was held out; --class-weights balanced has rare classes called more often.`,
          ]
        : []),
    ],
    outOfFold: called,
    model: {
      target: aim,
      schema: readingSchema(pipeline, schema),
      pipeline,
      profile: trainingProfile(
        rows,
        pipeline.encoder.parts.map((part) => part.name),
      ),
      validation: figures.map(({ name: figure, value, low, high }) => ({ name: figure, value, low, high })),
      validationMethod: `${tests.length}-fold cross-validation${chosen && `; ${chosen} of a fold chosen without it`}; intervals by bootstrap, widened for the training rows that folds share`,
    },
  };
}

/** The rows' numbers: what `classesScorers` compare. */
export function rowNumbers(y: Float64Array): Float64Array {
  return y.map((_, i) => i);
}
