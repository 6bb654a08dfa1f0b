import type { Rng } from "../../core/rng";
import type { Table } from "../../data/table";
import { describeNotDetermined, notDetermined } from "../../evaluate/synthetic/determined/determined";
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
    describe(real.children, made.children, rng, key),
  ]);
  return [...parents, ...children];
}

async function describe(real: Table, made: Table, rng: Rng, customer: string | undefined): Promise<string[]> {
  const { found, notLookedAt } = await notDetermined(real, made, rng, { customer });
  return [...found.map((one) => describeNotDetermined(one)), ...(notLookedAt ? [notLookedAt] : [])];
}
