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
 */
export function tuned(options: TunedOptions): Fit<Model> {
  return async (train, rng, watch) => {
    const folds = options.folds(train.y, rng.fork("split"));
    const found = await search({ ...options, data: train, folds }, rng.fork("search"), watch);
    options.report?.(found);
    return found.model;
  };
}

/** As `tuned`, for tables: encoder and resampler are fitted inside the inner folds. */
export function tunedPipeline(options: TunedPipelineOptions): FitTable<Pipeline> {
  return async (table, y, rng, watch) => {
    const folds = options.folds(y, rng.fork("split"));
    const found = await search({ ...options, data: { table, y }, folds }, rng.fork("search"), watch);
    options.report?.(found);
    return found.model;
  };
}
