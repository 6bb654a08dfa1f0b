import { check, checkInteger } from "../../core/checks";
import type { Model, Watch } from "../../core/model";
import { permutation, type Rng } from "../../core/rng";
import type { LearnerSpec } from "../learner";
import type { Pipeline } from "../pipeline";
import {
  checkSearch,
  type MatrixSearchOptions,
  refit,
  type SearchResult,
  type TableSearchOptions,
} from "./search";
import { prepareFolds } from "./search-folds";
import { fitCandidates, ranked, searchLines } from "./search-run";
import { type SharedFold, sharedRows } from "./search-task";

export interface HalvingOptions {
  /** By how much each round divides the candidates and multiplies the resource; above 1. @default 3 */
  readonly factor?: number;
  /**
   * What grows from round to round: each fold's training rows (the default), or an option such as `trees`, a whole
   * number up to `most`.
   */
  readonly resource?: "rows" | { readonly option: string; readonly most: number };
  /** The first round's resource; defaults to what lets the last round have everything. */
  readonly least?: number;
}

/** A candidate's line in one round. */
export interface HalvingResult extends SearchResult {
  /** From 0; `rank` counts within the round. */
  readonly round: number;
  /** Training rows of the largest fold, or the option's value. */
  readonly resource: number;
}

export interface HalvingSearch<M> {
  /** Round by round, each in the order of the candidates that were left. */
  readonly results: readonly HalvingResult[];
  /** The best line of the last round. */
  readonly best: HalvingResult;
  /** The best candidate, fitted to all rows. */
  readonly model: M;
}

/**
 * Successive halving (Jamieson and Talwalkar, 2016): all candidates start with little, and each round keeps the best
 * third (1 / `factor`) and gives it three times as much. Row subsets are nested and hold the classes in proportion;
 * candidates are always judged on the folds' whole test rows.
 *
 * @example
 * const x = matrix(200, 1, Float64Array.from({ length: 200 }, (_, i) => i));
 * const data = { x, y: x.values.map((value, i) => Number(value + 60 * (i % 3) > 160)) };
 * const candidates = gridCandidates({ kind: "logistic-regression", vary: { C: [0.001, 0.1, 10] } });
 * const folds = stratifiedKFold(data.y, 3, seeded(1));
 * const plan = { data, candidates, folds, scorer: scorerNamed("logLoss"), threads: 1 };
 * const { best, results } = await halvingSearch({ ...plan, least: 50 }, seeded(1));
 * [best.spec.kind, results.length > 3]; // → ["logistic-regression", true]
 */
export async function halvingSearch(
  options: MatrixSearchOptions & HalvingOptions,
  rng: Rng,
  watch?: Watch,
): Promise<HalvingSearch<Model>>;
export async function halvingSearch(
  options: TableSearchOptions & HalvingOptions,
  rng: Rng,
  watch?: Watch,
): Promise<HalvingSearch<Pipeline>>;
export async function halvingSearch(
  options: (MatrixSearchOptions | TableSearchOptions) & HalvingOptions,
  rng: Rng,
  watch?: Watch,
): Promise<HalvingSearch<Model | Pipeline>> {
  const { candidates, folds, scorer, scorers = [], threads, factor = 3, resource = "rows" } = options;
  checkSearch(candidates, folds);
  check(factor > 1 && factor < Infinity, "search by halving", "factor must be above 1", factor);
  const prepared = prepareFolds(options, folds, rng.fork("folds"), watch);
  const orders = prepared.map((fold, k) => proportionalOrder(fold, rng.fork("rows").fork(k)));
  const most = resource === "rows" ? Math.max(...orders.map((order) => order.length)) : resource.most;
  // As many rounds as it takes to leave no more than `factor` candidates to the last.
  const rounds = 1 + Math.floor(Math.log(candidates.length) / Math.log(factor) + 1e-9);
  const least = options.least ?? Math.max(1, Math.floor(most / factor ** (rounds - 1)));
  checkInteger(least, 1, most, "search by halving", "the least resource");
  const tests = folds.map(({ test }) => test);
  const results: HalvingResult[] = [];
  let left = candidates;
  let last: HalvingResult[] = [];
  for (let round = 0; round < rounds; round++) {
    const amount =
      round === rounds - 1 && options.least === undefined
        ? most
        : Math.min(most, Math.floor(least * factor ** round));
    const specs = resource === "rows" ? left : left.map((spec) => withOption(spec, resource.option, amount));
    const share = resource === "rows" ? amount / most : 1;
    const some = prepared.map((fold, k) => withRows(fold, orders[k], share));
    const fitted = await fitCandidates(specs, some, rng.fork("fit"), threads, watch);
    const found = searchLines(specs, fitted, [scorer, ...scorers], options.data, tests);
    const lines = found.map((line) => ({ ...line, round, resource: amount }));
    last = ranked(lines, scorer);
    results.push(...last);
    const keep = Math.ceil(left.length / factor);
    const kept = new Set(
      [...last.keys()].sort((a, b) => last[a].rank - last[b].rank || a - b).slice(0, keep),
    );
    left = left.filter((_, c) => kept.has(c));
  }
  const best = last.find((line) => line.rank === 1) as HalvingResult;
  return { results, best, model: await refit(options, best.spec, rng.fork("refit"), watch) };
}

function withOption(spec: LearnerSpec, option: string, value: number): LearnerSpec {
  return { kind: spec.kind, options: { ...spec.options, [option]: value } };
}

/** The fold with the first `share` of its training rows in the given order. */
function withRows(fold: SharedFold, order: Int32Array, share: number): SharedFold {
  if (share === 1) return fold;
  const count = Math.max(1, Math.round(order.length * share));
  return { ...fold, trainRows: sharedRows(order.slice(0, count).sort()) };
}

/** The fold's training rows at random, each beginning of which has the two classes in proportion. */
function proportionalOrder({ train, trainRows }: SharedFold, rng: Rng): Int32Array {
  const rows = trainRows ?? Int32Array.from(train.y, (_, i) => i);
  const shuffled = Int32Array.from(permutation(rng, rows.length), (k) => rows[k]);
  const label = (i: number): number => (train.y[i] === 1 ? 1 : 0);
  const sizes = [0, 0];
  for (const i of shuffled) sizes[label(i)]++;
  const seen = [0, 0];
  const place = new Float64Array(train.y.length);
  for (const i of shuffled) place[i] = (seen[label(i)]++ + 0.5) / sizes[label(i)];
  const classes = train.y.every((y) => y === 0 || y === 1);
  return classes ? shuffled.sort((a, b) => place[a] - place[b] || a - b) : shuffled;
}
