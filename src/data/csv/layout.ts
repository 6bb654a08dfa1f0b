import { isAscii } from "node:buffer";
import { check } from "../../core/checks";
import { type Dialect, isDelimiter } from "../dialect/dialect";
import { isEncoding, markedEncoding, Transcoder } from "../dialect/encoding";
import { sniff } from "../dialect/sniff";
import { learnNumbers, type MarkHints } from "../formats/learn-numbers";
import { formatIn, type Guess, guess, type Known } from "../infer/settle";
import { contentOf } from "../read/content";
import { type ColumnSchema, columnSchema } from "../schema";
import { isNumber, type MissingTest, missingTest } from "./cells";
import { type ColumnBuilder, passedOver } from "./columns";
import { DictionaryBuilder } from "./levels";
import { NumericBuilder } from "./numbers";
import type { CsvOptions } from "./options";
import { CsvReader } from "./reader";
import { TextBuilder } from "./texts";

/** What the beginning of a file tells: its dialect, its header, and how to read each column. */
export interface Layout {
  readonly names: readonly string[];
  readonly dialect: Dialect;
  readonly delimiter: number;
  readonly looseQuotes: boolean;
  /** The encoding, where the beginning shows it or it was given; and the one of bytes that turn out not to be UTF-8. */
  readonly encoding: string | undefined;
  readonly guessedEncoding: boolean;
  readonly fallback: string | undefined;
  /** Bytes before the first record, in UTF-8, and lines. */
  readonly skip: number;
  readonly skipLines: number;
  readonly columns: readonly ColumnSchema[];
  /** Columns whose type came from the schema: their cells are held to it. */
  readonly given: readonly boolean[];
  /** Columns that are passed over. */
  readonly unread: readonly boolean[];
  /** Levels of inferred columns that the beginning shows, in order. */
  readonly levels: readonly (readonly string[])[];
  /** What inferring goes by, column by column. */
  readonly known: (j: number) => Known;
  /** What was guessed of each column's format and missing words, for people. */
  readonly remarks: readonly (readonly string[])[];
  /** Share of each column's cells that hold words which are only guessed to mean "missing". */
  readonly guessedShares: readonly number[];
}

