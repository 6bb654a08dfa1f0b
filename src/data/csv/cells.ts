import { meansMissing } from "../formats/words";

/** A number as programs write it. */
export const plainDecimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Whether the text is a finite decimal number as programs write it. */
export function isNumber(text: string): boolean {
  return plainDecimal.test(text.trim()) && Number.isFinite(Number(text));
}

/** Whether a trimmed cell means "missing" in a column. */
export type MissingTest = (word: string) => boolean;

/**
 * What means "missing" in a column of this type: the words `given` for the whole file, else the usual ones; and always
 * those of the column itself.
 */
export function missingTest(
  type: string,
  given: readonly string[] | undefined,
  own: readonly string[] = [],
): MissingTest {
  const typed = type === "numeric" || type === "boolean" || type === "date";
  const words = new Set([...(given ?? []), ...own]);
  if (given) return (word) => words.has(word);
  if (words.size === 0) return (word) => meansMissing(word, typed);
  return (word) => words.has(word) || meansMissing(word, typed);
}

/**
 * The cell as a CSV file writes it: in quotes where it must be, and where an apostrophe at its end could be taken for a
 * quote that another cell began.
 */
export function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]|^\s|\s$|'$/.test(cell)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
}

/** The words by how often each occurs, with the empty cell among them where there are such. */
export function commonestFirst(words: ReadonlyMap<string, number>, blank: number): readonly string[] {
  const all = [...words];
  if (blank > 0) all.push(["", blank]);
  return all.sort((a, b) => b[1] - a[1]).map(([word]) => word);
}
