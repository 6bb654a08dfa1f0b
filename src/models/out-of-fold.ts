import { check, checkInteger } from "../core/checks";
import { type Labelled, takeLabelled, takeRows, takeValues } from "../core/matrix";
import type { Fit, Model, Watch } from "../core/model";
import type { Rng } from "../core/rng";
import { asTable, type PolarsFrame } from "../data/polars";
import type { Split } from "../data/split";
import { type Table, takeTableRows } from "../data/table";
import type { FitTable } from "./pipeline";

/** A table with its target, as `Labelled` is for a matrix. */
export interface LabelledTable {
  readonly table: Table | PolarsFrame;
  readonly y: Float64Array;
  /** One non-negative weight per row, for metrics; all 1 when absent. */
  readonly weights?: Float64Array;
}

/** A learner beside the rows it learns from: matrices, or tables with the encoder inside the learner. */
export type Trial<M> =
  | { readonly learner: Fit<M & Model>; readonly data: Labelled }
  | { readonly learner: FitTable<M & TablePredictor>; readonly data: LabelledTable };

/** What predicts from tables: a pipeline, or anything like it. */
export interface TablePredictor {
  predict(rows: Table): Float64Array;
}

/** What one fold gave. */
export interface FoldResult<M> {
  readonly model: M;
  readonly test: Int32Array;
  /** The model's predictions of the rows `test`, in that order. */
  readonly predictions: Float64Array;
}

/**
 * Fits on each fold's training rows and predicts its test rows, one fold after the other. Fold k draws from
 * `rng.fork(k)`, so that leaving folds out changes no other. Rejects with the signal's reason when told to stop.
 */
export async function fitFolds<M>(
  trial: Trial<M>,
  folds: readonly Split[],
  rng: Rng,
  watch?: Watch,
): Promise<FoldResult<M>[]> {
  const action = "fit folds";
  check(folds.length > 0, action, "there must be folds", 0);
  const results: FoldResult<M>[] = [];
  const typed = ("table" in trial.data ? { ...trial, data: typedRows(trial.data) } : trial) as Trial<M>;
  for (const [k, fold] of folds.entries()) {
    watch?.signal?.throwIfAborted();
    watch?.progress?.({ phase: "cross-validate", done: k, total: folds.length });
    checkFold(fold, trial.data.y.length, action);
    results.push(await fitFold(typed, fold, rng.fork(k), watch?.signal));
  }
  watch?.progress?.({ phase: "cross-validate", done: folds.length, total: folds.length });
  return results;
}

/** The rows as a table, whatever they were given as. */
export function typedRows(data: LabelledTable): LabelledTable & { readonly table: Table } {
  return { ...data, table: asTable(data.table) };
}

/** Whether every row is tested by some fold. */
export function coversAll(tests: readonly Int32Array[], rows: number): boolean {
  const tested = new Uint8Array(rows);
  for (const test of tests) for (const i of test) tested[i] = 1;
  return !tested.includes(0);
}

/** Each row's mean prediction over the folds that tested it; throws when a row was never tested. */
export function outOfFold(
  results: readonly Pick<FoldResult<unknown>, "test" | "predictions">[],
  rows: number,
): Float64Array {
  const sums = new Float64Array(rows);
  const counts = new Float64Array(rows);
  for (const { test, predictions } of results) {
    for (let k = 0; k < test.length; k++) {
      sums[test[k]] += predictions[k];
      counts[test[k]]++;
    }
  }
  const never = counts.indexOf(0);
  check(
    never < 0,
    "join out-of-fold predictions",
    `every row must be tested by some fold, got none for row ${never}`,
  );
  return sums.map((sum, i) => sum / counts[i]);
}

async function fitFold<M>(
  trial: Trial<M>,
  { train, test }: Split,
  rng: Rng,
  signal: AbortSignal | undefined,
): Promise<FoldResult<M>> {
  // A learner's own progress would run from 0 to 1 again and again.
  const watch: Watch | undefined = signal && { signal };
  if ("table" in trial.data) {
    const { learner, data: given } = trial as Extract<Trial<M>, { data: LabelledTable }>;
    const data = typedRows(given);
    const model = await learner(takeTableRows(data.table, train), takeValues(data.y, train), rng, watch);
    return { model, test, predictions: model.predict(takeTableRows(data.table, test)) };
  }
  const { learner, data } = trial as Extract<Trial<M>, { data: Labelled }>;
  const model = await learner(takeLabelled(data, train), rng, watch);
  return { model, test, predictions: model.predict(takeRows(data.x, test)) };
}

function checkFold({ train, test }: Split, rows: number, action: string): void {
  check(train.length > 0 && test.length > 0, action, "a fold must have training and test rows");
  for (const part of [train, test])
    for (const i of part) if (!(i >= 0 && i < rows)) checkInteger(i, 0, rows - 1, action, "a row number");
}
