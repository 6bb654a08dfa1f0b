import type { Matrix } from "../../core/matrix";
import { checkColumns } from "../check-rows";
import { FastTrees } from "./predict-kernel";
import { addLeaves, type Trees } from "./trees";

/** Adds to `out`, for every row, the leaves that it reaches, in the order of the trees. */
export type AddLeaves = (x: Matrix, out: Float64Array) => void;

/**
 * The trees' sums of leaves: at first by the plain walk, and by the kernel once so many rows were asked that laying
 * out the trees for it has paid. The sums are the same to the last bit.
 */
export function leafSums(trees: Trees, action: string): AddLeaves {
  // Laying out takes about as long as walking so many rows.
  const worth = trees.feature.length / (trees.roots.length - 1);
  let asked = 0;
  let fast: FastTrees | undefined;
  let tried = false;
  return (x, out) => {
    checkColumns(x, trees.features.length, action);
    asked += x.rows;
    if (!tried && asked > worth) {
      tried = true;
      fast = FastTrees.of(trees);
    }
    if (fast) fast.add(x, out);
    else addLeaves(trees, x, out, action);
  };
}
