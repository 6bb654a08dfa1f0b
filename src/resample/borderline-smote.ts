import { checkInteger, checkOneOf } from "../core/checks";
import type { Labelled } from "../core/matrix";
import { type Draws, drawsFrom } from "./draws";
import { drawSteps, type Oversample, type Oversampled, oversample, type Steps } from "./interpolate";
import { nearestNeighbours } from "./neighbours";
import { checkNeighbours, checkSmote, positions, type SmoteOptions } from "./smote";

export interface BorderlineSmoteOptions extends SmoteOptions {
  /**
   * "1" (default): second parents come from the smaller class. "2": from all rows; towards a row of the other class a
   * new one goes at most half of the way.
   */
  readonly kind?: "1" | "2";
  /** Neighbours that decide whether a row lies on the border, at least 1. @default 10 */
  readonly borderNeighbours?: number;
}

/**
 * SMOTE from those rows only that lie on the border: at least half, but not all, of their nearest rows are of the
 * other class (Han, Wang and Mao, 2005). Where no row does, there is nothing to start from and the rows come back
 * as they are.
 *
 * @example
 * const x = matrix(30, 1, Float64Array.from({ length: 30 }, (_, i) => (i < 8 ? i : i - 3)));
 * const y = Float64Array.from({ length: 30 }, (_, i) => Number(i < 8));
 * const more = borderlineSmote({ neighbours: 3, borderNeighbours: 4 })({ x, y }, seeded(1));
 * more.x.rows >= 30; // → true
 */
export function borderlineSmote(options: BorderlineSmoteOptions = {}): Oversample {
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
): Oversampled {
  const action = "fit borderline SMOTE";
  const neighbours = options.neighbours ?? 5;
  return oversample(train, options, action, (label, own, count) => {
    const around = options.borderNeighbours ?? 10;
    const others = countOthers(train, own.rows, around, label, action);
    const danger = positions(own.rows.length).filter((i) => inDanger(others[i], around));
    if (danger.length === 0) return [];
    if (options.kind !== "2") {
      checkNeighbours(neighbours, own.rows.length, label, action);
      const near = nearestNeighbours(own.x, neighbours, danger);
      return [drawSteps({ parents: own, bases: danger, near }, { count, label }, draws)];
    }
    checkInteger(neighbours, 1, train.x.rows - 1, action, "neighbours");
    const all = { x: train.x, rows: positions(train.x.rows) };
    const dangerRows = danger.map((i) => own.rows[i]);
    const near = nearestNeighbours(train.x, neighbours, dangerRows);
    return [
      halveTowardsOthers(
        drawSteps({ parents: all, bases: dangerRows, near }, { count, label }, draws),
        train.y,
        draws,
      ),
    ];
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

function halveTowardsOthers(steps: Steps, labels: Float64Array, draws: Draws): Steps {
  const across = positions(steps.base.length).filter((i) => labels[steps.towards[i]] !== steps.label);
  const scale = draws.uniforms(across.length);
  const step = steps.step.slice();
  across.forEach((i, n) => {
    step[i] *= scale[n] * 0.5;
  });
  return { ...steps, step };
}
