import { check } from "../core/checks";
import { type Labelled, takeLabelled } from "../core/matrix";
import { permutation, type Rng } from "../core/rng";
import type { Split } from "../data/split";

/**
 * Row numbers to learn from (`train`) and to stop by (`test`), drawn at random and each ascending: `share` of the rows,
 * of each class where `labels` are given.
 */
export function drawHeld(
  rows: number,
  labels: ArrayLike<number> | undefined,
  share: number,
  rng: Rng,
  action: string,
): Split {
  const order = permutation(rng, rows);
  const groups = labels ? [0, 1].map((label) => order.filter((i) => labels[i] === label)) : [order];
  const held = groups.flatMap((own) => [...own.subarray(0, Math.round(share * own.length))]);
  const fitted = groups.flatMap((own) => [...own.subarray(Math.round(share * own.length))]);
  check(held.length > 0 && fitted.length > 0, action, "validation must leave rows on both sides", share);
  return { train: Int32Array.from(fitted).sort(), test: Int32Array.from(held).sort() };
}

/** Training rows apart from those to stop by: a share of them, of each class where `classes`, or rows of one's own. */
export function holdOut(
  train: Labelled,
  validation: number | Labelled | undefined,
  classes: boolean,
  rng: Rng,
  action: string,
): { fitted: Labelled; held: Labelled | undefined } {
  if (validation === undefined) return { fitted: train, held: undefined };
  if (typeof validation !== "number") return { fitted: train, held: validation };
  const drawn = drawHeld(train.x.rows, classes ? train.y : undefined, validation, rng, action);
  return { fitted: takeLabelled(train, drawn.train), held: takeLabelled(train, drawn.test) };
}
