import { check } from "../../core/checks";
import { didYouMean } from "../../core/did-you-mean";

/** The record that names the columns. */
export interface Header {
  readonly cells: readonly string[];
  readonly end: number;
  readonly lines: number;
}

/** Where the record begins in the bytes, its marks, and whether the bytes are all that there are. */
interface HeaderPlace {
  readonly from: number;
  readonly delimiter: number;
  readonly quote: number;
  readonly whole: boolean;
}

/** The first record, of however many cells; undefined when it doesn't end within `head`. */
export function headerOf(
  head: Uint8Array,
  { from, delimiter, quote, whole }: HeaderPlace,
): Header | undefined {
  const cells: string[] = [];
  let text: number[] = [];
  let inQuotes = false;
  let lines = 1;
  let i = from;
  for (; i < head.length; i++) {
    const byte = head[i];
    if (inQuotes) {
      if (byte === quote && head[i + 1] === quote) text.push(head[++i]);
      else if (byte === quote) inQuotes = false;
      else {
        if (byte === 10) lines++;
        text.push(byte);
      }
    } else if (byte === quote && text.every((one) => one === 32)) {
      inQuotes = true;
      text = [];
    } else if (byte === delimiter) {
      cells.push(Buffer.from(text).toString("utf8"));
      text = [];
    } else if (byte === 10 || byte === 13) {
      if (byte === 13 && head[i + 1] === 10) i++;
      // Blank lines before the header.
      if (cells.length === 0 && text.length === 0) {
        lines++;
        continue;
      }
      cells.push(Buffer.from(text).toString("utf8"));
      return { cells, end: i + 1, lines };
    } else text.push(byte);
  }
  if (!whole || inQuotes) return undefined;
  cells.push(Buffer.from(text).toString("utf8"));
  return { cells, end: i, lines };
}

/**
 * The name of each column, by the cells of the header or by its place, and which cells were empty or read otherwise. Names must differ, and
 * those that are needed must be there.
 */
export function columnNames(
  header: readonly string[] | undefined,
  { fields, rowNames }: { readonly fields: number; readonly rowNames: boolean },
  needed: readonly string[],
  action: string,
): {
  readonly names: readonly string[];
  readonly unnamed: readonly boolean[];
  /** Cells whose names are read otherwise: without blanks around them. */
  readonly trimmed: readonly string[];
} {
  const cells = header ?? Array.from({ length: fields }, () => "");
  if (header)
    check(
      cells.some((cell) => cell.trim() !== ""),
      action,
      "the first line must name the columns, got none",
    );
  const padded = rowNames
    ? ["", ...cells]
    : [...cells, ...Array.from({ length: Math.max(0, fields - cells.length) }, () => "")];
  const names = padded.map((cell, i) => cell.trim().replace(/^#\s*(?=\p{L})/u, "") || `column ${i + 1}`);
  checkDistinct(names, cells.length, action);
  const has = new Set(names);
  const absent = needed.filter((one) => !has.has(one));
  if (absent.length > 0)
    check(
      false,
      action,
      `the columns ${absent.join(", ")} must be there, got ${names.join(", ")}${absent
        .slice(0, 3)
        .map((one) => didYouMean(one, names))
        .join("")}`,
    );
  const unnamed = padded.map((cell) => cell.trim() === "");
  return { names, unnamed, trimmed: padded.filter((cell, i) => !unnamed[i] && cell !== names[i]) };
}

function checkDistinct(names: readonly string[], cells: number, action: string): void {
  const places = new Map<string, number>();
  names.forEach((name, i) => {
    const before = places.get(name);
    if (before !== undefined)
      check(
        false,
        action,
        `column names must differ, got ${JSON.stringify(name)} as columns ${before + 1} and ${i + 1} of ${cells}`,
      );
    places.set(name, i);
  });
}
