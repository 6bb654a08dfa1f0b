import { joinTables } from "./join-tables";
import { type Column, type Table, takeTableRows } from "./table";

/** A table whose rows come batch by batch, as often as they are asked for. */
export interface RowSource {
  /** How many rows come. */
  readonly kept: number;
  /** The columns by their different cells, or some of them where there are many, and how often each occurs. */
  readonly columns: readonly { readonly column: Column; readonly counts: ArrayLike<number> }[];
  batches(only?: readonly string[]): AsyncIterable<Table>;
}

/** At most `most` row numbers, evenly spread. */
export function evenly(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, k) => Math.floor((k * rows) / count));
}

/** At most `most` rows, evenly spread, of `rows` that come batch by batch. */
export function evenRows(batches: AsyncIterable<Table>, rows: number, most: number): Promise<Table> {
  return rowsAt(batches, evenly(rows, most));
}

/** The rows of these numbers, which ascend, of a table that comes batch by batch. */
export async function rowsAt(batches: AsyncIterable<Table>, wanted: Int32Array): Promise<Table> {
  const parts: Table[] = [];
  let [next, before] = [0, 0];
  for await (const batch of batches) {
    const places: number[] = [];
    for (; next < wanted.length && wanted[next] < before + batch.rows; next++)
      places.push(wanted[next] - before);
    if (places.length > 0 || parts.length === 0) parts.push(takeTableRows(batch, places));
    before += batch.rows;
  }
  return joinTables(parts);
}

/** The same rows, so many at a time, however they come. */
export async function* partsOf(batches: AsyncIterable<Table>, rows: number): AsyncGenerator<Table> {
  const held: Table[] = [];
  let count = 0;
  for await (const batch of batches)
    for (let at = 0; at < batch.rows; ) {
      const from = at;
      const taken = Math.min(rows - count, batch.rows - from);
      held.push(
        takeTableRows(
          batch,
          Int32Array.from({ length: taken }, (_, k) => from + k),
        ),
      );
      at += taken;
      count += taken;
      if (count < rows) continue;
      yield joinTables(held.splice(0));
      count = 0;
    }
  if (count > 0) yield joinTables(held);
}
