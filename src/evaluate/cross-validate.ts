import { takeValues } from "../core/matrix";
import type { Scorer } from "../core/metric";
import type { Watch } from "../core/model";
import type { Rng } from "../core/rng";
import type { Split } from "../data/split";
import { type FoldResult, fitFolds, outOfFold, type Trial } from "../models/out-of-fold";
import { type FoldScores, foldScores } from "../models/search/fold-scores";

export type CrossValidationPlan<M> = Trial<M> & {
  readonly folds: readonly Split[];
  /** What is scored on each fold's test rows, with the rows' weights where the data has any. */
  readonly scorers: readonly Scorer[];
};

export interface CrossValidation<M> {
  readonly folds: readonly FoldResult<M>[];
  /** By the scorers' names. */
  readonly scores: Readonly<Record<string, FoldScores>>;
  /** Each row's mean prediction by models that did not see it; throws when no fold tested a row. */
  outOfFold(): Float64Array;
}

/**
 * Fits the learner on each fold's training rows and scores it on the fold's test rows. Everything inside the learner,
 * encoders and resamplers included, sees training rows only.
 *
 * @example
 * const x = matrix(40, 1, Float64Array.from({ length: 40 }, (_, i) => i));
 * const data = { x, y: x.values.map((v) => Number(v > 19)) };
 * const folds = stratifiedKFold(data.y, 5);
 * const plan = { learner: logisticRegression(), data, folds, scorers: [scorerNamed("rocAuc")] };
 * const { scores, outOfFold } = await crossValidate(plan, seeded(1));
 * [scores.rocAuc.mean, outOfFold().length]; // → [1, 40]
 */
export async function crossValidate<M>(
  plan: CrossValidationPlan<M>,
  rng: Rng,
  watch?: Watch,
): Promise<CrossValidation<M>> {
  const { data, scorers } = plan;
  const folds = await fitFolds<M>(plan, plan.folds, rng, watch);
  const scores = scorers.map(({ name, metric }) => {
    const values = folds.map(({ test, predictions }) =>
      metric(takeValues(data.y, test), predictions, {
        weights: data.weights && takeValues(data.weights, test),
      }),
    );
    return [name, foldScores(values)] as const;
  });
  return {
    folds,
    scores: Object.fromEntries(scores),
    outOfFold: () => outOfFold(folds, data.y.length),
  };
}
