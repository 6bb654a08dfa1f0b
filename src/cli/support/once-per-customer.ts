import { percentOf } from "../../core/format";
import { distinctRows } from "../../data/duplicates";
import type { Table } from "../../data/table";
import { note } from "./output";
import { lost } from "./reading";

export interface DuplicateFlags {
  /** Columns that together name a customer; without them the first identifier does. */
  readonly id?: readonly string[];
  readonly keepDuplicates?: boolean;
  readonly acceptLoss?: boolean;
}

/** The share of rows that may repeat a customer before the work stops and asks. */
const most = 0.01;

/**
 * The rows in which every customer stands once, and how many were left out; never silently: a note tells of them, and of
 * those that are kept because that was asked for. Stops where they are many.
 */
export function oncePerCustomer(table: Table, flags: DuplicateFlags): { table: Table; duplicates: number } {
  const found = distinctRows(table, flags.id);
  if (found.duplicates === 0) return { table, duplicates: 0 };
  const by = found.id.join(" and ");
  if (flags.keepDuplicates) {
    note(`${found.duplicates} rows have a ${by} of an earlier row; they are kept`);
    return { table, duplicates: 0 };
  }
  if (found.duplicates > most * table.rows && !flags.acceptLoss)
    throw lost(
      `${found.duplicates} of ${table.rows} rows (${percentOf(found.duplicates, table.rows)}) have the ${by} of an earlier row`,
      "--keep-duplicates counts them all, --id names other columns, ",
    );
  note(
    `${found.duplicates} rows left out: their ${by} is that of an earlier row (--keep-duplicates keeps them)`,
  );
  return found;
}
