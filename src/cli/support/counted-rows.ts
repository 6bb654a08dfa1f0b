import { percentOf } from "../../core/format";
import { distinctRows } from "../../data/duplicates";
import { type Table, takeTableRows } from "../../data/table";
import { unlabelledRows } from "../../data/target";
import type { SavedModel } from "../../services/predict/saved-model";
import { note } from "./output";
import { lost } from "./reading";

export interface DuplicateFlags {
  /** Columns that together name a customer; without them the first identifier does. */
  readonly id?: readonly string[];
  readonly keepDuplicates?: boolean;
  readonly acceptLoss?: boolean;
}

interface TargetFlags {
  readonly target: string;
  readonly positive?: string;
  readonly classes?: boolean;
  readonly folds: number;
  readonly acceptLoss?: boolean;
}

/** The share of rows that may be left out before the work stops and asks. */
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

function without(table: Table, rows: Iterable<number>): Table {
  const left = new Set(rows);
  return takeTableRows(
    table,
    Array.from({ length: table.rows }, (_, i) => i).filter((i) => !left.has(i)),
  );
}

function shareOf(count: number, { rows }: Table): string {
  return `${count} of ${rows} rows (${percentOf(count, rows)})`;
}

/** The rows with a target; stops where more than a few have none, unless they may be left out. */
export function labelled(
  table: Table,
  flags: Pick<TargetFlags, "target" | "acceptLoss"> & { readonly dropUnlabelled?: boolean },
): Table {
  const missing = unlabelledRows(table, flags.target);
  if (missing.length === 0) return table;
  const unlabelled = `${shareOf(missing.length, table)} have no ${flags.target}`;
  if (missing.length > most * table.rows && !flags.dropUnlabelled && !flags.acceptLoss)
    throw lost(unlabelled, "--drop-unlabelled trains on the others, ");
  note(`${unlabelled} and are left out`);
  return without(table, missing);
}

/** The rows of classes that occur often enough; stops where some do not, unless a loss is accepted. */
export async function commonClasses(table: Table, flags: TargetFlags): Promise<Table> {
  const { rareClasses } = await import("../../services/predict/train-classes.js");
  const rare = rareClasses(table, flags);
  if (rare.length === 0) return table;
  const named = rare.map(({ value, rows }) => `${value} (${rows.length})`);
  const list = `${named.slice(0, 5).join(", ")}${named.length > 5 ? ", …" : ""}`;
  const few = `classes of ${flags.target} with fewer than ${flags.folds} rows, one a fold (--folds): ${list}`;
  if (!flags.acceptLoss) throw lost(few, "--positive names one class that is learned against the others, ");
  const rows = rare.flatMap((one) => one.rows);
  note(`${few}; ${shareOf(rows.length, table)} are left out, and the model never predicts these classes`);
  return without(table, rows);
}

/** The rows with a target that the model knows; stops where many have none. */
export async function judgedRows(
  table: Table,
  model: SavedModel,
  flags: Pick<TargetFlags, "acceptLoss">,
): Promise<{ table: Table; unjudged: number }> {
  const { unjudgedRows } = await import("../../services/predict/saved-model.js");
  const found = unjudgedRows(model, table);
  if (found.length === 0) return { table, unjudged: 0 };
  const strange = [...new Set(found.map(({ value }) => value).filter((value) => value !== ""))];
  const values =
    strange.length > 0 ? ` or one that training did not see (${strange.slice(0, 5).join(", ")})` : "";
  const what = `${shareOf(found.length, table)} have no ${model.target.column}${values}`;
  if (found.length > most * table.rows && !flags.acceptLoss) throw lost(what);
  note(`${what} and are left out`);
  return {
    table: without(
      table,
      found.map(({ row }) => row),
    ),
    unjudged: found.length,
  };
}
