import { distinctRows } from "../../data/duplicates";
import type { Table } from "../../data/table";
import { note } from "./output";

export interface DuplicateFlags {
  /** Columns that together name a customer; without them the first identifier does. */
  readonly id?: readonly string[];
  readonly keepDuplicates?: boolean;
}

/**
 * The rows in which every customer stands once, and how many were left out; never silently: a note tells of them, and of
 * those that are kept because that was asked for.
 */
export function oncePerCustomer(table: Table, flags: DuplicateFlags): { table: Table; duplicates: number } {
  const found = distinctRows(table, flags.id);
  if (found.duplicates === 0) return { table, duplicates: 0 };
  const by = found.id.join(" and ");
  if (flags.keepDuplicates) {
    note(`${found.duplicates} rows have a ${by} of an earlier row; they are kept`);
    return { table, duplicates: 0 };
  }
  note(
    `${found.duplicates} rows left out: their ${by} is that of an earlier row (--keep-duplicates keeps them)`,
  );
  return found;
}
