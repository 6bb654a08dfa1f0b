import { checkInteger, checkOneOf } from "../../core/checks";
import { mean } from "../../core/math/statistics";
import { takeValues } from "../../core/matrix";
import type { Progress } from "../../core/model";
import { mapThreads, watched } from "../../core/pool";
import { seeded } from "../../core/rng";
import { type LoadOptions, loadTelco } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import { repeated, type Split, stratifiedKFold } from "../../data/split";
import { dropColumns } from "../../data/table";
import { target } from "../../data/target";
import { outOfFold } from "../../models/out-of-fold";
import { prepareFolds } from "../../models/search/search-folds";
import { type Customers, churnData } from "../../services/churn-data";
import { type FoldFigures, foldFigures } from "./fold-figures";
import { remedies, studyLearners } from "./remedies";
import { type RemedyFold, tryRemedy } from "./task";

/** The customers of one data set. */
export interface Market {
  readonly name: string;
  readonly customers: Customers;
  readonly source: SourceInfo;
}

/** The customers that remedies are tried on: those of churn-bigml's training file, and IBM Telco's. */
export async function imbalanceData(options: LoadOptions = {}): Promise<Market[]> {
  const bigml = await churnData(options);
  const telco = await loadTelco(options);
  return [
    { name: "churn-bigml", customers: bigml.train, source: bigml.sources[0] },
    {
      name: "IBM Telco",
      customers: { rows: dropColumns(telco.table, ["Churn"]), labels: target(telco.table, "Churn") },
      source: telco.source,
    },
  ];
}

/** One remedy with one learner on one data set, by cross-validation. */
export interface Trial {
  readonly market: string;
  readonly learner: string;
  readonly remedy: string;
  /** One entry a fold, the folds of a repeat one after the other. */
  readonly folds: readonly FoldFigures[];
  /** The first repeat's out-of-fold probabilities, in the order of the customers. */
  readonly predictions: Float64Array;
}

/** All trials of one data set. */
export interface MarketStudy {
  readonly name: string;
  readonly labels: Float64Array;
  /** Share of customers who left. */
  readonly share: number;
  /** Test rows per training row of a fold: what the corrected intervals need. */
  readonly testShare: number;
  readonly trials: readonly Trial[];
}

export interface ImbalanceOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** How often the customers are divided into five folds anew; from 1. @default 2 */
  readonly repeats?: number;
  /** The remedies tried beside doing nothing, by name; defaults to all. */
  readonly only?: readonly string[];
  /** Defaults to all processors; the figures, times aside, are the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: Progress) => void;
}

const folds = 5;

/**
 * Tries every remedy with every learner. Encoder, remedy and model see the fold's training customers only; the threshold
 * for a fold is the one with the best F1 on the other folds' predictions.
 */
export async function imbalanceStudy(
  markets: readonly Market[],
  options: ImbalanceOptions = {},
): Promise<MarketStudy[]> {
  const { seed = 42, repeats = 2, threads, progress } = options;
  const all = remedies.map((remedy) => remedy.name);
  const { only = all } = options;
  checkInteger(repeats, 1, 100, "study imbalance", "repeats");
  for (const name of only) checkOneOf(name, all, "study imbalance", "a remedy");
  const tried = [...remedies.keys()].filter((r) => r === 0 || only.includes(all[r]));
  const out: MarketStudy[] = [];
  for (const { name, customers } of markets) {
    const rng = seeded(seed).fork("imbalance").fork(name);
    const { labels } = customers;
    const splits = repeated(repeats, rng.fork("folds"), (stream) => stratifiedKFold(labels, folds, stream));
    const prepared = prepareFolds(
      { data: { table: customers.rows, y: labels } },
      splits,
      rng.fork("prepare"),
    );
    // One stream a fold for all remedies: what differs between them is then their own.
    const tasks = tried.flatMap((remedy) =>
      prepared.map((fold, k) => ({ fold, remedy, key: rng.fork("fold").fork(k).key })),
    );
    const told = watched({ progress }, name, tasks.length);
    const results = await mapThreads(tryRemedy, tasks, threads, told);
    const trials = studyLearners.flatMap((learner, l) =>
      tried.map((remedy, r): Trial => {
        const own = results.slice(r * splits.length, (r + 1) * splits.length);
        return {
          market: name,
          learner: learner.name,
          remedy: all[remedy],
          folds: figuresOf(own, l, splits, labels),
          predictions: outOfFold(
            splits.slice(0, folds).map(({ test }, k) => ({
              test,
              predictions: own[k].learners[l].predictions,
            })),
            labels.length,
          ),
        };
      }),
    );
    out.push({
      name,
      labels,
      share: mean(labels),
      testShare: 1 / (folds - 1),
      trials,
    });
  }
  return out;
}

function figuresOf(
  results: readonly RemedyFold[],
  learner: number,
  splits: readonly Split[],
  labels: Float64Array,
): FoldFigures[] {
  return splits.map(({ test }, k) => {
    const first = k - (k % folds);
    const others = Array.from({ length: folds }, (_, f) => first + f).filter((f) => f !== k);
    const seen = {
      labels: others.flatMap((f) => Array.from(takeValues(labels, splits[f].test))),
      scores: others.flatMap((f) => Array.from(results[f].learners[learner].predictions)),
    };
    const { predictions, milliseconds } = results[k].learners[learner];
    const time = results[k].milliseconds + milliseconds;
    return foldFigures(takeValues(labels, test), predictions, seen, time);
  });
}
