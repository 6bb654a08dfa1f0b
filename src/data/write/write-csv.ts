import { check } from "../../core/checks";
import { isNumber, quoted } from "../csv/cells";
import { type AtomicFile, openAtomic } from "../files";
import { filledUp, fixedText } from "../formats/number-format";
import { asTable, type PolarsFrame } from "../polars";
import {
  type CategoricalColumn,
  type Column,
  isCategorical,
  type NumericColumn,
  printerOf,
  type Table,
} from "../table";

export interface WriteOptions {
  /** One character between cells; defaults to a comma. */
  readonly delimiter?: string;
  /**
   * Puts an apostrophe before text that begins with = + - @ or a tab, which a spreadsheet would run as a formula, unless it
   * is a number; defaults to false, as it changes the text. Turn it on for files that people download and open.
   */
  readonly spreadsheetSafe?: boolean;
  /** Whether a line with the columns' names comes first. @default true */
  readonly header?: boolean;
}

/** Takes the bytes of a CSV file as they are made. */
export type Sink = (bytes: Uint8Array) => void;

/** Writes tables of the same columns one below the other. */
export interface CsvWriter {
  write(rows: Table): void;
  /** Hands over what is still held back. */
  end(): void;
}

/**
 * Writes the table as a CSV file, which appears only once it is whole.
 *
 * @example
 * const months = { name: "months", type: "numeric", values: Float64Array.of(3, 24) } as const;
 * writeCsv(table([months]), "months.csv");
 * readCsv("months.csv").table.columns[0]; // → { name: "months", values: [3, 24] }
 */
export function writeCsv(given: Table | PolarsFrame, file: string, options: WriteOptions = {}): void {
  const table = asTable(given);
  const target = csvFile(file, options);
  try {
    target.write(table);
    target.end();
  } catch (error) {
    target.discard();
    throw error;
  }
}

/**
 * The table as CSV text.
 *
 * @example
 * const months = { name: "months", type: "numeric", values: Float64Array.of(3, 24) } as const;
 * csvText(table([months])); // → "months\n3\n24\n"
 */
export function csvText(given: Table | PolarsFrame, options: WriteOptions = {}): string {
  const table = asTable(given);
  const pieces: Uint8Array[] = [];
  const writer = csvWriter((bytes) => pieces.push(bytes.slice()), options);
  writer.write(table);
  writer.end();
  return Buffer.concat(pieces).toString("utf8");
}

/** Endings under which readers look for something else than text. */
const otherFormats =
  /\.(xlsx?|xlsm|xlsb|ods|numbers|parquet|pq|arrow|feather|ipc|orc|avro|jsonl?|ndjson|xml|html?|ya?ml|sqlite3?|db|duckdb|rds|rdata|dta|sav|sas7bdat|pkl|npz|h5|hdf5?|pdf|docx?|gz|bz2|xz|zst|zip|7z|tar|tgz)$/i;

/** Throws where a file that is to hold CSV has the ending of another format; `formats` are those that can be written there. */
export function checkNamesCsv(file: string, formats = ".csv"): void {
  const [ending] = otherFormats.exec(file) ?? [];
  check(!ending, `write ${file}`, `rows can be written as ${formats}`, ending);
}

/** A writer into a file that appears under its name on `end`; `discard` leaves what was there before. */
export function csvFile(file: string, options: WriteOptions = {}): CsvWriter & { discard(): void } {
  checkNamesCsv(file);
  const target: AtomicFile = openAtomic(file);
  const writer = csvWriter((bytes) => target.write(bytes), options);
  return {
    write: (rows) => writer.write(rows),
    end: () => {
      writer.end();
      target.commit();
    },
    discard: () => target.discard(),
  };
}

