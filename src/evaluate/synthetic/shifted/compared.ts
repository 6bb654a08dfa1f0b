import { customersIn } from "../../../data/customers";
import type { Table } from "../../../data/table";
import { cellsWithMissing, type Shared } from "../align";

/** What is compared of a column: its mean, or the share of the rows that hold a level. */
export interface Compared {
  readonly column: string;
  /** Left out where it is the column's mean. */
  readonly level?: string;
  /** How many rows each table has. */
  readonly rows: readonly number[];
  /** The value of a row of a table; NaN where it has none. */
  readonly value: (table: number, row: number) => number;
}

/** What a missing cell is called. */
export const missing = "(missing)";

/** Of a number the share of missing cells and the mean, else the share of each level, missing ones last. */
export function comparedIn(one: Shared): readonly Compared[] {
  const { name: column } = one;
  if (one.kind === "number") {
    const rows = one.values.map(({ length }) => length);
    const value = (t: number, i: number): number => one.values[t][i];
    const gap = (t: number, i: number): number => Number(Number.isNaN(value(t, i)));
    return [
      { column, level: missing, rows, value: gap },
      { column, rows, value },
    ];
  }
  const cells = one.codes.map((_, t) => cellsWithMissing(one, t));
  const rows = cells.map(({ length }) => length);
  return [...one.levels, missing].map((level, code) => ({
    column,
    level,
    rows,
    value: (t, i) => Number(cells[t][i] === code),
  }));
}

export interface Moments {
  readonly rows: number;
  readonly mean: number;
  readonly variance: number;
}

/** The mean of those rows of a table that have a value, and the variance (Welford, 1962). */
export function momentsOf({ rows, value }: Compared, t: number, among = (_: number) => true): Moments {
  let [count, mean, squares] = [0, 0, 0];
  for (let i = 0; i < rows[t]; i++) {
    const own = value(t, i);
    if (Number.isNaN(own) || !among(i)) continue;
    const step = own - mean;
    mean += step / ++count;
    squares += step * (own - mean);
  }
  return { rows: count, mean, variance: squares / Math.max(1, count - 1) };
}

/** Whose each row is, and how many customers a row stands for. */
export function peopleIn(
  rows: Table,
  customer: string | undefined,
): { readonly of: Int32Array; readonly share: number } {
  const of =
    customer === undefined
      ? Int32Array.from({ length: rows.rows }, (_, i) => i)
      : customersIn(rows, customer);
  return { of, share: new Set(of).size / rows.rows };
}

/** So many rows of a table at most are compared by group or in pairs … */
const mostRows = 5000;

/**
 * … one of each stretch of as many, now here and now there in it by the golden ratio: at one distance they would all be the same few of rows
 * that come round, as the 24 answers of each person. Of hardly more rows than that two may fall on one: the next one is taken then.
 */
export function spaced(rows: number): Int32Array {
  const count = Math.min(rows, mostRows);
  let last = -1;
  return Int32Array.from({ length: count }, (_, i) => {
    last = Math.max(last + 1, Math.floor(((i + ((i * golden) % 1)) * rows) / count));
    return last;
  });
}

const golden = (Math.sqrt(5) - 1) / 2;
