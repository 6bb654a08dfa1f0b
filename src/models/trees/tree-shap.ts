import { check } from "../../core/checks";
import { type Matrix, matrix } from "../../core/matrix";
import { checkColumns } from "../check-rows";
import { FastShap } from "./shap-kernel";
import { type Plan, planTree } from "./shap-plan";
import { slotted, type Trees, wayLeft } from "./trees";

export interface TreeContributionsOptions {
  /** What the leaves are multiplied by. */
  readonly scale: number;
  /** What is being done, for errors. */
  readonly action: string;
  /** Explain in plain TypeScript even where WebAssembly runs; for tests. The contributions are the same. */
  readonly plain?: boolean;
}

/**
 * What each column adds to each row's sum of leaves (times `scale`): exact SHAP values, where a column that is not
 * known sends a row both ways in proportion to the training rows (Lundberg et al., 2020, "path-dependent"). With
 * `expectedLeaves` they add up to the sum of leaves.
 *
 * A leaf of value v, reached under conditions on the columns P, gives column i
 *
 *     v (oᵢ − zᵢ) ∫₀¹ ∏_{j ∈ P∖i} (zⱼ + (oⱼ − zⱼ) t) dt,
 *
 * where oⱼ says whether the row meets the conditions on j, and zⱼ is the share of training rows that do: the integral
 * of tˢ (1 − t)ᵈ⁻¹⁻ˢ is Shapley's weight of a set of s. Gauss's quadrature with ⌈d / 2⌉ points is exact for these
 * polynomials, all factors are positive, and leaves that share a way share its work, as in Linear TreeSHAP (Yu et al.,
 * 2022): the time goes with nodes × points.
 */
export function treeContributions(trees: Trees, x: Matrix, options: TreeContributionsOptions): Matrix {
  const { scale, action, plain } = options;
  checkColumns(x, trees.features.length, action);
  const values = slotted(trees, x);
  const out = new Float64Array(x.rows * x.columns);
  const { plans, fast, scratch } = planned(trees, action);
  for (let i = 0; i < x.rows; i++) {
    const sums =
      fast && !plain
        ? fast.row(values, x.rows, i, scale)
        : explainRow(trees, plans, filled(scratch(), values, x.rows, i), scale);
    for (let j = 0; j < x.columns; j++) out[j * x.rows + i] = sums[j];
  }
  return matrix(x.rows, x.columns, out, x.features);
}

/** What the leaves add up to for a row of which nothing is known: their mean over the training rows. */
export function expectedLeaves(trees: Trees): number {
  const { roots, feature, threshold, cover } = trees;
  let sum = 0;
  for (let t = 0; t + 1 < roots.length; t++) {
    let tree = 0;
    for (let k = roots[t]; k < roots[t + 1]; k++)
      if (feature[k] < 0 && cover[roots[t]] > 0) tree += threshold[k] * (cover[k] / cover[roots[t]]);
    // A tree of one leaf without cover still has its value.
    sum += roots[t + 1] - roots[t] === 1 ? threshold[roots[t]] : tree;
  }
  return sum;
}

interface Planned {
  readonly plans: readonly Plan[];
  readonly fast: FastShap | undefined;
  scratch(): Scratch;
}

// One customer at a time would else spend most of its time on preparing.
const known = new WeakMap<Trees, Planned>();

function planned(trees: Trees, action: string): Planned {
  let found = known.get(trees);
  if (!found) {
    const plans = Array.from({ length: trees.roots.length - 1 }, (_, t) => t)
      // A single leaf is decided by no column.
      .filter((t) => trees.roots[t + 1] - trees.roots[t] > 1)
      .map((t) => planTree(trees, t));
    checkSizes(plans, action);
    let scratch: Scratch | undefined;
    const columns = trees.features.length;
    found = {
      plans,
      fast: FastShap.of(trees, plans),
      scratch: () => {
        scratch ??= scratchFor(plans, columns);
        return scratch;
      },
    };
    known.set(trees, found);
  }
  return found;
}

