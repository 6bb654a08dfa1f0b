import type { DateField } from "../../../features/parts";
import type { SqlDialect } from "./dialects";

/** What dialects say differently. A cell is a column of the table (`cell`) and its text (`text`, by `textOf`). */
export interface SqlWords {
  /** A name, quoted. */
  name(name: string): string;
  /** A string. */
  text(text: string): string;
  /** A column as text, without blanks around it and with single ones inside. */
  textOf(cell: string): string;
  /** A cell as a DOUBLE; NULL, and no error, where it is no number as programs write them. */
  numberOf(cell: string, text: string): string;
  /** Whether the engine holds the column as text. */
  isText(cell: string): string;
  /** Whether a text matches a regular expression, which may have no backslashes: engines read those differently. */
  matches(text: string, pattern: string): string;
  /** A text without these characters at its ends. */
  strip(text: string, characters: string): string;
  /** The n-th piece of a text between colons, from 1; left out where the engine has no such function. */
  piece?(text: string, n: number): string;
  /** A text such as 2024-01-31 or 2024-01-31 09:30:00 as a moment without a zone. */
  moment(text: string): string;
  /** Seconds from 1970 to a moment. */
  epoch(moment: string): string;
  /** A field of a moment, as a DOUBLE. */
  field(of: Exclude<DateField, "days">, moment: string): string;
  /** What stands for the n-th group of a regular expression in REGEXP_REPLACE; left out where there is no such function. */
  group?(n: number): string;
  /** The whole query, with functions called as the engine calls them. */
  finish(query: string): string;
  /** What keeps the engine from writing a named query out wherever it is used; "" where it doesn't. */
  readonly once: string;
  /** Whether it takes no deeply nested expressions. @default false */
  readonly shallow?: boolean;
  /** Whether names that differ by letter case alone are one. */
  readonly foldsNames: boolean;
}

const blanks = "[\\s\u00a0\u202f]+";
/** Numbers as programs write them, up to an exponent that is safely within DOUBLE: beyond, engines fail or say Infinity. */
const plainNumber = "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-2]?[0-9]{1,2})?$";
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const duckdb: SqlWords = {
  name: (name) => `"${name.replaceAll('"', '""')}"`,
  text: quoted,
  textOf: (cell) => `TRIM(REGEXP_REPLACE(CAST(${cell} AS VARCHAR), ${quoted(blanks)}, ' ', 'g'))`,
  numberOf: (_, text) =>
    `CASE WHEN ${duckdb.matches(text, plainNumber)} THEN TRY_CAST(${text} AS DOUBLE) END`,
  isText: (cell) => `TYPEOF(${cell}) = 'VARCHAR'`,
  matches: (text, pattern) => `REGEXP_MATCHES(${text}, ${quoted(pattern)})`,
  strip: (text, characters) => `TRIM(${text}, ${quoted(characters)})`,
  piece: (text, n) => `SPLIT_PART(${text}, ':', ${n})`,
  moment: (text) => `TRY_CAST(${text} AS TIMESTAMP)`,
  epoch: (moment) => `CAST(EXTRACT(EPOCH FROM ${moment}) AS DOUBLE)`,
  field: (of, moment) =>
    `CAST(EXTRACT(${of === "weekday" ? "ISODOW" : of.toUpperCase()} FROM ${moment}) AS DOUBLE)`,
  group: (n) => `\\${n}`,
  finish: (query) => query,
  once: "",
  foldsNames: true,
};

const postgres: SqlWords = {
  ...duckdb,
  textOf: (cell) => `TRIM(REGEXP_REPLACE(CAST(${cell} AS TEXT), ${quoted(blanks)}, ' ', 'g'))`,
  numberOf: (_, text) =>
    `CASE WHEN ${postgres.matches(text, plainNumber)} THEN CAST(${text} AS DOUBLE PRECISION) END`,
  isText: (cell) => `CAST(PG_TYPEOF(${cell}) AS TEXT) IN ('text', 'character varying', 'character')`,
  matches: (text, pattern) => `${text} ~ ${quoted(pattern)}`,
  strip: (text, characters) => `TRIM(BOTH ${quoted(characters)} FROM ${text})`,
  moment: (text) => `CAST(${text} AS TIMESTAMP)`,
  epoch: (moment) => `CAST(EXTRACT(EPOCH FROM ${moment}) AS DOUBLE PRECISION)`,
  field: (of, moment) => duckdb.field(of, moment).replace(" DOUBLE)", " DOUBLE PRECISION)"),
  once: "MATERIALIZED ",
  foldsNames: false,
};

