import { checkInteger } from "../../core/checks";
import type { Progress, Resample } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { savedFigures } from "../../data/sources/table-results";
import { stratifiedKFold } from "../../data/split";
import { accuracy, confusion, f1, precision, recall } from "../../evaluate/confusion";
import { rocAuc } from "../../evaluate/ranking";
import { scorerNamed } from "../../evaluate/scorers";
import { type Encode, encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { randomForest } from "../../models/forest/forest";
import { logisticRegression } from "../../models/linear/logistic";
import { referenceNetwork } from "../../models/network/reference-network";
import { type FitTable, pipeline } from "../../models/pipeline";
import { randomCandidates } from "../../models/search/search-space";
import { type MakeFolds, tunedPipeline } from "../../models/search/tuned";
import { smote } from "../../resample/smote";
import type { ChurnData } from "../../services/churn-data";
import { type Band, bandOf, leastSeeds } from "../band";
import { type PublishedRow, publishedChurn, referenceDropped, referenceSearch } from "./published";

/** The figures of one fit on the test customers, at the model's threshold. */
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
  /** The reference's row; absent where its table has none. */
  readonly published: PublishedRow | undefined;
  /** From this probability on a customer is called a leaver: one half, and 0.3 for the deep network. */
  readonly threshold: number;
  /** The seeds' least, middle and greatest value of each figure. */
  readonly band: Readonly<Record<keyof PublishedRow | "rocAuc", Band>>;
  readonly verdict: Verdict;
}

/** Whether the published figures are among what the seeds give. */
export interface Verdict {
  readonly inside: boolean | undefined;
  /** Whether there are fewer than `leastSeeds` seeds, so that their range says too little. */
  readonly tooFew?: true;
  /** "inside", "outside", "too few seeds", "not comparable" or "not in the published table", and why, in a sentence. */
  readonly reason: string;
}

export interface ReferenceOptions {
  /** How many seeds; from 1. @default 20 */
  readonly seeds?: number;
  /** How many of them the tuned forest gets, whose search grows a hundred times the trees; defaults to 5. */
  readonly tunedSeeds?: number;
  /** The first seed. @default 42 */
  readonly seed?: number;
  /** Trees of the plain forest; defaults to 300, the reference's number. */
  readonly trees?: number;
  /** Candidates that each search of the tuned forest draws; defaults to 10, the reference's number. */
  readonly draws?: number;
  readonly progress?: (step: Progress) => void;
}

const publishedFigures = ["accuracy", "precision", "recall", "f1"] as const;
const figures = [...publishedFigures, "rocAuc"] as const;

/** A model of the protocol: the probabilities it gives the test customers, by a fit with this stream. */
interface Contender {
  readonly name: string;
  readonly seeds: number;
  readonly threshold: number;
  scores(rng: Rng): Promise<Float64Array>;
}

/**
 * The reference protocol, with its faults: minutes and charges dropped, one-hot and standard scaling, SMOTE on the
 * training rows (class weights instead for the deep network, whose early stopping watches the test customers); defaults
 * and fixed thresholds; fitted once a seed and compared with the published table. Boosting, which that table lacks, goes
 * through the same steps.
 */
export async function referenceProtocol(
  data: ChurnData,
  options: ReferenceOptions = {},
): Promise<ReferenceModel[]> {
  const { seed = 42, progress } = options;
  const contenders = contendersOf(data, options);
  const total = contenders.reduce((sum, contender) => sum + contender.seeds, 0);
  const { labels } = data.test;
  const leavers = labels.reduce((sum, label) => sum + label, 0);
  const out: ReferenceModel[] = [];
  let done = 0;
  for (const { name, seeds, threshold, scores } of contenders) {
    const runs: ReferenceRun[] = [];
    for (let s = 0; s < seeds; s++) {
      const drawn = await scores(seeded(seed + s));
      runs.push({ seed: seed + s, ...figuresOf(labels, drawn, threshold) });
      done++;
      progress?.({ phase: name, done, total });
    }
    const band = Object.fromEntries(
      figures.map((figure) => [figure, bandOf(runs.map((run) => run[figure]))]),
    );
    const known = {
      name,
      runs,
      threshold,
      published: publishedChurn[name] as PublishedRow | undefined,
      band: band as ReferenceModel["band"],
    };
    out.push({ ...known, verdict: verdictOf(known, leavers, data.simulated) });
  }
  return out;
}

