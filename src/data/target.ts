import { check } from "../core/checks";
import { foldKey } from "./infer/fold";
import { asTable, type PolarsFrame } from "./polars";
import { truthOf } from "./schema";
import {
  type CategoricalColumn,
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
} from "./table";

/** Words beside the usual ones for "true" by which a churn column marks the customers who left. */
const leavers: readonly string[] = [
  "churn",
  "churned",
  "left",
  "leave",
  "cancelled",
  "canceled",
  "positive",
  "1.0",
];

/**
 * The column `name` as numbers to learn from: 1 for `positive` and 0 for any other value; without `positive`, a numeric
 * column as it is, and a column of two levels by which of them plainly means true (Yes, True, 1, churned, …).
 * Throws where a value is missing or the positive value isn't plain.
 *
 * @example
 * const { table: customers } = parseCsv("plan,Churn\nbasic,No\nplus,Yes\nbasic,No\n");
 * target(customers, "Churn"); // → [0, 1, 0]
 * target(customers, "plan", "plus"); // → [0, 1, 0]
 * target(customers, "plan"); // throws "positive"
 */
export function target(from: Table | PolarsFrame, name: string, positive?: string): Float64Array {
  const reader = new TargetReader(name, positive);
  const values = reader.take(asTable(from));
  reader.settle();
  return values;
}

/** Reads a target as `target` does where rows come batch by batch: what is wrong with it is told once all came. */
export class TargetReader {
  private readonly name: string;
  private readonly positive: string | undefined;
  private readonly action: string;
  /** The first numbers that differ, and whether the positive one is among all. */
  private readonly kinds: Set<number> = new Set();
  private found = false;
  private rows = 0;
  private missing = 0;
  private firstMissing = 0;

  constructor(name: string, positive?: string) {
    this.name = name;
    this.positive = positive;
    this.action = `use target ${JSON.stringify(name)}`;
  }

  /** The target in these rows, whose levels must be those of all; what stands for a missing one means nothing. */
  take(rows: Table): Float64Array {
    const { action, positive } = this;
    const column = columnNamed(rows, this.name);
    const missing = unlabelledRows(rows, this.name);
    if (this.missing === 0 && missing.length > 0) this.firstMissing = this.rows + missing[0] + 1;
    this.missing += missing.length;
    this.rows += rows.rows;
    if (column.type === "numeric") {
      if (positive === undefined) return column.values.slice();
      const value = Number(positive);
      for (const one of column.values) {
        if (one === value) this.found = true;
        if (this.kinds.size < 10) this.kinds.add(one);
      }
      return column.values.map((v) => (v === value ? 1 : 0));
    }
    this.found = true;
    check(isCategorical(column), action, "its type must be numeric, boolean or categorical", column.type);
    const code =
      positive === undefined ? positiveCode(column.levels, action) : levelOf(column.levels, positive);
    check(code >= 0, action, `positive must be one of ${column.levels.slice(0, 20).join(", ")}`, positive);
    return Float64Array.from(column.codes, (c) => (c === code ? 1 : 0));
  }

  /** Nothing where all rows had a value, and one of them the positive one; else throws. */
  settle(): void {
    const { action, positive } = this;
    const place = this.missing > 0 ? `${this.missing} missing, the first in row ${this.firstMissing}` : "";
    check(this.missing === 0, action, `every row must have a value, got ${place}`);
    if (positive !== undefined)
      check(this.found, action, `positive must be one of ${[...this.kinds].join(", ")}`, positive);
  }
}

/** The column `name` as numbers of `classes`, from 0; throws where a value is missing or is none of them. */
export function classTarget(table: Table, name: string, classes: readonly string[]): Float64Array {
  const action = `use target ${JSON.stringify(name)}`;
  const column = columnNamed(table, name);
  const missing = unlabelledRows(table, name).length;
  check(missing === 0, action, `every row must have a value, got ${missing} missing`);
  const [strange] = strangeRows(table, name, classes);
  const rule = `its values must be among those of training, ${classes.join(", ")}`;
  check(strange === undefined, action, rule, strange?.value);
  const places = placesOf(column, classes, action);
  return Float64Array.from({ length: table.rows }, (_, i) => places(i));
}

/** The rows, from 0, whose value is there and none of the classes. */
export function strangeRows(
  table: Table,
  name: string,
  classes: readonly string[],
): { readonly row: number; readonly value: string }[] {
  const column = columnNamed(table, name);
  const places = placesOf(column, classes, `use target ${JSON.stringify(name)}`);
  const missing = new Set(unlabelledRows(table, name));
  const rows: { row: number; value: string }[] = [];
  for (let row = 0; row < table.rows; row++)
    if (places(row) < 0 && !missing.has(row)) rows.push({ row, value: cellText(column, row) });
  return rows;
}

/** The class number of a row's value, −1 where it is none. */
function placesOf(column: Column, classes: readonly string[], action: string): (row: number) => number {
  if (column.type === "numeric") {
    const numbers = classes.map(Number);
    return (row) => numbers.indexOf(column.values[row]);
  }
  check(isCategorical(column), action, "its type must be numeric, boolean or categorical", column.type);
  const places = column.levels.map((level) => levelOf(classes, level));
  return (row) => places[column.codes[row]] ?? -1;
}

/**
 * The value of the target column that `target` counts as 1; undefined for a numeric one.
 *
 * @example
 * positiveLevel(parseCsv("Churn\nNo\nYes\nNo\n").table, "Churn"); // → "Yes"
 */
