import { check } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import type { Watch } from "../../core/model";
import { defaultThreads, mapThreads, watched } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { triedColumns } from "../forest/forest";
import { forestOptions } from "../forest/forest-options";
import { bag } from "../forest/forest-task";
import { integer, type OptionsOf, withDefaults } from "../options";
import { rank } from "../trees/ranks";
import { joinTrees } from "../trees/trees";
import { checkLifetimes, distinct, type FitSurvival, lastUpTo, type SurvivalData } from "./censored";
import { joinHazards, type SurvivalForest, survivalForestModel } from "./survival-forest-model";
import { growSurvivalTrees, type OnGrid, type SurvivalTask } from "./survival-forest-task";

const options = {
  /** How many trees. More are never worse, only slower. @default 200 */
  trees: integer("how many trees; more are never worse, only slower", { low: 1, high: 1e5 }, 200),
  /** Fewest rows (their weights' sum) in a leaf. @default 15 */
  minRows: integer("fewest rows in a leaf", { low: 1 }, 15),
  /** Most splits on a way from root to leaf; defaults to no limit. */
  depth: forestOptions.depth,
  /** How many columns are drawn at each node: "sqrt" (default) or "log2" of their number, "all", a share or a number. */
  maxFeatures: forestOptions.maxFeatures,
  /**
   * Of how many event times hazards are told, 2 to 2,000; defaults to 150, taken at equal numbers of events where there
   * are more. An end between two of them counts at the later one.
   */
  times: integer("of how many event times hazards are told", { low: 2, high: 2000 }, 150),
  /** Threads; defaults to the processors. The forest is the same. */
  threads: forestOptions.threads,
};

export type SurvivalForestOptions = OptionsOf<typeof options>;

// A fixed number of trees for each piece of work: the forest then does not depend on the number of threads.
const piece = 10;

/**
 * A learner of random survival forests (Ishwaran and others, 2008): trees on bootstrapped rows, split where the log-rank
 * scores of both sides differ most (their statistic's permutation variance is that of the scores), leaves with Nelson and
 * Aalen's hazards. Missing values take the side that the node learnt for them; categorical columns split by sets of levels.
 *
 * @throws RangeError on lifetimes that are no lifetimes, and where none ended.
 * @example
 * // Customers with a contract (1) end later.
 * const x = matrixFromRows(Array.from({ length: 60 }, (_, i) => [i % 2]));
 * const time = Float64Array.from({ length: 60 }, (_, i) => 1 + (i % 5) + 3 * (i % 2));
 * const fit = survivalForest({ trees: 10 });
 * const model = await fit({ x, time, event: new Float64Array(60).fill(1) }, seeded(1));
 * const { values } = model.survivalAt(matrixFromRows([[0], [1]]), [4]);
 * values[0] < values[1]; // → true
 */
export function survivalForest(given: SurvivalForestOptions = {}): FitSurvival<SurvivalForest> {
  const action = "fit survival forest";
  const asked = withDefaults(options, given, action);
  return async (train: SurvivalData, rng: Rng, watch?: Watch): Promise<SurvivalForest> => {
    checkLifetimes(train, action);
    const { x } = train;
    check(x.columns > 0, action, "there must be columns", 0);
    const grid = timesOf(train, asked.times);
    const shared = {
      ...onGrid(train, grid),
      ranked: rank(x, 255, action),
      tried: triedColumns(asked.maxFeatures ?? "sqrt", x.columns),
      minRows: asked.minRows,
      depth: asked.depth ?? Infinity,
    };
    const keys = Array.from({ length: asked.trees }, (_, t) => rng.fork(t).key);
    const pieces: SurvivalTask[] = [];
    for (let t = 0; t < keys.length; t += piece) pieces.push({ ...shared, keys: keys.slice(t, t + piece) });
    const threads = asked.threads ?? (x.rows * asked.trees > 50_000 ? defaultThreads() : 1);
    const told = watched(watch, "train", keys.length, (index) => pieces[index].keys.length);
    const grown = await mapThreads(growSurvivalTrees, pieces, threads, told);
    const { ranked } = shared;
    const kept = x.features.map((feature, j) =>
      feature.levels ? Array.from(ranked.low.subarray(ranked.offsets[j], ranked.offsets[j + 1])) : undefined,
    );
    const parts = grown.map(({ part }) => part);
    const { meanOfTrees, ...model } = survivalForestModel({
      trees: joinTrees(parts, x.features, kept),
      hazards: joinHazards(grown.flatMap(({ hazards }) => hazards)),
      times: grid,
    });
    const outside = (t: number): Float64Array =>
      bag(keys[t], { ranked, bootstrap: true, share: 1 }).map((n) => (n > 0 ? 0 : 1));
    return { ...model, outOfBag: meanOfTrees(x, outside) };
  };
}

/** The distinct event times, or as many as asked at about equal numbers of events; the last is always there. */
function timesOf({ time, event }: SurvivalData, most: number): Float64Array {
  const ends = time.filter((_, i) => event[i] === 1).sort();
  const all = distinct(ends);
  if (all.length <= most) return all;
  const places = Float64Array.from({ length: most }, (_, k) => Math.ceil(((k + 1) * ends.length) / most) - 1);
  return distinct(takeValues(ends, places));
}

function onGrid({ time, event, entry, weights }: SurvivalData, grid: Float64Array): OnGrid {
  const last = Int32Array.from(time, (t, i) => {
    const k = lastUpTo(grid, t);
    return event[i] === 1 && (k < 0 || grid[k] < t) ? k + 1 : k;
  });
  return {
    last,
    event: Uint8Array.from(event),
    ...(entry && { before: Int32Array.from(entry, (t) => lastUpTo(grid, t)) }),
    ...(weights && { weights }),
    times: grid.length,
  };
}
