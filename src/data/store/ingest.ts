import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { check } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { CsvOptions } from "../csv/options";
import { readFailure } from "../files";
import type { Problem } from "../problems";
import type { ReadReport } from "../read/read-csv";
import type { CsvBatches } from "../read/read-csv-batches";
import { readTableBatches } from "../read/read-table";
import { type ColumnSchema, type Schema, schemaFromJson } from "../schema";
import { type Column, cellText, isCategorical, type Table, table } from "../table";
import { type Loading, loaderLives, loadingOf, takeBack } from "./loading";
import { quotedName } from "./names";
import { type Store, storeError, transaction } from "./open";
import { countOf, rowOf, rowsOf } from "./rows";

export interface IngestOptions extends Watch {
  /** Types by column name; inferred where it says nothing. */
  readonly schema?: Schema;
  /** How the file is written, where that is known; defaults to what it shows. */
  readonly reading?: CsvOptions;
  /** Called when all rows were read, before they count: what it throws takes them back. */
  readonly accept?: (read: ReadReport) => void;
  /** The column that names the customer: a second row of the same value is marked; defaults to the first `id` column. */
  readonly id?: string;
}

/** What became of a file. */
export interface Ingested {
  readonly table: string;
  readonly file: string;
  readonly sha256: string;
  /** True when these bytes were in the table already: nothing was added. */
  readonly known: boolean;
  /** Rows added. */
  readonly rows: number;
  /** Rows left out; each is kept in telelink_rejects with line, rule and value. */
  readonly rejected: number;
  /** Rows added whose customer was there before; analysis leaves them out. */
  readonly duplicates: number;
  /** The first problems, for showing. */
  readonly problems: readonly Problem[];
}

/** Names that SQL and people can both use; those beginning with telelink_ and sqlite_ are taken. */
export function checkTableName(name: string): void {
  check(
    /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name) && !/^(telelink|sqlite)_/i.test(name),
    "use the table",
    "its name must begin with a letter, hold at most 63 letters, digits and underscores, and not begin with telelink_ or sqlite_",
    name,
  );
}

/** Rows added in one transaction: others write to the store between two. */
const rowsTogether = 4000;

/** Rows read at a time. */
const rowsRead = 20_000;

/** Files that this process is adding now. */
const underWay = new Set<number>();

/** The rest between two transactions, in milliseconds: long enough for whoever waits for the store to have its turn. */
const restMs = 15;

/**
 * Adds a CSV or Parquet file to a table of the store, which is made by the first file. It is added in parts, so that
 * nobody waits long for the store, and counts once it is whole: after a crash or an error the table is as it was before.
 * The same bytes are added once.
 */
export async function ingest(
  store: Store,
  file: string,
  name: string,
  options: IngestOptions = {},
): Promise<Ingested> {
  checkTableName(name);
  const action = `ingest ${basename(file)}`;
  const sha256 = await fileHash(file, options.signal);
  if (countOf(store, `telelink_files WHERE table_name = ? AND sha256 = ? AND ${whole}`, name, sha256) > 0)
    return { table: name, file, sha256, known: true, rows: 0, rejected: 0, duplicates: 0, problems: [] };
  const begun = loadingOf(store.db, name);
  const going = begun && (begun.pid === process.pid ? underWay.has(begun.fileId) : loaderLives(begun));
  // One table, one file at a time: which customer came first must not depend on who is quicker.
  check(
    !going,
    action,
    `no other file may be on its way into table ${name}; try again when that has ended`,
    begun && `process ${begun.pid} on ${begun.host}`,
  );
  if (begun) takeBack(store.db, begun);
  const load: { current?: Loading } = {};
  try {
    const said = await addRows(store, file, name, sha256, { ...options, load });
    // The bytes read must be those hashed: a file that is still being written is refused.
    check(
      (await fileHash(file, options.signal)) === sha256,
      action,
      "the file must not change while it is read",
    );
    transaction(store, "write to", () =>
      store.db.prepare("DELETE FROM telelink_loading WHERE table_name = ?").run(name),
    );
    return said;
  } catch (error) {
    try {
      if (load.current) takeBack(store.db, load.current);
    } catch {
      // Where even this can't be written, whoever opens the store next takes it back; until then nobody reads it.
    }
    throw storeError(error, "write to", store.file);
  } finally {
    if (load.current) underWay.delete(load.current.fileId);
  }
}

