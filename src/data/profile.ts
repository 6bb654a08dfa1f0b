import { percentOf } from "../core/format";
import { asTable, type PolarsFrame } from "./polars";
import { type Column, isCategorical, type NumericColumn, type Table } from "./table";
import type { Tallied } from "./tally/column-tally";

/** What a column holds, in a line. */
export interface ColumnProfile {
  readonly name: string;
  readonly type: Column["type"];
  readonly missing: number;
  readonly distinct: number;
  /** Numeric columns: minimum, quartiles, maximum, mean and standard deviation of the values present. */
  readonly numbers?: {
    readonly minimum: number;
    readonly q1: number;
    readonly median: number;
    readonly q3: number;
    readonly maximum: number;
    readonly mean: number;
    readonly deviation: number;
  };
  /** Categorical columns: the commonest levels first, at most 20. */
  readonly levels?: readonly { readonly level: string; readonly count: number }[];
  /** The same in words. */
  readonly summary: string;
  /** What of it is an estimate, because the column has too many different values to hold: distinct, quartiles, deviation. */
  readonly estimates?: readonly string[];
}

/**
 * One profile per column, each from that column alone: nothing here looks at how columns go together.
 *
 * @example
 * const { table: customers } = parseCsv("plan,months\nbasic,3\nplus,\nbasic,25\n");
 * profile(customers)[1]; // → { name: "months", missing: 1, numbers: { minimum: 3, mean: 14, maximum: 25 } }
 */
export function profile(given: Table | PolarsFrame): ColumnProfile[] {
  return asTable(given).columns.map((column) => profileOf({ column }));
}

/** The profile of a column in which each row counts once, or of one that was counted before. */
export function profileOf(of: Pick<Tallied, "column"> & Partial<Tallied>): ColumnProfile {
  const { column, complete = true } = of;
  const { name, type } = column;
  const estimates = complete
    ? []
    : [...(of.exact ? [] : ["distinct"]), ...(type === "numeric" ? ["quartiles", "deviation"] : [])];
  const common = { name, type, ...(estimates.length > 0 ? { estimates } : {}) };
  if (type === "numeric") return { ...common, ...numericProfile(column, of) };
  const counts = new Map<string | number, number>();
  const cells: ArrayLike<string | number> = isCategorical(column) ? column.codes : column.values;
  let missing = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const count = of.counts ? of.counts[i] : 1;
    if (cell === "" || cell === -1) missing += count;
    else if (count > 0) counts.set(cell, (counts.get(cell) ?? 0) + count);
  }
  const distinct = complete ? counts.size : (of.distinct as number);
  if (!isCategorical(column)) {
    const first = column.values.find((value) => value !== "") ?? "";
    const summary = first === "" ? "" : `such as ${first.length > 40 ? `${first.slice(0, 39)}…` : first}`;
    return { ...common, missing, distinct, summary };
  }
  const rows = missing + [...counts.values()].reduce((sum, count) => sum + count, 0);
  const levels = [...counts]
    .map(([code, count]) => ({ level: column.levels[code as number], count }))
    .sort((a, b) => b.count - a.count);
  const shown = levels.slice(0, 4).map(({ level, count }) => `${level} ${percentOf(count, rows)}`);
  const summary = shown.join(", ") + (levels.length > 4 ? ", …" : "");
  return { ...common, missing, distinct, levels: levels.slice(0, 20), summary };
}

function numericProfile(
  { values }: NumericColumn,
  { counts, complete = true, distinct: several = 0 }: Partial<Tallied>,
): Omit<ColumnProfile, "name" | "type"> {
  const there = (_: number, i: number): boolean => !Number.isNaN(values[i]) && (!counts || counts[i] > 0);
  // What was counted is ascending, in as far as it was not settled from words.
  const order =
    counts &&
    Array.from(values.keys())
      .filter((i) => there(0, i))
      .sort((a, b) => values[a] - values[b]);
  const present = order ? Float64Array.from(order, (i) => values[i]) : values.filter(there).sort();
  const times = order && counts ? Float64Array.from(order, (i) => counts[i]) : undefined;
  const total = (of: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < present.length; i++) sum += of(i) * (times?.[i] ?? 1);
    return sum;
  };
  const n = total(() => 1);
  const missing = (counts ? counts.reduce((sum, count) => sum + count, 0) : values.length) - n;
  if (n === 0) return { missing, distinct: 0, summary: "" };
  let distinct = 1;
  for (let i = 1; i < present.length; i++) if (present[i] !== present[i - 1]) distinct++;
  const mean = total((i) => present[i]) / n;
  const deviation = n > 1 ? Math.sqrt(total((i) => (present[i] - mean) ** 2) / (n - 1)) : 0;
  const ends = times?.slice();
  ends?.forEach((_, i) => {
    if (i > 0) ends[i] += ends[i - 1];
  });
  const placed = (k: number): number => present[ends ? firstAbove(ends, k) : k];
  const at = (share: number): number => {
    const place = share * (n - 1);
    const low = Math.floor(place);
    return placed(low) + (place - low) * (placed(Math.min(low + 1, n - 1)) - placed(low));
  };
  const numbers = {
    minimum: present[0],
    q1: at(0.25),
    median: at(0.5),
    q3: at(0.75),
    maximum: present[present.length - 1],
    mean,
    deviation,
  };
  const [low, middle, high, average] = [numbers.minimum, numbers.median, numbers.maximum, mean].map(short);
  return {
    missing,
    distinct: complete ? distinct : several,
    numbers,
    summary: `${low} to ${high}, median ${middle}, mean ${average}`,
  };
}

/** The first place of ascending values that holds more than `k`. */
function firstAbove(values: Float64Array, k: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > k) high = middle;
    else low = middle + 1;
  }
  return low;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
