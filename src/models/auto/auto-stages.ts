import { joinValues } from "../../core/matrix";
import type { ModelJson } from "../../core/model";

/** What a member says of rows that it did not see. */
export interface HeldResult {
  /** Probabilities of the folds' test rows, fold after fold: once, or as often as other numbers of trees were chosen. */
  readonly predictions: readonly Float64Array[];
  /** Where there are stages: for each fold, what was chosen without it, and last what was chosen by all. */
  readonly chosen?: readonly { readonly trees: number; readonly at: number }[];
  /** The model of all rows, where it was made in passing. */
  readonly model?: ModelJson;
}

/** Stages without a lower loss after which no further ones are looked at: by then there are half as many trees again. */
const patience = 2;

/**
 * What each fold's test rows are given, `labels` being their classes, after the number of trees that has the lowest
 * Brier loss: for each fold the number chosen on the other folds alone, and last the one chosen on all. That loss,
 * because boosted trees grow overconfident long before they rank worse. Each choice ends its own search as soon as its
 * loss has not fallen for a while; the folds are grown as far as some choice still looks.
 */
export async function lowestStages(
  stages: readonly number[],
  labels: readonly Float64Array[],
  grow: (fold: number, trees: number) => Float64Array,
): Promise<HeldResult> {
  const folds = labels.length;
  const choices = Array.from({ length: folds + 1 }, (_, without) => ({
    without,
    best: 0,
    lowest: Infinity,
    open: true,
  }));
  const predictions: Float64Array[][] = [];
  for (let stage = 0; stage < stages.length && choices.some(({ open }) => open); stage++) {
    const losses: number[] = [];
    predictions.push([]);
    for (let k = 0; k < folds; k++) {
      // Whoever waits for the thread gets it between two folds.
      await new Promise(setImmediate);
      const predicted = grow(k, stages[stage]);
      predictions[stage].push(predicted);
      losses.push(labels[k].reduce((sum, label, i) => sum + (predicted[i] - label) ** 2, 0));
    }
    for (const choice of choices.filter(({ open }) => open)) {
      const loss = losses.reduce((sum, one, k) => (k === choice.without ? sum : sum + one), 0);
      if (loss < choice.lowest) Object.assign(choice, { best: stage, lowest: loss });
      else if (stage - choice.best >= patience) choice.open = false;
    }
  }
  const taken = [...new Set(choices.map(({ best }) => best))];
  return {
    predictions: taken.map((stage) => joinValues(predictions[stage])),
    chosen: choices.map(({ best }) => ({ trees: stages[best], at: taken.indexOf(best) })),
  };
}
