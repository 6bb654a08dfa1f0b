import { toPlain } from "../formats/digits";
import { formatSample, parserOf, type ValueFormat } from "../formats/format";
import { isPlain, type NumberFormat, plainNumbers } from "../formats/number-format";
import { singleReader } from "../formats/single-precision";
import type { ColumnSchema } from "../schema";
import type { NumericColumn } from "../table";
import { decode, isBlank } from "./bytes";
import { commonestFirst, isNumber, type MissingTest } from "./cells";
import { type BadCell, type ColumnBuilder, Growing } from "./columns";
import type { Block } from "./scanner";

const powers = Array.from({ length: 16 }, (_, k) => 10 ** k);
/** More digits after the point than any column is written with. */
const anyDecimals = 99;
/** Texts that are no numbers, of which so many are kept. */
const mostFailures = 100;

/** Numbers, read straight from the bytes. */
export class NumericBuilder implements ColumnBuilder {
  /** Cells that are neither numbers nor missing. */
  failures = 0;
  /** Cells that are present. */
  present = 0;
  /** Numbers that lose something when read as such: leading zeros, or whole numbers of more than 15 digits. */
  codes = 0;
  /** The first texts that are neither, and how often each occurs. */
  readonly failing: Map<string, number> = new Map();
  private readonly numbers = new Growing((length) => new Float64Array(length));
  /** Missing values in the columns taken so far. */
  private absent = 0;
  private decimals = 0;
  private leastDecimals = anyDecimals;
  private readonly schema: ColumnSchema;
  private readonly isMissing: MissingTest;
  private readonly words: Map<string, number> = new Map();
  /** The byte of the decimal mark where digits and it are all there is to a number; else each is parsed. */
  private readonly point: number | undefined;
  private readonly parse: ((text: string) => number) | undefined;
  private readonly mark: string;
  private readonly plain: (text: string) => string;
  private readonly short: ((value: number) => number) | undefined;

  /** Numbers among the words that mean "missing", such as −999. */
  private readonly sentinels: readonly string[];

