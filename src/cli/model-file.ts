import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { basename } from "node:path";
import { writeAtomic } from "../data/files";
import { parseModelText } from "../models/load";
import { type SavedModel, savedModelFromJSON, savedModelToJSON } from "../studies/prediction/saved-model";
import { CliError } from "./exit";

/** The model in a file that `telelink train` wrote. */
export function readModelFile(file: string): SavedModel {
  return savedModelFromJSON(parseModelText(readFileSync(file, "utf8")), file);
}

/** Writes the model; the file appears only once it is whole. */
export function writeModelFile(file: string, model: SavedModel): void {
  let text: string;
  try {
    text = JSON.stringify(savedModelToJSON(model));
  } catch (error) {
    // V8 ends strings at about half a gigabyte.
    throw new CliError(`Cannot write ${file}: the model is too large for JSON (${(error as Error).message})`);
  }
  writeAtomic(file, `${text}\n`);
}

/** Name and SHA-256 of a file, read in pieces. */
export async function fileOrigin(file: string): Promise<{ name: string; sha256: string }> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return { name: basename(file), sha256: hash.digest("hex") };
}
