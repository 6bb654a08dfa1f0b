import { describe, expect, test } from "vitest";
import { integer, normal, type Rng, seeded } from "../../../src/core/rng";
import { addTrees, answersOf, treeTables } from "../../../src/synthesis/drawing/tree-tables";
import { leavesOf, type Tree, type TreeColumn } from "../../../src/synthesis/drawing/trees";

const rows = 3000;
const rng = seeded(1);
const columns: readonly TreeColumn[] = [
  { cells: Int32Array.from({ length: rows }, () => integer(rng, 9) - 1) },
  ...[0.1, 0.5].map((gaps) => ({
    cells: new Int32Array(rows),
    values: Float64Array.from({ length: rows }, () =>
      rng.uniform() < gaps ? Number.NaN : Math.round(4 * normal(rng)) / 2,
    ),
  })),
];

/** A random tree with so many splits. */
function grown(splits: number, own: Rng): Tree {
  const tree: Tree = { variable: [-1], cell: [-1], threshold: [0], left: [-1], right: [-1], leaf: [0] };
  for (let s = 0; s < splits; s++) {
    const leaves = tree.variable.flatMap((variable, node) => (variable < 0 ? [node] : []));
    const node = leaves[integer(own, leaves.length)];
    tree.variable[node] = integer(own, 3);
    tree.cell[node] = tree.variable[node] === 0 ? integer(own, 8) : -1;
    tree.threshold[node] = Math.round(4 * normal(own)) / 2;
    for (const side of [tree.left, tree.right]) {
      side[node] = tree.variable.length;
      tree.variable.push(-1);
      for (const part of [tree.cell, tree.left, tree.right]) part.push(-1);
      tree.threshold.push(0);
      tree.leaf.push(0);
    }
  }
  let count = 0;
  tree.variable.forEach((variable, node) => {
    if (variable < 0) tree.leaf[node] = count++;
  });
  return tree;
}

describe("addTrees(treeTables(trees, steps), answers, from, to, sums, buffer)", () => {
  test.each([[0], [1], [3], [5], [31]])("adds what walking trees of %i splits adds", (splits) => {
    const trees = Array.from({ length: 12 }, (_, t) => grown(splits, seeded(`tree ${t}`)));
    const steps = trees.map((_, t) => Array.from({ length: splits + 1 }, (_, k) => 100 * t + k));
    const expected = [new Float64Array(rows), new Float64Array(rows)];
    const leaf = new Int32Array(rows);
    trees.forEach((tree, t) => {
      leavesOf(tree, columns, 0, rows, leaf);
      for (let i = 0; i < rows; i++) expected[t % 2][i] += steps[t][leaf[i]];
    });
    const tables = treeTables(trees, steps);
    const answers = answersOf(tables, columns, rows);
    const sums = [new Float64Array(rows), new Float64Array(rows)];
    const buffer = new Int32Array(700);
    for (let from = 0; from < rows; from += 700)
      addTrees(tables, answers, from, Math.min(rows, from + 700), sums, buffer);
    expect(sums).toEqual(expected);
  });
});
