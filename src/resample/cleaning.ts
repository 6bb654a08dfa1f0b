import { check, checkInteger, checkOneOf } from "../core/checks";
import { type Labelled, takeLabelled } from "../core/matrix";
import type { Resample } from "../core/model";
import { type Draws, drawsFrom } from "./draws";
import { checkValues, nearestNeighbours } from "./neighbours";
import { checkSmote, type SmoteOptions, smoteRows } from "./smote";
import { rowsByClass, smallerClass } from "./target";

export interface CleaningOptions {
  /** Which rows may be removed: those of the "larger" class (default), those of "both", or "zeros": those of class 0. */
  readonly remove?: "larger" | "both" | "zeros";
}

export interface EditedNeighboursOptions extends CleaningOptions {
  /** Neighbours asked, at least 1. @default 3 */
  readonly neighbours?: number;
  /** A row stays if "all" its neighbours (default) or "most" are of its class; most removes fewer. */
  readonly agree?: "all" | "most";
}

/**
 * Removes rows in Tomek links: pairs of rows of different classes that are each other's nearest row (Tomek, 1976). The
 * rows that stay keep their order; nothing is random.
 *
 * @example
 * const data = { x: matrixFromRows([[0], [1], [1.1], [5], [6]]), y: Float64Array.of(0, 0, 1, 1, 1) };
 * tomekLinks({ remove: "both" })(data, seeded(1)).x.values; // → [0, 5, 6]
 */
export function tomekLinks(options: CleaningOptions = {}): Resample {
  checkRemove(options, "remove Tomek links");
  return (train) => tomekRows(train, options);
}

function tomekRows(train: Labelled, options: CleaningOptions): Labelled {
  const action = "remove Tomek links";
  return withoutTomekLinks(train, prepare(train, options, action), action);
}

/** The rows without those in Tomek links that may be removed. */
export function withoutTomekLinks(
  train: Labelled,
  removable: (i: number) => boolean,
  action: string,
): Labelled {
  const nearest = nearestNeighbours(train.x, 1);
  return keepRows(
    train,
    (i) => !(removable(i) && train.y[nearest[i]] !== train.y[i] && nearest[nearest[i]] === i),
    action,
  );
}

/**
 * Removes rows that disagree with their nearest rows on the class: edited nearest neighbours (Wilson, 1972). The rows
 * that stay keep their order; nothing is random.
 *
 * @example
 * // The row at 1.1 is of the other class than all around it.
 * const data = { x: matrixFromRows([[0], [1], [1.1], [2], [3], [9], [10]]), y: Float64Array.of(0, 0, 1, 0, 0, 1, 1) };
 * const kept = editedNeighbours({ neighbours: 1, remove: "both" })(data, seeded(1));
 * kept.x.rows < 7; // → true
 */
export function editedNeighbours(options: EditedNeighboursOptions = {}): Resample {
  const action = "edit neighbours";
  checkRemove(options, action);
  checkInteger(options.neighbours ?? 3, 1, Infinity, action, "neighbours");
  checkOneOf(options.agree ?? "all", ["all", "most"], action, "agree");
  return (train) => {
    const removed = new Set(editedRows(train, options));
    return keepRows(train, (i) => !removed.has(i), action);
  };
}

/** The rows, ascending, that disagree with their neighbours and may be removed. */
export function editedRows(train: Labelled, options: EditedNeighboursOptions): Int32Array {
  const action = "edit neighbours";
  const removable = prepare(train, options, action);
  const k = options.neighbours ?? 3;
  checkInteger(k, 1, train.x.rows - 1, action, "neighbours");
  const candidates = Int32Array.from({ length: train.x.rows }, (_, i) => i).filter(removable);
  const near = nearestNeighbours(train.x, k, candidates);
  const removed = candidates.filter((i, n) => {
    let same = 0;
    for (let j = n * k; j < (n + 1) * k; j++) if (train.y[near[j]] === train.y[i]) same++;
    // An even split counts as class 0, the mode that SciPy reports.
    const most = same * 2 > k || (same * 2 === k && train.y[i] === 0);
    return options.agree === "most" ? !most : same < k;
  });
  return removed;
}

/**
 * SMOTE, then Tomek links removed from both classes (Batista, Prati and Monard, 2004).
 *
 * @example
 * const x = matrix(30, 1, Float64Array.from({ length: 30 }, (_, i) => (i < 8 ? i : i + 20)));
 * const y = Float64Array.from({ length: 30 }, (_, i) => Number(i < 8));
 * smoteTomek()({ x, y }, seeded(1)).x.rows; // → 44
 */
export function smoteTomek(options: SmoteOptions = {}): Resample {
  checkSmote(options, "fit smote");
  return (train, rng) => smoteTomekRows(train, options, drawsFrom(rng));
}

/** The work of `smoteTomek`, with its random numbers from `draws`. */
export function smoteTomekRows(train: Labelled, options: SmoteOptions, draws: Draws): Labelled {
  return tomekRows(smoteRows(train, options, draws), { remove: "both" });
}

/**
 * SMOTE, then edited nearest neighbours on both classes (Batista, Prati and Monard, 2004).
 *
 * @example
 * const x = matrix(30, 1, Float64Array.from({ length: 30 }, (_, i) => (i < 8 ? i : i + 20)));
 * const y = Float64Array.from({ length: 30 }, (_, i) => Number(i < 8));
 * smoteEnn()({ x, y }, seeded(1)).x.rows; // → 44
 */
export function smoteEnn(options: SmoteOptions = {}): Resample {
  checkSmote(options, "fit smote");
  return (train, rng) => smoteEnnRows(train, options, drawsFrom(rng));
}

/** The work of `smoteEnn`, with its random numbers from `draws`. */
export function smoteEnnRows(train: Labelled, options: SmoteOptions, draws: Draws): Labelled {
  const made = smoteRows(train, options, draws);
  const removed = new Set(editedRows(made, { remove: "both" }));
  return keepRows(made, (i) => !removed.has(i), "edit neighbours");
}

function checkRemove(options: CleaningOptions, action: string): void {
  checkOneOf(options.remove ?? "larger", ["larger", "both", "zeros"], action, "remove");
}

/** Checks the rows; says which of them may go. */
function prepare(train: Labelled, options: CleaningOptions, action: string): (i: number) => boolean {
  const classes = rowsByClass(train, action);
  checkValues(train.x, action);
  const stays = options.remove === "zeros" ? 1 : smallerClass(classes);
  return options.remove === "both" ? () => true : (i) => train.y[i] !== stays;
}

/** The rows that stay; throws where a class loses all of its own. */
export function keepRows(train: Labelled, stays: (i: number) => boolean, action: string): Labelled {
  const kept = Int32Array.from({ length: train.x.rows }, (_, i) => i).filter(stays);
  const ones = kept.reduce((sum, i) => sum + train.y[i], 0);
  check(ones > 0 && ones < kept.length, action, "rows of both classes must be left");
  return takeLabelled(train, kept);
}
