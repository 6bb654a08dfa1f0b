import { checkInteger, checkOneOf } from "../core/checks";
import { column, type Labelled, type Matrix, takeLabelled, takeRows } from "../core/matrix";
import type { Resample } from "../core/model";
import { editedRows, keepRows, withoutTomekLinks } from "./cleaning";
import { type Draws, drawsFrom } from "./draws";
import { checkValues, nearestNeighbours } from "./neighbours";
import { checkTarget, rowsByClass, rowsToKeep, smallerClass, type TargetOptions } from "./target";

export interface NearMissOptions extends TargetOptions {
  /**
   * Which rows of the larger class stay: those nearest to their nearest rows of the smaller one ("1", the default), nearest
   * to the rows of it that are farthest ("2"), or, of the neighbours of its rows, those farthest from it ("3").
   */
  readonly version?: "1" | "2" | "3";
  /** Neighbours whose distances are summed, at least 1. @default 3 */
  readonly neighbours?: number;
}

/**
 * Keeps of the larger class the rows that lie near the smaller one (Mani and Zhang, 2003). The rows that stay keep their
 * order; nothing is random. Version 3 may leave fewer than asked.
 *
 * @example
 * const data = { x: matrixFromRows([[0], [1], [2], [5], [9]]), y: Float64Array.of(0, 0, 0, 1, 1) };
 * nearMiss({ neighbours: 1 })(data, seeded(1)).x.values; // → [1, 2, 5, 9]
 */
export function nearMiss(options: NearMissOptions = {}): Resample {
  const action = "choose near misses";
  checkTarget(options, action);
  checkOneOf(options.version ?? "1", ["1", "2", "3"], action, "version");
  checkInteger(options.neighbours ?? 3, 1, Infinity, action, "neighbours");
  return (train) => nearMisses(train, options);
}

function nearMisses(train: Labelled, options: NearMissOptions): Labelled {
  const action = "choose near misses";
  const { version = "1", neighbours = 3 } = options;
  const classes = rowsByClass(train, action);
  checkValues(train.x, action);
  const small = smallerClass(classes);
  const [few, many] = [classes[small], classes[1 - small]];
  checkInteger(neighbours, 1, few.length, action, "neighbours");
  const wanted = rowsToKeep(classes, options, action)[1 - small];
  const candidates = version === "3" ? neighboursOf(train.x, few, many, neighbours) : many;
  const nearest = version === "2" ? undefined : distancesToNearest(train.x, candidates, few, neighbours);
  const sums = Array.from(candidates, (i, n) => {
    const own =
      nearest?.subarray(n * neighbours, (n + 1) * neighbours) ??
      distancesTo(train.x, i, few).sort().slice(-neighbours);
    return { i, sum: own.reduce((total, one) => total + one, 0) };
  });
  sums.sort((a, b) => (version === "3" ? b.sum - a.sum : a.sum - b.sum));
  const kept = new Set(sums.slice(0, wanted).map(({ i }) => i));
  return keepRows(train, (i) => train.y[i] === small || kept.has(i), action);
}

/** The rows of `many` that are among the nearest of a row of `few`, ascending. */
function neighboursOf(x: Matrix, few: Int32Array, many: Int32Array, neighbours: number): Int32Array {
  const found = new Set<number>();
  for (const i of few) {
    const distances = distancesTo(x, i, many);
    const order = Array.from(many.keys()).sort((a, b) => distances[a] - distances[b]);
    for (const at of order.slice(0, neighbours)) found.add(many[at]);
  }
  return Int32Array.from(found).sort();
}

/**
 * Keeps of the larger class what its nearest row needs to tell it from the smaller one (Hart, 1968).
 *
 * @example
 * const data = { x: matrixFromRows([[0], [0.1], [0.2], [9]]), y: Float64Array.of(0, 0, 0, 1) };
 * condensedNeighbours()(data, seeded(1)).x.rows; // → 2
 */
export function condensedNeighbours(): Resample {
  return (train, rng) => condensedRows(train, drawsFrom(rng));
}

/** The work of `condensedNeighbours`, with its random numbers from `draws`. */
export function condensedRows(train: Labelled, draws: Draws): Labelled {
  const action = "condense neighbours";
  const { small, few, many } = start(train, action);
  const toFew = distancesToNearest(train.x, many, few, 1);
  const seed = many[draws.integers(many.length, 1)[0]];
  const kept = new Set([seed]);
  const toKept = distancesTo(train.x, seed, many);
  many.forEach((i, at) => {
    // A row whose nearest kept one is of its own class need not be kept; then it stays so, as only its own are added.
    if (kept.has(i) || toKept[at] < toFew[at]) return;
    kept.add(i);
    distancesTo(train.x, i, many).forEach((distance, other) => {
      toKept[other] = Math.min(toKept[other], distance);
    });
  });
  return keepRows(train, (i) => train.y[i] === small || kept.has(i), action);
}

