import type { RowSource } from "../../data/even-rows";
import { customerNames } from "../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../data/table";
import { GatheredTable } from "../../data/tally/gathered";
import { SeenTexts } from "../../data/tally/keys";
import { PackedNames } from "../../data/tally/names";
import { findColumn } from "./own-columns";

/** The rows of a table of which only some columns are held, and whose they are. */
export interface GatheredRows {
  /** All columns; those that were not wanted have no cells. */
  readonly table: Table;
  readonly customer: Column;
  /** The number of each row's customer, in the order in which they first come; −1 where none is named. */
  readonly who: Int32Array;
  /** Customers by their numbers. */
  readonly names: PackedNames;
}

/** What is looked at of each block on its way, from which row of all. */
export interface Looking {
  readonly names: readonly string[];
  readonly look: (block: Table, from: number) => void;
}

/** What is held of rows that come block by block: four to eight bytes a row and column that `isWanted` names, and each customer once. */
export async function gatherRows(
  source: RowSource,
  given: string | undefined,
  isWanted: (name: string) => boolean,
  action: string,
  looking: Looking = { names: [], look: () => {} },
): Promise<GatheredRows> {
  const columns = source.columns.map(({ column }) => column);
  const rows = source.kept;
  const customer = findColumn(
    { rows, columns },
    { purpose: "customer", given, usual: customerNames },
    action,
  );
  const held = new GatheredTable(columns, rows, isWanted);
  const [seen, names] = [new SeenTexts(), new PackedNames()];
  const who = new Int32Array(rows).fill(-1);
  let at = 0;
  for await (const block of source.batches([customer.name, ...held.wanted, ...looking.names])) {
    held.add(block);
    looking.look(block, at);
    const own = columnNamed(block, customer.name);
    for (let i = 0; i < block.rows; i++, at++) {
      const name = cellText(own, i).trim();
      if (name === "") continue;
      who[at] = seen.numberOf(name);
      if (who[at] === names.length) names.push(name);
    }
  }
  return { table: held.table(), customer, who, names };
}
