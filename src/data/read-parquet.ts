import type { DataFrame } from "nodejs-polars";
import type { CsvOptions } from "./csv/options";
import { type CsvRead, parseCsv, readCsv } from "./read-csv";
import { type BatchOptions, type CsvBatches, readCsvBatches } from "./read-csv-batches";

const blockRows = 65_536;

/**
 * The rows of a Parquet file as CSV text, piece by piece: they are then typed, checked and reported by the same rules as
 * any CSV file. Null and NaN are empty; a problem's line is the row's number plus one.
 */
export async function* parquetAsCsv(file: string): AsyncGenerator<Uint8Array> {
  const { default: polars } = await import("nodejs-polars");
  for (let at = 0; ; at += blockRows) {
    const frame = await collect(() => polars.scanParquet(file).slice(at, blockRows).collect(), file);
    if (at > 0 && frame.height === 0) return;
    yield Buffer.from(frame.writeCSV({ includeHeader: at === 0 }));
    if (frame.height < blockRows) return;
  }
}

async function collect(read: () => Promise<DataFrame>, file: string): Promise<DataFrame> {
  try {
    return await read();
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new Error(`Cannot read ${file}: it must be a Parquet file, got: ${reason}`, { cause: error });
  }
}

/** The table in a Parquet file, as `readCsv` would read it from CSV. */
export async function readParquet(file: string, options: CsvOptions = {}): Promise<CsvRead> {
  const pieces: Uint8Array[] = [];
  for await (const piece of parquetAsCsv(file)) pieces.push(piece);
  return parseCsv(Buffer.concat(pieces), { ...options, delimiter: "," }, file);
}

/** The table in a file: Parquet if its name ends so, else CSV. */
export async function readTable(file: string, options: CsvOptions = {}): Promise<CsvRead> {
  return isParquet(file) ? readParquet(file, options) : readCsv(file, options);
}

/** The tables of a file batch by batch, in constant memory: Parquet if its name ends so, else CSV. */
export async function readTableBatches(file: string, options: BatchOptions = {}): Promise<CsvBatches> {
  if (!isParquet(file)) return readCsvBatches(file, options);
  return readCsvBatches(parquetAsCsv(file), { ...options, delimiter: ",", name: file });
}

/** Whether the file's name says that it is Parquet. */
export function isParquet(file: string): boolean {
  return /\.(parquet|pq)$/i.test(file);
}
