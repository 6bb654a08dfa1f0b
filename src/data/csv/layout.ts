import { check } from "../../core/checks";
import { type Guess, guess } from "../infer";
import { type ColumnSchema, columnSchema } from "../schema";
import { toUtf8 } from "./bytes";
import { missingWords } from "./cells";
import { type ColumnBuilder, passedOver } from "./columns";
import { DictionaryBuilder } from "./levels";
import { NumericBuilder } from "./numbers";
import type { CsvOptions } from "./options";
import { CsvReader } from "./reader";
import { TextBuilder } from "./texts";

/** What the beginning of a file tells: its header, and how to read each column. */
export interface Layout {
  readonly names: readonly string[];
  readonly delimiter: number;
  /** Bytes before the first record, and lines. */
  readonly skip: number;
  readonly skipLines: number;
  readonly columns: readonly ColumnSchema[];
  /** Columns whose type came from the schema: their cells are held to it. */
  readonly given: readonly boolean[];
  /** Columns that are passed over. */
  readonly unread: readonly boolean[];
  /** Levels of inferred columns that the beginning shows, in order. */
  readonly levels: readonly (readonly string[])[];
}

/** Reads the layout off the first bytes of a file; `whole` when there are no more. */
export function layoutOf(name: string, start: Uint8Array, whole: boolean, options: CsvOptions): Layout {
  const head = toUtf8(start, options.encoding);
  const action = `read ${name}`;
  check(head.length > 0, action, "the file must not be empty, got 0 bytes");
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  check(!wide, action, "the text must be UTF-8, got the byte-order mark of UTF-16");
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (options.delimiter !== undefined)
    check(
      /^[^"\r\n\0]$/.test(options.delimiter),
      action,
      "the delimiter must be one character",
      options.delimiter,
    );
  const delimiter = options.delimiter?.charCodeAt(0) ?? commonest(head, bom);
  check(delimiter < 128, action, "the delimiter must be an ASCII character", options.delimiter);
  const header = headerOf(head, bom, delimiter, whole);
  check(header !== undefined, action, `the header must end within ${head.length} bytes`);
  const names = header.cells.map((cell, i) => cell.trim() || `column ${i + 1}`);
  check(
    header.cells.some((cell) => cell.trim() !== ""),
    action,
    "the first line must name the columns, got none",
  );
  const places = new Map<string, number>();
  names.forEach((one, i) => {
    const before = places.get(one);
    if (before !== undefined)
      check(
        false,
        action,
        `column names must differ, got ${JSON.stringify(one)} as columns ${before + 1} and ${i + 1}`,
      );
    places.set(one, i);
  });
  const absent = (options.schema?.columns ?? [])
    .map((one) => one.name)
    .filter((one) => !places.has(one) && !options.optional?.includes(one));
  if (absent.length > 0)
    check(false, action, `the columns ${absent.join(", ")} must be there, got ${names.join(", ")}`);
  const unread = names.map((one) => options.only !== undefined && !options.only.includes(one));
  const given = names.map((one, j): ColumnSchema | undefined =>
    unread[j] ? { name: one, type: "text" } : columnSchema(options.schema, one),
  );
  const layout = { names, delimiter, skip: header.end, skipLines: header.lines };
  const guesses = given.every((one) => one) ? [] : guessColumns(name, head, whole, layout, options);
  return {
    ...layout,
    columns: given.map((one, j) => one ?? guesses[j].column),
    given: given.map((one) => one !== undefined),
    unread,
    levels: given.map((one, j) => (one ? [] : guesses[j].levels)),
  };
}

function guessColumns(
  name: string,
  head: Uint8Array,
  whole: boolean,
  layout: Omit<Layout, "columns" | "given" | "unread" | "levels">,
  options: CsvOptions,
): readonly Guess[] {
  const missing = options.schema?.missing ?? [];
  const builders = layout.names.map(
    (one) => new DictionaryBuilder({ name: one, type: "categorical" }, missing),
  );
  const columns = builders.map((_, i): ColumnSchema => ({ name: layout.names[i], type: "categorical" }));
  const quiet = { ...options, encoding: undefined, maxProblems: 0, onReject: undefined };
  const reader = new CsvReader(
    name,
    { ...layout, columns, given: columns.map(() => false), unread: columns.map(() => false), levels: [] },
    quiet,
    builders,
    head.length,
  );
  reader.push(head);
  if (whole) reader.end();
  return builders.map((one, i) => guess(one, layout.names[i]));
}

/**
 * A builder for column `j` of the layout. Of an inferred one, what its missing words may be is decided when all cells
 * are known.
 */
export function builderOf(layout: Layout, j: number, words?: readonly string[]): ColumnBuilder {
  const column = layout.columns[j];
  if (layout.unread[j]) return passedOver(column.name);
  const numeric = column.type === "numeric";
  const missing = layout.given[j] || numeric ? missingWords(column.type, words) : (words ?? []);
  if (numeric) return new NumericBuilder(column, missing);
  if (column.type === "categorical" || column.type === "boolean")
    return new DictionaryBuilder(column, missing, layout.levels[j]);
  return new TextBuilder(column, missing);
}

interface Header {
  readonly cells: readonly string[];
  readonly end: number;
  readonly lines: number;
}

/** The first record, of however many cells; undefined when it doesn't end within `head`. */
function headerOf(head: Uint8Array, from: number, delimiter: number, whole: boolean): Header | undefined {
  const cells: string[] = [];
  let text: number[] = [];
  let inQuotes = false;
  let lines = 1;
  let i = from;
  for (; i < head.length; i++) {
    const byte = head[i];
    if (inQuotes) {
      if (byte === 34 && head[i + 1] === 34) text.push(head[++i]);
      else if (byte === 34) inQuotes = false;
      else {
        if (byte === 10) lines++;
        text.push(byte);
      }
    } else if (byte === 34 && text.length === 0) inQuotes = true;
    else if (byte === delimiter) {
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

/** The delimiter that the first line has most of; a comma where it has none. */
function commonest(head: Uint8Array, from: number): number {
  const candidates = [44, 59, 9, 124];
  const counts = [0, 0, 0, 0];
  let inQuotes = false;
  for (let i = from; i < head.length && (inQuotes || (head[i] !== 10 && head[i] !== 13)); i++) {
    if (head[i] === 34) inQuotes = !inQuotes;
    else if (!inQuotes && candidates.includes(head[i])) counts[candidates.indexOf(head[i])]++;
  }
  return candidates[counts.indexOf(Math.max(...counts))];
}
