import { mean } from "../../core/math/statistics";
import { confusion, f1 } from "../../evaluate/confusion";
import { precisionRecallCurve } from "../../evaluate/curves";
import { brierLoss, calibrationError } from "../../evaluate/probability";
import { averagePrecision, rocAuc } from "../../evaluate/ranking";
import { chooseThreshold, costThreshold } from "../../evaluate/threshold";

/** A campaign: what a contact earns or costs, in any one currency. */
export const campaign = { customerValue: 200, offerCost: 10, contactCost: 1, acceptance: 0.3 } as const;

/** What contacting a leaver earns on average, and what contacting a stayer costs. */
export const contact: { readonly leaver: number; readonly stayer: number } = {
  leaver: campaign.acceptance * (campaign.customerValue - campaign.offerCost) - campaign.contactCost,
  stayer: campaign.offerCost + campaign.contactCost,
};

/** The probability from which a contact pays, if probabilities are true. */
export const payingProbability: number = costThreshold({
  falsePositive: contact.stayer,
  falseNegative: 0,
  truePositive: -contact.leaver,
});

/** What one fold's test customers say. */
export interface FoldFigures {
  readonly rocAuc: number;
  readonly averagePrecision: number;
  /** At a threshold of one half. */
  readonly f1AtHalf: number;
  /** At the threshold chosen on the other folds. */
  readonly f1: number;
  /** The most leavers found with half of the calls right. */
  readonly recallAtHalfPrecision: number;
  readonly brier: number;
  readonly calibrationError: number;
  readonly meanPredicted: number;
  readonly threshold: number;
  /** Per customer, contacting those for whom the probability says that it pays. */
  readonly profit: number;
  /** Per customer, at the threshold that paid best on the other folds. */
  readonly profitMoved: number;
  readonly milliseconds: number;
}
export type FoldFigure = keyof FoldFigures;

/** The figures of predictions of one fold; the threshold comes from `others`. */
export function foldFigures(
  labels: Float64Array,
  scores: Float64Array,
  others: { readonly labels: readonly number[]; readonly scores: readonly number[] },
  milliseconds: number,
): FoldFigures {
  const { threshold } = chooseThreshold(others.labels, others.scores, { fBeta: 1 });
  const costs = { falsePositive: contact.stayer, falseNegative: 0, truePositive: -contact.leaver };
  const paying = chooseThreshold(others.labels, others.scores, { costs }).threshold;
  return {
    rocAuc: rocAuc(labels, scores),
    averagePrecision: averagePrecision(labels, scores),
    f1AtHalf: f1(labels, scores, { threshold: 0.5 }),
    f1: f1(labels, scores, { threshold }),
    recallAtHalfPrecision: recallAt(labels, scores, 0.5),
    brier: brierLoss(labels, scores),
    calibrationError: calibrationError(labels, scores),
    meanPredicted: mean(scores),
    threshold,
    profit: profitAt(labels, scores, payingProbability),
    profitMoved: profitAt(labels, scores, paying),
    milliseconds,
  };
}

/** What contacting everybody at or above the threshold earns, per customer. */
function profitAt(labels: Float64Array, scores: Float64Array, threshold: number): number {
  const { truePositives, falsePositives } = confusion(labels, scores, { threshold });
  return (contact.leaver * truePositives - contact.stayer * falsePositives) / labels.length;
}

/** The highest recall among thresholds whose calls are right in this share at least; 0 if there is none. */
function recallAt(labels: Float64Array, scores: Float64Array, least: number): number {
  const curve = precisionRecallCurve(labels, scores);
  return curve.recall.reduce(
    (most, recall, k) => (curve.precision[k] >= least ? Math.max(most, recall) : most),
    0,
  );
}
