import type { RejectedRow } from "../../data/csv/options";
import { markedEncoding, Transcoder } from "../../data/dialect/encoding";
import { sampleRecords } from "../../data/dialect/records";
import { readCsvBatches } from "../../data/read/read-csv-batches";
import type { ColumnSchema } from "../../data/schema";
import { type Table, table, takeTableRows } from "../../data/table";
import { type DeskField, deskFields } from "../../services/score/columns";
import { HttpProblem } from "../problem";
import { ruleOf } from "../rule";
import { idSchema } from "../schemas";
import { type CustomerRows, idColumn, lotRows, mostRowBytes, namedAlike, type RowsOptions } from "./rows";

/** The header must end within so many bytes. */
const mostHeader = 1 << 16;

const delimiters = [",", ";", "\t", "|"];

/** A batch ends once so many rows were refused, if most were: each of them costs more than its bytes. */
const mostRefused = 100_000;

/** Bodies of fewer bytes are read as a whole. */
const fewBytes = 1 << 14;

/** The customers of CSV with a header, in the form's names or churn-bigml's, as they arrive. */
export async function* rowsFromCsv(
  body: AsyncIterable<Uint8Array>,
  { fields, sent, columns: onColumns, encoding: onEncoding }: RowsOptions,
): AsyncGenerator<CustomerRows> {
  const { header, all } = await peek(body);
  const splits = splitsOf(header);
  const named = (column: string): boolean => splits.some((names) => names.includes(column));
  const byKey = fields !== deskFields || named("account_length");
  const nameOf = (field: DeskField): string => (byKey ? field.key : field.column);
  const wanted = fields.filter((field) => named(nameOf(field)));
  const missing = fields.filter(
    (field) => !wanted.includes(field) && !(field.kind === "number" && field.optional),
  );
  if (missing.length > 0)
    throw new HttpProblem(422, `The CSV must have the columns ${missing.map(nameOf).join(", ")} as well`);
  const columns = wanted.map((field) => columnOf(field, nameOf(field)));
  const idName = idNameIn(splits, columns);
  if (idName !== undefined) columns.unshift({ name: idName, type: "id" });
  let refused: RejectedRow[] = [];
  const cells = new Map<number, readonly string[]>();
  const batches = await readCsvBatches(all, {
    name: "the CSV sent",
    schema: { columns },
    only: columns.map((column) => column.name),
    rows: lotRows,
    headBytes: fewBytes,
    maxFieldBytes: mostRowBytes,
    maxProblems: 0,
    onReject: (row) => refused.push(row),
    ...(sent ? { onCells: (row, own) => void cells.set(row, own) } : {}),
  });
  onColumns?.(
    batches.names.filter((name) => !columns.some((column) => column.name === name)),
    fields.filter((field) => !wanted.includes(field)).map(nameOf),
  );
  let before = 0;
  const lot = (rows: Table): CustomerRows => {
    const errors = refused.flatMap(({ row, problems }) =>
      problems.map(({ column, rule, value }) => ({
        row,
        field: column ?? "row",
        rule: `${rule}, got ${value}`,
      })),
    );
    const out = new Set(refused.map(({ row }) => row));
    refused = [];
    const numbers = Array.from({ length: batches.rows - before }, (_, i) => before + i + 1).filter(
      (row) => !out.has(row),
    );
    const { ids, wrong } = idsOf(rows, idName);
    for (const [i, rule] of wrong) errors.push({ row: numbers[i], field: idName ?? idColumn, rule });
    errors.sort((a, b) => a.row - b.row);
    const kept = wrong.size === 0 ? rows : takeTableRows(rows, rowsBut(rows.rows, wrong));
    const count = batches.rows - before;
    const taken = {
      before,
      count,
      ids: ids.filter((_, i) => !wrong.has(i)),
      errors,
      ...(sent ? { sent: { names: batches.names, cells: takeCells(cells, before, count) } } : {}),
    };
    before = batches.rows;
    return { ...taken, rows: inDeskColumns(kept, fields, nameOf) };
  };
  for await (const rows of batches) {
    if (batches.rejected > mostRefused && 2 * batches.rejected > batches.rows)
      throw new HttpProblem(
        422,
        `${batches.rejected} of ${batches.rows} rows were refused: look at how the file is written`,
      );
    yield lot(rows);
  }
  const { encoding } = batches.dialect;
  if (encoding !== "utf-8") onEncoding?.(encoding);
  // Bad rows behind the last good one.
  yield lot(table([{ name: idColumn, type: "id", values: [] }]));
}

