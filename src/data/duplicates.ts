import { mayBeId } from "./infer/names";
import { asTable, type PolarsFrame } from "./polars";
import { cellText, columnNamed, type Table, takeTableRows } from "./table";
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
