import { check, checkInteger } from "../../core/checks";
import { studentQuantile } from "../../core/math/student-distribution";
import type { Progress } from "../../core/model";
import { mapThreads } from "../../core/pool";
import { seeded } from "../../core/rng";
import { type LoadOptions, loadTelco } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import { trainTestSplit } from "../../data/split";
import { type Table, takeTableRows } from "../../data/table";
import { target as labelsOf } from "../../data/target";
import type { Interval } from "../../evaluate/bootstrap";
import { foldScores } from "../../models/search/fold-scores";
import { type Contender, contenderNamed, contenders } from "./contenders";
import { type Judged, judgeContender } from "./task";

/** The customers that synthesisers learn from: IBM Telco's. */
export interface SynthesisData {
  readonly table: Table;
  readonly target: string;
  readonly source: SourceInfo;
}

/** Loads them, or simulates customers with the same columns. */
export async function synthesisData(options: LoadOptions = {}): Promise<SynthesisData> {
  const { table, source } = await loadTelco(options);
  return { table, target: "Churn", source };
}

export type Measure = keyof Judged;
export const measures: readonly Measure[] = [
  "quality",
  "shapes",
  "pairs",
  "allPairs",
  "detection",
  "logistic",
  "boosting",
  "memorisation",
  "copies",
  "membership",
  "violations",
  "totalError",
  "seconds",
];

/** One contender over all its seeds. */
export interface Judgement {
  readonly contender: Contender;
  readonly runs: readonly Judged[];
  /** Mean over the seeds with a 95 % t interval; no interval from one seed. */
  readonly mean: Readonly<Record<Measure, Interval>>;
}

export interface SynthesisStudy {
  readonly judgements: readonly Judgement[];
  /** The first seed's tables, for pictures. */
  readonly train: Table;
  readonly holdout: Table;
  readonly made: ReadonlyMap<string, Table>;
}

export interface SynthesisOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** Fresh splits into training and held-out customers, each with a seed of its own; from 1. @default 5 */
  readonly seeds?: number;
  /** How many of them the small nets get, and those as published, which 0 leaves out; both default to all. */
  readonly netSeeds?: number;
  readonly publishedSeeds?: number;
  /** The share of customers that is held out; defaults to a fifth. */
  readonly test?: number;
  /** Contenders by name; defaults to all. */
  readonly only?: readonly string[];
  /** Defaults to all processors. The figures, times aside, are the same for any number. */
  readonly threads?: number;
  readonly progress?: (step: Progress) => void;
}

/**
 * Every method learns the same training customers and draws as many rows; all are judged by the same measures against
 * the same held-out customers, over fresh splits. Learning and judging of one contender run on one thread.
 */
export async function synthesisStudy(
  data: SynthesisData,
  options: SynthesisOptions = {},
): Promise<SynthesisStudy> {
  const { seed = 42, seeds = 5, test = 0.2, threads, progress } = options;
  const action = "study synthesis";
  checkInteger(seeds, 1, 1000, action, "seeds");
  const { netSeeds = seeds, publishedSeeds = seeds } = options;
  checkInteger(netSeeds, 1, seeds, action, "netSeeds");
  checkInteger(publishedSeeds, 0, seeds, action, "publishedSeeds");
  const seedsOf = { light: seeds, net: netSeeds, published: publishedSeeds };
  const chosen = contenders.filter(
    (contender) => seedsOf[contender.cost] > 0 && (options.only?.includes(contender.name) ?? true),
  );
  check(chosen.length > 0, action, "there must be contenders", options.only?.join(", "));
  const root = seeded(seed).fork("synthesis");
  const strata = labelsOf(data.table, data.target);
  const splits = Array.from({ length: seeds }, (_, s) => {
    const split = trainTestSplit(data.table.rows, { test, strata }, root.fork("split").fork(s));
    return {
      train: takeTableRows(data.table, split.train),
      holdout: takeTableRows(data.table, split.test),
    };
  });
  const tasks = chosen.flatMap((contender) =>
    splits.slice(0, seedsOf[contender.cost]).map((split, s) => ({
      contender: contender.name,
      ...split,
      target: data.target,
      key: root.fork("seed").fork(s).key,
      keep: s === 0,
    })),
  );
  // The slow ones first, so that no thread is left waiting for them at the end.
  const order = [...tasks.keys()].sort((a, b) => rank(tasks[b]) - rank(tasks[a]) || a - b);
  let done = 0;
  const results = await mapThreads(
    judgeContender,
    order.map((i) => tasks[i]),
    threads,
    {
      finished: (i) => {
        done++;
        progress?.({ phase: tasks[order[i]].contender, done, total: tasks.length });
      },
    },
  );
  const resultOf = new Map(order.map((i, k) => [tasks[i], results[k]]));
  const made = new Map<string, Table>();
  const judgements = chosen.map((contender): Judgement => {
    const own = tasks.filter((task) => task.contender === contender.name);
    const runs = own.map((one) => {
      const { table, ...judged } = resultOf.get(one) as Judged & { table?: Table };
      if (table) made.set(contender.name, table);
      return judged;
    });
    const mean = Object.fromEntries(measures.map((m) => [m, meanOf(runs.map((run) => run[m]))]));
    return { contender, runs, mean: mean as Judgement["mean"] };
  });
  return { judgements, ...splits[0], made };
}

function rank(one: { readonly contender: string }): number {
  return ["light", "net", "published"].indexOf(contenderNamed(one.contender).cost);
}

function meanOf(values: readonly number[]): Interval {
  const { mean, deviation } = foldScores(values);
  const n = values.length;
  const half = n > 1 ? (studentQuantile(0.975, n - 1) * deviation) / Math.sqrt(n) : 0;
  return { estimate: mean, low: mean - half, high: mean + half };
}
