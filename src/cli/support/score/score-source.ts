import { statSync } from "node:fs";
import { check } from "../../../core/checks";
import { quoted } from "../../../data/csv/cells";
import { layoutOf } from "../../../data/csv/find-layout";
import type { CsvOptions } from "../../../data/csv/options";
import type { Dialect } from "../../../data/dialect/dialect";
import { Transcoder } from "../../../data/dialect/encoding";
import { Unescaper } from "../../../data/dialect/unescape";
import { readError } from "../../../data/files";
import { openTable } from "../../../data/read/open-table";
import { fileRemarks, type Remark } from "../../../data/read/read-csv";
import { optionsFor } from "../../../data/read/read-table";
import { recordPieces } from "../../../data/read/record-pieces";
import type { ColumnSchema } from "../../../data/schema";
import { storedRows, tableNames } from "../../../data/store/ingest";
import { openStore } from "../../../data/store/open";
import { deskFields } from "../../../services/score/columns";
import type { CustomerPiece } from "../../../services/score/score-piece";

/** Customers to be scored, piece by piece. */
export interface ScoreSource {
  /** Columns by the desk's names, in order. */
  readonly columns: readonly ColumnSchema[];
  /** What was found of the file's layout and formats; none of a store. */
  readonly remarks: readonly Remark[];
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

/** Opens a file of customers in any format, standard input ("-"), or a table of the store. */
export async function openSource(
  data: string,
  table: string | undefined,
  options: CsvOptions,
): Promise<ScoreSource> {
  if (data !== "-" && (table !== undefined || /\.(db|sqlite3?)$/i.test(data)))
    return storeSource(data, table);
  const opened = await openTable(data);
  const { name: file, size } = opened;
  const chunks = opened.bytes[Symbol.asyncIterator]();
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
  const reading = optionsFor(opened, options);
  const layout = layoutOf(file, head, ended, reading);
  const { dialect, delimiter: byte, looseQuotes } = layout;
  const quote = (dialect.quote ?? '"').charCodeAt(0);
  const transcoder = new Transcoder(layout.encoding, layout.fallback, `read ${file}`);
  const unescaper = dialect.backslash ? new Unescaper(quote) : undefined;
  let done = 0;
  async function* text(): AsyncGenerator<Uint8Array> {
    yield transcoder.push(head);
    done = head.length;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      done += next.value.length;
      yield transcoder.push(next.value);
    }
    yield transcoder.end();
  }
  async function* records(): AsyncGenerator<Uint8Array> {
    let toSkip = layout.skip;
    for await (const piece of text()) {
      const rest = piece.subarray(Math.min(toSkip, piece.length));
      toSkip -= piece.length - rest.length;
      if (rest.length > 0) yield unescaper ? unescaper.push(rest, false) : rest;
    }
    if (unescaper) yield unescaper.push(new Uint8Array(), true);
  }
  const { delimiter } = dialect;
  const names = deskNames(layout.names);
  const mark = String.fromCharCode(quote);
  const header = `${names.map((name) => (mark === '"' ? quoted(name, delimiter) : name)).join(delimiter)}\n`;
  // Of the pieces, each with a header of its own, what is left to be said is how they are quoted and commented.
  const { encoding: _, skip: __, header: ___, backslash: ____, ...shared } = dialect;
  const pieceDialect: Dialect = { encoding: "utf-8", ...shared };
  return {
    columns: layout.columns.map((column, j) => ({ ...column, name: names[j] })),
    remarks: [
      ...opened.remarks,
      ...fileRemarks(layout, dialect, layout.guessedEncoding, reading),
      ...layout.names.flatMap((column, j) => layout.remarks[j].map((text) => ({ column, text }))),
    ],
    progress: () => ({ done, total: opened.made ? done : size || done }),
    async *pieces() {
      const cut = {
        columns: names.length,
        delimiter: byte,
        quote,
        ...(dialect.comment === undefined ? {} : { comment: dialect.comment }),
        looseQuotes,
        line: layout.skipLines + 1,
      };
      for await (const piece of recordPieces(records(), cut))
        yield { kind: "csv" as const, file, header, dialect: pieceDialect, ...piece };
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
  readError(file, () => statSync(file));
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
      remarks: [],
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
