import { check } from "../../core/checks";
import { type Matrix, matrix } from "../../core/matrix";
import { checkColumns } from "../check-rows";
import { FastShap } from "./shap-kernel";
import { type Plan, planTree } from "./shap-plan";
import { slotted, type Trees } from "./trees";

export interface TreeContributionsOptions {
  /** What the leaves are multiplied by. */
  readonly scale: number;
  /** What is being done, for errors. */
  readonly action: string;
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
  const { scale, action } = options;
  checkColumns(x, trees.features.length, action);
  const values = slotted(trees, x);
  const out = new Float64Array(x.rows * x.columns);
  const shap = planned(trees, action);
  for (let i = 0; i < x.rows; i++) {
    const sums = shap.row(values, x.rows, i, scale);
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

// One customer at a time would else spend most of its time on preparing.
const known = new WeakMap<Trees, FastShap>();

function planned(trees: Trees, action: string): FastShap {
  let found = known.get(trees);
  if (!found) {
    const plans = Array.from({ length: trees.roots.length - 1 }, (_, t) => t)
      // A single leaf is decided by no column.
      .filter((t) => trees.roots[t + 1] - trees.roots[t] > 1)
      .map((t) => planTree(trees, t));
    checkSizes(plans, action);
    found = FastShap.of(trees, plans, action);
    known.set(trees, found);
  }
  return found;
}

/** Trees that someone learnt stay far below: such a file was made to exhaust the memory. */
function checkSizes(plans: readonly Plan[], action: string): void {
  const cells = plans.reduce((most, { parent, points }) => Math.max(most, parent.length * points.length), 0);
  const rule = "a tree's nodes times the columns on its longest way must be at most 2²⁷";
  check(cells <= 2 ** 26, action, rule, 2 * cells);
}
