import { renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { DataFrame, Series } from "nodejs-polars";
import { check } from "../core/checks";
import { attempt } from "./files";
import { type Column, isCategorical, type Table } from "./table";
import type { CsvWriter } from "./write-csv";

type Polars = typeof import("nodejs-polars").default;

/**
 * A writer into a Parquet file, which appears under its name on `end`; `discard` leaves what was there before. Tables
 * of the same columns follow one another; the file is held in memory until then. Missing values are null.
 */
export async function parquetFile(file: string): Promise<CsvWriter & { discard(): void }> {
  const { default: polars } = await import("nodejs-polars");
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  const frames: DataFrame[] = [];
  return {
    write: (rows) => {
      frames.push(frameOf(rows, polars));
    },
    end: () => {
      check(frames.length > 0, "write Parquet", "there must be a table to write");
      attempt(file, () => {
        (frames.length === 1 ? frames[0] : polars.concat(frames)).writeParquet(temporary);
        renameSync(temporary, file);
      });
    },
    discard: () => rmSync(temporary, { force: true }),
  };
}

/** Writes the table as a Parquet file, which appears only once it is whole. */
export async function writeParquet(table: Table, file: string): Promise<void> {
  const target = await parquetFile(file);
  try {
    target.write(table);
    target.end();
  } catch (error) {
    target.discard();
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
