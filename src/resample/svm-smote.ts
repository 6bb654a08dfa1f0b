import { check, checkInteger, checkNumber } from "../core/checks";
import type { Labelled } from "../core/matrix";
import { countOthers, inDanger } from "./borderline-smote";
import { type Draws, drawsFrom } from "./draws";
import { drawSteps, type Oversample, type Oversampled, oversample } from "./interpolate";
import { nearestNeighbours } from "./neighbours";
import { checkNeighbours, checkSmote, type SmoteOptions } from "./smote";
import { supportVectors } from "./support-vectors";

export interface SvmSmoteOptions extends SmoteOptions {
  /** Neighbours that tell support vectors on the border from safe ones and from noise, at least 1. @default 10 */
  readonly borderNeighbours?: number;
  /** How far new rows go from a safe support vector, away from its neighbour, in [0, 1]. @default 0.5 */
  readonly outStep?: number;
}

/**
 * SMOTE from the support vectors of the smaller class: towards neighbours from those on the border, away from them
 * where most neighbours are of the same class (Nguyen, Cooper and Kamei, 2009). The share of either kind is drawn.
 *
 * @example
 * const x = matrix(40, 1, Float64Array.from({ length: 40 }, (_, i) => (i < 10 ? i : i - 4)));
 * const y = Float64Array.from({ length: 40 }, (_, i) => Number(i < 10));
 * svmSmote({ neighbours: 3, borderNeighbours: 5 })({ x, y }, seeded(1)).x.rows >= 40; // → true
 */
export function svmSmote(options: SvmSmoteOptions = {}): Oversample {
  const action = "fit SVM-SMOTE";
  checkSmote(options, action);
  checkInteger(options.borderNeighbours ?? 10, 1, Infinity, action, "borderNeighbours");
  checkNumber(options.outStep ?? 0.5, 0, 1, action, "outStep");
  return (train, rng) => svmSmoteRows(train, options, drawsFrom(rng));
}

/** The work of `svmSmote`, with its random numbers from `draws`. */
export function svmSmoteRows(train: Labelled, options: SvmSmoteOptions, draws: Draws): Oversampled {
  const action = "fit SVM-SMOTE";
  const k = options.neighbours ?? 5;
  const around = options.borderNeighbours ?? 10;
  return oversample(train, options, action, (label, own, count) => {
    checkNeighbours(k, own.rows.length, label, action);
    const support = supportVectors(train.x, train.y).filter((i) => train.y[i] === label);
    const others = countOthers(train, support, around, label, action);
    const border = support.filter((_, i) => inDanger(others[i], around));
    const safe = support.filter((_, i) => others[i] < around && !inDanger(others[i], around));
    check(
      border.length + safe.length > 0,
      action,
      `some support vectors of class ${label} must have a neighbour of that class (try another variant)`,
    );
    const share = Math.floor(draws.beta(10, 10) * (count + 1));
    // Where one kind is missing the other makes all the rows. The peer then makes fewer than were asked for.
    const fromBorder = safe.length === 0 ? count : border.length === 0 ? 0 : share;
    const place = new Map(Array.from(own.rows, (row, position) => [row, position]));
    const start = (rows: Int32Array, howMany: number, reach: number) => {
      const bases = rows.map((row) => place.get(row) as number);
      return drawSteps(
        { parents: own, bases, near: nearestNeighbours(own.x, k, bases) },
        { count: howMany, label, reach },
        draws,
      );
    };
    const parts = [];
    if (border.length > 0) parts.push(start(border, fromBorder, 1));
    if (safe.length > 0) parts.push(start(safe, count - fromBorder, -(options.outStep ?? 0.5)));
    return parts;
  });
}
