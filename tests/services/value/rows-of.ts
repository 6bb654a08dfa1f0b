import type { RowSource } from "../../../src/data/even-rows";
import { type Table, takeTableRows } from "../../../src/data/table";

/** The table as one that comes in blocks of these many rows. */
export function rowsOf(table: Table, blockRows = 97): RowSource {
  async function* batches(only = table.columns.map(({ name }) => name)): AsyncGenerator<Table> {
    const columns = table.columns.filter(({ name }) => only.includes(name));
    for (let from = 0; from < table.rows; from += blockRows) {
      const rows = Math.min(blockRows, table.rows - from);
      yield takeTableRows(
        { rows: table.rows, columns },
        Array.from({ length: rows }, (_, k) => from + k),
      );
    }
  }
  const counts = new Uint8Array(table.rows).fill(1);
  return { kept: table.rows, columns: table.columns.map((column) => ({ column, counts })), batches };
}
