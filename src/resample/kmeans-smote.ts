import { check, checkInteger, checkNumber } from "../core/checks";
import type { Labelled, Matrix } from "../core/matrix";
import { type Draws, drawsFrom } from "./draws";
import {
  drawSteps,
  type Oversample,
  type Oversampled,
  oversample,
  type Parents,
  parentsAt,
} from "./interpolate";
import { kMeans } from "./k-means";
import { nearestNeighbours } from "./neighbours";
import { checkSmote, positions, type SmoteOptions } from "./smote";

export interface KMeansSmoteOptions extends SmoteOptions {
  /** Neighbours among which a second parent is drawn, at least 1; defaults to 2, for clusters are small. */
  readonly neighbours?: number;
  /** Groups that all rows are divided into first, at least 1. @default 8 */
  readonly clusters?: number;
  /**
   * Share of the smaller class from which a cluster gets new rows, in [0, 1]; defaults to half of this class's share of
   * all rows to be added (0.5 when only one class lacks rows). Lower it when no cluster qualifies.
   */
  readonly balance?: number;
  /** Power of the mean distance in a cluster's sparsity, at least 0; by default it grows with the cluster's rows. */
  readonly densityExponent?: number;
}

/**
 * SMOTE within clusters that hold enough of the smaller class, more of it where that class is sparse (Last, Douzas and
 * Bacao, 2017). Each cluster's number of new rows is rounded up, so the total may exceed the target a little.
 *
 * @example
 * const x = matrix(60, 1, Float64Array.from({ length: 60 }, (_, i) => (i < 12 ? i / 10 : i)));
 * const y = Float64Array.from({ length: 60 }, (_, i) => Number(i < 12));
 * kmeansSmote({ clusters: 3 })({ x, y }, seeded(1)).x.rows >= 96; // → true
 */
export function kmeansSmote(options: KMeansSmoteOptions = {}): Oversample {
  const action = "fit KMeans-SMOTE";
  checkSmote(options, action);
  checkInteger(options.clusters ?? 8, 1, Infinity, action, "clusters");
  if (options.balance !== undefined) checkNumber(options.balance, 0, 1, action, "balance");
  if (options.densityExponent !== undefined)
    checkNumber(options.densityExponent, 0, Infinity, action, "densityExponent");
  return (train, rng) =>
    kmeansSmoteRows(train, options, drawsFrom(rng), (x) => {
      checkInteger(options.clusters ?? 8, 1, x.rows, action, "clusters");
      return kMeans(x, options.clusters ?? 8, rng.fork("clusters"));
    });
}

/** The work of `kmeansSmote`: random numbers from `draws`, the cluster of each row from `assign`. */
export function kmeansSmoteRows(
  train: Labelled,
  options: KMeansSmoteOptions,
  draws: Draws,
  assign: (x: Matrix) => Int32Array,
): Oversampled {
  const action = "fit KMeans-SMOTE";
  const k = options.neighbours ?? 2;
  // Which share of all new rows a class gets: 1 unless both classes lack some.
  const lacking = options.counts?.map((count, label) => count - train.y.filter((y) => y === label).length);
  return oversample(train, options, action, (label, { rows }, count) => {
    const assigned = assign(train.x);
    const clusters = 1 + assigned.reduce((most, c) => Math.max(most, c), 0);
    const sizes = new Int32Array(clusters);
    for (const c of assigned) sizes[c]++;
    const share = lacking ? count / (lacking[0] + lacking[1]) : 1;
    const balance = (options.clusters ?? 8) === 1 ? 0 : (options.balance ?? share / 2);
    const found: { own: Parents; sparsity: number }[] = [];
    for (let c = 0; c < clusters; c++) {
      const members = rows.filter((i) => assigned[i] === c);
      if (members.length <= k || members.length / sizes[c] < balance) continue;
      const own = parentsAt(train, members);
      found.push({ own, sparsity: sparsity(own.x, options.densityExponent) });
    }
    check(
      found.length > 0,
      action,
      `some cluster must hold more than ${k} rows of class ${label} and a share of ${balance} of it (lower balance or change clusters)`,
    );
    const total = found.reduce((sum, one) => sum + one.sparsity, 0);
    check(total > 0, action, `rows of class ${label} must differ within their clusters`);
    return found.map(({ own, sparsity }) => {
      const howMany = Math.ceil(count * (sparsity / total));
      return drawSteps(
        { parents: own, bases: positions(own.x.rows), near: nearestNeighbours(own.x, k) },
        { count: howMany, label },
        draws,
      );
    });
  });
}

/** Mean distance between a cluster's rows to a power, per row; the default power is the peer's. */
function sparsity(own: Matrix, exponent?: number): number {
  const n = own.rows;
  let total = 0;
  const squares = new Float64Array(n);
  for (let i = 1; i < n; i++) {
    squares.fill(0, 0, i);
    for (let j = 0; j < own.columns; j++) {
      const from = j * n;
      const value = own.values[from + i];
      for (let t = 0; t < i; t++) {
        const difference = own.values[from + t] - value;
        squares[t] += difference * difference;
      }
    }
    for (let t = 0; t < i; t++) total += Math.sqrt(squares[t]);
  }
  const mean = (2 * total) / (n * n - n);
  const power = exponent ?? (Math.log(n) / Math.log(1.6)) ** 1.8 * 0.16;
  return mean ** power / n;
}
