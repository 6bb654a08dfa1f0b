import { type Labelled, type Matrix, matrix, takeLabelled, takeRows } from "../../core/matrix";
import type { ModelJson } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import { type LearnerSpec, learnerFrom } from "../learner";

/** Rows to learn from and rows to predict, in memory that threads share. */
export interface SharedFold {
  readonly train: Labelled;
  readonly test: Matrix;
  /** The rows of `train` and `test` that count, where not all do. */
  readonly trainRows?: Int32Array;
  readonly testRows?: Int32Array;
}

export interface SearchTask {
  readonly spec: LearnerSpec;
  readonly fold: SharedFold;
  readonly key: Rng["key"];
}

export interface SearchTaskResult {
  readonly predictions: Float64Array;
  readonly milliseconds: number;
}

/** Fits one candidate on one fold and predicts the fold's test rows; what a thread runs. */
export const fitCandidate: Task<SearchTask, SearchTaskResult> = task(
  "models/search/search-task",
  "fitCandidate",
  async ({ spec, fold, key }: SearchTask) => {
    const start = performance.now();
    const { train, test, trainRows, testRows } = fold;
    const model = await learnerFrom(spec)(trainRows ? takeLabelled(train, trainRows) : train, fromKey(key));
    const predictions = model.predict(testRows ? takeRows(test, testRows) : test);
    return { predictions, milliseconds: performance.now() - start };
  },
);

export interface ModelTask {
  readonly spec: LearnerSpec;
  readonly train: Labelled;
  readonly key: Rng["key"];
}

/** Fits one learner and returns its model as JSON; what a thread runs. */
export const fitModel: Task<ModelTask, ModelJson> = task(
  "models/search/search-task",
  "fitModel",
  async ({ spec, train, key }: ModelTask) => (await learnerFrom(spec)(train, fromKey(key))).toJSON(),
);

/** The same matrix in memory that threads share. */
export function sharedMatrix(x: Matrix): Matrix {
  return matrix(x.rows, x.columns, sharedValues(x.values), x.features);
}

/** The same rows in memory that threads share. */
export function sharedLabelled({ x, y, weights }: Labelled): Labelled {
  return { x: sharedMatrix(x), y: sharedValues(y), ...(weights && { weights: sharedValues(weights) }) };
}

/** The same row numbers in memory that threads share. */
export function sharedRows(rows: Int32Array): Int32Array {
  const out = new Int32Array(new SharedArrayBuffer(4 * rows.length));
  out.set(rows);
  return out;
}

function sharedValues(values: Float64Array): Float64Array {
  const out = new Float64Array(new SharedArrayBuffer(8 * values.length));
  out.set(values);
  return out;
}