/** A writer that hands its bytes to `sink` in pieces of about a megabyte, valid until it returns; the header comes first. */
export function csvWriter(sink: Sink, options: WriteOptions = {}): CsvWriter {
  const { delimiter = ",", spreadsheetSafe = false, header = true } = options;
  check(/^[^"\r\n\0]$/.test(delimiter), "write CSV", "the delimiter must be one character", delimiter);
  const out = new ByteBuffer(1 << 20, sink);
  let names: readonly string[] | undefined;
  const cell = (text: string): string => cellFor(text, delimiter, spreadsheetSafe);
  return {
    write: (rows) => {
      const found = rows.columns.map((column) => column.name);
      if (!names) {
        check(found.length > 0, "write CSV", "a table must have columns, got none");
        names = found;
        if (header) out.text(`${names.map(cell).join(delimiter)}\n`);
      }
      const same = found.length === names.length && found.every((name, j) => name === names?.[j]);
      check(same, "write CSV", `every table must have the columns ${names.join(", ")}`, found.join(", "));
      // An empty line would be skipped when read.
      const lone = found.length === 1;
      const cells = rows.columns.map((column) => cellWriter(column, out, cell, lone));
      const comma = delimiter.charCodeAt(0);
      for (let i = 0; i < rows.rows; i++) {
        for (let j = 0; j < cells.length; j++) {
          if (j > 0) out.byte(comma);
          cells[j](i);
        }
        out.byte(10);
      }
    },
    end: () => out.flush(),
  };
}

function cellFor(text: string, delimiter: string, spreadsheetSafe: boolean): string {
  check(!text.includes("\0"), "write CSV", "text must hold no NUL character", text);
  return quoted(
    spreadsheetSafe && /^[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text,
    delimiter,
  );
}

/** Writes the cell of row i. */
type CellWriter = (i: number) => void;

function cellWriter(one: Column, out: ByteBuffer, cell: (text: string) => string, lone: boolean): CellWriter {
  const word = one.missing?.[0] ?? "";
  const empty = word !== "" ? cell(word) : lone ? '""' : "";
  if (one.type === "numeric") return numberWriter(one, out, empty, cell);
  if (isCategorical(one)) return levelWriter(one, out, cell, empty);
  const { values } = one;
  return (i) => out.text(values[i] === "" ? empty : cell(values[i]));
}

function levelWriter(
  one: CategoricalColumn,
  out: ByteBuffer,
  cell: (text: string) => string,
  empty: string,
): CellWriter {
  const words = one.levels.map((level) => Buffer.from(cell(level)));
  const missing = Buffer.from(empty);
  const { codes } = one;
  return (i) => out.bytes(codes[i] < 0 ? missing : words[codes[i]]);
}

function numberWriter(
  one: NumericColumn,
  out: ByteBuffer,
  empty: string,
  cell: (text: string) => string,
): CellWriter {
  const { values, decimals, name, format } = one;
  const print = format && printerOf(one);
  const fill = (text: string): string => (format?.kind === "number" ? filledUp(text, format) : text);
  const scale = 10 ** (decimals ?? 0);
  return (i) => {
    const value = values[i];
    if (Number.isNaN(value)) {
      out.text(empty);
      return;
    }
    check(Number.isFinite(value), "write CSV", `${name} must be finite`, value);
    if (print) {
      // Blanks that fill a number up need no quotes of their own.
      const text = print(value);
      out.text(cell(text) === text ? fill(text) : cell(fill(text)));
      return;
    }
    const scaled = Math.round(Math.abs(value) * scale);
    // Where the value has just these decimals its digits are those of a whole number; else toFixed rounds it.
    const exact = scaled < 2 ** 53 && scaled / scale === Math.abs(value);
    if (decimals === undefined) out.text(String(value));
    else if (!exact) out.text(fixedText(value, decimals));
    else {
      if (value < 0) out.byte(45);
      out.digits(scaled, decimals);
    }
  };
}

/** Bytes on their way to a sink. */
class ByteBuffer {
  private readonly held: Uint8Array;
  private readonly sink: Sink;
  private readonly scratch = new Uint8Array(20);
  private size = 0;

  constructor(capacity: number, sink: Sink) {
    this.held = new Uint8Array(capacity);
    this.sink = sink;
  }

  byte(one: number): void {
    if (this.size === this.held.length) this.flush();
    this.held[this.size++] = one;
  }

  bytes(some: Uint8Array): void {
    if (this.size + some.length > this.held.length) this.flush();
    if (some.length > this.held.length) this.sink(some);
    else {
      for (let k = 0; k < some.length; k++) this.held[this.size + k] = some[k];
      this.size += some.length;
    }
  }

  text(some: string): void {
    if (this.size + some.length > this.held.length) this.flush();
    const { held } = this;
    const end = some.length;
    let k = 0;
    while (k < end && end <= held.length && some.charCodeAt(k) < 128) {
      held[this.size + k] = some.charCodeAt(k);
      k++;
    }
    // Anything but plain ASCII goes the longer way, from the beginning.
    if (k < end) this.bytes(Buffer.from(some));
    else this.size += end;
  }

  /** A whole number with its last `decimals` digits after a point. */
  digits(whole: number, decimals: number): void {
    const { scratch } = this;
    let at = scratch.length;
    let rest = whole;
    for (let k = 0; rest > 0 || k <= decimals; k++) {
      if (k === decimals && k > 0) scratch[--at] = 46;
      const next = Math.floor(rest / 10);
      scratch[--at] = 48 + (rest - next * 10);
      rest = next;
    }
    this.bytes(scratch.subarray(at));
  }

  flush(): void {
    if (this.size > 0) this.sink(this.held.subarray(0, this.size));
    this.size = 0;
  }
}
