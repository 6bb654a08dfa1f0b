import { check } from "../core/checks";
import { column, type Labelled, type Matrix, takeRows } from "../core/matrix";
import type { Rng } from "../core/rng";
import type { Draws } from "./draws";
import { checkValues } from "./neighbours";
import { rowsByClass, rowsToAdd, type TargetOptions } from "./target";

/** Rows that new ones are made from, close together in memory. */
export interface Parents {
  readonly x: Matrix;
  /** Their row numbers in the training rows. */
  readonly rows: Int32Array;
}

/** New rows, each a point on the line from one row to another. */
export interface Steps {
  readonly parents: Parents;
  /** Positions in `parents` of the rows that new ones start from. */
  readonly base: Int32Array;
  /** Positions in `parents` of the rows they move towards. */
  readonly towards: Int32Array;
  /** How far, as a share of the way: 0 stays, 1 arrives; negative values lead away. */
  readonly step: Float64Array;
  /** The class of all of them. */
  readonly label: 0 | 1;
}

/** The rows given in their order, then new ones; `made` says where these come from, in their order. */
export interface Oversampled extends Labelled {
  readonly made: readonly Steps[];
}

/** Adds rows to labelled rows; applied to training rows only. */
export type Oversample = (train: Labelled, rng: Rng) => Oversampled;

/** For a class that lacks `count` rows, and whose rows are `own`: where new ones come from. */
export type AddRows = (label: 0 | 1, own: Parents, count: number) => Steps[];

/**
 * The rows of `train` in their order, then those that `addRows` makes for the class that lacks some. All columns must
 * be numeric and finite.
 */
export function oversample(
  train: Labelled,
  options: TargetOptions,
  action: string,
  addRows: AddRows,
): Oversampled {
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
    labels.flatMap((label) => addRows(label, parentsAt(train, classes[label]), add[label])),
  );
}

/** The rows numbered `rows`. */
export function parentsAt(train: Labelled, rows: Int32Array): Parents {
  return { x: takeRows(train.x, rows), rows };
}

/** `near` holds equally many neighbours, positions in `parents`, for each of `bases`, positions there too. */
interface Neighbourhoods {
  readonly parents: Parents;
  readonly bases: Int32Array;
  readonly near: Int32Array;
}

/**
 * `count` new rows: a pair of base row and neighbour is drawn from all pairs, then the step. A negative `reach` leads
 * away.
 */
export function drawSteps(
  { parents, bases, near }: Neighbourhoods,
  { count, label, reach = 1 }: { readonly count: number; readonly label: 0 | 1; readonly reach?: number },
  draws: Draws,
): Steps {
  const k = near.length / bases.length;
  const pairs = draws.integers(near.length, count);
  const step = draws.uniforms(count);
  const base = new Int32Array(count);
  const towards = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    base[i] = bases[Math.floor(pairs[i] / k)];
    towards[i] = near[pairs[i]];
    step[i] *= reach;
  }
  return { parents, base, towards, step, label };
}

/** The rows of `train`, then the new ones. A new row has the weight of the row that it starts from. */
export function withInterpolated(train: Labelled, added: readonly Steps[]): Oversampled {
  const { x } = train;
  const rows = added.reduce((sum, steps) => sum + steps.base.length, x.rows);
  const values = new Float64Array(rows * x.columns);
  for (let j = 0; j < x.columns; j++) {
    const to = values.subarray(j * rows, (j + 1) * rows);
    to.set(column(x, j));
    let at = x.rows;
    for (const steps of added) {
      interpolate(column(steps.parents.x, j), steps, to, at);
      at += steps.base.length;
    }
  }
  return withLabels(train, { ...x, rows, values }, added);
}

function interpolate(from: Float64Array, steps: Steps, to: Float64Array, at: number): void {
  const { base, towards, step } = steps;
  for (let i = 0; i < base.length; i++) {
    const start = from[base[i]];
    to[at + i] = start + step[i] * (from[towards[i]] - start);
  }
}

/** The labels and weights that go with `x`: those of `train`, then those of the new rows. */
export function withLabels(train: Labelled, x: Matrix, made: readonly Steps[]): Oversampled {
  const y = new Float64Array(x.rows);
  y.set(train.y);
  const { weights } = train;
  const out = weights && new Float64Array(x.rows);
  if (out) out.set(weights);
  let at = train.x.rows;
  for (const { parents, base, label } of made) {
    y.fill(label, at, at + base.length);
    if (out) for (let i = 0; i < base.length; i++) out[at + i] = weights[parents.rows[base[i]]];
    at += base.length;
  }
  return { x, y, ...(out && { weights: out }), made };
}
