import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openAtomic, writeError } from "../files";
import { type ColumnSchema, schemaOf } from "../schema";
import type { Table } from "../table";
import { csvWriter } from "./write-csv";

/** Whether the file is to be Parquet, by its name. */
export function namesParquet(file: string): boolean {
  return /\.(parquet|pq)$/i.test(file);
}

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
    const explained = writeError(file, error);
    if (explained !== error) throw explained;
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

/** Takes the text of a file, piece by piece; it appears, whole, once `end` is done. */
export interface TextFile extends Omit<TableFile, "write"> {
  write(piece: Uint8Array): void;
}

/** Takes CSV text and makes a Parquet file of it in constant memory, by way of a CSV file beside it. */
export function parquetOfText(file: string, columns: () => readonly ColumnSchema[]): TextFile {
  const between = join(dirname(file), `.${basename(file)}.${process.pid}.csv`);
  const text = openAtomic(between);
  return {
    write: text.write,
    end: async () => {
      try {
        text.commit();
        await csvToParquet(between, file, columns());
      } finally {
        rmSync(between, { force: true });
      }
    },
    discard: text.discard,
  };
}

/** A writer into a Parquet file in constant memory; the first table says how the columns are typed. */
export function parquetThroughCsv(file: string): TableFile {
  let columns: readonly ColumnSchema[] = [];
  const target = parquetOfText(file, () => columns);
  const writer = csvWriter(target.write);
  return {
    write: (rows) => {
      if (columns.length === 0) ({ columns } = schemaOf(rows));
      writer.write(rows);
    },
    end: async () => {
      writer.end();
      await target.end();
    },
    discard: target.discard,
  };
}
