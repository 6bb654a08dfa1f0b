import type { DataFrame, Series } from "nodejs-polars";
import { quoted } from "./csv/cells";
import type { CsvOptions } from "./csv/options";
import { frameAsCsv } from "./frames";
import { type CsvRead, parseCsv, type Remark } from "./read/read-csv";
import type { Schema } from "./schema";
import { type Column, isCategorical, type Table } from "./table";

/**
 * A polars frame, by what marks it as one. Its own declarations compile only with `skipLibCheck`, so they are not part of
 * this package's: name the type where you use it, `await toPolars<pl.DataFrame>(table)`.
 */
export interface PolarsFrame {
  readonly columns: string[];
  readonly height: number;
  writeCSV(...given: never[]): unknown;
}

type Polars = typeof import("nodejs-polars").default;

/**
 * The rows of a polars frame as a table: typed, checked and reported by the rules of any file, or by `options.schema`.
 * Columns that hold lists or structures are left out and told of in `remarks`.
 *
 * @example
 * const frame = await toPolars(parseCsv("plan,months\nbasic,3\nplus,24\n").table);
 * fromPolars(frame).table.rows; // → 2
 */
export function fromPolars(frame: PolarsFrame, options: CsvOptions = {}): CsvRead {
  const remarks: Remark[] = [];
  return madeTable(
    Buffer.concat([...frameAsCsv(frame as unknown as DataFrame, remarks)]),
    options,
    remarks,
    "the frame",
  );
}

/**
 * A table of objects, typed like `fromPolars`: columns in the order in which their names first come; null is missing.
 *
 * @example
 * const { table: customers } = tableFromRows([{ plan: "basic", months: 3 }, { plan: "plus", months: null }]);
 * profile(customers).map((one) => one.missing); // → [0, 1]
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: CsvOptions = {},
): CsvRead {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: unknown): string => {
    if (value === null || value === undefined || (typeof value === "number" && Number.isNaN(value)))
      return '""';
    return quoted(value instanceof Date ? value.toISOString() : String(value), ",");
  };
  const lines = rows.map((row) =>
    names.map((name) => cell(Object.hasOwn(row, name) ? row[name] : null)).join(","),
  );
  return madeTable(
    Buffer.from([names.map((name) => quoted(name, ",")).join(","), ...lines, ""].join("\n")),
    options,
    [],
    "the rows",
  );
}

/**
 * The table as a polars frame: numbers as they are (whole ones where they have no decimals), all others as text; missing is null.
 *
 * @example
 * const frame = await toPolars(parseCsv("plan,months\nbasic,3\nplus,24\n").table);
 * frame.columns; // → ["plan", "months"]
 */
export async function toPolars<Frame extends PolarsFrame = PolarsFrame>(table: Table): Promise<Frame> {
  const { default: polars } = await import("nodejs-polars");
  return polars.DataFrame(table.columns.map((column) => seriesOf(column, polars))) as unknown as Frame;
}

/** Whether the rows are a polars frame. */
export function isFrame(rows: unknown): rows is PolarsFrame {
  return typeof (rows as PolarsFrame | undefined)?.writeCSV === "function";
}

/** The table itself, or what a polars frame holds as a table, its columns typed by the schema where there is one. */
export function asTable(rows: Table | PolarsFrame, schema?: Schema): Table {
  if (!isFrame(rows)) return rows;
  return fromPolars(rows, schema ? { schema, badCells: "missing" } : {}).table;
}

function madeTable(text: Buffer, options: CsvOptions, remarks: readonly Remark[], name: string): CsvRead {
  const read = parseCsv(text, { ...options, delimiter: ",", encoding: "utf-8", header: true, skip: 0 }, name);
  return { ...read, remarks: [...remarks, ...read.remarks] };
}

function seriesOf(column: Column, polars: Polars): Series {
  if (column.type === "numeric") {
    const values = Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
    const series = polars.Series(column.name, values, polars.Float64);
    return column.decimals === 0 ? series.cast(polars.Int64) : series;
  }
  if (isCategorical(column)) {
    const words = Array.from(column.codes, (code) => (code < 0 ? null : column.levels[code]));
    return polars.Series(column.name, words, polars.Utf8);
  }
  return polars.Series(
    column.name,
    column.values.map((value) => (value === "" ? null : value)),
    polars.Utf8,
  );
}
