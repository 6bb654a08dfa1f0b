import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { growTree, rootHistogram, treeRows } from "../../../src/synthesis/drawing/grow-tree";
import { cellFeature, type TreeFeature, valueFeature } from "../../../src/synthesis/drawing/trees";

test("growTree(…) grows the same tree from bins that are joined as from each by itself", () => {
  const rng = seeded(3);
  const rows = 4000;
  const cells = [3, 2, 4, 6, 2].map((count, j) => {
    const own = Int32Array.from({ length: rows }, () => Math.floor(count * rng.uniform()));
    return { own, feature: cellFeature(own, count, j) as TreeFeature };
  });
  const values = Float64Array.from({ length: rows }, () => rng.uniform());
  const features = [...cells.map(({ feature }) => feature), valueFeature(values, 5) as TreeFeature];
  // Quarters sum without rounding, in any order.
  const first = Float64Array.from(values, (value, i) => {
    const [a, , c] = cells.map(({ own }) => own[i]);
    return (a === 1 ? 4 : 0) + (c === 2 && value > 0.5 ? 8 : 0) + Math.floor(4 * rng.uniform()) / 4;
  });
  const target = { sums: [first, first.map((value) => value * value)] as const };
  const worth = (totals: Float64Array, at: number): number => {
    const [count, mean] = [totals[at], totals[at + 1] / totals[at]];
    return -count * Math.log(Math.max(totals[at + 2] / count - mean * mean, 1e-4));
  };
  const options = { leaves: 8, minRows: 20, minGain: 1, worth };
  const joined = treeRows(features, rows);
  const { joined: tables, ...alone } = joined;
  expect(tables?.tables.groups.length).toBeLessThan(4);
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const tree = growTree(joined, all, target, options);
  expect(tree.leafRows.length).toBe(8);
  expect(tree).toEqual(growTree(alone, all, target, options));
  const root = rootHistogram(joined, all, target);
  for (const again of [1, 2])
    expect(growTree(joined, all, target, { ...options, root }), `${again}`).toEqual(tree);
});

test("growTree(…) tells the bins of the last of 1,100 columns of 64 levels from those of the first", () => {
  const rows = 2000;
  const none = new Int32Array(rows);
  const last = none.map((_, i) => (i % 2 === 0 ? 63 : 5));
  // Columns of two levels come first: only they are joined.
  const features = Array.from(
    { length: 1200 },
    (_, j) => cellFeature(j === 1199 ? last : none, j < 100 ? 2 : 64, j) as TreeFeature,
  );
  const first = Float64Array.from(last);
  const worth = (totals: Float64Array, at: number): number => totals[at + 1] ** 2 / totals[at];
  const target = { sums: [first, first] as const };
  const options = { leaves: 2, minRows: 20, minGain: 1, worth };
  const { tree, leafTotals } = growTree(
    treeRows(features, rows),
    none.map((_, i) => i),
    target,
    options,
  );
  expect(tree.variable[0]).toBe(1199);
  expect(leafTotals.map(([count]) => count)).toEqual([1000, 1000]);
});
