import { check, checkFinite, checkInteger, checkSameLength } from "../../../core/checks";
import { type Matrix, matrix, takeRows } from "../../../core/matrix";

/** What happened to each row, step by step. */
export interface Sequences {
  readonly rows: number;
  /** Steps of every row, the earliest first. A row that began later has NaN before. */
  readonly steps: number;
  /** What is measured at each step. */
  readonly features: readonly string[];
  /** Row i, step t, feature j at `(i * steps + t) * features.length + j`; NaN is missing. */
  readonly values: Float32Array;
  /** Numbers that are known of each row as a whole, one row each; NaN is missing. */
  readonly fixed?: Matrix;
}

/** Sequences with what is to be foretold: one column of 0 and 1, or one column a quantity. */
export interface LabelledSequences {
  readonly x: Sequences;
  readonly y: Matrix;
}

/**
 * Sequences over `values` (not copied).
 *
 * @example
 * // Two customers, three months each, calls and minutes of every month.
 * const usage = sequences(2, 3, ["calls", "minutes"], Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60));
 * takeSequences(usage, [1]).values; // → [4, 40, 5, 50, 6, 60]
 */
export function sequences(
  rows: number,
  steps: number,
  features: readonly string[],
  values: Float32Array,
  fixed?: Matrix,
): Sequences {
  const action = "make sequences";
  checkInteger(steps, 1, 4096, action, "steps");
  check(features.length > 0, action, "there must be features", 0);
  checkSameLength(
    values.length,
    rows * steps * features.length,
    action,
    "values and rows × steps × features",
  );
  if (fixed) checkSameLength(fixed.rows, rows, action, "fixed columns and sequences");
  return { rows, steps, features, values, ...(fixed && { fixed }) };
}

/**
 * The rows at `indices`, in that order.
 *
 * @example
 * const usage = sequences(2, 3, ["calls"], Float32Array.of(1, 2, 3, 4, 5, 6));
 * takeSequences(usage, [1, 0]).values; // → [4, 5, 6, 1, 2, 3]
 */
export function takeSequences(x: Sequences, indices: ArrayLike<number>): Sequences {
  const width = x.steps * x.features.length;
  const values = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++)
    values.set(x.values.subarray(indices[i] * width, (indices[i] + 1) * width), i * width);
  return { ...x, rows: indices.length, values, ...(x.fixed && { fixed: takeRows(x.fixed, indices) }) };
}

/** Throws unless rows agree, targets are finite and, for a probability, 0 and 1 that both occur. */
export function checkLabelledSequences({ x, y }: LabelledSequences, classes: boolean, action: string): void {
  checkSameLength(x.rows, y.rows, action, "sequences and targets");
  check(x.rows > 0, action, "there must be rows", 0);
  check(y.columns > 0, action, "there must be targets", 0);
  checkFinite(y.values, action, "targets");
  if (!classes) return;
  check(y.columns === 1, action, "a probability has one column of targets", y.columns);
  for (const label of [0, 1])
    check(y.values.includes(label), action, `both labels must occur, got no ${label}`);
  check(
    y.values.every((value) => value === 0 || value === 1),
    action,
    "labels must be 0 or 1",
  );
}

/** Where each number of a sequence or fixed column is centred and by what it is divided. */
export interface SequenceInputs {
  readonly steps: number;
  readonly features: readonly string[];
  readonly means: readonly number[];
  readonly scales: readonly number[];
  /** Whether a flag tells which steps are missing: where training rows had such. */
  readonly flagged: boolean;
  readonly fixed: readonly string[];
  readonly fixedMeans: readonly number[];
  readonly fixedScales: readonly number[];
}

/** Numbers that enter a net at each step. */
export function stepWidth(inputs: SequenceInputs): number {
  return inputs.features.length + (inputs.flagged ? 1 : 0);
}

/** Means and standard deviations of the training rows, over all steps; missing values stand aside. */
export function fitSequenceInputs(x: Sequences): SequenceInputs {
  const width = x.features.length;
  const steps = x.features.map((_, j) => momentsOf(x.values, j, width, x.values.length));
  const fixed = x.fixed?.features.map((_, j) =>
    momentsOf(x.fixed?.values ?? [], j * x.rows, 1, (j + 1) * x.rows),
  );
  return {
    steps: x.steps,
    features: x.features,
    means: steps.map((step) => step.mean),
    scales: steps.map((step) => step.scale),
    flagged: x.values.some(Number.isNaN),
    fixed: x.fixed?.features.map((feature) => feature.name) ?? [],
    fixedMeans: fixed?.map((one) => one.mean) ?? [],
    fixedScales: fixed?.map((one) => one.scale) ?? [],
  };
}

