import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { builderOf, layoutOf } from "./csv/layout";
import { NumericBuilder } from "./csv/numbers";
import type { CsvOptions } from "./csv/options";
import { CsvReader } from "./csv/reader";
import { settleCategorical, settleGiven, settleNumeric } from "./infer";
import type { Problem } from "./problems";
import { type ColumnSchema, type Schema, schemaOf } from "./schema";
import { isCategorical, type Table, table } from "./table";

/** A table read from CSV, and what was wrong with the file. */
export interface CsvRead {
  readonly table: Table;
  /** What the table's columns are: given, or inferred. */
  readonly schema: Schema;
  /** The first problems (`maxProblems`). */
  readonly problems: readonly Problem[];
  /** All problems. */
  readonly problemCount: number;
  /** How often each rule was broken, by `column: rule`. */
  readonly problemsByRule: ReadonlyMap<string, number>;
  /** Data rows in the file; the table has `rows − rejected`. */
  readonly rows: number;
  readonly rejected: number;
}

/** The beginning that types are guessed from; a guess that the rest belies is made again. */
const headBytes = 1 << 19;
const chunkBytes = 1 << 20;

/**
 * The table in a CSV file. Types are inferred where the schema doesn't give them. Throws where there is no table to be
 * had (no file, no header, the same column name twice, a column of the schema absent); bad rows are left out, reported
 * and counted.
 */
export function readCsv(file: string, options: CsvOptions = {}): CsvRead {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    return readFrom(file, size, (into, at) => readSync(handle, into, 0, into.length, at), options);
  } finally {
    closeSync(handle);
  }
}

/** The table in CSV text or bytes, as `readCsv` reads it; `name` stands for the file in messages. */
export function parseCsv(text: string | Uint8Array, options: CsvOptions = {}, name = "CSV text"): CsvRead {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const read = (into: Uint8Array, at: number): number => {
    const piece = bytes.subarray(at, at + into.length);
    into.set(piece);
    return piece.length;
  };
  return readFrom(name, bytes.length, read, options);
}

/** Fills `into` with the bytes from `at` on, and returns how many there were. */
type ReadAt = (into: Uint8Array, at: number) => number;

function readFrom(name: string, bytes: number, readAt: ReadAt, options: CsvOptions): CsvRead {
  const room = new Uint8Array(headBytes);
  const head = room.subarray(0, readAt(room, 0));
  const layout = layoutOf(name, head, head.length < headBytes, options);
  let columns = layout.columns;
  for (;;) {
    const current = { ...layout, columns };
    const builders = columns.map((_, j) => builderOf(current, j, options.schema?.missing));
    const reader = new CsvReader(name, current, options, builders, bytes);
    const chunk = new Uint8Array(chunkBytes);
    let at = 0;
    for (let size = readAt(chunk, at); size > 0; size = readAt(chunk, at)) {
      reader.push(chunk.subarray(0, size));
      if (at === 0) reader.expectBytes(bytes, size);
      at += size;
    }
    reader.end();
    const doubted = builders.map(
      (one, j) => !layout.given[j] && one instanceof NumericBuilder && isNoNumber(one),
    );
    if (doubted.includes(true)) {
      // The head looked numeric and the rest is not: those columns are read once more, by dictionary.
      columns = columns.map(
        (one, j): ColumnSchema => (doubted[j] ? { name: one.name, type: "categorical" } : one),
      );
      continue;
    }
    const settled = builders.map((one, j) => {
      const column = one.take();
      if (layout.given[j]) return settleGiven(column, columns[j], name);
      if (isCategorical(column)) return settleCategorical(column, reader.rejected > 0);
      return column.type === "numeric" ? settleNumeric(column) : column;
    });
    const found = table(settled.filter((_, j) => !layout.unread[j]));
    const { target, missing } = options.schema ?? {};
    const schema = { ...schemaOf(found, target), ...(missing ? { missing } : {}) };
    return {
      table: found,
      schema,
      problems: reader.log.kept,
      problemCount: reader.log.count,
      problemsByRule: reader.log.byRule,
      rows: reader.rows,
      rejected: reader.rejected,
    };
  }
}

function isNoNumber(one: NumericBuilder): boolean {
  return one.codes > 0 || one.failures > 0.05 * one.present;
}
