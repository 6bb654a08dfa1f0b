import { expect, test } from "vitest";
import { seeded } from "../../../../src/core/rng";
import { treeRows } from "../../../../src/synthesis/drawing/grow-tree";
import { type TreeFeature, valueFeature } from "../../../../src/synthesis/drawing/trees";
import { foldEnds, others, rowsOf } from "../../../../src/synthesis/sequential/folds";
import { fitTarget } from "../../../../src/synthesis/sequential/target/fit-target";

const rows = 1500;

/** Rows of two numbers whose class has log-odds `truth`, beside a model that says `said` of all but what each fold holds out. */
function fitted(truth: (x: number, y: number) => number, said: (x: number, y: number) => number) {
  const rng = seeded(7);
  const [x, y] = [0, 1].map(() => Float64Array.from({ length: rows }, () => 2 * rng.uniform() - 1));
  const classes = Int32Array.from(x, (own, i) =>
    rng.uniform() < 1 / (1 + Math.exp(-truth(own, y[i]))) ? 1 : 0,
  );
  const features = [valueFeature(x, 0), valueFeature(y, 1)] as TreeFeature[];
  const columns = [x, y].map((values) => ({ cells: new Int32Array(rows), values }));
  const data = { rows, terms: [], classes, patterns: [], tree: treeRows(features, rows), columns };
  const scores = x.map((own, i) => said(own, y[i]));
  return { data, found: fitTarget(data, { offsets: [scores, scores, scores], scores }) };
}

test("fitTarget(…) leaves a logit that is right all but as it is", () => {
  const right = (x: number, y: number): number => 2 * x - y;
  const { from, boost } = fitted(right, right).found;
  expect(from).toBe("logit");
  // One standard error is passed by chance, too, but by few rounds: each moves a score by a tenth of what its rows say.
  expect(boost?.trees.length ?? 0).toBeLessThan(6);
});

test("fitTarget(…) grows trees on a logit that lacks a threshold", () => {
  const { from, boost } = fitted(
    (x, y) => 5 * x - 5 * y + (x > 0.5 ? -6 : 0),
    (x, y) => 5 * x - 5 * y,
  ).found;
  expect(from).toBe("logit");
  expect(boost?.trees.length).toBeGreaterThan(3);
});

test("fitTarget(…) starts from the share alone where the logit is about the rows learnt from", () => {
  // A logit that knows its own rows by heart and says nothing of others: trees on top of it have nothing left to learn.
  const rng = seeded(8);
  const { data } = fitted(
    (x, y) => (x * y > 0 ? 2 : -2),
    () => 0,
  );
  const folds = foldEnds(rows, 3);
  const byHeart = (own: number): number => (own === 1 ? 4 : -4);
  const offsets = folds.map((held) => {
    const out = Float64Array.from({ length: rows }, () => 4 * Math.sign(rng.uniform() - 0.5));
    for (const i of rowsOf(others(held, rows))) out[i] = byHeart(data.classes[i]);
    return out;
  });
  const found = fitTarget(data, { offsets, scores: Float64Array.from(data.classes, byHeart) });
  expect(found.from).toBe("share");
  expect(found.boost?.trees.length).toBeGreaterThan(5);
});
