import { check } from "../core/checks";
import { dateParser } from "../data/formats/date-format";
import { parserOf } from "../data/formats/format";
import { learnDates } from "../data/formats/learn-dates";
import type { ColumnSchema } from "../data/schema";
import { levelOf } from "../data/target";

/** Both ends belong to it; an end left out is open. Dates are written as text: `{ from: "2024-01-31" }`. */
export interface Range {
  readonly from?: number | string;
  readonly to?: number | string;
}

export type Value = string | number | boolean | null;

/** One value, any of several, or a range of numbers or dates; `null` asks for a missing value. */
export type Condition = Value | readonly Value[] | Range;

/** What every sampled row has to satisfy, by column. A map takes any name, `__proto__` too, which an object's braces do not. */
export type Where = Readonly<Record<string, Condition>> | ReadonlyMap<string, Condition>;

/** A condition on one column, checked against its schema. */
export interface ColumnCondition {
  /** The column's place in the schema. */
  readonly column: number;
  readonly missing: boolean;
  /** For levels: 1 where a level is allowed. */
  readonly levels?: Uint8Array;
  /** For numbers, and for dates as milliseconds since 1970: the allowed values, or the allowed range. */
  readonly values?: readonly number[];
  readonly range?: { readonly from: number; readonly to: number };
}

/** The conditions of `where` in the order of the columns. Throws where a column or a level does not exist, and lists those that do. */
export function resolveWhere(
  where: Where | undefined,
  columns: readonly ColumnSchema[],
): readonly ColumnCondition[] {
  if (!where) return [];
  const given = where instanceof Map ? [...where] : Object.entries(where as Record<string, Condition>);
  const found = given.map(([name, condition]) => {
    const place = columns.findIndex((column) => column.name === name);
    check(
      place >= 0,
      "sample where",
      `the column must be one of ${columns.map((column) => column.name).join(", ")}`,
      name,
    );
    return resolve(columns[place], place, condition);
  });
  return found.sort((a, b) => a.column - b.column);
}

/** Whether a code (levels) or value (numbers; NaN is missing) satisfies the condition. */
export function satisfies(condition: ColumnCondition, value: number): boolean {
  if (condition.levels) return value < 0 ? condition.missing : condition.levels[value] === 1;
  if (Number.isNaN(value)) return condition.missing;
  if (condition.values?.includes(value)) return true;
  return condition.range !== undefined && value >= condition.range.from && value <= condition.range.to;
}

/**
 * Conditions from the command line: `COLUMN=VALUE`, `COLUMN=VALUE|VALUE`, `COLUMN=` (missing), `COLUMN>=NUMBER`,
 * `COLUMN<=NUMBER`; two on the same column are joined to a range. Of `columns` the one with the longest name that a text
 * begins with is meant, so that names may hold signs themselves.
 */
export function parseWhere(
  texts: readonly string[],
  columns: readonly Pick<ColumnSchema, "name">[],
): ReadonlyMap<string, Condition> {
  const where = new Map<string, Condition>();
  for (const text of texts) {
    const { name, sign, value } = partsOf(text, columns);
    if (sign === "=") {
      check(
        !where.has(name),
        "sample where",
        "a column can be given one value only (join several by |)",
        name,
      );
      where.set(name, value === "" ? null : value.includes("|") ? value.split("|") : value);
      continue;
    }
    check(value.trim() !== "", "sample where", `${name} ${sign} needs a number or a date`, value);
    const before = where.get(name) ?? {};
    check(isRange(before), "sample where", "a column can have either values or a range", name);
    where.set(name, { ...before, ...(sign === ">=" ? { from: value } : { to: value }) });
  }
  return where;
}

function partsOf(
  text: string,
  columns: readonly Pick<ColumnSchema, "name">[],
): { name: string; sign: string; value: string } {
  const known = columns
    .map((column) => column.name)
    .filter((name) => text.startsWith(name) && /^\s*(>=|<=|=)/.test(text.slice(name.length)))
    .sort((a, b) => b.length - a.length)[0];
  const parts =
    known === undefined
      ? text.match(/^(.*?)\s*(>=|<=|=)\s*(.*)$/s)
      : text.slice(known.length).match(/^(\s*)(>=|<=|=)\s*(.*)$/s);
  check(
    parts !== null,
    "sample where",
    "a condition must be COLUMN=VALUE, COLUMN>=NUMBER or COLUMN<=NUMBER",
    text,
  );
  const [, name, sign, value] = parts as RegExpMatchArray;
  return { name: known ?? name, sign, value };
}

function resolve(schema: ColumnSchema, column: number, condition: Condition): ColumnCondition {
  const action = `sample where ${schema.name}`;
  const listed: readonly Value[] | undefined = Array.isArray(condition)
    ? condition
    : isRange(condition as Condition)
      ? undefined
      : [condition as Value];
  const present = listed?.filter((value) => value !== null);
  const missing = listed !== undefined && present !== undefined && present.length < listed.length;
  if (listed) check(listed.length > 0, action, "at least one value must be allowed");
  if (schema.levels) {
    const known = schema.levels;
    check(present !== undefined, action, `a column of levels needs one of ${known.join(", ")}, not a range`);
    const levels = new Uint8Array(known.length);
    for (const value of present ?? []) {
      const code = levelOf(known, String(value));
      check(code >= 0, action, `the value must be one of ${known.join(", ")}`, value);
      levels[code] = 1;
    }
    return { column, missing, levels };
  }
  check(
    schema.type === "numeric" || schema.type === "date",
    action,
    `a column of type ${schema.type} cannot be chosen`,
  );
  if (present)
    return { column, missing, values: present.map((value) => asNumber(value as Value, schema, action)) };
  const range = condition as Range;
  const from = range.from === undefined ? -Infinity : asNumber(range.from, schema, action);
  const to = range.to === undefined ? Infinity : asNumber(range.to, schema, action);
  check(from <= to, action, "from must not be above to", `from ${range.from} to ${range.to}`);
  return { column, missing: false, range: { from, to } };
}

function asNumber(value: Value, schema: ColumnSchema, action: string): number {
  const text = String(value);
  const number = schema.type === "date" ? dateIn(text, schema) : numberIn(text, schema);
  const point = /^[+-]?\d+,\d+$/.test(text) ? `, with a decimal point (${text.replace(",", ".")})` : "";
  check(
    value !== "" && Number.isFinite(number),
    action,
    `the value must be a ${schema.type === "date" ? "date as the column has it or as 2024-01-31" : `number${point}`}`,
    value,
  );
  return number;
}

/** A date as the column writes it, or as the standard does: milliseconds since 1970. */
function dateIn(text: string, { format }: ColumnSchema): number {
  const own = format?.kind === "date" ? dateParser(format)(text) : Number.NaN;
  if (!Number.isNaN(own)) return own;
  const learned = learnDates([text]);
  return learned && !learned.ambiguous ? dateParser(learned.format)(text) : Number.NaN;
}

/** A number as the column writes it, or as programs do. */
function numberIn(text: string, { format }: ColumnSchema): number {
  const own = format && format.kind !== "date" ? parserOf(format)(text) : Number.NaN;
  return Number.isNaN(own) ? Number(text) : own;
}

function isRange(condition: Condition): condition is Range {
  return typeof condition === "object" && condition !== null && !Array.isArray(condition);
}
