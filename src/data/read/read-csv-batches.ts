import { createReadStream } from "node:fs";
import { checkInteger } from "../../core/checks";
import { layoutOf } from "../csv/find-layout";
import { builderOf, type Layout } from "../csv/layout";
import type { CsvOptions } from "../csv/options";
import { CsvReader } from "../csv/reader";
import type { Dialect } from "../dialect/dialect";
import { readFailure } from "../files";
import { settleGiven } from "../infer/settle";
import { totalsRemark } from "../infer/totals";
import type { Schema } from "../schema";
import { isCategorical, type Table, table } from "../table";
import { fileRemarks, type ReadReport, type Remark } from "./read-csv";

export interface BatchOptions extends CsvOptions {
  /** Rows in a batch, and a few thousand more where a piece of the file ends later. @default 65536 */
  readonly rows?: number;
  /** What messages call the file when it is read from a stream. @default "CSV stream" */
  readonly name?: string;
  /** What was said of the source before it became text; defaults to nothing. */
  readonly remarks?: readonly Remark[];
  /**
   * Bytes read before the first batch: the header must end within them, and types are inferred from them; defaults to
   * 4 MiB. Less of a stream whose columns are all typed is less to wait for.
   */
  readonly headBytes?: number;
}

/** The tables of a file, one after the other, and what is known of it so far. */
export interface CsvBatches extends AsyncIterable<Table>, ReadReport {
  /** Columns and types, from the schema or from the first 4 MiB. Levels not listed there may still come. */
  readonly schema: Schema;
  /** The names of all columns, those that are not read included, in the order of the header. */
  readonly names: readonly string[];
  /** Bytes read so far: for progress. */
  readonly bytes: number;
}

/**
 * Opens a CSV file, or a stream of its bytes, to be read batch by batch in constant memory. What the schema doesn't type
 * is inferred from the beginning and then held to: a later cell that doesn't fit is a problem. Later batches have the
 * levels of earlier ones in the same order, and new ones after them.
 *
 * @example
 * writeCsv(parseCsv("plan,months\nbasic,3\nplus,24\n").table, "batches.csv");
 * let rows = 0;
 * for await (const batch of await readCsvBatches("batches.csv", { rows: 1 })) rows += batch.rows;
 * rows; // → 2
 */
export async function readCsvBatches(
  source: string | AsyncIterable<Uint8Array>,
  options: BatchOptions = {},
): Promise<CsvBatches> {
  checkInteger(options.rows ?? 1, 1, 2 ** 31 - 1, "read CSV in batches", "rows");
  checkInteger(options.headBytes ?? 1, 1, 1 << 30, "read CSV in batches", "headBytes");
  return readLaidOut(source, options);
}

/** The same where another reading found how the file is laid out; else that is looked for in the beginning. */
export async function readLaidOut(
  source: string | AsyncIterable<Uint8Array>,
  options: BatchOptions,
  known?: Layout,
): Promise<CsvBatches> {
  const { rows: batchRows = 65_536, headBytes = 4 << 20 } = options;
  const name = typeof source === "string" ? source : (options.name ?? "CSV stream");
  const stream = typeof source === "string" ? createReadStream(source, { highWaterMark: 1 << 18 }) : source;
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const { head, size, ended } = await headOf(pieces, headBytes, name);
  const found = known ?? layoutOf(name, Buffer.concat(head), ended, options);
  // What was inferred is held to: a third word in a column of Yes and No is a problem.
  const columns = found.columns.map((column, j) =>
    column.type === "boolean" && !found.given[j] ? { ...column, levels: found.levels[j] } : column,
  );
  const layout = { ...found, columns };
  const builders = columns.map((_, j) => builderOf(layout, j, options));
  const reader = new CsvReader(name, layout, options, builders, ended ? size : Infinity);
  let bytes = 0;
  let total: string | undefined;
  const take = (): Table =>
    table(
      builders.flatMap((builder, j) => {
        const column = builder.take();
        if (layout.unread[j]) return [];
        const settled =
          isCategorical(column) && layout.columns[j].type === "boolean" && !layout.columns[j].levels;
        return settled ? settleGiven(column, layout.columns[j], { name }).column : column;
      }),
    );

  async function* batches(): AsyncGenerator<Table> {
    let [taken, told] = [0, 0];
    const good = (): number => reader.rows - reader.rejected - taken;
    const feed = function* (piece: Uint8Array): Generator<Table> {
      bytes += piece.length;
      reader.push(piece);
      // Whoever hears of refused rows holds them until a batch comes: it comes though all of its rows were refused.
      if ((options.onReject ? reader.rows - taken - told : good()) < batchRows) return;
      taken += good();
      told = reader.rejected;
      yield take();
    };
    // Small batches are fed in small pieces, as a piece's rows all go into one batch.
    const step = Math.min(1 << 18, Math.max(1 << 12, 16 * batchRows));
    const cut = function* (piece: Uint8Array): Generator<Table> {
      for (let at = 0; at < piece.length; at += step) yield* feed(piece.subarray(at, at + step));
    };
    for (const piece of head.splice(0)) yield* cut(piece);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield* cut(next.value);
    reader.end();
    if (good() === 0) return;
    const last = take();
    total = totalsRemark(last);
    yield last;
  }

  const dialect = (): Dialect => ({ ...layout.dialect, encoding: reader.encoding.name });
  return {
    schema: schemaRead(layout, options),
    names: layout.names,
    get dialect() {
      return dialect();
    },
    get remarks() {
      return [
        ...(options.remarks ?? []),
        ...fileRemarks(layout, dialect(), layout.guessedEncoding || reader.encoding.guessed, options),
        ...layout.names.flatMap((column, j) => layout.remarks[j].map((text) => ({ column, text }))),
        ...(total === undefined ? [] : [{ text: total }]),
      ];
    },
    get rows() {
      return reader.rows;
    },
    get rejected() {
      return reader.rejected;
    },
    get rejectedRows() {
      return reader.rejectedRows;
    },
    get problemsByColumn() {
      return reader.log.byColumn;
    },
    get problemCount() {
      return reader.log.count;
    },
    get problems() {
      return reader.log.kept;
    },
    get problemsByRule() {
      return reader.log.byRule;
    },
    get bytes() {
      return bytes;
    },
    [Symbol.asyncIterator]: batches,
  };
}

/** The first pieces of the source, of `least` bytes together or all that there are. */
export async function headOf(
  pieces: AsyncIterator<Uint8Array>,
  least: number,
  name: string,
): Promise<{ readonly head: Uint8Array[]; readonly size: number; readonly ended: boolean }> {
  const head: Uint8Array[] = [];
  let size = 0;
  while (size < least) {
    const next = await pieces.next().catch((error: unknown) => {
      throw readFailure(name, error);
    });
    if (next.done) return { head, size, ended: true };
    head.push(next.value);
    size += next.value.length;
  }
  return { head, size, ended: false };
}

/** The columns that are read, as their file is written. */
function schemaRead(layout: Layout, { schema }: CsvOptions): Schema {
  return {
    columns: layout.columns.filter((_, j) => !layout.unread[j]),
    ...(schema?.target ? { target: schema.target } : {}),
    dialect: layout.dialect,
    ...(schema?.missing ? { missing: schema.missing } : {}),
  };
}
