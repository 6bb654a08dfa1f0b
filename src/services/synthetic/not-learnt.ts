import type { Rng } from "../../core/rng";
import { dropColumns, type Table, table, takeTableRows } from "../../data/table";
import { describeNotDetermined, notDetermined } from "../../evaluate/synthetic/determined/determined";
import { contextNames } from "../../synthesis/relational/child-table";
import { keysOf } from "../../synthesis/relational/families";
import type { RelatedTables, Relational } from "../../synthesis/relational/relational";
import { keyCount } from "../../synthesis/structure/keys/fresh-keys";
import type { Synthesiser } from "../../synthesis/synthesiser";

/** Rows that a model makes to be looked at; parents, each with children, are fewer. */
const [lookedAt, parentsLookedAt] = [2000, 1000];

/** What follows from other columns in the rows learnt, and not in rows that the model makes: a sentence each. */
export async function notLearntBy(
  model: Synthesiser,
  real: Table,
  rng: Rng,
  customer: string | undefined,
): Promise<string[]> {
  return describe(real, model.sample(lookedAt, rng.fork("rows looked at")), rng, customer);
}

/** The same of parents and their children. */
export async function notLearntByBoth(
  model: Relational,
  real: RelatedTables,
  rng: Rng,
  key: string,
): Promise<string[]> {
  // Parents cannot share a key.
  const free = model.structures[0].columns.map((plan) =>
    plan.kind === "key" ? keyCount(plan.keys) : Infinity,
  );
  const made = model.sampleBoth(Math.min(parentsLookedAt, ...free), rng.fork("rows looked at"));
  const [parents, children] = await Promise.all([
    describe(real.parents, made.parents, rng, undefined),
    describe(besideParents(real, key), besideParents(made, key), rng, key),
  ]);
  // What children say of their parent is their parent's, once for all of them.
  return [...parents, ...children.filter((sentence) => !sentence.startsWith(contextNames.parent("")))];
}

/** The children with the columns of their parents. */
function besideParents({ parents, children }: RelatedTables, key: string): Table {
  const places = new Map(keysOf(parents, key).map((name, p) => [name, p]));
  const own = keysOf(children, key).map((name) => places.get(name) as number);
  const above = takeTableRows(dropColumns(parents, [key]), own).columns;
  return table([
    ...children.columns,
    ...above.map((column) => ({ ...column, name: contextNames.parent(column.name) })),
  ]);
}

async function describe(real: Table, made: Table, rng: Rng, customer: string | undefined): Promise<string[]> {
  const { found, notLookedAt } = await notDetermined(real, made, rng, { customer });
  return [...found.map((one) => describeNotDetermined(one)), ...(notLookedAt ? [notLookedAt] : [])];
}
