import { expect, test } from "vitest";
import { matrix, takeLabelled, takeRows } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { stratifiedKFold } from "../../../src/data/split";
import { logLoss } from "../../../src/evaluate/probability";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { FoldBoosting } from "../../../src/models/boosting/boosting-folds";

const n = 600;
const rng = seeded("folds");
const values = Float64Array.from({ length: 3 * n }, (_, i) =>
  i < 2 * n ? normal(rng) : Math.floor(4 * rng.uniform()),
);
const x = matrix(n, 3, values, [
  { name: "a" },
  { name: "b" },
  { name: "plan", levels: ["p", "q", "r", "s"] },
]);
const y = Float64Array.from({ length: n }, (_, i) =>
  Number(values[i] + Number(values[2 * n + i] === 2) + normal(rng) > 0.5),
);
const options = { leaves: 6, rowShare: 0.7, columnShare: 0.7, minRows: 10 };
const all = Int32Array.from(values.keys()).subarray(0, n);

test("FoldBoosting grows on all rows the trees that gradientBoosting grows, in steps as in one go", async () => {
  const folds = [{ train: all, test: all.slice(0, 50) }];
  const grown = await FoldBoosting.on({ x, y }, options, folds, [seeded(5)]);
  const steps = [10, 30].map((trees) => grown.grow(0, trees));
  await grown.close();
  for (const [k, trees] of [10, 30].entries()) {
    const model = await gradientBoosting({ ...options, trees })({ x, y }, seeded(5));
    const said = model.predict(takeRows(x, folds[0].test));
    // The kernel adds leaves to scores in another order of operations than prediction does.
    said.forEach((p, i) => {
      expect(steps[k][i]).toBeCloseTo(p, 12);
    });
  }
});

test("FoldBoosting learns from a fold's training rows alone, whatever the others' classes are", async () => {
  const folds = stratifiedKFold(y, 4, seeded(1));
  const streams = folds.map((_, k) => seeded(k));
  const predicted = async (labels: Float64Array) => {
    const grown = await FoldBoosting.on({ x, y: labels }, options, folds, streams);
    // Folds take turns at one engine.
    for (const k of folds.keys()) grown.grow(k, 7);
    const out = folds.map((_, k) => grown.grow(k, 25));
    await grown.close();
    return out;
  };
  const honest = await predicted(y);
  for (const [k, { test: held, train }] of folds.entries()) {
    const turned = y.slice();
    for (const i of held) turned[i] = 1 - turned[i];
    expect((await predicted(turned))[k]).toEqual(honest[k]);
    // As good as a model of these rows with bins of its own.
    const own = await gradientBoosting({ ...options, trees: 25 })(takeLabelled({ x, y }, train), streams[k]);
    const labels = Float64Array.from(held, (i) => y[i]);
    const gap = logLoss(labels, honest[k]) - logLoss(labels, own.predict(takeRows(x, held)));
    expect(Math.abs(gap)).toBeLessThan(0.03);
  }
});

test("FoldBoosting refuses what folds cannot share", async () => {
  const folds = [{ train: all, test: all }];
  const on = (given: object) => FoldBoosting.on({ x, y }, given, folds, [seeded(1)]);
  await expect(on({ validation: 0.2 })).rejects.toThrow(
    "Cannot boost folds: validation must be left out, got 0.2",
  );
  await expect(on({ loss: "squared" })).rejects.toThrow("loss must be logistic");
});
