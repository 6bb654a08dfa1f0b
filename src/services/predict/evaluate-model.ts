import type { Scorer } from "../../core/metric";
import type { Rng } from "../../core/rng";
import type { Table } from "../../data/table";
import { bootstrapIntervals } from "../../evaluate/bootstrap";
import { type Confusion, confusion } from "../../evaluate/confusion";
import { type GainBand, gainTable } from "../../evaluate/curves";
import { type CalibrationBin, calibrationCurve } from "../../evaluate/probability";
import { decisionScorers, probabilityScorers, regressionScorers } from "../../evaluate/scorers";
import { type SavedModel, targetOf } from "./saved-model";

export interface EvaluatedFigure {
  readonly name: string;
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly value: number;
  /** Ends of the bootstrap interval. */
  readonly low: number;
  readonly high: number;
}

export interface Evaluation {
  readonly rows: number;
  /** Rows of class 1. */
  readonly positives?: number;
  readonly threshold?: number;
  readonly level: number;
  readonly figures: readonly EvaluatedFigure[];
  /** Classes only. */
  readonly confusion?: Confusion;
  readonly calibration?: readonly CalibrationBin[];
  readonly gains?: readonly GainBand[];
}

export interface EvaluateOptions {
  /** Replaces the model's own threshold. */
  readonly threshold?: number;
  /** Coverage of the intervals; defaults to 0.95. */
  readonly level?: number;
  /** Bootstrap samples; defaults to 1000, fewer for more than 20,000 rows, but at least 100. */
  readonly samples?: number;
}

/** What the model is worth on rows with known targets, with intervals. */
export function evaluateModel(
  model: SavedModel,
  table: Table,
  rng: Rng,
  options: EvaluateOptions = {},
): Evaluation {
  const { level = 0.95 } = options;
  const y = targetOf(model, table);
  const predicted = model.pipeline.predict(table);
  const classes = model.target.kind === "classes";
  const threshold = options.threshold ?? model.threshold ?? 0.5;
  const figures = measured(y, predicted, classes ? threshold : undefined, rng, options);
  return {
    rows: y.length,
    level,
    ...(classes ? { positives: y.reduce((sum, label) => sum + label, 0), threshold } : {}),
    figures,
    ...(classes
      ? {
          confusion: confusion(y, predicted, { threshold }),
          calibration: calibrationCurve(y, predicted),
          gains: gainTable(y, predicted, { bands: Math.max(2, Math.min(10, y.length)) }),
        }
      : {}),
  };
}

/**
 * All figures of predictions with intervals: of probabilities and the decisions at `threshold`, or without one of
 * numbers. Figures that such targets leave undefined are left out.
 */
export function measured(
  y: Float64Array,
  predicted: Float64Array,
  threshold: number | undefined,
  rng: Rng,
  options: Pick<EvaluateOptions, "level" | "samples"> = {},
): EvaluatedFigure[] {
  const { level, samples = Math.min(1000, Math.max(100, Math.round(2e7 / y.length))) } = options;
  const scorers =
    threshold === undefined
      ? regressionScorers.filter((one) => says(one, y, predicted))
      : [...probabilityScorers, ...decisionScorers(threshold)].filter((one) => says(one, y));
  const figures = Object.fromEntries(scorers.map((one) => [one.name, one.metric]));
  const intervals = bootstrapIntervals(y, predicted, figures, rng, { level, samples });
  return scorers.map(({ name, title, better }) => {
    const { estimate, low, high } = intervals[name];
    return { name, title, better, value: estimate, low, high };
  });
}

/** Figures of order, which need targets that differ. */
const needsOrder = [
  "rocAuc",
  "averagePrecision",
  "brierSkill",
  "kolmogorovSmirnov",
  "balancedAccuracy",
  "rSquared",
];

/** Whether the figure is defined for such targets and predictions. */
function says({ name }: Scorer, y: Float64Array, predicted?: Float64Array): boolean {
  const varied = y.some((value) => value !== y[0]);
  if (needsOrder.includes(name)) return varied;
  if (name === "spearman") return varied && (predicted?.some((value) => value !== predicted[0]) ?? false);
  if (name === "normalizedGini") return varied && y.every((value) => value >= 0);
  if (name === "poissonDeviance")
    return y.every((value) => value >= 0) && (predicted?.every((value) => value > 0) ?? false);
  return name !== "meanAbsolutePercentageError" || y.every((value) => value !== 0);
}
