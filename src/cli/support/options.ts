import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { usageError } from "./exit";

/** The whole number that an option's text says, or wrong usage. */
export function wholeNumber(
  text: string,
  option: string,
  low = 0,
  high: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || value < low || value > high)
    throw usageError(
      `Cannot use ${option}: it must be a whole number from ${low} to ${high}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** The number that an option's text says, or wrong usage. */
export function decimalNumber(text: string, option: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= low && value <= high))
    throw usageError(
      `Cannot use ${option}: it must be a number from ${low} to ${high}, got ${JSON.stringify(text)}`,
    );
  return value;
}

/** A time in seconds, above 0 and at most a day. */
export function seconds(text: string, option: string): number {
  return decimalNumber(text, option, 0.001, 86_400);
}

/** What the option --keep-duplicates of several commands says of itself. */
export const keepDuplicates = "let customers count as often as they stand in the file";

/** Refuses a file that can't be written for want of its folder, before any work is done for it. */
export function checkFolder(file: string | undefined): void {
  if (file === undefined || file === "-") return;
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw usageError(`Cannot write ${file}: the folder ${folder} must exist`);
  if (existsSync(file) && statSync(file).isDirectory())
    throw usageError(`Cannot write ${file}: it must be a file, got a folder`);
}
