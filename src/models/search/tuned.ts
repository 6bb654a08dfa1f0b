import type { Fit, Model } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import type { FitTable, Pipeline } from "../pipeline";
import { type MatrixSearchOptions, type Search, search, type TableSearchOptions } from "./search";

/** Makes folds of the rows that a search is given: `(y, rng) => stratifiedKFold(y, 5, rng)`. */
export type MakeFolds = (y: Float64Array, rng: Rng) => readonly Split[];

export interface Tuning<M> {
  readonly folds: MakeFolds;
  /** Called with each search's results. */
  readonly report?: (search: Search<M>) => void;
}
export type TunedOptions = Omit<MatrixSearchOptions, "data" | "folds"> & Tuning<Model>;
export type TunedPipelineOptions = Omit<TableSearchOptions, "data" | "folds"> & Tuning<Pipeline>;

/**
 * A learner that searches among candidates on the rows it is given and returns the best, fitted to all of them.
 * Cross-validating it is nested cross-validation: an estimate of the whole procedure, choice included.
 *
 * @example
 * const x = matrix(100, 1, Float64Array.from({ length: 100 }, (_, i) => i));
 * const y = x.values.map((value) => 2 * value);
 * const candidates = gridCandidates({ kind: "ridge", vary: { alpha: [1, 1e6] } });
 * const folds = (targets: Float64Array, rng: Rng) => kFold(targets.length, 5, rng);
 * const fit = tuned({ candidates, folds, scorer: scorerNamed("rSquared"), threads: 1 });
 * (await fit({ x, y }, seeded(1))).predict(matrixFromRows([[50]])).map(Math.round); // → [100]
 */
export function tuned(options: TunedOptions): Fit<Model> {
  return async (train, rng, watch) => {
    const folds = options.folds(train.y, rng.fork("split"));
    const found = await search({ ...options, data: train, folds }, rng.fork("search"), watch);
    options.report?.(found);
    return found.model;
  };
}

/**
 * As `tuned`, for tables: encoder and resampler are fitted inside the inner folds.
 *
 * @example
 * const lines = Array.from({ length: 60 }, (_, i) => `${i % 10},${["a", "b"][i % 2]}`);
 * const { table: customers } = parseCsv(`calls,plan\n${lines.join("\n")}\n`);
 * const y = Float64Array.from({ length: 60 }, (_, i) => 3 * (i % 10));
 * const candidates = gridCandidates({ kind: "ridge", vary: { alpha: [1, 1e6] } });
 * const folds = (targets: Float64Array, rng: Rng) => kFold(targets.length, 5, rng);
 * const fit = tunedPipeline({ candidates, folds, scorer: scorerNamed("rSquared"), threads: 1 });
 * rSquared(y, (await fit(customers, y, seeded(1))).predict(customers)) > 0.9; // → true
 */
export function tunedPipeline(options: TunedPipelineOptions): FitTable<Pipeline> {
  return async (table, y, rng, watch) => {
    const folds = options.folds(y, rng.fork("split"));
    const found = await search({ ...options, data: { table, y }, folds }, rng.fork("search"), watch);
    options.report?.(found);
    return found.model;
  };
}
