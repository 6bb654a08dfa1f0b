import { checkInteger } from "../../core/checks";
import type { Progress } from "../../core/model";
import { mapThreads, watched } from "../../core/pool";
import { seeded } from "../../core/rng";
import type { ChurnData } from "../../services/churn-data";
import { type Band, bandOf, leastSeeds } from "../band";
import { type PublishedValueRow, publishedValue } from "./published";
import { runDraw } from "./reference-draw";

export const valueFigures = ["mae", "rmse", "r2"] as const;
export type ValueFigure = (typeof valueFigures)[number];

/** One model over all draws of the label's noise. */
export interface ReferenceValueModel {
  readonly name: string;
  readonly runs: readonly (PublishedValueRow & { readonly seed: number })[];
  readonly band: Readonly<Record<ValueFigure, Band>>;
  readonly published?: PublishedValueRow;
  /**
   * Whether the published figures lie within the band; undefined where there is nothing to compare, or there are fewer
   * than `leastSeeds` draws.
   */
  readonly inside?: boolean;
  readonly milliseconds: number;
}

export interface ReferenceValueOptions {
  /** How many draws of the noise; from 1. @default 12 */
  readonly draws?: number;
  /** The first draw's seed. @default 42 */
  readonly seed?: number;
  /** Defaults to all processors; the figures, times aside, are the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: Progress) => void;
}

/**
 * The reference protocol of customer value: the *simulated* label, the columns of the churn protocol (no minutes, no
 * charges), 61 of them after one-hot, and its four models, once for each draw of the label's noise. Beside them two that
 * know the formula: the best that can be had without the charges, and with them.
 */
export async function referenceValueProtocol(
  data: ChurnData,
  options: ReferenceValueOptions = {},
): Promise<ReferenceValueModel[]> {
  const { draws = 12, seed = 42, threads, progress } = options;
  checkInteger(draws, 1, 10_000, "run the reference protocol", "draws");
  const tasks = Array.from({ length: draws }, (_, s) => ({
    train: data.train.rows,
    test: data.test.rows,
    key: seeded(seed + s).key,
  }));
  const told = watched({ progress }, "reference", draws);
  const drawn = await mapThreads(runDraw, tasks, threads, told);
  return drawn[0].map(({ name }, k) => {
    const runs = drawn.map((all, s) => {
      const { mae, rmse, r2 } = all[k];
      return { seed: seed + s, mae, rmse, r2 };
    });
    const band = Object.fromEntries(valueFigures.map((f) => [f, bandOf(runs.map((run) => run[f]))]));
    const published = publishedValue[name];
    const model = {
      name,
      runs,
      band: band as ReferenceValueModel["band"],
      milliseconds: drawn.reduce((sum, all) => sum + all[k].milliseconds, 0) / draws,
    };
    if (!published) return model;
    if (data.simulated || draws < leastSeeds) return { ...model, published };
    const inside = valueFigures.every(
      (f) => published[f] >= model.band[f].low && published[f] <= model.band[f].high,
    );
    return { ...model, published, inside };
  });
}