const spark: SqlWords = {
  ...duckdb,
  name: (name) => `\`${name.replaceAll("`", "``")}\``,
  // Two quotes would end one string and begin another.
  text: (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`,
  textOf: (cell) => `TRIM(REGEXP_REPLACE(CAST(${cell} AS STRING), ${spark.text(blanks)}, ' '))`,
  numberOf: (_, text) => `CASE WHEN ${spark.matches(text, plainNumber)} THEN TRY_CAST(${text} AS DOUBLE) END`,
  isText: (cell) => `TYPEOF(${cell}) = 'string'`,
  matches: (text, pattern) => `${text} RLIKE ${spark.text(pattern)}`,
  strip: (text, characters) => `TRIM(BOTH ${spark.text(characters)} FROM ${text})`,
  // From the fields, as the seconds since 1970 would depend on the session's time zone.
  epoch: (moment) =>
    `(DATEDIFF(CAST(${moment} AS DATE), DATE '1970-01-01') * 8.64e4 + EXTRACT(HOUR FROM ${moment}) * 3.6e3 + EXTRACT(MINUTE FROM ${moment}) * 6e1 + CAST(EXTRACT(SECOND FROM ${moment}) AS DOUBLE))`,
  field: (of, moment) => duckdb.field(of, moment).replace("ISODOW", "DAYOFWEEK_ISO"),
  group: (n) => `$${n}`,
};

const sqlite: SqlWords = {
  ...duckdb,
  textOf: (cell) => `TRIM(REPLACE(REPLACE(CAST(${cell} AS TEXT), CHAR(9), ' '), CHAR(160), ' '))`,
  // Compared with a number, a text becomes one only if it is written as one: CAST alone would take 12abc for 12.
  numberOf: (cell) =>
    `CASE WHEN CAST(${cell} AS REAL) = ${cell} AND ABS(CAST(${cell} AS REAL)) < 9e999 THEN CAST(${cell} AS REAL) END`,
  isText: (cell) => `TYPEOF(${cell}) = 'text'`,
  matches: (text, pattern) => `${text} REGEXP ${quoted(pattern)}`,
  piece: undefined,
  group: undefined,
  epoch: (moment) => `CAST(STRFTIME('%s', ${moment}) AS REAL)`,
  field: (of, moment) => {
    const part = { month: "%m", day: "%d", hour: "%H", weekday: "%w" }[of];
    const number = `CAST(STRFTIME('${part}', ${moment}) AS INTEGER)`;
    return `CAST(${of === "weekday" ? `(${number} + 6) % 7 + 1` : number} AS REAL)`;
  },
  shallow: true,
  once: "MATERIALIZED ",
  finish: (query) =>
    query.replace(/'[^']*'|"[^"]*"|\bGREATEST\(|\bLEAST\(/g, (found) =>
      found === "GREATEST(" ? "MAX(" : found === "LEAST(" ? "MIN(" : found,
    ),
};

export const sqlWords: Readonly<Record<SqlDialect, SqlWords>> = { duckdb, postgres, spark, sqlite };

/** Gives an expression a name that later expressions may use as often as they like. */
export interface Define {
  (expression: string): string;
  /** Whether the engine takes no deeply nested expressions. */
  readonly shallow?: boolean;
}

/** A number in SQL with all its digits; the exponent makes it a DOUBLE and not a decimal. */
export function sqlNumber(value: number): string {
  return value < 0 ? `(${value.toExponential()})` : value.toExponential();
}

/** The sum of terms, added in pairs, then pairs of pairs: engines limit how deep an expression may nest. */
export function sqlSum(terms: readonly string[]): string {
  if (terms.length === 0) return "0e0";
  if (terms.length === 1) return terms[0];
  const half = terms.length >> 1;
  return `(${sqlSum(terms.slice(0, half))} + ${sqlSum(terms.slice(half))})`;
}
