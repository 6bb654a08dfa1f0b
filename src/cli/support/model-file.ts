import { readFileSync } from "node:fs";
import { extname } from "node:path";
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
