import type { ColumnSchema } from "../schema";
import type { NumericColumn } from "../table";
import { decode, isBlank } from "./bytes";
import { isNumber } from "./cells";
import { type BadCell, type ColumnBuilder, Growing } from "./columns";
import type { Block } from "./scanner";

const powers = Array.from({ length: 16 }, (_, k) => 10 ** k);
/** More digits after the point than any column is written with. */
const anyDecimals = 99;

/** Numbers, read straight from the bytes. */
export class NumericBuilder implements ColumnBuilder {
  /** Cells that are neither numbers nor missing. */
  failures = 0;
  /** Cells that are present. */
  present = 0;
  /** Numbers that lose something when read as such: leading zeros, or whole numbers of more than 15 digits. */
  codes = 0;
  private readonly numbers = new Growing((length) => new Float64Array(length));
  private decimals = 0;
  private readonly schema: ColumnSchema;
  private readonly missing: ReadonlySet<string>;

  constructor(schema: ColumnSchema, missing: readonly string[]) {
    this.schema = schema;
    this.missing = new Set(missing);
  }

  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const { rows } = block;
    const { minimum, maximum } = this.schema;
    this.numbers.reserve(rows);
    const from = this.numbers.length;
    const { values } = this.numbers;
    if (block.kernel) this.readFast(bytes, block, j, stride, bad);
    else for (let r = 0; r < rows; r++) values[from + r] = this.read(bytes, block, r, r * stride + j, bad);
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
    const { name } = this.schema;
    const values = this.numbers.take();
    const decimals = this.schema.decimals ?? (this.decimals <= 4 ? this.decimals : undefined);
    return { name, type: "numeric", values, ...(decimals === undefined ? {} : { decimals }) };
  }

  /** The kernel reads the plain numbers, and the rest is read here. */
  private readFast(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const from = this.numbers.length;
    const { values } = this.numbers;
    const found = (block.kernel as NonNullable<Block["kernel"]>).numbers(j, block.rows);
    values.set(found.values, from);
    this.present += found.present;
    this.codes += found.leadingZeros;
    this.decimals = Math.max(this.decimals, found.decimals);
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
    if (i !== end || digits === 0 || digits > 15) return this.slow(bytes, start, end, row, bad);
    if (fraction > this.decimals) this.decimals = fraction;
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
    if (this.missing.has(text)) return NaN;
    this.present++;
    if (!isNumber(text)) {
      this.failures++;
      bad(row, "must be a number", text);
      return NaN;
    }
    if (/^[+-]?\d{16,}$/.test(text)) this.codes++;
    this.decimals = anyDecimals;
    return Number(text);
  }
}
