import type { Layout } from "../csv/layout";
import type { CsvOptions } from "../csv/options";
import { CsvReader } from "../csv/reader";
import { isCategorical, type Table } from "../table";
import { ColumnTally, lastRows, type Tallied } from "../tally/column-tally";
import { type Reopened, reopened } from "./open-table";
import { type CsvRead, headBytes, readOf } from "./read-csv";
import { headOf, readLaidOut } from "./read-csv-batches";
import { optionsFor } from "./read-table";
import { Settling } from "./settling";

/** A table as `readTable` reads it, of which no rows are held: its columns by their different cells. */
export interface Survey extends Omit<CsvRead, "table"> {
  readonly columns: readonly Tallied[];
  /** Rows that can be read. */
  readonly kept: number;
  /** The rows once more, batch by batch, as the survey found them to be; `only` these columns, `heard` as they are read. */
  batches(only?: readonly string[], heard?: Pick<CsvOptions, "onCells" | "onReject">): AsyncIterable<Table>;
}

export interface SurveyOptions extends CsvOptions {
  /** Rows in a block. @default 65536 */
  readonly blockRows?: number;
}

/** Different values of all columns together that are held, and of one at most. */
const [mostHeld, mostOfOne] = [2 ** 25, 2 ** 20];

/**
 * What `use` makes of the table in a file, in standard input ("-") or opened before: typed, checked and reported as by `readTable`, but
 * read block by block, in a memory that grows with columns and different levels and not with rows.
 *
 * @example
 * writeCsv(parseCsv("plan,months\nbasic,3\nplus,24\nplus,\n").table, "survey.csv");
 * await surveyTable("survey.csv", {}, async ({ kept, columns }) => [kept, columns[0].distinct]); // → [3, 2]
 */
export async function surveyTable<Out>(
  source: string | Reopened,
  options: SurveyOptions,
  use: (survey: Survey) => Promise<Out>,
): Promise<Out> {
  if (typeof source !== "string") return use(await survey(source, options));
  const table = await reopened(source);
  try {
    return await use(await survey(table, options));
  } finally {
    table.close();
  }
}

async function survey(source: Reopened, options: SurveyOptions): Promise<Survey> {
  const { blockRows = 65_536 } = options;
  let settling: Settling | undefined;
  for (;;) {
    const opened = await source.open();
    const pieces = opened.bytes[Symbol.asyncIterator]();
    const { head, size, ended } = await headOf(pieces, headBytes, opened.name);
    const start = Buffer.concat(head);
    const whole = size < headBytes;
    settling ??= new Settling(opened.name, start.subarray(0, headBytes), whole, optionsFor(opened, options));
    const { layout } = settling;
    const builders = settling.builders();
    const room = Math.min(mostOfOne, Math.floor(mostHeld / builders.length));
    const tallies = builders.map(() => new ColumnTally(room));
    const reader = new CsvReader(opened.name, layout, settling.options, builders, ended ? size : Infinity);
    let taken = 0;
    const feed = (piece: Uint8Array): void => {
      const step = Math.min(1 << 18, Math.max(1 << 8, 16 * blockRows));
      for (let at = 0; at < piece.length; at += step) {
        reader.push(piece.subarray(at, at + step));
        if (reader.rows - taken < blockRows) continue;
        taken = reader.rows;
        builders.forEach((builder, j) => {
          tallies[j].add(builder.take());
        });
      }
    };
    feed(start);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) feed(next.value);
    reader.end();
    const found = builders.map((builder, j) => tallies[j].taken(builder.take()));
    const settled = settling.settle(builders, found);
    if (!settled) continue;
    const columns = found.flatMap((one, j) => (layout.unread[j] ? [] : [{ ...one, column: settled[j] }]));
    const read = readOf(
      settling,
      reader,
      columns.map(({ column }) => column),
      lastOf(columns, reader.rows - reader.rejected),
    );
    const again = { ...settling.layout, ...settledLayout(layout, read.schema) };
    return {
      ...read,
      remarks: [...opened.remarks, ...read.remarks],
      columns,
      kept: reader.rows - reader.rejected,
      batches: (only, heard) =>
        sameRows(source, { ...options, ...heard, rows: blockRows }, narrowed(again, read, only), read),
    };
  }
}

/** The rows that were read before; throws where they turn out to be others. */
async function* sameRows(
  source: Reopened,
  options: SurveyOptions & { rows: number },
  layout: Layout,
  before: Pick<CsvRead, "rows" | "rejected">,
): AsyncGenerator<Table> {
  const opened = await source.open();
  const { name } = opened;
  const batches = await readLaidOut(opened.bytes, { ...optionsFor(opened, options), name }, layout);
  yield* batches;
  if (batches.rows !== before.rows || batches.rejected !== before.rejected)
    throw new Error(
      `Cannot read ${name}: it must not change while it is read, got ${batches.rows} rows after ${before.rows}, ${batches.rejected} of them unreadable after ${before.rejected}`,
    );
}

/** The layout of columns that are all known: what the schema given asked of them, and what they turned out to be. */
function settledLayout(
  layout: Layout,
  { columns }: CsvRead["schema"],
): Pick<Layout, "columns" | "given" | "levels"> {
  const known = new Map(columns.map((column) => [column.name, column]));
  return {
    columns: layout.columns.map((column, j) => ({
      ...(layout.given[j] ? column : {}),
      ...(known.get(column.name) ?? column),
    })),
    given: layout.columns.map(() => true),
    levels: layout.columns.map(() => []),
  };
}

/** The layout that passes over all but these columns; over none where one of them had a row left out. */
function narrowed(
  layout: Layout,
  { problemsByColumn }: Pick<CsvRead, "problemsByColumn">,
  only?: readonly string[],
): Layout {
  if (only === undefined || problemsByColumn.size > 0) return layout;
  return { ...layout, unread: layout.names.map((name, j) => layout.unread[j] || !only.includes(name)) };
}

/** The last rows of a table of which the tallies keep these. */
function lastOf(tallies: readonly Tallied[], rows: number): Table {
  const count = Math.min(lastRows, rows);
  const columns = tallies.map(({ column }) =>
    isCategorical(column)
      ? { ...column, codes: count === 0 ? column.codes.slice(0, 0) : column.codes.slice(-count) }
      : column.type === "numeric"
        ? { ...column, values: count === 0 ? column.values.slice(0, 0) : column.values.slice(-count) }
        : { ...column, values: count === 0 ? [] : column.values.slice(-count) },
  );
  return { rows: count, columns };
}
