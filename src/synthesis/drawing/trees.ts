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

/** What a tree explains: numbers that are summed by row, or classes that are counted. */
export interface TreeTarget {
  /** One or two of them. */
  readonly sums?: readonly Float64Array[];
  readonly classes?: { readonly codes: Int32Array; readonly count: number };
}

export interface GrowOptions {
  readonly leaves: number;
  readonly minRows: number;
  /** A split must gain more than this. */
  readonly minGain: number;
  /** What a node is worth, from its row count and its sums or class counts. */
  readonly worth: (rows: number, totals: Float64Array) => number;
}

export interface Grown {
  readonly tree: Tree;
  /** The rows of each leaf. */
  readonly leafRows: readonly Int32Array[];
  /** The sums or class counts of each leaf. */
  readonly leafTotals: readonly Float64Array[];
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
  readonly totals: Float64Array;
  readonly best: Candidate | undefined;
}

/** Grows a tree over `rows`, best split first. */
export function growTree(
  features: readonly TreeFeature[],
  rows: Int32Array,
  target: TreeTarget,
  options: GrowOptions,
): Grown {
  const tree: Tree = { variable: [], cell: [], threshold: [], left: [], right: [], leaf: [] };
  const stride = target.classes?.count ?? target.sums?.length ?? 0;
  const space: Space = {
    stride,
    counts: new Float64Array(Math.max(1, ...features.map((one) => one.count))),
    totals: new Float64Array(stride * Math.max(1, ...features.map((one) => one.count))),
    left: new Float64Array(stride),
    right: new Float64Array(stride),
  };
  const open: Node[] = [];
  const done: Node[] = [];
  const add = (own: Int32Array): number => {
    const id = tree.variable.push(-1) - 1;
    tree.cell.push(-1);
    tree.threshold.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.leaf.push(-1);
    const totals = totalsOf(own, target, stride);
    const best = bestSplit(features, own, totals, target, space, options);
    (best ? open : done).push({ id, rows: own, totals, best });
    return id;
  };
  add(rows);
  for (let leaves = 1; open.length > 0; ) {
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
    tree.left[node.id] = add(left);
    tree.right[node.id] = add(right);
    leaves++;
  }
  done.sort((a, b) => a.id - b.id);
  done.forEach((node, leaf) => {
    tree.leaf[node.id] = leaf;
  });
  return { tree, leafRows: done.map((node) => node.rows), leafTotals: done.map((node) => node.totals) };
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

/** Buffers of one growth. */
interface Space {
  readonly stride: number;
  readonly counts: Float64Array;
  readonly totals: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

function totalsOf(rows: Int32Array, { sums, classes }: TreeTarget, stride: number): Float64Array {
  const out = new Float64Array(stride);
  if (classes) for (const i of rows) out[classes.codes[i]]++;
  else
    sums?.forEach((values, s) => {
      for (const i of rows) out[s] += values[i];
    });
  return out;
}

function bestSplit(
  features: readonly TreeFeature[],
  rows: Int32Array,
  whole: Float64Array,
  target: TreeTarget,
  space: Space,
  options: GrowOptions,
): Candidate | undefined {
  const { minRows, worth } = options;
  const count = rows.length;
  if (count < 2 * minRows) return undefined;
  const { stride, counts, totals, left, right } = space;
  const before = worth(count, whole);
  let gain = options.minGain;
  let best: Candidate | undefined;
  features.forEach((feature, f) => {
    fillHistogram(feature, rows, target, space);
    let n = 0;
    left.fill(0);
    // The last bin of values holds NaN, which always goes right.
    const last = feature.kind === "cell" ? feature.count : feature.count - 2;
    for (let bin = 0; bin < last; bin++) {
      if (feature.kind === "cell") {
        n = 0;
        left.fill(0);
      }
      n += counts[bin];
      for (let s = 0; s < stride; s++) left[s] += totals[bin * stride + s];
      if (n < minRows || count - n < minRows) continue;
      for (let s = 0; s < stride; s++) right[s] = whole[s] - left[s];
      const found = worth(n, left) + worth(count - n, right) - before;
      if (found > gain) {
        gain = found;
        best = { gain: found, feature: f, bin };
      }
    }
  });
  return best;
}

function fillHistogram(feature: TreeFeature, rows: Int32Array, target: TreeTarget, space: Space): void {
  const { bins } = feature;
  const { stride, counts, totals } = space;
  counts.fill(0, 0, feature.count);
  totals.fill(0, 0, feature.count * stride);
  const { sums, classes } = target;
  if (classes) {
    const { codes } = classes;
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r];
      counts[bins[i]]++;
      totals[bins[i] * stride + codes[i]]++;
    }
    return;
  }
  if (sums?.length === 2) {
    const [first, second] = sums;
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r];
      const bin = bins[i];
      counts[bin]++;
      totals[2 * bin] += first[i];
      totals[2 * bin + 1] += second[i];
    }
    return;
  }
  const [only] = sums ?? [];
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r];
    counts[bins[i]]++;
    totals[bins[i]] += only[i];
  }
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
