import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readFailure } from "../files";
import type { Remark } from "./read-csv";

/**
 * The Parquet files of a folder and of the folders in it, by name, or the one file; undefined where `source` is a file of
 * another kind. Files whose names begin with _ or . are passed over, as Spark writes such; others that aren't Parquet are
 * told of.
 */
export async function parquetFiles(source: string, remarks: Remark[]): Promise<string[] | undefined> {
  try {
    if (source === "-" || !(await stat(source)).isDirectory())
      return source !== "-" && (await isParquet(source)) ? [source] : undefined;
    const files: string[] = [];
    const others: string[] = [];
    for (const entry of (await readdir(source, { withFileTypes: true, recursive: true })).sort(byPlace)) {
      const file = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isDirectory() && entry.name.includes("="))
        throw new Error(
          `Cannot read ${source}: its folders must not be named by a column's values, got ${entry.name} (write the column into the files)`,
        );
      if (!entry.isFile() || /^[_.]/.test(entry.name)) continue;
      if (await isParquet(file)) files.push(file);
      else others.push(entry.name);
    }
    if (files.length === 0)
      throw new Error(`Cannot read ${source}: a folder must hold Parquet files, got none`);
    if (others.length > 0)
      remarks.push({
        text: `left out, as they are not Parquet: ${others[0]}${others.length > 1 ? ` and ${others.length - 1} more files` : ""}`,
      });
    if (files.length > 1) remarks.push({ text: `read as one table: ${files.length} Parquet files` });
    return files;
  } catch (error) {
    throw readFailure(source, error);
  }
}

function byPlace(a: { path: string; name: string }, b: { path: string; name: string }): number {
  const [one, two] = [join(a.path, a.name), join(b.path, b.name)];
  return one < two ? -1 : 1;
}

async function isParquet(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  const head = Buffer.alloc(4);
  await handle.read(head, 0, 4, 0).finally(() => handle.close());
  return head.toString("latin1") === "PAR1";
}