function contendersOf({ train, test }: ChurnData, options: ReferenceOptions): Contender[] {
  const { seeds = 20, tunedSeeds = Math.min(5, seeds), trees = 300, draws = 10 } = options;
  const action = "run the reference protocol";
  checkInteger(seeds, 1, 1000, action, "seeds");
  checkInteger(tunedSeeds, 1, 1000, action, "tunedSeeds");
  const encoder = encode({ drop: referenceDropped });
  const prepare = { encode: encoder, resample: smote({ neighbours: 5 }) };
  const tables = (name: string, fit: FitTable, count = seeds): Contender => ({
    name,
    seeds: count,
    threshold: 0.5,
    scores: async (rng) => (await fit(train.rows, train.labels, rng)).predict(test.rows),
  });
  const deep = async (rng: Rng): Promise<Float64Array> => {
    const encoded = encoder(train.rows);
    const validation = { x: encoded.transform(test.rows), y: test.labels };
    const fit = referenceNetwork({ validation });
    return (await fit({ x: encoded.transform(train.rows), y: train.labels }, rng)).predict(validation.x);
  };
  return [
    tables(
      "Logistic regression",
      pipeline({ ...prepare, learner: logisticRegression({ iterations: 1000 }) }),
    ),
    tables("Random forest", pipeline({ ...prepare, learner: randomForest({ trees }) })),
    tables("Tuned random forest", tunedForest(prepare, draws), tunedSeeds),
    { name: "Deep network", seeds, threshold: 0.3, scores: deep },
    tables("Gradient boosting", pipeline({ ...prepare, learner: gradientBoosting() })),
  ];
}

/** The reference's search: random draws, three folds, by F1 at one half, then a fit with the best. */
function tunedForest(
  prepare: { readonly encode: Encode; readonly resample: Resample },
  draws: number,
): FitTable {
  return (table, y, rng, watch) => {
    const candidates = randomCandidates(referenceSearch, draws, rng.fork("candidates"));
    const folds: MakeFolds = (labels, stream) => stratifiedKFold(labels, 3, stream);
    return tunedPipeline({ ...prepare, candidates, folds, scorer: scorerNamed("f1") })(table, y, rng, watch);
  };
}

function figuresOf(
  labels: Float64Array,
  scores: Float64Array,
  threshold: number,
): Omit<ReferenceRun, "seed"> {
  const at = { threshold };
  return {
    accuracy: accuracy(labels, scores, at),
    precision: precision(labels, scores, at),
    recall: recall(labels, scores, at),
    f1: f1(labels, scores, at),
    rocAuc: rocAuc(labels, scores),
    found: confusion(labels, scores, at).truePositives,
  };
}

/** Published figures have three digits, so half of the last counts as equal. */
const rounding = 0.0005;

function verdictOf(model: Omit<ReferenceModel, "verdict">, leavers: number, simulated: boolean): Verdict {
  const { published, band, runs } = model;
  if (!published) return { inside: undefined, reason: "not in the published table" };
  if (simulated) {
    return {
      inside: undefined,
      reason: "not comparable: these are simulated customers, the published table is about real ones",
    };
  }
  if (runs.length < leastSeeds)
    return {
      inside: undefined,
      tooFew: true,
      reason: `too few seeds for a verdict: ${runs.length} of ${leastSeeds} (make full runs them)`,
    };
  const outside = publishedFigures.filter(
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
  const words = outside.map(figureName).join(", ");
  return {
    inside: false,
    reason: `outside in ${words}: it found ${publishedFound} of the ${leavers} leavers, our seeds ${least} to ${most}; ${describeGap(publishedFound, least, most)}${model.name === "Deep network" ? kerasSentence(published) : ""}`,
  };
}

/** What Keras makes of the same net, so that a row outside our band is not laid at our kernels' door, or is. */
function kerasSentence(published: PublishedRow): string {
  const { runs } = savedFigures<{ readonly runs: readonly ReferenceRun[] }>("keras-churn");
  const outside = publishedFigures.filter((figure) => {
    const { low, high } = bandOf(runs.map((run) => run[figure]));
    return published[figure] < low - rounding || published[figure] > high + rounding;
  });
  const found = bandOf(runs.map((run) => run.found));
  const holds =
    outside.length === 0
      ? "whose range holds the published row"
      : `whose range does not hold the published row either (${outside.map(figureName).join(", ")})`;
  return `. Keras itself, over ${runs.length} seeds of the same net, found ${found.low} to ${found.high}, ${holds}`;
}

function figureName(figure: keyof PublishedRow): string {
  return figure === "f1" ? "F1" : figure;
}

function describeGap(published: number, least: number, most: number): string {
  const gap = published < least ? least - published : published > most ? published - most : 0;
  if (gap === 0) return "the same range of leavers, at another number of false alarms";
  return `${gap} ${gap === 1 ? "customer" : "customers"} beyond the seeds' range`;
}
