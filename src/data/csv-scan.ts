import { decode } from "./csv-text";

const ordinary = 0;
const lineFeed = 10;
const carriageReturn = 13;
const quote = 34;

/** Whole records found in a stretch of bytes: cell `row * columns + column` lies in bytes [starts, ends). */
export interface Block {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The line on which each record begins, from 1. */
  readonly lines: Float64Array;
  rows: number;
}

/** A record that can't be split into cells as it should: it is left out of the block. */
export interface BrokenRecord {
  readonly line: number;
  readonly rule: string;
  /** What was found in place of what the rule asks for. */
  readonly value: string;
  /** Where the record lies in the bytes scanned. */
  readonly begin: number;
  readonly end: number;
}

export interface ScanOptions {
  readonly columns: number;
  readonly delimiter: number;
  /** A field longer than this many bytes breaks its record. */
  readonly maxFieldBytes: number;
  readonly maxRows: number;
}

/**
 * Splits bytes into records by RFC 4180, and tolerates what it can without guessing: LF, CRLF and CR ends of line, blank
 * lines, quotes inside unquoted fields. A quote that never ends, text after a closing quote, a NUL byte or the wrong
 * number of fields breaks a record; reading goes on after the line on which that record began, so that one stray quote
 * doesn't swallow the rest of the file.
 */
export class Scanner {
  readonly block: Block;
  /** The line that the next byte to be scanned is on. */
  line = 1;
  private readonly kinds = new Uint8Array(256);
  private readonly options: ScanOptions;

  constructor(options: ScanOptions) {
    this.options = options;
    for (const byte of [lineFeed, carriageReturn, 0, options.delimiter]) this.kinds[byte] = 1;
    const cells = options.maxRows * options.columns;
    this.block = {
      starts: new Int32Array(cells),
      ends: new Int32Array(cells),
      lines: new Float64Array(options.maxRows),
      rows: 0,
    };
  }

  /**
   * Fills the block from bytes [from, to) and returns where it stopped: at the end of a record, when the block is full
   * or what follows is not a whole record yet. With `final`, nothing follows `to`. Doubled quotes are undone in place.
   */
  scan(
    bytes: Uint8Array,
    from: number,
    to: number,
    final: boolean,
    broken: (one: BrokenRecord) => void,
  ): number {
    const { columns, delimiter, maxFieldBytes, maxRows } = this.options;
    const { starts, ends, lines } = this.block;
    const kinds = this.kinds;
    let i = from;
    let rows = 0;
    while (i < to && rows < maxRows) {
      const begin = i;
      const first = rows * columns;
      let cell = 0;
      let feeds = 0;
      let doubled = false;
      let rule = "";
      let value = "";
      let done = false;
      while (!done) {
        let start = i;
        let end: number;
        if (i < to && bytes[i] === quote) {
          start = ++i;
          for (;;) {
            for (; i < to && bytes[i] !== quote; i++) {
              const byte = bytes[i];
              if (byte === lineFeed || (byte === carriageReturn && bytes[i + 1] !== lineFeed)) feeds++;
              else if (byte === 0 && rule === "")
                [rule, value] = ["a field must hold no NUL byte", "a NUL byte"];
            }
            if (i >= to && !final && i - start <= maxFieldBytes) return this.stop(begin, rows);
            if (i >= to || i - start > maxFieldBytes) {
              rule = `a quoted field must end within ${maxFieldBytes} bytes`;
              value = decode(bytes, start, Math.min(i, start + 80));
              break;
            }
            if (i + 1 >= to && !final) return this.stop(begin, rows);
            if (i + 1 < to && bytes[i + 1] === quote) {
              doubled = true;
              i += 2;
              continue;
            }
            break;
          }
          end = i;
          if (rule.startsWith("a quoted")) break;
          i++;
          if (i < to && !isEnd(bytes[i], delimiter)) {
            rule = "a closing quote must end its field";
            value = decode(bytes, start - 1, Math.min(to, i + 20)).split(/[\r\n]/)[0];
            break;
          }
        } else {
          while (i < to && kinds[bytes[i]] === ordinary) i++;
          while (i < to && bytes[i] === 0) {
            if (rule === "") [rule, value] = ["a field must hold no NUL byte", "a NUL byte"];
            i++;
            while (i < to && kinds[bytes[i]] === ordinary) i++;
          }
          end = i;
        }
        if (i >= to && !final) return this.stop(begin, rows);
        if (cell < columns) {
          starts[first + cell] = start;
          ends[first + cell] = end;
        }
        if (end - start > maxFieldBytes && rule === "") {
          rule = `a field must have at most ${maxFieldBytes} bytes`;
          value = `${end - start} bytes`;
        }
        cell++;
        if (i >= to) done = true;
        else if (bytes[i] === delimiter) i++;
        else {
          if (bytes[i] === carriageReturn) {
            if (i + 1 >= to && !final) return this.stop(begin, rows);
            if (i + 1 < to && bytes[i + 1] === lineFeed) i++;
          }
          i++;
          feeds++;
          done = true;
        }
      }
      if (!done) {
        // The quotes make no sense: this line alone is given up, and the next one is read afresh.
        i = nextLine(bytes, begin, to);
        broken({ line: this.line, rule, value, begin, end: i });
        this.line++;
        continue;
      }
      if (cell === 1 && ends[first] === starts[first] && bytes[begin] !== quote) {
        this.line += feeds;
        continue;
      }
      if (rule === "" && cell !== columns) {
        rule = `a row must have ${columns} field${columns === 1 ? "" : "s"}`;
        value = String(cell);
      }
      if (rule === "") {
        if (doubled)
          for (let c = 0; c < columns; c++)
            ends[first + c] = undouble(bytes, starts[first + c], ends[first + c]);
        lines[rows++] = this.line;
      } else broken({ line: this.line, rule, value, begin, end: i });
      this.line += feeds;
    }
    return this.stop(i, rows);
  }

  private stop(at: number, rows: number): number {
    this.block.rows = rows;
    return at;
  }
}

/** Where the line after the one that holds `at` begins. */
export function nextLine(bytes: Uint8Array, at: number, to: number): number {
  for (let i = at; i < to; i++) {
    if (bytes[i] === lineFeed) return i + 1;
    if (bytes[i] === carriageReturn) return bytes[i + 1] === lineFeed && i + 1 < to ? i + 2 : i + 1;
  }
  return to;
}

function isEnd(byte: number, delimiter: number): boolean {
  return byte === delimiter || byte === lineFeed || byte === carriageReturn;
}

/** Writes a quoted cell's doubled quotes as single ones, in place; returns its new end. */
function undouble(bytes: Uint8Array, start: number, end: number): number {
  // Only a quoted field's content is preceded by a quote.
  if (bytes[start - 1] !== quote) return end;
  let to = start;
  for (let i = start; i < end; i++) {
    bytes[to++] = bytes[i];
    if (bytes[i] === quote) i++;
  }
  return to;
}
