import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { column, type Feature, type Matrix, matrix, matrixFromRows, row } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { randomForest } from "../../../src/models/forest/forest";
import { forestFromJSON } from "../../../src/models/forest/forest-model";
import { expectedLeaves, treeContributions } from "../../../src/models/trees/tree-shap";
import { inSet, slotted, type Trees } from "../../../src/models/trees/trees";
import { treesFromJSON } from "../../../src/models/trees/trees-json";
import { reference } from "../../support";
import { anyMatrix } from "../any-matrix";
import { plainContributions } from "./plain-shap";

interface Grown {
  readonly trees: Record<string, number[]>;
  readonly contributions: number[][];
}

const golden = reference<{
  x: number[][];
  wide: (number | null)[][];
  classification: Grown;
  regression: Grown;
  boosting: Grown;
}>("shap_values");

const features: Feature[] = ["a", "b", "c", "d", "e"].map((name) => ({ name }));
const group: Feature = { name: "group", levels: Array.from({ length: 9 }, (_, k) => String(k)) };

describe("contributions(x) of trees grown elsewhere", () => {
  // shap.TreeExplainer(RandomForestClassifier / RandomForestRegressor).shap_values(x)
  test.each(["classification", "regression"] as const)("are shap's for a forest: %s", (kind) => {
    const model = forestFromJSON("random-forest", {
      kind: "forest",
      version: 1,
      criterion: kind === "classification" ? "gini" : "squared",
      importances: [0, 0, 0, 0, 1],
      trees: { ...golden[kind].trees, features, kept: features.map(() => null) },
    });
    const x = matrixFromRows(golden.x, features);
    compare(model.contributions(x), golden[kind].contributions);
    const p = model.predict(x);
    compareSums(model.contributions(x), model.expected, p, 1e-12);
  });

  // lightgbm.Booster.predict(x, pred_contrib=True), with missing values and a categorical column
  test("are LightGBM's own for boosted trees", () => {
    const all = [...features, group];
    const kept = [null, null, null, null, null, group.levels?.map((_, k) => k)];
    const trees = treesFromJSON({ ...golden.boosting.trees, features: all, kept }, "test");
    const x = matrixFromRows(
      golden.wide.map((one) => one.map((value) => value ?? NaN)),
      all,
    );
    compare(treeContributions(trees, x, { scale: 1, action: "test" }), golden.boosting.contributions);
    golden.boosting.contributions.forEach((one) => {
      expect(expectedLeaves(trees)).toBeCloseTo(one[6], 10);
    });
  });
});

function compare(found: Matrix, want: readonly (readonly number[])[]): void {
  for (let i = 0; i < found.rows; i++)
    for (let j = 0; j < found.columns; j++)
      expect(found.values[j * found.rows + i]).toBeCloseTo(want[i][j], 10);
}

function compareSums(parts: Matrix, expected: number, whole: Float64Array, tolerance: number): void {
  whole.forEach((value, i) => {
    let sum = expected;
    for (let j = 0; j < parts.columns; j++) sum += parts.values[j * parts.rows + i];
    expect(Math.abs(sum - value)).toBeLessThan(tolerance);
  });
}

/** The expected leaf of a row of which only the columns in `known` are known: the definition, recursively. */
function conditional(trees: Trees, values: Float64Array, known: number, node: number): number {
  const j = trees.feature[node];
  if (j < 0) return trees.threshold[node];
  const left = trees.left[node];
  const down = (child: number): number => conditional(trees, values, known, child);
  if (((known >> j) & 1) === 0)
    return (trees.cover[left] * down(left) + trees.cover[left + 1] * down(left + 1)) / trees.cover[node];
  const value = values[j];
  let goesLeft = value <= trees.threshold[node];
  if (Number.isNaN(value)) goesLeft = trees.missingLeft[node] === 1;
  else if (trees.kept[j]) goesLeft = inSet(trees.sets, trees.threshold[node], value);
  return down(goesLeft ? left : left + 1);
}

/** Shapley's values by their definition, over all 2ᵈ sets of columns. */
function shapley(trees: Trees, values: Float64Array): number[] {
  const d = values.length;
  const roots = Array.from(trees.roots.subarray(0, trees.roots.length - 1));
  const worth = Array.from({ length: 2 ** d }, (_, known) =>
    roots.reduce((sum, root) => sum + conditional(trees, values, known, root), 0),
  );
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  const size = (set: number): number => set.toString(2).replaceAll("0", "").length;
  return Array.from({ length: d }, (_, j) =>
    worth.reduce((sum, without, set) => {
      if ((set >> j) & 1) return sum;
      const weight = (factorial(size(set)) * factorial(d - size(set) - 1)) / factorial(d);
      return sum + weight * (worth[set | (1 << j)] - without);
    }, 0),
  );
}