async function addRows(
  store: Store,
  file: string,
  name: string,
  sha256: string,
  options: IngestOptions & { readonly load: { current?: Loading } },
): Promise<Ingested> {
  const known = tableSchema(store, name);
  const rejects: Problem[] = [];
  const batches: CsvBatches = await readTableBatches(file, {
    ...options.reading,
    ...(known ? { schema: known } : options.schema ? { schema: options.schema } : {}),
    rows: rowsRead,
    onReject: (row) => void rejects.push(...row.problems),
  });
  const columns = batches.schema.columns;
  const id = options.id ?? columns.find((column) => column.type === "id")?.name;
  if (known) checkColumns(name, known.columns, columns);
  check(
    id === undefined || columns.some((column) => column.name === id),
    "ingest",
    `the id column must be one of ${columns.map((column) => column.name).join(", ")}`,
    id,
  );
  const fileId = transaction(store, "write to", () => {
    if (!known) createTable(store, name, columns);
    if (id !== undefined)
      store.db.exec(
        `CREATE INDEX IF NOT EXISTS ${quotedName(`${name}_id`)} ON ${quotedName(name)} (${quotedName(id)})`,
      );
    return begin(store, { file, name, sha256, schema: batches.schema }, options.load);
  });
  const insert = store.db.prepare(
    `INSERT INTO ${quotedName(name)} (_file, _duplicate, ${columns.map((column) => quotedName(column.name)).join(", ")}) VALUES (?, ?, ${columns.map(() => "?").join(", ")})`,
  );
  const before =
    id === undefined
      ? undefined
      : store.db.prepare(`SELECT 1 FROM ${quotedName(name)} WHERE ${quotedName(id)} = ? LIMIT 1`);
  const reject = store.db.prepare(
    "INSERT INTO telelink_rejects (file_id, line, column_name, rule, value) VALUES (?, ?, ?, ?, ?)",
  );
  const keepRejects = (): void => {
    for (const { line, column, rule, value } of rejects.splice(0))
      reject.run(fileId, line, column ?? null, rule, value);
  };
  const idAt = columns.findIndex((column) => column.name === id);
  let rows = 0;
  let duplicates = 0;
  for await (const batch of batches) {
    options.signal?.throwIfAborted();
    for (let from = 0; from < batch.rows; from += rowsTogether) {
      if (rows > 0) await pause(restMs);
      const to = Math.min(batch.rows, from + rowsTogether);
      transaction(store, "write to", () => {
        for (let i = from; i < to; i++) {
          const values = batch.columns.map((column) => storedValue(column, i));
          const again = before && values[idAt] !== null && before.get(values[idAt]) ? 1 : 0;
          insert.run(fileId, again, ...values);
          duplicates += again;
        }
        keepRejects();
      });
      rows += to - from;
    }
    if (rejects.length > 0) transaction(store, "write to", keepRejects);
    options.progress?.({ phase: "ingest", done: rows, total: 0, figures: { rows } });
  }
  options.accept?.(batches);
  transaction(store, "write to", () => {
    keepRejects();
    store.db
      .prepare("UPDATE telelink_files SET rows = ?, rejected = ?, duplicates = ? WHERE id = ?")
      .run(rows, batches.rejected, duplicates, fileId);
  });
  return {
    table: name,
    file,
    sha256,
    known: false,
    rows,
    rejected: batches.rejected,
    duplicates,
    problems: batches.problems,
  };
}

/** Notes that a file is on its way into the table; returns its number. */
function begin(
  store: Store,
  { file, name, sha256, schema }: { file: string; name: string; sha256: string; schema: Schema },
  load: { current?: Loading },
): number {
  const { next } = store.db
    .prepare(`SELECT coalesce(max(_row), 0) + 1 AS next FROM ${quotedName(name)}`)
    .get() as { next: number };
  const fileId = Number(
    store.db
      .prepare(
        "INSERT INTO telelink_files (table_name, name, sha256, rows, rejected, duplicates, schema, at) VALUES (?, ?, ?, 0, 0, 0, ?, ?)",
      )
      .run(name, basename(file), sha256, JSON.stringify(schema), new Date().toISOString()).lastInsertRowid,
  );
  const current = { table: name, fileId, firstRow: next, host: hostname(), pid: process.pid };
  store.db
    .prepare(
      "INSERT INTO telelink_loading (table_name, file_id, first_row, host, pid) VALUES (?, ?, ?, ?, ?)",
    )
    .run(name, fileId, next, current.host, current.pid);
  load.current = current;
  underWay.add(fileId);
  return fileId;
}

/** Files that are not on their way any more. */
const whole = "id NOT IN (SELECT file_id FROM telelink_loading)";

/** The schema that the table's first file had; undefined when there is no such table. */
export function tableSchema(store: Store, name: string): Schema | undefined {
  const query = `SELECT schema FROM telelink_files WHERE table_name = ? AND ${whole} ORDER BY id LIMIT 1`;
  const row = rowOf<{ schema: string }>(store, query, [name]);
  return row && schemaFromJson(JSON.parse(row.schema), `table ${name}`);
}

/** Rows of a table by their numbers. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** What a table of the store holds for analysis. */
export interface StoredRows {
  readonly schema: Schema;
  /** Rows of customers who were not there before, and of those who were. */
  readonly rows: number;
  readonly duplicates: number;
  /** The numbers of its first and last row. */
  readonly range: RowRange;
}

type Counted = Pick<StoredRows, "rows" | "duplicates"> & RowRange;

