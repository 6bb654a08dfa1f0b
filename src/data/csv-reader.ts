import { check } from "../core/checks";
import {
  type ColumnBuilder,
  DictionaryBuilder,
  missingWords,
  NumericBuilder,
  TextBuilder,
} from "./csv-columns";
import { type BrokenRecord, Scanner } from "./csv-scan";
import { decode } from "./csv-text";
import { guess } from "./infer";
import { type Problem, ProblemLog } from "./problems";
import { type ColumnSchema, columnSchema, type Schema } from "./schema";

/** How a CSV file is read. */
export interface CsvOptions {
  /** Types, levels and ranges by column name; columns it doesn't name are inferred. */
  readonly schema?: Schema;
  /** Columns of the schema that the file may lack, such as the target of rows to be predicted; defaults to none. */
  readonly optional?: readonly string[];
  /** One character; left out, whichever of , ; tab | occurs most in the header. */
  readonly delimiter?: string;
  /** Defaults to utf-8, whose invalid bytes are problems; latin1 accepts any byte. */
  readonly encoding?: "utf-8" | "latin1";
  /**
   * What becomes of a row with a bad cell: left out (the default), or kept with that cell missing. Rows with too few or
   * too many fields are always left out. Either way each is reported and counted.
   */
  readonly badCells?: "reject" | "missing";
  /** How many problems to keep for showing; all are counted. Defaults to 100. */
  readonly maxProblems?: number;
  /** A longer field is a problem; defaults to 1 MiB. */
  readonly maxFieldBytes?: number;
  /** Called with each row left out: its line, its text and what was wrong with it. */
  readonly onReject?: (row: RejectedRow) => void;
}

export interface RejectedRow {
  readonly line: number;
  readonly text: string;
  readonly problems: readonly Problem[];
}

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
}

const blockRows = 4096;

/** Reads the layout off the first bytes of a file; `whole` when there are no more. */
export function layoutOf(name: string, head: Uint8Array, whole: boolean, options: CsvOptions): Layout {
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
  const given = names.map((one) => columnSchema(options.schema, one));
  const layout = { names, delimiter, skip: header.end, skipLines: header.lines };
  const columns = given.every((one) => one)
    ? (given as ColumnSchema[])
    : guessColumns(name, head, whole, layout, given, options);
  return { ...layout, columns, given: given.map((one) => one !== undefined) };
}

function guessColumns(
  name: string,
  head: Uint8Array,
  whole: boolean,
  layout: Omit<Layout, "columns" | "given">,
  given: readonly (ColumnSchema | undefined)[],
  options: CsvOptions,
): readonly ColumnSchema[] {
  const missing = options.schema?.missing ?? [];
  const builders = layout.names.map(
    (one) => new DictionaryBuilder({ name: one, type: "categorical" }, missing),
  );
  const columns = builders.map((_, i): ColumnSchema => ({ name: layout.names[i], type: "categorical" }));
  const quiet = { ...options, maxProblems: 0, onReject: undefined };
  const reader = new CsvReader(
    name,
    { ...layout, columns, given: columns.map(() => false) },
    quiet,
    builders,
  );
  reader.push(head.slice());
  if (whole) reader.end();
  return given.map((one, i) => one ?? guess(builders[i], layout.names[i]));
}

/** A builder for the column; an unnamed column that hasn't shown a value yet is collected by dictionary. */
export function builderOf(column: ColumnSchema, given: boolean, words?: readonly string[]): ColumnBuilder {
  const missing = given
    ? missingWords(column.type, words)
    : (words ?? (column.type === "numeric" ? missingWords("numeric", undefined) : []));
  if (column.type === "numeric") return new NumericBuilder(column, missing);
  if (column.type === "categorical" || column.type === "boolean")
    return new DictionaryBuilder(column, missing);
  return new TextBuilder(column, missing);
}

/** Takes a file's bytes in pieces of any size and fills the builders with its rows. */
export class CsvReader {
  /** Rows found, and those of them left out. */
  rows = 0;
  rejected = 0;
  readonly log: ProblemLog;
  readonly builders: readonly ColumnBuilder[];
  private readonly name: string;
  private readonly layout: Layout;
  private readonly options: CsvOptions;
  private readonly scanner: Scanner;
  private readonly flags = new Uint8Array(blockRows);
  private readonly maxRecordBytes: number;
  private buffer = new Uint8Array(1 << 16);
  private filled = 0;
  private toSkip: number;
  private skippingLine = false;

  constructor(name: string, layout: Layout, options: CsvOptions, builders: readonly ColumnBuilder[]) {
    this.name = name;
    this.layout = layout;
    this.options = options;
    this.builders = builders;
    this.log = new ProblemLog(options.maxProblems ?? 100);
    const maxFieldBytes = options.maxFieldBytes ?? 1 << 20;
    this.maxRecordBytes = 4 * maxFieldBytes + (1 << 20);
    const columns = layout.names.length;
    this.scanner = new Scanner({ columns, delimiter: layout.delimiter, maxFieldBytes, maxRows: blockRows });
    this.scanner.line = 1 + layout.skipLines;
    this.toSkip = layout.skip;
  }

