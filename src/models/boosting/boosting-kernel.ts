import { joinKernel, Layout, mustStartKernel, type RunningKernel } from "../../core/kernel";
import { column, type Matrix } from "../../core/matrix";
import { runInThread, type Task, task } from "../../core/pool";
import { type BinLayout, binsOfCodes, type ColumnPlace } from "../trees/bin-layout";
import { type BoostData, type BoostEngine, type BoostRules, NODE_BYTES } from "./boosting-engine";
import { wasm } from "./boosting-kernel.wasm";

export interface Kernel {
  setup(at: number): void;
  binNumbers(
    values: number,
    count: number,
    start: number,
    upper: number,
    steps: number,
    missing: number,
    group: number,
    kind: number,
    first: number,
    common: number,
  ): number;
  binHalves(
    values: number,
    count: number,
    start: number,
    upper: number,
    group: number,
    kind: number,
    first: number,
    common: number,
  ): number;
  binLevels(
    values: number,
    count: number,
    start: number,
    slots: number,
    levels: number,
    missing: number,
    group: number,
    kind: number,
    first: number,
    common: number,
  ): number;
  transposeRows(from: number, to: number): void;
  refresh(logistic: boolean, gScale: number, hScale: number, seed: number): void;
  growTree(count: number, everyRow: boolean, gUnit: number, hUnit: number): number;
  addTree(): void;
  help(thread: number): void;
  dismiss(): void;
}

const PLACE_BYTES = 32;
const LEAF_BYTES = 128;
const GROUP_BYTES = 2048;
/** Rows binned at a time: their bytes stay in the first-level cache while column after column is written. */
const BLOCK = 2048;
/** Rows per piece of shared work; as in the kernel. */
const CHUNK = 8192;
const KINDS = { single: 0, bundled: 1, joint: 2 } as const;

/** The bytes of each region of the kernel's memory, in the order in which its `setup` reads their addresses. */
function regions(data: BoostData, rules: BoostRules, threads: number) {
  const { x, layout, weights } = data;
  const padded = 4 * Math.ceil(x.rows / 4);
  const slot = layout.groups * GROUP_BYTES;
  // Gradients are written by the host only where the kernel doesn't make them.
  const host = rules.logistic ? 0 : 4 * padded;
  return {
    bytes: x.rows * layout.groups,
    packed: 4 * padded,
    scores: 8 * padded,
    targets: rules.logistic ? 4 * padded : 0,
    weights: rules.logistic && weights ? 4 * padded : 0,
    gradients: host,
    hessians: host,
    rowIds: 4 * (x.rows + 1),
    spare: 4 * (x.rows + 1),
    places: layout.places.length * PLACE_BYTES,
    codeBins: layout.places.length * 256,
    used: layout.places.length,
    pool: rules.leaves * slot,
    leaves: rules.leaves * LEAF_BYTES,
    nodes: 2 * rules.leaves * NODE_BYTES,
    scratch: 2 * GROUP_BYTES + 256,
    table: 256,
    jobs: 64 + 8 * (Math.ceil(x.rows / CHUNK) + 1),
    privates: (threads - 1) * slot,
    groupBytes: x.rows * layout.groups,
    mask: x.rows + 64,
  };
}

/** What a thread needs to help another one's kernel. */
interface HelpTask {
  readonly handle: object;
  readonly settings: number;
  readonly thread: number;
}

/** Helps the kernel that owns the memory until that dismisses it. */
export const helpKernel: Task<HelpTask, void> = task(
  "models/boosting/boosting-kernel",
  "helpKernel",
  ({ handle, settings, thread }: HelpTask) => {
    const kernel = joinKernel<Kernel>(wasm, handle);
    kernel.run.setup(settings);
    kernel.run.help(thread);
  },
);

class KernelEngine implements BoostEngine {
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  readonly scores: Float64Array;
  readonly rowIds: Int32Array;
  readonly nodes: DataView;
  readonly conflicts: readonly number[];
  private readonly helpers: readonly Promise<void>[];
  private readonly used: Uint8Array;
  private readonly rows: number;

