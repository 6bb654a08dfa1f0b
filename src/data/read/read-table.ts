import { closeSync, openSync, readSync } from "node:fs";
import type { CsvOptions } from "../csv/options";
import { checkRoom } from "./check-room";
import { type OpenedTable, openTable, type Reopened } from "./open-table";
import { type CsvRead, parseCsv, readCsv } from "./read-csv";
import { type BatchOptions, type CsvBatches, headOf, readCsvBatches } from "./read-csv-batches";

/** Reads a table that was opened, as often as asked for; of its beginning alone, as many whole lines as are in `bytes`. */
export type ReadOpened = (options?: CsvOptions, bytes?: number) => CsvRead;

/**
 * The table in a file or in standard input ("-"), whatever its format: CSV in any dialect, JSON lines, Excel, Parquet,
 * Arrow, also compressed. Rows are typed, checked and reported by the same rules whatever they come from.
 *
 * @example
 * await writeParquet(parseCsv("plan,months\nbasic,3\nplus,24\n").table, "plans.parquet");
 * (await readTable("plans.parquet")).table.rows; // → 2
 */
export async function readTable(source: string, options: CsvOptions = {}): Promise<CsvRead> {
  return (await tableReader(source))(options);
}

/** A reader of a table that has to be looked at before it is read: of the same sources as `readTable`, or one that was opened. */
export async function tableReader(source: string | Reopened): Promise<ReadOpened> {
  const path = typeof source === "string" ? source : source.source;
  const opened = await (typeof source === "string" ? openTable(source) : source.open());
  if (opened.plain && opened.name === path)
    return (options = {}, bytes) =>
      bytes === undefined ? readCsv(path, options) : parseCsv(beginning(path, bytes), options, path);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of opened.bytes) {
    size += piece.length;
    checkRoom(opened.name, size);
    pieces.push(piece);
  }
  const all = Buffer.concat(pieces);
  return (options = {}, bytes = all.length) => {
    const read = parseCsv(wholeLines(all, bytes), optionsFor(opened, options), opened.name);
    return { ...read, remarks: [...opened.remarks, ...read.remarks] };
  };
}

/** The beginning of a table that is read again later: as many whole lines as are in `bytes`. */
export async function tableHead(source: Reopened, options: CsvOptions, bytes: number): Promise<CsvRead> {
  const opened = await source.open();
  const { head } = await headOf(opened.bytes[Symbol.asyncIterator](), bytes + 1, opened.name);
  return parseCsv(wholeLines(Buffer.concat(head), bytes), optionsFor(opened, options), opened.name);
}

function beginning(file: string, bytes: number): Uint8Array {
  const handle = openSync(file, "r");
  try {
    const into = new Uint8Array(bytes + 1);
    return wholeLines(into.subarray(0, readSync(handle, into)), bytes);
  } finally {
    closeSync(handle);
  }
}

/** The lines that end within the first bytes; all of them where there are no more. */
function wholeLines(all: Uint8Array, bytes: number): Uint8Array {
  if (all.length <= bytes) return all;
  const end = all.lastIndexOf(10, bytes - 1) + 1;
  return all.subarray(0, end > 0 ? end : bytes);
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
