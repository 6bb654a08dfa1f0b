import { z } from "zod";
import { check } from "../../core/checks";
import { type Schema, schemaFromJson } from "../../data/schema";
import { columnNamed, type Table, takeTableRows } from "../../data/table";
import { type RowReasons, reasons } from "../../models/explain/reasons";
import { loadPipeline } from "../../models/load";
import type { Pipeline } from "../../models/pipeline";
import { profileFromJson, type TrainedColumn } from "../predict/drift";
import { chargeColumns, withCharges } from "./charges";
import { type DeskField, deskFields } from "./columns";

/** What the desk says of customers, one value a row. */
export interface DeskScores {
  /** Of leaving. */
  readonly probability: Float64Array;
  /** Customer lifetime value, with the ends of a 90 % interval. */
  readonly value: Float64Array;
  readonly valueLow: Float64Array;
  readonly valueHigh: Float64Array;
  /** The number of the variant that answered. */
  readonly variant: Uint8Array;
}

/** Where a desk's models come from. */
export interface DeskOrigin {
  /** What answers, in a word: name@version of a model that the store keeps. */
  readonly model: string;
  /** That model's number in the store. */
  readonly modelId?: number;
  readonly data: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly rows?: number;
    readonly simulated?: boolean;
  }[];
  readonly seed: string;
  /** Whether the value was learned from a simulated label. */
  readonly simulatedValue: boolean;
}

/** How a customer's value is known: predicted, or a column of the data. */
export type ValueRule =
  | {
      readonly kind: "model";
      readonly pipeline: Pipeline;
      /** Quantiles .05 and .95 of out-of-fold residuals: the interval's ends. */
      readonly residuals: readonly [number, number];
      /** No value lies below it. */
      readonly least: number;
    }
  | { readonly kind: "column"; readonly column: string }
  /** Nothing is known of it. */
  | { readonly kind: "none" };

/** One pair of models. */
export interface DeskVariant {
  readonly churn: Pipeline;
  readonly value: ValueRule;
  /** Where it comes from, if not from where the desk does. */
  readonly origin?: DeskOrigin;
}

/** The models behind a decision on a customer: churn and value. */
export interface Desk {
  readonly origin: DeskOrigin;
  /** A row is answered by the first variant of which all is known that the last one does without. */
  readonly variants: readonly DeskVariant[];
  /** The columns that are read, and those of them that rows may lack. */
  readonly schema: Schema;
  readonly optional: readonly string[];
  /** What is asked of a customer. */
  readonly fields: readonly DeskField[];
  /** How the columns were spread where the churn model was trained, to tell rows that are not alike. */
  readonly profile?: readonly TrainedColumn[];
  /** How its probabilities were spread for customers whom it did not learn from. */
  readonly predicted?: TrainedColumn;
  /** Columns by name; rows with an optional one missing are answered by the models without them. */
  score(rows: Table): DeskScores;
  /** The `top` reasons of each row's churn probability; undefined where the model has none. */
  reasons(rows: Table, top: number): RowReasons[] | undefined;
  toJSON(): Record<string, unknown>;
}

/** The desk of these models, the first that fits a row answering it; `schema` types all columns that they read. */
export function deskOf(
  variants: readonly DeskVariant[],
  schema: Schema,
  origin: DeskOrigin,
  fields: readonly DeskField[] = deskFields,
  trained: Pick<Desk, "profile" | "predicted"> = {},
): Desk {
  const needs = variants.map(columnsOf);
  const last = needs[needs.length - 1];
  const wanted = [...new Set(needs.flat())];
  const optional = wanted.filter((name) => !last.includes(name));
  const charged = chargeColumns.some((name) => wanted.includes(name));
  const parts = (rows: Table): { variant: number; rows: Table; places: Int32Array }[] => {
    const all = charged ? withCharges(rows, wanted) : rows;
    if (optional.length === 0) return [{ variant: 0, rows: all, places: places(all.rows) }];
    return byVariant(all, needs, last).flatMap((chosen, variant) => {
      if (chosen.length === 0) return [];
      return [
        { variant, rows: chosen.length === all.rows ? all : takeTableRows(all, chosen), places: chosen },
      ];
    });
  };
  return {
    origin,
    variants,
    schema,
    optional,
    fields,
    ...trained,
    score(rows) {
      const n = rows.rows;
      const out: DeskScores = {
        probability: new Float64Array(n),
        value: new Float64Array(n),
        valueLow: new Float64Array(n),
        valueHigh: new Float64Array(n),
        variant: new Uint8Array(n),
      };
      for (const part of parts(rows)) {
        const { churn, value } = variants[part.variant];
        scatter(churn.predict(part.rows), part.places, out.probability);
        writeValues(value, part.rows, part.places, out);
        for (const place of part.places) out.variant[place] = part.variant;
      }
      return out;
    },
    reasons(rows, top) {
      const out = new Array<RowReasons>(rows.rows);
      for (const part of parts(rows)) {
        const found = reasons(variants[part.variant].churn, part.rows, top);
        if (!found) return undefined;
        for (let k = 0; k < found.length; k++) out[part.places[k]] = found[k];
      }
      return out;
    },
    toJSON: () => ({
      kind: "telelink-desk",
      version: 1,
      origin,
      schema,
      ...trained,
      variants: variants.map(({ churn, value, origin: own }) => ({
        ...(own ? { origin: own } : {}),
        churn: churn.toJSON(),
        value: value.kind === "model" ? { ...value, pipeline: value.pipeline.toJSON() } : value,
      })),
    }),
  };
}

