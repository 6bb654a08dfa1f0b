import { Layout, type RunningKernel, startKernel } from "../../core/kernel";
import { column, type Matrix } from "../../core/matrix";
import { gridOf } from "./predict-grid";
import { wasm } from "./predict-kernel.wasm";
import {
  BIAS,
  bitsOfSets,
  codesOfNodes,
  SLOT_BYTES,
  SMALL_LEAVES,
  searchSize,
  TREE_BYTES,
  thresholdsOf,
  writeNodes,
  writeTables,
  writeUppers,
} from "./predict-layout";
import { upperPartOf } from "./predict-upper";
import type { Trees } from "./trees";

interface Kernel {
  setup(...pointers: number[]): void;
  encode(count: number): void;
  walk(count: number): void;
  walkOne(sum: number): number;
}

/** Rows per call at least and at most, multiples of 64, and the bytes of staged values that they should stay within. */
const [fewestRows, mostRows, stagedBytes] = [512, 2048, 2 ** 21];
const COLUMN_BYTES = 48;
/** Up to so many thresholds are counted without a search; as in the kernel. */
const FEW = 4;
/** The code of missing values that go right: no code of a threshold reaches it. */
const MISSING_RIGHT = 0xffff;
/** Thresholds of a column, and columns, that fit into the nodes of small trees. */
const MOST_BYTE_CODES = 254;
const MOST_BYTE_COLUMNS = 2 ** 16 / SLOT_BYTES;
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
    /** Rows per call. */
    private readonly block: number,
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
    const fitting = 64 * Math.floor(stagedBytes / (64 * 8 * sources.length));
    const block = Math.max(fewestRows, Math.min(mostRows, fitting));
    const thresholds = thresholdsOf(trees);
    const fits = [...thresholds.values()].every((values) => values.length < MISSING_RIGHT);
    if (!fits || asked.length >= 2 ** 16 || longest >= 2 ** 27) return undefined;
    // Nodes of 8 bytes have room for numbers below 2¹⁶ only.
    const wide =
      sources.some((source) => trees.kept[source] !== undefined) ||
      asked.length >= MANY_COLUMNS ||
      longest >= 2 ** 16;
    const bytes =
      asked.length < MOST_BYTE_COLUMNS &&
      [...thresholds.values()].every((values) => values.length <= MOST_BYTE_CODES);

    const uppers = Array.from({ length: trees.roots.length - 1 }, (_, t) =>
      asked.length < MANY_COLUMNS ? upperPartOf(trees, t) : { exits: [trees.roots[t]], asked: [] },
    );
    const exits = uppers.reduce((sum, upper) => sum + upper.exits.length, 0);
    const layout = new Layout();
    const slots = (source: number): number => trees.features[source].levels?.length ?? 0;
    const tables = new Map(
      sources.map((source) => {
        const values = thresholds.get(source);
        return [source, layout.take(values ? 8 * searchSize(values) : 2 * slots(source))] as const;
      }),
    );
    const grids = new Map(
      [...thresholds].flatMap(([source, values]) => {
        const grid = values.length > FEW ? gridOf(values) : undefined;
        return grid ? [[source, { ...grid, at: layout.take(grid.before.byteLength) }] as const] : [];
      }),
    );
    const setBits = bitsOfSets(trees, askedOf);
    const nodeBytes = wide ? 16 : 8;
    const at = {
      columns: layout.take(asked.length * COLUMN_BYTES),
      trees: layout.take(TREE_BYTES * trees.roots.length),
      nodes: layout.take(nodeBytes * count),
      // Each tree has one leaf more than inner nodes.
      values: layout.take(4 * (count + trees.roots.length - 1)),
      uppers: layout.take(8 * exits),
      ways: layout.take(4 * exits),
      staging: layout.take(8 * block * sources.length),
      codes: layout.take((block / 8) * 16 * (asked.length + 1)),
      out: layout.take(8 * block),
      sets: layout.take(Math.ceil(setBits.total / 8)),
      state: layout.take(4 * block),
      list: layout.take(4 * (block + 8)),
      bytes: layout.take(bytes ? block * asked.length : 0),
      // Of a small tree: numbers of leaves, results of nodes, and the results of four trees.
      slots: layout.take(SLOT_BYTES * (2 * SMALL_LEAVES + 4)),
    };
    if (setBits.total >= 2 ** 32) return undefined;
    const kernel = startKernel<Kernel>(wasm, layout.end);
    if (!kernel) return undefined;
    const buffer = kernel.memory;
    writeTables(buffer, trees, tables, thresholds);
    for (const { at, before } of grids.values()) new Uint16Array(buffer, at, before.length).set(before);
    asked.forEach(({ source, missingLeft }, k) => {
      const values = thresholds.get(source);
      const kept = trees.kept[source];
      const grid = grids.get(source);
      const record = at.columns + k * COLUMN_BYTES;
      new Int32Array(buffer, record, 8).set([
        8 * block * sources.indexOf(source),
        tables.get(source) as number,
        values ? values.length : slots(source),
        kept ? 1 : 0,
        kept ? kept.length : missingLeft ? 0 : MISSING_RIGHT,
        grid ? grid.before.length - 1 : values ? searchSize(values) : 0,
        grid?.at ?? 0,
        grid?.most ?? 0,
      ]);
      new Float64Array(buffer, record + 32, 2).set([grid?.scale ?? 0, grid?.shift ?? 0]);
    });
    const codeOf = codesOfNodes(trees, thresholds);
    const known = { wide, bytes, askedOf, zero: asked.length, codeOf, firstBit: setBits.first, uppers };
    writeNodes(buffer, at, trees, known);
    writeUppers(buffer, at, trees, known);
    const { columns, nodes, values, staging, codes, out, sets, state, list } = at;
    // What leaves ask: below every code.
    new Int16Array(buffer, codes, (block / 8) * 8 * (asked.length + 1)).fill(-BIAS);
    const treeCount = trees.roots.length - 1;
    kernel.run.setup(
      columns,
      asked.length,
      at.trees,
      treeCount,
      nodes,
      values,
      at.uppers,
      at.ways,
      staging,
      codes,
      out,
      sets,
      state,
      list,
      bytes ? at.bytes : 0,
      at.slots,
      wide ? 1 : 0,
    );
    return new FastTrees(
      kernel,
      sources,
      new Float64Array(buffer, staging, block * sources.length),
      new Float64Array(buffer, out, block),
      block,
    );
  }

  /** As addLeaves: adds to `sums` for every row of x, in the order of the trees. */
  add(x: Matrix, sums: Float64Array): void {
    const { kernel, sources, staging, out, block } = this;
    if (x.rows === 1) {
      for (let k = 0; k < sources.length; k++) staging[k * block] = x.values[sources[k]];
      kernel.run.encode(1);
      sums[0] = kernel.run.walkOne(sums[0]);
      return;
    }
    for (let start = 0; start < x.rows; start += block) {
      const count = Math.min(block, x.rows - start);
      for (let k = 0; k < sources.length; k++)
        staging.set(column(x, sources[k]).subarray(start, start + count), k * block);
      out.set(sums.subarray(start, start + count));
      kernel.run.encode(count);
      kernel.run.walk(count);
      sums.set(out.subarray(0, count), start);
    }
  }
}
