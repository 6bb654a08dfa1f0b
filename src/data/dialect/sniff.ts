import type { Dialect } from "./dialect";
import { type SampleRecord, sampleRecords } from "./records";

/** What is known beforehand. */
export interface SniffHints
  extends Partial<Pick<Dialect, "delimiter" | "skip" | "header" | "comment" | "quote" | "backslash">> {
  /** Columns that the header should have: a line with all of them is the header. */
  readonly expected?: readonly string[];
  /** The delimiter of files of this kind, which is taken where another is no better. */
  readonly usual?: string;
}

/** How the lines of a text make a table. */
export interface Structure {
  readonly delimiter: string;
  readonly quote: '"' | "'";
  readonly backslash: boolean;
  readonly comment?: string;
  /** Lines above the header or the first row, and where it begins in the text. */
  readonly skip: number;
  readonly at: number;
  readonly header: boolean;
  /** Fields of a row. */
  readonly fields: number;
  /** Whether the first field of each row has no name in the header, as R writes the names of rows. */
  readonly rowNames: boolean;
  /** Whether quotes stand behind blanks, where only the slower reader finds them. */
  readonly looseQuotes: boolean;
}

const candidates = [",", ";", "\t", "|"];
const separators = /[;\t|]/;
/** Half of a word in single quotes. */
const halfQuoted = /^'[^']*$|^[^']* [^']*'$/;
const numberLike =
  /^[([]?[\s$€£¥+\-−]*(\d[\d.,'’\s]*|[.,]\d+)([eE][+-]?\d+)?\s*(%|€|\$|£|\p{L}{1,4})?[-)]?$/u;
const dateLike = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ]\d{1,2}:\d{2}.*)?$|^\d{1,2}:\d{2}(:\d{2})?$/;

/** The structure of the table that `text`, the beginning of a file, shows; `whole` when it is all of it. */
export function sniff(text: string, whole: boolean, hints: SniffHints = {}): Structure {
  const named = /^"?sep=(.)"?\r?\n/i.exec(text);
  const from = named ? named[0].length : 0;
  const delimiter = hints.delimiter ?? (named ? (named[1] === "\\" ? "\t" : named[1]) : undefined);
  const body = text.slice(from);
  const quotes = hints.quote
    ? [hints.quote]
    : /(^|[,;\t|\n])'[^'\n]*[,;\t|][^'\n]*'([,;\t|\r\n]|$)/.test(body) &&
        beginnings(body, "'") > beginnings(body, '"')
      ? (['"', "'"] as const)
      : (['"'] as const);
  const backslashes =
    hints.backslash !== undefined ? [hints.backslash] : /\\["']/.test(body) ? [false, true] : [false];
  const found: Found[] = [];
  for (const one of delimiter === undefined ? candidates : [delimiter])
    for (const quote of quotes)
      for (const backslash of backslashes)
        found.push(judged(body, whole, { delimiter: one, quote, backslash }, hints));
  if (delimiter === undefined && found.every((one) => one.fields === 1)) {
    const spaced = judged(body, whole, { delimiter: " ", quote: '"', backslash: false }, hints);
    if (spaced.fields >= 5 && spaced.consistency > 0.95 && spaced.numbers > 0.3)
      found.push({ ...spaced, score: 1 });
  }
  const highest = found.reduce((a, b) => (b.score > a.score ? b : a));
  // What splits all lines, the header too, wins over what has to pass over lines: "basic; with phone" in every cell.
  const best =
    found.find((one) => one.fields > highest.fields && one.consistency > 0.98 && one.first < highest.first) ??
    highest;
  const { records, first } = best;
  const start = records[first];
  const cells = start?.cells ?? [];
  const rows = records.slice(first + 1).map((record) => record.cells);
  const wide = mode(rows.map((row) => row.length)) || cells.length;
  const longer = rows.length > 0 && wide === cells.length + 1;
  const emptyTail = longer && rows.filter((row) => row.length === wide).every((row) => row[wide - 1] === "");
  const header =
    hints.header ??
    (start?.broken === true ||
      hasNames(cells, hints.expected) ||
      isHeader(cells, rows, longer && !emptyTail));
  return {
    delimiter: best.delimiter,
    quote: best.quote,
    backslash: best.backslash,
    ...(best.comment === undefined ? {} : { comment: best.comment }),
    skip: (start?.line ?? 0) + (named ? 1 : 0),
    at: (start?.at ?? 0) + from,
    header,
    fields: longer || !header ? wide : cells.length,
    rowNames: header && longer && !emptyTail,
    looseQuotes:
      best.delimiter !== " " &&
      new RegExp(`[${best.delimiter === "\t" ? "\\t" : `\\${best.delimiter}`}] +${best.quote}`).test(body),
  };
}

/** The number of cells that begin with the character. */
function beginnings(text: string, quote: string): number {
  return text.match(new RegExp(`(?<=^|[,;\\t|\\n])${quote}`, "g"))?.length ?? 0;
}

interface Found {
  readonly delimiter: string;
  readonly quote: '"' | "'";
  readonly backslash: boolean;
  readonly comment?: string;
  readonly records: readonly SampleRecord[];
  /** The record that is the header or, without one, the first row. */
  readonly first: number;
  readonly fields: number;
  readonly consistency: number;
  /** Share of cells that look like numbers. */
  readonly numbers: number;
  readonly score: number;
}

/** How well the text splits by a delimiter: into as many fields everywhere, without other delimiters left in cells. */
function judged(
  text: string,
  whole: boolean,
  marks: Pick<Found, "delimiter" | "quote" | "backslash">,
  hints: SniffHints,
): Found {
  const { delimiter, quote } = marks;
  const all = sampleRecords(text, marks, whole);
  const counts = all.map((one) => one.cells.length);
  const usual = mode(counts.slice(Math.min(counts.length - 1, 1))) || counts[0] || 1;
  const comment = hints.comment ?? commentIn(all, usual);
  const records = comment === undefined ? all : all.filter((one) => !one.cells[0].startsWith(comment));
  const first = firstOf(records, usual, hints);
  const used = records.slice(first);
  const consistency =
    used.length === 0
      ? 0
      : used.filter((one) => one.cells.length === usual && !one.broken).length / used.length;
  const cells = used.slice(0, 100).flatMap((one) => one.cells);
  const clean =
    cells.filter(
      (cell) => (!separators.test(cell) && !(quote === '"' && halfQuoted.test(cell))) || delimiter === " ",
    ).length / Math.max(1, cells.length);
  const numbers = cells.filter((cell) => numberLike.test(cell)).length / Math.max(1, cells.length);
  // One field a line is what any delimiter finds that the text doesn't have.
  let score = usual === 1 ? 0.01 : consistency ** 2 * clean ** 2 * (1 + 0.01 * Math.min(usual, 20));
  if (usual > 1 && quote === '"') score *= 1.001;
  if (delimiter === hints.usual) score *= 1.2;
  if (hints.expected && records[first] && hasNames(records[first].cells, hints.expected)) score = 10 + score;
  return {
    ...marks,
    ...(comment === undefined ? {} : { comment }),
    records,
    first,
    fields: usual,
    consistency,
    numbers,
    score,
  };
}

/** What comment lines begin with, if lines that don't fit into the table begin alike. */
function commentIn(records: readonly SampleRecord[], usual: number): string | undefined {
  for (const mark of ["#", "//", "%"]) {
    const marked = records.filter((record) => record.cells[0].startsWith(mark));
    if (
      marked.some((one) => one.cells.length !== usual || usual === 1) &&
      marked.length < 0.5 * records.length
    )
      return mark;
  }
  return undefined;
}

/** The number of the record from which on the table begins: titles have fewer fields than it. */
function firstOf(records: readonly SampleRecord[], usual: number, hints: SniffHints): number {
  if (hints.skip !== undefined) {
    const { skip } = hints;
    const at = records.findIndex((record) => record.line >= skip);
    return at < 0 ? Math.max(0, records.length - 1) : at;
  }
  if (hints.expected && hints.expected.length > 0) {
    const at = records.findIndex((record) => hasNames(record.cells, hints.expected));
    if (at >= 0) return at;
  }
  // Words in nearly all fields: what names the columns.
  const isFull = (one: SampleRecord): boolean =>
    filled(one) > 0.8 * usual && one.cells.some((cell) => cell !== "" && !numberLike.test(cell));
  const enough = (one: SampleRecord, i: number): boolean => {
    const { length } = one.cells;
    // Titles that a spreadsheet has filled up with empty fields.
    if (usual > 2 && filled(one) < 0.5 * usual && records.slice(i + 1, i + 12).some(isFull)) return false;
    // A header may lack the name of the first field; a title has one field, or hardly any.
    return length >= usual - 1 && (length > 1 || usual === 1 || one.cells[0] === "" || usual === 2);
  };
  const at = records.findIndex(enough);
  // A quote without an end is told of when the header is read.
  if (at < 0 || records[0].broken) return 0;
  // Of two fields, a lone title looks like a header that lacks a name: then the next line must not be a header itself.
  const next = records[at + 1];
  if (
    usual === 2 &&
    records[at].cells.length === 1 &&
    next?.cells.length === 2 &&
    !next.cells.some((cell) => numberLike.test(cell))
  )
    return at + 1;
  if (
    records[at].cells.length === usual - 1 &&
    next &&
    next.cells.length === usual &&
    looksNamed(next, records.slice(at + 2))
  )
    return at + 1;
  return at;
}

function filled(one: SampleRecord): number {
  return one.cells.reduce((sum, cell) => sum + (cell === "" ? 0 : 1), 0);
}

/** Whether the record is made of words above columns of numbers or dates. */
function looksNamed(one: SampleRecord, rows: readonly SampleRecord[]): boolean {
  return isHeader(
    one.cells,
    rows.map((row) => row.cells),
    false,
    true,
  );
}

function hasNames(cells: readonly string[], expected: readonly string[] | undefined): boolean {
  return expected !== undefined && expected.length > 0 && expected.every((name) => cells.includes(name));
}

/**
 * Whether the first line names the columns: where it holds words above numbers it does, and where it holds what its
 * columns hold it doesn't. Left undecided it does, unless `strictly`.
 */
function isHeader(
  cells: readonly string[],
  rows: readonly (readonly string[])[],
  shifted: boolean,
  strictly = false,
): boolean {
  let [named, data] = [0, 0];
  const numbers = cells.map((cell) => (/^\d+$/.test(cell) ? Number(cell) : Number.NaN));
  const steps = numbers.filter((value, i) => value === numbers[i - 1] + 1).length;
  // 0, 1, 2, … and 2019, 2020, … are names too.
  if (steps > 0 && steps >= numbers.filter((value) => !Number.isNaN(value)).length - 1) return true;
  // A header above numbers that stands once more further down is no row.
  const others = rows.filter((row) => row.some((cell, c) => cell !== cells[c]));
  const above = cells.some((cell, c) => !isTyped(cell) && others.every((row) => isTyped(row[c] ?? "")));
  cells.forEach((cell, c) => {
    const column = (above ? others : rows)
      .map((row) => row[c + (shifted ? 1 : 0)] ?? "")
      .filter((one) => one !== "");
    if (cell === "" || column.length === 0) return;
    const typed = column.filter(isTyped).length / column.length;
    if (typed >= 0.8) {
      if (isTyped(cell)) data++;
      else named++;
    } else if (column.length >= 5 && new Set(column).size <= 0.5 * column.length) {
      if (column.includes(cell)) data++;
      else named += 0.5;
    }
  });
  return strictly ? named > data && named > 0 : data === 0 || named > data;
}

function isTyped(cell: string): boolean {
  return numberLike.test(cell) || dateLike.test(cell);
}

function mode(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = 0;
  for (const [value, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && value > best)) best = value;
  }
  return best;
}
