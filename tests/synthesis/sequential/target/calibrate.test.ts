import { expect, test } from "vitest";
import { seeded } from "../../../../src/core/rng";
import { treeRows } from "../../../../src/synthesis/drawing/grow-tree";
import {
  cellFeature,
  leavesOf,
  type TreeFeature,
  valueFeature,
} from "../../../../src/synthesis/drawing/trees";
import { calibrated } from "../../../../src/synthesis/sequential/target/calibrate";

const rows = 3000;

/** Customers of three plans and some months, who leave by `chance`; the model says one in five of everybody. */
function customers(chance: (plan: number, months: number) => number) {
  const rng = seeded(3);
  const plan = Int32Array.from({ length: rows }, () => Math.floor(3 * rng.uniform()));
  const months = Float64Array.from({ length: rows }, () => Math.floor(60 * rng.uniform()));
  const classes = Int32Array.from(plan, (own, i) => (rng.uniform() < chance(own, months[i]) ? 1 : 0));
  const features = [cellFeature(plan, 3, 0), valueFeature(months, 1)] as TreeFeature[];
  const columns = [{ cells: plan }, { cells: new Int32Array(rows), values: months }];
  const data = { rows, terms: [], classes, patterns: [], tree: treeRows(features, rows), columns };
  const said = new Float64Array(rows).fill(Math.log(0.2 / 0.8));
  return { data, plan, months, classes, found: calibrated(data, [[said], [said], [said]], [said], true) };
}

test("calibrated(…) sets a group of two conditions right, and leaves the others as they are", () => {
  const { data, plan, months, classes, found } = customers((own, m) => (own === 1 && m >= 49 ? 0.02 : 0.2));
  const scores = new Float64Array(rows).fill(Math.log(0.2 / 0.8));
  const leaf = new Int32Array(rows);
  found?.trees.forEach((tree, t) => {
    leavesOf(tree, data.columns, 0, rows, leaf);
    leaf.forEach((own, i) => {
      scores[i] += found.steps[t][own];
    });
  });
  const rate = (of: ArrayLike<number>, holds: (i: number) => boolean): number => {
    const own = [...classes.keys()].filter(holds);
    return own.reduce((sum, i) => sum + of[i], 0) / own.length;
  };
  const said = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const corner = (i: number): boolean => plan[i] === 1 && months[i] >= 49;
  // One step goes more than half of the way from what was said: groups of few rows are not trusted all along.
  expect(0.2 - rate(said, corner)).toBeGreaterThan((0.2 - rate(classes, corner)) / 2);
  expect(rate(said, (i) => !corner(i))).toBeCloseTo(0.2, 1);
});

test("calibrated(…) changes nothing where the model is right: what chance brings does not hold for other rows", () => {
  expect(customers(() => 0.2).found).toBeUndefined();
});

test("calibrated(…) sets groups of several classes right, and looks at no pair that chance explains", () => {
  const rng = seeded(4);
  const [a, b] = [0, 1].map(() => Int32Array.from({ length: rows }, () => Math.floor(2 * rng.uniform())));
  const columns = [{ cells: a }, { cells: b }];
  const found = (shares: (i: number) => readonly number[]) => {
    const classes = Int32Array.from({ length: rows }, (_, i) => {
      const u = rng.uniform();
      const [first, second] = shares(i);
      return u < first ? 0 : u < first + second ? 1 : 2;
    });
    const features = [a, b].map((cells, k) => cellFeature(cells, 2, k)) as TreeFeature[];
    const data = { rows, terms: [], classes, patterns: [], tree: treeRows(features, rows), columns };
    const said = [0, 1, 2].map(() => new Float64Array(rows));
    return { classes, patched: calibrated(data, [said, said, said], said, false) };
  };
  // What is as frequent by either column alone.
  const { classes, patched } = found((i) => (a[i] === b[i] ? [0.6, 0.1] : [0.0667, 0.5667]));
  const scores = patched?.scores ?? [];
  const both = (i: number): boolean => a[i] === 1 && b[i] === 1;
  const own = [...classes.keys()].filter(both);
  const share = own.filter((i) => classes[i] === 0).length / own.length;
  const [e0, e1, e2] = scores.map((all) => Math.exp(all[own[0]]));
  expect(Math.abs(e0 / (e0 + e1 + e2) - share)).toBeLessThan(0.05);
  expect(found(() => [1 / 3, 1 / 3]).patched).toBeUndefined();
});
