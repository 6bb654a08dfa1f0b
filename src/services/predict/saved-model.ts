import { check } from "../../core/checks";
import { type ColumnSchema, type Schema, schemaFromJson } from "../../data/schema";
import type { Table } from "../../data/table";
import { classTarget, strangeRows, TargetReader, unlabelledRows } from "../../data/target";
import { loadPipeline } from "../../models/load";
import { isMulticlass } from "../../models/multiclass/multiclass";
import type { Pipeline } from "../../models/pipeline";
import { profileFromJson, type TrainedColumn } from "./drift";

/** What the model predicts. */
export interface SavedTarget {
  readonly column: string;
  /** Classes 0 and 1: the chance of `positive`. Numbers: the expected value. Multiclass: the chance of each of `classes`. */
  readonly kind: "classes" | "numbers" | "multiclass";
  /** The value that counts as 1, and what the others are called. */
  readonly positive?: string;
  readonly negative?: string;
  /** Three values or more, by their numbers in the model. */
  readonly classes?: readonly string[];
  /** Numbers: what none of training lies below, though predictions may; 0 or nothing. */
  readonly least?: number;
  /** How the column is read where it is known. */
  readonly schema: ColumnSchema;
}

/** A figure of out-of-fold predictions, with its 95 % bootstrap interval. */
export interface SavedScore {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface SavedOrigin {
  /** How it was asked for: "auto", "logistic", … */
  readonly model: string;
  readonly seed: number;
  readonly rows: number;
  /** Rows of the table that they were drawn from, where a part was. */
  readonly sampledFrom?: number;
  /** Rows of class 1. */
  readonly positives?: number;
  readonly data: readonly { readonly name: string; readonly sha256: string }[];
  readonly version: string;
}

/** A trained pipeline with all that it takes to use it on new files. */
export interface SavedModel {
  readonly target: SavedTarget;
  /** The columns that it reads, and how they are to be read. */
  readonly schema: Schema;
  readonly pipeline: Pipeline;
  /** Probabilities at or above it count as `positive`; the best F1 of out-of-fold predictions. */
  readonly threshold?: number;
  readonly validation: readonly SavedScore[];
  /** How its columns were spread in training, to tell new rows that are not alike; none in models of before. */
  readonly profile?: readonly TrainedColumn[];
  /** How its probabilities of rows that it did not learn from were spread; none in models of before. */
  readonly predicted?: TrainedColumn;
  /** How these figures were come by, in a sentence; files written before 0.2 lack it. */
  readonly validationMethod?: string;
  readonly origin: SavedOrigin;
}

const kind = "telelink-model";

/** Counts predictions, as they come, that lie below what the target ever was. */
export class BelowLeast {
  private rows = 0;
  private below = 0;
  private lowest = 0;
  private readonly target: SavedTarget;

  constructor(target: SavedTarget) {
    this.target = target;
  }

  add(predicted: ArrayLike<number>): this {
    const { least = -Infinity } = this.target;
    this.rows += predicted.length;
    for (let i = 0; i < predicted.length; i++)
      if (predicted[i] < least) {
        this.below++;
        this.lowest = Math.min(this.lowest, predicted[i]);
      }
    return this;
  }

