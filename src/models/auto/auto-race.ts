import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { trainTestSplit } from "../../data/split";
import type { DiscoverOptions } from "../discovery/discover";
import type { DiscoveryJson } from "../discovery/discovery";
import { meanLogLoss } from "./auto-calibration";
import { blendedAs, type ChosenMember, chooser } from "./auto-choice";
import type { AutoMember } from "./auto-members";
import { type Encoded, foundIn, runner } from "./auto-run";
import { mixed } from "./blend";
import { blendWeights } from "./blend-weights";

/** What a race on a sample of the rows left. */
export interface Race {
  readonly members: readonly AutoMember[];
  /** The features found in the sample, by its columns. */
  readonly discovery: DiscoveryJson;
}

/** The log loss that leaving members out may cost on the rows of the race, all together. */
const spared = 1e-4;

/** How many rows the rarer class has: of too few a sample could tell nothing. */
export function rareRows(y: Float64Array): number {
  const ones = y.reduce((sum, label) => sum + label, 0);
  return Math.min(ones, y.length - ones);
}

/** The rows that run the race, ascending: a fifth of each class, 50,000 at most. */
export function raceRows(y: Float64Array, rng: Rng): Int32Array {
  const test = Math.min(50_000, Math.floor(y.length / 5));
  return trainTestSplit(y.length, { test, strata: y }, rng).test.sort();
}

/**
 * Discovers features in a sample, and leaves out the members that its blend can do without: the first step of
 * successive halving (Jamieson and Talwalkar, 2016). What would win on many more rows alone is lost here; in turn
 * the others can see them all.
 */
export async function race(
  members: readonly AutoMember[],
  sample: Encoded,
  options: { readonly discover: DiscoverOptions | false; readonly threads: number | undefined },
  rng: Rng,
  watch?: Watch,
): Promise<Race> {
  const { discover, threads } = options;
  const { whole: discovery } = await runner({ ...sample, parts: [] }, threads, watch).discover(
    discover,
    rng.fork("discover"),
  );
  const found = foundIn(discovery, sample);
  const held = await runner(sample, threads, watch).predict(members, found, rng.fork("members"));
  const { y } = sample.whole;
  const tests = sample.parts.map(({ test }) => test);
  const tried = chooser(held, y, tests)();
  return { members: needed(tried, y).map((m) => members[m]), discovery };
}

/** The members that the blend's log loss needs: of all that have a weight, the one that is missed least goes, and again. */
function needed(tried: readonly ChosenMember[], y: Float64Array): readonly number[] {
  const said = tried.map((one) => blendedAs([{ ...one, weight: 1 }]));
  const trial = (kept: readonly number[]) => {
    const own = kept.map((m) => said[m]);
    return { kept, loss: meanLogLoss(mixed(own, blendWeights(own, y)), y) };
  };
  let best = trial([...tried.keys()].filter((m) => tried[m].weight > 0));
  const most = best.loss + spared;
  while (best.kept.length > 1) {
    const fewer = best.kept.map((out) => trial(best.kept.filter((m) => m !== out)));
    const next = fewer.reduce((a, b) => (b.loss < a.loss ? b : a));
    if (next.loss > most) break;
    best = next;
  }
  return best.kept;
}
