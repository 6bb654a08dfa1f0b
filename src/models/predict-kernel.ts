import { Layout, type RunningKernel, startKernel } from "../core/kernel";
import { column, type Matrix } from "../core/matrix";
import { wasm } from "./predict-kernel.wasm";
import { inSet, type Trees } from "./trees";

interface Kernel {
  setup(...pointers: number[]): void;
  encode(count: number): void;
  walk(count: number): void;
  walkOne(sum: number): number;
}

/** Rows per call: their codes and one tree's nodes fit into the first-level cache together. */
const BLOCK = 1024;
const COLUMN_BYTES = 24;
const TREE_BYTES = 12;
/** The code of missing values that go right: no code of a threshold reaches it. */
const MISSING_RIGHT = 0xffff;

/** A column as nodes ask it: twice the same one where missing values go left in some nodes and right in others. */
interface Asked {
  readonly source: number;
  readonly missingLeft: boolean;
}

/** Sums leaves by the kernel: the same sums, bit for bit, as addLeaves. Holds a copy of the trees. */
export class FastTrees {
  private constructor(
    private readonly kernel: RunningKernel<Kernel>,
    /** The matrix columns that are asked, in the order in which they are staged. */
    private readonly sources: readonly number[],
    private readonly staging: Float64Array,
    private readonly out: Float64Array,
  ) {}

  /** Undefined where the plain way has to serve: without WebAssembly, or with very many thresholds or nodes. */
  static of(trees: Trees): FastTrees | undefined {
    const count = trees.feature.length;
    const asked: Asked[] = [];
    const askedOf = new Int32Array(count).fill(-1);
    const places = new Int32Array(2 * trees.features.length).fill(-1);
    let longest = 0;
    for (let t = 0; t + 1 < trees.roots.length; t++)
      longest = Math.max(longest, trees.roots[t + 1] - trees.roots[t]);
    for (let n = 0; n < count; n++) {
      const source = trees.feature[n];
      if (source < 0) continue;
      // A set holds the missing value as one more level.
      const missingLeft = trees.kept[source] === undefined && trees.missingLeft[n] === 1;
      const key = 2 * source + (missingLeft ? 1 : 0);
      if (places[key] < 0) places[key] = asked.push({ source, missingLeft }) - 1;
      askedOf[n] = places[key];
    }
    const sources = [...new Set(asked.map((one) => one.source))].sort((a, b) => a - b);
    const thresholds = thresholdsOf(trees);
    const fits = [...thresholds.values()].every((values) => values.length < MISSING_RIGHT);
    if (!fits || asked.length >= 2 ** 16 || longest >= 2 ** 27) return undefined;
    // Nodes of 8 bytes have room for numbers below 2¹⁶ only.
    const wide =
      sources.some((source) => trees.kept[source] !== undefined) ||
      asked.length >= 2 ** 12 - 1 ||
      longest >= 2 ** 16;

    const layout = new Layout();
    const slots = (source: number): number => trees.features[source].levels?.length ?? 0;
    const tables = new Map(
      sources.map((source) => {
        const values = thresholds.get(source);
        return [source, layout.take(values ? 8 * searchSize(values) : 2 * slots(source))] as const;
      }),
    );
    const setBits = bitsOfSets(trees, askedOf);
    const nodeBytes = wide ? 16 : 8;
    const at = {
      columns: layout.take(asked.length * COLUMN_BYTES),
      trees: layout.take(TREE_BYTES * trees.roots.length),
      nodes: layout.take(nodeBytes * count),
      values: layout.take(8 * count),
      staging: layout.take(8 * BLOCK * sources.length),
      codes: layout.take((BLOCK / 8) * 16 * (asked.length + 1)),
      out: layout.take(8 * BLOCK),
      sets: layout.take(Math.ceil(setBits.total / 8)),
      state: layout.take(4 * BLOCK),
      list: layout.take(4 * (BLOCK + 8)),
    };
    if (setBits.total >= 2 ** 32) return undefined;
    const kernel = startKernel<Kernel>(wasm, layout.end);
    if (!kernel) return undefined;
    const buffer = kernel.memory;
    writeTables(buffer, trees, tables, thresholds);
    const records = new Int32Array(buffer, at.columns, (asked.length * COLUMN_BYTES) / 4);
    asked.forEach(({ source, missingLeft }, k) => {
      const values = thresholds.get(source);
      const kept = trees.kept[source];
      records.set(
        [
          8 * BLOCK * sources.indexOf(source),
          tables.get(source) as number,
          values ? values.length : slots(source),
          kept ? 1 : 0,
          kept ? kept.length : missingLeft ? 0 : MISSING_RIGHT,
          values ? searchSize(values) : 0,
        ],
        (k * COLUMN_BYTES) / 4,
      );
    });
    const codeOf = codesOfNodes(trees, thresholds);
    writeNodes(buffer, at, trees, { wide, askedOf, zero: asked.length, codeOf, firstBit: setBits.first });
    const { columns, nodes, values, staging, codes, out, sets, state, list } = at;
    const treeCount = trees.roots.length - 1;
    kernel.run.setup(
      columns,
      asked.length,
      at.trees,
      treeCount,
      nodes,
      values,
      staging,
      codes,
      out,
      sets,
      state,
      list,
      wide ? 1 : 0,
    );
    return new FastTrees(
      kernel,
      sources,
      new Float64Array(buffer, staging, BLOCK * sources.length),
      new Float64Array(buffer, out, BLOCK),
    );
  }

