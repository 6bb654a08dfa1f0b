import { mean, sampleVariance } from "../../core/math/statistics";
import { joinColumns, type Matrix, matrix } from "../../core/matrix";
import type { Split } from "../../data/split";

/** For each matrix, the mean log loss on each fold's test rows of a model fitted to its training rows. */
export type FoldLosses = (matrices: readonly Matrix[], folds: readonly Split[]) => Promise<number[][]>;

/** What a feature was worth on rows held out. */
export interface Worth {
  /** Held-out log loss without and with the feature. */
  readonly before: number;
  readonly after: number;
  /** The difference over its standard error, corrected for the folds' overlap. */
  readonly t: number;
}

/** The best of some trial columns, refitted. */
export interface Confirmed extends Worth {
  /** Its position among the trials. */
  readonly trial: number;
  /** The matrix with the column. */
  readonly x: Matrix;
  /** Its loss on each fold, and that without it. */
  readonly losses: readonly number[];
  readonly base: readonly number[];
}

/** A feature has to lower the loss by this share of it … */
export const leastShare = 0.01;
// … and by so many corrected standard errors.
const leastT = 3;

/** A sum of more columns has to be better than a shorter one by a corrected standard error. */
const leastTLonger = 1;

/** How trials are compared: on which folds, and by which learner. */
export interface Comparison {
  readonly folds: readonly Split[];
  /** The losses without any trial, where an earlier search has found them. */
  readonly known?: readonly number[];
  readonly losses: FoldLosses;
}

/** What `refine` starts from and looks at: a sum's values and how many columns it has. */
export interface Variant {
  readonly values: Float64Array;
  readonly length: number;
}

/**
 * The best of `variants` of the feature just confirmed, if the model refitted with it instead is better: on average,
 * or clearly where the variant is longer. `before` and `t` stay those of the comparison with no such feature.
 */
export async function refine(
  x: Matrix,
  confirmed: Confirmed & Pick<Variant, "length">,
  variants: readonly Variant[],
  { folds, losses }: Comparison,
): Promise<Confirmed | undefined> {
  const { base } = confirmed;
  const wider = variants.map(({ values }) => withColumn(x, values));
  const half = folds.length >> 1;
  const first = await losses(wider, folds.slice(0, half));
  const better = bestOnHalf(first, confirmed.losses).filter(
    (k) => mean(gains(confirmed.losses, first[k])) > 0,
  );
  const second = await losses(
    better.map((k) => wider[k]),
    folds.slice(half),
  );
  let best: Confirmed | undefined;
  better.forEach((trial, k) => {
    const all = [...first[trial], ...second[k]];
    const lowered = gains(confirmed.losses, all);
    const after = mean(all);
    if (mean(lowered) <= 0 || (best && after >= best.after)) return;
    if (variants[trial].length > confirmed.length && correctedT(lowered, folds) < leastTLonger) return;
    const t = correctedT(gains(base, all), folds);
    best = { trial, x: wider[trial], losses: all, base, before: confirmed.before, after, t };
  });
  return best;
}

/** Folds after which a column that gains nothing is looked at no further. */
const firstFolds = 2;

/**
 * The column with which the refitted model is best on `folds`, if it is better than without: by 1% of the loss at least,
 * and at a t statistic of 3 (Nadeau and Bengio, 2003). A race: columns that gain nothing on the first two folds leave it,
 * only the two best on the first half see the second, and they only if they gain enough there. The losses without, where
 * they are not known, are found as far as the race goes.
 */
export async function confirm(
  x: Matrix,
  columns: readonly Float64Array[],
  { folds, known, losses }: Comparison,
): Promise<Confirmed | undefined> {
  const half = folds.length >> 1;
  const wider = columns.map((values) => withColumn(x, values));
  const base: number[] = [...(known ?? [])];
  const own: number[][] = wider.map(() => []);
  let racing = [...wider.keys()];
  for (const [from, to] of [
    [0, firstFolds],
    [firstFolds, half],
    [half, folds.length],
  ]) {
    const some = folds.slice(from, to);
    const found = await losses([...(base.length < to ? [x] : []), ...racing.map((k) => wider[k])], some);
    if (base.length < to) base.push(...(found.shift() as number[]));
    racing.forEach((k, at) => {
      own[k].push(...found[at]);
    });
    if (to === folds.length) break;
    const gained = (k: number): number => mean(gains(base.slice(0, to), own[k]));
    // Half of what has to be gained in the end; at first only that it is a gain.
    const least = to < half ? 0 : (leastShare / 2) * mean(base.slice(0, to));
    racing = racing.filter((k) => gained(k) > least).sort((k, l) => gained(l) - gained(k));
    if (to === half) racing = racing.slice(0, 2);
    if (racing.length === 0) return undefined;
  }
  const before = mean(base);
  let best: Confirmed | undefined;
  for (const trial of racing) {
    const after = mean(own[trial]);
    const t = correctedT(gains(base, own[trial]), folds);
    if (t < leastT || before - after < leastShare * before || (best && after >= best.after)) continue;
    best = { trial, x: wider[trial], losses: own[trial], base, before, after, t };
  }
  return best;
}

function withColumn(x: Matrix, values: Float64Array): Matrix {
  return joinColumns(x, matrix(x.rows, 1, values, [{ name: "candidate" }]));
}

/** The two trials that gain most on the first half of the folds: only they are worth the second. */
function bestOnHalf(first: readonly (readonly number[])[], before: readonly number[]): number[] {
  const gained = first.map((losses) => mean(gains(before, losses)));
  return [...first.keys()].sort((a, b) => gained[b] - gained[a]).slice(0, 2);
}

function gains(before: readonly number[], after: readonly number[]): number[] {
  return after.map((loss, f) => before[f] - loss);
}

/** Mean over its standard error, the variance enlarged by the test rows per training row. */
function correctedT(differences: readonly number[], folds: readonly Split[]): number {
  const centre = mean(differences);
  const n = differences.length;
  const overlap = folds[0].test.length / folds[0].train.length;
  return centre / Math.sqrt((1 / n + overlap) * sampleVariance(differences) || Number.MIN_VALUE);
}
