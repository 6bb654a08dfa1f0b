import { type Labelled, takeLabelled } from "../core/matrix";
import type { Resample } from "../core/model";
import { type Draws, drawsFrom } from "./draws";
import { checkTarget, rowsByClass, rowsToAdd, rowsToKeep, type TargetOptions } from "./target";

/**
 * Repeats random rows of the smaller class, with replacement: the rows given in their order, then the copies. Any
 * columns will do, missing values too.
 *
 * @example
 * const data = { x: matrixFromRows([[0], [1], [2], [3]]), y: Float64Array.of(0, 0, 0, 1) };
 * randomOverSampling()(data, seeded(1)).x.values; // → [0, 1, 2, 3, 3, 3]
 */
export function randomOverSampling(options: TargetOptions = {}): Resample {
  checkTarget(options, "over-sample");
  return (train, rng) => randomOverSampled(train, options, drawsFrom(rng));
}

/** The work of `randomOverSampling`, with its random numbers from `draws`. */
export function randomOverSampled(train: Labelled, options: TargetOptions, draws: Draws): Labelled {
  const action = "over-sample";
  const classes = rowsByClass(train, action);
  const add = rowsToAdd(classes, options, action);
  const indices = Int32Array.from({ length: train.x.rows + add[0] + add[1] }, (_, i) => i);
  let at = train.x.rows;
  for (const label of [0, 1]) {
    if (add[label] === 0) continue;
    for (const i of draws.integers(classes[label].length, add[label])) indices[at++] = classes[label][i];
  }
  return takeLabelled(train, indices);
}

/**
 * Keeps a random part of the larger class, without replacement; the rows kept stay in their order.
 *
 * @example
 * const data = { x: matrixFromRows([[0], [1], [2], [3]]), y: Float64Array.of(0, 0, 0, 1) };
 * randomUnderSampling()(data, seeded(1)).x.rows; // → 2
 */
export function randomUnderSampling(options: TargetOptions = {}): Resample {
  checkTarget(options, "under-sample");
  return (train, rng) => randomUnderSampled(train, options, drawsFrom(rng));
}

/** The work of `randomUnderSampling`, with its random numbers from `draws`. */
export function randomUnderSampled(train: Labelled, options: TargetOptions, draws: Draws): Labelled {
  const action = "under-sample";
  const classes = rowsByClass(train, action);
  const keep = rowsToKeep(classes, options, action);
  const kept = classes.flatMap((rows, label) => {
    if (keep[label] === rows.length) return Array.from(rows);
    return Array.from(draws.permutation(rows.length).subarray(0, keep[label]), (i) => rows[i]);
  });
  return takeLabelled(train, Int32Array.from(kept).sort());
}
