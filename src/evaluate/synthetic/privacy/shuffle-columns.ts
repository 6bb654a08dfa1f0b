import { permutation, type Rng } from "../../../core/rng";
import { type Column, type Table, table, takeTableRows } from "../../../data/table";

/** The table with each column in an order of its own: its margins, and nothing of its rows. The floor of every measure. */
export function shuffleColumns(from: Table, rng: Rng): Table {
  return table(
    from.columns.map((column): Column => {
      const order = permutation(rng.fork(column.name), from.rows);
      return takeTableRows({ rows: from.rows, columns: [column] }, order).columns[0];
    }),
  );
}
