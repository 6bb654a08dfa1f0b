import type { Rng } from "../../core/rng";
import { OncePerCustomer } from "../../data/duplicates";
import { evenly } from "../../data/even-rows";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../data/table";
import type { PackedTable } from "../../data/tally/packed-table";
import { keyShortage } from "../../synthesis/structure/keys/describe-keys";
import { freshKeys } from "../../synthesis/structure/keys/fresh-keys";
import type { KeyPlan } from "../../synthesis/structure/keys/key-plan";
import { keyPlanOf } from "../../synthesis/structure/keys/key-plan-of";
import { keysBeside } from "../../synthesis/structure/keys/stated-keys";

/** What new rows have of their own, whatever the rows have that they come from. */
export interface OwnCells {
  /** Columns of identifiers that are made up. */
  readonly named: readonly string[];
  /** What a person should know of these, for so many new rows, and of columns that are left empty. */
  readonly remarks: (count: number) => readonly string[];
  /** The new rows number `from` and on, with identifiers of their own, and nothing in what was dropped. */
  readonly dress: (rows: Table, from: number) => Table;
}

/** Of more identifiers forms are learned from so many, evenly spread; none of all that are known is made up. */
const mostLearned = 2_000_000;

/** The columns that may name the rows, or things of theirs, but for those dropped. */
export function namingColumns(columns: readonly Column[], drop: readonly string[]): readonly string[] {
  return columns.filter(({ name, type }) => type === "id" && !drop.includes(name)).map(({ name }) => name);
}

/** Identifiers for new rows, in those columns that are held `from` the table and of which no two rows share one, each of one part; and nothing in `drop`. */
export function ownCells(from: PackedTable, drop: readonly string[], rng: Rng): OwnCells {
  const plans = new Map(
    from.names
      .filter((name) => namesRows(from, name))
      .map((name) => [name, planOf(from, name, rng.fork(`keys ${name}`))]),
  );
  const remarks = (count: number): readonly string[] => [
    ...(drop.length > 0
      ? [
          `new rows have nothing in ${drop.join(", ")}: dropped (leave that out of training, too: it tells new rows from others)`,
        ]
      : []),
    ...[...plans].flatMap(([name, plan]) => {
      if (!plan) return [`new rows have nothing in ${name}: every identifier of its form is taken`];
      const shortage = keyShortage(name, plan, count);
      return [`new rows have identifiers of their own in ${name}`, ...(shortage ? [shortage] : [])];
    }),
  ];
  const dress = (rows: Table, at: number): Table => ({
    rows: rows.rows,
    columns: rows.columns.map((column): Column => {
      if (drop.includes(column.name)) return emptyCells(column, rows.rows);
      if (!plans.has(column.name) || column.type !== "id") return column;
      const plan = plans.get(column.name);
      if (!plan) return emptyCells(column, rows.rows);
      const fresh = freshKeys(plan, at, rows.rows);
      return { ...column, values: column.values.map((value, i) => (value === "" ? "" : fresh[i])) };
    }),
  });
  return { named: [...plans.keys()], remarks, dress };
}

/** Whether no two rows share an identifier, and each is of one part: an address, or two coordinates, say something of their row. */
function namesRows(from: PackedTable, name: string): boolean {
  const once = new OncePerCustomer([name]);
  for (const block of from.blocks()) {
    once.places(block);
    if (once.duplicates > 0 || textsOf(block, name).some((value) => /[\s.,:;@/]/.test(value))) return false;
  }
  return true;
}

/** How identifiers are made up that no row has; undefined where there are no others of their form. */
function planOf(from: PackedTable, name: string, rng: Rng): KeyPlan | undefined {
  const plan = keyPlanOf(textsOf(from.take(evenly(from.rows, mostLearned)), name), rng);
  if (from.rows <= mostLearned) return plan;
  const all = {
    *[Symbol.iterator]() {
      for (const block of from.blocks()) yield* textsOf(block, name);
    },
  };
  try {
    return keysBeside(plan, all, rng.fork("all"), `make keys for ${name}`);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function textsOf(block: Table, name: string): readonly string[] {
  const column = columnNamed(block, name);
  return Array.from({ length: block.rows }, (_, i) => cellText(column, i));
}

/** A column like this one of so many missing cells. */
export function emptyCells(one: Column, rows: number): Column {
  if (isCategorical(one)) return { ...one, codes: new Int32Array(rows).fill(-1) };
  if (one.type === "numeric") return { ...one, values: new Float64Array(rows).fill(Number.NaN) };
  return { ...one, values: new Array<string>(rows).fill("") };
}
