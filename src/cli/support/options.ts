import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command, Option } from "commander";
import { didYouMean } from "../../core/did-you-mean";
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

/** The word that an option's text is, of those that there are, or wrong usage. */
export function oneOf<T extends string>(text: string, option: string, words: readonly T[]): T {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw usageError(
    `Cannot use ${option}: it must be one of ${words.join(", ")}, got ${JSON.stringify(text)}${didYouMean(text, words)}`,
  );
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

/** What the option --positive of several commands says of itself. */
export const positiveValue =
  "the target's value that counts as 1; not needed where it is plain (Yes, True, 1); of three values or more, the one that is learned against the others";

/** Options that name a file or folder which the command writes. */
const outputs = /^--(.+-out|out|html|json|db|write-.+)$/;

/**
 * Refuses outputs that can't be written, for want of their folder above all, and those that would take the place of what
 * the command reads or writes otherwise, before any work is done for them.
 */
export function checkOutputs(command: Command): void {
  const taken = command.args.map((path) => ({ path, use: "it is read" }));
  const written: { path: string; folder: boolean }[] = [];
  for (const option of command.options) {
    const { long = "", flags } = option;
    for (const path of [command.getOptionValue(option.attributeName())].flat()) {
      if (path === "-" && outputs.test(long)) leaveToStandardOutput(command, option);
      // What lies elsewhere is checked where it is opened.
      if (typeof path !== "string" || path === "-" || /^[a-z][a-z\d+.-]*:\/\//i.test(path)) continue;
      if (outputs.test(long))
        written.push({ path, folder: /<(folder|path)>/.test(flags) || long === "--db" });
      else if (/<(file|model)[.>]/.test(flags)) taken.push({ path, use: `${long} reads it` });
    }
  }
  for (const { path, folder } of written) {
    // Folders, and what lies in a folder of its own, are made.
    if (folder) checkMakeable(path);
    else checkFolder(path);
    checkApart(path, taken);
    taken.push({ path, use: "it is written twice" });
  }
}

/** Has "-" mean standard output where that is where it goes by itself, and refuses it where no file is called so. */
function leaveToStandardOutput(command: Command, option: Option): void {
  const { long, description } = option;
  if (/(^| )- (for|writes)/.test(description)) return;
  if (!description.includes("standard output"))
    throw usageError(
      `Cannot write to standard output: ${long} must name a file (./- for one of that name), got "-"`,
    );
  command.setOptionValue(option.attributeName(), undefined);
}

/** Refuses to write a file that is in use otherwise. */
export function checkApart(path: string, taken: readonly { path: string; use: string }[]): void {
  const found = taken.find((other) => isSameFile(other.path, path));
  if (found) throw usageError(`Cannot write ${path}: ${found.use}; name another file`);
}

function isSameFile(a: string, b: string): boolean {
  const [one, other] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (!one || !other) return !one && !other && resolve(a) === resolve(b);
  return one.isFile() && one.dev === other.dev && one.ino === other.ino;
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

/** What the options --customer and --no-customer of several commands say of themselves. */
export const customerOption =
  "whose row it is, where a customer may have several (default: found by name and values)";
export const noCustomerOption =
  "each row is a customer's own: a column that looks like customers is a category";

/** The command, which refuses --customer and --no-customer together. */
export function eitherCustomer(command: Command): Command {
  const given = new Set<string>();
  for (const name of ["customer", "no-customer"])
    command.on(`option:${name}`, () => {
      if (given.add(name).size > 1)
        throw usageError(
          "Cannot use --no-customer: it must not stand beside --customer, which says whose the rows are; leave one of them out",
        );
    });
  return command;
}
