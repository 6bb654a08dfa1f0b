import type { ColumnSchema } from "../../data/schema";
import type { TableFile, TextFile } from "../../data/write/csv-to-parquet";
import { writeOut } from "./output";

/** What a file of rows may be. */
const formats = ".csv or .parquet";

/** Where rows go: a .csv or .parquet file, which appears once it is whole, or standard output where none is named. */
export async function openRows(
  file: string | undefined,
  how: { readonly delimiter?: string } = {},
): Promise<TableFile> {
  const [{ checkNamesCsv, csvFile, csvWriter }, { namesParquet, parquetThroughCsv }] = await Promise.all([
    import("../../data/write/write-csv.js"),
    import("../../data/write/csv-to-parquet.js"),
  ]);
  if (file === undefined) return { ...csvWriter(writeOut, how), discard: () => {} };
  if (namesParquet(file)) return parquetThroughCsv(file);
  checkNamesCsv(file, formats);
  return csvFile(file, how);
}

/** The same for rows that are CSV text already, of these columns. */
export async function openText(
  file: string | undefined,
  columns: readonly ColumnSchema[],
): Promise<TextFile> {
  if (file === undefined) return { write: writeOut, end: () => {}, discard: () => {} };
  const { namesParquet, parquetOfText } = await import("../../data/write/csv-to-parquet.js");
  if (namesParquet(file)) return parquetOfText(file, () => columns);
  const { checkNamesCsv } = await import("../../data/write/write-csv.js");
  checkNamesCsv(file, formats);
  const { openAtomic } = await import("../../data/files.js");
  const { write, commit, discard } = openAtomic(file);
  return { write, end: commit, discard };
}

/** Keeps what the work wrote, or nothing of it when the work fails. */
export async function keptWhole<Out>(
  out: Pick<TableFile, "end" | "discard">,
  work: () => Promise<Out>,
): Promise<Out> {
  try {
    const done = await work();
    await out.end();
    return done;
  } catch (error) {
    out.discard();
    throw error;
  }
}
