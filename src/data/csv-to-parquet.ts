import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ColumnSchema } from "./schema";

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
    throw new Error(`Cannot write ${file}: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
}
