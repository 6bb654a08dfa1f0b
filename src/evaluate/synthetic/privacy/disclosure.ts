import { check, checkInteger } from "../../../core/checks";
import { normalQuantile } from "../../../core/math/normal-distribution";
import { ends } from "../../../core/math/statistics";
import { permutation, type Rng } from "../../../core/rng";
import { columnNamed, type Table, takeTableRows } from "../../../data/table";
import { alignTables, type Shared } from "../align";
import { nearestRecords } from "../nearest";

/** How well synthetic rows give away one column of a person whose other columns are known. */
export interface AttributeDisclosure {
  readonly column: string;
  /** The share of right guesses about training people, and about held-out people. */
  readonly members: number;
  readonly strangers: number;
  /** The difference: what being in the training table costs; with its interval. */
  readonly advantage: number;
  readonly low: number;
  readonly high: number;
}

export interface DisclosureOptions {
  /** The columns to guess; defaults to all columns of levels and numbers. */
  readonly columns?: readonly string[];
  /** People of each kind that are attacked. @default 500 */
  readonly people?: number;
}

/** A guessed number counts as right within this share of the training range. */
const tolerance = 0.05;

/**
 * An attribute-inference attack: the attacker knows all but one column of a person, takes the synthetic row nearest on
 * those and guesses its value. Guesses are right for strangers too, as columns depend on each other: only the
 * difference is a loss of privacy.
 */
export async function attributeDisclosure(
  train: Table,
  holdout: Table,
  synthetic: Table,
  rng: Rng,
  options: DisclosureOptions = {},
): Promise<AttributeDisclosure[]> {
  const action = "attack attributes";
  const { people = 500 } = options;
  checkInteger(people, 10, 1e9, action, "people");
  for (const name of options.columns ?? []) columnNamed(train, name);
  const count = Math.min(people, train.rows, holdout.rows);
  const pick = (from: Table, label: string): Table =>
    takeTableRows(from, permutation(rng.fork(label), from.rows).subarray(0, count));
  const all = alignTables([train, pick(train, "members"), pick(holdout, "strangers"), synthetic], action);
  check(all.length >= 2, action, "there must be a column beside the one that is guessed", all.length);
  const asked = all.filter((one) => options.columns?.includes(one.name) ?? true);
  const out: AttributeDisclosure[] = [];
  for (const one of asked) {
    const known = all.filter((other) => other !== one);
    const [members, strangers] = await Promise.all(
      [1, 2].map(async (table) => {
        const { row } = await nearestRecords(known, table, 3, { ranges: 0 });
        return Array.from(row).filter((found, i) => right(one, table, i, found)).length / count;
      }),
    );
    const advantage = members - strangers;
    const variance = (members * (1 - members) + strangers * (1 - strangers)) / count;
    const half = normalQuantile(0.975) * Math.sqrt(variance);
    out.push({
      column: one.name,
      members,
      strangers,
      advantage,
      low: advantage - half,
      high: advantage + half,
    });
  }
  return out;
}

function right(one: Shared, table: number, person: number, found: number): boolean {
  if (one.kind === "levels") return one.codes[table][person] === one.codes[3][found];
  const [truth, guess] = [one.values[table][person], one.values[3][found]];
  if (Number.isNaN(truth) || Number.isNaN(guess)) return Number.isNaN(truth) && Number.isNaN(guess);
  const [low, high] = ends(one.values[0]);
  return Math.abs(truth - guess) <= tolerance * (high - low);
}
