import { check, checkOneOf } from "../core/checks";
import { type Dialect, dialectFromJson } from "./dialect/dialect";
import { type Format, formatFromJson } from "./formats/format";
import { type Column, isCategorical, type Table } from "./table";

export type ColumnType = "numeric" | "categorical" | "boolean" | "id" | "date" | "text";

const types: readonly ColumnType[] = ["numeric", "categorical", "boolean", "id", "date", "text"];

/** What a column may hold. Whatever is left out is inferred or not checked. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  /**
   * Categorical: the only values allowed, in the order of their codes; left out, levels are collected and sorted.
   * Boolean: [false, true]; left out, one of the usual pairs (No and Yes, False and True, 0 and 1, …).
   */
  readonly levels?: readonly string[];
  /** Categorical: when true, values that `levels` doesn't list are allowed as well. @default false */
  readonly open?: boolean;
  /** Numeric: digits after the point when written; left out, as many as the value needs. */
  readonly decimals?: number;
  /**
   * How the cells are written: numbers and times of a numeric column, dates of a date column. Left out when reading, it is
   * learned from the file; when writing, numbers are 1234.5 and dates 2024-01-31.
   */
  readonly format?: Format;
  /** What stands for "missing" in this column beside empty cells, the commonest first: what is written there too. */
  readonly missing?: readonly string[];
  /** Numeric: the least value allowed. */
  readonly minimum?: number;
  /** Numeric: the greatest value allowed. */
  readonly maximum?: number;
  /** When true, an empty cell is a problem. @default false */
  readonly required?: boolean;
}

/** The column to be predicted, and which of its values counts as 1. */
export interface TargetSchema {
  readonly column: string;
  /** Left out: a numeric target as it is, or the true level of a boolean. */
  readonly positive?: string;
}

/** Columns in order, and the target where there is one. */
export interface Schema {
  readonly columns: readonly ColumnSchema[];
  readonly target?: TargetSchema;
  /** How files of these columns are laid out; left out, each file is looked at. A file that plainly differs is read as it is. */
  readonly dialect?: Dialect;
  /**
   * Cells that mean "missing" beside empty and blank ones, and no others. Left out: the usual words (NA, n/a, null, ?, -,
   * unknown, …) in numeric, boolean and date columns, and only the unmistakable ones (NaN, #N/A, \\N, (null), …) elsewhere.
   */
  readonly missing?: readonly string[];
}

/** Pairs of words read as false and true, whatever their case. */
const pairs: readonly (readonly [string, string])[] = [
  ["no", "yes"],
  ["false", "true"],
  ["0", "1"],
  ["0.0", "1.0"],
  ["0,0", "1,0"],
  ["n", "y"],
  ["f", "t"],
  ["off", "on"],
  ["nein", "ja"],
  ["nee", "ja"],
  ["non", "oui"],
  ["no", "sí"],
  ["no", "si"],
  ["no", "sì"],
  ["não", "sim"],
  ["nao", "sim"],
  ["falsch", "wahr"],
  ["faux", "vrai"],
  ["falso", "verdadero"],
  ["falso", "verdadeiro"],
  ["falso", "vero"],
  ["onwaar", "waar"],
];
const truths: ReadonlyMap<string, number> = new Map(
  pairs.flatMap(([no, yes]) => [[no, 0] as const, [yes, 1] as const]),
);

/** 0 or 1 when `word` is a usual word for false or true, else −1. */
export function truthOf(word: string): number {
  return truths.get(word.trim().toLowerCase()) ?? -1;
}

/** The same, where any number that is 0 or 1 counts too, however it is written ("-0", "1.00"). */
export function zeroOrOne(text: string): number {
  const known = truthOf(text);
  const digits = text.trim().replace(",", ".");
  if (known >= 0 || digits === "") return known;
  const value = Number(digits);
  return value === 1 ? 1 : value === 0 ? 0 : -1;
}

/** The usual words for false (0) or true (1), in small letters. */
export function truthWords(value: number): string[] {
  return [...truths].flatMap(([word, truth]) => (truth === value ? [word] : []));
}

/**
 * `words` as [false, true] if all are usual words for the one or the other and both are there (the first of each), or
 * one word of the three unmistakable pairs, which the other then completes in the same case; undefined otherwise.
 */
export function booleanLevels(words: readonly string[]): readonly [string, string] | undefined {
  if (words.length === 0) return undefined;
  const known = words.map(truthOf);
  if (known.includes(-1)) return undefined;
  const [no, yes] = [known.indexOf(0), known.indexOf(1)];
  if (no >= 0 && yes >= 0) return [words[no], words[yes]];
  const [word] = words;
  const pair =
    words.length === 1 ? pairs.slice(0, 2).find((pair) => pair.includes(word.toLowerCase())) : undefined;
  if (!pair) return undefined;
  return known[0] === 0 ? [word, caseLike(pair[1], word)] : [caseLike(pair[0], word), word];
}

