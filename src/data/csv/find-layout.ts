import { isAscii } from "node:buffer";
import { check } from "../../core/checks";
import { type Dialect, isDelimiter } from "../dialect/dialect";
import { isEncoding, markedEncoding, Transcoder } from "../dialect/encoding";
import { type Structure, sniff } from "../dialect/sniff";
import { contentOf } from "../read/content";
import { type ColumnSchema, columnSchema } from "../schema";
import { guessColumns } from "./guess-columns";
import { columnNames, headerOf } from "./header";
import type { Layout } from "./layout";
import type { CsvOptions } from "./options";

/** Reads the layout off the first bytes of a file; `whole` when there are no more. */
export function layoutOf(name: string, start: Uint8Array, whole: boolean, options: CsvOptions): Layout {
  const action = `read ${name}`;
  checkText(start, options, action);
  const { dialect: usual, columns: typed = [] } = options.schema ?? {};
  const fallback = usual && usual.encoding !== "utf-8" ? usual.encoding : undefined;
  const transcoder = new Transcoder(options.encoding ?? markedEncoding(start), fallback, action);
  const head = transcoder.push(start, whole);
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const needed = typed.map((schema) => schema.name).filter((name) => !options.optional?.includes(name));
  // As Latin-1 a place in the text is a place in the bytes.
  const sample = Buffer.from(head.buffer, head.byteOffset + bom, head.length - bom).toString("latin1");
  const structure = sniff(sample, whole, expectations(options, needed));
  const { header: hasHeader } = structure;
  const delimiter = structure.delimiter.charCodeAt(0);
  const from = bom + structure.at;
  const header = hasHeader
    ? headerOf(head, { from, delimiter, quote: structure.quote.charCodeAt(0), whole })
    : undefined;
  if (hasHeader) check(header !== undefined, action, `the header must end within ${head.length} bytes`);
  const { names, unnamed, trimmed } = columnNames(header?.cells, structure, needed, action);
  const dialect = dialectOf(structure, transcoder.encoding);
  const unread = names.map((name) => options.only !== undefined && !options.only.includes(name));
  const given = names.map((name, j): ColumnSchema | undefined =>
    unread[j] ? { name, type: "text" } : columnSchema(options.schema, name),
  );
  const decided =
    options.encoding ?? (transcoder.encoding !== "utf-8" || !isAscii(head) ? transcoder.encoding : undefined);
  const layout: Layout = {
    names,
    trimmed,
    dialect,
    delimiter,
    looseQuotes: structure.looseQuotes,
    encoding: decided,
    guessedEncoding: transcoder.guessed,
    fallback,
    skip: header?.end ?? from,
    skipLines: structure.skip + (header?.lines ?? 0),
    columns: names.map((name) => ({ name, type: "categorical" })),
    given: names.map(() => false),
    unread: names.map(() => false),
    levels: [],
    known: () => ({}),
    remarks: names.map(() => []),
    guessedShares: names.map(() => 0),
  };
  const looks = (column: ColumnSchema | undefined, j: number): boolean =>
    column === undefined || (!unread[j] && (column.type === "numeric" || column.type === "date"));
  if (!given.some(looks))
    return { ...layout, columns: given as ColumnSchema[], given: given.map(() => true), unread };
  const { guesses, known, marks, rows } = guessColumns({ name, head, whole }, layout, given, options);
  // A column without name and cells is what a delimiter at the end of each line leaves.
  const left = (j: number): boolean =>
    hasHeader && j > 0 && unnamed[j] && guesses[j].empty && given[j] === undefined;
  return {
    ...layout,
    dialect: { ...dialect, ...marks },
    columns: guesses.map((guess) => guess.column),
    given: given.map((column) => column !== undefined),
    unread: unread.map((flag, j) => flag || left(j)),
    levels: given.map((column, j) => (column ? [] : guesses[j].levels)),
    known,
    remarks: guesses.map((guess) => guess.remarks),
    guessedShares: guesses.map((guess) => guess.guessedCells / Math.max(1, rows)),
  };
}

/** Refuses what is no text, and options that no file could be read by. */
function checkText(start: Uint8Array, { encoding, delimiter }: CsvOptions, action: string): void {
  check(start.length > 0, action, "the file must not be empty, got 0 bytes");
  const content = contentOf(start);
  if (content.kind !== "text" && content.kind !== "json")
    check(
      false,
      action,
      `it must be a table in text here, got ${content.kind === "other" ? content.what : content.kind}`,
    );
  if (encoding !== undefined)
    check(
      isEncoding(encoding),
      action,
      "the encoding must be one that is known, such as utf-8 or windows-1252",
      encoding,
    );
  if (delimiter !== undefined)
    check(isDelimiter(delimiter), action, "the delimiter must be one ASCII character", delimiter);
}

/** What the options and the schema tell of the file's structure. */
function expectations(options: CsvOptions, needed: readonly string[]): Parameters<typeof sniff>[2] {
  const { delimiter, skip, header } = options;
  const usual = options.schema?.dialect;
  const latin = (text: string): string => Buffer.from(text, "utf8").toString("latin1").trim();
  return {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(skip === undefined ? {} : { skip }),
    ...(header === undefined ? {} : { header }),
    ...(usual?.header === false && header === undefined ? { header: false } : {}),
    ...(usual ? { usual: usual.delimiter } : {}),
    ...(usual?.comment === undefined ? {} : { comment: usual.comment }),
    ...(needed.length > 0 ? { expected: needed.map(latin) } : {}),
  };
}

function dialectOf(structure: Structure, encoding: string): Dialect {
  return {
    encoding,
    delimiter: structure.delimiter,
    ...(structure.quote === "'" ? { quote: "'" as const } : {}),
    ...(structure.backslash ? { backslash: true } : {}),
    ...(structure.comment === undefined ? {} : { comment: structure.comment }),
    ...(structure.skip > 0 ? { skip: structure.skip } : {}),
    ...(structure.header ? {} : { header: false }),
  };
}
