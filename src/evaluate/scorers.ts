import { checkOneOf } from "../core/checks";
import type { Metric, Scorer } from "../core/metric";
import {
  accuracy,
  balancedAccuracy,
  type DecisionOptions,
  f1,
  matthewsCorrelation,
  precision,
  recall,
  specificity,
} from "./confusion";
import { brierLoss, brierSkill, calibrationError, logLoss } from "./probability";
import { averagePrecision, kolmogorovSmirnov, normalizedGini, rocAuc, spearman } from "./ranking";
import {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  poissonDeviance,
  rootMeanSquaredError,
  rSquared,
} from "./regression";

const scorer = (
  name: string,
  title: string,
  better: "higher" | "lower",
  metric: Metric,
  range: Scorer["range"] = better === "higher" ? [0, 1] : [0, Infinity],
): Scorer => ({ name, title, better, range, metric });

/** The metrics of probabilities and of the order they make. */
export const probabilityScorers: readonly Scorer[] = [
  scorer("rocAuc", "ROC AUC", "higher", rocAuc),
  scorer("averagePrecision", "PR AUC", "higher", averagePrecision),
  scorer("logLoss", "Log loss", "lower", logLoss),
  scorer("brierLoss", "Brier", "lower", brierLoss, [0, 1]),
  scorer("brierSkill", "Brier skill", "higher", brierSkill, [-Infinity, 1]),
  scorer("calibrationError", "ECE", "lower", calibrationError, [0, 1]),
  scorer("kolmogorovSmirnov", "KS", "higher", kolmogorovSmirnov),
];

/** The metrics of the decisions that a threshold makes of scores; defaults to 0.5. */
export function decisionScorers(threshold = 0.5): Scorer[] {
  const at =
    (
      metric: (labels: ArrayLike<number>, scores: ArrayLike<number>, options: DecisionOptions) => number,
    ): Metric =>
    (labels, scores, options) =>
      metric(labels, scores, { ...options, threshold });
  return [
    scorer("accuracy", "Accuracy", "higher", at(accuracy)),
    scorer("balancedAccuracy", "Balanced accuracy", "higher", at(balancedAccuracy)),
    scorer("precision", "Precision", "higher", at(precision)),
    scorer("recall", "Recall", "higher", at(recall)),
    scorer("specificity", "Specificity", "higher", at(specificity)),
    scorer("f1", "F1", "higher", at(f1)),
    scorer("matthewsCorrelation", "MCC", "higher", at(matthewsCorrelation), [-1, 1]),
  ];
}

/** The metrics of two classes, by probability; those of decisions take 0.5 for the threshold. */
export const classificationScorers: readonly Scorer[] = [...probabilityScorers, ...decisionScorers()];

/** The metrics of a regression. */
export const regressionScorers: readonly Scorer[] = [
  scorer("meanAbsoluteError", "MAE", "lower", meanAbsoluteError),
  scorer("rootMeanSquaredError", "RMSE", "lower", rootMeanSquaredError),
  scorer("rSquared", "R²", "higher", rSquared, [-Infinity, 1]),
  scorer("meanAbsolutePercentageError", "MAPE", "lower", meanAbsolutePercentageError),
  scorer("poissonDeviance", "Poisson deviance", "lower", poissonDeviance),
  scorer("spearman", "Spearman", "higher", (targets, predicted) => spearman(targets, predicted), [-1, 1]),
  scorer("normalizedGini", "Normalised Gini", "higher", normalizedGini, [-1, 1]),
];

/**
 * The scorer called `name`; an error that lists the names there are, when there is none.
 *
 * @example
 * scorerNamed("rocAuc").name; // → "rocAuc"
 * scorerNamed("auc"); // throws "rocAuc"
 */
export function scorerNamed(name: string): Scorer {
  const all = [...classificationScorers, ...regressionScorers];
  checkOneOf(
    name,
    all.map((scorer) => scorer.name),
    "find metric",
    "it",
  );
  return all.find((scorer) => scorer.name === name) as Scorer;
}