/** The schema that describes `from` as it is: levels, decimals and types of its columns. */
export function schemaOf(from: Table, target?: TargetSchema): Schema {
  const columns = from.columns.map(columnSchemaOf);
  return target ? { columns, target } : { columns };
}

function columnSchemaOf(one: Column): ColumnSchema {
  const { name, type, missing } = one;
  return {
    name,
    type,
    ...(isCategorical(one) ? { levels: one.levels } : {}),
    ...(one.type === "numeric" && one.decimals !== undefined ? { decimals: one.decimals } : {}),
    ...("format" in one && one.format !== undefined ? { format: one.format } : {}),
    ...(missing === undefined ? {} : { missing }),
  };
}

/** The schema's entry for a column; undefined where it has none. */
export function columnSchema(schema: Schema | undefined, name: string): ColumnSchema | undefined {
  return schema?.columns.find((column) => column.name === name);
}

/**
 * The schema that `value` (parsed JSON) describes. Throws, naming `from` and the place in it, where a field is unknown,
 * of the wrong type or contradictory.
 */
export function schemaFromJson(value: unknown, from: string): Schema {
  const action = `read schema ${from}`;
  const root = fields(value, action, "the schema", ["columns", "target", "dialect", "missing"]);
  check(Array.isArray(root.columns), action, "columns must be an array", root.columns);
  const columns = (root.columns as unknown[]).map((column, i) =>
    columnFromJson(column, action, `columns[${i}]`),
  );
  const names = new Set<string>();
  for (const one of columns) {
    check(!names.has(one.name), action, "column names must differ", one.name);
    names.add(one.name);
  }
  const schema: { -readonly [name in keyof Schema]: Schema[name] } = { columns };
  if (root.dialect !== undefined) schema.dialect = dialectFromJson(root.dialect, action);
  if (root.missing !== undefined) schema.missing = words(root.missing, action, "missing");
  if (root.target !== undefined) {
    const target = fields(root.target, action, "target", ["column", "positive"]);
    check(typeof target.column === "string", action, "target.column must be a string", target.column);
    if (target.positive !== undefined)
      check(typeof target.positive === "string", action, "target.positive must be a string", target.positive);
    schema.target = target as unknown as TargetSchema;
  }
  return schema;
}

function columnFromJson(value: unknown, action: string, place: string): ColumnSchema {
  const allowed = [
    "name",
    "type",
    "levels",
    "open",
    "decimals",
    "format",
    "missing",
    "minimum",
    "maximum",
    "required",
  ];
  const one = fields(value, action, place, allowed);
  check(typeof one.name === "string" && one.name !== "", action, `${place}.name must be a name`, one.name);
  checkOneOf(String(one.type), types, action, `${place}.type`);
  if (one.levels !== undefined) {
    const levels = words(one.levels, action, `${place}.levels`);
    check(new Set(levels).size === levels.length, action, `${place}.levels must differ`, levels.join(", "));
    if (one.type === "boolean")
      check(
        levels.length === 2,
        action,
        `${place}.levels of a boolean must be [false, true]`,
        levels.join(", "),
      );
    else
      check(
        one.type === "categorical",
        action,
        `${place}.levels need a categorical or boolean column`,
        one.type,
      );
  }
  for (const name of ["decimals", "minimum", "maximum"]) {
    if (one[name] === undefined) continue;
    check(typeof one[name] === "number", action, `${place}.${name} must be a number`, one[name]);
    check(one.type === "numeric", action, `${place}.${name} needs a numeric column`, one.type);
  }
  if (one.missing !== undefined) words(one.missing, action, `${place}.missing`);
  if (one.format !== undefined) {
    const { kind } = formatFromJson(one.format, action, `${place}.format`);
    const of = kind === "date" ? "date" : "numeric";
    check(one.type === of, action, `${place}.format of ${kind}s needs a ${of} column`, one.type);
  }
  if (one.open !== undefined)
    check(
      typeof one.open === "boolean" && one.levels !== undefined,
      action,
      `${place}.open must be true or false beside levels`,
      one.open,
    );
  if (one.required !== undefined)
    check(typeof one.required === "boolean", action, `${place}.required must be true or false`, one.required);
  return one as unknown as ColumnSchema;
}

function fields(
  value: unknown,
  action: string,
  place: string,
  allowed: readonly string[],
): Record<string, unknown> {
  check(
    typeof value === "object" && value !== null && !Array.isArray(value),
    action,
    `${place} must be an object`,
    value,
  );
  for (const name of Object.keys(value as object))
    check(allowed.includes(name), action, `${place} may only have ${allowed.join(", ")}`, name);
  return value as Record<string, unknown>;
}

function words(value: unknown, action: string, place: string): readonly string[] {
  check(
    Array.isArray(value) && value.every((one) => typeof one === "string"),
    action,
    `${place} must be an array of strings`,
    value,
  );
  return value as string[];
}

function caseLike(word: string, model: string): string {
  if (model === model.toUpperCase()) return word.toUpperCase();
  if (model === model.toLowerCase()) return word;
  return word[0].toUpperCase() + word.slice(1);
}