  /** As addLeaves: adds to `sums` for every row of x, in the order of the trees. */
  add(x: Matrix, sums: Float64Array): void {
    const { kernel, sources, staging, out } = this;
    if (x.rows === 1) {
      for (let k = 0; k < sources.length; k++) staging[k * BLOCK] = x.values[sources[k]];
      kernel.run.encode(1);
      sums[0] = kernel.run.walkOne(sums[0]);
      return;
    }
    for (let start = 0; start < x.rows; start += BLOCK) {
      const count = Math.min(BLOCK, x.rows - start);
      for (let k = 0; k < sources.length; k++)
        staging.set(column(x, sources[k]).subarray(start, start + count), k * BLOCK);
      out.set(sums.subarray(start, start + count));
      kernel.run.encode(count);
      kernel.run.walk(count);
      sums.set(out.subarray(0, count), start);
    }
  }
}

/** The power of two above the number of thresholds: what a search halves. */
function searchSize(values: Float64Array): number {
  return 2 ** Math.ceil(Math.log2(values.length + 1));
}

/** Per numeric column that is asked, its thresholds, ascending and distinct. */
function thresholdsOf(trees: Trees): Map<number, Float64Array> {
  const counts = new Int32Array(trees.features.length);
  for (let n = 0; n < trees.feature.length; n++) if (trees.feature[n] >= 0) counts[trees.feature[n]]++;
  const all = new Map<number, Float64Array>();
  const lengths = new Int32Array(trees.features.length);
  counts.forEach((count, j) => {
    if (count > 0 && !trees.kept[j]) all.set(j, new Float64Array(count));
  });
  for (let n = 0; n < trees.feature.length; n++) {
    const own = all.get(trees.feature[n]);
    if (own) own[lengths[trees.feature[n]]++] = trees.threshold[n];
  }
  for (const [j, values] of all) {
    values.sort();
    let last = -1;
    for (const value of values) if (last < 0 || value !== values[last]) values[++last] = value;
    all.set(j, values.subarray(0, last + 1));
  }
  return all;
}

/** The place of each numeric node's threshold among its column's. */
function codesOfNodes(trees: Trees, thresholds: ReadonlyMap<number, Float64Array>): Int32Array {
  const codes = new Int32Array(trees.feature.length);
  for (let n = 0; n < codes.length; n++) {
    const values = thresholds.get(trees.feature[n]);
    if (!values) continue;
    let from = 0;
    let to = values.length - 1;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (values[middle] < trees.threshold[n]) from = middle + 1;
      else to = middle;
    }
    codes[n] = from;
  }
  return codes;
}

