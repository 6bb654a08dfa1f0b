import { check } from "../core/checks";
import { type Feature, type Matrix, matrix } from "../core/matrix";
import { asTable, type PolarsFrame } from "../data/polars";
import type { Schema } from "../data/schema";
import {
  type CategoricalColumn,
  type Column,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  type TextColumn,
} from "../data/table";
import { dateFeature, dateValues } from "./dates";
import {
  type CodesPart,
  type DatePart,
  type EncoderJson,
  type OneHotPart,
  type Part,
  partsFromJSON,
  type Scaling,
  type TargetMeanPart,
  type TextPart,
} from "./parts";
import { targetMeanValues } from "./target-mean";
import { textValues } from "./text-score";

/** A fitted encoding, read-only. */
export interface Encoder {
  readonly parts: readonly Part[];
  readonly features: readonly Feature[];
  /**
   * The matrix of the table's rows, in order. Columns are found by name; further ones are ignored. Throws when a column
   * is missing or of another type, or holds infinities.
   */
  transform(rows: Table | PolarsFrame): Matrix;
  toJSON(): EncoderJson;
}

/** The encoder that consists of `parts`. */
export function encoder(parts: readonly Part[]): Encoder {
  const features = parts.flatMap(featuresOf);
  const types = typesOf(parts);
  const widths = parts.map((part) => featuresOf(part).length);
  const codes = parts.map((part) =>
    part.kind === "codes" || part.kind === "one-hot" ? codesOf(part) : undefined,
  );
  return {
    parts,
    features,
    transform(given) {
      // One row alone would not tell its types.
      const rows = asTable(given, types);
      const values = new Float64Array(rows.rows * features.length);
      let at = 0;
      for (const [k, one] of parts.entries()) {
        const out = values.subarray(at * rows.rows, (at + widths[k]) * rows.rows);
        const from = columnNamed(rows, one.name);
        checkType(one, from);
        if (one.kind === "number") writeScaled(one, one.name, (from as NumericColumn).values, out);
        else if (one.kind === "codes" || one.kind === "one-hot")
          writeCategories(one, codes[k] as LevelCodes, from as CategoricalColumn, out);
        else writeDerived(one, derivedValues(one, from, rows), out);
        at += widths[k];
      }
      return matrix(rows.rows, features.length, values, features);
    },
    toJSON: () => ({ kind: "encoder", version: 1, parts: [...parts] }),
  };
}

/** The columns that an encoder reads, by the types that it reads them as. */
function typesOf(parts: readonly Part[]): Schema {
  const types = { number: "numeric", date: "date", text: "text" } as const;
  return {
    columns: parts.map(({ kind, name }) => ({
      name,
      type: kind === "number" || kind === "date" || kind === "text" ? types[kind] : "categorical",
    })),
  };
}

/**
 * The encoder that `toJSON` described; throws when the description is not one.
 *
 * @example
 * const { table: customers } = parseCsv("plan,months\nbasic,3\nplus,24\nplus,9\n");
 * const encoder = encode()(customers);
 * encoderFromJSON(JSON.parse(JSON.stringify(encoder))).features.length === encoder.features.length; // → true
 * encoderFromJSON({ kind: "something" }); // throws "encoder"
 */
export function encoderFromJSON(json: unknown): Encoder {
  return encoder(partsFromJSON(json));
}

/** Name of the level that pools the rare ones. */
export const pooledLevel = "(other)";

/** A part whose numbers are worked out from a column. */
export type DerivedPart = DatePart | TargetMeanPart | TextPart;

/** The matrix columns that a part makes. */
export function featuresOf(part: Part): Feature[] {
  if (part.kind === "number") {
    const number = { name: part.name };
    return part.indicator ? [number, missingMark(part.name)] : [number];
  }
  if (part.kind !== "codes" && part.kind !== "one-hot")
    return derivedNames(part).flatMap((feature, k): Feature[] => {
      const number = { name: feature, source: part.name };
      return part.numbers[k].indicator ? [number, missingMark(part.name)] : [number];
    });
  const levels = part.pooled.length > 0 ? [...part.levels, pooledLevel] : part.levels;
  if (part.kind === "codes") return [{ name: part.name, levels }];
  const shown = levels.slice(part.first).map((level) => `${part.name}=${level}`);
  if (part.missing) shown.push(`${part.name} is missing`);
  return shown.map((name) => ({ name, source: part.name }));
}

