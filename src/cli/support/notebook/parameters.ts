import { readFileSync } from "node:fs";
import { parseExact } from "../../../core/exact-json";
import { readError } from "../../../data/files";
import { ParameterText } from "../../../notebook/parameters/kinds";
import { usageError } from "../exit";

/** The values of `-p name=value` arguments, on top of those of a JSON file. */
export function parametersOf(given: readonly string[], file?: string): Record<string, unknown> {
  const out: Record<string, unknown> = file === undefined ? {} : readParameters(file);
  for (const text of given) {
    const at = text.indexOf("=");
    if (at < 1)
      throw usageError(`Cannot use --parameter: it must be name=value, got ${JSON.stringify(text)}`);
    out[text.slice(0, at)] = new ParameterText(text.slice(at + 1));
  }
  return out;
}

function readParameters(file: string): Record<string, unknown> {
  let read: unknown;
  const text = readError(file, () => readFileSync(file, "utf8"));
  try {
    read = parseExact(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw usageError(`Cannot read ${file}: it must be a JSON file, but ${(error as Error).message}`);
  }
  if (typeof read !== "object" || read === null || Array.isArray(read))
    throw usageError(`Cannot read ${file}: it must be an object with a value for each parameter`);
  return { ...read };
}

/** Turns a broken rule into wrong usage: nothing has run yet. */
export function asUsage<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError) throw usageError(error.message);
    throw error;
  }
}
