import { Layout, mustStartKernel, type RunningKernel } from "../../core/kernel";
import type { Rng } from "../../core/rng";
import { MISSING, type Ranked } from "../trees/ranks";
import { TreeBuilder, type TreePart } from "../trees/trees";
import { wasm } from "./forest-kernel.wasm";

/** How a forest's tree is grown: options after defaults. */
export interface GrowRules {
  readonly criterion: "gini" | "entropy" | "squared";
  readonly depth: number;
  readonly minRows: number;
  readonly minSplit: number;
  /** Columns drawn at each node. */
  readonly tried: number;
  /** Draw the thresholds too (extra trees). */
  readonly randomThresholds: boolean;
  /** What each row of class 0 and of class 1 counts; 1 and 1 for a regression. */
  readonly classFactors: readonly [number, number];
  /** What was taken from the target before growing, and is added to every leaf. */
  readonly centre: number;
}

interface Kernel {
  setup(at: number): void;
  grow(count: number, k0: number, k1: number, k2: number, k3: number, packing: boolean): number;
  setWords(): number;
}

/** What the kernel knows beforehand of columns in which most rows hold the same code. */
export interface Sparsity {
  /** Per column: categorical, has missing values, the most frequent code (or MISSING) and its place in the masks. */
  readonly traits: Uint8Array;
  /** Per row, 64 sparse columns a word: whether the row differs from the most frequent code. */
  readonly masks: BigUint64Array;
  readonly maskWords: number;
}

/** A column counts as sparse from this share of its most frequent code on. */
const SPARSE = 0.8;
const MASK_WORDS = 4;

/** Finds the sparse columns; shared by all trees of a fit. */
export function sparsity(ranked: Ranked): Sparsity {
  const { rows, columns, codes, offsets } = ranked;
  const traits = new Uint8Array(new SharedArrayBuffer(8 * columns));
  const halves = new Uint16Array(traits.buffer);
  const places = new Int32Array(traits.buffer);
  const commonCodes: number[] = [];
  const sparse: number[] = [];
  for (let j = 0; j < columns; j++) {
    const own = codes.subarray(j * rows, (j + 1) * rows);
    const times = new Int32Array(offsets[j + 1] - offsets[j]);
    let missing = 0;
    for (let i = 0; i < rows; i++) {
      if (own[i] === MISSING) missing++;
      else times[own[i]]++;
    }
    let common = 0;
    for (let code = 1; code < times.length; code++) if (times[code] > times[common]) common = code;
    const isSparse = times.length > 0 && times[common] >= SPARSE * rows;
    traits[8 * j] = ranked.categorical[j];
    traits[8 * j + 1] = missing > 0 ? 1 : 0;
    halves[4 * j + 1] = isSparse ? common : MISSING;
    places[2 * j + 1] = isSparse && sparse.length < 64 * MASK_WORDS ? sparse.length : -1;
    commonCodes.push(common);
    if (places[2 * j + 1] >= 0) sparse.push(j);
  }
  const maskWords = Math.ceil(sparse.length / 64);
  const masks = new BigUint64Array(new SharedArrayBuffer(Math.max(8, 8 * rows * maskWords)));
  // Written by 32-bit halves: BigInt arithmetic is slow.
  const words = new Uint32Array(masks.buffer);
  sparse.forEach((j, place) => {
    const bit = 1 << (place & 31);
    const at = place >> 5;
    const step = 2 * maskWords;
    for (let i = 0; i < rows; i++) if (codes[j * rows + i] !== commonCodes[j]) words[i * step + at] |= bit;
  });
  return { traits, masks, maskWords };
}

/** The bytes of each region of the kernel's memory, in the order in which its `setup` reads their addresses. */
function regions(ranked: Ranked, known: Sparsity) {
  const { rows, columns, offsets, categorical } = ranked;
  let widest = 1;
  let slots = 0;
  for (let j = 0; j < columns; j++) {
    const width = offsets[j + 1] - offsets[j];
    widest = Math.max(widest, width);
    if (categorical[j]) slots = Math.max(slots, width);
  }
  const nodes = 2 * rows;
  return {
    codes: 2 * rows * columns,
    offsets: 4 * (columns + 1),
    low: 8 * ranked.low.length,
    high: 8 * ranked.high.length,
    traits: 8 * columns,
    masks: 8 * rows * known.maskWords,
    targets: 8 * rows,
    rowIds: 4 * rows,
    info: 16 * rows,
    spareRows: 4 * rows,
    spareInfo: 16 * rows,
    hist: 16 * widest,
    counts: 4 * widest,
    // A summary bit may stand for words past the last one.
    bitmap: 8 * (Math.ceil(widest / 64) + 16),
    order: 2 * widest,
    bestOrder: 2 * widest,
    drawn: 4 * columns,
    nodeMask: 8 * known.maskWords,
    stack: 24 * (rows + 2),
    feature: 4 * nodes,
    threshold: 8 * nodes,
    left: 4 * nodes,
    missingLeft: nodes,
    cover: 8 * nodes,
    sets: 4 * rows * ((slots + 31) >> 5),
    decrease: 8 * columns,
  };
}

// One instance per thread is kept while it is small: to make one costs more than a small tree.
let kept: RunningKernel<Kernel> | undefined;
const KEPT_BYTES = 2 ** 26;

/** Grows trees, one after the other. */
export interface Grower {
  readonly builder: TreeBuilder;
  /** Per column: weighted impurity decrease of the last tree. */
  readonly decrease: Float64Array;
  /** Adds the tree of `rows`, each counting `weight[row]`. */
  grow(rows: Int32Array, weight: Float64Array, rng: Rng): void;
}

