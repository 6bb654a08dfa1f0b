import type { Labelled, Matrix } from "./matrix";
import type { Rng } from "./rng";

/** What `toJSON` of every model returns: enough to load it back bit-identical, and no training rows. */
export interface ModelJson {
  readonly kind: string;
  readonly version: number;
  readonly [field: string]: unknown;
}

/** Read-only data that predicts. */
export interface Model {
  readonly kind: string;
  /** One value per row, in order: the probability of class 1, or the expected target of a regression. */
  predict(x: Matrix): Float64Array;
  toJSON(): ModelJson;
}

/** A learner. Same rows, same stream: same model, at any number of threads. */
export type Fit<M extends Model = Model> = (train: Labelled, rng: Rng, watch?: Watch) => Promise<M>;

/** Makes labelled rows from labelled rows; applied to training rows only. */
export type Resample = (train: Labelled, rng: Rng) => Labelled;

/** How long work reports on itself and is told to stop. */
export interface Watch {
  /** Ends the work within one step; it then rejects with the signal's reason or keeps the best so far, as documented. */
  readonly signal?: AbortSignal;
  readonly progress?: (step: Progress) => void;
}

export interface Progress {
  /** What is being done: "encode", "train", "tune", … */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Losses and scores worth drawing, by name. */
  readonly figures?: Readonly<Record<string, number>>;
}
