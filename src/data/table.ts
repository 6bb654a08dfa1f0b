import { check, checkSameLength } from "../core/checks";
import { didYouMean } from "../core/did-you-mean";
import type { DateFormat } from "./formats/date-format";
import { type ValueFormat, valuePrinter } from "./formats/format";
import { fixedText } from "./formats/number-format";

/** What columns of any type may have. */
export interface Written {
  readonly name: string;
  /** What stood for "missing" in the source, the commonest first; left out, empty cells alone. */
  readonly missing?: readonly string[];
}

/** Numbers; NaN where missing. */
export interface NumericColumn extends Written {
  readonly type: "numeric";
  readonly values: Float64Array;
  /** How the source wrote them: decimal comma, currency, times in seconds, …; left out, as programs do (1234.5). */
  readonly format?: ValueFormat;
  /** Digits after the point as the source wrote them; 0 for whole numbers; undefined when they vary freely. */
  readonly decimals?: number;
}

/** Codes into `levels`; −1 where missing. A boolean has exactly two levels, the false one first. */
export interface CategoricalColumn extends Written {
  readonly type: "categorical" | "boolean";
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

/** Identifiers, dates and free text: kept as written; "" where missing. */
export interface TextColumn extends Written {
  readonly type: "id" | "date" | "text";
  readonly values: readonly string[];
  /** Dates: how the source wrote them; left out, as the standard has it (2024-01-31). */
  readonly format?: DateFormat;
}

export type Column = NumericColumn | CategoricalColumn | TextColumn;

/** Rows and typed columns, read-only. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** Whether the column holds codes into levels. */
export function isCategorical(one: Column): one is CategoricalColumn {
  return one.type === "categorical" || one.type === "boolean";
}

/**
 * A table over `columns`, which must have equal lengths and different names.
 *
 * @example
 * const customers = table([
 *   { name: "plan", type: "categorical", levels: ["basic", "plus"], codes: Int32Array.of(0, 1, 0) },
 *   { name: "months", type: "numeric", values: Float64Array.of(3, 24, Number.NaN) },
 * ]);
 * customers.rows; // → 3
 */
export function table(columns: readonly Column[]): Table {
  const rows = columns.length > 0 ? columnLength(columns[0]) : 0;
  const names = new Set<string>();
  for (const one of columns) {
    checkSameLength(
      columnLength(one),
      rows,
      "make table",
      `column ${JSON.stringify(one.name)} and the first column`,
    );
    check(!names.has(one.name), "make table", "column names must differ", one.name);
    names.add(one.name);
  }
  return { rows, columns };
}

/**
 * The column called `name`; an error that lists the names there are, when there is none.
 *
 * @example
 * const { table: customers } = parseCsv("plan,months\nbasic,3\nplus,24\n");
 * columnNamed(customers, "months").type; // → "numeric"
 * columnNamed(customers, "month"); // throws "plan, months"
 */
export function columnNamed(from: Table, name: string): Column {
  const found = from.columns.find((one) => one.name === name);
  if (!found)
    check(
      false,
      "find column",
      `the name must be one of ${from.columns.map((one) => one.name).join(", ")}, got ${JSON.stringify(name)}${didYouMean(
        name,
        from.columns.map((one) => one.name),
      )}`,
    );
  return found as Column;
}

/**
 * The table without the named columns.
 *
 * @example
 * dropColumns(parseCsv("plan,months\nbasic,3\nplus,24\n").table, ["plan"]).columns.length; // → 1
 */
export function dropColumns(from: Table, names: readonly string[]): Table {
  for (const name of names) columnNamed(from, name);
  return { rows: from.rows, columns: from.columns.filter((one) => !names.includes(one.name)) };
}

/**
 * The rows at `indices`, in that order; an index may repeat. Levels stay as they are.
 *
 * @example
 * csvText(takeTableRows(parseCsv("plan,months\nbasic,3\nplus,24\n").table, [1])); // → "plan,months\nplus,24\n"
 */
export function takeTableRows(from: Table, indices: ArrayLike<number>): Table {
  const columns = from.columns.map((one): Column => {
    if (one.type === "numeric") {
      const values = new Float64Array(indices.length);
      for (let i = 0; i < indices.length; i++) values[i] = one.values[indices[i]];
      return { ...one, values };
    }
    if (isCategorical(one)) {
      const codes = new Int32Array(indices.length);
      for (let i = 0; i < indices.length; i++) codes[i] = one.codes[indices[i]];
      return { ...one, codes };
    }
    return { ...one, values: Array.from(indices, (i) => one.values[i]) };
  });
  return { rows: indices.length, columns };
}

/** The value of a cell as text in the column's format, "" where missing. */
export function cellText(one: Column, i: number): string {
  if (one.type === "numeric") return Number.isNaN(one.values[i]) ? "" : printerOf(one)(one.values[i]);
  if (isCategorical(one)) return one.codes[i] < 0 ? "" : one.levels[one.codes[i]];
  return one.values[i];
}

const printers = new WeakMap<object, (value: number) => string>();

/** A writer of the column's numbers as the source wrote them. */
export function printerOf(one: Pick<NumericColumn, "format" | "decimals">): (value: number) => string {
  const { format, decimals } = one;
  if (!format) return decimals === undefined ? String : (value) => fixedText(value, decimals);
  const known = printers.get(one);
  if (known) return known;
  const made = valuePrinter(format, decimals);
  printers.set(one, made);
  return made;
}

function columnLength(one: Column): number {
  return "values" in one ? one.values.length : one.codes.length;
}
