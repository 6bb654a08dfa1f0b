import type { Column } from "../table";
import type { Block } from "./scanner";

/** Told of a cell that breaks a rule: the row within the block, the rule, the value found. */
export type BadCell = (row: number, rule: string, value: string) => void;

/** Collects one column's cells, block by block. */
export interface ColumnBuilder {
  /** Appends the cells of column `j` of `stride` columns; a bad one is told and stays as a missing value. */
  add(bytes: Buffer, block: Block, j: number, stride: number, bad: BadCell): void;
  /** Makes room for about that many cells in all. */
  expect(rows: number): void;
  /** Of the `rows` cells last added, keeps those without a flag. */
  dropFlagged(flags: Uint8Array, rows: number): void;
  /** The column so far; the builder is then empty, and keeps its levels. */
  take(): Column;
}

/** The builder of a column that nobody wants: what it takes is empty. */
export function passedOver(name: string): ColumnBuilder {
  return {
    add: () => {},
    expect: () => {},
    dropFlagged: () => {},
    take: () => ({ name, type: "text", values: [] }),
  };
}

/** An array that grows as values are appended. */
export class Growing<T extends Float64Array | Int32Array> {
  values: T;
  length = 0;
  private readonly make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.make = make;
    this.values = make(256);
  }

  /** Makes room for `more` values behind those there are. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.values.length) this.resize(Math.max(2 * this.values.length, needed));
  }

  resize(room: number): void {
    if (room <= this.values.length) return;
    const larger = this.make(room);
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  /** Of the `rows` values last appended, keeps those without a flag. */
  dropFlagged(flags: Uint8Array, rows: number): void {
    const from = this.length - rows;
    let to = from;
    for (let r = 0; r < rows; r++) if (flags[r] === 0) this.values[to++] = this.values[from + r];
    this.length = to;
  }

  /** The values, of which none are left here: their own memory where little of it is empty, else a copy. */
  take(): T {
    const { values, length } = this;
    this.length = 0;
    if (length < 0.9 * values.length) return values.slice(0, length) as T;
    this.values = this.make(256);
    return values.subarray(0, length) as T;
  }
}