/** The cells of so many rows, which are then no longer held. */
function takeCells(
  cells: Map<number, readonly string[]>,
  before: number,
  count: number,
): (readonly string[] | undefined)[] {
  return Array.from({ length: count }, (_, i) => {
    const own = cells.get(before + i + 1);
    cells.delete(before + i + 1);
    return own;
  });
}

/** The text that begins with the header, and the bytes with those that were read for it. */
async function peek(
  body: AsyncIterable<Uint8Array>,
): Promise<{ header: string; all: AsyncIterable<Uint8Array> }> {
  const pieces = body[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (size < mostHeader && !ended && !read.some((one) => one.includes(10))) {
    const next = await pieces.next();
    if (next.done) ended = true;
    else {
      read.push(next.value);
      size += next.value.length;
    }
  }
  const peeked = Buffer.concat(read);
  async function* all(): AsyncGenerator<Uint8Array> {
    if (peeked.length > 0) yield peeked;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  }
  const start = peeked.subarray(0, mostHeader);
  const text = new Transcoder(markedEncoding(start)).push(start, ended);
  // Without a byte-order mark.
  return { header: new TextDecoder().decode(text), all: all() };
}

/** The header's names by each character that may split it. */
function splitsOf(text: string): string[][] {
  return delimiters.map((delimiter) => {
    const [header] = sampleRecords(text, { delimiter, quote: '"' }, true, 1);
    return [...(header?.cells ?? [])];
  });
}

/**
 * The column that names a customer, in the split that has the `others` too: customer_id, or where there is none the one
 * called alike, as customerID. Of several called alike none is guessed.
 */
function idNameIn(
  splits: readonly (readonly string[])[],
  others: readonly ColumnSchema[],
): string | undefined {
  const names = splits.find((split) => others.every(({ name }) => split.includes(name))) ?? [];
  if (names.includes(idColumn)) return idColumn;
  const alike = names.filter(
    (name) => namedAlike(name) === namedAlike(idColumn) && !others.some((other) => other.name === name),
  );
  return alike.length === 1 ? alike[0] : undefined;
}

function columnOf(field: DeskField, name: string): ColumnSchema {
  if (field.kind === "number")
    return {
      name,
      type: "numeric",
      minimum: field.low,
      maximum: field.high,
      required: !field.optional && !field.unknown,
    };
  if (field.kind === "choice")
    return { name, type: "categorical", levels: field.choices, required: !field.unknown };
  if (field.kind === "words")
    return { name, type: field.type, ...(field.format ? { format: field.format } : {}) };
  // With its words given, another word is that row's fault; any usual pair is read.
  return { name, type: "boolean", levels: ["No", "Yes"], required: true };
}

/** What names each row, and what is wrong with those names that can't be used. */
function idsOf(
  rows: Table,
  idName: string | undefined,
): { readonly ids: (string | undefined)[]; readonly wrong: ReadonlyMap<number, string> } {
  const found = rows.columns.find((column) => column.name === idName);
  const wrong = new Map<number, string>();
  if (!found || !("values" in found) || found.type === "numeric")
    return { ids: new Array<undefined>(rows.rows).fill(undefined), wrong };
  const ids = found.values.map((id, i) => {
    const checked = idSchema.safeParse(id, { reportInput: true });
    if (!checked.success) wrong.set(i, ruleOf(checked.error.issues[0]));
    return id || undefined;
  });
  return { ids, wrong };
}

function rowsBut(rows: number, without: ReadonlyMap<number, string>): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => i).filter((i) => !without.has(i));
}

function inDeskColumns(
  read: Table,
  fields: readonly DeskField[],
  nameOf: (field: DeskField) => string,
): Table {
  return table(
    fields.map((field) => {
      const found = read.columns.find((column) => column.name === nameOf(field));
      if (found) return { ...found, name: field.column };
      const values = new Float64Array(read.rows).fill(Number.NaN);
      return { name: field.column, type: "numeric" as const, values };
    }),
  );
}
