import type { CsvOptions } from "../csv/options";
import { type OpenedTable, openTable } from "./open-table";
import { type CsvRead, parseCsv, readCsv } from "./read-csv";
import { type BatchOptions, type CsvBatches, readCsvBatches } from "./read-csv-batches";

/**
 * The table in a file or in standard input ("-"), whatever its format: CSV in any dialect, JSON lines, Excel, Parquet,
 * Arrow, also compressed. Rows are typed, checked and reported by the same rules whatever they come from.
 *
 * @example
 * await writeParquet(parseCsv("plan,months\nbasic,3\nplus,24\n").table, "plans.parquet");
 * (await readTable("plans.parquet")).table.rows; // → 2
 */
export async function readTable(source: string, options: CsvOptions = {}): Promise<CsvRead> {
  const opened = await openTable(source);
  if (opened.plain) return readCsv(source, options);
  const pieces: Uint8Array[] = [];
  for await (const piece of opened.bytes) pieces.push(piece);
  const read = parseCsv(Buffer.concat(pieces), optionsFor(opened, options), opened.name);
  return { ...read, remarks: [...opened.remarks, ...read.remarks] };
}

/**
 * The tables of a file or of standard input batch by batch; those of CSV and Parquet files in constant memory.
 *
 * @example
 * await writeParquet(parseCsv("plan,months\nbasic,3\nplus,24\n").table, "batches.parquet");
 * let rows = 0;
 * for await (const batch of await readTableBatches("batches.parquet")) rows += batch.rows;
 * rows; // → 2
 */
export async function readTableBatches(source: string, options: BatchOptions = {}): Promise<CsvBatches> {
  const opened = await openTable(source);
  return readCsvBatches(opened.bytes, {
    ...optionsFor(opened, options),
    name: opened.name,
    remarks: opened.remarks,
  });
}

/** The options for text that was made of another format: its dialect is known. */
export function optionsFor<T extends CsvOptions>({ made }: OpenedTable, options: T): T {
  if (!made) return options;
  const { skip: _, header: __, encoding: ___, ...rest } = options;
  return { ...(rest as T), delimiter: ",", encoding: "utf-8" };
}
