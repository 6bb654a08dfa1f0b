import { checkInteger } from "../../core/checks";
import type { Model, Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { stratifiedKFold } from "../../data/split";
import { bootstrapDifferences, bootstrapIntervals, type Interval } from "../../evaluate/bootstrap";
import { f1, precision, recall } from "../../evaluate/confusion";
import {
  brierLoss,
  type CalibrationBin,
  calibrationCurve,
  calibrationError,
  logLoss,
} from "../../evaluate/probability";
import { averagePrecision, rocAuc } from "../../evaluate/ranking";
import { scorerNamed } from "../../evaluate/scorers";
import { chooseThreshold } from "../../evaluate/threshold";
import { type Encode, encode } from "../../features/encode";
import { auto } from "../../models/auto/auto";
import { gradientBoosting } from "../../models/boosting/boosting";
import { randomForest } from "../../models/forest/forest";
import type { LearnerSpec } from "../../models/learner";
import { logisticRegression } from "../../models/linear/logistic";
import { fitFolds, outOfFold } from "../../models/out-of-fold";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";
import { searchSpace } from "../../models/search/random-search";
import { search } from "../../models/search/search";
import { randomCandidates } from "../../models/search/search-space";
import { smote } from "../../resample/smote";
import type { ChurnData } from "../../services/churn-data";
import { referenceSearch } from "./published";

/** What was measured of one model on the test customers. */
export const honestFigures = [
  "rocAuc",
  "averagePrecision",
  "f1",
  "precision",
  "recall",
  "logLoss",
  "brier",
  "calibrationError",
] as const;
export type HonestFigure = (typeof honestFigures)[number];

/** One model of the honest protocol. */
export interface HonestModel {
  readonly name: string;
  /** Whether SMOTE was applied to its training rows. */
  readonly resampled: boolean;
  /** The threshold of the best F1 of the out-of-fold predictions of the training rows. */
  readonly threshold: number;
  /** The same figures, from those out-of-fold predictions. */
  readonly validation: Readonly<Record<HonestFigure, number>>;
  /** On the test customers, used once, with intervals. */
  readonly test: Readonly<Record<HonestFigure, Interval>>;
  /** Probabilities: out-of-fold of the training customers, and of the test customers. */
  readonly trainScores: Float64Array;
  readonly testScores: Float64Array;
  readonly calibration: readonly CalibrationBin[];
  readonly milliseconds: number;
  /** What the learner found out by itself, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The model to speak of: without SMOTE, the highest PR AUC of the out-of-fold predictions of the training customers. The
 * test customers have no say in it.
 */
export function chosenModel(models: readonly HonestModel[]): HonestModel {
  const plain = models.filter((model) => !model.resampled);
  return plain.reduce((a, b) => (b.validation.averagePrecision > a.validation.averagePrecision ? b : a));
}

/** What SMOTE does to one learner's figures on the test customers, both with thresholds of their own. */
export interface SmoteEffect {
  readonly plain: HonestModel;
  readonly smote: HonestModel;
  /** With SMOTE less without, with intervals from the same bootstrap samples. */
  readonly f1: Interval;
  readonly brier: Interval;
}

/** What SMOTE does to each learner that was tried with and without it. */
export function smoteEffects(
  models: readonly HonestModel[],
  labels: Float64Array,
  rng: Rng = seeded("smote effects"),
): SmoteEffect[] {
  return models.flatMap((smote): SmoteEffect[] => {
    const plain = models.find((model) => model.name === smote.name && !model.resampled);
    if (!smote.resampled || !plain) return [];
    const decided = (model: HonestModel): Float64Array =>
      model.testScores.map((p) => Number(p >= model.threshold));
    const stream = rng.fork(smote.name);
    const { f1: decisions } = bootstrapDifferences(
      labels,
      { a: decided(smote), b: decided(plain) },
      { f1: (y, called) => f1(y, called) },
      stream,
    );
    const { brier } = bootstrapDifferences(
      labels,
      { a: smote.testScores, b: plain.testScores },
      { brier: brierLoss },
      stream,
    );
    return [{ plain, smote, f1: decisions, brier }];
  });
}

export interface HonestOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** Folds of the training rows in which thresholds are chosen. @default 5 */
  readonly folds?: number;
  /** Trees of the forest. @default 300 */
  readonly trees?: number;
  /**
   * Nets of random width, depth, dropout and rate among which the deep network is chosen by cross-validation; with 0,
   * the default, it is trained as it comes.
   */
  readonly networkSearch?: number;
  /** Names of the learners to compare; all when absent. */
  readonly only?: readonly string[];
  /** Bootstrap samples of the test customers behind the intervals. @default 1000 */
  readonly resamples?: number;
  readonly progress?: (step: Progress) => void;
}

interface Contender {
  readonly name: string;
  readonly resampled: boolean;
  readonly fit: FitTable<Fitted>;
}

/** A model that may have predicted its training rows by models that did not see them, because it chose so. */
interface Fitted extends Pipeline {
  readonly outOfFold?: Float64Array;
  readonly notes?: readonly string[];
}

/** Every learner on all features, as it comes and with SMOTE; those that choose among settings, as they come. */
function contenders(trees: number, networkSearch: number, rng: Rng): Contender[] {
  const learners = {
    "Logistic regression": { encode: encode(), learner: logisticRegression() },
    "Random forest": { encode: encode(), learner: randomForest({ trees }) },
    "Gradient boosting": { encode: encode(), learner: gradientBoosting({ trees: 100 }) },
  };
  const plain = Object.entries(learners).flatMap(([name, one]): Contender[] => [
    { name, resampled: false, fit: pipeline<Model>(one) },
    { name, resampled: true, fit: pipeline<Model>({ ...one, resample: smote() }) },
  ]);
  const codes = encode({ categories: "codes" });
  return [
    ...plain,
    {
      name: "Tuned random forest",
      resampled: false,
      fit: searched(randomCandidates(referenceSearch, 10, rng)),
    },
    { name: "Deep network", resampled: false, fit: searched(nets(networkSearch, rng.fork("nets")), codes) },
    { name: "Automatic blend", resampled: false, fit: automatic },
  ];
}

/** The best of some learners by PR AUC over three folds, with the folds' predictions. */
function searched(candidates: readonly LearnerSpec[], fitEncoder: Encode = encode()): FitTable<Fitted> {
  const scorer = scorerNamed("averagePrecision");
  return async (table, y, stream, watch) => {
    const folds = stratifiedKFold(y, 3, stream.fork("split"));
    const asked = { candidates, folds, scorer, data: { table, y }, encode: fitEncoder };
    const found = await search(asked, stream.fork("search"), watch);
    return { ...found.model, outOfFold: found.outOfFold };
  };
}

const automatic: FitTable<Fitted> = async (...given) => {
  const made = await auto()(...given);
  const { report } = made;
  return { ...made, outOfFold: report.outOfFold, notes: report.features.map((feature) => feature.sentence) };
};

/**
 * Nets as they should be trained: no class weights, a rate that rises and falls, and the weights of the best PR AUC on rows
 * set apart from the training rows. One of a setting that did well out of fold on the training customers, or `count` of
 * random width, depth, dropout and rate.
 */
function nets(count: number, rng: Rng): LearnerSpec[] {
  const fixed = { validation: 0.15, stopOn: "averagePrecision", patience: 12, members: 2 } as const;
  if (count > 0) return randomCandidates(searchSpace("network", fixed), count, rng);
  const options = { ...fixed, columns: "all", bins: 0, rate: 0.02, frequencyScale: 0.3 } as const;
  return [{ kind: "network", options }];
}

/**
 * The honest protocol: all features; encoder, SMOTE, model and threshold from the training customers alone, the
 * threshold by cross-validation (for learners that choose by cross-validation themselves, by the same held-out
 * predictions); the test customers are predicted once, by the model fitted to all training customers.
 */
export async function honestProtocol(data: ChurnData, options: HonestOptions = {}): Promise<HonestModel[]> {
  const { seed = 42, folds = 5, trees = 300, networkSearch = 0, resamples = 1000, progress } = options;
  const action = "run the honest protocol";
  checkInteger(folds, 2, 100, action, "folds");
  checkInteger(networkSearch, 0, 10_000, action, "networkSearch");
  const { train, test } = data;
  const root = seeded(seed).fork("honest");
  const splits = stratifiedKFold(train.labels, folds, root.fork("folds"));
  const all = contenders(trees, networkSearch, root.fork("candidates")).filter(
    (contender) => options.only?.includes(contender.name) ?? true,
  );
  const out: HonestModel[] = [];
  for (const [k, { name, resampled, fit }] of all.entries()) {
    const start = performance.now();
    const rng = root.fork(name).fork(resampled ? "smote" : "plain");
    const model = await fit(train.rows, train.labels, rng.fork("all"));
    const study = { learner: fit, data: { table: train.rows, y: train.labels } };
    const trainScores =
      model.outOfFold ?? outOfFold(await fitFolds(study, splits, rng.fork("folds")), train.labels.length);
    const { threshold } = chooseThreshold(train.labels, trainScores, { fBeta: 1 });
    const testScores = model.predict(test.rows);
    const measures = figuresAt(threshold);
    out.push({
      name,
      resampled,
      threshold,
      validation: measureAll(measures, train.labels, trainScores),
      test: bootstrapIntervals(test.labels, testScores, measures, root.fork("bootstrap"), {
        samples: resamples,
      }),
      trainScores,
      testScores,
      calibration: calibrationCurve(test.labels, testScores, { bins: 8, strategy: "quantile" }),
      milliseconds: performance.now() - start,
      notes: model.notes ?? [],
    });
    progress?.({ phase: resampled ? `${name} with SMOTE` : name, done: k + 1, total: all.length });
  }
  return out;
}

type Measures = Readonly<Record<HonestFigure, (labels: Float64Array, scores: Float64Array) => number>>;

function figuresAt(threshold: number): Measures {
  return {
    rocAuc,
    averagePrecision,
    f1: (labels, scores) => f1(labels, scores, { threshold }),
    precision: (labels, scores) => precision(labels, scores, { threshold }),
    recall: (labels, scores) => recall(labels, scores, { threshold }),
    logLoss,
    brier: brierLoss,
    calibrationError: (labels, scores) => calibrationError(labels, scores),
  };
}

function measureAll(
  measures: Measures,
  labels: Float64Array,
  scores: Float64Array,
): Record<HonestFigure, number> {
  return Object.fromEntries(honestFigures.map((name) => [name, measures[name](labels, scores)])) as Record<
    HonestFigure,
    number
  >;
}