/** Mean and deviation of values[from], values[from + by], … below `to`; a constant has scale 1. */
function momentsOf(
  values: ArrayLike<number>,
  from: number,
  by: number,
  to: number,
): { mean: number; scale: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (let i = from; i < to; i += by)
    if (Number.isFinite(values[i])) {
      count++;
      sum += values[i];
    }
  const mean = count > 0 ? sum / count : 0;
  for (let i = from; i < to; i += by) if (Number.isFinite(values[i])) squares += (values[i] - mean) ** 2;
  const scale = count > 0 ? Math.sqrt(squares / count) : 0;
  return { mean, scale: scale > 1e-12 * Math.max(1, Math.abs(mean)) ? scale : 1 };
}

/** Rows as a net takes them. */
export interface EncodedSequences {
  readonly rows: number;
  /** Step by step, and within a step row by row: the numbers of that step. */
  readonly steps: Float32Array;
  /** Row by row; empty without fixed columns. */
  readonly fixed: Float32Array;
}

/** Standardised numbers of the rows at `indices`; what is missing becomes the mean, 0. */
export function encodeSequences(
  x: Sequences,
  inputs: SequenceInputs,
  indices: ArrayLike<number>,
): EncodedSequences {
  const { means, scales, flagged, fixedMeans, fixedScales } = inputs;
  const from = x.features.length;
  const to = stepWidth(inputs);
  const rows = indices.length;
  const steps = new Float32Array(x.steps * rows * to);
  for (let i = 0; i < rows; i++)
    for (let t = 0; t < x.steps; t++) {
      const read = (indices[i] * x.steps + t) * from;
      const write = (t * rows + i) * to;
      let missing = 0;
      for (let j = 0; j < from; j++) {
        const value = x.values[read + j];
        if (Number.isFinite(value)) steps[write + j] = (value - means[j]) / scales[j];
        else missing = 1;
      }
      if (flagged) steps[write + from] = missing;
    }
  const width = fixedMeans.length;
  const fixed = new Float32Array(rows * width);
  for (let j = 0; j < width; j++)
    for (let i = 0; i < rows; i++) {
      const value = x.fixed?.values[j * x.rows + indices[i]] ?? Number.NaN;
      if (Number.isFinite(value)) fixed[i * width + j] = (value - fixedMeans[j]) / fixedScales[j];
    }
  return { rows, steps, fixed };
}

/** Throws unless the sequences are of the kind that a net was trained on. */
export function checkSequences(x: Sequences, inputs: SequenceInputs, action: string): void {
  check(x.steps === inputs.steps, action, `there must be ${inputs.steps} steps as in training`, x.steps);
  const same = (a: readonly string[], b: readonly string[]): boolean => a.join("\n") === b.join("\n");
  check(
    same(x.features, inputs.features),
    action,
    `the features must be ${inputs.features.join(", ")} as in training`,
    x.features.join(", "),
  );
  const fixed = x.fixed?.features.map((feature) => feature.name) ?? [];
  check(
    same(fixed, inputs.fixed),
    action,
    `the fixed columns must be ${inputs.fixed.join(", ") || "none"} as in training`,
    fixed.join(", ") || "none",
  );
}

/**
 * Columns of targets from plain lists.
 *
 * @example
 * targetColumns({ calls: [1, 2], minutes: [10, 20] }).values; // → [1, 2, 10, 20]
 */
export function targetColumns(columns: Readonly<Record<string, ArrayLike<number>>>): Matrix {
  const names = Object.keys(columns);
  const rows = names.length > 0 ? columns[names[0]].length : 0;
  const values = new Float64Array(rows * names.length);
  names.forEach((name, j) => {
    checkSameLength(columns[name].length, rows, "make targets", "all columns");
    values.set(Array.from(columns[name]), j * rows);
  });
  return matrix(
    rows,
    names.length,
    values,
    names.map((name) => ({ name })),
  );
}
