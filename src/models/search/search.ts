import { check } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { Model, Resample, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import type { Encode } from "../../features/encode";
import { type LearnerSpec, learnerFrom } from "../learner";
import { coversAll, type LabelledTable, outOfFold } from "../out-of-fold";
import { type Pipeline, pipeline } from "../pipeline";
import { isTable, prepareFolds } from "./search-folds";
import { fitCandidates, ranked, type SearchLine, searchLines } from "./search-run";

export interface SearchOptions {
  /** The learners to compare: `gridCandidates`, `randomCandidates`, or any list. */
  readonly candidates: readonly LearnerSpec[];
  readonly folds: readonly Split[];
  /** By its mean over the folds the best candidate is chosen, the first of equals. */
  readonly scorer: Scorer;
  /** Further figures for the table of results. */
  readonly scorers?: readonly Scorer[];
  /** Applied to each fold's training rows only. */
  readonly resample?: Resample;
  /**
   * Threads; defaults to the processors where the work is worth starting them, else 1. Candidates, folds and results
   * are the same at any number.
   */
  readonly threads?: number;
}

export interface MatrixSearchOptions extends SearchOptions {
  readonly data: Labelled;
}

export interface TableSearchOptions extends SearchOptions {
  readonly data: LabelledTable;
  /** Fitted to each fold's training rows only; defaults to `encode()`. */
  readonly encode?: Encode;
}

/** One candidate's line in the table of results. */
export interface SearchResult extends SearchLine {
  /** From 1, by `scorer`; equals share the better rank. */
  readonly rank: number;
}

export interface Search<M> {
  /** In the order of the candidates. */
  readonly results: readonly SearchResult[];
  readonly best: SearchResult;
  /** The best candidate, fitted to all rows. */
  readonly model: M;
  /**
   * The best candidate's mean prediction of each row by the folds that tested it; undefined where some row was never
   * tested. No model saw the rows that it predicts, but the candidate was chosen on them.
   */
  readonly outOfFold: Float64Array | undefined;
}

/**
 * Compares candidates by cross-validation and fits the best one to all rows. Encoder and resampler are fitted once a
 * fold, on its training rows, and every candidate of a fold draws from the same stream. The folds' matrices are in
 * memory at the same time, shared by the threads. A candidate that can't be fitted fails the search.
 *
 * @example
 * const x = matrix(100, 1, Float64Array.from({ length: 100 }, (_, i) => i));
 * const data = { x, y: x.values.map((value) => 2 * value) };
 * const candidates = gridCandidates({ kind: "ridge", vary: { alpha: [1, 1e6] } });
 * const plan = { data, candidates, folds: kFold(100, 5, seeded(1)), scorer: scorerNamed("rSquared"), threads: 1 };
 * const { best } = await search(plan, seeded(1));
 * best.spec.options; // → { alpha: 1 }
 */
export async function search(options: MatrixSearchOptions, rng: Rng, watch?: Watch): Promise<Search<Model>>;
export async function search(options: TableSearchOptions, rng: Rng, watch?: Watch): Promise<Search<Pipeline>>;
export async function search(
  options: MatrixSearchOptions | TableSearchOptions,
  rng: Rng,
  watch?: Watch,
): Promise<Search<Model | Pipeline>> {
  const { candidates, folds, scorer, scorers = [], threads } = options;
  checkSearch(candidates, folds);
  const prepared = prepareFolds(options, folds, rng.fork("folds"), watch);
  const fitted = await fitCandidates(candidates, prepared, rng.fork("fit"), threads, watch);
  const tests = folds.map(({ test }) => test);
  const lines = searchLines(candidates, fitted, [scorer, ...scorers], options.data, tests);
  const results = ranked(lines, scorer);
  const best = results.find((line) => line.rank === 1) as SearchResult;
  const parts = fitted[results.indexOf(best)].map(({ predictions }, k) => ({ test: tests[k], predictions }));
  const rows = options.data.y.length;
  return {
    results,
    best,
    model: await refit(options, best.spec, rng.fork("refit"), watch),
    outOfFold: coversAll(tests, rows) ? outOfFold(parts, rows) : undefined,
  };
}

/** Throws unless there are folds, and candidates whose options hold. */
export function checkSearch(candidates: readonly LearnerSpec[], folds: readonly Split[]): void {
  check(candidates.length > 0, "search", "there must be candidates", 0);
  check(folds.length > 0, "search", "there must be folds", 0);
  for (const spec of candidates) learnerFrom(spec);
}

/** The candidate fitted to all rows. */
export async function refit(
  options: MatrixSearchOptions | TableSearchOptions,
  spec: LearnerSpec,
  rng: Rng,
  watch?: Watch,
): Promise<Model | Pipeline> {
  const learner = learnerFrom(spec);
  if (isTable(options)) {
    const { encode, resample, data } = options;
    return pipeline({ encode, resample, learner })(data.table, data.y, rng, watch);
  }
  const { resample, data } = options;
  return learner(resample ? resample(data, rng.fork("resample")) : data, rng.fork("learn"), watch);
}