/** What there is in a table of the store; an error names the tables when there is no such. */
export function storedRows(store: Store, name: string): StoredRows {
  checkTableName(name);
  const schema = tableSchema(store, name);
  if (schema === undefined)
    check(
      false,
      "read the table",
      `it must be one of ${tableNames(store).join(", ") || "those ingested, and there are none"}`,
      name,
    );
  const {
    rows = 0,
    duplicates = 0,
    from = 1,
    to = 0,
  } = rowsOf<Partial<Counted>>(
    store,
    `SELECT count(*) - sum(_duplicate) AS rows, sum(_duplicate) AS duplicates, min(_row) AS "from", max(_row) AS "to"
     FROM ${quotedName(name)} WHERE _row < ?`,
    [loadingOf(store.db, name)?.firstRow ?? Number.MAX_SAFE_INTEGER],
  )[0];
  return { schema: schema as Schema, rows, duplicates, range: { from, to } };
}

/** A table of the store, ready for analysis: rows of customers who were there before are left out and counted. */
export function readTable(
  store: Store,
  name: string,
): { readonly table: Table; readonly duplicates: number } {
  const { schema, duplicates, range } = storedRows(store, name);
  return { table: readRows(store, name, schema.columns, range), duplicates };
}

/** Some columns of the rows in a range, in their order, without those of customers who were there before. */
export function readRows(
  store: Store,
  name: string,
  columns: readonly ColumnSchema[],
  { from, to }: RowRange,
): Table {
  checkTableName(name);
  const where = "_duplicate = 0 AND _row BETWEEN ? AND ?";
  const n = countOf(store, `${quotedName(name)} WHERE ${where}`, from, to);
  const builders = columns.map((column) => builder(column, n));
  const select = store.db.prepare(
    `SELECT ${columns.map((column) => quotedName(column.name)).join(", ")} FROM ${quotedName(name)} WHERE ${where} ORDER BY _row`,
  );
  let i = 0;
  for (const row of select.raw(true).iterate(from, to) as IterableIterator<unknown[]>) {
    for (let j = 0; j < builders.length; j++) builders[j].set(i, row[j]);
    i++;
  }
  return table(builders.map((builder) => builder.column()));
}

/** The ingested tables. */
export function tableNames(store: Store): string[] {
  const query = `SELECT DISTINCT table_name AS name FROM telelink_files WHERE ${whole} ORDER BY name`;
  return rowsOf<{ name: string }>(store, query).map((row) => row.name);
}

function builder(
  schema: ColumnSchema,
  rows: number,
): { set(i: number, value: unknown): void; column(): Column } {
  const { name, type } = schema;
  if (type === "numeric") {
    const values = new Float64Array(rows);
    return {
      set: (i, value) => {
        values[i] = value === null ? Number.NaN : Number(value);
      },
      column: () => ({
        name,
        type,
        values,
        ...(schema.decimals === undefined ? {} : { decimals: schema.decimals }),
      }),
    };
  }
  if (type === "categorical" || type === "boolean") {
    const codes = new Int32Array(rows);
    const levels = [...(schema.levels ?? [])];
    const known = new Map(levels.map((level, code) => [level, code]));
    return {
      set: (i, value) => {
        if (value === null) {
          codes[i] = -1;
          return;
        }
        const level = String(value);
        let code = known.get(level);
        if (code === undefined) {
          code = levels.push(level) - 1;
          known.set(level, code);
        }
        codes[i] = code;
      },
      column: () => ({ name, type, codes, levels }),
    };
  }
  const values = new Array<string>(rows).fill("");
  return {
    set: (i, value) => {
      values[i] = value === null ? "" : String(value);
    },
    column: () => ({ name, type, values }),
  };
}

function createTable(store: Store, name: string, columns: readonly ColumnSchema[]): void {
  const taken = columns.find((column) => /^_(row|file|duplicate)$/i.test(column.name));
  check(!taken, "ingest", "a column must not be called _row, _file or _duplicate", taken?.name);
  const lower = new Set(columns.map((column) => column.name.toLowerCase()));
  check(
    lower.size === columns.length,
    "ingest",
    "column names must differ in more than upper and lower case",
  );
  const typed = columns.map(
    (column) => `${quotedName(column.name)} ${column.type === "numeric" ? "REAL" : "TEXT"}`,
  );
  store.db.exec(
    `CREATE TABLE ${quotedName(name)} (_row INTEGER PRIMARY KEY, _file INTEGER NOT NULL REFERENCES telelink_files (id), _duplicate INTEGER NOT NULL, ${typed.join(", ")})`,
  );
}

function checkColumns(name: string, known: readonly ColumnSchema[], found: readonly ColumnSchema[]): void {
  const list = (columns: readonly ColumnSchema[]): string => columns.map((column) => column.name).join(", ");
  check(
    list(known) === list(found),
    "ingest",
    `the columns must be those of table ${name}: ${list(known)}`,
    list(found),
  );
}

function storedValue(column: Column, i: number): number | string | null {
  if (column.type === "numeric") return Number.isNaN(column.values[i]) ? null : column.values[i];
  if (isCategorical(column)) return column.codes[i] < 0 ? null : column.levels[column.codes[i]];
  return cellText(column, i) || null;
}

async function fileHash(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const piece of createReadStream(file, { highWaterMark: 1 << 20, signal }))
      hash.update(piece as Uint8Array);
  } catch (error) {
    throw readFailure(file, error);
  }
  return hash.digest("hex");
}
