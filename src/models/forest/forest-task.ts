import { type Task, task } from "../../core/pool";
import { fromKey, permutation, type Rng, timesDrawn } from "../../core/rng";
import type { Ranked } from "../trees/ranks";
import type { TreePart } from "../trees/trees";
import { type GrowRules, type Sparsity, treeGrower } from "./forest-kernel";

/** Some trees of a forest to grow: one per key. */
export interface GrowTask {
  readonly ranked: Ranked;
  /** The target, less the rules' centre. */
  readonly target: Float64Array;
  readonly weights?: Float64Array;
  readonly rules: GrowRules;
  readonly bootstrap: boolean;
  readonly share: number;
  readonly keys: readonly Rng["key"][];
  readonly known: Sparsity;
}

export interface Grown {
  readonly part: TreePart;
  /** The sum over these trees of each tree's shares of the impurity decrease. */
  readonly importances: Float64Array;
}

/** Grows trees; what a thread runs. */
export const growTrees: Task<GrowTask, Grown> = task(
  "models/forest/forest-task",
  "growTrees",
  (input: GrowTask) => {
    const { ranked, target, rules } = input;
    const grower = treeGrower(ranked, target, rules, packs(input), input.known);
    const importances = new Float64Array(input.ranked.columns);
    for (const key of input.keys) {
      const weight = weighted(bag(key, input), input.weights);
      const rows = new Int32Array(weight.length);
      let count = 0;
      for (let i = 0; i < weight.length; i++) if (weight[i] > 0) rows[count++] = i;
      grower.grow(rows.subarray(0, count), weight, fromKey(key));
      const total = grower.decrease.reduce((sum, value) => sum + value, 0);
      if (total > 0)
        for (let j = 0; j < importances.length; j++) importances[j] += grower.decrease[j] / total;
    }
    return { part: grower.builder.finish(), importances };
  },
);

/** How often the tree of `key` drew each row. */
export function bag(key: Rng["key"], from: Pick<GrowTask, "ranked" | "bootstrap" | "share">): Float64Array {
  const rows = from.ranked.rows;
  const draws = Math.max(1, Math.round(from.share * rows));
  const rng = fromKey(key).fork("rows");
  if (from.bootstrap) return timesDrawn(rows, draws, rng);
  const times = new Float64Array(rows);
  if (draws === rows) times.fill(1);
  else for (const i of permutation(rng, rows).subarray(0, draws)) times[i] = 1;
  return times;
}

/** Times × weight; the weights themselves if the tree drew none but weightless rows. */
function weighted(times: Float64Array, weights: Float64Array | undefined): Float64Array {
  if (!weights) return times;
  const out = times.map((value, i) => value * weights[i]);
  return out.some((value) => value > 0) ? out : weights;
}

/** Whether the rows' weights are whole numbers small enough to be counted in the kernel's packed integers. */
function packs(input: GrowTask): boolean {
  if (input.rules.criterion === "squared" || input.ranked.rows >= 2 ** 21) return false;
  const { weights } = input;
  if (!weights) return true;
  let most = 0;
  for (const value of weights) {
    if (!Number.isInteger(value)) return false;
    most = Math.max(most, value);
  }
  return most * input.ranked.rows < 2 ** 21;
}
