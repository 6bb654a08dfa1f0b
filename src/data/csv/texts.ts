import { isAscii } from "node:buffer";
import { type DateFormat, dateParser, datePrinter, plainDates } from "../formats/date-format";
import type { ColumnSchema } from "../schema";
import type { Column } from "../table";
import { decode, decodeStrictly } from "./bytes";
import { commonestFirst, type MissingTest } from "./cells";
import type { BadCell, ColumnBuilder } from "./columns";
import type { Block } from "./scanner";

/** Identifiers, dates and text, as written. */
export class TextBuilder implements ColumnBuilder {
  /** Dates: cells that are none. */
  failures = 0;
  private values: string[] = [];
  /** Missing cells in the columns taken so far. */
  private absent = 0;
  private readonly schema: ColumnSchema;
  private readonly isMissing: MissingTest;
  private readonly words: Map<string, number> = new Map();
  private readonly parse: ((text: string) => number) | undefined;

  constructor(schema: ColumnSchema, isMissing: MissingTest) {
    this.schema = schema;
    this.isMissing = isMissing;
    if (schema.type === "date")
      this.parse = dateParser((schema.format as DateFormat | undefined) ?? plainDates);
  }

  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
    const { starts, ends, rows, kernel } = block;
    const keep = this.schema.type === "text";
    let [packed, at, known] = ["", 0, 0];
    for (let r = 0, cell = j; r < rows; r++, cell += stride) {
      if (kernel && r === known) {
        const { bytes: all, to } = kernel.pack(j, r, rows);
        let size = 0;
        for (let one = r; one < to; one++) size += ends[one * stride + j] - starts[one * stride + j];
        // A string for all of them is cut faster than bytes are decoded one by one.
        packed = isAscii(all.subarray(0, size)) ? all.toString("latin1", 0, size) : "";
        known = packed === "" ? Math.max(to, r + 1) : to;
        at = 0;
      }
      const next = at + ends[cell] - starts[cell];
      let text = packed === "" ? decodeStrictly(bytes, starts[cell], ends[cell]) : packed.substring(at, next);
      at = next;
      if (text === undefined) {
        bad(r, "must be UTF-8", decode(bytes, starts[cell], ends[cell]));
        text = "";
      } else {
        const trimmed = text.trim();
        if (trimmed === "" || this.isMissing(trimmed)) {
          if (this.schema.required) bad(r, "must not be empty", text);
          if (trimmed !== "") this.words.set(trimmed, (this.words.get(trimmed) ?? 0) + 1);
          text = "";
        } else if (!keep) {
          text = trimmed;
          if (this.parse && Number.isNaN(this.parse(trimmed))) {
            this.failures++;
            bad(r, `must be a date such as ${this.sample()}`, text);
          }
        }
      }
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
    const { values, schema } = this;
    this.values = [];
    for (const value of values) if (value === "") this.absent++;
    return {
      name: schema.name,
      type: schema.type as "id" | "date" | "text",
      values,
      ...(schema.type === "date" && schema.format ? { format: schema.format as DateFormat } : {}),
      ...(this.words.size === 0
        ? {}
        : { missing: commonestFirst(this.words, Math.max(0, this.absent - total(this.words))) }),
    };
  }

  private sample(): string {
    const format = (this.schema.format as DateFormat | undefined) ?? plainDates;
    return datePrinter(format)(Date.UTC(2024, 0, 31));
  }
}

function total(words: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of words.values()) sum += count;
  return sum;
}
