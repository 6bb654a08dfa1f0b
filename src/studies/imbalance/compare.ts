import { mean } from "../../core/math/statistics";
import { type Comparison, correctedResampledT } from "../../evaluate/compare";
import type { FoldFigure } from "./fold-figures";
import type { MarketStudy, Trial } from "./run";

/** The trial of one remedy with one learner. */
export function trialOf({ trials }: MarketStudy, learner: string, remedy: string): Trial {
  return trials.find((trial) => trial.learner === learner && trial.remedy === remedy) as Trial;
}

/** The learners of a study, in order. */
export function learnersOf({ trials }: MarketStudy): string[] {
  return [...new Set(trials.map((trial) => trial.learner))];
}

/** The remedies of a study, in order, doing nothing first. */
export function remediesOf({ trials }: MarketStudy): string[] {
  return [...new Set(trials.map((trial) => trial.remedy))];
}

/** The mean over folds. */
export function meanOf({ folds }: Trial, figure: FoldFigure): number {
  return mean(folds.map((fold) => fold[figure]));
}

/**
 * A trial's figure less that of doing nothing but moving the threshold, fold by fold, with the interval corrected for the
 * folds' overlap.
 */
export function againstMoving(
  study: MarketStudy,
  trial: Trial,
  figure: FoldFigure,
  movedFigure: FoldFigure = figure,
): Comparison {
  const base = trialOf(study, trial.learner, "Nothing");
  const differences = trial.folds.map((fold, k) => fold[figure] - base.folds[k][movedFigure]);
  return correctedResampledT(differences, study.testShare);
}

/** What an interval of a difference says, in a word; `better` tells which way is good. */
export function verdict({ low, high }: Comparison, better: "higher" | "lower" = "higher"): string {
  if (low > 0) return better === "higher" ? "better" : "worse";
  if (high < 0) return better === "higher" ? "worse" : "better";
  return "no clear difference";
}
