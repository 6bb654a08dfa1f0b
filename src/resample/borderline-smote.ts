import { checkInteger, checkOneOf } from "../core/checks";
import { type Labelled, takeRows } from "../core/matrix";
import type { Resample } from "../core/model";
import { type Draws, drawsFrom } from "./draws";
import { drawSteps, oversample, type Steps } from "./interpolate";
import { nearestNeighbours } from "./neighbours";
import { checkNeighbours, checkSmote, type SmoteOptions } from "./smote";

export interface BorderlineSmoteOptions extends SmoteOptions {
  /**
   * "1" (default): second parents come from the smaller class. "2": from all rows; towards a row of the other class a
   * new one goes at most half of the way.
   */
  readonly kind?: "1" | "2";
  /** Neighbours that decide whether a row lies on the border, at least 1; defaults to 10. */
  readonly borderNeighbours?: number;
}

/**
 * SMOTE from those rows only that lie on the border: at least half, but not all, of their nearest rows are of the
 * other class (Han, Wang and Mao, 2005). Where no row does, there is nothing to start from and the rows come back
 * as they are.
 */
export function borderlineSmote(options: BorderlineSmoteOptions = {}): Resample {
  const action = "fit borderline SMOTE";
  checkSmote(options, action);
  checkOneOf(options.kind ?? "1", ["1", "2"], action, "kind");
  checkInteger(options.borderNeighbours ?? 10, 1, Infinity, action, "borderNeighbours");
  return (train, rng) => borderlineSmoteRows(train, options, drawsFrom(rng));
}

/** The work of `borderlineSmote`, with its random numbers from `draws`. */
export function borderlineSmoteRows(
  train: Labelled,
  options: BorderlineSmoteOptions,
  draws: Draws,
): Labelled {
  const action = "fit borderline SMOTE";
  const neighbours = options.neighbours ?? 5;
  return oversample(train, options, action, (label, rows, count) => {
    const around = options.borderNeighbours ?? 10;
    const others = countOthers(train, rows, around, label, action);
    const places = Int32Array.from(rows.keys()).filter((i) => inDanger(others[i], around));
    if (places.length === 0) return [];
    const danger = places.map((i) => rows[i]);
    if (options.kind !== "2") {
      checkNeighbours(neighbours, rows.length, label, action);
      const near = nearestNeighbours(takeRows(train.x, rows), neighbours, places);
      return [drawSteps(danger, rows, near, count, label, draws)];
    }
    checkInteger(neighbours, 1, train.x.rows - 1, action, "neighbours");
    const all = Int32Array.from({ length: train.x.rows }, (_, i) => i);
    const near = nearestNeighbours(train.x, neighbours, danger);
    return [halveTowardsOthers(drawSteps(danger, all, near, count, label, draws), train, draws)];
  });
}

/** For each of `rows`, how many of its `around` nearest rows among all are not of class `label`. */
export function countOthers(
  train: Labelled,
  rows: Int32Array,
  around: number,
  label: number,
  action: string,
): Int32Array {
  checkInteger(around, 1, train.x.rows - 1, action, "borderNeighbours");
  const near = nearestNeighbours(train.x, around, rows);
  const others = new Int32Array(rows.length);
  for (let i = 0; i < near.length; i++) if (train.y[near[i]] !== label) others[Math.floor(i / around)]++;
  return others;
}

/** Whether a row with so many neighbours of the other class lies on the border, rather than safe or in noise. */
export function inDanger(others: number, around: number): boolean {
  return others >= around / 2 && others < around;
}

function halveTowardsOthers(steps: Steps, train: Labelled, draws: Draws): Steps {
  const across = Int32Array.from(steps.base.keys()).filter((i) => train.y[steps.towards[i]] !== steps.label);
  const scale = draws.uniforms(across.length);
  const step = steps.step.slice();
  across.forEach((i, n) => {
    step[i] *= scale[n] * 0.5;
  });
  return { ...steps, step };
}