  constructor(schema: ColumnSchema, isMissing: MissingTest, sentinels: readonly string[] = []) {
    this.sentinels = sentinels;
    this.schema = schema;
    this.isMissing = isMissing;
    const format = schema.format as ValueFormat | undefined;
    const bare = !format || (format.kind === "number" && isBare(format));
    this.mark = format?.kind === "number" ? format.decimal : ".";
    this.plain = toPlain(format?.digits);
    this.point = bare ? this.mark.charCodeAt(0) : undefined;
    this.parse = format ? parserOf(format) : undefined;
    this.short = format?.kind === "number" && format.single ? singleReader(format.single) : undefined;
  }

  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const { rows } = block;
    const { minimum, maximum } = this.schema;
    this.numbers.reserve(rows);
    const from = this.numbers.length;
    const { values } = this.numbers;
    if (this.point === undefined)
      for (let r = 0; r < rows; r++) {
        const cell = r * stride + j;
        values[from + r] = this.slow(bytes, block.starts[cell], block.ends[cell], r, bad);
      }
    else if (block.kernel) this.readFast(bytes, block, j, stride, bad);
    else for (let r = 0; r < rows; r++) values[from + r] = this.read(bytes, block, r, r * stride + j, bad);
    if (this.short)
      for (let i = from; i < from + rows; i++)
        if (!Number.isNaN(values[i])) values[i] = this.short(values[i]);
    for (const word of this.sentinels) {
      let found = 0;
      for (let r = 0; r < rows; r++) {
        if (values[from + r] !== Number(word)) continue;
        values[from + r] = NaN;
        found++;
      }
      this.present -= found;
      if (found > 0) this.words.set(word, (this.words.get(word) ?? 0) + found);
    }
    if (minimum !== undefined)
      for (let r = 0; r < rows; r++)
        if (values[from + r] < minimum) bad(r, `must be at least ${minimum}`, String(values[from + r]));
    if (maximum !== undefined)
      for (let r = 0; r < rows; r++)
        if (values[from + r] > maximum) bad(r, `must be at most ${maximum}`, String(values[from + r]));
    this.numbers.length += rows;
  }

  expect(rows: number): void {
    this.numbers.resize(rows);
  }

  dropFlagged(flags: Uint8Array, rows: number): void {
    this.numbers.dropFlagged(flags, rows);
  }

  take(): NumericColumn {
    const { name, format } = this.schema;
    const values = this.numbers.take();
    const most = this.decimals;
    const fixed = most < anyDecimals && (most <= 4 || most === this.leastDecimals);
    const decimals = this.schema.decimals ?? (fixed ? most : undefined);
    return {
      name,
      type: "numeric",
      values,
      ...(decimals === undefined ? {} : { decimals }),
      ...this.styleOf(format as ValueFormat | undefined, decimals),
      ...this.missingIn(values),
    };
  }

  /** The format given, or one that says how few digits stand after the mark. */
  private styleOf(
    given: ValueFormat | undefined,
    decimals: number | undefined,
  ): Pick<NumericColumn, "format"> {
    const least = this.leastDecimals;
    if (given?.kind === "duration") return { format: given };
    if (
      this.schema.decimals !== undefined ||
      decimals === undefined ||
      least >= decimals ||
      this.present === 0
    )
      return given ? { format: given } : {};
    return {
      format: { ...(given ?? plainNumbers), leastDecimals: Math.min(least, given?.leastDecimals ?? least) },
    };
  }

  private missingIn(values: Float64Array): Pick<NumericColumn, "missing"> {
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) this.absent++;
    if (this.words.size === 0) return {};
    let blank = this.absent;
    for (const count of this.words.values()) blank -= count;
    return { missing: commonestFirst(this.words, Math.max(0, blank)) };
  }

  /** The kernel reads the plain numbers, and the rest is read here. */
  private readFast(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const from = this.numbers.length;
    const { values } = this.numbers;
    const found = (block.kernel as NonNullable<Block["kernel"]>).numbers(j, block.rows, this.point as number);
    values.set(found.values, from);
    this.present += found.present;
    this.codes += found.leadingZeros;
    this.decimals = Math.max(this.decimals, found.decimals);
    this.leastDecimals = Math.min(this.leastDecimals, found.leastDecimals);
    for (const r of found.slow)
      values[from + r] = this.slow(bytes, block.starts[r * stride + j], block.ends[r * stride + j], r, bad);
    if (!this.schema.required) return;
    for (let r = 0; r < block.rows; r++)
      if (block.starts[r * stride + j] === block.ends[r * stride + j]) bad(r, "must not be empty", "");
  }

  /** The number in a cell, NaN where missing or none: digits here, and whatever is rarer in `slow`. */
  private read(bytes: Buffer, block: Block, row: number, cell: number, bad: BadCell): number {
    const start = block.starts[cell];
    const end = block.ends[cell];
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
    if (i < end && bytes[i] === this.point) {
      const point = i++;
      for (; i < end; i++) {
        const digit = bytes[i] - 48;
        if (digit < 0 || digit > 9) break;
        mantissa = mantissa * 10 + digit;
      }
      fraction = i - point - 1;
      digits += fraction;
    }
    if (i !== end || digits === 0 || digits > 15) return this.slow(bytes, start, end, row, bad);
    if (fraction > this.decimals) this.decimals = fraction;
    if (fraction < this.leastDecimals) this.leastDecimals = fraction;
    this.present++;
    // Up to 15 digits and powers of ten are exact in a double, so one division rounds as the standard asks.
    const value = fraction === 0 ? mantissa : mantissa / powers[fraction];
    return negative ? -value : value;
  }

  /** Missing values, spaces, exponents, many digits, and what is no number. */
  private slow(bytes: Buffer, start: number, end: number, row: number, bad: BadCell): number {
    if (isBlank(bytes, start, end)) {
      if (this.schema.required) bad(row, "must not be empty", "");
      return NaN;
    }
    const text = decode(bytes, start, end).trim();
    if (this.isMissing(text)) {
      if (this.schema.required) bad(row, "must not be empty", text);
      this.words.set(text, (this.words.get(text) ?? 0) + 1);
      return NaN;
    }
    this.present++;
    const value = this.parse ? this.parse(text) : isNumber(text) ? Number(text) : NaN;
    if (Number.isNaN(value)) {
      this.failures++;
      if (this.failing.size < mostFailures || this.failing.has(text))
        this.failing.set(text, (this.failing.get(text) ?? 0) + 1);
      bad(
        row,
        this.parse
          ? `must be a number such as ${formatSample(this.schema.format as ValueFormat)}`
          : "must be a number",
        text,
      );
      return NaN;
    }
    if (this.point === undefined) {
      const plain = this.plain(text);
      const at = plain.lastIndexOf(this.mark);
      const fraction = at < 0 ? 0 : (/^\d*/.exec(plain.slice(at + 1))?.[0].length ?? 0);
      if (fraction > this.decimals) this.decimals = fraction;
      if (fraction < this.leastDecimals) this.leastDecimals = fraction;
      return value;
    }
    if (/^[+-]?\d{16,}$/.test(text)) this.codes++;
    this.decimals = anyDecimals;
    return value;
  }
}

/** Whether numbers in the format are digits and a decimal mark, with a minus sign before them. */
function isBare({ leastDecimals: _, decimal: __, ...format }: NumberFormat): boolean {
  return isPlain({ ...format, decimal: "." });
}
