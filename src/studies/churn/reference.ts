import { checkInteger } from "../../core/checks";
import type { Progress, Resample } from "../../core/model";
import { seeded } from "../../core/rng";
import { stratifiedKFold } from "../../data/split";
import { accuracy, confusion, f1, precision, recall } from "../../evaluate/confusion";
import { rocAuc } from "../../evaluate/ranking";
import { scorerNamed } from "../../evaluate/scorers";
import { type Encode, encode } from "../../features/encode";
import { randomForest } from "../../models/forest";
import { logisticRegression } from "../../models/logistic";
import { type FitTable, pipeline } from "../../models/pipeline";
import { search } from "../../models/search";
import { randomCandidates } from "../../models/search-space";
import { smote } from "../../resample/smote";
import type { ChurnData } from "./data";
import { type PublishedRow, publishedChurn, referenceDropped } from "./published";

/** The figures of one fit on the test customers, at threshold 0.5. */
export interface ReferenceRun extends PublishedRow {
  readonly seed: number;
  readonly rocAuc: number;
  /** How many of the test customers who left were found. */
  readonly found: number;
}

/** One model of the reference protocol over all seeds. */
export interface ReferenceModel {
  readonly name: string;
  readonly runs: readonly ReferenceRun[];
  readonly published: PublishedRow;
  /** The seeds' least, middle and greatest value of each figure. */
  readonly band: Readonly<Record<keyof PublishedRow | "rocAuc", Band>>;
  readonly verdict: Verdict;
}

export interface Band {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Whether the published figures are among what the seeds give. */
export interface Verdict {
  readonly inside: boolean | undefined;
  /** "inside", "outside" or "not comparable", and why, in a sentence. */
  readonly reason: string;
}

export interface ReferenceOptions {
  /** How many seeds; from 1, defaults to 20. */
  readonly seeds?: number;
  /** The first seed; defaults to 42. */
  readonly seed?: number;
  /** Trees of the plain forest; defaults to 300, the reference's number. */
  readonly trees?: number;
  /** Candidates that each search of the tuned forest draws; defaults to 10, the reference's number. */
  readonly draws?: number;
  readonly progress?: (step: Progress) => void;
}

const figures = ["accuracy", "precision", "recall", "f1", "rocAuc"] as const;

/**
 * The reference protocol, with its faults: minutes and charges dropped, one-hot and standard scaling, SMOTE on the
 * training rows, the forest and the regression at their defaults, threshold 0.5; fitted once a seed and compared with
 * the published table.
 */
export async function referenceProtocol(
  data: ChurnData,
  options: ReferenceOptions = {},
): Promise<ReferenceModel[]> {
  const { seeds = 20, seed = 42, trees = 300, draws = 10, progress } = options;
  checkInteger(seeds, 1, 1000, "run the reference protocol", "seeds");
  const { train, test } = data;
  const prepare = { encode: encode({ drop: referenceDropped }), resample: smote({ neighbours: 5 }) };
  const models: Record<string, FitTable> = {
    "Logistic regression": pipeline({ ...prepare, learner: logisticRegression({ iterations: 1000 }) }),
    "Random forest": pipeline({ ...prepare, learner: randomForest({ trees }) }),
    "Tuned random forest": tunedForest(prepare, draws),
  };
  const names = Object.keys(models);
  const out: ReferenceModel[] = [];
  for (const [k, name] of names.entries()) {
    const runs: ReferenceRun[] = [];
    for (let s = 0; s < seeds; s++) {
      const model = await models[name](train.rows, train.labels, seeded(seed + s));
      runs.push({ seed: seed + s, ...figuresOf(test.labels, model.predict(test.rows)) });
      progress?.({ phase: name, done: k * seeds + s + 1, total: names.length * seeds });
    }
    const band = Object.fromEntries(
      figures.map((figure) => [figure, bandOf(runs.map((run) => run[figure]))]),
    );
    const leavers = test.labels.reduce((sum, label) => sum + label, 0);
    const known = { name, runs, published: publishedChurn[name], band: band as ReferenceModel["band"] };
    out.push({ ...known, verdict: verdictOf(known, leavers, data.simulated) });
  }
  return out;
}

/** The reference's search: random draws, three folds, by F1 at one half, then a fit with the best. */
function tunedForest(
  prepare: { readonly encode: Encode; readonly resample: Resample },
  draws: number,
): FitTable {
  const space = {
    kind: "random-forest",
    vary: {
      trees: [200, 300, 400, 500, 600],
      depth: [undefined, 10, 15, 20],
      minSplit: [2, 5, 10],
      minRows: [1, 2, 4],
    },
  } as const;
  return async (table, y, rng, watch) => {
    const candidates = randomCandidates(space, draws, rng.fork("candidates"));
    const folds = stratifiedKFold(y, 3, rng.fork("folds"));
    const data = { table, y };
    return (
      await search(
        { ...prepare, candidates, folds, scorer: scorerNamed("f1"), data },
        rng.fork("search"),
        watch,
      )
    ).model;
  };
}

function figuresOf(labels: Float64Array, scores: Float64Array): Omit<ReferenceRun, "seed"> {
  return {
    accuracy: accuracy(labels, scores),
    precision: precision(labels, scores),
    recall: recall(labels, scores),
    f1: f1(labels, scores),
    rocAuc: rocAuc(labels, scores),
    found: confusion(labels, scores).truePositives,
  };
}

function bandOf(values: readonly number[]): Band {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { low: sorted[0], median, high: sorted[sorted.length - 1] };
}

/** Published figures have three digits, so half of the last counts as equal. */
const rounding = 0.0005;

function verdictOf(model: Omit<ReferenceModel, "verdict">, leavers: number, simulated: boolean): Verdict {
  if (simulated) {
    return {
      inside: undefined,
      reason: "not comparable: these are simulated customers, the published table is about real ones",
    };
  }
  const { published, band, runs } = model;
  const outside = (["accuracy", "precision", "recall", "f1"] as const).filter(
    (figure) =>
      published[figure] < band[figure].low - rounding || published[figure] > band[figure].high + rounding,
  );
  if (outside.length === 0)
    return { inside: true, reason: `inside: all four figures lie within the ${runs.length} seeds` };
  const publishedFound = Math.round(published.recall * leavers);
  const [least, most] = [
    Math.min(...runs.map((run) => run.found)),
    Math.max(...runs.map((run) => run.found)),
  ];
  const words = outside.map((figure) => (figure === "f1" ? "F1" : figure)).join(", ");
  return {
    inside: false,
    reason: `outside in ${words}: it found ${publishedFound} of the ${leavers} leavers, our seeds ${least} to ${most}; ${describeGap(publishedFound, least, most)}`,
  };
}

function describeGap(published: number, least: number, most: number): string {
  const gap = published < least ? least - published : published > most ? published - most : 0;
  if (gap === 0) return "the same range of leavers, at another number of false alarms";
  return `${gap} ${gap === 1 ? "customer" : "customers"} beyond the seeds' range`;
}
