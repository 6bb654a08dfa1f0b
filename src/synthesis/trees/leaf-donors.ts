import { takeValues } from "../../core/matrix";
import { growTree, type TreeRows } from "../drawing/grow-tree";
import type { Tree } from "../drawing/trees";

/** A tree whose leaves hold the training values that new rows are drawn from: codes of levels, or numbers. */
export interface DonorTree {
  readonly tree: Tree;
  /** The different values of each leaf, ascending, and how many rows have each up to and including it. */
  readonly values: readonly (readonly number[])[];
  readonly upTo: readonly (readonly number[])[];
}

export interface DonorOptions {
  readonly minRows: number;
  readonly leaves: number;
}

/** A classification or regression tree (Gini, or least squares) for what the rows have. */
export function growDonors(
  data: TreeRows,
  rows: Int32Array,
  seen: { readonly codes: Int32Array; readonly count: number } | { readonly values: Float64Array },
  { minRows, leaves }: DonorOptions,
): DonorTree {
  const options = { minRows, leaves, minGain: 1e-9 };
  const grown =
    "codes" in seen
      ? growTree(data, rows, { classes: seen.codes, count: seen.count }, { ...options, worth: giniWorth })
      : growTree(data, rows, { sums: [seen.values, seen.values] }, { ...options, worth: meanWorth });
  const source: ArrayLike<number> = "codes" in seen ? seen.codes : seen.values;
  const leavesOwn = grown.leafRows.map((own) => takeValues(source, own).sort());
  const values = leavesOwn.map((sorted) => [...new Set(sorted)]);
  const upTo = leavesOwn.map((sorted, l) => {
    let at = 0;
    return values[l].map((value) => {
      while (at < sorted.length && sorted[at] === value) at++;
      return at;
    });
  });
  return { tree: grown.tree, values, upTo };
}

/** Rows × (1 − Gini impurity). */
function giniWorth(totals: Float64Array, at: number): number {
  let squares = 0;
  for (let s = 1; s < totals.length; s++) squares += totals[at + s] * totals[at + s];
  return squares / totals[at];
}

/** The squares that the mean explains. */
function meanWorth(totals: Float64Array, at: number): number {
  return (totals[at + 1] * totals[at + 1]) / totals[at];
}
