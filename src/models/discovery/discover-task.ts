import type { Labelled } from "../../core/matrix";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import { FoldBoosting } from "../boosting/boosting-folds";
import type { ColumnBins } from "../trees/binning";

export interface TrialTask {
  /** In memory that threads share. */
  readonly rows: Labelled;
  readonly bins: readonly ColumnBins[];
  readonly folds: readonly Split[];
  readonly key: Rng["key"];
}

/** Most bins of a column; these trees are only asked whether a column helps them. */
export const trialBins = 63;
const trialTrees = 40;

/** What small boosted trees, grown on each fold's training rows, predict of its test rows; what a thread runs. */
export const boostTrial: Task<TrialTask, Float64Array[]> = task(
  "models/discovery/discover-task",
  "boostTrial",
  async ({ rows, bins, folds, key }: TrialTask) => {
    const rng = fromKey(key);
    const options = { leaves: 8, learnRate: 0.15, bins: trialBins };
    // One stream for all, so that what is compared differs in its columns only.
    const streams = folds.map(() => rng);
    const grown = await FoldBoosting.on(rows, options, folds, streams, bins);
    try {
      return folds.map((_, k) => grown.grow(k, trialTrees));
    } finally {
      await grown.close();
    }
  },
);