/** Where each categorical node's set begins among the bits of all sets: its levels with slots, then "missing". */
function bitsOfSets(trees: Trees, askedOf: Int32Array): { first: Float64Array; total: number } {
  const first = new Float64Array(trees.feature.length);
  let total = 0;
  for (let n = 0; n < first.length; n++) {
    const kept = askedOf[n] < 0 ? undefined : trees.kept[trees.feature[n]];
    if (!kept) continue;
    first[n] = total;
    total += kept.length + 1;
  }
  return { first, total };
}

function writeTables(
  buffer: ArrayBuffer,
  trees: Trees,
  tables: ReadonlyMap<number, number>,
  thresholds: ReadonlyMap<number, Float64Array>,
): void {
  for (const [source, at] of tables) {
    const values = thresholds.get(source);
    const kept = trees.kept[source];
    // A search may look past the last threshold: nothing is above NaN.
    if (values) new Float64Array(buffer, at, searchSize(values)).fill(NaN).set(values);
    else if (kept) {
      const slots = new Uint16Array(buffer, at, trees.features[source].levels?.length ?? 0).fill(kept.length);
      kept.forEach((level, slot) => {
        slots[level] = slot;
      });
    }
  }
}

/** Writes the nodes, their values, and where each tree's begin. */
function writeNodes(
  buffer: ArrayBuffer,
  at: { readonly trees: number; readonly nodes: number; readonly values: number; readonly sets: number },
  trees: Trees,
  known: {
    readonly wide: boolean;
    readonly askedOf: Int32Array;
    /** The column of zeros. */
    readonly zero: number;
    readonly codeOf: Int32Array;
    readonly firstBit: Float64Array;
  },
): void {
  const { wide, askedOf, zero, codeOf, firstBit } = known;
  const size = wide ? 16 : 8;
  const words = new Uint32Array(buffer, at.nodes, (size / 4) * trees.feature.length);
  const values = new Float64Array(buffer, at.values, trees.feature.length);
  const starts = new Uint32Array(buffer, at.trees, 3 * trees.roots.length);
  const bits = new Uint8Array(buffer, at.sets);
  let leaves = 0;
  for (let t = 0; t + 1 < trees.roots.length; t++) {
    const root = trees.roots[t];
    const firstLeaf = leaves;
    starts.set([size * root, 8 * firstLeaf, usualLevels(trees, t)], 3 * t);
    for (let n = root; n < trees.roots[t + 1]; n++) {
      const leaf = askedOf[n] < 0;
      const kept = leaf ? undefined : trees.kept[trees.feature[n]];
      const test = leaf ? leaves - firstLeaf : kept ? firstBit[n] : codeOf[n];
      const asked = 16 * (leaf ? zero : askedOf[n]);
      const left = size * ((leaf ? n : trees.left[n]) - root);
      if (leaf) values[leaves++] = trees.threshold[n];
      if (wide) words.set([test, asked, left, kept ? 1 : 0], 4 * n);
      else words.set([test | (asked << 16), left], 2 * n);
      if (!kept) continue;
      for (let slot = 0; slot <= kept.length; slot++) {
        const goes =
          slot === kept.length ? trees.missingLeft[n] === 1 : inSet(trees.sets, trees.threshold[n], slot);
        const bit = firstBit[n] + slot;
        if (goes) bits[Math.floor(bit / 8)] |= 1 << (bit % 8);
      }
    }
  }
  starts.set([size * trees.feature.length, 8 * leaves, 0], 3 * (trees.roots.length - 1));
}

/** How many levels down two thirds of the training rows went at most. */
function usualLevels(trees: Trees, t: number): number {
  const root = trees.roots[t];
  const depth = new Int32Array(trees.roots[t + 1] - root);
  const weights: number[] = [];
  for (let n = 0; n < depth.length; n++) {
    const left = trees.left[root + n];
    if (left >= 0) depth[left - root] = depth[left + 1 - root] = depth[n] + 1;
    else weights[depth[n]] = (weights[depth[n]] ?? 0) + trees.cover[root + n];
  }
  let passed = 0;
  for (let level = 0; level < weights.length; level++) {
    passed += weights[level] ?? 0;
    if (3 * passed >= 2 * trees.cover[root]) return level;
  }
  return weights.length;
}
