import { type JoinedPlaces, joinPlaces } from "./join-places";
import type { Tree, TreeFeature } from "./trees";

/** Rows as trees grow on them: each row's bins side by side. */
export interface TreeRows {
  readonly rows: number;
  readonly features: readonly TreeFeature[];
  /** bins[i × features + f]. */
  readonly bins: Uint8Array;
  /** The bins of cells joined, several to a table, and each row's places side by side: sums of many rows are read off these. */
  readonly joined?: { readonly tables: JoinedPlaces; readonly places: Uint16Array };
}

/** What a tree explains: two numbers that are summed by row, or classes that are counted. */
export type TreeTarget =
  | { readonly sums: readonly [Float64Array, Float64Array] }
  | { readonly classes: Int32Array; readonly count: number };

export interface GrowOptions {
  readonly leaves: number;
  readonly minRows: number;
  /** A split must gain more than this. */
  readonly minGain: number;
  /** What a node is worth: from place `at` of `totals` on lie its row count and its sums or class counts. */
  readonly worth: (totals: Float64Array, at: number) => number;
  /** Where several trees grow over the same rows and target: their `rootHistogram`, which stays as it is. */
  readonly root?: Float64Array;
}

export interface Grown {
  readonly tree: Tree;
  /** The rows of each leaf. */
  readonly leafRows: readonly Int32Array[];
  /** Row count, then the sums or class counts, of each leaf. */
  readonly leafTotals: readonly Float64Array[];
}

/** The features of the rows at `indices`, or of all. */
export function treeRows(features: readonly TreeFeature[], rows: number, indices?: Int32Array): TreeRows {
  const width = features.length;
  const bins = new Uint8Array(rows * width);
  features.forEach((feature, f) => {
    const own = feature.bins;
    if (indices) for (let r = 0; r < rows; r++) bins[r * width + f] = own[indices[r]];
    else for (let r = 0; r < rows; r++) bins[r * width + f] = own[r];
  });
  const joined = joinedBins(features, rows, bins);
  return { rows, features, bins, ...(joined && { joined }) };
}

/** What 16 bits tell apart: of some thousand columns of 64 levels each bin is looked up by itself. */
const mostPlaces = 2 ** 16;

function joinedBins(features: readonly TreeFeature[], rows: number, bins: Uint8Array): TreeRows["joined"] {
  let start = 0;
  const own = features.map(({ kind, count }) => {
    start += count;
    return { start: start - count, size: count, joins: kind === "cell" };
  });
  const tables = joinPlaces(own, rows);
  if (tables.ends.length > mostPlaces) return undefined;
  const width = tables.groups.length;
  const places = new Uint16Array(rows * width);
  tables.groups.forEach((members, g) => {
    for (let i = 0; i < rows; i++) places[i * width + g] = tables.starts[g];
    let stride = 1;
    for (const f of members) {
      for (let i = 0; i < rows; i++) places[i * width + g] += stride * bins[i * features.length + f];
      stride *= features[f].count;
    }
  });
  return { tables, places };
}

interface Candidate {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

interface Node {
  readonly id: number;
  readonly rows: Int32Array;
  /** For each bin of each feature: row count, then sums or class counts. */
  readonly histogram: Float64Array;
  readonly totals: Float64Array;
  readonly best: Candidate | undefined;
}

/** Grows a tree over `rows`: best split first, when the number of leaves is limited. */
export function growTree(data: TreeRows, rows: Int32Array, target: TreeTarget, options: GrowOptions): Grown {
  const tree: Tree = { variable: [], cell: [], threshold: [], left: [], right: [], leaf: [] };
  const layout = layoutOf(data, target);
  const { stride } = layout;
  const open: Node[] = [];
  const done: Node[] = [];
  const add = (own: Int32Array, histogram: Float64Array): number => {
    const id = tree.variable.push(-1) - 1;
    tree.cell.push(-1);
    tree.threshold.push(0);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.leaf.push(-1);
    const totals = totalsOf(own, target, stride);
    const best = bestSplit(data, layout, histogram, totals, options);
    (best ? open : done).push({ id, rows: own, histogram, totals, best });
    return id;
  };
  add(rows, options.root?.slice() ?? histogramOf(data, layout, rows, target));
  for (let leaves = 1; open.length > 0; ) {
    // Without a limit every split is made, and the last one first keeps few histograms alive.
    let at = open.length - 1;
    if (options.leaves < Infinity) {
      for (let k = 0; k < open.length; k++) if (gainOf(open[k]) > gainOf(open[at])) at = k;
    }
    const [node] = open.splice(at, 1);
    if (leaves >= options.leaves) {
      done.push(node);
      continue;
    }
    const best = node.best as Candidate;
    const feature = data.features[best.feature];
    const [left, right] = parted(data, best, node.rows);
    tree.variable[node.id] = feature.variable;
    if (feature.kind === "cell") tree.cell[node.id] = best.bin;
    else tree.threshold[node.id] = (feature.thresholds as readonly number[])[best.bin];
    // Counting the smaller side is enough: the other is what remains.
    const small = left.length <= right.length ? left : right;
    const counted = histogramOf(data, layout, small, target);
    const rest = node.histogram;
    for (let k = 0; k < rest.length; k++) rest[k] -= counted[k];
    tree.left[node.id] = add(left, small === left ? counted : rest);
    tree.right[node.id] = add(right, small === left ? rest : counted);
    leaves++;
  }
  done.sort((a, b) => a.id - b.id);
  done.forEach((node, leaf) => {
    tree.leaf[node.id] = leaf;
  });
  return { tree, leafRows: done.map((node) => node.rows), leafTotals: done.map((node) => node.totals) };
}

interface HistogramLayout {
  readonly stride: number;
  /** Where each feature's bins begin. */
  readonly starts: Int32Array;
  readonly length: number;
}

/** For each bin of each feature what the rows sum up to. */
export function rootHistogram(data: TreeRows, rows: Int32Array, target: TreeTarget): Float64Array {
  return histogramOf(data, layoutOf(data, target), rows, target);
}

function layoutOf(data: TreeRows, target: TreeTarget): HistogramLayout {
  const stride = 1 + ("sums" in target ? 2 : target.count);
  const starts = new Int32Array(data.features.length);
  let length = 0;
  data.features.forEach((feature, f) => {
    starts[f] = length;
    length += feature.count * stride;
  });
  return { stride, starts, length };
}

function histogramOf(
  data: TreeRows,
  { stride, starts, length }: HistogramLayout,
  rows: Int32Array,
  target: TreeTarget,
): Float64Array {
  const out = new Float64Array(length);
  const { bins, joined } = data;
  const width = starts.length;
  if ("sums" in target) {
    const [first, second] = target.sums;
    const less = joined ? width - joined.tables.groups.length : 0;
    if (joined && less * rows.length > joined.tables.parts.length) {
      addJoined(joined, rows, target.sums, out);
      return out;
    }
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r];
      const a = first[i];
      const b = second[i];
      const row = i * width;
      for (let f = 0; f < width; f++) {
        const at = starts[f] + 3 * bins[row + f];
        out[at]++;
        out[at + 1] += a;
        out[at + 2] += b;
      }
    }
    return out;
  }
  const { classes } = target;
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r];
    const own = 1 + classes[i];
    const row = i * width;
    for (let f = 0; f < width; f++) {
      const at = starts[f] + stride * bins[row + f];
      out[at]++;
      out[at + own]++;
    }
  }
  return out;
}

