import { checkInteger } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { Fit } from "../../core/model";
import type { Rng } from "../../core/rng";
import { kFold, stratifiedKFold } from "../../data/split";
import type { LearnerSpec } from "../learner";
import { checkSearch, type SearchResult } from "../search/search";
import { prepareFolds } from "../search/search-folds";
import { fitCandidates, ranked, searchLines } from "../search/search-run";
import { randomCandidates, type SearchSpace } from "../search/search-space";
import { type Network, network } from "./network";
import type { NetworkOptions } from "./network-options";

const widths = [32, 64, 128];
const depths = [1, 2, 3, 4];

/**
 * Among which nets are searched: width and depth, dropout, learning rate, and how numbers enter (periodic functions of
 * three scales). Options given stay as they are and are not searched.
 */
export function networkSpace(options: NetworkOptions = {}): SearchSpace<"network"> {
  const vary: SearchSpace["vary"] = {
    hidden: widths.flatMap((width) => depths.map((depth) => Array<number>(depth).fill(width))),
    dropout: { uniform: [0, 0.5] },
    rate: { logUniform: [1e-3, 3e-2] },
    frequencyScale: [0.1, 0.3, 1],
  };
  const open = Object.entries(vary).filter(([name]) => options[name as keyof NetworkOptions] === undefined);
  return {
    kind: "network",
    options: { columns: "all", bins: 0, ...options },
    vary: Object.fromEntries(open),
  };
}

export interface NetworkSearchOptions {
  /** Nets to try, drawn at random; from 1, defaults to 20. */
  readonly candidates?: number;
  /** By its mean over the folds the best net is chosen. */
  readonly scorer: Scorer;
  /** Folds of the rows given, stratified where the target is a class; from 2, defaults to 3. */
  readonly folds?: number;
  /** What stays the same in all nets: `loss`, `classWeights`, `validation`, … and whatever is not to be searched. */
  readonly options?: NetworkOptions;
  /** Threads; defaults to the processors. The net chosen is the same at any number. */
  readonly threads?: number;
  /** Called with the candidates in order, each with its scores and rank. */
  readonly report?: (results: readonly SearchResult[]) => void;
}

/** Nets side by side while candidates are compared: two tell settings apart, and take half the time of five. */
const comparedMembers = 2;

/**
 * A net found by random search (Bergstra and Bengio, 2012) over `networkSpace`, on folds of the rows it is given, and then
 * fitted to all of them. Cross-validating it is nested cross-validation: an estimate of the whole procedure.
 */
export function searchedNetwork(options: NetworkSearchOptions): Fit<Network> {
  const { candidates = 20, scorer, folds = 3, threads, report } = options;
  const action = "search networks";
  checkInteger(candidates, 1, 10_000, action, "candidates");
  checkInteger(folds, 2, 100, action, "folds");
  const fixed: NetworkOptions = options.options ?? {};
  network(fixed);
  const regression = fixed.task === "regression";
  return async (train, rng, watch) => {
    const tried = draw(fixed, candidates, rng.fork("candidates"));
    const splits = foldsOf(train, regression, folds, rng.fork("split"));
    checkSearch(tried, splits);
    const prepared = prepareFolds({ data: train }, splits, rng.fork("folds"), watch);
    const fitted = await fitCandidates(tried, prepared, rng.fork("fit"), threads, watch);
    const tests = splits.map(({ test }) => test);
    const results = ranked(searchLines(tried, fitted, [scorer], train, tests), scorer);
    report?.(results);
    const best = results.find((one) => one.rank === 1) as SearchResult;
    const chosen = best.spec.options as NetworkOptions;
    const whole = { ...chosen, members: fixed.members, ...(threads !== undefined && { threads }) };
    return network(whole)(train, rng.fork("refit"), watch);
  };
}

function draw(fixed: NetworkOptions, count: number, rng: Rng): LearnerSpec[] {
  const members = Math.min(comparedMembers, fixed.members ?? comparedMembers);
  return randomCandidates(networkSpace({ ...fixed, members }), count, rng);
}

function foldsOf({ y }: Labelled, regression: boolean, folds: number, rng: Rng) {
  return regression ? kFold(y.length, folds, rng) : stratifiedKFold(y, folds, rng);
}
