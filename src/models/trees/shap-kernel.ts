import { Layout, mustStartKernel, type RunningKernel } from "../../core/kernel";
import { wasm } from "./shap-kernel.wasm";
import type { Plan } from "./shap-plan";
import { type Trees, wayLeft } from "./trees";

interface Kernel {
  setup(...pointers: number[]): void;
  explain(nodes: number, count: number, points: number, bytes: number, scale: number): void;
}

const NODE_BYTES = 32;
/** Marks beside a node's column. */
const LEVELS = 2 ** 31;
const MISSING_LEFT = 2 ** 30;

/** Explains rows by the kernel. Holds a copy of the trees. */
export class FastShap {
  private constructor(
    private readonly kernel: RunningKernel<Kernel>,
    private readonly trees: Trees,
    private readonly plans: readonly Plan[],
    /** Of each tree, the nodes that ask for categories. */
    private readonly levels: readonly Int32Array[],
    private readonly nodesAt: readonly number[],
    private readonly pointsAt: readonly number[],
    private readonly values: Float64Array,
    private readonly goes: Uint8Array,
    private readonly out: Float64Array,
  ) {}

  /** The trees laid out in the kernel's memory; throws where they would not fit. */
  static of(trees: Trees, plans: readonly Plan[], action: string): FastShap {
    const layout = new Layout();
    const nodesAt = plans.map(({ parent }) => layout.take(NODE_BYTES * parent.length));
    const rules = new Map<Float64Array, number>();
    for (const { points } of plans)
      if (!rules.has(points)) rules.set(points, layout.take(16 * points.length));
    let nodes = 0;
    let cells = 0;
    for (const { parent, points } of plans) {
      nodes = Math.max(nodes, parent.length);
      cells = Math.max(cells, parent.length * points.length);
    }
    const [met, goes] = [layout.take(nodes), layout.take(nodes)];
    const [inverse, product, below] = [0, 1, 2].map(() => layout.take(8 * cells));
    const columns = trees.features.length;
    const [row, out] = [layout.take(8 * columns), layout.take(8 * columns)];
    const kernel = mustStartKernel<Kernel>(wasm, layout.end, action);
    plans.forEach((plan, t) => {
      writePlan(kernel.memory, nodesAt[t], trees, plan);
    });
    for (const { points, weights } of plans) {
      const at = rules.get(points) as number;
      new Float64Array(kernel.memory, at, points.length).set(points);
      new Float64Array(kernel.memory, at + 8 * points.length, points.length).set(weights);
    }
    kernel.run.setup(met, inverse, product, below, row, goes, out);
    return new FastShap(
      kernel,
      trees,
      plans,
      plans.map(({ root, parent }) =>
        Int32Array.from(parent.keys()).filter((n) => {
          const j = trees.feature[root + n];
          return j >= 0 && trees.kept[j] !== undefined;
        }),
      ),
      nodesAt,
      plans.map(({ points }) => rules.get(points) as number),
      new Float64Array(kernel.memory, row, columns),
      new Uint8Array(kernel.memory, goes, nodes),
      new Float64Array(kernel.memory, out, columns),
    );
  }

  /** The contributions of row i of `rows` values a column, by all trees; the array is used again for the next. */
  row(values: Float64Array, rows: number, i: number, scale: number): Float64Array {
    const { kernel, trees, plans, levels, nodesAt, pointsAt, goes, out } = this;
    for (let j = 0; j < this.values.length; j++) this.values[j] = values[j * rows + i];
    out.fill(0);
    plans.forEach(({ root, parent, points }, t) => {
      for (const n of levels[t])
        goes[n] = wayLeft(trees, root + n, this.values[trees.feature[root + n]]) ? 1 : 0;
      kernel.run.explain(nodesAt[t], parent.length, pointsAt[t], 8 * points.length, scale);
    });
    return out;
  }
}

function writePlan(memory: ArrayBuffer, at: number, trees: Trees, plan: Plan): void {
  const { root, parent, same, share } = plan;
  const words = new Uint32Array(memory, at, (NODE_BYTES / 4) * parent.length);
  const numbers = new Float64Array(memory, at, (NODE_BYTES / 8) * parent.length);
  for (let n = 0; n < parent.length; n++) {
    const left = trees.left[root + n];
    const j = trees.feature[root + n];
    const marks = j < 0 ? 0 : (trees.kept[j] ? LEVELS : 0) + (trees.missingLeft[root + n] ? MISSING_LEFT : 0);
    words.set([parent[n], same[n], left < 0 ? -1 : left - root, Math.max(j, 0) + marks], 8 * n);
    numbers.set([share[n], trees.threshold[root + n]], 4 * n + 2);
  }
}
