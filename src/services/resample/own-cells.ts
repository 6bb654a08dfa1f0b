import type { Rng } from "../../core/rng";
import { customerColumns, OncePerCustomer } from "../../data/duplicates";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../data/table";
import { keyShortage } from "../../synthesis/structure/keys/describe-keys";
import { freshKeys } from "../../synthesis/structure/keys/fresh-keys";
import { keyPlanOf } from "../../synthesis/structure/keys/key-plan-of";

/** What new rows have of their own, whatever the rows have that they come from. */
export interface OwnCells {
  /** Columns of identifiers that are made up. */
  readonly named: readonly string[];
  /** What a person should know of these and of columns that are left empty. */
  readonly remarks: readonly string[];
  /** The new rows number `from` and on, with identifiers of their own, and nothing in what was dropped. */
  readonly dress: (rows: Table, from: number) => Table;
}

/** The columns that may name the rows, but for those dropped. */
export function namingColumns(columns: readonly Column[], drop: readonly string[]): readonly string[] {
  return customerColumns({ columns }).filter(
    (name) => !drop.includes(name) && columns.some((one) => one.name === name && one.type === "id"),
  );
}

/** Identifiers for `count` new rows, in those columns `naming` of which no two rows share one, each of one part; and nothing in `drop`. */
export function ownCells(
  from: Table,
  { naming, drop }: { readonly naming: readonly string[]; readonly drop: readonly string[] },
  count: number,
  rng: Rng,
): OwnCells {
  const remarks: string[] = [];
  if (drop.length > 0)
    remarks.push(
      `new rows have nothing in ${drop.join(", ")}: dropped (leave that out of training, too: it tells new rows from others)`,
    );
  const fresh = new Map<string, readonly string[]>();
  for (const name of naming) {
    const once = new OncePerCustomer([name]);
    once.places(from);
    const column = columnNamed(from, name);
    const known = Array.from({ length: from.rows }, (_, i) => cellText(column, i));
    // What has parts, such as an address or two coordinates, says something of its row.
    if (once.duplicates > 0 || known.some((value) => /[\s.,:;@/]/.test(value))) continue;
    const plan = keyPlanOf(known, rng.fork(`keys ${name}`));
    const shortage = keyShortage(name, plan, count);
    remarks.push(`new rows have identifiers of their own in ${name}`, ...(shortage ? [shortage] : []));
    fresh.set(name, freshKeys(plan, 0, count));
  }
  const dress = (rows: Table, at: number): Table => ({
    rows: rows.rows,
    columns: rows.columns.map((column): Column => {
      if (drop.includes(column.name)) return emptied(column);
      const own = fresh.get(column.name);
      if (!own || column.type !== "id") return column;
      return { ...column, values: column.values.map((value, i) => (value === "" ? "" : own[at + i])) };
    }),
  });
  return { named: [...fresh.keys()], remarks, dress };
}

function emptied(one: Column): Column {
  if (isCategorical(one)) return { ...one, codes: one.codes.map(() => -1) };
  if (one.type === "numeric") return { ...one, values: one.values.map(() => Number.NaN) };
  return { ...one, values: one.values.map(() => "") };
}