class KernelGrower implements Grower {
  readonly builder: TreeBuilder = new TreeBuilder();
  readonly decrease: Float64Array;
  private readonly rowIds: Int32Array;
  private readonly info: Float64Array;
  private readonly packedInfo: Uint32Array;
  /** What the kernel writes: its last tree. */
  private readonly out: Omit<TreePart, "roots">;

  constructor(
    private readonly kernel: RunningKernel<Kernel>,
    private readonly ranked: Ranked,
    private readonly target: Float64Array,
    rules: GrowRules,
    private readonly packing: boolean,
    known: Sparsity,
    bytes: ReturnType<typeof regions>,
    at: Record<keyof ReturnType<typeof regions>, number>,
    settings: number,
  ) {
    const { rows, columns } = ranked;
    const buffer = kernel.memory;
    new Uint16Array(buffer, at.codes).set(ranked.codes.subarray(0, rows * columns));
    new Int32Array(buffer, at.offsets).set(ranked.offsets);
    new Float64Array(buffer, at.low).set(ranked.low);
    new Float64Array(buffer, at.high).set(ranked.high);
    new Uint8Array(buffer, at.traits).set(known.traits);
    if (known.maskWords > 0) new BigUint64Array(buffer, at.masks).set(known.masks);
    new Float64Array(buffer, at.targets, rows).set(target);
    // A kernel that served before may have been stopped with these half used.
    for (const part of ["hist", "counts", "bitmap"] as const)
      new Uint8Array(buffer, at[part], bytes[part]).fill(0);
    const pointers = Object.values(at);
    new Uint32Array(buffer, settings).set(pointers);
    new Int32Array(buffer, settings + 4 * pointers.length).set([
      rows,
      columns,
      Math.min(rules.depth, 2 ** 31 - 1),
      rules.minRows,
      rules.minSplit,
      rules.tried,
      rules.randomThresholds ? 1 : 0,
      known.maskWords,
    ]);
    new Float64Array(buffer, settings + 4 * (pointers.length + 8)).set([
      ...rules.classFactors,
      rules.centre,
      rules.criterion === "entropy" ? 1 : 0,
    ]);
    kernel.run.setup(settings);
    this.rowIds = new Int32Array(buffer, at.rowIds, rows);
    this.info = new Float64Array(buffer, at.info, 2 * rows);
    this.packedInfo = new Uint32Array(buffer, at.info, 2 * rows);
    this.out = {
      feature: new Int32Array(buffer, at.feature, 2 * rows),
      threshold: new Float64Array(buffer, at.threshold, 2 * rows),
      left: new Int32Array(buffer, at.left, 2 * rows),
      missingLeft: new Uint8Array(buffer, at.missingLeft, 2 * rows),
      cover: new Float64Array(buffer, at.cover, 2 * rows),
      sets: new Uint32Array(buffer, at.sets, bytes.sets / 4),
    };
    this.decrease = new Float64Array(buffer, at.decrease, columns);
  }

  grow(rows: Int32Array, weight: Float64Array, rng: Rng): void {
    const { rowIds, info, packedInfo, target, out, builder } = this;
    const count = rows.length;
    rowIds.set(rows);
    if (this.packing) {
      for (let i = 0; i < count; i++) {
        // 1 row, its weight, its weight if of class 1: 22 + 21 + 21 bits, here as two halves.
        const times = weight[rows[i]];
        packedInfo[2 * i] = ((times & 0x7ff) << 21) | (target[rows[i]] === 1 ? times : 0);
        packedInfo[2 * i + 1] = (times >>> 11) | (1 << 10);
      }
    } else {
      for (let i = 0; i < count; i++) {
        const times = weight[rows[i]];
        info[2 * i] = times;
        info[2 * i + 1] = times * target[rows[i]];
      }
    }
    const nodes = this.kernel.run.grow(count, ...rng.key, this.packing);
    const words = this.kernel.run.setWords();
    const at = builder.add(nodes);
    const firstWord = builder.addSet(32 * words);
    builder.roots.push(at);
    builder.feature.set(out.feature.subarray(0, nodes), at);
    builder.threshold.set(out.threshold.subarray(0, nodes), at);
    builder.missingLeft.set(out.missingLeft.subarray(0, nodes), at);
    builder.cover.set(out.cover.subarray(0, nodes), at);
    builder.sets.set(out.sets.subarray(0, words), firstWord);
    for (let i = 0; i < nodes; i++) {
      builder.left[at + i] = out.left[i] < 0 ? -1 : out.left[i] + at;
      const feature = out.feature[i];
      if (words > 0 && feature >= 0 && this.ranked.categorical[feature])
        builder.threshold[at + i] += firstWord;
    }
  }
}

/**
 * A grower for these rows. Whole weights of 0/1 targets pack into one integer as long as their sum stays below 2²¹:
 * `packing` says that they do.
 */
export function treeGrower(
  ranked: Ranked,
  target: Float64Array,
  rules: GrowRules,
  packing: boolean,
  known: Sparsity,
): Grower {
  const bytes = regions(ranked, known);
  const layout = new Layout();
  const settings = layout.take(256);
  const at = Object.fromEntries(
    Object.entries(bytes).map(([name, size]) => [name, layout.take(size)]),
  ) as Record<keyof typeof bytes, number>;
  const reused = kept !== undefined && kept.memory.byteLength >= layout.end ? kept : undefined;
  const kernel = reused ?? mustStartKernel<Kernel>(wasm, layout.end, "fit a forest");
  kept = kernel.memory.byteLength <= KEPT_BYTES ? kernel : undefined;
  return new KernelGrower(kernel, ranked, target, rules, packing, known, bytes, at, settings);
}
