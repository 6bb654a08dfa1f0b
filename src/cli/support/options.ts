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
