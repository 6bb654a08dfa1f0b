import type { Rng } from "../../core/rng";
import { chooseThreshold } from "../../evaluate/threshold";
import { type EvaluatedFigure, measured } from "./evaluate-model";
import type { HeldOutPredictions } from "./learners";

/** What cross-validation says of a learner. */
export interface Judgement {
  /** Classes only: the best F1 of all held-out predictions, for the model that is kept. */
  readonly threshold?: number;
  readonly figures: readonly EvaluatedFigure[];
  /** How the figures were come by. */
  readonly method: string;
}

/**
 * Figures of held-out predictions that nothing was chosen on: the decisions of a fold's rows are made at the threshold
 * that is best on the other folds. The intervals are meant for the model that is kept on rows to come. Fold models share
 * training rows, so that their figures vary together; this widens the bootstrap's intervals by √(1 + k / (k − 1)), as
 * Nadeau and Bengio's (2003) variance does.
 */
export function judge(
  y: Float64Array,
  { predictions, folds, chosen }: HeldOutPredictions,
  classes: boolean,
  rng: Rng,
): Judgement {
  const decided = classes ? decisions(y, predictions, folds) : undefined;
  const k = folds.length;
  const samples = Math.min(500, Math.max(100, Math.round(2e6 / y.length)));
  const spread = Math.sqrt(1 + k / (k - 1));
  const figures = measured({ y, predicted: predictions, decided }, rng, { samples, spread });
  const choices = [...(chosen ? [chosen] : []), ...(classes ? ["the threshold"] : [])];
  const apart = choices.length > 0 ? `; ${choices.join(", and ")} of a fold chosen without it` : "";
  const method = `${k}-fold cross-validation${apart}; intervals by bootstrap, widened for the training rows that folds share`;
  return classes ? { threshold: thresholdOf(y, predictions), figures, method } : { figures, method };
}

/** 1 where a row is at or above the threshold that is best on the other folds. */
function decisions(y: Float64Array, predicted: Float64Array, folds: readonly Int32Array[]): Float64Array {
  const out = new Float64Array(y.length);
  folds.forEach((fold, k) => {
    const others = folds.flatMap((rows, j) => (j === k ? [] : [...rows]));
    const threshold = thresholdOf(
      others.map((i) => y[i]),
      others.map((i) => predicted[i]),
    );
    for (const i of fold) out[i] = Number(predicted[i] >= threshold);
  });
  return out;
}

/** The threshold of best F1; one above every prediction is cut to the highest probability there is. */
function thresholdOf(y: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return Math.min(1, chooseThreshold(y, predicted, { fBeta: 1 }).threshold);
}
