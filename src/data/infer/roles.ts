import { mayBeCode, mayBeId, mayBeIndex } from "./names";

/** A column with more distinct texts than this, most of them unique, is free text or an identifier. */
export const manyLevels = 50;

/** Rows from which on a run of whole numbers counts the rows. */
const fewestRows = 20;

/** What tells identifiers from figures and categories. */
export interface Uniqueness {
  readonly distinct: number;
  readonly present: number;
  /** Whether the values go up by one from row to row, and whether the column is the file's first. */
  readonly consecutive: boolean;
  readonly first: boolean;
}

/**
 * What whole numbers under a name are. An identifier is nearly unique, whatever its name: a run that counts the rows in
 * the first column, or unique numbers under a name that suggests one. The name of an identifier over numbers that return is another thing's
 * number, and so a category; so are few numbers called a code.
 */
export function roleOfWholeNumbers(name: string, of: Uniqueness): "numeric" | "id" | "categorical" {
  const share = of.present === 0 ? 0 : of.distinct / of.present;
  if (of.consecutive && of.first && of.present >= fewestRows) return "id";
  if (mayBeId(name)) return share > 0.5 ? "id" : "categorical";
  if (mayBeIndex(name) && share > 0.98) return "id";
  return mayBeCode(name) && of.distinct <= manyLevels ? "categorical" : "numeric";
}

/** Longer words are no levels. */
const longestLevel = 1000;

/** What words under a name are: identifiers are nearly unique and hold no blanks, free text is long or hardly repeats. */
export function roleOfWords(
  name: string,
  of: Omit<Uniqueness, "consecutive" | "first"> & { readonly blanks: boolean; readonly longest: number },
): "id" | "text" | "categorical" {
  const share = of.present === 0 ? 0 : of.distinct / of.present;
  if (of.longest > longestLevel) return "text";
  if (mayBeId(name) && share > 0.5) return "id";
  if (of.distinct <= manyLevels || share <= 0.5) return "categorical";
  return share >= 0.95 && !of.blanks ? "id" : "text";
}

/** Whether the numbers go up by one from each to the next. */
export function isRun(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1] + 1) return false;
  return values.length > 0 && Number.isInteger(values[0]);
}