test("contributions are Shapley values by their definition, and add up", async () => {
  const options = fc.record({
    seed: fc.integer(),
    rows: fc.integer({ min: 20, max: 150 }),
    boost: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(options, async ({ seed, rows, boost }) => {
      const rng = seeded(seed);
      const x = anyMatrix(rng, rows);
      if (x.columns > 8) return;
      const first = column(x, 0);
      const y = first.map((value) =>
        (Number.isNaN(value) ? 0.5 : Math.sin(value)) + normal(rng) > 0.3 ? 1 : 0,
      );
      const model = boost
        ? await gradientBoosting({ trees: 4, minRows: 2 })({ x, y }, seeded(1))
        : await randomForest({ trees: 3 })({ x, y }, seeded(1));
      const asked = x.rows > 4 ? takeFirst(x, 4) : x;
      const parts = model.contributions(asked);
      const scale = boost ? 1 : 1 / 3;
      const inSlots = slotted(model.trees, asked);
      for (let i = 0; i < asked.rows; i++) {
        const values = row({ ...asked, values: inSlots }, i);
        shapley(model.trees, values).forEach((value, j) => {
          expect(parts.values[j * asked.rows + i]).toBeCloseTo(scale * value, 10);
        });
      }
      const whole = "score" in model ? model.score(asked) : model.predict(asked);
      compareSums(parts, model.expected, whole, 1e-10);
    }),
    { numRuns: 60, seed: 3 },
  );
});

function takeFirst(x: Matrix, count: number): Matrix {
  return matrixFromRows(
    Array.from({ length: count }, (_, i) => row(x, i)),
    x.features,
  );
}

test("contributions of deep trees add up to the last digits", async () => {
  const rng = seeded("deep");
  const rows = 3000;
  const x = matrixFromRows(Array.from({ length: rows }, () => Array.from({ length: 30 }, () => normal(rng))));
  const y = Float64Array.from({ length: rows }, () => (rng.uniform() < 0.5 ? 1 : 0));
  const model = await randomForest({ trees: 10 })({ x, y }, seeded(1));
  const asked = takeFirst(x, 20);
  compareSums(model.contributions(asked), model.expected, model.predict(asked), 1e-12);
});

test("the kernel explains as the plain way does, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.integer({ min: 1, max: 200 }),
      fc.boolean(),
      async (seed, rows, boosted) => {
        const rng = seeded(seed);
        const x = anyMatrix(rng, rows);
        const y = Float64Array.from({ length: rows }, () => (rng.uniform() < 0.5 ? 1 : 0));
        const learn = boosted
          ? gradientBoosting({ trees: 4, minRows: 1, minHessian: 0 })
          : randomForest({ trees: 4, threads: 1 });
        const { trees } = await learn({ x, y }, rng);
        const { values } = treeContributions(trees, x, { scale: 0.25, action: "test" });
        expect(values).toEqual(plainContributions(trees, x, 0.25).values);
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});

test("contributions of a tree made to exhaust the memory are refused", () => {
  // A chain of 20,000 nodes that each ask another column.
  const inner = 20_000;
  const nodes = 2 * inner + 1;
  const asks = (n: number) => n % 2 === 0 && n < 2 * inner;
  const trees: Trees = {
    features: Array.from({ length: inner }, (_, j) => ({ name: `c${j}` })),
    kept: Array.from({ length: inner }, () => undefined),
    roots: Int32Array.of(0, nodes),
    feature: Int32Array.from({ length: nodes }, (_, n) => (asks(n) ? n / 2 : -1)),
    threshold: new Float64Array(nodes),
    left: Int32Array.from({ length: nodes }, (_, n) => (asks(n) ? n + 1 : -1)),
    missingLeft: new Uint8Array(nodes),
    cover: new Float64Array(nodes).fill(1),
    sets: new Uint32Array(0),
  };
  expect(() =>
    treeContributions(trees, matrix(0, inner, new Float64Array(0)), { scale: 1, action: "explain" }),
  ).toThrow("Cannot explain: a tree's nodes times the columns on its longest way must be at most");
});
