import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { jsonText } from "../../core/gzip-json";
import { readError, writeAtomic } from "../../data/files";
import { modelBytes, parseModelBytes } from "../../models/load";
import { type SavedModel, savedModelFromJSON, savedModelToJSON } from "../../services/predict/saved-model";

/** The extension of models as gzipped JSON; all others are written as plain JSON. */
const compact = ".tlm";

/** The model in a file that `telelink train` wrote, in either form, whatever its name. */
export function readModelFile(file: string): SavedModel {
  return savedModelFromJSON(parseModelBytes(readError(file, () => readFileSync(file))), file);
}

/** Writes the model, in the form that the name asks for; the file appears only once it is whole. */
export function writeModelFile(file: string, model: SavedModel): void {
  const json = savedModelToJSON(model);
  writeAtomic(file, extname(file) === compact ? modelBytes(json) : `${jsonText(json, `write ${file}`)}\n`);
}

/** Name and SHA-256 of a file, or of a folder's Parquet files one after the other; standard input ("-") and pipes have none. */
export async function fileOrigin(file: string): Promise<{ name: string; sha256: string }> {
  if (file === "-") return { name: "standard input", sha256: "" };
  const [{ parquetFiles }, { isPipe }] = await Promise.all([
    import("../../data/read/parquet-files.js"),
    import("../../data/read/open-table.js"),
  ]);
  if (await isPipe(file)) return { name: basename(file), sha256: "" };
  const hash = createHash("sha256");
  for (const one of (await parquetFiles(file, [])) ?? [file])
    for await (const piece of createReadStream(one)) hash.update(piece as Buffer);
  return { name: basename(file), sha256: hash.digest("hex") };
}
