import { check, checkInteger } from "../../core/checks";
import type { Rng } from "../../core/rng";
import type { CsvOptions } from "../csv/options";
import { parquetRows, sampledAsCsv } from "../frames";
import { parquetFiles } from "./parquet-files";
import { type CsvRead, parseCsv, type Remark } from "./read-csv";

/** A part of a table's rows, in their order. */
export interface SampledTable extends CsvRead {
  /** Rows that the table has. */
  readonly total: number;
}

/**
 * `rows` of the rows of a Parquet file, or of a folder of them, all rows alike and in their order; all of them where there
 * are no more. The table may be of any size: a hundred thousand of its rows are held at a time, and those drawn.
 *
 * @example
 * await writeParquet(parseCsv("months\n3\n24\n7\n").table, "all.parquet");
 * const part = await sampleTable("all.parquet", 2, seeded(1));
 * [part.table.rows, part.total]; // → [2, 3]
 */
export async function sampleTable(
  source: string,
  rows: number,
  rng: Rng,
  options: CsvOptions = {},
): Promise<SampledTable> {
  checkInteger(rows, 1, 1e9, "sample rows", "the sample");
  const remarks: Remark[] = [];
  const files = await parquetFiles(source, remarks);
  check(
    files !== undefined,
    "sample rows",
    "the table must be a Parquet file or a folder of Parquet files (telelink can't draw from others without reading them)",
    source,
  );
  const counts: number[] = [];
  for (const file of files) counts.push(await parquetRows(file, source));
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Each row is taken with the chance that as many of those left are still wanted (Fan, Muller and Rezucha, 1962).
  let [wanted, left] = [Math.min(rows, total), total];
  const take = (): boolean => {
    const taken = rng.uniform() * left-- < wanted;
    if (taken) wanted--;
    return taken;
  };
  const pieces: Uint8Array[] = [];
  for await (const piece of sampledAsCsv(files, source, remarks, take)) pieces.push(piece);
  const given = { ...options, delimiter: ",", encoding: "utf-8", header: true, skip: 0 };
  const read = parseCsv(Buffer.concat(pieces), given, source);
  return { ...read, total, remarks: [...remarks, ...read.remarks] };
}
