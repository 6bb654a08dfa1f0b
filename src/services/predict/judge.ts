import { count } from "../../core/format";
import { joinValues, takeValues } from "../../core/matrix";
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
  const k = folds.length;
  const judged = joinValues(folds).sort();
  const of = (values: Float64Array) => (judged.length < y.length ? takeValues(values, judged) : values);
  const samples = Math.min(500, Math.max(100, Math.round(2e6 / judged.length)));
  const spread = Math.sqrt(1 + k / (k - 1));
  const decided = classes ? of(decisions(y, predictions, folds)) : undefined;
  const figures = measured({ y: of(y), predicted: of(predictions), decided }, rng, { samples, spread });
  const choices = [...(chosen ? [chosen] : []), ...(classes ? ["the threshold"] : [])];
  const apart = choices.length > 0 ? `; ${choices.join(", and ")} of a fold chosen without it` : "";
  const some = judged.length < y.length ? ` on ${count(judged.length)} of ${count(y.length)} rows` : "";
  const method = `${k}-fold cross-validation${some}${apart}; intervals by bootstrap, widened for the training rows that folds share`;
  return classes ? { threshold: thresholdOf(y, predictions), figures, method } : { figures, method };
}

/** 1 where a row is at or above the threshold that is best on the other folds. */
function decisions(y: Float64Array, predicted: Float64Array, folds: readonly Int32Array[]): Float64Array {
  const out = new Float64Array(y.length);
  folds.forEach((fold, k) => {
    const others = joinValues(folds.filter((_, j) => j !== k));
    const threshold = thresholdOf(takeValues(y, others), takeValues(predicted, others));
    for (const i of fold) out[i] = Number(predicted[i] >= threshold);
  });
  return out;
}

/** The threshold of best F1; one above every prediction is cut to the highest probability there is. */
function thresholdOf(y: ArrayLike<number>, predicted: ArrayLike<number>): number {
  return Math.min(1, chooseThreshold(y, predicted, { fBeta: 1 }).threshold);
}