  /** How many do, and what to do; nothing where none does. */
  sentences(): readonly string[] {
    const { column, least } = this.target;
    if (this.below === 0) return [];
    return [
      `${this.below} of ${this.rows} predictions lie below ${least}, down to ${this.lowest.toPrecision(2)}, as no ${column} of training does: read them as ${least}`,
    ];
  }
}

/** The model as JSON; `savedModelFromJSON` turns it back. */
export function savedModelToJSON(model: SavedModel): Record<string, unknown> {
  const { pipeline, ...rest } = model;
  return { kind, version: 1, ...rest, pipeline: pipeline.toJSON() };
}

/** The model that `savedModelToJSON` described; `from` names the file in errors, for which nothing is taken on trust. */
export function savedModelFromJSON(json: unknown, from: string): SavedModel {
  const action = `load ${from}`;
  const fields = object(json, action, "the file");
  check(
    fields.kind === kind,
    action,
    `it must be a model that telelink train wrote (kind "${kind}")`,
    fields.kind,
  );
  check(fields.version === 1, action, "version must be 1", fields.version);
  const aim = object(fields.target, action, "target");
  check(
    aim.kind === "classes" || aim.kind === "numbers" || aim.kind === "multiclass",
    action,
    "target.kind must be classes, numbers or multiclass",
    aim.kind,
  );
  check(
    aim.least === undefined || Number.isFinite(aim.least),
    action,
    "target.least must be a number",
    aim.least,
  );
  for (const name of ["column", ...(aim.kind === "classes" ? ["positive", "negative"] : [])])
    check(typeof aim[name] === "string", action, `target.${name} must be text`, aim[name]);
  if (aim.kind === "classes")
    check(
      typeof fields.threshold === "number" && fields.threshold >= 0 && fields.threshold <= 1,
      action,
      "threshold must be from 0 to 1",
      fields.threshold,
    );
  const [targetSchema] = schemaFromJson({ columns: [aim.schema] }, from).columns;
  check(
    targetSchema.name === aim.column,
    action,
    "target.schema must be that of the target",
    targetSchema.name,
  );
  const pipeline = loadPipeline(fields.pipeline);
  const several = isMulticlass(pipeline.model) ? pipeline.model.classes : undefined;
  const known = Array.isArray(aim.classes) && aim.classes.every((one) => typeof one === "string");
  check(
    (aim.kind === "multiclass") === (several !== undefined) &&
      (several === undefined || (known && (aim.classes as string[]).length === several)),
    action,
    "target.classes must name each class of the model",
  );
  const schema = schemaFromJson(fields.schema, from);
  const names = new Set(schema.columns.map((column) => column.name));
  for (const part of pipeline.encoder.parts)
    check(names.has(part.name), action, "every column of the encoder must be in the schema", part.name);
  return {
    target: aim as unknown as SavedTarget,
    schema,
    pipeline,
    ...(aim.kind === "classes" ? { threshold: fields.threshold as number } : {}),
    validation: scores(fields.validation, action),
    ...(fields.profile === undefined ? {} : { profile: profileFromJson(fields.profile, action) }),
    ...(fields.predicted === undefined ? {} : { predicted: profileFromJson([fields.predicted], action)[0] }),
    ...(fields.validationMethod === undefined ? {} : { validationMethod: String(fields.validationMethod) }),
    origin: object(fields.origin, action, "origin") as unknown as SavedOrigin,
  };
}

/** Of a column with more levels than this the model's schema doesn't list them. */
const mostLevels = 1000;

/** The columns that a pipeline reads, typed and written as in training. Other levels may come: they are the encoder's matter. */
export function readingSchema(pipeline: Pipeline, training: Schema): Schema {
  const used = new Set(pipeline.encoder.parts.map((part) => part.name));
  const columns = training.columns
    .filter((column) => used.has(column.name))
    .map(({ name, type, levels = [], decimals, format, missing }): ColumnSchema => {
      const written = { ...(format ? { format } : {}), ...(missing ? { missing } : {}) };
      if (type === "boolean") return { name, type, levels, ...written };
      if (type === "numeric")
        return { name, type, ...(decimals === undefined ? {} : { decimals }), ...written };
      const known = type === "categorical" && levels.length > 0 && levels.length <= mostLevels;
      return { name, type, ...(known ? { levels, open: true } : {}), ...written };
    });
  return {
    columns,
    ...(training.dialect ? { dialect: training.dialect } : {}),
    ...(training.missing ? { missing: training.missing } : {}),
  };
}

/** The schema of rows whose target is known. */
export function knownSchema({ schema, target: aim }: SavedModel): Schema {
  return { ...schema, columns: [...schema.columns, aim.schema] };
}

/** The target's values in rows that can be judged: 0 and 1, numbers, or the numbers of classes; throws where one is no class. */
export function targetOf(model: SavedModel, rows: Table): Float64Array {
  const { column, positive } = model.target;
  const classes = classesOf(model);
  return classes ? classTarget(rows, column, classes) : new TargetReader(column, positive).take(rows);
}

/** The values that the target may have, class 0 first; undefined for numbers, and where one is learned against all others. */
function classesOf({
  target: { kind, classes, positive, negative },
}: SavedModel): readonly string[] | undefined {
  if (kind !== "classes") return classes;
  return negative === `not ${positive}` ? undefined : [negative as string, positive as string];
}

/** The rows, from 0, that a model can't be judged on: their target is missing, or is no class that it knows. */
export function unjudgedRows(
  model: SavedModel,
  rows: Table,
): { readonly row: number; readonly value: string }[] {
  const { column } = model.target;
  const known = classesOf(model);
  const missing = unlabelledRows(rows, column).map((row) => ({ row, value: "" }));
  return known ? [...missing, ...strangeRows(rows, column, known)] : missing;
}

/** The probability of each class in each row, one array a class; undefined for models of two classes or numbers. */
export function probabilitiesOf(
  { pipeline }: Pick<SavedModel, "pipeline">,
  rows: Table,
): Float64Array[] | undefined {
  const { encoder, model } = pipeline;
  return isMulticlass(model) ? model.probabilities(encoder.transform(rows)) : undefined;
}

function scores(json: unknown, action: string): SavedScore[] {
  check(Array.isArray(json), action, "validation must be a list", json);
  return (json as unknown[]).map((one, k) => {
    const { name, value, low, high } = object(one, action, `validation[${k}]`);
    check(
      typeof name === "string" &&
        typeof value === "number" &&
        typeof low === "number" &&
        typeof high === "number",
      action,
      `validation[${k}] must have a name, a value and the ends of its interval`,
    );
    return { name, value, low, high };
  });
}

function object(json: unknown, action: string, name: string): Record<string, unknown> {
  check(
    typeof json === "object" && json !== null && !Array.isArray(json),
    action,
    `${name} must be an object`,
    json === null ? "null" : typeof json,
  );
  return json as Record<string, unknown>;
}
