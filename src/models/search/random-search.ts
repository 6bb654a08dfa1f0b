import { check, checkInteger } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { Fit } from "../../core/model";
import type { Rng } from "../../core/rng";
import { kFold, type Split, stratifiedKFold } from "../../data/split";
import {
  type LearnerKind,
  type LearnerModels,
  type LearnerOptions,
  learnerCard,
  learnerFrom,
} from "../learner";
import { checkSearch, type SearchResult } from "./search";
import { prepareFolds } from "./search-folds";
import { fitCandidates, ranked, searchLines } from "./search-run";
import { randomCandidates, type SearchSpace } from "./search-space";

/**
 * What is worth varying of a learner, as its card says. Options given stay as they are and are not searched. Throws for
 * a learner without options.
 *
 * @example
 * const space = searchSpace("gradient-boosting", { trees: 50 });
 * [space.options, "leaves" in space.vary, "trees" in space.vary]; // → [{ trees: 50 }, true, false]
 * searchSpace("linear-regression"); // throws "linear-regression"
 */
export function searchSpace<K extends LearnerKind>(
  kind: K,
  options: LearnerOptions[K] = {} as LearnerOptions[K],
): SearchSpace<K> {
  const given = options as Readonly<Record<string, unknown>>;
  const open = Object.entries(learnerCard(kind).search as SearchSpace["vary"]).filter(
    ([name]) => given[name] === undefined,
  );
  check(open.length > 0, "search", "the learner must have options to vary", kind);
  // A list of one value is no choice: it says what holds in a search.
  const fixed = open.flatMap(([name, values]) =>
    Array.isArray(values) && values.length === 1 ? [[name, values[0]] as const] : [],
  );
  return {
    kind,
    options: { ...Object.fromEntries(fixed), ...options },
    vary: Object.fromEntries(open.filter(([name]) => !fixed.some(([known]) => known === name))),
  };
}

export interface RandomSearchOptions<K extends LearnerKind = LearnerKind> {
  /** Candidates to try, drawn at random; from 1. @default 20 */
  readonly candidates?: number;
  /** By its mean over the folds the best candidate is chosen. */
  readonly scorer: Scorer;
  /** Folds of the rows given, stratified where the target is 0 or 1; from 2. @default 3 */
  readonly folds?: number;
  /** What is the same for all candidates and not to be searched. */
  readonly options?: LearnerOptions[K];
  /** Threads; defaults to the processors. The model chosen is the same at any number. */
  readonly threads?: number;
  /** Called with the candidates in order, each with its scores and rank. */
  readonly report?: (results: readonly SearchResult[]) => void;
}

/**
 * A learner found by random search (Bergstra and Bengio, 2012) over its `searchSpace`, on folds of the rows it is given,
 * and then fitted to all of them. Cross-validating it is nested cross-validation: an estimate of the whole procedure.
 *
 * @example
 * const x = matrix(100, 1, Float64Array.from({ length: 100 }, (_, i) => i));
 * const y = x.values.map((value, i) => Number(value + 30 * (i % 3) > 80));
 * const scorer = scorerNamed("logLoss");
 * const fit = randomSearch("logistic-regression", { candidates: 3, folds: 3, scorer, threads: 1 });
 * (await fit({ x, y }, seeded(1))).kind; // → "logistic-regression"
 */
export function randomSearch<K extends LearnerKind>(
  kind: K,
  options: RandomSearchOptions<K>,
): Fit<LearnerModels[K]> {
  const { candidates = 20, scorer, folds = 3, threads, report } = options;
  const action = "search";
  checkInteger(candidates, 1, 10_000, action, "candidates");
  checkInteger(folds, 2, 100, action, "folds");
  const fixed = options.options ?? ({} as LearnerOptions[K]);
  learnerFrom({ kind, options: fixed });
  const meanwhile = learnerCard(kind).whileSearching?.(fixed) ?? {};
  const space = searchSpace(kind, { ...fixed, ...meanwhile });
  return async (train, rng, watch) => {
    const tried = randomCandidates(space, candidates, rng.fork("candidates"));
    const splits = foldsOf(train, folds, rng.fork("split"));
    checkSearch(tried, splits);
    const prepared = prepareFolds({ data: train }, splits, rng.fork("folds"), watch);
    const fitted = await fitCandidates(tried, prepared, rng.fork("fit"), threads, watch);
    const tests = splits.map(({ test }) => test);
    const results = ranked(searchLines(tried, fitted, [scorer], train, tests), scorer);
    report?.(results);
    const best = results.find((result) => result.rank === 1) as SearchResult;
    const chosen: Record<string, unknown> = { ...best.spec.options };
    for (const name of Object.keys(meanwhile))
      chosen[name] = (fixed as Readonly<Record<string, unknown>>)[name];
    if (threads !== undefined && "threads" in learnerCard(kind).options) chosen.threads = threads;
    return learnerFrom({ kind, options: chosen as LearnerOptions[K] })(train, rng.fork("refit"), watch);
  };
}

function foldsOf({ y }: Labelled, folds: number, rng: Rng): readonly Split[] {
  const classes = y.every((label) => label === 0 || label === 1);
  return classes ? stratifiedKFold(y, folds, rng) : kFold(y.length, folds, rng);
}