/**
 * Keeps of the larger class one random row and those that are nearer to the smaller class than to it, then removes that
 * class's rows in Tomek links (Kubat and Matwin, 1997).
 *
 * @example
 * const data = { x: matrixFromRows([[0], [0.1], [6], [9], [9.1]]), y: Float64Array.of(0, 0, 0, 1, 1) };
 * oneSidedSelection()(data, seeded(1)).x.rows < 5; // → true
 */
export function oneSidedSelection(): Resample {
  return (train, rng) => oneSidedRows(train, drawsFrom(rng));
}

/** The work of `oneSidedSelection`, with its random numbers from `draws`. */
export function oneSidedRows(train: Labelled, draws: Draws): Labelled {
  const action = "select one-sidedly";
  const { small, few, many } = start(train, action);
  const toFew = distancesToNearest(train.x, many, few, 1);
  const seed = many[draws.integers(many.length, 1)[0]];
  const toSeed = distancesTo(train.x, seed, many);
  const kept = new Set(many.filter((i, at) => i === seed || toSeed[at] >= toFew[at]));
  const chosen = Int32Array.from({ length: train.x.rows }, (_, i) => i).filter(
    (i) => train.y[i] === small || kept.has(i),
  );
  const rows = takeLabelled(train, chosen);
  return withoutTomekLinks(rows, (i) => rows.y[i] !== small, action);
}

export interface NeighbourhoodCleaningOptions {
  /** Neighbours asked, at least 2. @default 3 */
  readonly neighbours?: number;
}

/**
 * Removes the rows of the larger class that most of their neighbours disagree with, and those that mislead about rows of
 * the smaller one: their neighbours, where these rows are taken for the larger class (Laurikkala, 2001).
 *
 * @example
 * const data = {
 *   x: matrixFromRows([[0], [1], [2], [9], [9.2], [9.5], [10]]),
 *   y: Float64Array.of(0, 0, 0, 1, 1, 0, 1),
 * };
 * neighbourhoodCleaning()(data, seeded(1)).x.values; // → [0, 1, 2, 9, 9.2, 10]
 */
export function neighbourhoodCleaning(options: NeighbourhoodCleaningOptions = {}): Resample {
  const action = "clean neighbourhoods";
  checkInteger(options.neighbours ?? 3, 2, Infinity, action, "neighbours");
  return (train) => {
    const k = options.neighbours ?? 3;
    const { small, few } = start(train, action);
    checkInteger(k, 2, train.x.rows - 1, action, "neighbours");
    const removed = new Set(editedRows(train, { neighbours: k, agree: "most" }));
    const near = nearestNeighbours(train.x, k, few);
    few.forEach((_, n) => {
      const own = near.subarray(n * k, (n + 1) * k);
      // As the peer does, the row itself counts among its neighbours when its class is guessed.
      const same = 1 + own.subarray(0, k - 1).reduce((sum, i) => sum + (train.y[i] === small ? 1 : 0), 0);
      if (same * 2 > k || (same * 2 === k && small === 0)) return;
      for (const i of own) if (train.y[i] !== small) removed.add(i);
    });
    return keepRows(train, (i) => !removed.has(i), action);
  };
}

/** The rows of both classes. */
function start(train: Labelled, action: string): { small: 0 | 1; few: Int32Array; many: Int32Array } {
  const classes = rowsByClass(train, action);
  checkValues(train.x, action);
  const small = smallerClass(classes);
  return { small, few: classes[small], many: classes[1 - small] };
}

/** Euclid's distances from each of `rows` to its `k` nearest of others, ascending. */
function distancesToNearest(x: Matrix, rows: Int32Array, others: Int32Array, k: number): Float64Array {
  const order = new Int32Array(others.length + rows.length);
  order.set(others);
  order.set(rows, others.length);
  const queries = Int32Array.from(rows.keys(), (n) => others.length + n);
  const near = nearestNeighbours(takeRows(x, order), k, queries, others.length);
  const out = new Float64Array(near.length);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    for (let n = 0; n < near.length; n++)
      out[n] += (values[others[near[n]]] - values[rows[Math.floor(n / k)]]) ** 2;
  }
  return out.map(Math.sqrt);
}

/** Euclid's distances from one row to others. */
function distancesTo(x: Matrix, from: number, to: Int32Array): Float64Array {
  const out = new Float64Array(to.length);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const own = values[from];
    for (let n = 0; n < to.length; n++) out[n] += (values[to[n]] - own) ** 2;
  }
  return out.map(Math.sqrt);
}
