import type { Block } from "./csv-scan";
import { decode, decodeStrictly, isBlank } from "./csv-text";
import { booleanLevels, type ColumnSchema, truthOf } from "./schema";
import type { CategoricalColumn, Column, NumericColumn } from "./table";

/** Told of a cell that breaks a rule: the row within the block, the rule, the value found. */
export type BadCell = (row: number, rule: string, value: string) => void;

/** Collects one column's cells, block by block. */
export interface ColumnBuilder {
  /** Appends the cells of column `j`; a bad one is told and stays as a missing value. */
  add(bytes: Uint8Array, block: Block, j: number, stride: number, bad: BadCell): void;
  /** Makes room for about that many cells in all. */
  expect(rows: number): void;
  /** Of the `rows` cells last added, keeps those without a flag. */
  dropFlagged(flags: Uint8Array, rows: number): void;
  /** The column so far; the builder is then empty, and keeps its levels. */
  take(): Column;
}

const powers = Array.from({ length: 16 }, (_, k) => 10 ** k);
const decimalText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const dateText =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?(Z|[+-]\d{2}:?\d{2}))?)?$/;
const otherMissing: readonly string[] = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None"];

/** Whether the text is a decimal number as a CSV file may hold it. */
export function isNumber(text: string): boolean {
  return decimalText.test(text.trim()) && Number.isFinite(Number(text));
}

/** Whether the text looks like a date, with or without a time of day. */
export function isDate(text: string): boolean {
  return dateText.test(text.trim());
}

/** The words that mean "missing" in a column of this type. */
export function missingWords(type: string, given: readonly string[] | undefined): readonly string[] {
  return given ?? (type === "numeric" || type === "boolean" || type === "date" ? otherMissing : []);
}

/** Numbers, read straight from the bytes. */
export class NumericBuilder implements ColumnBuilder {
  /** Cells that are neither numbers nor missing. */
  failures = 0;
  /** Cells that are present. */
  present = 0;
  /** Numbers that lose something when read as such: leading zeros, or whole numbers of more than 15 digits. */
  codes = 0;
  private values = new Float64Array(1024);
  private length = 0;
  private decimals = 0;
  private readonly schema: ColumnSchema;
  private readonly missing: ReadonlySet<string>;

  constructor(schema: ColumnSchema, missing: readonly string[]) {
    this.schema = schema;
    this.missing = new Set(missing);
  }

  add(bytes: Uint8Array, block: Block, j: number, stride: number, bad: BadCell): void {
    const { starts, ends, rows } = block;
    const { minimum = -Infinity, maximum = Infinity, required } = this.schema;
    this.reserve(rows);
    const { values } = this;
    let at = this.length;
    let decimals = this.decimals;
    for (let r = 0, cell = j; r < rows; r++, cell += stride) {
      const start = starts[cell];
      const end = ends[cell];
      let i = start;
      let mantissa = 0;
      const negative = bytes[i] === 45;
      if (negative) i++;
      const whole = i;
      for (; i < end; i++) {
        const digit = bytes[i] - 48;
        if (digit < 0 || digit > 9) break;
        mantissa = mantissa * 10 + digit;
      }
      let digits = i - whole;
      if (digits > 1 && bytes[whole] === 48) this.codes++;
      let fraction = 0;
      if (i < end && bytes[i] === 46) {
        const point = i++;
        for (; i < end; i++) {
          const digit = bytes[i] - 48;
          if (digit < 0 || digit > 9) break;
          mantissa = mantissa * 10 + digit;
        }
        fraction = i - point - 1;
        digits += fraction;
      }
      let value: number;
      // Up to 15 digits and powers of ten are exact in a double, so one division rounds as the standard asks.
      if (i === end && digits > 0 && digits <= 15) {
        value = fraction === 0 ? mantissa : mantissa / powers[fraction];
        if (negative) value = -value;
        if (fraction > decimals) decimals = fraction;
        this.present++;
      } else {
        value = this.slow(bytes, start, end, r, bad);
        if (!Number.isNaN(value)) decimals = 99;
        else if (required && isBlank(bytes, start, end)) bad(r, "must not be empty", "");
      }
      if (value < minimum) bad(r, `must be at least ${minimum}`, String(value));
      else if (value > maximum) bad(r, `must be at most ${maximum}`, String(value));
      values[at++] = value;
    }
    this.length = at;
    this.decimals = decimals;
  }

  expect(rows: number): void {
    if (rows > this.values.length) this.values = grown(this.values, new Float64Array(rows), this.length);
  }

