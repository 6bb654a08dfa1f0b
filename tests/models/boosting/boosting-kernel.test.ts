import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { column, type Labelled, matrix } from "../../../src/core/matrix";
import { integer, normal, seeded } from "../../../src/core/rng";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import type { BoostedTrees } from "../../../src/models/boosting/boosting-model";
import type { GradientBoostingOptions } from "../../../src/models/boosting/boosting-options";
import { layBins } from "../../../src/models/trees/bin-layout";
import { findBins } from "../../../src/models/trees/binning";
import { anyMatrix } from "../any-matrix";
import { PlainEngine } from "./plain-engine";

let plainly = false;
vi.mock("../../../src/models/boosting/boosting-kernel", async (original) => {
  const kernel = await original<typeof import("../../../src/models/boosting/boosting-kernel")>();
  const boostEngine: typeof kernel.boostEngine = (data, rules, threads) =>
    plainly ? new PlainEngine(data, rules) : kernel.boostEngine(data, rules, threads);
  return { ...kernel, boostEngine };
});

/** What boosting on the plain engine gives. */
async function boostPlainly(options: GradientBoostingOptions, train: Labelled): Promise<BoostedTrees> {
  plainly = true;
  try {
    return await gradientBoosting(options)(train, seeded(1));
  } finally {
    plainly = false;
  }
}

test("the kernel and its plain twin boost the same trees bit for bit", async () => {
  const options = fc.record({
    seed: fc.integer(),
    rows: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 300, max: 900 })),
    loss: fc.constantFrom("logistic", "logistic", "squared", "absolute", "poisson", "tweedie"),
    weights: fc.boolean(),
    growth: fc.constantFrom("leaf", "depth"),
    leaves: fc.constantFrom(2, 12, 31),
    depth: fc.constantFrom(2, 6, Infinity),
    minRows: fc.constantFrom(1, 3, 20),
    l1: fc.constantFrom(0, 0.5),
    l2: fc.constantFrom(0, 2),
    sampling: fc.constantFrom("none", "rows", "goss"),
    columnShare: fc.constantFrom(0.5, 1),
    monotone: fc.boolean(),
    bins: fc.constantFrom(8, 255),
  });
  let grown = 0;
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const rng = seeded(given.seed);
      const x = anyMatrix(rng, given.rows);
      const columns = x.features.map((_, j) => column(x, j));
      const y = Float64Array.from({ length: given.rows }, (_, i) => {
        let f = 0.2 * normal(rng);
        for (const values of columns) f += Number.isNaN(values[i]) ? 1 : Math.sin(2 * values[i]);
        if (given.loss === "logistic") return f > 0 ? 1 : 0;
        return given.loss === "poisson" || given.loss === "tweedie" ? Math.max(0, Math.round(2 * f)) : f;
      });
      if (y.every((value) => value === 0)) y[0] = 1;
      const weights = y.map(() => integer(rng, 4) + rng.uniform());
      const train: Labelled = { x, y, ...(given.weights && { weights }) };
      const numeric = x.features.filter((feature) => !feature.levels);
      const learn: GradientBoostingOptions = {
        trees: 6,
        loss: given.loss as "logistic",
        growth: given.growth as "leaf",
        leaves: given.leaves,
        depth: given.depth,
        minRows: given.minRows,
        l1: given.l1,
        l2: given.l2,
        bins: given.bins,
        columnShare: given.columnShare,
        ...(given.sampling === "rows" && { rowShare: 0.6 }),
        ...(given.sampling === "goss" && { goss: { top: 0.2, other: 0.3 }, learnRate: 0.5 }),
        ...(given.monotone && {
          monotone: Object.fromEntries(numeric.map(({ name }, k) => [name, k % 2 === 0 ? 1 : -1])),
        }),
      };
      const fast = await gradientBoosting(learn)(train, seeded(1));
      const plain = await boostPlainly(learn, train);
      grown += fast.trees.feature.length;
      expect(fast.trees).toEqual(plain.trees);
      expect(fast.importances).toEqual(plain.importances);
    }),
    { numRuns: 300, seed: 2 },
  );
  expect(grown).toBeGreaterThan(5000);
});

// Rows outside the bag go down a tree of up to 127 nodes 64 at a time, and down a larger one by themselves.
test.each([64, 65, 140])("with a bag, trees of %i leaves are those of the plain twin", async (leaves) => {
  const [n, rng] = [8300, seeded("large")];
  const x = matrix(
    n,
    2,
    Float64Array.from({ length: 2 * n }, () => rng.uniform()),
  );
  const y = column(x, 0).map((value, i) => Math.sin(40 * value) * column(x, 1)[i]);
  const options: GradientBoostingOptions = { trees: 3, loss: "squared", leaves, minRows: 1, rowShare: 0.5 };
  const fast = await gradientBoosting(options)({ x, y }, seeded(1));
  expect(fast.trees.feature.length).toBe(3 * (2 * leaves - 1));
  const plain = await boostPlainly(options, { x, y });
  expect(fast.trees).toEqual(plain.trees);
});

test("columns that exclude each other in the sample but not everywhere are kept apart", async () => {
  const n = 50_000;
  const values = new Float64Array(3 * n);
  // The sample sees rows 0 and 2 of every five; the clashes are in others.
  for (let i = 0; i < n; i += 40) values[i] = 1;
  for (let i = 20; i < n; i += 40) values[n + i] = 1;
  values[n + 53] = 1;
  for (let i = 1; i < n; i += 50) values[2 * n + i] = 1;
  for (let i = 3; i < n; i += 50) values[2 * n + i] = values[i] = 1;
  const y = Float64Array.from({ length: n }, (_, i) => (values[i] > values[n + i] ? 1 : 0));
  const train = { x: matrix(n, 3, values), y };
  const layout = layBins(train.x, findBins(train.x, 255, "test"), new Set());
  expect(layout.places.map((place) => place.kind)).toEqual(["bundled", "bundled", "bundled"]);
  const fast = await gradientBoosting({ trees: 3 })(train, seeded(1));
  const plain = await boostPlainly({ trees: 3 }, train);
  expect(fast.trees).toEqual(plain.trees);
  const p = gradientBoosting({ trees: 80 })(train, seeded(1)).then((model) => model.predict(train.x));
  expect(Math.max(...(await p).map((value, i) => Math.abs(value - y[i])))).toBeLessThan(0.1);
});