  constructor(
    private readonly kernel: RunningKernel<Kernel>,
    data: BoostData,
    rules: BoostRules,
    at: Record<keyof ReturnType<typeof regions>, number>,
    settings: number,
    staging: number,
    threads: number,
  ) {
    const { x, layout, y, weights, base } = data;
    const { rows } = x;
    this.rows = rows;
    const buffer = kernel.memory;
    const hasWeights = rules.logistic && weights !== undefined;
    const pointers: number[] = Object.values({ ...at, weights: hasWeights ? at.weights : 0 });
    new Uint32Array(buffer, settings).set(pointers);
    new Int32Array(buffer, settings + 4 * pointers.length).set([
      rows,
      layout.groups,
      layout.places.length,
      threads,
      rules.leaves,
      Math.min(rules.depth, 2 ** 31 - 1),
      rules.minRows,
      rules.byDepth ? 1 : 0,
      rules.monotone.some((direction) => direction !== 0) ? 1 : 0,
      rules.levelRows,
      rules.mostLevels,
      rules.oneAgainstRest,
      rules.listRows ? 1 : 0,
    ]);
    new Float64Array(buffer, settings + 144).set([
      rules.l1,
      rules.l2,
      rules.minHessian,
      rules.minGain,
      rules.levelSmooth,
      rules.levelL2,
    ]);
    const places = new DataView(buffer, at.places);
    layout.places.forEach((place, j) => {
      const fields = [
        place.group,
        KINDS[place.kind],
        place.bins.count,
        place.bins.hasMissing ? 1 : 0,
        place.first,
        place.bins.common,
      ];
      fields.forEach((value, k) => {
        places.setInt32(j * PLACE_BYTES + 4 * k, value, true);
      });
      places.setUint8(j * PLACE_BYTES + 24, place.bins.levels ? 1 : 0);
      places.setInt8(j * PLACE_BYTES + 25, rules.monotone[j]);
      places.setInt32(j * PLACE_BYTES + 28, groupWidth(layout, place.group), true);
      new Uint8Array(buffer, at.codeBins + 256 * j, 256).set(binsOfCodes(place));
    });
    // Threads take their time to start: meanwhile this one bins.
    kernel.run.setup(settings);
    this.helpers = Array.from({ length: threads - 1 }, (_, k) =>
      runInThread(helpKernel, { handle: kernel.handle, settings, thread: k + 1 }),
    );
    this.scores = new Float64Array(buffer, at.scores, rows).fill(base);
    if (rules.logistic) new Float32Array(buffer, at.targets, rows).set(y);
    if (hasWeights) new Float32Array(buffer, at.weights, rows).set(weights);
    this.gradients = new Float32Array(buffer, at.gradients, rules.logistic ? 0 : rows);
    this.hessians = new Float32Array(buffer, at.hessians, rules.logistic ? 0 : rows);
    this.rowIds = new Int32Array(buffer, at.rowIds, rows);
    this.nodes = new DataView(buffer, at.nodes, 2 * rules.leaves * NODE_BYTES);
    this.used = new Uint8Array(buffer, at.used, layout.places.length);
    this.conflicts = fill(kernel, x, layout, staging);
  }

  refresh(own: boolean, gScale: number, hScale: number, seed: number): void {
    this.kernel.run.refresh(own, gScale, hScale, seed);
  }

  grow(rows: Int32Array | undefined, used: Uint8Array, gScale: number, hScale: number): number {
    this.used.set(used);
    if (rows) this.rowIds.set(rows);
    return this.kernel.run.growTree(rows?.length ?? this.rows, rows === undefined, 1 / gScale, 1 / hScale);
  }

  addTree(): void {
    this.kernel.run.addTree();
  }

  async close(): Promise<void> {
    if (this.helpers.length > 0) this.kernel.run.dismiss();
    await Promise.all(this.helpers);
  }
}

/** The boosting engine in WebAssembly for these rows. To be closed after use. */
export function boostEngine(data: BoostData, rules: BoostRules, threads: number): BoostEngine {
  const bytes = regions(data, rules, threads);
  const layout = new Layout();
  const settings = layout.take(256);
  const at = Object.fromEntries(
    Object.entries(bytes).map(([name, size]) => [name, layout.take(size)]),
  ) as Record<keyof typeof bytes, number>;
  // Behind it all, the boundaries and the values being binned.
  const needed = layout.end + stagingBytes(data.layout);
  const kernel = mustStartKernel<Kernel>(wasm, needed, "fit gradient boosting", true);
  return new KernelEngine(kernel, data, rules, at, settings, layout.end, threads);
}

/** How many codes a joint group has: the product of its columns' bins. */
function groupWidth(layout: BinLayout, group: number): number {
  return layout.places
    .filter((place) => place.group === group)
    .reduce((product, place) => product * place.total, 1);
}

function stagingBytes(layout: BinLayout): number {
  const tables = layout.places.map((place) => (place.bins.levels ? highestLevel(place) + 1 : 8 * 256));
  return 8 * BLOCK + tables.reduce((sum, bytes) => sum + 16 * Math.ceil(bytes / 16), 0);
}

function highestLevel(place: ColumnPlace): number {
  return place.bins.levels?.at(-1) ?? 0;
}

/**
 * Bins the matrix into the kernel's rows of bytes, with staging space from `free` on; returns the columns that met
 * another one of their bundle in some row.
 */
function fill(kernel: RunningKernel<Kernel>, x: Matrix, layout: BinLayout, free: number): number[] {
  const buffer = kernel.memory;
  const { run } = kernel;
  const values = new Float64Array(buffer, free, BLOCK);
  let next = free + 8 * BLOCK;
  const tables = layout.places.map((place) => {
    const at = next;
    const { upper, levels } = place.bins;
    if (levels) {
      const slots = new Uint8Array(buffer, at, highestLevel(place) + 1).fill(place.bins.count);
      levels.forEach((level, bin) => {
        slots[level] = bin;
      });
      next += 16 * Math.ceil(slots.length / 16);
      return { at, size: slots.length };
    }
    new Float64Array(buffer, at, 256).fill(Infinity).set(upper);
    next += 8 * 256;
    return { at, size: 2 ** Math.ceil(Math.log2(upper.length + 1)) };
  });
  const conflicts = new Set<number>();
  for (let start = 0; start < x.rows; start += BLOCK) {
    const count = Math.min(BLOCK, x.rows - start);
    layout.places.forEach((place, j) => {
      const { bins, group, first } = place;
      const { at, size } = tables[j];
      const kind = KINDS[place.kind];
      values.set(column(x, place.column).subarray(start, start + count));
      let met: number;
      if (bins.levels)
        met = run.binLevels(free, count, start, at, size, bins.count, group, kind, first, bins.common);
      else if (bins.upper.length === 1 && !bins.hasMissing)
        met = run.binHalves(free, count, start, bins.upper[0], group, kind, first, bins.common);
      else met = run.binNumbers(free, count, start, at, size, bins.count, group, kind, first, bins.common);
      if (met > 0) conflicts.add(place.column);
    });
    run.transposeRows(start, start + count);
  }
  return [...conflicts];
}
