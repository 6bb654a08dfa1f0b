import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DataFrame } from "nodejs-polars";
import { attempt } from "../files";
import { asTable, type PolarsFrame, toPolars } from "../polars";
import type { Table } from "../table";

/**
 * Writes the table as a Parquet file, which appears only once it is whole. Missing values are null.
 *
 * @example
 * const months = { name: "months", type: "numeric", values: Float64Array.of(3, Number.NaN) } as const;
 * await writeParquet(table([months]), "months.parquet");
 * profile((await readTable("months.parquet")).table)[0].missing; // → 1
 */
export async function writeParquet(given: Table | PolarsFrame, file: string): Promise<void> {
  const table = asTable(given);
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    const frame = await toPolars<DataFrame>(table);
    attempt(file, () => {
      frame.writeParquet(temporary);
      renameSync(temporary, file);
    });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
