import { check, checkInteger } from "../core/checks";
import { type Labelled, takeRows } from "../core/matrix";
import type { Resample } from "../core/model";
import { type Draws, drawsFrom } from "./draws";
import { type Steps, withInterpolated } from "./interpolate";
import { checkValues, nearestNeighbours } from "./neighbours";
import { checkTarget, rowsByClass, rowsToAdd, type TargetOptions } from "./target";

export interface SmoteOptions extends TargetOptions {
  /** Neighbours among which a new row's second parent is drawn, at least 1; defaults to 5. More spread new rows wider. */
  readonly neighbours?: number;
}

/**
 * Adds rows on the segments between a row of the smaller class and one of its nearest rows of that class, until the
 * classes are as asked (Chawla, Bowyer, Hall and Kegelmeyer, 2002). The rows given come first, in their order, then
 * the new ones. Columns must be finite numbers; those with levels need `smoteNc`.
 */
export function smote(options: SmoteOptions = {}): Resample {
  const action = "fit smote";
  checkTarget(options, action);
  checkInteger(options.neighbours ?? 5, 1, Infinity, action, "neighbours");
  return (train, rng) => smoteRows(train, options, drawsFrom(rng));
}

/** The work of `smote`, with its random numbers from `draws`. */
export function smoteRows(train: Labelled, options: SmoteOptions, draws: Draws): Labelled {
  const action = "fit smote";
  const classes = rowsByClass(train, action);
  const add = rowsToAdd(classes, options, action);
  checkNumeric(train, action);
  const neighbours = options.neighbours ?? 5;
  const added: Steps[] = [];
  for (const label of [0, 1] as const) {
    if (add[label] === 0) continue;
    const rows = classes[label];
    checkNeighbours(neighbours, rows.length, label, action);
    const near = nearestNeighbours(takeRows(train.x, rows), neighbours);
    added.push(drawSteps(rows, rows, near, neighbours, add[label], label, draws));
  }
  return withInterpolated(train, added);
}

/** Throws unless every column is numeric and finite. */
export function checkNumeric(train: Labelled, action: string): void {
  const categorical = train.x.features.find((feature) => feature.levels);
  check(
    !categorical,
    action,
    "columns must be numeric (for columns with levels use smoteNc, smoteN or one-hot columns)",
    categorical?.name,
  );
  checkValues(train.x, action);
}

/** Throws unless the class has more rows than neighbours are asked for. */
export function checkNeighbours(neighbours: number, rows: number, label: number, action: string): void {
  check(neighbours < rows, action, `neighbours must be below the ${rows} rows of class ${label}`, neighbours);
}

/**
 * `count` new rows: a pair of base row and neighbour is drawn from all pairs, then the step. `near` holds `k` positions
 * in `candidates` for each of `bases`.
 */
export function drawSteps(
  bases: Int32Array,
  candidates: Int32Array,
  near: Int32Array,
  k: number,
  count: number,
  label: 0 | 1,
  draws: Draws,
): Steps {
  const pairs = draws.integers(near.length, count);
  const step = draws.uniforms(count);
  const base = new Int32Array(count);
  const towards = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    base[i] = bases[Math.floor(pairs[i] / k)];
    towards[i] = candidates[near[pairs[i]]];
  }
  return { base, towards, step, label };
}
