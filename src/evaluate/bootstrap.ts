import { check, checkInteger, checkNumber, checkSameLength } from "../core/checks";
import { quantileSorted } from "../core/math/statistics";
import type { ScoreOptions } from "../core/metric";
import { integer, type Rng } from "../core/rng";
import type { CountedFigures } from "./counted-figures";
import { descending } from "./ranking";

/** Rows of a sample at most: of more rows, an interval of so many is narrowed to that of all (m out of n). */
const most = 200_000;

/** A figure and the ends of its interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How many times the rows are drawn anew; from 10. More make the ends steadier. @default 1000 */
  readonly samples?: number;
  /** Coverage, in (0, 1). @default 0.95 */
  readonly level?: number;
  /** One non-negative weight per row, drawn with it; all 1 when absent. */
  readonly weights?: Float64Array;
}

export interface IntervalOptions extends BootstrapOptions {
  /** The same figures of the rows by how often each was drawn; quicker than figures of as many copies. They know of no `weights`. */
  readonly counted?: CountedFigures;
}

/** A figure of labels and scores, as the metrics of this folder. */
export type Figure = (labels: Float64Array, scores: Float64Array, options?: ScoreOptions) => number;

/**
 * Percentile intervals of several figures from the same bootstrap samples of the rows (Efron and Tibshirani, 1993,
 * chapter 13). All rows are drawn alike, whatever their label: the share of each label among new rows is as uncertain
 * as anything else. An interval always holds its figure, which that of a figure that resampling pushes one way (ECE)
 * would not by itself. A sample for which a figure is not defined is drawn again; throws when that happens more often
 * than not. Of more than 200,000 rows a sample has 200,000, and the interval's ends are brought nearer to the figure by the
 * root of their share (Bickel, Götze and van Zwet, 1997).
 *
 * @example
 * const labels = Float64Array.from({ length: 60 }, (_, i) => i % 2);
 * const scores = labels.map((label, i) => label + ((i * 7) % 10) / 5);
 * const { auc } = bootstrapIntervals(labels, scores, { auc: rocAuc }, seeded(1), { samples: 200 });
 * [auc.low < auc.estimate, auc.estimate < auc.high]; // → [true, true]
 */
export function bootstrapIntervals<Name extends string>(
  labels: Float64Array,
  scores: Float64Array,
  figures: Readonly<Record<Name, Figure>>,
  rng: Rng,
  options: IntervalOptions = {},
): Record<Name, Interval> {
  const measure = (name: Name, rows: Drawn): number =>
    figures[name](rows.labels, rows.columns[0], rows.options);
  return intervals(
    { names: Object.keys(figures) as Name[], labels, columns: [scores], measure },
    rng,
    options,
  );
}

/**
 * Percentile intervals of the differences a − b of two models' figures on the same rows: both models see the same
 * bootstrap samples, so that what makes rows hard for both cancels.
 *
 * @example
 * const labels = Float64Array.from({ length: 60 }, (_, i) => i % 2);
 * const a = labels.map((label, i) => label + ((i * 7) % 10) / 5);
 * const b = labels.map((label, i) => label + ((i * 7) % 10) / 3);
 * const { auc } = bootstrapDifferences(labels, { a, b }, { auc: rocAuc }, seeded(1), { samples: 200 });
 * [auc.estimate > 0, auc.low < auc.estimate, auc.estimate < auc.high]; // → [true, true, true]
 */
export function bootstrapDifferences<Name extends string>(
  labels: Float64Array,
  models: { readonly a: Float64Array; readonly b: Float64Array },
  figures: Readonly<Record<Name, Figure>>,
  rng: Rng,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  const measure = (name: Name, { labels: y, columns: [a, b], options: given }: Drawn): number =>
    figures[name](y, a, given) - figures[name](y, b, given);
  return intervals(
    { names: Object.keys(figures) as Name[], labels, columns: [models.a, models.b], measure },
    rng,
    options,
  );
}

/** The rows of one sample. */
interface Drawn {
  readonly labels: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly options: { readonly weights?: Float64Array };
}

/** Figures of labels and columns of predictions. */
interface Measured<Name extends string> {
  readonly names: readonly Name[];
  readonly labels: Float64Array;
  readonly columns: readonly Float64Array[];
  readonly measure: (name: Name, rows: Drawn) => number;
}

function intervals<Name extends string>(
  { names, labels, columns, measure }: Measured<Name>,
  rng: Rng,
  options: IntervalOptions,
): Record<Name, Interval> {
  const action = "draw bootstrap samples";
  const { samples = 1000, level = 0.95, weights, counted } = options;
  checkInteger(samples, 10, 1e6, action, "samples");
  checkNumber(level, 0, 1, action, "level", "both");
  check(labels.length > 0, action, "there must be rows", 0);
  for (const one of [...columns, ...(weights ? [weights] : [])])
    checkSameLength(labels.length, one.length, action, "labels and predictions");
  check(!(counted && weights), action, "rows must have counted figures or weights, not both");
  const drawn = names.map(() => new Float64Array(samples));
  const rows = new Int32Array(Math.min(labels.length, most));
  const narrower = Math.sqrt(rows.length / labels.length);
  const all = [labels, ...columns, ...(weights ? [weights] : [])];
  const buffers = all.map(() => new Float64Array(rows.length));
  const parts = (from: readonly Float64Array[]): Drawn => ({
    labels: from[0],
    columns: from.slice(1, 1 + columns.length),
    options: weights ? { weights: from[from.length - 1] } : {},
  });
  // Samples come out by falling score, which spares every figure that ranks rows its own sorting.
  const order = descending(columns[0]);
  const times = new Int32Array(labels.length);
  const copy = (): Drawn => {
    let at = 0;
    for (const i of order) for (let k = times[i]; k > 0; k--) rows[at++] = i;
    all.forEach((from, c) => {
      for (let i = 0; i < rows.length; i++) buffers[c][i] = from[rows[i]];
    });
    return parts(buffers);
  };
  for (let s = 0, refused = 0; s < samples; ) {
    times.fill(0);
    for (let k = 0; k < rows.length; k++) times[integer(rng, times.length)]++;
    const copies = counted ? undefined : copy();
    try {
      const figures = counted?.(times);
      names.forEach((name, k) => {
        check(!figures || name in figures, action, `${name} must be among the counted figures`);
        drawn[k][s] = figures ? figures[name] : measure(name, copies as Drawn);
      });
      s++;
    } catch (error) {
      // A sample may happen to lack what a figure needs, such as targets that differ.
      if (++refused > samples) throw error;
    }
  }
  const found = names.map((name, k) => {
    const sorted = drawn[k].sort();
    const estimate = measure(name, parts(all));
    const end = (share: number): number => {
      const drawn = quantileSorted(sorted, share);
      return narrower === 1 ? drawn : estimate + narrower * (drawn - quantileSorted(sorted, 0.5));
    };
    const low = Math.min(estimate, end((1 - level) / 2));
    const high = Math.max(estimate, end((1 + level) / 2));
    return [name, { estimate, low, high }];
  });
  return Object.fromEntries(found) as Record<Name, Interval>;
}
