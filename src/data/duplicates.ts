import { mayBeId } from "./infer/names";
import { asTable, type PolarsFrame } from "./polars";
import { cellText, columnNamed, isCategorical, type Table, takeTableRows } from "./table";
import { SeenTexts } from "./tally/keys";

/** A table in which every customer stands once. */
export interface DistinctRows {
  readonly table: Table;
  /** The columns that name a customer; none where there is no such column. */
  readonly id: readonly string[];
  /** Rows left out: those of customers with an earlier row. */
  readonly duplicates: number;
}

/**
 * The table without the later rows of customers who stand in it more than once. `id` names the columns that together
 * name a customer; left out, it is the first identifier, one that is called so before others. Rows that name nobody all stay.
 *
 * @example
 * const { table: rows } = parseCsv("customerID,plan\nc1,basic\nc2,plus\nc1,plus\n");
 * const once = distinctRows(rows, ["customerID"]);
 * [once.table.rows, once.duplicates]; // → [2, 1]
 */
export function distinctRows(given: Table | PolarsFrame, id?: readonly string[]): DistinctRows {
  const table = asTable(given);
  const names = customerColumns(table, id);
  if (names.length === 0) return { table, id: [], duplicates: 0 };
  const once = new OncePerCustomer(names);
  return { table: once.keep(table), id: names, duplicates: once.duplicates };
}

/** Of rows that come batch by batch, those of customers who had none before. */
export class OncePerCustomer {
  duplicates = 0;
  private readonly names: readonly string[];
  private readonly seen = new SeenTexts();

  /** `names` are the columns that together name a customer. */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** Which rows stay. */
  places(rows: Table): Int32Array {
    const kept = new Int32Array(rows.rows);
    let count = 0;
    const customer = customerOf(rows, this.names);
    for (let i = 0; i < rows.rows; i++) {
      const key = this.names.length > 0 ? customer(i) : undefined;
      if (key === undefined || this.seen.add(key)) kept[count++] = i;
      else this.duplicates++;
    }
    return kept.subarray(0, count);
  }

  keep(rows: Table): Table {
    const kept = this.places(rows);
    return kept.length === rows.rows ? rows : takeTableRows(rows, kept);
  }
}

/** The columns that together name a customer: those of `id`, else the first identifier, one that is called so before others. */
export function customerColumns(
  table: Pick<Table, "columns">,
  id: readonly string[] = [],
): readonly string[] {
  const ids = table.columns.filter((column) => column.type === "id");
  const first = (ids.find((column) => mayBeId(column.name)) ?? ids[0])?.name;
  return id.length > 0 || first === undefined ? id : [first];
}

/** What names the customer of a row in the columns `names`; undefined for a row that names nobody. */
export function customerOf(table: Table, names: readonly string[]): (row: number) => string | undefined {
  const columns = names.map((name) => columnNamed(table, name));
  return (row) => {
    const cells = columns.map((column) => cellText(column, row));
    if (cells.every((cell) => cell === "")) return undefined;
    return cells.length === 1 ? cells[0] : JSON.stringify(cells);
  };
}

/** Fewer rows may be alike by chance, as may those of fewer columns, and more than this share is how a table is. */
const [fewestCopies, fewestColumns, mostCopies] = [2, 3, 0.1];

/**
 * How many rows are copies of earlier ones, word for word, and the column that tells all others apart; undefined where there is none of
 * each.
 *
 * @example
 * const { table: rows } = parseCsv(`id,town,age\n${Array.from({ length: 40 }, (_, i) => `C${i % 38},Bonn,${i % 38}`).join("\n")}\n`);
 * copiedRows(rows); // → { copies: 2, apart: "id" }
 */
export function copiedRows({ columns, rows }: Table): { copies: number; apart: string } | undefined {
  const cells = columns.map((one) => (isCategorical(one) ? one.codes : one.values));
  for (const [j, { name }] of (columns.length < fewestColumns ? [] : columns).entries()) {
    const firsts = new Map<string | number, number>();
    let copies = 0;
    const apart = (i: number): boolean => {
      const first = firsts.get(cells[j][i]);
      if (first === undefined) firsts.set(cells[j][i], i);
      else copies++;
      return first === undefined || cells.every((own) => Object.is(own[i], own[first]));
    };
    let row = 0;
    while (row < rows && copies <= mostCopies * rows && apart(row)) row++;
    if (row === rows && copies >= fewestCopies && copies <= mostCopies * rows) return { copies, apart: name };
  }
  return undefined;
}