const originJson = z.strictObject({
  model: z.string(),
  modelId: z.number().optional(),
  seed: z.string(),
  simulatedValue: z.boolean(),
  data: z.array(
    z.strictObject({
      name: z.string(),
      sha256: z.string(),
      rows: z.number().optional(),
      simulated: z.boolean().optional(),
    }),
  ),
});

const deskJson = z.strictObject({
  kind: z.literal("telelink-desk"),
  version: z.literal(1),
  origin: originJson,
  schema: z.unknown(),
  profile: z.unknown().optional(),
  predicted: z.unknown().optional(),
  variants: z
    .array(
      z.strictObject({
        origin: originJson.optional(),
        churn: z.unknown(),
        value: z.discriminatedUnion("kind", [
          z.strictObject({
            kind: z.literal("model"),
            pipeline: z.unknown(),
            residuals: z.tuple([z.number(), z.number()]),
            least: z.number(),
          }),
          z.strictObject({ kind: z.literal("column"), column: z.string() }),
          z.strictObject({ kind: z.literal("none") }),
        ]),
      }),
    )
    .min(1)
    .max(8),
});

/** The desk that `toJSON` described; throws when the description is not one. */
export function deskFromJSON(json: unknown): Desk {
  const read = deskJson.safeParse(json);
  check(read.success, "load desk", read.success ? "" : z.prettifyError(read.error));
  const { origin, schema, variants, profile, predicted } = read.data;
  return deskOf(
    variants.map(({ churn, value, origin: own }) => ({
      ...(own ? { origin: own } : {}),
      churn: loadPipeline(churn),
      value: value.kind === "model" ? { ...value, pipeline: loadPipeline(value.pipeline) } : value,
    })),
    schemaFromJson(schema, "of the desk"),
    origin,
    deskFields,
    {
      ...(profile === undefined ? {} : { profile: profileFromJson(profile, "load desk") }),
      ...(predicted === undefined ? {} : { predicted: profileFromJson([predicted], "load desk")[0] }),
    },
  );
}

/** Where the model comes from that answered as this variant. */
export function originOf(desk: Desk, variant: number): DeskOrigin {
  return desk.variants[variant].origin ?? desk.origin;
}

/** The columns that a variant reads. */
export function columnsOf({ churn, value }: DeskVariant): string[] {
  const own = churn.encoder.parts.map((part) => part.name);
  if (value.kind === "none") return own;
  const its =
    value.kind === "column" ? [value.column] : value.pipeline.encoder.parts.map((part) => part.name);
  return [...new Set([...own, ...its])];
}

function writeValues(rule: ValueRule, rows: Table, places: Int32Array, out: DeskScores): void {
  if (rule.kind === "none") {
    for (const to of [out.value, out.valueLow, out.valueHigh])
      for (const place of places) to[place] = Number.NaN;
    return;
  }
  if (rule.kind === "column") {
    const own = columnNamed(rows, rule.column);
    if (own.type !== "numeric")
      check(false, "value customers", `column ${JSON.stringify(rule.column)} must be numeric`, own.type);
    else for (const to of [out.value, out.valueLow, out.valueHigh]) scatter(own.values, places, to);
    return;
  }
  const { pipeline, residuals, least } = rule;
  const predicted = pipeline.predict(rows);
  for (let k = 0; k < predicted.length; k++) {
    const i = places[k];
    out.value[i] = Math.max(least, predicted[k]);
    out.valueLow[i] = Math.max(least, predicted[k] + residuals[0]);
    out.valueHigh[i] = Math.max(least, predicted[k] + residuals[1]);
  }
}

/** For each variant the rows that it answers. */
function byVariant(rows: Table, needs: readonly string[][], last: readonly string[]): Int32Array[] {
  const answeredBy = new Uint8Array(rows.rows).fill(needs.length - 1);
  for (let v = needs.length - 2; v >= 0; v--) {
    const extra = needs[v].filter((name) => !last.includes(name));
    const there = extra.every((name) => rows.columns.some((column) => column.name === name));
    if (!there) continue;
    const known = new Uint8Array(rows.rows).fill(1);
    for (const name of extra) {
      const column = columnNamed(rows, name);
      if (column.type !== "numeric") continue;
      for (let i = 0; i < known.length; i++) if (Number.isNaN(column.values[i])) known[i] = 0;
    }
    for (let i = 0; i < known.length; i++) if (known[i]) answeredBy[i] = v;
  }
  return needs.map((_, v) => places(rows.rows).filter((i) => answeredBy[i] === v));
}

function places(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i);
}

function scatter(from: Float64Array, places: Int32Array, to: Float64Array): void {
  for (let k = 0; k < from.length; k++) to[places[k]] = from[k];
}
