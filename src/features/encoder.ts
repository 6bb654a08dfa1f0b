import { z } from "zod";
import { check } from "../core/checks";
import { type Feature, type Matrix, matrix } from "../core/matrix";
import {
  type CategoricalColumn,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
} from "../data/table";

/** A numeric column: (value − center) / width. */
export interface NumberPart {
  readonly kind: "number";
  readonly name: string;
  /** Stands for a missing number; absent: stays NaN. */
  readonly fill?: number;
  readonly center: number;
  readonly width: number;
  /** Whether x / √(1 + (x/3)²) follows the scaling. */
  readonly bounded: boolean;
  /** Whether a 0/1 column that marks missing numbers follows. */
  readonly indicator: boolean;
}

/** A categorical column as one 0/1 column a level. */
export interface OneHotPart {
  readonly kind: "one-hot";
  readonly name: string;
  readonly levels: readonly string[];
  /** Rare levels that share the column after those of `levels`. */
  readonly pooled: readonly string[];
  /** How many levels at the front have no column: 0 or 1. */
  readonly first: number;
  /** Whether a missing category has the last column. */
  readonly missing: boolean;
}

/** A categorical column as codes into `levels`; `pooled` levels share the code after them. */
export interface CodesPart {
  readonly kind: "codes";
  readonly name: string;
  readonly levels: readonly string[];
  readonly pooled: readonly string[];
}

/** How one table column becomes matrix columns. */
export type Part = NumberPart | OneHotPart | CodesPart;

export interface EncoderJson {
  readonly kind: "encoder";
  readonly version: 1;
  readonly parts: readonly Part[];
}

const text = z.string().max(10_000);
const levels = z.array(text).max(100_000);
const encoderJson = z.strictObject({
  kind: z.literal("encoder"),
  version: z.literal(1),
  parts: z
    .array(
      z.discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("number"),
          name: text,
          fill: z.number().optional(),
          center: z.number(),
          width: z.number().positive(),
          bounded: z.boolean(),
          indicator: z.boolean(),
        }),
        z.strictObject({
          kind: z.literal("one-hot"),
          name: text,
          levels,
          pooled: levels,
          first: z.literal([0, 1]),
          missing: z.boolean(),
        }),
        z.strictObject({ kind: z.literal("codes"), name: text, levels, pooled: levels }),
      ]),
    )
    .max(100_000),
});

/** A fitted encoding, read-only. */
export interface Encoder {
  readonly parts: readonly Part[];
  readonly features: readonly Feature[];
  /**
   * The matrix of the table's rows, in order. Columns are found by name; further ones are ignored. Throws when a column
   * is missing or of another type, or holds infinities.
   */
  transform(rows: Table): Matrix;
  toJSON(): EncoderJson;
}

/** The encoder that consists of `parts`. */
export function encoder(parts: readonly Part[]): Encoder {
  const features = parts.flatMap(featuresOf);
  const widths = parts.map((one) => featuresOf(one).length);
  const codes = parts.map((one) => (one.kind === "number" ? undefined : codesOf(one)));
  return {
    parts,
    features,
    transform(rows) {
      const values = new Float64Array(rows.rows * features.length);
      let at = 0;
      for (const [k, one] of parts.entries()) {
        const width = widths[k];
        const out = values.subarray(at * rows.rows, (at + width) * rows.rows);
        const from = columnNamed(rows, one.name);
        const action = "encode table";
        if (one.kind === "number") {
          if (from.type !== "numeric")
            check(false, action, `column ${quoted(one)} must be numeric`, from.type);
          writeNumbers(one, from as NumericColumn, out);
        } else {
          if (!isCategorical(from))
            check(false, action, `column ${quoted(one)} must be categorical`, from.type);
          writeCategories(one, codes[k] as LevelCodes, from as CategoricalColumn, out);
        }
        at += width;
      }
      return matrix(rows.rows, features.length, values, features);
    },
    toJSON: () => ({ kind: "encoder", version: 1, parts: [...parts] }),
  };
}

/** The encoder that `toJSON` described; throws when the description is not one. */
export function encoderFromJSON(json: unknown): Encoder {
  const read = encoderJson.safeParse(json);
  check(read.success, "load encoder", read.success ? "" : z.prettifyError(read.error));
  return encoder(read.data.parts);
}

/** Name of the level that pools the rare ones. */
export const pooledLevel = "(other)";

function featuresOf(one: Part): Feature[] {
  if (one.kind === "number") {
    const number = { name: one.name };
    return one.indicator ? [number, { name: `${one.name} is missing`, source: one.name }] : [number];
  }
  const levels = one.pooled.length > 0 ? [...one.levels, pooledLevel] : one.levels;
  if (one.kind === "codes") return [{ name: one.name, levels }];
  const shown = levels.slice(one.first).map((level) => `${one.name}=${level}`);
  if (one.missing) shown.push(`${one.name} is missing`);
  return shown.map((name) => ({ name, source: one.name }));
}

function writeNumbers(one: NumberPart, from: NumericColumn, out: Float64Array): void {
  const { fill = Number.NaN, center, width, bounded } = one;
  const rows = from.values.length;
  for (let i = 0; i < rows; i++) {
    let value = from.values[i];
    if (Number.isNaN(value)) {
      value = fill;
      if (one.indicator) out[rows + i] = 1;
    } else if (value === Infinity || value === -Infinity) {
      check(
        false,
        "encode table",
        `column ${quoted(one)} must hold finite numbers, got ${value} in row ${i}`,
      );
    }
    const x = (value - center) / width;
    out[i] = bounded ? x / Math.sqrt(1 + (x / 3) ** 2) : x;
  }
}

/** The code of each level that training saw; pooled ones share the last. */
type LevelCodes = ReadonlyMap<string, number>;

function codesOf(one: OneHotPart | CodesPart): LevelCodes {
  const codes = new Map(one.levels.map((level, k) => [level, k]));
  for (const level of one.pooled) codes.set(level, one.levels.length);
  return codes;
}

function writeCategories(
  one: OneHotPart | CodesPart,
  known: LevelCodes,
  from: CategoricalColumn,
  out: Float64Array,
): void {
  const rows = from.codes.length;
  // −1 for a level that training did not see. A single customer doesn't ask for all levels.
  const codeOf = (level: string): number => known.get(level) ?? -1;
  const all = rows < from.levels.length ? undefined : Int32Array.from(from.levels, codeOf);
  const place = (code: number): number => (all ? all[code] : codeOf(from.levels[code]));
  if (one.kind === "codes") {
    for (let i = 0; i < rows; i++) {
      const to = from.codes[i] < 0 ? -1 : place(from.codes[i]);
      out[i] = to < 0 ? Number.NaN : to;
    }
    return;
  }
  const last = one.missing ? out.length / rows - 1 : -1;
  for (let i = 0; i < rows; i++) {
    const seen = from.codes[i] >= 0;
    const to = seen ? place(from.codes[i]) - one.first : last;
    if (to >= 0) out[to * rows + i] = 1;
  }
}

function quoted(one: Part): string {
  return JSON.stringify(one.name);
}