/** Room for any one tree: whether a node's conditions are met, and per node and point what follows. */
interface Scratch {
  /** The row's values. */
  readonly row: Float64Array;
  readonly met: Uint8Array;
  /** The inverse of the edge's factor. */
  readonly inverse: Float64Array;
  /** The product of the factors down to the node. */
  readonly product: Float64Array;
  /** The sum over the leaves below. */
  readonly below: Float64Array;
  readonly out: Float64Array;
}

function sizesOf(plans: readonly Plan[]): { readonly nodes: number; readonly cells: number } {
  let nodes = 0;
  let cells = 0;
  for (const { parent, points } of plans) {
    nodes = Math.max(nodes, parent.length);
    cells = Math.max(cells, parent.length * points.length);
  }
  return { nodes, cells };
}

/** Trees that someone learnt stay far below: such a file was made to exhaust the memory. */
function checkSizes(plans: readonly Plan[], action: string): void {
  const { cells } = sizesOf(plans);
  const rule = "a tree's nodes times the columns on its longest way must be at most 2²⁷";
  check(cells <= 2 ** 26, action, rule, 2 * cells);
}

function scratchFor(plans: readonly Plan[], columns: number): Scratch {
  const { nodes, cells } = sizesOf(plans);
  const [inverse, product, below] = [0, 1, 2].map(() => new Float64Array(cells));
  const [row, out] = [0, 1].map(() => new Float64Array(columns));
  return { row, met: new Uint8Array(nodes), inverse, product, below, out };
}

/** The scratch with row i of `rows` values a column in it. */
function filled(scratch: Scratch, values: Float64Array, rows: number, i: number): Scratch {
  for (let j = 0; j < scratch.row.length; j++) scratch.row[j] = values[j * rows + i];
  return scratch;
}

/** One row's contributions by all trees, in the kernel's order. */
function explainRow(trees: Trees, plans: readonly Plan[], scratch: Scratch, scale: number): Float64Array {
  scratch.out.fill(0);
  for (const plan of plans) explainTree(trees, plan, scratch, scale);
  return scratch.out;
}

function explainTree(trees: Trees, plan: Plan, scratch: Scratch, scale: number): void {
  const { root, parent, same, share, points, weights } = plan;
  const { row, met, inverse, product, below, out } = scratch;
  const { feature, threshold, left } = trees;
  const count = parent.length;
  const size = points.length;
  product.fill(1, 0, size);
  below.fill(0, 0, count * size);
  for (let n = 0; n < count; n++) {
    const from = n * size;
    if (feature[root + n] < 0) {
      const value = threshold[root + n] * scale;
      for (let k = 0; k < size; k++) below[from + k] = value * weights[k] * product[from + k];
      continue;
    }
    const first = left[root + n] - root;
    const goesLeft = wayLeft(trees, root + n, row[feature[root + n]]);
    for (let child = first; child <= first + 1; child++) {
      const above = same[child];
      const isMet = goesLeft === (child === first) && (above < 0 || met[above] === 1);
      met[child] = isMet ? 1 : 0;
      // The factor z + (1 − z) t where the conditions are met, z (1 − t) elsewhere.
      const z = share[child];
      const slope = isMet ? 1 - z : -z;
      const at = child * size;
      // Where no training row came and this one does not go either, all is 0.
      const none = z === 0 && !isMet;
      for (let k = 0; k < size; k++) {
        const own = z + slope * points[k];
        inverse[at + k] = none ? 0 : 1 / own;
        let down = none ? 0 : product[from + k] * own;
        if (above >= 0 && !none) down *= inverse[above * size + k];
        product[at + k] = down;
      }
    }
  }
  for (let n = count - 1; n > 0; n--) {
    const at = n * size;
    const up = parent[n] * size;
    const above = same[n];
    const own = met[n] - share[n];
    const before = above < 0 ? 0 : met[above] - share[above];
    const sums = [0, 0];
    for (let k = 0; k < size; k++) {
      const value = below[at + k];
      below[up + k] += value;
      let change = own * inverse[at + k];
      if (above >= 0) change -= before * inverse[above * size + k];
      sums[k & 1] += value * change;
    }
    out[feature[root + parent[n]]] += sums[0] + sums[1];
  }
}
