import { check, checkInteger } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { columnSchema, type Schema } from "../../data/schema";
import { kFold, type Split, stratifiedKFold } from "../../data/split";
import { type Column, columnNamed, dropColumns, isCategorical, type Table } from "../../data/table";
import {
  classTarget,
  numberClasses,
  positiveLevel,
  spelledLevel,
  target,
  twoNumbers,
} from "../../data/target";
import { copiesSentences } from "../../evaluate/copies";
import { leakageSuspects } from "../../evaluate/leakage";
import type { ClassWeights } from "../../models/class-weights";
import { fitFolds, type LabelledTable, outOfFold } from "../../models/out-of-fold";
import type { FitTable, Pipeline } from "../../models/pipeline";
import { probabilityProfile, trainingProfile } from "./drift";
import { judge } from "./judge";
import { type HeldOutPredictions, tableLearner } from "./learners";
import { BelowLeast, readingSchema, type SavedTarget } from "./saved-model";
import { askedWeights, severalClasses, trainClasses } from "./train-classes";
import type { Training, TrainOptions } from "./training";

/**
 * Trains a model on a table: judged by cross-validation in which encoding, learning and choosing happen inside the
 * folds, then fitted to all rows.
 */
export async function trainModel(
  table: Table,
  schema: Schema,
  options: TrainOptions,
  rng: Rng,
  watch?: Watch,
): Promise<Training> {
  const { folds = 5, drop = [], model: name = "auto", search, members, calibrate } = options;
  checkInteger(folds, 2, 100, "train", "folds");
  const read = savedTarget(table, schema, options);
  const y = read.classes
    ? classTarget(table, read.column, read.classes)
    : target(table, read.column, read.positive);
  const aim = read.kind === "numbers" && y.every((value) => value >= 0) ? { ...read, least: 0 } : read;
  const rows = dropColumns(table, [...drop.filter((text) => text !== aim.column), aim.column]);
  if (aim.kind === "multiclass") return trainClasses({ rows, y, aim, schema }, options, rng, watch);
  const classWeights = options.classWeights && twoWeights(askedWeights(options.classWeights, aim));
  const learner = tableLearner(name, aim.kind, {
    ...{ search, members, classWeights, calibrate },
    folds: options.folds,
  });
  checkTarget(y, aim, folds);
  const suspects = leakageSuspects(rows, y, rng.fork("leakage"));
  const classes = aim.kind === "classes";
  const pipeline = await learner(rows, y, rng.fork("train"), watch);
  const heldOut =
    pipeline.heldOut ??
    (await heldOutBy(learner, { table: rows, y }, splitsOf(y, classes, folds, rng), rng, watch));
  const below = new BelowLeast(aim).add(heldOut.predictions).sentences();
  const { threshold, figures, method } = judge(y, heldOut, classes, rng.fork("intervals"));
  return {
    suspects,
    story: [
      ...copiesSentences(rows),
      ...aimSentences(table, aim, options),
      ...(pipeline.story ?? []),
      ...below.map((sentence) => `Held out, ${sentence}.`),
    ],
    outOfFold: heldOut.predictions,
    ...(classes ? { positives: y.reduce((sum, label) => sum + label, 0) } : {}),
    model: {
      target: aim,
      schema: readingSchema(pipeline, schema),
      pipeline,
      ...(threshold === undefined ? {} : { threshold }),
      profile: trainingProfile(
        rows,
        pipeline.encoder.parts.map((part) => part.name),
      ),
      ...(classes ? { predicted: probabilityProfile(heldOut.predictions) } : {}),
      validation: figures.map(({ name: figure, value, low, high }) => ({ name: figure, value, low, high })),
      validationMethod: method,
    },
  };
}

function splitsOf(y: Float64Array, classes: boolean, folds: number, rng: Rng): Split[] {
  const own = rng.fork("validate").fork("split");
  return classes ? stratifiedKFold(y, folds, own) : kFold(y.length, folds, own);
}

/** Predictions of each row by models that did not see it. */
async function heldOutBy(
  learner: FitTable<Pipeline>,
  data: LabelledTable,
  splits: readonly Split[],
  rng: Rng,
  watch?: Watch,
): Promise<HeldOutPredictions> {
  const fitted = await fitFolds({ learner, data }, splits, rng.fork("validate").fork("folds"), watch);
  return { predictions: outOfFold(fitted, data.y.length), folds: splits.map((split) => split.test) };
}

function twoWeights(weights: "balanced" | readonly number[]): ClassWeights {
  return weights === "balanced" ? weights : [weights[0], weights[1]];
}

function savedTarget(table: Table, schema: Schema, options: TrainOptions): SavedTarget {
  const { target: column, positive } = options;
  const one = columnNamed(table, column);
  const read = columnSchema(schema, column) ?? { name: column, type: one.type };
  const two = twoNumbers(one);
  const classes = positive === undefined ? severalClasses(one, options) : undefined;
  if (classes) return { column, kind: "multiclass", classes, schema: read };
  if (one.type === "numeric" && positive === undefined && !two)
    return { column, kind: "numbers", schema: read };
  const chosen =
    positive === undefined
      ? two
        ? String(two[1])
        : (positiveLevel(table, column) as string)
      : spelledLevel(one, positive);
  const values = isCategorical(one) ? one.levels : (two ?? []).map(String);
  const others = values.filter((level) => level !== chosen);
  const negative = others.length === 1 ? others[0] : `not ${chosen}`;
  return { column, kind: "classes", positive: chosen, negative, schema: read };
}

/** What was decided of the target without being asked. */
function aimSentences(table: Table, aim: SavedTarget, { positive }: TrainOptions): string[] {
  const two = twoNumbers(columnNamed(table, aim.column));
  const few = aim.kind === "numbers" ? fewWholeNumbers(columnNamed(table, aim.column)) : undefined;
  if (few)
    return [
      `${aim.column} holds ${few} whole numbers and is learned as a number; --classes learns them as classes`,
    ];
  if (aim.kind === "numbers" || positive !== undefined || !two) return [];
  return [
    `${aim.column} holds two values, ${two.join(" and ")}: ${aim.positive} counts as positive (--positive ${two[0]} asks for the other)`,
  ];
}

/** How many whole numbers a numeric column holds, where they are ten at most and may be classes. */
function fewWholeNumbers(column: Column): number | undefined {
  const found = column.type === "numeric" ? numberClasses(column, 10) : undefined;
  return found?.every((one) => Number.isInteger(Number(one))) ? found.length : undefined;
}

function checkTarget(y: Float64Array, aim: SavedTarget, folds: number): void {
  if (aim.kind === "numbers") {
    check(y.length >= 2 * folds, "train", `there must be ${2 * folds} rows or more`, y.length);
    return;
  }
  const positives = y.reduce((sum, label) => sum + label, 0);
  const least = Math.min(positives, y.length - positives);
  check(
    least >= folds,
    "train",
    `${JSON.stringify(aim.positive)} and the other values of ${JSON.stringify(aim.column)} must each occur in ${folds} rows or more`,
    least,
  );
}
