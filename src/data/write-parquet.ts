import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DataFrame, Series } from "nodejs-polars";
import { attempt } from "./files";
import { type Column, isCategorical, type Table } from "./table";

type Polars = typeof import("nodejs-polars").default;

/** Writes the table as a Parquet file, which appears only once it is whole. Missing values are null. */
export async function writeParquet(table: Table, file: string): Promise<void> {
  const { default: polars } = await import("nodejs-polars");
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    attempt(file, () => {
      frameOf(table, polars).writeParquet(temporary);
      renameSync(temporary, file);
    });
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function frameOf(table: Table, polars: Polars): DataFrame {
  return polars.DataFrame(table.columns.map((one) => seriesOf(one, polars)));
}

function seriesOf(one: Column, polars: Polars): Series {
  if (one.type === "numeric") {
    const values = Array.from(one.values, (value) => (Number.isNaN(value) ? null : value));
    const series = polars.Series(one.name, values, polars.Float64);
    return one.decimals === 0 ? series.cast(polars.Int64) : series;
  }
  if (isCategorical(one)) {
    const words = Array.from(one.codes, (code) => (code < 0 ? null : one.levels[code]));
    return polars.Series(one.name, words, polars.Utf8);
  }
  return polars.Series(
    one.name,
    one.values.map((value) => (value === "" ? null : value)),
    polars.Utf8,
  );
}
