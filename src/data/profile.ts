import { percentOf } from "../core/format";
import { asTable, type PolarsFrame } from "./polars";
import { type Column, isCategorical, type Table } from "./table";

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
}

/**
 * One profile per column, each from that column alone: nothing here looks at how columns go together.
 *
 * @example
 * const { table: customers } = parseCsv("plan,months\nbasic,3\nplus,\nbasic,25\n");
 * profile(customers)[1]; // → { name: "months", missing: 1, numbers: { minimum: 3, mean: 14, maximum: 25 } }
 */
export function profile(given: Table | PolarsFrame): ColumnProfile[] {
  const table = asTable(given);
  return table.columns.map((column) => {
    if (column.type === "numeric") return numericProfile(column.name, column.values);
    if (isCategorical(column)) {
      const counts = new Map<string, number>();
      let missing = 0;
      for (const code of column.codes) {
        if (code < 0) missing++;
        else counts.set(column.levels[code], (counts.get(column.levels[code]) ?? 0) + 1);
      }
      const levels = [...counts]
        .map(([level, count]) => ({ level, count }))
        .sort((a, b) => b.count - a.count);
      const shown = levels.slice(0, 4).map(({ level, count }) => `${level} ${percentOf(count, table.rows)}`);
      const summary = shown.join(", ") + (levels.length > 4 ? ", …" : "");
      return {
        name: column.name,
        type: column.type,
        missing,
        distinct: counts.size,
        levels: levels.slice(0, 20),
        summary,
      };
    }
    const missing = column.values.filter((value) => value === "").length;
    const distinct = new Set(column.values).size - (missing > 0 ? 1 : 0);
    const first = column.values.find((value) => value !== "") ?? "";
    const summary = first === "" ? "" : `such as ${first.length > 40 ? `${first.slice(0, 39)}…` : first}`;
    return { name: column.name, type: column.type, missing, distinct, summary };
  });
}

function numericProfile(name: string, values: Float64Array): ColumnProfile {
  const present = values.filter((value) => !Number.isNaN(value)).sort();
  const n = present.length;
  const missing = values.length - n;
  if (n === 0) return { name, type: "numeric", missing, distinct: 0, summary: "" };
  let distinct = 1;
  for (let i = 1; i < n; i++) if (present[i] !== present[i - 1]) distinct++;
  const mean = present.reduce((a, b) => a + b, 0) / n;
  const deviation = n > 1 ? Math.sqrt(present.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)) : 0;
  const at = (share: number): number => {
    const place = share * (n - 1);
    const low = Math.floor(place);
    return present[low] + (place - low) * ((present[low + 1] ?? present[low]) - present[low]);
  };
  const numbers = {
    minimum: present[0],
    q1: at(0.25),
    median: at(0.5),
    q3: at(0.75),
    maximum: present[n - 1],
    mean,
    deviation,
  };
  const [low, middle, high, average] = [present[0], at(0.5), present[n - 1], mean].map(short);
  return {
    name,
    type: "numeric",
    missing,
    distinct,
    numbers,
    summary: `${low} to ${high}, median ${middle}, mean ${average}`,
  };
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
