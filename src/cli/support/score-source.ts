import { createReadStream, statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { check } from "../../core/checks";
import { quoted } from "../../data/csv/cells";
import { layoutOf } from "../../data/csv/layout";
import { isParquet, parquetAsCsv } from "../../data/read-parquet";
import { recordPieces } from "../../data/record-pieces";
import type { ColumnSchema } from "../../data/schema";
import { storedRows, tableNames } from "../../data/store/ingest";
import { openStore } from "../../data/store/open";
import { deskFields } from "../../services/score/columns";
import type { CustomerPiece } from "../../services/score/score-piece";

/** Customers to be scored, piece by piece. */
export interface ScoreSource {
  /** Columns by the desk's names, in order. */
  readonly columns: readonly ColumnSchema[];
  /** Customers left out because they are there twice; undefined where that isn't known. */
  readonly duplicates?: number;
  /** How much of the source was handed out so far, and all of it; 0 where that isn't known. */
  progress(): { readonly done: number; readonly total: number };
  pieces(): AsyncIterable<CustomerPiece> | Iterable<CustomerPiece>;
}

/** As much of a file as its columns' types are guessed from. */
const headBytes = 1 << 19;
/** Rows of the store in a piece. */
const rangeRows = 20_000;

/** Opens a CSV or Parquet file, a stream of CSV ("-"), or a table of the store. */
export async function openSource(data: string, table?: string): Promise<ScoreSource> {
  if (data !== "-" && (table !== undefined || /\.(db|sqlite3?)$/i.test(data)))
    return storeSource(data, table);
  const file = data === "-" ? "standard input" : data;
  // Asked first: a stream that nobody reads yet would fail on its own.
  const size = data === "-" ? 0 : (await stat(data)).size;
  const source: AsyncIterable<Uint8Array> = isParquet(data)
    ? parquetAsCsv(data)
    : data === "-"
      ? process.stdin
      : createReadStream(data, { highWaterMark: 1 << 20 });
  const chunks = source[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let held = 0;
  let ended = false;
  while (held < headBytes && !ended) {
    const next = await chunks.next();
    ended = next.done === true;
    if (next.done) break;
    first.push(next.value);
    held += next.value.length;
  }
  const head = Buffer.concat(first);
  const layout = layoutOf(file, head, ended, {});
  let done = 0;
  async function* rest(): AsyncGenerator<Uint8Array> {
    const body = head.subarray(layout.skip);
    done = head.length;
    yield body;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      done += next.value.length;
      yield next.value;
    }
  }
  const delimiter = String.fromCharCode(layout.delimiter);
  const names = deskNames(layout.names);
  const header = `${names.map((name) => quoted(name, delimiter)).join(delimiter)}\n`;
  return {
    columns: layout.columns.map((one, j) => ({ ...one, name: names[j] })),
    progress: () => ({ done, total: isParquet(data) ? done : size || done }),
    async *pieces() {
      const cut = { columns: names.length, delimiter: layout.delimiter, line: layout.skipLines + 1 };
      for await (const piece of recordPieces(rest(), cut))
        yield { kind: "csv" as const, file, header, delimiter, ...piece };
    },
  };
}

/** The columns' names, with the keys of the customer's form turned into the columns of churn-bigml. */
function deskNames(names: readonly string[]): string[] {
  const columns = new Map(deskFields.map((field) => [field.key, field.column]));
  return names.map((name) => {
    const column = columns.get(name);
    return column !== undefined && !names.includes(column) ? column : name;
  });
}

function storeSource(file: string, table?: string): ScoreSource {
  // Opening would make an empty one.
  statSync(file);
  const store = openStore(file);
  try {
    const tables = tableNames(store);
    const name = table ?? tables[0];
    check(
      table !== undefined || tables.length === 1,
      `score the customers of ${file}`,
      `--table must be one of ${tables.join(", ") || "those ingested, and there are none"}`,
      table,
    );
    const { schema, rows, duplicates, range } = storedRows(store, name);
    let done = 0;
    return {
      columns: schema.columns,
      duplicates,
      progress: () => ({ done, total: rows + duplicates }),
      *pieces() {
        for (let from = range.from; from <= range.to; from += rangeRows) {
          const to = Math.min(range.to, from + rangeRows - 1);
          done += to - from + 1;
          yield { kind: "store", file, table: name, from, to };
        }
      },
    };
  } finally {
    store.close();
  }
}
