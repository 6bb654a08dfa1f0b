import { joinTables } from "./join-tables";
import { type Table, takeTableRows } from "./table";

/** At most `most` row numbers, evenly spread. */
export function evenly(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, k) => Math.floor((k * rows) / count));
}

/** At most `most` rows, evenly spread, of `rows` that come batch by batch. */
export async function evenRows(batches: AsyncIterable<Table>, rows: number, most: number): Promise<Table> {
  const wanted = evenly(rows, most);
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
