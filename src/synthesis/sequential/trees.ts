import { quantileSorted } from "../../features/scale";

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

export interface GrowOptions {
  readonly leaves: number;
  readonly minRows: number;
  /** A split must gain more than this. */
  readonly minGain: number;
  /** What a node is worth, from its row count and its two sums. */
  readonly worth: (rows: number, first: number, second: number) => number;
}

export interface Grown {
  readonly tree: Tree;
  /** The rows of each leaf. */
  readonly leafRows: readonly Int32Array[];
  /** Row count and the two sums of each leaf. */
  readonly leafSums: readonly (readonly [number, number, number])[];
}

const valueBins = 32;

/** The bins of values: at most 32, of about equal counts, NaN in one more. */
export function valueFeature(values: Float64Array, variable: number): TreeFeature | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const thresholds: number[] = [];
  for (let b = 1; b < valueBins; b++) {
    const at = quantileSorted(sorted, b / valueBins);
    const above = sorted[upper(sorted, at)];
    // Halfway to the next value, so that rounding never moves a row to the other side.
    if (above !== undefined) thresholds.push((sorted[upper(sorted, at) - 1] + above) / 2);
  }
  const distinct = [...new Set(thresholds)];
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

interface Candidate {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

interface Node {
  readonly id: number;
  readonly rows: Int32Array;
  readonly sums: readonly [number, number, number];
  readonly best: Candidate | undefined;
}

/** Grows a tree best split first over `rows`; `first` and `second` are what is summed, by row. */
export function growTree(
  features: readonly TreeFeature[],
  rows: Int32Array,
  first: Float64Array,
  second: Float64Array,
  options: GrowOptions,
): Grown {
  const tree: Tree = { variable: [], cell: [], threshold: [], left: [], right: [], leaf: [] };
  const width = Math.max(1, ...features.map((one) => one.count));
  const histogram = new Float64Array(3 * width);
  const open: Node[] = [];
  const make = (own: Int32Array): Node => {
    const id = tree.variable.push(-1) - 1;
    tree.cell.push(-1);
    tree.threshold.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.leaf.push(-1);
    let a = 0;
    let b = 0;
    for (const i of own) {
      a += first[i];
      b += second[i];
    }
    const sums = [own.length, a, b] as const;
    return { id, rows: own, sums, best: bestSplit(features, own, sums, first, second, histogram, options) };
  };
  const done: Node[] = [];
  let leaves = 1;
  const place = (node: Node): void => {
    if (node.best) open.push(node);
    else done.push(node);
  };
  place(make(rows));
  while (open.length > 0) {
    let at = 0;
    for (let k = 1; k < open.length; k++) {
      if ((open[k].best as Candidate).gain > (open[at].best as Candidate).gain) at = k;
    }
    const [node] = open.splice(at, 1);
    if (leaves >= options.leaves) {
      done.push(node);
      continue;
    }
    const best = node.best as Candidate;
    const feature = features[best.feature];
    const [left, right] = parted(feature, best.bin, node.rows);
    tree.variable[node.id] = feature.variable;
    if (feature.kind === "cell") tree.cell[node.id] = best.bin;
    else tree.threshold[node.id] = (feature.thresholds as readonly number[])[best.bin];
    leaves++;
    const a = make(left);
    const b = make(right);
    tree.left[node.id] = a.id;
    tree.right[node.id] = b.id;
    place(a);
    place(b);
  }
  done.sort((a, b) => a.id - b.id);
  done.forEach((node, leaf) => {
    tree.leaf[node.id] = leaf;
  });
  return { tree, leafRows: done.map((node) => node.rows), leafSums: done.map((node) => node.sums) };
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

function bestSplit(
  features: readonly TreeFeature[],
  rows: Int32Array,
  sums: readonly [number, number, number],
  first: Float64Array,
  second: Float64Array,
  histogram: Float64Array,
  options: GrowOptions,
): Candidate | undefined {
  const { minRows, worth } = options;
  const [count, sumA, sumB] = sums;
  if (count < 2 * minRows) return undefined;
  const whole = worth(count, sumA, sumB);
  let gain = options.minGain;
  let best: Candidate | undefined;
  features.forEach((feature, f) => {
    const { bins } = feature;
    histogram.fill(0, 0, 3 * feature.count);
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r];
      const at = 3 * bins[i];
      histogram[at]++;
      histogram[at + 1] += first[i];
      histogram[at + 2] += second[i];
    }
    let n = 0;
    let a = 0;
    let b = 0;
    // The last bin of values holds NaN, which always goes right.
    const last = feature.kind === "cell" ? feature.count : feature.count - 2;
    for (let bin = 0; bin < last; bin++) {
      if (feature.kind === "cell") n = a = b = 0;
      n += histogram[3 * bin];
      a += histogram[3 * bin + 1];
      b += histogram[3 * bin + 2];
      if (n < minRows || count - n < minRows) continue;
      const found = worth(n, a, b) + worth(count - n, sumA - a, sumB - b) - whole;
      if (found > gain) {
        gain = found;
        best = { gain: found, feature: f, bin };
      }
    }
  });
  return best;
}

function parted(feature: TreeFeature, bin: number, rows: Int32Array): [Int32Array, Int32Array] {
  const left = new Int32Array(rows.length);
  const right = new Int32Array(rows.length);
  let l = 0;
  let r = 0;
  for (const i of rows) {
    const goesLeft = feature.kind === "cell" ? feature.bins[i] === bin : feature.bins[i] <= bin;
    if (goesLeft) left[l++] = i;
    else right[r++] = i;
  }
  return [left.slice(0, l), right.slice(0, r)];
}

function binOf(thresholds: readonly number[], value: number): number {
  if (Number.isNaN(value)) return thresholds.length + 1;
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= thresholds[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first place in sorted values that is above `value`. */
function upper(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
