import { type Matrix, matrix } from "../../../src/core/matrix";
import { type Plan, planTree } from "../../../src/models/trees/shap-plan";
import { slotted, type Trees, wayLeft } from "../../../src/models/trees/trees";

/** What `treeContributions` says, row by row and tree by tree in the kernel's order: the rules, explained. */
export function plainContributions(trees: Trees, x: Matrix, scale: number): Matrix {
  const plans = [...trees.roots.keys()]
    .filter((t) => trees.roots[t + 1] - trees.roots[t] > 1)
    .map((t) => planTree(trees, t));
  const values = slotted(trees, x);
  const scratch = scratchFor(plans, x.columns);
  const sums = new Float64Array(x.rows * x.columns);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < x.columns; j++) scratch.row[j] = values[j * x.rows + i];
    scratch.out.fill(0);
    for (const plan of plans) explainTree(trees, plan, scratch, scale);
    for (let j = 0; j < x.columns; j++) sums[j * x.rows + i] = scratch.out[j];
  }
  return matrix(x.rows, x.columns, sums, x.features);
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

function scratchFor(plans: readonly Plan[], columns: number): Scratch {
  const nodes = Math.max(0, ...plans.map(({ parent }) => parent.length));
  const cells = Math.max(0, ...plans.map(({ parent, points }) => parent.length * points.length));
  const [inverse, product, below] = [0, 1, 2].map(() => new Float64Array(cells));
  const [row, out] = [0, 1].map(() => new Float64Array(columns));
  return { row, met: new Uint8Array(nodes), inverse, product, below, out };
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
