import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Layout } from "../csv/layout";
import type { CsvOptions } from "../csv/options";
import { CsvReader } from "../csv/reader";
import { type Dialect, dialectWords } from "../dialect/dialect";
import { readError } from "../files";
import { missingElsewhere } from "../infer/missing-elsewhere";
import { totalsRemark } from "../infer/totals";
import type { Problem } from "../problems";
import { columnSchema, type Schema, schemaOf } from "../schema";
import { type Column, type Table, table } from "../table";
import { checkRoom } from "./check-room";
import { Settling } from "./settling";

/** What was guessed of a file, or of one of its columns. */
export interface Remark {
  /** Left out, it concerns the whole file. */
  readonly column?: string;
  readonly text: string;
}

/** What reading a file found beside its rows. */
export interface ReadReport {
  /** How the file is laid out, as it was found or said. */
  readonly dialect: Dialect;
  /** What was guessed, so that a person can set it right. */
  readonly remarks: readonly Remark[];
  /** The first problems (`maxProblems`). */
  readonly problems: readonly Problem[];
  /** All problems. */
  readonly problemCount: number;
  /** How often each rule was broken, by `column: rule`. */
  readonly problemsByRule: ReadonlyMap<string, number>;
  /** How many problems each column has. */
  readonly problemsByColumn: ReadonlyMap<string, number>;
  /** Data rows in the file; the table has `rows − rejected`. */
  readonly rows: number;
  readonly rejected: number;
  /** The numbers, from 1, of the rows left out, in order. */
  readonly rejectedRows: readonly number[];
}

/** A table read from CSV, and what was wrong with the file. */
export interface CsvRead extends ReadReport {
  readonly table: Table;
  /** What the table's columns are and how they are written, given or inferred, with the file's dialect. */
  readonly schema: Schema;
  /** Cells, by column, of words taken for missing that no list knows. */
  readonly guessedMissing: ReadonlyMap<string, number>;
}

/** The beginning that types are guessed from; a guess that the rest belies is made again. */
export const headBytes: number = 1 << 19;
const chunkBytes = 1 << 20;
/** Names of columns that are shown as the header has them. */
const mostTrimmed = 5;

/**
 * The table in a CSV file. Types are inferred where the schema doesn't give them. Throws where there is no table to be
 * had (no file, no header, the same column name twice, a column of the schema absent); bad rows are left out, reported
 * and counted.
 *
 * @example
 * writeCsv(parseCsv("plan,months\nbasic,3\nplus,24\n").table, "read.csv");
 * readCsv("read.csv").table.rows; // → 2
 * readCsv("nowhere.csv"); // throws "nowhere.csv"
 */
export function readCsv(file: string, options: CsvOptions = {}): CsvRead {
  const handle = readError(file, () => openSync(file, "r"));
  try {
    const { size } = readError(file, () => fstatSync(handle));
    checkRoom(file, size);
    return readFrom(
      file,
      size,
      (into, at) => readError(file, () => readSync(handle, into, 0, into.length, at)),
      options,
    );
  } finally {
    closeSync(handle);
  }
}

/**
 * The table in CSV text or bytes, as `readCsv` reads it; `name` stands for the file in messages.
 *
 * @example
 * const { table: plans } = parseCsv("plan;price\nbasic;9,90\nplus;19,90\n");
 * plans.columns[1]; // → { name: "price", type: "numeric", values: [9.9, 19.9] }
 */
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
  const settling = new Settling(name, head, head.length < headBytes, options);
  for (;;) {
    const builders = settling.builders();
    const reader = new CsvReader(name, settling.layout, options, builders, bytes);
    const chunk = new Uint8Array(chunkBytes);
    let at = 0;
    for (let size = readAt(chunk, at); size > 0; size = readAt(chunk, at)) {
      reader.push(chunk.subarray(0, size));
      if (at === 0) reader.expectBytes(bytes, size);
      at += size;
    }
    reader.end();
    const settled = settling.settle(builders);
    if (!settled) continue;
    const found = table(settled.filter((_, j) => !settling.layout.unread[j]));
    return { table: found, ...readOf(settling, reader, found.columns, found) };
  }
}

/** What is to be said of a file that was read, whose columns turned out to be these; `last` has its last rows. */
export function readOf(
  { layout, options, remarksOf }: Settling,
  reader: CsvReader,
  columns: readonly Column[],
  last: Table,
): Omit<CsvRead, "table"> {
  const { target, missing } = options.schema ?? {};
  const dialect = { ...layout.dialect, encoding: reader.encoding.name };
  const schema: Schema = {
    ...schemaOf({ rows: 0, columns }, target),
    dialect,
    ...(missing ? { missing } : {}),
  };
  const remarks = fileRemarks(layout, dialect, layout.guessedEncoding || reader.encoding.guessed, options);
  layout.names.forEach((column, j) => {
    if (layout.unread[j]) return;
    for (const text of remarksOf[j].remarks) remarks.push({ column, text });
  });
  remarks.push(...missingElsewhere(columns.filter((one) => !columnSchema(options.schema, one.name))));
  const totals = totalsRemark(last);
  if (totals) remarks.push({ text: totals });
  if (layout.names.length === 1 && / {2,}\S.* {2,}\S/.test(layout.names[0]))
    remarks.push({
      text: "it has one column, whose name looks like several set apart by blanks: columns of fixed width are not read, write them with a delimiter",
    });
  const kept = reader.rows - reader.rejected;
  const guessed = layout.names.flatMap((name, j) => {
    const { guessedShare } = remarksOf[j];
    return guessedShare > 0 ? [[name, Math.round(guessedShare * kept)] as const] : [];
  });
  return {
    schema,
    dialect,
    remarks,
    guessedMissing: new Map(guessed),
    problems: reader.log.kept,
    problemCount: reader.log.count,
    problemsByRule: reader.log.byRule,
    problemsByColumn: reader.log.byColumn,
    rows: reader.rows,
    rejected: reader.rejected,
    rejectedRows: reader.rejectedRows,
  };
}

/** What was found of the dialect without being said. */
export function fileRemarks(
  { trimmed }: Pick<Layout, "trimmed">,
  dialect: Dialect,
  guessed: boolean,
  options: CsvOptions,
): Remark[] {
  const asked = guessed && options.encoding === undefined;
  const words = dialectWords(asked ? { ...dialect, encoding: "utf-8" } : dialect);
  const remarks: Remark[] = words.length === 0 ? [] : [{ text: `read with ${words.join(", ")}` }];
  if (trimmed.length > 0) {
    const some = trimmed.slice(0, mostTrimmed).map((cell) => JSON.stringify(cell));
    const more = trimmed.length > some.length ? ` and ${trimmed.length - some.length} more` : "";
    remarks.push({
      text: `names of columns are read without what stands around them: ${some.join(", ")}${more}`,
    });
  }
  if (asked)
    remarks.push({
      text: `its bytes are no UTF-8 and taken for ${dialect.encoding} (--encoding names another)`,
    });
  return remarks;
}