/** Sums rows by joined places, and these by bins. */
function addJoined(
  { tables, places }: NonNullable<TreeRows["joined"]>,
  rows: Int32Array,
  [first, second]: readonly [Float64Array, Float64Array],
  out: Float64Array,
): void {
  const { parts, ends } = tables;
  const width = tables.groups.length;
  const sums = new Float64Array(3 * ends.length);
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r];
    const a = first[i];
    const b = second[i];
    for (let g = i * width; g < (i + 1) * width; g++) {
      const at = 3 * places[g];
      sums[at]++;
      sums[at + 1] += a;
      sums[at + 2] += b;
    }
  }
  for (let place = 0, q = 0; place < ends.length; q = ends[place++]) {
    const count = sums[3 * place];
    if (count === 0) continue;
    for (; q < ends[place]; q++) {
      const at = 3 * parts[q];
      out[at] += count;
      out[at + 1] += sums[3 * place + 1];
      out[at + 2] += sums[3 * place + 2];
    }
  }
}

function totalsOf(rows: Int32Array, target: TreeTarget, stride: number): Float64Array {
  const out = new Float64Array(stride);
  out[0] = rows.length;
  if ("sums" in target) {
    const [first, second] = target.sums;
    for (let r = 0; r < rows.length; r++) {
      out[1] += first[rows[r]];
      out[2] += second[rows[r]];
    }
  } else for (let r = 0; r < rows.length; r++) out[1 + target.classes[rows[r]]]++;
  return out;
}

function bestSplit(
  data: TreeRows,
  { stride, starts }: HistogramLayout,
  histogram: Float64Array,
  totals: Float64Array,
  options: GrowOptions,
): Candidate | undefined {
  const { minRows, worth } = options;
  if (totals[0] < 2 * minRows) return undefined;
  const before = worth(totals, 0);
  const left = new Float64Array(stride);
  const right = new Float64Array(stride);
  let gain = options.minGain;
  let best: Candidate | undefined;
  for (let f = 0; f < starts.length; f++) {
    const { kind, count } = data.features[f];
    left.fill(0);
    // The last bin of values holds NaN, which always goes right.
    const last = kind === "cell" ? count : count - 2;
    for (let bin = 0; bin < last; bin++) {
      const at = starts[f] + bin * stride;
      if (histogram[at] === 0 && (kind === "cell" || bin > 0)) continue;
      for (let s = 0; s < stride; s++) left[s] = histogram[at + s] + (kind === "cell" ? 0 : left[s]);
      // Subtracted histograms are off by rounding: half a row is enough to tell.
      if (left[0] < minRows - 0.5 || totals[0] - left[0] < minRows - 0.5) continue;
      for (let s = 0; s < stride; s++) right[s] = totals[s] - left[s];
      const found = worth(left, 0) + worth(right, 0) - before;
      if (found > gain) {
        gain = found;
        best = { gain: found, feature: f, bin };
      }
    }
  }
  return best;
}

function parted(data: TreeRows, { feature: f, bin }: Candidate, rows: Int32Array): [Int32Array, Int32Array] {
  const width = data.features.length;
  const { bins } = data;
  const cell = data.features[f].kind === "cell";
  const left = new Int32Array(rows.length);
  const right = new Int32Array(rows.length);
  let l = 0;
  let r = 0;
  for (let k = 0; k < rows.length; k++) {
    const i = rows[k];
    const own = bins[i * width + f];
    if (cell ? own === bin : own <= bin) left[l++] = i;
    else right[r++] = i;
  }
  return [left.slice(0, l), right.slice(0, r)];
}

function gainOf(node: Node): number {
  return (node.best as Candidate).gain;
}
