import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeError } from "./files";
import { type ColumnSchema, schemaOf } from "./schema";
import type { Table } from "./table";
import { csvFile } from "./write-csv";

/**
 * Turns a CSV file into a Parquet file in constant memory; it appears under its name only once it is whole. `columns`
 * type all columns in order: numbers (whole ones where they have no decimals), and text for all others. Empty is null.
 */
export async function csvToParquet(
  csv: string,
  file: string,
  columns: readonly ColumnSchema[],
): Promise<void> {
  const { default: polars } = await import("nodejs-polars");
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const schema = Object.fromEntries(
    columns.map(({ name, type, decimals }) => [
      name,
      type !== "numeric" ? polars.Utf8 : decimals === 0 ? polars.Int64 : polars.Float64,
    ]),
  );
  try {
    await polars.scanCSV(csv, { schema }).sinkParquet(temporary).collect();
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    const told = writeError(file, error);
    if (told !== error) throw told;
    throw new Error(`Cannot write ${file}: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
}

/** A writer of tables whose file appears, whole, once `end` is done. */
export interface TableFile {
  write(rows: Table): void;
  end(): void | Promise<void>;
  /** Leaves what was there before. */
  discard(): void;
}

/**
 * A writer into a Parquet file in constant memory, by way of a CSV file beside it; the first table says how the columns
 * are typed.
 */
export function parquetThroughCsv(file: string): TableFile {
  const between = join(dirname(file), `.${basename(file)}.${process.pid}.csv`);
  const writer = csvFile(between);
  let columns: readonly ColumnSchema[] = [];
  return {
    write: (rows) => {
      if (columns.length === 0) ({ columns } = schemaOf(rows));
      writer.write(rows);
    },
    end: async () => {
      try {
        writer.end();
        await csvToParquet(between, file, columns);
      } finally {
        rmSync(between, { force: true });
      }
    },
    discard: () => writer.discard(),
  };
}
