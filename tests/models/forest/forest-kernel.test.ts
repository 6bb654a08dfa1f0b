import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { integer, normal, seeded } from "../../../src/core/rng";
import { type GrowRules, sparsity } from "../../../src/models/forest/forest-kernel";
import { type Grown, type GrowTask, growTrees } from "../../../src/models/forest/forest-task";
import { rank } from "../../../src/models/trees/ranks";
import { anyMatrix } from "../any-matrix";
import { PlainGrower } from "./plain-grower";

let plainly = false;
vi.mock("../../../src/models/forest/forest-kernel", async (original) => {
  const kernel = await original<typeof import("../../../src/models/forest/forest-kernel")>();
  const treeGrower: typeof kernel.treeGrower = (ranked, target, rules, packing, known) =>
    plainly
      ? new PlainGrower(ranked, target, rules)
      : kernel.treeGrower(ranked, target, rules, packing, known);
  return { ...kernel, treeGrower };
});

async function both(input: GrowTask): Promise<[Grown, Grown]> {
  const fast = await growTrees.run(input);
  plainly = true;
  try {
    return [fast, await growTrees.run(input)];
  } finally {
    plainly = false;
  }
}

test("the kernel and its plain twin grow the same trees bit for bit", async () => {
  const options = fc.record({
    seed: fc.integer(),
    rows: fc.integer({ min: 1, max: 400 }),
    criterion: fc.constantFrom("gini", "entropy", "squared"),
    weights: fc.constantFrom("none", "whole", "any"),
    depth: fc.constantFrom(1, 3, Infinity),
    minRows: fc.constantFrom(1, 4),
    minSplit: fc.constantFrom(2, 15),
    tried: fc.integer({ min: 1, max: 8 }),
    randomThresholds: fc.boolean(),
    balanced: fc.boolean(),
    bins: fc.constantFrom(16, 65534),
    bootstrap: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(options, async (given) => {
      const rng = seeded(given.seed);
      const x = anyMatrix(rng, given.rows);
      const ranked = rank(x, given.bins, "test");
      const squared = given.criterion === "squared";
      const target = Float64Array.from({ length: given.rows }, () =>
        squared ? normal(rng) : integer(rng, 2),
      );
      const weights = Float64Array.from({ length: given.rows }, () =>
        given.weights === "whole" ? integer(rng, 4) : rng.uniform() * 3,
      );
      weights[0] = 1;
      const rules: GrowRules = {
        criterion: given.criterion,
        depth: given.depth,
        minRows: given.minRows,
        minSplit: given.minSplit,
        tried: Math.min(given.tried, x.columns),
        randomThresholds: given.randomThresholds,
        classFactors: given.balanced && !squared ? [0.6, 2.7] : [1, 1],
        centre: squared ? 3 : 0,
      };
      const [fast, plain] = await both({
        ranked,
        known: sparsity(ranked),
        target,
        weights: given.weights === "none" ? undefined : weights,
        rules,
        bootstrap: given.bootstrap,
        share: 1,
        keys: [rng.fork(1).key, rng.fork(2).key],
      });
      expect(fast).toEqual(plain);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test("the kernel and its twin agree on more columns than a mask has bits", async () => {
  const rng = seeded("wide");
  const [rows, columns] = [300, 330];
  const values = Float64Array.from({ length: rows * columns }, () =>
    rng.uniform() < 0.95 ? 0 : normal(rng),
  );
  const ranked = rank(matrix(rows, columns, values), 65534, "test");
  const known = sparsity(ranked);
  expect(known.maskWords).toBe(4);
  const rules: GrowRules = {
    criterion: "gini",
    depth: Infinity,
    minRows: 1,
    minSplit: 2,
    tried: 18,
    randomThresholds: false,
    classFactors: [1, 1],
    centre: 0,
  };
  const target = Float64Array.from({ length: rows }, () => integer(rng, 2));
  const [fast, plain] = await both({
    ranked,
    known,
    target,
    rules,
    bootstrap: true,
    share: 1,
    keys: [rng.key, rng.fork(1).key],
  });
  expect(fast).toEqual(plain);
});
