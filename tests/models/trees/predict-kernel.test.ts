import fc from "fast-check";
import { expect, test } from "vitest";
import { type Matrix, matrix } from "../../../src/core/matrix";
import { integer, type Rng, seeded } from "../../../src/core/rng";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { randomForest } from "../../../src/models/forest/forest";
import { FastTrees } from "../../../src/models/trees/predict-kernel";
import { addLeaves, type Trees } from "../../../src/models/trees/trees";
import { anyMatrix } from "../any-matrix";

/** Rows like those of x, with holes, infinities, neighbours of values, and levels and codes never seen. */
function strangers(rng: Rng, x: Matrix, rows: number): Matrix {
  const values = new Float64Array(rows * x.columns);
  for (let k = 0; k < values.length; k++) {
    const j = Math.floor(k / rows);
    const value = x.values[j * x.rows + integer(rng, x.rows)];
    const odd = [NaN, Infinity, -Infinity, -0, 1e5, value + 1e-12, 0.5, -3];
    values[k] = rng.uniform() < 0.3 ? odd[integer(rng, odd.length)] : value;
  }
  return matrix(rows, x.columns, values, x.features);
}

function expectSameSums(trees: Trees, x: Matrix): void {
  const fast = FastTrees.of(trees);
  if (!fast) throw new Error("the kernel did not start");
  const start = Float64Array.from({ length: x.rows }, (_, i) => i / 7);
  const [ours, plain] = [start.slice(), start.slice()];
  fast.add(x, ours);
  addLeaves(trees, x, plain, "test");
  expect(ours).toEqual(plain);
}

test("FastTrees.add sums the leaves of any trees as addLeaves does, bit for bit", async () => {
  const options = fc.record({
    seed: fc.integer(),
    rows: fc.integer({ min: 1, max: 500 }),
    asked: fc.constantFrom(1, 2, 7, 8, 30, 700),
    boosted: fc.boolean(),
    trees: fc.integer({ min: 1, max: 9 }),
    leaves: fc.constantFrom(2, 16, 17, 31, 32, 33, 200),
  });
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const rng = seeded(given.seed);
      const x = anyMatrix(rng, given.rows);
      const y = Float64Array.from({ length: given.rows }, () => integer(rng, 2));
      const { trees, leaves } = given;
      const learn = given.boosted
        ? gradientBoosting({ trees, leaves, minRows: 1, minHessian: 0 })
        : randomForest({ trees, threads: 1 });
      const model = await learn({ x, y }, rng);
      expectSameSums(model.trees, strangers(rng, x, given.asked));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test.each([
  ["many thresholds a column, evenly spread", (u: number) => u, "boosting"],
  ["thresholds crowded at one end, which no grid serves", (u: number) => Math.exp(60 * u), "boosting"],
  ["thresholds with few bits between them", (u: number) => 1e15 + Math.floor(4000 * u), "boosting"],
  ["more thresholds than a byte can count", (u: number) => u - 0.5, "forest"],
] as const)("FastTrees.add finds places among %s", async (_, shape, learner) => {
  const rng = seeded(`places ${learner}`);
  const rows = 3000;
  const values = Float64Array.from({ length: 2 * rows }, () => shape(rng.uniform()));
  const x = matrix(rows, 2, values);
  const y = Float64Array.from({ length: rows }, () => integer(rng, 2));
  const learn =
    learner === "boosting"
      ? gradientBoosting({ trees: 40, minRows: 1 })
      : randomForest({ trees: 60, depth: 4, threads: 1 });
  const { trees } = await learn({ x, y }, rng);
  // At each threshold, right above it and right below: what a wrong place would show.
  const near = trees.threshold.filter((_, n) => trees.feature[n] >= 0);
  const ulps = (value: number) => [
    value,
    value + Math.abs(value) * 2 ** -52,
    value - Math.abs(value) * 2 ** -52,
  ];
  const asked = Float64Array.from([...near].flatMap(ulps).concat(NaN, Infinity, -Infinity, -0, 0));
  const turned = asked.slice().reverse();
  expectSameSums(trees, matrix(asked.length, 2, Float64Array.from([...asked, ...turned])));
});

test("FastTrees.add walks a forest of deep trees, in blocks and a row at a time", async () => {
  const rng = seeded("deep");
  const [rows, columns] = [3000, 6];
  const x = matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => rng.uniform()),
  );
  const y = Float64Array.from({ length: rows }, () => integer(rng, 2));
  const { trees } = await randomForest({ trees: 13, threads: 1 })({ x, y }, rng);
  expectSameSums(trees, x);
  expectSameSums(trees, strangers(rng, x, 1));
});

test("a model's predictions do not change when the kernel takes over", async () => {
  const rng = seeded("takes over");
  const x = anyMatrix(rng, 300);
  const y = Float64Array.from({ length: 300 }, () => integer(rng, 2));
  const model = await randomForest({ trees: 20, threads: 1 })({ x, y }, rng);
  const one = strangers(rng, x, 1);
  const first = model.predict(one);
  for (let k = 0; k < 5; k++) model.predict(x);
  expect(model.predict(one)).toEqual(first);
});
