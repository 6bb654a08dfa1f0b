import { column, type Labelled, type Matrix } from "../core/matrix";

/** New rows, each a point on the way from one row to another. */
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

/**
 * The rows of `train` in their order, then the new ones. A new row has the weight of the row that it starts from.
 */
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
export function withLabels(train: Labelled, x: Matrix, added: readonly Omit<Steps, "step">[]): Labelled {
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
