import { check } from "../core/checks";
import { column, type Labelled, type Matrix } from "../core/matrix";
import type { Draws } from "./draws";
import { checkValues } from "./neighbours";
import { type ClassRows, rowsByClass, rowsToAdd, type TargetOptions } from "./target";

/** New rows, each a point on the line from one row to another. */
export interface Steps {
  /** Row numbers of the rows that new ones start from. */
  readonly base: Int32Array;
  /** Row numbers of the rows they move towards. */
  readonly towards: Int32Array;
  /** How far, as a share of the way: 0 stays, 1 arrives; negative values lead away. */
  readonly step: Float64Array;
  /** The class of all of them. */
  readonly label: 0 | 1;
}

/** For a class that lacks `count` rows: where new ones come from. */
export type AddRows = (label: 0 | 1, rows: Int32Array, count: number, classes: ClassRows) => Steps[];

/**
 * The rows of `train` in their order, then those that `addRows` makes for the class that lacks some. All columns must
 * be numeric and finite.
 */
export function oversample(
  train: Labelled,
  options: TargetOptions,
  action: string,
  addRows: AddRows,
): Labelled {
  const classes = rowsByClass(train, action);
  const add = rowsToAdd(classes, options, action);
  const categorical = train.x.features.find((feature) => feature.levels);
  check(
    !categorical,
    action,
    "columns must be numeric (for columns with levels use smoteNc, smoteN or one-hot columns)",
    categorical?.name,
  );
  checkValues(train.x, action);
  const labels = ([0, 1] as const).filter((label) => add[label] > 0);
  return withInterpolated(
    train,
    labels.flatMap((label) => addRows(label, classes[label], add[label], classes)),
  );
}

/**
 * `count` new rows: a pair of base row and neighbour is drawn from all pairs, then the step. `near` holds `k` positions
 * in `candidates` for each of `bases`. A negative `reach` leads away from the neighbour.
 */
export function drawSteps(
  bases: Int32Array,
  candidates: Int32Array,
  near: Int32Array,
  count: number,
  label: 0 | 1,
  draws: Draws,
  reach = 1,
): Steps {
  const k = near.length / bases.length;
  const pairs = draws.integers(near.length, count);
  const step = draws.uniforms(count);
  const base = new Int32Array(count);
  const towards = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    base[i] = bases[Math.floor(pairs[i] / k)];
    towards[i] = candidates[near[pairs[i]]];
    step[i] *= reach;
  }
  return { base, towards, step, label };
}

/** The rows of `train`, then the new ones. A new row has the weight of the row that it starts from. */
export function withInterpolated(train: Labelled, added: readonly Steps[]): Labelled {
  const { x } = train;
  const rows = added.reduce((sum, one) => sum + one.base.length, x.rows);
  const values = new Float64Array(rows * x.columns);
  for (let j = 0; j < x.columns; j++) {
    const from = column(x, j);
    const to = values.subarray(j * rows, (j + 1) * rows);
    to.set(from);
    let at = x.rows;
    for (const { base, towards, step } of added) {
      for (let i = 0; i < base.length; i++, at++) {
        const start = from[base[i]];
        to[at] = start + step[i] * (from[towards[i]] - start);
      }
    }
  }
  return withLabels(train, { ...x, rows, values }, added);
}

/** The labels and weights that go with `x`: those of `train`, then those of the new rows. */
export function withLabels(
  train: Labelled,
  x: Matrix,
  added: readonly Pick<Steps, "base" | "label">[],
): Labelled {
  const y = new Float64Array(x.rows);
  y.set(train.y);
  const weights = train.weights && new Float64Array(x.rows);
  if (weights && train.weights) weights.set(train.weights);
  let at = train.x.rows;
  for (const { base, label } of added) {
    y.fill(label, at, at + base.length);
    if (weights && train.weights)
      for (let i = 0; i < base.length; i++) weights[at + i] = train.weights[base[i]];
    at += base.length;
  }
  return weights ? { x, y, weights } : { x, y };
}
