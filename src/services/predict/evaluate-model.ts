import { check } from "../../core/checks";
import { joinValues } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { Rng } from "../../core/rng";
import type { Table } from "../../data/table";
import { bootstrapIntervals, type Interval, type IntervalOptions } from "../../evaluate/bootstrap";
import { type Confusion, confusion } from "../../evaluate/confusion";
import { type CountedFigures, countedDecisions, countedProbabilities } from "../../evaluate/counted-figures";
import { type GainBand, gainTable } from "../../evaluate/curves";
import { classesScorers, confusionMatrix } from "../../evaluate/multiclass";
import { type CalibrationBin, calibrationCurve } from "../../evaluate/probability";
import { decisionScorers, probabilityScorers, regressionScorers } from "../../evaluate/scorers";
import { mostProbable } from "../../models/multiclass/probabilities";
import { probabilitiesOf, type SavedModel, type SavedScore, targetOf } from "./saved-model";

export interface EvaluatedFigure extends SavedScore {
  readonly title: string;
  readonly better: "higher" | "lower";
}

export interface Evaluation {
  readonly rows: number;
  /** Rows of class 1. */
  readonly positives?: number;
  readonly threshold?: number;
  readonly level: number;
  readonly figures: readonly EvaluatedFigure[];
  /** Three classes or more: their names, and how often each came (rows) where each was called (columns). */
  readonly classes?: readonly string[];
  readonly matrix?: readonly (readonly number[])[];
  /** Two classes only. */
  readonly confusion?: Confusion;
  readonly calibration?: readonly CalibrationBin[];
  readonly gains?: readonly GainBand[];
}

export interface EvaluateOptions {
  /** Replaces the model's own threshold. */
  readonly threshold?: number;
  /** Coverage of the intervals. @default 0.95 */
  readonly level?: number;
  /** Bootstrap samples; defaults to 1000, fewer for more than 20,000 rows, but at least 100. */
  readonly samples?: number;
}

/**
 * What the model is worth on rows with known targets, which come batch by batch, with intervals; only predictions and
 * targets are kept of them. Undefined where no rows come.
 */
export async function evaluateBatches(
  model: SavedModel,
  batches: AsyncIterable<Table> | Iterable<Table>,
  rng: Rng,
  options: EvaluateOptions = {},
): Promise<Evaluation | undefined> {
  const said: Said[] = [];
  for await (const batch of batches) if (batch.rows > 0) said.push(saidOf(model, batch));
  if (said.length === 0) return undefined;
  const columns = said[0].columns.map((_, k) => joinValues(said.map((one) => one.columns[k])));
  const y = joinValues(said.map((one) => one.y));
  said.length = 0;
  return evaluated(model, { y, columns }, rng, options);
}

/** Targets, and beside them the predictions, or of three classes and more the probability of each. */
interface Said {
  readonly y: Float64Array;
  readonly columns: readonly Float64Array[];
}

function saidOf(model: SavedModel, table: Table): Said {
  return {
    y: targetOf(model, table),
    columns: probabilitiesOf(model, table) ?? [model.pipeline.predict(table)],
  };
}

function evaluated(model: SavedModel, { y, columns }: Said, rng: Rng, options: EvaluateOptions): Evaluation {
  const { level = 0.95 } = options;
  if (model.target.kind === "multiclass") {
    const { classes = [] } = model.target;
    check(options.threshold === undefined, "evaluate", "a threshold needs two classes", options.threshold);
    return {
      ...{ rows: y.length, level, classes },
      figures: measuredBy(
        classesScorers(columns),
        y,
        y.map((_, i) => i),
        rng,
        options,
      ),
      matrix: confusionMatrix(y, mostProbable(columns), classes.length),
    };
  }
  const [predicted] = columns;
  const classes = model.target.kind === "classes";
  const threshold = options.threshold ?? model.threshold ?? 0.5;
  const decided = classes ? predicted.map((p) => Number(p >= threshold)) : undefined;
  const figures = measured({ y, predicted, decided }, rng, options);
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

function usualSamples(y: Float64Array): number {
  return Math.min(1000, Math.max(100, Math.round(2e7 / y.length)));
}

/** Predictions beside what came. */
export interface Scored {
  readonly y: Float64Array;
  readonly predicted: Float64Array;
  /** Classes only: 1 where the row counts as class 1. */
  readonly decided?: Float64Array;
}

interface Spread {
  /** By how much intervals are widened. @default 1 */
  readonly spread?: number;
}

/**
 * All figures of predictions with bootstrap intervals: of probabilities and of decisions, or without these of numbers.
 * Figures that such targets leave undefined are left out. `spread` widens the intervals about what resampling shows to
 * be the figure's middle; defaults to 1.
 */
export function measured(
  { y, predicted, decided }: Scored,
  rng: Rng,
  options: Pick<EvaluateOptions, "level" | "samples"> & Spread = {},
): EvaluatedFigure[] {
  const { level, samples = usualSamples(y), spread = 1 } = options;
  const of = (scorers: readonly Scorer[], scores: Float64Array, k: number, counted?: CountedFigures) =>
    measuredBy(scorers, y, scores, rng.fork(k), { level, samples, spread, ...(counted && { counted }) });
  if (!decided) {
    const own = regressionScorers.filter((scorer) => says(scorer, y, predicted));
    return of(own, predicted, 0);
  }
  const [ranking, deciding] = [probabilityScorers, decisionScorers()].map((all) =>
    all.filter((scorer) => says(scorer, y)),
  );
  const both = ranking.length === probabilityScorers.length;
  return [
    ...of(ranking, predicted, 0, both ? countedProbabilities(y, predicted) : undefined),
    ...of(deciding, decided, 1, countedDecisions(deciding, y, decided)),
  ];
}

/** The scorers' figures of scores with bootstrap intervals, widened as `measured` says. */
export function measuredBy(
  scorers: readonly Scorer[],
  y: Float64Array,
  scores: Float64Array,
  rng: Rng,
  options: Pick<EvaluateOptions, "level" | "samples"> & Spread & Pick<IntervalOptions, "counted"> = {},
): EvaluatedFigure[] {
  const { level, samples = usualSamples(y), spread = 1, counted } = options;
  const figures = Object.fromEntries(scorers.map((scorer) => [scorer.name, scorer.metric]));
  const intervals = bootstrapIntervals(y, scores, figures, rng, {
    ...{ level, samples },
    ...(counted && { counted }),
  });
  return scorers.map(({ name, title, better, range: [least, most] }) => {
    const { estimate, low, high } = name === "calibrationError" ? lowered(intervals[name]) : intervals[name];
    return {
      name,
      title,
      better,
      value: estimate,
      low: Math.max(least, estimate - spread * (estimate - low)),
      high: Math.min(most, estimate + spread * (high - estimate)),
    };
  });
}

/**
 * The interval of a figure that chance only ever raises, its lower end that of the basic bootstrap (Davison and Hinkley,
 * 1997, section 5.2.1): what resampling adds to the figure, the rows at hand have added already.
 */
function lowered({ estimate, low, high }: Interval): Interval {
  return { estimate, low: Math.min(low, 2 * estimate - high), high };
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