/** Reads the layout off the first bytes of a file; `whole` when there are no more. */
export function layoutOf(name: string, start: Uint8Array, whole: boolean, options: CsvOptions): Layout {
  const action = `read ${name}`;
  check(start.length > 0, action, "the file must not be empty, got 0 bytes");
  const content = contentOf(start);
  if (content.kind !== "text" && content.kind !== "json")
    check(
      false,
      action,
      `it must be a table in text here, got ${content.kind === "other" ? content.what : content.kind}`,
    );
  const { dialect: usual, columns: typed = [] } = options.schema ?? {};
  if (options.encoding !== undefined)
    check(
      isEncoding(options.encoding),
      action,
      "the encoding must be one that is known, such as utf-8 or windows-1252",
      options.encoding,
    );
  if (options.delimiter !== undefined)
    check(
      isDelimiter(options.delimiter),
      action,
      "the delimiter must be one ASCII character",
      options.delimiter,
    );
  const fallback = usual && usual.encoding !== "utf-8" ? usual.encoding : undefined;
  const transcoder = new Transcoder(options.encoding ?? markedEncoding(start), fallback);
  const head = transcoder.push(start, whole);
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const needed = typed.map((one) => one.name).filter((one) => !options.optional?.includes(one));
  // As Latin-1 a place in the text is a place in the bytes.
  const latin = (text: string): string => Buffer.from(text, "utf8").toString("latin1").trim();
  const sample = Buffer.from(head.buffer, head.byteOffset + bom, head.length - bom).toString("latin1");
  const structure = sniff(sample, whole, {
    ...(options.delimiter === undefined ? {} : { delimiter: options.delimiter }),
    ...(options.skip === undefined ? {} : { skip: options.skip }),
    ...(options.header === undefined ? {} : { header: options.header }),
    ...(usual?.header === false && options.header === undefined ? { header: false } : {}),
    ...(usual ? { usual: usual.delimiter } : {}),
    ...(usual?.comment === undefined ? {} : { comment: usual.comment }),
    ...(needed.length > 0 ? { expected: needed.map(latin) } : {}),
  });
  const { header: hasHeader, fields } = structure;
  const delimiter = structure.delimiter.charCodeAt(0);
  const quote = structure.quote.charCodeAt(0);
  const from = bom + structure.at;
  const first =
    hasHeader || structure.at >= sample.length ? headerOf(head, from, delimiter, quote, whole) : undefined;
  if (hasHeader) check(first !== undefined, action, `the header must end within ${head.length} bytes`);
  const cells = hasHeader ? (first?.cells ?? []) : Array.from({ length: fields }, () => "");
  const padded = structure.rowNames
    ? ["", ...cells]
    : [...cells, ...Array.from({ length: Math.max(0, fields - cells.length) }, () => "")];
  if (hasHeader)
    check(
      cells.some((cell) => cell.trim() !== ""),
      action,
      "the first line must name the columns, got none",
    );
  const names = distinctNames(
    padded.map((cell, i) => cell.trim().replace(/^#\s*(?=\p{L})/u, "") || `column ${i + 1}`),
    cells,
    action,
  );
  const has = new Set(names);
  const absent = needed.filter((one) => !has.has(one));
  if (absent.length > 0)
    check(
      false,
      action,
      `the columns ${absent.join(", ")} must be there, got ${names.join(", ")}${nearest(absent, names)}`,
    );
  const dialect: Dialect = {
    encoding: transcoder.encoding,
    delimiter: structure.delimiter,
    ...(structure.quote === "'" ? { quote: "'" as const } : {}),
    ...(structure.backslash ? { backslash: true } : {}),
    ...(structure.comment === undefined ? {} : { comment: structure.comment }),
    ...(structure.skip > 0 ? { skip: structure.skip } : {}),
    ...(hasHeader ? {} : { header: false }),
  };
  const unread = names.map((one) => options.only !== undefined && !options.only.includes(one));
  const given = names.map((one, j): ColumnSchema | undefined =>
    unread[j] ? { name: one, type: "text" } : columnSchema(options.schema, one),
  );
  const skipped = hasHeader ? (first as Header).end : from;
  const lines = structure.skip + (hasHeader ? (first as Header).lines : 0);
  const decided =
    options.encoding ?? (transcoder.encoding !== "utf-8" || !isAscii(head) ? transcoder.encoding : undefined);
  const layout: Layout = {
    names,
    dialect,
    delimiter,
    looseQuotes: structure.looseQuotes,
    encoding: decided,
    guessedEncoding: transcoder.guessed,
    fallback,
    skip: skipped,
    skipLines: lines,
    columns: names.map((one) => ({ name: one, type: "categorical" })),
    given: names.map(() => false),
    unread: names.map(() => false),
    levels: [],
    known: () => ({}),
    remarks: names.map(() => []),
    guessedShares: names.map(() => 0),
  };
  const looks = (one: ColumnSchema | undefined, j: number): boolean =>
    one === undefined || (!unread[j] && (one.type === "numeric" || one.type === "date"));
  if (!given.some(looks))
    return { ...layout, columns: given as ColumnSchema[], given: given.map(() => true), unread };
  const { guesses, known, marks, rows } = guessColumns(name, head, whole, layout, given, options);
  // A column without name and cells is what a delimiter at the end of each line leaves.
  const empty = padded.map(
    (cell, j) => cell.trim() === "" && hasHeader && j > 0 && guesses[j].empty && given[j] === undefined,
  );
  return {
    ...layout,
    dialect: { ...dialect, ...marks },
    columns: guesses.map((one) => one.column),
    given: given.map((one) => one !== undefined),
    unread: unread.map((one, j) => one || empty[j]),
    levels: given.map((one, j) => (one ? [] : guesses[j].levels)),
    known,
    remarks: guesses.map((one) => one.remarks),
    guessedShares: guesses.map((one) => one.guessedCells / Math.max(1, rows)),
  };
}

/** The names, which must differ. */
function distinctNames(
  names: readonly string[],
  cells: readonly string[],
  action: string,
): readonly string[] {
  const places = new Map<string, number>();
  names.forEach((one, i) => {
    const before = places.get(one);
    if (before !== undefined)
      check(
        false,
        action,
        `column names must differ, got ${JSON.stringify(one)} as columns ${before + 1} and ${i + 1} of ${cells.length}`,
      );
    places.set(one, i);
  });
  return names;
}

/** A hint for each name that is there in another spelling. */
function nearest(absent: readonly string[], names: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const found = absent.flatMap((one) =>
    names.filter((name) => plain(name) === plain(one)).map((name) => `${JSON.stringify(name)} for ${one}`),
  );
  return found.length === 0 ? "" : ` (did you mean ${found.slice(0, 3).join(", ")}?)`;
}

interface Guesses {
  readonly guesses: readonly (Guess & { readonly empty: boolean })[];
  readonly known: Layout["known"];
  /** Rows looked at. */
  readonly rows: number;
  /** The marks of numbers that the file has in common. */
  readonly marks: Pick<Dialect, "decimal" | "thousands">;
}

function guessColumns(
  name: string,
  head: Uint8Array,
  whole: boolean,
  layout: Layout,
  given: readonly (ColumnSchema | undefined)[],
  options: CsvOptions,
): Guesses {
  const missing = options.schema?.missing;
  const nothing: MissingTest = () => false;
  const builders = layout.columns.map((one) => new DictionaryBuilder(one, nothing));
  const quiet = { ...options, maxProblems: 0, onReject: undefined, onCells: undefined };
  const reader = new CsvReader(name, { ...layout, encoding: "utf-8" }, quiet, builders, head.length);
  reader.push(head);
  if (whole) reader.end();
  const marks = marksOf(builders, layout, options);
  const known = (j: number): Known => ({
    first: j === 0,
    hints: marks,
    ...(missing === undefined ? {} : { missing }),
    ...(options.missing === undefined ? {} : { alsoMissing: options.missing }),
    ...patternFor(layout.names[j], options.dateFormats),
  });
  const guesses = builders.map((one, j) => {
    const asked = given[j];
    const typed = asked && formatIn(one, asked, known(j));
    const remarks = typed?.remark === undefined ? [] : [typed.remark];
    const made = typed
      ? { column: typed.column, levels: [], remarks, guessedCells: 0 }
      : guess(one, layout.names[j], known(j));
    return { ...made, empty: one.levels.length === 0 };
  });
  const { decimal, thousands } = marks;
  return {
    guesses,
    known,
    rows: reader.rows,
    marks: { ...(decimal === "," ? { decimal } : {}), ...(thousands === undefined ? {} : { thousands }) },
  };
}

function patternFor(
  column: string,
  patterns: ReadonlyMap<string, string> | undefined,
): Pick<Known, "datePattern"> {
  const datePattern = patterns?.get(column) ?? patterns?.get("*");
  return datePattern === undefined ? {} : { datePattern };
}

/** The decimal mark and the thousands that are given, or that the columns which tell them have in common. */
function marksOf(builders: readonly DictionaryBuilder[], layout: Layout, options: CsvOptions): MarkHints {
  const usual = options.schema?.dialect;
  const votes = { ".": 0, ",": 0 };
  let thousands: string | undefined;
  for (const one of builders) {
    const texts = one.levels.slice(0, 500).filter((text) => /\d/.test(text));
    if (texts.length < 0.5 * Math.min(500, one.levels.length)) continue;
    const found = learnNumbers(texts);
    if (!found?.certain || found.share < 0.8) continue;
    const { format } = found;
    if (format.decimal === "," || texts.some((text) => text.includes("."))) votes[format.decimal]++;
    thousands ??= format.thousands;
  }
  const voted = votes[","] > votes["."] ? "," : votes["."] > votes[","] ? "." : undefined;
  // Where a comma is the decimal mark, files are written with semicolons.
  const byDelimiter = layout.dialect.delimiter === ";" && votes["."] === 0 ? "," : undefined;
  const decimal = options.decimal ?? voted ?? usual?.decimal ?? byDelimiter;
  const between = options.thousands ?? thousands ?? usual?.thousands;
  return {
    ...(decimal === undefined ? {} : { decimal }),
    ...(between === undefined ? {} : { thousands: between }),
  };
}

/** A builder for column `j` of the layout. */
export function builderOf(layout: Layout, j: number, options: CsvOptions): ColumnBuilder {
  const { missing: also = [], schema } = options;
  const column = layout.columns[j];
  if (layout.unread[j]) return passedOver(column.name);
  // Of an inferred column read by dictionary, what its missing words are is decided when all cells are known.
  const held = layout.given[j] || (column.type !== "categorical" && column.type !== "boolean");
  const own = [...(column.missing ?? []), ...also];
  const isMissing = held ? missingTest(column.type, schema?.missing, own) : (): boolean => false;
  if (column.type === "numeric") {
    const numbers = [...own, ...(schema?.missing ?? [])].filter(isNumber);
    return new NumericBuilder(column, isMissing, numbers);
  }
  if (column.type === "categorical" || column.type === "boolean")
    return new DictionaryBuilder(column, isMissing, layout.levels[j]);
  return new TextBuilder(column, isMissing);
}

interface Header {
  readonly cells: readonly string[];
  readonly end: number;
  readonly lines: number;
}

/** The first record, of however many cells; undefined when it doesn't end within `head`. */
function headerOf(
  head: Uint8Array,
  from: number,
  delimiter: number,
  quote: number,
  whole: boolean,
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