  dropFlagged(flags: Uint8Array, rows: number): void {
    this.length = compact(this.values, this.length - rows, flags, rows);
  }

  take(): NumericColumn {
    const values = this.values.slice(0, this.length);
    this.length = 0;
    const decimals = this.schema.decimals ?? (this.decimals <= 4 ? this.decimals : undefined);
    const { name } = this.schema;
    return decimals === undefined
      ? { name, type: "numeric", values }
      : { name, type: "numeric", values, decimals };
  }

  /** Missing values, spaces, exponents, many digits, and what is no number. */
  private slow(bytes: Uint8Array, start: number, end: number, row: number, bad: BadCell): number {
    if (isBlank(bytes, start, end)) return NaN;
    const text = decode(bytes, start, end).trim();
    if (this.missing.has(text)) return NaN;
    this.present++;
    const value = decimalText.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(value)) {
      this.failures++;
      bad(row, "must be a number", text);
      return NaN;
    }
    if (/^[+-]?\d{16,}$/.test(text)) this.codes++;
    return value;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.values.length) this.expect(Math.max(this.values.length * 2, needed));
  }
}

/** Codes into a dictionary of the distinct cells, found by their bytes. */
export class DictionaryBuilder implements ColumnBuilder {
  readonly levels: string[] = [];
  private codes = new Int32Array(1024);
  private length = 0;
  /** Open addressing: code + 1 at the place of a key's hash, 0 where free. */
  private slots = new Int32Array(64);
  private hashes = new Int32Array(32);
  private offsets = new Int32Array(33);
  private pool = new Uint8Array(512);
  /** Code + 1 of the level last met with the same length, first and last byte: most cells are found here. */
  private readonly recent = new Int32Array(256);
  private readonly schema: ColumnSchema;
  private readonly closed: readonly string[] | undefined;
  private readonly missing: ReadonlySet<string>;
  /** How many levels the column last taken had: a later one begins with the same levels. */
  private shared: readonly string[] = [];

  constructor(schema: ColumnSchema, missing: readonly string[]) {
    this.schema = schema;
    this.missing = new Set(missing);
    const fixed = schema.levels;
    for (const level of fixed ?? []) {
      const bytes = Buffer.from(level);
      this.insert(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length), level);
    }
    this.closed = fixed;
  }

  add(bytes: Uint8Array, block: Block, j: number, stride: number, bad: BadCell): void {
    const { starts, ends, rows } = block;
    this.reserve(rows);
    const { codes, recent } = this;
    let at = this.length;
    for (let r = 0, cell = j; r < rows; r++, cell += stride) {
      const start = starts[cell];
      const end = ends[cell];
      if (start === end) {
        if (this.schema.required) bad(r, "must not be empty", "");
        codes[at++] = -1;
        continue;
      }
      const place = (31 * (end - start) + 7 * bytes[start] + bytes[end - 1]) & 255;
      let code = recent[place] - 1;
      if (code < 0 || !this.holds(code, bytes, start, end)) {
        const hash = hashOf(bytes, start, end);
        code = this.find(bytes, start, end, hash);
        if (code < 0) code = this.unseen(bytes, start, end, hash, r, bad);
        recent[place] = code + 1;
      }
      codes[at++] = code;
    }
    this.length = at;
  }

  expect(rows: number): void {
    if (rows > this.codes.length) this.codes = grown(this.codes, new Int32Array(rows), this.length);
  }

  dropFlagged(flags: Uint8Array, rows: number): void {
    this.length = compact(this.codes, this.length - rows, flags, rows);
  }

  /** The codes so far and how often each level occurs. */
  counts(): Int32Array {
    const counts = new Int32Array(this.levels.length);
    for (let i = 0; i < this.length; i++) if (this.codes[i] >= 0) counts[this.codes[i]]++;
    return counts;
  }

  take(): CategoricalColumn {
    const codes = this.codes.slice(0, this.length);
    this.length = 0;
    if (this.shared.length !== this.levels.length) this.shared = this.levels.slice();
    const type = this.schema.type === "boolean" ? "boolean" : "categorical";
    return { name: this.schema.name, type, codes, levels: this.shared };
  }

  private find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const { slots, hashes } = this;
    const mask = slots.length - 1;
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const code = slots[slot] - 1;
      if (hashes[code] === hash && this.holds(code, bytes, start, end)) return code;
    }
    return -1;
  }

  /** Whether the level with that code is the cell's. */
  private holds(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const { offsets, pool } = this;
    const from = offsets[code];
    const size = end - start;
    if (offsets[code + 1] - from !== size) return false;
    for (let k = 0; k < size; k++) if (pool[from + k] !== bytes[start + k]) return false;
    return true;
  }

  /** Missing words, invalid text, other spellings of a boolean, and levels not met before. */
  private unseen(
    bytes: Uint8Array,
    start: number,
    end: number,
    hash: number,
    row: number,
    bad: BadCell,
  ): number {
    if (isBlank(bytes, start, end)) {
      if (this.schema.required) bad(row, "must not be empty", "");
      return -1;
    }
    const text = decodeStrictly(bytes, start, end);
    if (text === undefined) {
      bad(row, "must be UTF-8", decode(bytes, start, end));
      return -1;
    }
    if (this.missing.has(text.trim())) return -1;
    if (this.closed) {
      const truth = this.schema.type === "boolean" ? truthOf(text) : -1;
      if (truth >= 0 && booleanLevels(this.closed)) return truth;
      bad(row, `must be one of ${this.closed.join(", ")}`, text);
      return -1;
    }
    return this.insert(bytes, start, end, hash, text);
  }

  private insert(bytes: Uint8Array, start: number, end: number, hash: number, text: string): number {
    const code = this.levels.push(text) - 1;
    const from = this.offsets[code];
    const size = end - start;
    if (code + 2 > this.offsets.length) {
      this.offsets = grown(this.offsets, new Int32Array(this.offsets.length * 2));
      this.hashes = grown(this.hashes, new Int32Array(this.offsets.length));
    }
    if (from + size > this.pool.length)
      this.pool = grown(this.pool, new Uint8Array(Math.max(this.pool.length * 2, from + size)));
    this.pool.set(bytes.subarray(start, end), from);
    this.offsets[code + 1] = from + size;
    this.hashes[code] = hash;
    if (this.levels.length * 2 > this.slots.length) {
      this.slots = new Int32Array(this.slots.length * 4);
      for (let one = 0; one < code; one++) this.place(one);
    }
    this.place(code);
    return code;
  }

  private place(code: number): void {
    const mask = this.slots.length - 1;
    let slot = this.hashes[code] & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = code + 1;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.codes.length) this.expect(Math.max(this.codes.length * 2, needed));
  }
}

