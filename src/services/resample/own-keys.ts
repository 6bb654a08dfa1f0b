import type { Rng } from "../../core/rng";
import { OncePerCustomer } from "../../data/duplicates";
import { type Column, cellText, columnNamed, isCategorical, type Table } from "../../data/table";
import type { PackedTable } from "../../data/tally/packed-table";
import { keyShortage } from "../../synthesis/structure/keys/describe-keys";
import { freshKeys } from "../../synthesis/structure/keys/fresh-keys";
import type { KeyPlan } from "../../synthesis/structure/keys/key-plan";
import { keysBeside } from "../../synthesis/structure/keys/stated-keys";
import type { ColumnPlan, KeyColumnPlan, Structure } from "../../synthesis/structure/structure";
import { bareKeys, tieKeys } from "../../synthesis/structure/variables";

/** Identifiers that new rows have of their own. */
export interface OwnKeys {
  /** The columns of them. */
  readonly names: readonly string[];
  /** What a person should know of these, for so many new rows. */
  readonly remarks: (count: number) => readonly string[];
  /** The new rows number `from` and on with identifiers of their own, and with what other columns say in these. */
  readonly dress: (rows: Table, from: number) => Table;
}

/** Identifiers for new rows, none of which `held` has, in those columns of which no two rows share one, each of one part. */
export function ownKeys({ columns }: Structure, held: PackedTable, rng: Rng): OwnKeys {
  const plans = new Map(
    columns.flatMap((plan): [string, KeyPlan | undefined][] =>
      plan.kind === "key" && held.names.includes(plan.name) && namesRows(held, plan)
        ? [[plan.name, planBeside(plan, columns, held, rng.fork(plan.name))]]
        : [],
    ),
  );
  return {
    names: [...plans.keys()],
    remarks: (count) =>
      [...plans].flatMap(([name, plan]) => {
        if (!plan) return [`new rows have nothing in ${name}: every identifier of its form is taken`];
        const shortage = keyShortage(name, plan, count);
        return [`new rows have identifiers of their own in ${name}`, ...(shortage ? [shortage] : [])];
      }),
    dress: (rows, from) => {
      const dressed = rows.columns.map((one): Column => {
        if (!plans.has(one.name) || isCategorical(one) || one.type === "numeric") return one;
        const plan = plans.get(one.name);
        const fresh = plan ? freshKeys(plan, from, rows.rows) : [];
        return { ...one, values: one.values.map((value, i) => (value === "" ? "" : (fresh[i] ?? ""))) };
      });
      // Identifiers that the base rows have hold all that they should.
      const own = columns.flatMap((plan): readonly ColumnPlan[] => {
        const keys = plans.get(plan.name);
        return plan.kind !== "key" ? [plan] : keys ? [{ ...plan, keys }] : [];
      });
      return tieKeys({ columns: own }, { rows: rows.rows, columns: dressed });
    },
  };
}

/** Whether no two rows share an identifier, and each is of one part: an address, or two coordinates, say something of their row. */
function namesRows(from: PackedTable, { name, keys, repeats }: KeyColumnPlan): boolean {
  if (repeats || keys.style === "same" || from.column(name).type !== "id") return false;
  const once = new OncePerCustomer([name]);
  for (const block of from.blocks()) {
    once.places(block);
    if (once.duplicates > 0 || textsOf(block, name).some((value) => /[\s.,:;@/]/.test(value))) return false;
  }
  return true;
}

/** How identifiers are made up that no row has; undefined where there are no others of their form. */
function planBeside(
  plan: KeyColumnPlan,
  plans: Structure["columns"],
  held: PackedTable,
  rng: Rng,
): KeyPlan | undefined {
  const all = {
    *[Symbol.iterator]() {
      for (const block of held.blocks()) yield* bareKeys(plan, plans, block);
    },
  };
  try {
    return keysBeside(plan.keys, all, rng, `make keys for ${plan.name}`);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function textsOf(block: Table, name: string): readonly string[] {
  const column = columnNamed(block, name);
  return Array.from({ length: block.rows }, (_, i) => cellText(column, i));
}