  /** Makes room for the rows of a file of so many bytes, judging by those read so far. */
  expectBytes(total: number, read: number): void {
    const rows = Math.ceil((1.02 * this.rows * total) / read) + blockRows;
    if (this.rows > 0) for (const builder of this.builders) builder.expect(rows);
  }

  /** Reads what `bytes` adds. The bytes are copied. */
  push(bytes: Uint8Array): void {
    let piece = bytes;
    if (this.toSkip > 0) {
      const skipped = Math.min(this.toSkip, piece.length);
      this.toSkip -= skipped;
      piece = piece.subarray(skipped);
    }
    if (this.options.encoding === "latin1")
      piece = Buffer.from(Buffer.from(piece).toString("latin1"), "utf8");
    if (this.filled + piece.length > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.buffer.length * 2, this.filled + piece.length));
      larger.set(this.buffer.subarray(0, this.filled));
      this.buffer = larger;
    }
    this.buffer.set(piece, this.filled);
    this.filled += piece.length;
    this.drain(false);
  }

  /** Reads what is left when no more bytes come. */
  end(): void {
    this.drain(true);
  }

  private drain(final: boolean): void {
    let at = 0;
    for (;;) {
      if (this.skippingLine) {
        const feed = this.buffer.subarray(at, this.filled).indexOf(10);
        at = feed < 0 ? this.filled : at + feed + 1;
        if (feed >= 0) {
          this.skippingLine = false;
          this.scanner.line++;
        }
      }
      if (at >= this.filled) break;
      const broken: BrokenRecord[] = [];
      const stopped = this.scanner.scan(this.buffer, at, this.filled, final, (one) => broken.push(one));
      this.addBlock(broken);
      if (stopped === at) break;
      at = stopped;
    }
    if (this.filled - at > this.maxRecordBytes) {
      const rule = `a row must have at most ${this.maxRecordBytes} bytes`;
      const value = decode(this.buffer, at, at + 80);
      const giant = { line: this.scanner.line, rule, value, begin: at, end: at + 80 };
      this.rows++;
      this.reject(brokenRow(giant, this.name, this.buffer));
      this.skippingLine = true;
      at = this.filled;
    }
    this.buffer.copyWithin(0, at, this.filled);
    this.filled -= at;
  }

  /** Takes over the block and tells of its problems in the order of lines, broken records among bad cells. */
  private addBlock(broken: readonly BrokenRecord[]): void {
    const { block } = this.scanner;
    const stride = this.builders.length;
    const bad = new Map<number, Problem[]>();
    for (let j = 0; j < stride && block.rows > 0; j++) {
      const column = this.layout.names[j];
      this.builders[j].add(this.buffer, block, j, stride, (row, rule, value) => {
        const problem = { file: this.name, line: block.lines[row], column, rule, value };
        const others = bad.get(row);
        if (others) others.push(problem);
        else bad.set(row, [problem]);
      });
    }
    this.rows += block.rows + broken.length;
    const keep = this.options.badCells === "missing";
    let next = 0;
    const breakBefore = (line: number): void => {
      for (; next < broken.length && broken[next].line < line; next++)
        this.reject(brokenRow(broken[next], this.name, this.buffer));
    };
    if (bad.size > 0) {
      this.flags.fill(0, 0, block.rows);
      for (const row of [...bad.keys()].sort((a, b) => a - b)) {
        const problems = bad.get(row) as Problem[];
        breakBefore(block.lines[row]);
        if (keep) for (const problem of problems) this.log.add(problem);
        else {
          this.flags[row] = 1;
          this.reject({ line: block.lines[row], text: this.recordText(row), problems });
        }
      }
      if (!keep) for (const builder of this.builders) builder.dropFlagged(this.flags, block.rows);
    }
    breakBefore(Infinity);
  }

  private reject(row: RejectedRow): void {
    this.rejected++;
    for (const problem of row.problems) this.log.add(problem);
    this.options.onReject?.(row);
  }

  private recordText(row: number): string {
    const { starts, ends } = this.scanner.block;
    const stride = this.builders.length;
    const cells = Array.from({ length: stride }, (_, j) =>
      decode(this.buffer, starts[row * stride + j], ends[row * stride + j]),
    );
    const delimiter = String.fromCharCode(this.layout.delimiter);
    return cells.map((cell) => quoted(cell, delimiter)).join(delimiter);
  }
}

function brokenRow(one: BrokenRecord, file: string, bytes: Uint8Array): RejectedRow {
  const { line, rule, value } = one;
  const text = decode(bytes, one.begin, one.end).replace(/\r?\n$/, "");
  return { line, text, problems: [{ file, line, rule, value }] };
}

/** The cell as a CSV file writes it: in quotes where it must be. */
export function quoted(cell: string, delimiter: string): string {
  return cell.includes(delimiter) || /["\r\n]/.test(cell) || /^\s|\s$/.test(cell)
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
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
