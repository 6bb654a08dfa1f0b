import { check } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import type { ColumnBins } from "../trees/binning";
import { engineFor } from "./boosting";
import { lossNamed } from "./boosting-losses";
import { checkedBoosting, type GradientBoostingOptions } from "./boosting-options";
import { type Boosting, growRound } from "./boosting-train";

/** Where one fold stands. */
interface Growth {
  readonly boosting: Boosting;
  readonly rng: Rng;
  readonly test: Int32Array;
  scores: Float64Array;
  trees: number;
  ended: boolean;
}

/**
 * Boosted trees of two classes on the training rows of several folds, for what they say of the folds' test rows alone.
 * All folds share the bins of all rows, which no target had a part in, and one engine, which adds each tree to the
 * scores of rows it did not grow on too: nothing is copied, binned or predicted once a fold.
 */
export class FoldBoosting {
  private constructor(private readonly folds: readonly Growth[]) {}

  /** Fold k draws from `rngs[k]`; `bins` are those of the columns, where they are known. */
  static async on(
    { x, y, weights }: Labelled,
    options: GradientBoostingOptions,
    folds: readonly Split[],
    rngs: readonly Rng[],
    bins?: readonly ColumnBins[],
  ): Promise<FoldBoosting> {
    const action = "boost folds";
    const asked = checkedBoosting(options, action);
    for (const name of ["goss", "validation", "classWeights"] as const)
      check(options[name] === undefined, action, `${name} must be left out`, options[name]);
    check(asked.loss === "logistic", action, "loss must be logistic", asked.loss);
    const loss = lossNamed(asked.loss, asked.quantile, asked.power);
    const { engine, data } = await engineFor({ x, y, weights, base: 0 }, asked, loss, bins);
    const rules = { ...asked, ownGradients: true };
    return new FoldBoosting(
      folds.map(({ train, test }, k) => {
        const ownWeights = weights && Float64Array.from(train, (i) => weights[i]);
        const base = loss.base(
          Float64Array.from(train, (i) => y[i]),
          ownWeights,
        );
        return {
          boosting: { engine, data, loss, rules, rows: train },
          rng: rngs[k],
          test,
          scores: new Float64Array(x.rows).fill(base),
          trees: 0,
          ended: false,
        };
      }),
    );
  }

  /** Grows fold k until it has so many trees, and returns the probabilities of its test rows. */
  grow(k: number, trees: number): Float64Array {
    const fold = this.folds[k];
    const { engine, loss } = fold.boosting;
    engine.scores.set(fold.scores);
    while (fold.trees < trees && !fold.ended) {
      const round = fold.trees++;
      fold.ended = growRound(fold.boosting, round, fold.rng.fork(round)) === 0;
    }
    fold.scores.set(engine.scores);
    return Float64Array.from(fold.test, (i) => loss.predicted(fold.scores[i]));
  }

  async close(): Promise<void> {
    await this.folds[0]?.boosting.engine.close();
  }
}
