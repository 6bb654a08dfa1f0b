import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Command } from "commander";
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

/** Options that name a file or folder which the command writes. */
const outputs = /^--(out|html|json|db|write-.+)$/;

/** Refuses outputs that can't be written, for want of their folder above all, before any work is done for them. */
export function checkOutputs(command: Command): void {
  for (const option of command.options) {
    const path: unknown = command.getOptionValue(option.attributeName());
    if (typeof path !== "string" || path === "-" || !outputs.test(option.long ?? "")) continue;
    // What lies elsewhere is checked where it is opened.
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(path)) continue;
    // Folders, and what lies in a folder of its own, are made.
    if (/<(folder|path)>/.test(option.flags) || option.long === "--db") checkMakeable(path);
    else checkFolder(path);
  }
}

function checkFolder(file: string): void {
  const folder = dirname(file);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw usageError(`Cannot write ${file}: the folder ${folder} must exist`);
  if (existsSync(file) && statSync(file).isDirectory())
    throw usageError(`Cannot write ${file}: it must be a file, got a folder`);
  checkWritable(existsSync(file) ? file : folder, file);
}

function checkMakeable(path: string): void {
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  if (there !== path && !statSync(there).isDirectory())
    throw usageError(`Cannot write ${path}: ${there} must be a folder, got a file`);
  checkWritable(there, path);
}

function checkWritable(there: string, path: string): void {
  try {
    accessSync(there, constants.W_OK);
  } catch {
    throw usageError(`Cannot write ${path}: ${there} must be writable for this user`);
  }
}
