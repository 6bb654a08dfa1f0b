import { readFileSync } from "node:fs";
import { CliError } from "./exit";

/** What the JSON in a file says; the error of a file that is not there or not JSON names it. */
export function jsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${(error as Error).message}`);
  }
}