function missingMark(name: string): Feature {
  return { name: `${name} is missing`, source: name };
}

function derivedNames(part: DerivedPart): string[] {
  if (part.kind === "date") return part.numbers.map((number) => dateFeature(part.name, number));
  const what = part.kind === "text" ? "score" : "target mean";
  return part.numbers.map((number) =>
    number.class === undefined
      ? `${what} of ${part.name}`
      : `${what} of ${part.name} for class ${number.class}`,
  );
}

function checkType(part: Part, from: Column): void {
  const type = { date: "date", text: "text", number: "numeric" }[part.kind as string];
  const holds = type === undefined ? isCategorical(from) : from.type === type;
  if (!holds)
    check(
      false,
      "encode table",
      `column ${JSON.stringify(part.name)} must be ${type ?? "categorical"}`,
      from.type,
    );
}

function derivedValues(part: DerivedPart, from: Column, rows: Table): Float64Array[] {
  if (part.kind === "date") return dateValues(part, rows);
  return part.kind === "text"
    ? textValues(part, from as TextColumn)
    : targetMeanValues(part, from as CategoricalColumn);
}

/** Writes the numbers of a derived part, scaled, into its matrix columns. */
export function writeDerived(part: DerivedPart, values: readonly Float64Array[], out: Float64Array): void {
  let at = 0;
  part.numbers.forEach((scaling, k) => {
    const rows = values[k].length;
    writeScaled(scaling, part.name, values[k], out.subarray(at * rows));
    at += scaling.indicator ? 2 : 1;
  });
}

function writeScaled(scaling: Scaling, name: string, from: Float64Array, out: Float64Array): void {
  const { fill = Number.NaN, center, width, bounded } = scaling;
  const rows = from.length;
  for (let i = 0; i < rows; i++) {
    let value = from[i];
    if (Number.isNaN(value)) {
      value = fill;
      if (scaling.indicator) out[rows + i] = 1;
    } else if (value === Infinity || value === -Infinity) {
      check(
        false,
        "encode table",
        `column ${JSON.stringify(name)} must hold finite numbers, got ${value} in row ${i}`,
      );
    }
    const x = (value - center) / width;
    out[i] = bounded ? x / Math.sqrt(1 + (x / 3) ** 2) : x;
  }
}

/** The code of each level that training saw; pooled ones share the last. */
type LevelCodes = ReadonlyMap<string, number>;

function codesOf(part: OneHotPart | CodesPart): LevelCodes {
  const codes = new Map(part.levels.map((level, k) => [level, k]));
  for (const level of part.pooled) codes.set(level, part.levels.length);
  return codes;
}

function writeCategories(
  part: OneHotPart | CodesPart,
  known: LevelCodes,
  from: CategoricalColumn,
  out: Float64Array,
): void {
  const rows = from.codes.length;
  // −1 for a level that training did not see. A single customer doesn't ask for all levels.
  const codeOf = (level: string): number => known.get(level) ?? -1;
  const all = rows < from.levels.length ? undefined : Int32Array.from(from.levels, codeOf);
  const place = (code: number): number => (all ? all[code] : codeOf(from.levels[code]));
  if (part.kind === "codes") {
    for (let i = 0; i < rows; i++) {
      const to = from.codes[i] < 0 ? -1 : place(from.codes[i]);
      out[i] = to < 0 ? Number.NaN : to;
    }
    return;
  }
  const last = part.missing ? out.length / rows - 1 : -1;
  for (let i = 0; i < rows; i++) {
    const seen = from.codes[i] >= 0;
    const to = seen ? place(from.codes[i]) - part.first : last;
    if (to >= 0) out[to * rows + i] = 1;
  }
}
