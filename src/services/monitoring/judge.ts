import { type Task, task } from "../../core/pool";
import { seeded } from "../../core/rng";
import { type JudgedPredictions, judgedPredictions } from "../../data/store/monitoring/outcomes";
import { openStore, type Store } from "../../data/store/open";
import {
  bootstrapDifferences,
  bootstrapIntervals,
  type Figure,
  type Interval,
} from "../../evaluate/bootstrap";
import {
  brierLoss,
  type CalibrationBin,
  calibrationCurve,
  calibrationError,
  logLoss,
} from "../../evaluate/probability";
import { rocAuc } from "../../evaluate/ranking";

/** What outcomes are compared by. */
export type JudgedFigure = "brierLoss" | "logLoss" | "rocAuc" | "calibrationError";
const judgedFigures: Readonly<Record<JudgedFigure, Figure>> = {
  brierLoss,
  logLoss,
  rocAuc,
  calibrationError,
};

/** A model beside what became of the customers whom it was asked of. */
export interface JudgedModel {
  readonly model: string;
  /** Outcomes for which it had made a prediction before. */
  readonly outcomes: number;
  readonly churned: number;
  readonly meanProbability: number;
  /** With 95 % bootstrap intervals; absent where there are too few outcomes of either kind. */
  readonly figures?: Readonly<Record<JudgedFigure, Interval>>;
  readonly calibration: readonly CalibrationBin[];
}

/** Models judged by outcomes; with two of them, the first less the second on the outcomes that both have. */
export interface Judged {
  readonly models: readonly JudgedModel[];
  readonly paired?: {
    readonly outcomes: number;
    readonly differences?: Readonly<Record<JudgedFigure, Interval>>;
  };
}

/** Outcomes of either kind from which figures are told. */
const fewestOutcomes = 10;

/** The newest outcomes that are looked at, and bootstrap samples of them. */
const mostOutcomes = 10_000;
const samples = 200;

/** Judges models of a store by the outcomes that it keeps. */
export function judgeModels(store: Store, models: readonly string[]): Judged {
  const found = models.map((model) => judgedPredictions(store, model, mostOutcomes));
  return {
    models: models.map((model, k) => judged(model, found[k])),
    ...(found.length === 2 ? { paired: compared(found[0], found[1]) } : {}),
  };
}

/** The same in another thread, by the store's file. */
export const judgeStored: Task<{ readonly file: string; readonly models: readonly string[] }, Judged> = task(
  "services/monitoring/judge",
  "judgeStored",
  ({ file, models }) => {
    const store = openStore(file);
    try {
      return judgeModels(store, models);
    } finally {
      store.close();
    }
  },
);

function enough(labels: Float64Array): boolean {
  const churned = labels.reduce((sum, value) => sum + value, 0);
  return Math.min(churned, labels.length - churned) >= fewestOutcomes;
}

function judged(model: string, { labels, probabilities }: JudgedPredictions): JudgedModel {
  const outcomes = labels.length;
  const mean = (values: Float64Array): number =>
    outcomes === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / outcomes;
  return {
    model,
    outcomes,
    churned: mean(labels) * outcomes,
    meanProbability: mean(probabilities),
    ...(enough(labels)
      ? {
          figures: bootstrapIntervals(labels, probabilities, judgedFigures, seeded(`judge ${model}`), {
            samples,
          }),
        }
      : {}),
    calibration:
      outcomes < 2 * fewestOutcomes
        ? []
        : calibrationCurve(labels, probabilities, { bins: 5, strategy: "quantile" }),
  };
}

function compared(predictions: JudgedPredictions, other: JudgedPredictions): NonNullable<Judged["paired"]> {
  const places = new Map(other.keys.map((key, i) => [key, i]));
  const both = predictions.keys.flatMap((key, i) => {
    const j = places.get(key);
    return j === undefined ? [] : [[i, j] as const];
  });
  const labels = Float64Array.from(both, ([i]) => predictions.labels[i]);
  if (!enough(labels)) return { outcomes: both.length };
  const pair = {
    a: Float64Array.from(both, ([i]) => predictions.probabilities[i]),
    b: Float64Array.from(both, ([, j]) => other.probabilities[j]),
  };
  return {
    outcomes: both.length,
    differences: bootstrapDifferences(labels, pair, judgedFigures, seeded("compare models"), { samples }),
  };
}
