import { decode } from "./bytes";
import type { CsvKernel } from "./kernel";

const lineFeed = 10;
const carriageReturn = 13;
const doubleQuote = 34;

/** Whole records found in a stretch of bytes: cell `row * columns + column` lies in bytes [starts, ends). */
export interface Block {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The line on which each record begins, from 1. */
  readonly lines: Float64Array;
  rows: number;
  /** Reads columns faster; absent where there is none. */
  readonly kernel?: CsvKernel;
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
  /** The byte around fields that hold delimiters; defaults to the double quote. */
  readonly quote?: number;
  /** Lines that begin so are passed over; defaults to none. */
  readonly comment?: string;
  /** Whether blanks may stand before an opening and after a closing quote. @default false */
  readonly looseQuotes?: boolean;
  /** Splits clean records faster; the bytes scanned must be its own. */
  readonly kernel?: CsvKernel;
}

/** What becomes of a record: it goes into the block, is broken, holds nothing, or isn't whole yet. */
type Outcome = "kept" | "broken" | "blank" | "incomplete";

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
  private readonly options: ScanOptions;
  /** 1 for bytes that end an unquoted field, and for NUL. */
  private readonly special = new Uint8Array(256);
  private bytes: Uint8Array = new Uint8Array();
  private to = 0;
  private final = false;
  // Of the record at hand: the next byte, the line ends passed, what is wrong with it, and if it has doubled quotes.
  private next = 0;
  private feeds = 0;
  private rule = "";
  private value = "";
  private doubled = false;
  private readonly quote: number;
  private readonly comment: Uint8Array;

  constructor(options: ScanOptions) {
    this.options = options;
    this.quote = options.quote ?? doubleQuote;
    this.comment = Buffer.from(options.comment ?? "");
    for (const byte of [lineFeed, carriageReturn, 0, options.delimiter]) this.special[byte] = 1;
    const cells = options.maxRows * options.columns;
    this.block = {
      starts: options.kernel?.starts ?? new Int32Array(cells),
      ends: options.kernel?.ends ?? new Int32Array(cells),
      lines: new Float64Array(options.maxRows),
      rows: 0,
      ...(options.kernel ? { kernel: options.kernel } : {}),
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
    const { kernel, maxRows } = this.options;
    const { block } = this;
    [this.bytes, this.to, this.final] = [bytes, to, final];
    block.rows = 0;
    let at = from;
    while (at < to && block.rows < maxRows) {
      if (kernel) {
        const clean = kernel.split(at, to, block.rows);
        while (block.rows < clean.rows) block.lines[block.rows++] = this.line++;
        at = clean.at;
        if (at >= to || block.rows === maxRows) break;
      }
      const outcome = this.record(at);
      if (outcome === "incomplete") break;
      if (outcome === "kept") block.lines[block.rows++] = this.line;
      else if (outcome === "broken")
        broken({ line: this.line, rule: this.rule, value: this.value, begin: at, end: this.next });
      this.line += this.feeds;
      at = this.next;
    }
    return at;
  }

  /** Reads the record at `begin`. */
  private record(begin: number): Outcome {
    const { columns, delimiter, maxFieldBytes } = this.options;
    const { bytes, to, block } = this;
    const first = block.rows * columns;
    this.next = begin;
    this.feeds = 0;
    this.rule = "";
    this.doubled = false;
    let cell = 0;
    if (this.comment.length > 0 && this.comment.every((byte, k) => bytes[begin + k] === byte)) {
      while (this.next < to && bytes[this.next] !== lineFeed && bytes[this.next] !== carriageReturn)
        this.next++;
      const ended = this.next < to ? this.passLineEnd() : this.final;
      return ended ? "blank" : "incomplete";
    }
    for (;;) {
      if (this.options.looseQuotes) this.passBlanks();
      const isQuoted = this.next < to && bytes[this.next] === this.quote;
      const start = isQuoted ? this.next + 1 : this.next;
      const end = isQuoted ? this.quotedEnd(start) : this.plainEnd(start);
      if (end === incomplete) return "incomplete";
      if (end === senseless) {
        // The quotes make no sense: this line alone is given up, and the next one is read afresh.
        this.next = begin;
        while (this.next < to && bytes[this.next] !== lineFeed && bytes[this.next] !== carriageReturn)
          this.next++;
        this.feeds = 0;
        const ended = this.next < to ? this.passLineEnd() : this.final;
        return ended ? "broken" : "incomplete";
      }
      if (cell < columns) {
        block.starts[first + cell] = start;
        block.ends[first + cell] = end;
      }
      cell++;
      if (end - start > maxFieldBytes)
        this.breaks(`a field must have at most ${maxFieldBytes} bytes`, `${end - start} bytes`);
      if (this.next >= to) break;
      if (bytes[this.next] === delimiter) {
        this.next++;
        continue;
      }
      if (!this.passLineEnd()) return "incomplete";
      break;
    }
    if (cell === 1 && bytes[begin] !== this.quote && this.rule === "" && block.ends[first] === begin)
      return "blank";
    if (cell !== columns)
      this.breaks(`a row must have ${columns} field${columns === 1 ? "" : "s"}`, String(cell));
    if (this.rule !== "") return "broken";
    if (this.doubled) {
      for (let c = first; c < first + columns; c++)
        block.ends[c] = undouble(bytes, block.starts[c], block.ends[c], this.quote);
    }
    return "kept";
  }

  /** Where the unquoted field at `start` ends; the next byte is then its end mark. */
  private plainEnd(start: number): number {
    const { bytes, to, special } = this;
    let i = start;
    while (i < to && special[bytes[i]] === 0) i++;
    while (i < to && bytes[i] === 0) {
      this.breaks("a field must hold no NUL byte", "a NUL byte");
      i++;
      while (i < to && special[bytes[i]] === 0) i++;
    }
    this.next = i;
    return i >= to && !this.final ? incomplete : i;
  }

  /** Where the content of the quoted field at `start` ends; the next byte is then the end mark behind its quote. */
  private quotedEnd(start: number): number {
    const { bytes, to, final } = this;
    const { delimiter, maxFieldBytes } = this.options;
    let i = start;
    for (;;) {
      for (; i < to && bytes[i] !== this.quote; i++) {
        const byte = bytes[i];
        if (byte === lineFeed || (byte === carriageReturn && bytes[i + 1] !== lineFeed)) this.feeds++;
        else if (byte === 0) this.breaks("a field must hold no NUL byte", "a NUL byte");
      }
      const tooLong = i - start > maxFieldBytes;
      if (i >= to && !final && !tooLong) return incomplete;
      if (i >= to || tooLong) {
        this.rule = `a quoted field must end within ${maxFieldBytes} bytes`;
        this.value = decode(bytes, start, Math.min(i, start + 80, start + maxFieldBytes));
        return senseless;
      }
      if (i + 1 >= to && !final) return incomplete;
      if (i + 1 >= to || bytes[i + 1] !== this.quote) break;
      this.doubled = true;
      i += 2;
    }
    this.next = i + 1;
    if (this.options.looseQuotes) while (this.next < to && bytes[this.next] === 32) this.next++;
    const mark = this.next < to ? bytes[this.next] : lineFeed;
    if (mark === delimiter || mark === lineFeed || mark === carriageReturn) return i;
    this.rule = "a closing quote must end its field";
    this.value = decode(bytes, Math.max(start - 1, i - 40), i + 2);
    return senseless;
  }

  /** Passes blanks that stand before a quote. */
  private passBlanks(): void {
    let at = this.next;
    while (at < this.to && this.bytes[at] === 32) at++;
    if (at < this.to && this.bytes[at] === this.quote) this.next = at;
  }

  /** Passes LF, CRLF or CR; false when it can't be told yet which. */
  private passLineEnd(): boolean {
    const { bytes, to, final } = this;
    if (bytes[this.next] === carriageReturn) {
      if (this.next + 1 >= to && !final) return false;
      if (this.next + 1 < to && bytes[this.next + 1] === lineFeed) this.next++;
    }
    this.next++;
    this.feeds++;
    return true;
  }

  /** Notes what is wrong with the record, unless something was before. */
  private breaks(rule: string, value: string): void {
    if (this.rule === "") [this.rule, this.value] = [rule, value];
  }
}

const incomplete = -1;
const senseless = -2;

/** Writes a quoted cell's doubled quotes as single ones, in place; returns its new end. */
function undouble(bytes: Uint8Array, start: number, end: number, quote: number): number {
  // Only a quoted field's content is preceded by a quote.
  if (bytes[start - 1] !== quote) return end;
  let to = start;
  for (let i = start; i < end; i++) {
    bytes[to++] = bytes[i];
    if (bytes[i] === quote) i++;
  }
  return to;
}
