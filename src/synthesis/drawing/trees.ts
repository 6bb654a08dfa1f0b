import { countBelow, countUpTo } from "../../core/math/sorted";
import { quantileSorted } from "../../core/math/statistics";

/** A column that trees split on: cells by equality, values by thresholds. */
export interface TreeFeature {
  readonly variable: number;
  readonly kind: "cell" | "value";
  /** The cell of each row, or how many thresholds its value exceeds; a value that is NaN has the last bin. */
  readonly bins: Uint8Array;
  readonly count: number;
  /** For values: bin b holds values up to `thresholds[b]`. */
  readonly thresholds?: readonly number[];
}

/** Nodes in the order of growth, as plain arrays; node 0 is the root. */
export interface Tree {
  /** The variable that decides, −1 for a leaf. */
  readonly variable: number[];
  /** Left when the cell equals it; −1 where a value decides. */
  readonly cell: number[];
  /** Left when the value is at most this. */
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  /** For leaves: their number, in order. */
  readonly leaf: number[];
}

const valueBins = 32;

/** The bins of values: at most 32, of about equal counts, NaN in one more; `also` are further thresholds. */
export function valueFeature(
  values: Float64Array,
  variable: number,
  also: readonly number[] = [],
): TreeFeature | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const thresholds = [...also];
  for (let b = 1; b < valueBins; b++) {
    const at = quantileSorted(sorted, b / valueBins);
    const above = sorted[countUpTo(sorted, at)];
    // Halfway to the next value, so that rounding never moves a row to the other side.
    if (above !== undefined) thresholds.push((sorted[countUpTo(sorted, at) - 1] + above) / 2);
  }
  const distinct = [...new Set(thresholds)].sort((a, b) => a - b);
  if (distinct.length === 0) return undefined;
  const bins = Uint8Array.from(values, (value) => binOf(distinct, value));
  return { variable, kind: "value", bins, count: distinct.length + 2, thresholds: distinct };
}

/** Cells as a feature; undefined when there are too many to single one out. */
export function cellFeature(
  cells: ArrayLike<number>,
  count: number,
  variable: number,
): TreeFeature | undefined {
  return count < 2 || count > 64
    ? undefined
    : { variable, kind: "cell", bins: Uint8Array.from(cells), count };
}

/** The features of a variable's cells, missing ones as the first, and values. */
export function featuresOf(
  cells: Int32Array,
  count: number,
  values: Float64Array | undefined,
  variable: number,
): TreeFeature[] {
  const own = cells.map((cell) => Math.max(cell, 0));
  const both = [cellFeature(own, count, variable), values && valueFeature(values, variable)];
  return both.filter((one) => one !== undefined);
}

/** What a tree reads of a drawn variable. */
export interface TreeColumn {
  readonly cells: ArrayLike<number>;
  readonly values?: Float64Array;
}

/** The leaf of each row from `from` to `to` − 1. */
export function leavesOf(
  tree: Tree,
  columns: readonly TreeColumn[],
  from: number,
  to: number,
  out: Int32Array,
): void {
  const { variable, cell, threshold, left, right, leaf } = tree;
  for (let i = from; i < to; i++) {
    let node = 0;
    while (variable[node] >= 0) {
      const column = columns[variable[node]];
      const goesLeft =
        cell[node] >= 0
          ? column.cells[i] === cell[node]
          : (column.values as Float64Array)[i] <= threshold[node];
      node = goesLeft ? left[node] : right[node];
    }
    out[i] = leaf[node];
  }
}

function binOf(thresholds: readonly number[], value: number): number {
  return Number.isNaN(value) ? thresholds.length + 1 : belowCount(thresholds, value);
}

/** How many of the ascending thresholds lie below the value; all of them below NaN. */
export function belowCount(thresholds: ArrayLike<number>, value: number): number {
  return Number.isNaN(value) ? thresholds.length : countBelow(thresholds, value);
}
