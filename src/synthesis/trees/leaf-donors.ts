import { growTree, type Tree, type TreeFeature } from "../drawing/trees";

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
  features: readonly TreeFeature[],
  rows: Int32Array,
  seen: { readonly codes: Int32Array; readonly count: number } | { readonly values: Float64Array },
  { minRows, leaves }: DonorOptions,
): DonorTree {
  const target = "codes" in seen ? { classes: seen } : { sums: [seen.values] };
  const grown = growTree(features, rows, target, { minRows, leaves, minGain: 1e-9, worth: squaresWorth });
  const source: ArrayLike<number> = "codes" in seen ? seen.codes : seen.values;
  const leavesOwn = grown.leafRows.map((own) => Float64Array.from(own, (i) => source[i]).sort());
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

/** Σ totals² / rows: for class counts rows × (1 − Gini), for one sum the squares that the mean explains. */
function squaresWorth(rows: number, totals: Float64Array): number {
  let squares = 0;
  for (let s = 0; s < totals.length; s++) squares += totals[s] * totals[s];
  return squares / rows;
}
