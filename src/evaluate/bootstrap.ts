import { checkInteger, checkNumber } from "../core/checks";
import { integer, type Rng } from "../core/rng";
import { quantileSorted } from "../features/scale";

/** A figure and the ends of its interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** How many times the rows are drawn anew; from 10, defaults to 1000. More make the ends steadier. */
  readonly samples?: number;
  /** Coverage, in (0, 1); defaults to 0.95. */
  readonly level?: number;
}

/** A figure of two-class predictions, as those of evaluate/. */
type Figure = (labels: Float64Array, scores: Float64Array) => number;

/**
 * Percentile intervals of several figures from the same bootstrap samples of the rows, each label drawn from its own
 * rows so that no sample is without one (Efron and Tibshirani, 1993, chapters 13 and 16).
 */
export function bootstrapIntervals<Name extends string>(
  labels: Float64Array,
  scores: Float64Array,
  figures: Readonly<Record<Name, Figure>>,
  rng: Rng,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  const { samples = 1000, level = 0.95 } = options;
  checkInteger(samples, 10, 1e6, "draw bootstrap samples", "samples");
  checkNumber(level, 0, 1, "draw bootstrap samples", "level", "both");
  const names = Object.keys(figures) as Name[];
  const groups = [0, 1].map((label) => rowsWhere(labels, label));
  const drawn = names.map(() => new Float64Array(samples));
  const someLabels = new Float64Array(labels.length);
  const someScores = new Float64Array(labels.length);
  for (let s = 0; s < samples; s++) {
    let at = 0;
    for (const [label, rows] of groups.entries()) {
      for (let k = 0; k < rows.length; k++, at++) {
        someLabels[at] = label;
        someScores[at] = scores[rows[integer(rng, rows.length)]];
      }
    }
    names.forEach((name, k) => {
      drawn[k][s] = figures[name](someLabels, someScores);
    });
  }
  const intervals = names.map((name, k) => {
    const sorted = drawn[k].sort();
    return [
      name,
      {
        estimate: figures[name](labels, scores),
        low: quantileSorted(sorted, (1 - level) / 2),
        high: quantileSorted(sorted, (1 + level) / 2),
      },
    ];
  });
  return Object.fromEntries(intervals) as Record<Name, Interval>;
}

function rowsWhere(labels: Float64Array, label: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] === label) rows.push(i);
  return rows;
}