export function positiveLevel(given: Table | PolarsFrame, name: string): string | undefined {
  const table = asTable(given);
  const one = columnNamed(table, name);
  return isCategorical(one)
    ? one.levels[positiveCode(one.levels, `use target ${JSON.stringify(name)}`)]
    : undefined;
}

/** What a column is to models that learn it: two classes, of which one counts as 1, several classes, or numbers. */
export type TargetKind =
  | { readonly kind: "two"; readonly positive: string }
  | { readonly kind: "classes"; readonly classes: readonly string[] }
  | { readonly kind: "numbers" };

/**
 * What the column is to models that learn it. Of two numbers the greater counts as 1; with `positive`, that value does, against all
 * others. Throws for texts, identifiers and dates, and for two levels of which none plainly means true.
 *
 * @example
 * targetKind(parseCsv("plan\na\nb\nc\na\n").table, "plan"); // → { kind: "classes", classes: ["a", "b", "c"] }
 */
export function targetKind(from: Table, name: string, positive?: string): TargetKind {
  const column = columnNamed(from, name);
  const action = `use target ${JSON.stringify(name)}`;
  check(
    column.type === "numeric" || isCategorical(column),
    action,
    "its type must be numeric, boolean or categorical",
    column.type,
  );
  if (positive !== undefined) {
    const values = isCategorical(column) ? levelsSeen(column) : (numberClasses(column, Infinity) ?? []);
    const place = isCategorical(column)
      ? levelOf(values, positive)
      : values.map(Number).indexOf(Number(positive));
    check(place >= 0, action, `positive must be one of ${values.slice(0, 20).join(", ")}`, positive);
    return { kind: "two", positive: values[place] };
  }
  if (column.type === "numeric") {
    const two = twoNumbers(column);
    return two ? { kind: "two", positive: String(two[1]) } : { kind: "numbers" };
  }
  const classes = levelsSeen(column);
  if (classes.length > 2) return { kind: "classes", classes };
  return { kind: "two", positive: positiveLevel(from, name) as string };
}

/** The column as numbers of that kind: 1 or 0, class numbers from 0, or as it is; NaN where there is none, or none of the classes. */
export function targetNumbers(from: Table, name: string, kind: TargetKind): Float64Array {
  const column = columnNamed(from, name);
  const told = kind.kind === "two" ? [kind.positive] : kind.kind === "classes" ? kind.classes : undefined;
  if (!told)
    return column.type === "numeric" ? column.values.slice() : new Float64Array(from.rows).fill(Number.NaN);
  const place = placesOf(column, told, `use target ${JSON.stringify(name)}`);
  const out = Float64Array.from({ length: from.rows }, (_, i) => place(i));
  if (kind.kind === "two") for (let i = 0; i < out.length; i++) out[i] = Number(out[i] === 0);
  else for (let i = 0; i < out.length; i++) if (out[i] < 0) out[i] = Number.NaN;
  for (const row of unlabelledRows(from, name)) out[row] = Number.NaN;
  return out;
}

/** The levels that rows have, in alphabetical order. */
export function levelsSeen({ codes, levels }: CategoricalColumn): readonly string[] {
  const seen = new Set(codes);
  return levels.filter((_, code) => seen.has(code)).sort();
}

/** The two values of a numeric column that has just two, in order: they are classes. */
export function twoNumbers(column: Column): readonly [number, number] | undefined {
  if (column.type !== "numeric") return undefined;
  const [a, b, ...others] = numberClasses(column, 2) ?? [];
  return b === undefined || others.length > 0 ? undefined : [Number(a), Number(b)];
}

/** The values of a numeric column in order, as classes are named; undefined where there are more than `most`. */
export function numberClasses({ values }: NumericColumn, most: number): string[] | undefined {
  const seen = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > most) return undefined;
  }
  return [...seen].sort((a, b) => a - b).map(String);
}

/** The level that a word means, in the spelling that the column has; the word itself where there is none. */
export function spelledLevel(column: Column, word: string): string {
  return isCategorical(column) ? (column.levels[levelOf(column.levels, word)] ?? word) : word;
}

/** The code of the level as it is written, or else of the only other spelling of it; −1 where there is none. */
export function levelOf(levels: readonly string[], word: string): number {
  const exact = levels.indexOf(word);
  if (exact >= 0) return exact;
  const [code = -1, another] = levels.flatMap((level, code) =>
    foldKey(level) === foldKey(word) ? [code] : [],
  );
  return another === undefined ? code : -1;
}

function positiveCode(levels: readonly string[], action: string): number {
  const known = levels.map((level) => (leavers.includes(level.trim().toLowerCase()) ? 1 : truthOf(level)));
  const plain = levels.length === 2 && known.filter((value) => value === 1).length === 1;
  check(plain, action, `the positive value must be given, as one of ${levels.slice(0, 20).join(", ")}`);
  return known.indexOf(1);
}

/** The rows, from 0, whose value of the column is missing. */
export function unlabelledRows(table: Table, name: string): number[] {
  const column = columnNamed(table, name);
  const rows: number[] = [];
  for (let i = 0; i < table.rows; i++) {
    if (
      column.type === "numeric"
        ? Number.isNaN(column.values[i])
        : isCategorical(column)
          ? column.codes[i] < 0
          : column.values[i] === ""
    )
      rows.push(i);
  }
  return rows;
}