/** Identifiers, dates and text, as written. */
export class TextBuilder implements ColumnBuilder {
  private values: string[] = [];
  private readonly schema: ColumnSchema;
  private readonly missing: ReadonlySet<string>;

  constructor(schema: ColumnSchema, missing: readonly string[]) {
    this.schema = schema;
    this.missing = new Set(missing);
  }

  add(bytes: Uint8Array, block: Block, j: number, stride: number, bad: BadCell): void {
    const { starts, ends, rows } = block;
    const date = this.schema.type === "date";
    for (let r = 0, cell = j; r < rows; r++, cell += stride) {
      let text = decodeStrictly(bytes, starts[cell], ends[cell]);
      if (text === undefined) {
        bad(r, "must be UTF-8", decode(bytes, starts[cell], ends[cell]));
        text = "";
      } else if (text.trim() === "" || (this.missing.size > 0 && this.missing.has(text.trim()))) {
        if (this.schema.required) bad(r, "must not be empty", text);
        text = "";
      } else if (date && !isDate(text)) bad(r, "must be a date such as 2024-01-31", text);
      this.values.push(text);
    }
  }

  expect(): void {}

  dropFlagged(flags: Uint8Array, rows: number): void {
    const from = this.values.length - rows;
    let to = from;
    for (let r = 0; r < rows; r++) if (flags[r] === 0) this.values[to++] = this.values[from + r];
    this.values.length = to;
  }

  take(): Column {
    const { values } = this;
    this.values = [];
    return { name: this.schema.name, type: this.schema.type as "id" | "date" | "text", values };
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash ^ (hash >>> 15);
}

/** The larger array with the first `length` values (default: all) of the old one. */
function grown<T extends Float64Array | Int32Array | Uint8Array>(
  old: T,
  larger: T,
  length: number = old.length,
): T {
  larger.set(old.subarray(0, length));
  return larger;
}

function compact(values: Float64Array | Int32Array, from: number, flags: Uint8Array, rows: number): number {
  let to = from;
  for (let r = 0; r < rows; r++) if (flags[r] === 0) values[to++] = values[from + r];
  return to;
}
