import { Layout, type RunningKernel, startKernel } from "../core/kernel";
import { column, type Matrix } from "../core/matrix";
import { type Crown, crownOf, levelsBelow } from "./predict-crown";
import { wasm } from "./predict-kernel.wasm";
import { inSet, type Trees } from "./trees";

interface Kernel {
  setup(...pointers: number[]): void;
  encode(count: number): void;
  walk(count: number): void;
  walkOne(sum: number): number;
}

/** Rows per call, a multiple of 16: few enough that their codes stay in the second-level cache. */
const BLOCK = 512;
const COLUMN_BYTES = 24;
const TREE_BYTES = 24;
/** The code of missing values that go right: no code of a threshold reaches it. */
const MISSING_RIGHT = 0xffff;
/** The kernel compares codes as signed numbers. */
const BIAS = 0x8000;
/** Columns from which on 16 × a column does not fit into 16 bits. */
const MANY_COLUMNS = 2 ** 12 - 1;

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
      asked.length >= MANY_COLUMNS ||
      longest >= 2 ** 16;

    const crowns = Array.from({ length: trees.roots.length - 1 }, (_, t) =>
      asked.length < MANY_COLUMNS ? crownOf(trees, t) : { exits: [trees.roots[t]], asked: [] },
    );
    const exits = crowns.reduce((sum, crown) => sum + crown.exits.length, 0);
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
      crowns: layout.take(8 * exits),
      ways: layout.take(4 * exits),
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
    const known = { wide, askedOf, zero: asked.length, codeOf, firstBit: setBits.first, crowns };
    writeNodes(buffer, at, trees, known);
    writeCrowns(buffer, at, trees, known);
    const { columns, nodes, values, staging, codes, out, sets, state, list } = at;
    // What leaves ask: below every code.
    new Int16Array(buffer, codes, (BLOCK / 8) * 8 * (asked.length + 1)).fill(-BIAS);
    const treeCount = trees.roots.length - 1;
    kernel.run.setup(
      columns,
      asked.length,
      at.trees,
      treeCount,
      nodes,
      values,
      at.crowns,
      at.ways,
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

interface Addresses {
  readonly trees: number;
  readonly nodes: number;
  readonly values: number;
  readonly crowns: number;
  readonly ways: number;
  readonly sets: number;
}

interface Known {
  readonly wide: boolean;
  readonly askedOf: Int32Array;
  /** The column of zeros. */
  readonly zero: number;
  readonly codeOf: Int32Array;
  readonly firstBit: Float64Array;
  readonly crowns: readonly Crown[];
}

/** Writes the nodes and their values. A tree's values begin with those that its crown leads to, in their order. */
function writeNodes(buffer: ArrayBuffer, at: Addresses, trees: Trees, known: Known): void {
  const { wide, askedOf, zero, codeOf, firstBit, crowns } = known;
  const size = wide ? 16 : 8;
  const words = new Uint32Array(buffer, at.nodes, (size / 4) * trees.feature.length);
  const values = new Float64Array(buffer, at.values, trees.feature.length);
  const bits = new Uint8Array(buffer, at.sets);
  const numbers = new Int32Array(trees.feature.length).fill(-1);
  let first = 0;
  crowns.forEach(({ exits }, t) => {
    const root = trees.roots[t];
    let leaves = 0;
    for (const node of exits) if (askedOf[node] < 0) numbers[node] = leaves++;
    for (let n = root; n < trees.roots[t + 1]; n++) {
      const leaf = askedOf[n] < 0;
      const kept = leaf ? undefined : trees.kept[trees.feature[n]];
      if (leaf && numbers[n] < 0) numbers[n] = leaves++;
      if (leaf) values[first + numbers[n]] = trees.threshold[n];
      const test = leaf ? numbers[n] : kept ? firstBit[n] + BIAS : (codeOf[n] - BIAS) & 0xffff;
      const asked = 16 * (leaf ? zero : askedOf[n]);
      const left = size * ((leaf ? n : trees.left[n]) - root);
      if (wide) words.set([kept || leaf ? test : codeOf[n] - BIAS, asked, left, kept ? 1 : 0], 4 * n);
      else words.set([test | (asked << 16), left], 2 * n);
      if (!kept) continue;
      for (let slot = 0; slot <= kept.length; slot++) {
        const goes =
          slot === kept.length ? trees.missingLeft[n] === 1 : inSet(trees.sets, trees.threshold[n], slot);
        const bit = firstBit[n] + slot;
        if (goes) bits[Math.floor(bit / 8)] |= 1 << (bit % 8);
      }
    }
    first += leaves;
  });
}

/** Writes the crowns, where their exits lead, and where all that belongs to each tree begins. */
function writeCrowns(buffer: ArrayBuffer, at: Addresses, trees: Trees, known: Known): void {
  const { wide, askedOf, codeOf, crowns } = known;
  const size = wide ? 16 : 8;
  const starts = new Uint32Array(buffer, at.trees, (TREE_BYTES / 4) * trees.roots.length);
  const asked = new Uint16Array(buffer, at.crowns);
  const ways = new Int32Array(buffer, at.ways);
  let leaves = 0;
  let nodes = 0;
  let exits = 0;
  crowns.forEach((crown, t) => {
    const root = trees.roots[t];
    const below = levelsBelow(trees, t, crown);
    starts.set(
      [size * root, 8 * leaves, 8 * nodes, 4 * exits, crown.asked.length, below],
      (TREE_BYTES / 4) * t,
    );
    for (const { node, from, to } of crown.asked) {
      const left = 2 ** to - 2 ** from;
      asked.set([codeOf[node] - BIAS, 16 * askedOf[node], left & 0xffff, left >>> 16], 4 * nodes++);
    }
    for (const node of crown.exits) ways[exits++] = size * (node - root);
    leaves += (trees.roots[t + 1] - root + 1) / 2;
  });
  starts.set([size * trees.feature.length, 8 * leaves], (TREE_BYTES / 4) * crowns.length);
}
