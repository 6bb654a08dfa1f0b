import type { Rng } from "../../core/rng";
import { boundsOf, inRanges, type RowRange } from "../drawing/bounds";
import { type Candidates, columnsOf } from "../drawing/candidates";
import { allowedBits, allows, type Mask, wordCount } from "../drawing/masks";
import { addCells } from "../drawing/restore-known";
import { leavesOf } from "../drawing/trees";
import type { DrawnParts, Wishes } from "../drawing/wishes";
import type { DonorTree } from "./leaf-donors";

/** What a model of trees holds, variables in the order of drawing. */
export interface TreeParts extends DrawnParts {
  /** The cells of each variable, and the values of numbers. */
  readonly models: readonly { readonly cells: DonorTree; readonly values?: DonorTree }[];
  readonly masks: readonly (readonly Mask[])[];
}

/** Draws the next variable for all rows, and multiplies their weights by the share of donors that meet its conditions. */
export function drawTreeVariable(pool: Candidates, parts: TreeParts, wishes: Wishes, rng: Rng): void {
  const j = pool.cells.length;
  const variable = parts.variables[j];
  const { rows, weights } = pool;
  const { cells: cellTree, values: valueTree } = parts.models[j];
  const columns = columnsOf(pool);
  const leaf = new Int32Array(rows);
  const valueLeaf = new Int32Array(rows);
  leavesOf(cellTree.tree, columns, 0, rows, leaf);
  if (valueTree) leavesOf(valueTree.tree, columns, 0, rows, valueLeaf);
  const words = wordCount(variable.labels.length);
  const bits = allowedBits(parts.masks[j], pool.cells, variable.labels.length, rows);
  const limits = variable.kind === "number" ? boundsOf(pool, parts, wishes.columns) : undefined;
  const wish = wishes.cells.get(j);
  const other = variable.kind === "number" ? variable.atoms.length : -1;
  const cells = new Int32Array(rows);
  const values = variable.kind === "number" ? new Float64Array(rows).fill(Number.NaN) : undefined;
  // How likely a cell's values are to lie in ranges.
  const share = (i: number, cell: number, ranges: readonly RowRange[] | undefined): number => {
    if (!ranges || cell > other) return 1;
    if (cell < other) return inRanges(ranges, i, variable.atoms[cell]) ? 1 : 0;
    return valueTree ? countIn(valueTree, valueLeaf[i], (value) => inRanges(ranges, i, value)) : 0;
  };
  for (let i = 0; i < rows; i++) {
    const rule = (cell: number): number =>
      allows(bits, words, i, cell) ? (limits ? share(i, cell, limits.rules) : 1) : 0;
    const wanted = (cell: number): number => {
      if (wish && wish[cell] === 0) return 0;
      if (!limits?.wishes) return rule(cell);
      if (cell > other) return limits.missing ? rule(cell) : 0;
      return allows(bits, words, i, cell) ? share(i, cell, limits.both) : 0;
    };
    const before = weighted(cellTree, leaf[i], rule);
    const conditioned = wish !== undefined || limits?.wishes !== undefined;
    const after = conditioned ? weighted(cellTree, leaf[i], wanted) : before;
    if (conditioned) weights[i] *= before > 0 ? after / before : 0;
    cells[i] = drawWeighted(cellTree, leaf[i], after > 0 ? wanted : before > 0 ? rule : () => 1, rng);
    if (!values) continue;
    if (cells[i] < other) values[i] = variable.atoms[cells[i]];
    else if (cells[i] === other && valueTree) {
      const ranges = limits?.both;
      const fits = (value: number): number => (!ranges || inRanges(ranges, i, value) ? 1 : 0);
      values[i] = drawWeighted(valueTree, valueLeaf[i], fits, rng);
    }
  }
  addCells(pool, parts, cells, values, wishes.columns.size > 0);
}

/** The share of a leaf's donors, each weighted. */
function weighted({ values, upTo }: DonorTree, leaf: number, weight: (value: number) => number): number {
  let sum = 0;
  let before = 0;
  for (let k = 0; k < values[leaf].length; k++) {
    sum += (upTo[leaf][k] - before) * weight(values[leaf][k]);
    before = upTo[leaf][k];
  }
  return before > 0 ? sum / before : 0;
}

function countIn(tree: DonorTree, leaf: number, holds: (value: number) => boolean): number {
  return weighted(tree, leaf, (value) => (holds(value) ? 1 : 0));
}

/** A donor of the leaf, in proportion to its weight; the first one when none has any. */
function drawWeighted(tree: DonorTree, leaf: number, weight: (value: number) => number, rng: Rng): number {
  const { values, upTo } = tree;
  const own = values[leaf];
  let left = rng.uniform() * weighted(tree, leaf, weight) * upTo[leaf][own.length - 1];
  let before = 0;
  let last = own[0];
  for (let k = 0; k < own.length; k++) {
    const mass = (upTo[leaf][k] - before) * weight(own[k]);
    before = upTo[leaf][k];
    if (mass === 0) continue;
    last = own[k];
    left -= mass;
    if (left < 0) break;
  }
  return last;
}
