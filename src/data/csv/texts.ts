import type { ColumnSchema } from "../schema";
import type { Column } from "../table";
import { decode, decodeStrictly } from "./bytes";
import { isDate } from "./cells";
import type { BadCell, ColumnBuilder } from "./columns";
import type { Block } from "./scanner";

/** Identifiers, dates and text, as written. */
export class TextBuilder implements ColumnBuilder {
  private values: string[] = [];
  private readonly schema: ColumnSchema;
  private readonly missing: ReadonlySet<string>;

  constructor(schema: ColumnSchema, missing: readonly string[]) {
    this.schema = schema;
    this.missing = new Set(missing);
  }

  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void {
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
