import { readFileSync } from "node:fs";
import { readError } from "../../data/files";
import { CliError } from "./exit";

/** What the JSON in a file says; the error of a file that is not there or not JSON names it. */
export function jsonFile(file: string): unknown {
  const text = readError(file, () => readFileSync(file, "utf8"));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CliError(`Cannot read ${file}: it must be JSON (${(error as Error).message})`);
  }
}
