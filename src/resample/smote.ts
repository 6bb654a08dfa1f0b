import { check, checkInteger } from "../core/checks";
import type { Labelled } from "../core/matrix";
import { type Draws, drawsFrom } from "./draws";
import { drawSteps, type Oversample, type Oversampled, oversample, type Parents } from "./interpolate";
import { nearestNeighbours } from "./neighbours";
import { checkTarget, type TargetOptions } from "./target";

export interface SmoteOptions extends TargetOptions {
  /** Neighbours among which a new row's second parent is drawn, at least 1. More spread new rows wider. @default 5 */
  readonly neighbours?: number;
}

/**
 * Adds rows on the segments between a row of the smaller class and one of its nearest rows of that class, until the
 * classes are as asked (Chawla, Bowyer, Hall and Kegelmeyer, 2002). The rows given come first, in their order, then
 * the new ones. Columns must be finite numbers; those with levels need `smoteNc`.
 *
 * @example
 * const x = matrix(30, 1, Float64Array.from({ length: 30 }, (_, i) => i));
 * const y = Float64Array.from({ length: 30 }, (_, i) => Number(i < 8));
 * const more = smote({ neighbours: 3 })({ x, y }, seeded(1));
 * // 14 new rows, all between those of the smaller class.
 * [more.x.rows, Math.max(...more.x.values.slice(30)) <= 7]; // → [44, true]
 * smote({ neighbours: 20 })({ x, y }, seeded(1)); // throws "neighbours"
 */
export function smote(options: SmoteOptions = {}): Oversample {
  checkSmote(options, "fit smote");
  return (train, rng) => smoteRows(train, options, drawsFrom(rng));
}

/** The work of `smote`, with its random numbers from `draws`. */
export function smoteRows(train: Labelled, options: SmoteOptions, draws: Draws): Oversampled {
  const action = "fit smote";
  return oversample(train, options, action, (label, own, count) => {
    const near = classNeighbours(own, options.neighbours ?? 5, label, action);
    return [drawSteps({ parents: own, bases: positions(own.rows.length), near }, { count, label }, draws)];
  });
}

/** Throws unless the options that SMOTE and its variants share are sound. */
export function checkSmote(options: SmoteOptions, action: string): void {
  checkTarget(options, action);
  checkInteger(options.neighbours ?? 5, 1, Infinity, action, "neighbours");
}

/** Throws unless a class has more rows than neighbours are asked for. */
export function checkNeighbours(neighbours: number, rows: number, label: number, action: string): void {
  check(neighbours < rows, action, `neighbours must be below the ${rows} rows of class ${label}`, neighbours);
}

/** For each row of a class, the positions of its `neighbours` nearest there. */
export function classNeighbours(own: Parents, neighbours: number, label: number, action: string): Int32Array {
  checkNeighbours(neighbours, own.x.rows, label, action);
  return nearestNeighbours(own.x, neighbours);
}

/** The numbers 0 … count − 1. */
export function positions(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
