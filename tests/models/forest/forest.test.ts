import { afterAll, describe, expect, test } from "vitest";
import { type Labelled, matrix, matrixFromRows } from "../../../src/core/matrix";
import { closeThreads } from "../../../src/core/pool";
import { seeded } from "../../../src/core/rng";
import { extraTrees, randomForest, triedColumns } from "../../../src/models/forest/forest";
import type { ForestOptions } from "../../../src/models/forest/forest-options";
import { loadModel } from "../../../src/models/load";
import { realData, reference } from "../../support";
import { averagePrecision, churnBigml, rocAuc } from "../churn-bigml";

afterAll(closeThreads);

interface Golden {
  readonly x: number[][];
  readonly holes: (number | null)[][];
  readonly label: number[];
  readonly target: number[];
  readonly weights: number[];
  readonly probe: number[][];
  readonly probeHoles: (number | null)[][];
  readonly trees: Record<
    string,
    { nodes: number; thresholds: number[]; importances: number[]; predictions: number[] }
  >;
  readonly forest: { predictions: number[]; spread: number; importances: number[] };
  readonly regressionForest: { predictions: number[]; spread: number };
  readonly forests: Record<string, { predictions: number[]; spread: number }>;
  readonly outOfBag: { predictions: number[]; spread: number };
  readonly maxFeatures: [columns: number, rule: "sqrt" | "log2" | null | number, tried: number][];
}

const golden = reference<Golden>("forest");
const rows = (from: (number | null)[][]) =>
  matrixFromRows(from.map((row) => row.map((value) => value ?? NaN)));
const x = rows(golden.x);
const probe = rows(golden.probe);
const label = Float64Array.from(golden.label);
const target = Float64Array.from(golden.target);
const weights = Float64Array.from(golden.weights);
const oneTree: ForestOptions = { trees: 1, bootstrap: false, maxFeatures: "all" };
const squared: ForestOptions = { ...oneTree, criterion: "squared" };

function meanGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

describe("one tree on all rows and columns is scikit-learn's tree", () => {
  // DecisionTreeClassifier / DecisionTreeRegressor(max_depth=…, …).fit(x, y, sample_weight=…)
  const cases: [string, ForestOptions, Labelled][] = [
    ["gini", { ...oneTree, depth: 3, minRows: 5 }, { x, y: label }],
    ["entropy", { ...oneTree, depth: 3, minRows: 5, criterion: "entropy" }, { x, y: label }],
    ["minRows", { ...oneTree, depth: 4, minRows: 9, minSplit: 25 }, { x, y: label }],
    ["classWeights", { ...oneTree, depth: 3, minRows: 5, classWeights: [1, 3] }, { x, y: label }],
    ["balanced", { ...oneTree, depth: 3, minRows: 5, classWeights: "balanced" }, { x, y: label }],
    ["weights", { ...oneTree, depth: 3, minRows: 5 }, { x, y: label, weights }],
    ["squared", { ...squared, depth: 5, minRows: 5 }, { x, y: target }],
    ["squaredWeights", { ...squared, depth: 4, minRows: 5 }, { x, y: target, weights }],
    ["missing", { ...oneTree, depth: 4, minRows: 8 }, { x: rows(golden.holes), y: label }],
    ["missingSquared", { ...squared, depth: 4, minRows: 8 }, { x: rows(golden.holes), y: target }],
  ];
  test.each(cases)("%s", async (name, options, train) => {
    const want = golden.trees[name];
    const model = await randomForest(options)(train, seeded(1));
    const { feature, threshold } = model.trees;
    expect(feature.length).toBe(want.nodes);
    const thresholds = Array.from(
      threshold.filter((value, i) => feature[i] >= 0 && value < Number.MAX_VALUE),
    );
    // scikit-learn keeps values as float32.
    thresholds
      .sort((a, b) => a - b)
      .forEach((value, k) => {
        expect(value).toBeCloseTo(want.thresholds[k], 6);
      });
    const predicted = model.predict(name.startsWith("missing") ? rows(golden.probeHoles) : probe);
    predicted.forEach((value, i) => {
      expect(value).toBeCloseTo(want.predictions[i], 9);
    });
    model.importances.forEach((value, j) => {
      expect(value).toBeCloseTo(want.importances[j], 9);
    });
  });
});

test("randomForest agrees with the mean of five of scikit-learn's as those do among themselves", async () => {
  // RandomForestClassifier(300).fit(x, label).predict_proba(probe)[:, 1]
  const model = await randomForest()({ x, y: label }, seeded(2));
  expect(meanGap(model.predict(probe), golden.forest.predictions)).toBeLessThan(1.5 * golden.forest.spread);
  expect(meanGap(model.importances, golden.forest.importances)).toBeLessThan(0.01);
});

test("randomForest({criterion: squared}) agrees with scikit-learn's as those do among themselves", async () => {
  // RandomForestRegressor(300).fit(x, target).predict(probe)
  const model = await randomForest({ criterion: "squared" })({ x, y: target }, seeded(2));
  const { predictions, spread } = golden.regressionForest;
  expect(meanGap(model.predict(probe), predictions)).toBeLessThan(1.5 * spread);
});

// RandomForestClassifier(300, max_samples=0.2, …) and so on, the mean of five
test.each<[string, ForestOptions]>([
  ["entropy", { criterion: "entropy" }],
  ["minRows", { minRows: 5, minSplit: 20 }],
  ["depth", { depth: 4 }],
  ["balanced", { depth: 4, classWeights: "balanced" }],
  ["bootstrapShare", { bootstrapShare: 0.2 }],
  ["maxFeatures", { maxFeatures: 4 }],
  ["extraTrees", {}],
  ["extraTreesSquared", { criterion: "squared", minRows: 3 }],
])(
  "forests with other options agree with scikit-learn's as those do among themselves: %s",
  async (name, options) => {
    const learner = name.startsWith("extra") ? extraTrees(options) : randomForest(options);
    const model = await learner({ x, y: options.criterion === "squared" ? target : label }, seeded(2));
    const { predictions, spread } = golden.forests[name];
    expect(meanGap(model.predict(probe), predictions)).toBeLessThan(1.5 * spread);
  },
);

test("outOfBag predictions agree with scikit-learn's as those do among themselves", async () => {
  // RandomForestClassifier(300, oob_score=True).fit(x, label).oob_decision_function_[:, 1]
  const model = await randomForest({ outOfBag: true })({ x, y: label }, seeded(2));
  const { predictions, spread } = golden.outOfBag;
  expect(meanGap(model.outOfBag as Float64Array, predictions)).toBeLessThan(1.5 * spread);
});

test("triedColumns(maxFeatures, columns) follows scikit-learn's rule", () => {
  // DecisionTreeClassifier(max_features=…).fit(…).max_features_
  for (const [columns, rule, tried] of golden.maxFeatures)
    expect(triedColumns(rule ?? "all", columns), `${rule} of ${columns}`).toBe(tried);
});

test("randomForest grows the same forest from the same seed at 1 and 2 threads, another from another seed", async () => {
  const grow = (threads: number, seed: number) =>
    randomForest({ trees: 45, threads, outOfBag: true })({ x, y: label }, seeded(seed));
  const one = await grow(1, 3);
  const two = await grow(2, 3);
  expect(two.toJSON()).toEqual(one.toJSON());
  expect(two.outOfBag).toEqual(one.outOfBag);
  expect((await grow(1, 4)).toJSON()).not.toEqual(one.toJSON());
});

test("loadModel(JSON) of a forest predicts the same to the last bit", async () => {
  const mixed = withCategories();
  for (const learn of [randomForest({ trees: 20 }), extraTrees({ trees: 20, criterion: "squared" })]) {
    const model = await learn(mixed, seeded(5));
    const again = loadModel(JSON.parse(JSON.stringify(model)));
    expect(again.predict(mixed.x)).toEqual(model.predict(mixed.x));
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  }
});

test("loadModel of a forest refuses loops, strays, NaN and wrong lengths", async () => {
  const model = await randomForest({ trees: 2, depth: 3 })({ x, y: label }, seeded(5));
  const broken = (change: (trees: Record<string, unknown[]>) => void): (() => unknown) => {
    const json = JSON.parse(JSON.stringify(model));
    change(json.trees);
    return () => loadModel(json);
  };
  expect(
    broken((trees) => {
      trees.left[0] = 0;
    }),
  ).toThrow("children must come after their parent");
  expect(
    broken((trees) => {
      trees.left[0] = 1e6;
    }),
  ).toThrow("children must come after their parent");
  expect(
    broken((trees) => {
      trees.feature[0] = 5;
    }),
  ).toThrow("a node must ask one of the 5 columns, got 5");
  expect(
    broken((trees) => {
      trees.threshold[0] = null;
    }),
  ).toThrow("threshold must hold finite numbers");
  expect(
    broken((trees) => {
      trees.cover.pop();
    }),
  ).toThrow("equal lengths");
  expect(
    broken((trees) => {
      trees.left[0] = 1.5;
    }),
  ).toThrow("left must hold whole numbers in range");
  expect(
    broken((trees) => {
      trees.feature[0] = -1;
    }),
  ).toThrow("a leaf must have no children");
  expect(() => loadModel({ ...model.toJSON(), version: 2 })).toThrow("version must be 1, got 2");
  expect(() => loadModel([])).toThrow("Cannot load model: it must be an object");
});

/** Two numeric columns and one of 6 levels whose set {1, 4, 5} drives the target. */
function withCategories(): Labelled {
  const rng = seeded("categories");
  const n = 300;
  const levels = ["a", "b", "c", "d", "e", "f"];
  const values = new Float64Array(3 * n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    values[i] = rng.uniform();
    values[n + i] = Math.floor(rng.uniform() * 6);
    values[2 * n + i] = rng.uniform();
    y[i] = [1, 4, 5].includes(values[n + i]) !== rng.uniform() < 0.1 ? 1 : 0;
  }
  return { x: matrix(n, 3, values, [{ name: "u" }, { name: "c", levels }, { name: "v" }]), y };
}

test("randomForest splits levels by the best of all sets", async () => {
  const train = withCategories();
  const stump = await randomForest({ ...oneTree, depth: 1 })(train, seeded(1));
  expect(stump.trees.feature[0]).toBe(1);
  // Brute force over the 31 ways to part 6 levels.
  const impurity = (set: number): number => {
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < train.y.length; i++) {
      const side = (set >> train.x.values[train.x.rows + i]) & 1;
      sums[2 * side]++;
      sums[2 * side + 1] += train.y[i];
    }
    const part = (n: number, ones: number): number => (n === 0 ? 0 : (2 * ones * (n - ones)) / n);
    return part(sums[0], sums[1]) + part(sums[2], sums[3]);
  };
  const sets = Array.from({ length: 31 }, (_, set) => set + 1);
  const best = Math.min(...sets.map(impurity));
  expect(impurity(stump.trees.sets[0] & 63)).toBeCloseTo(best, 9);
});

test("a level not seen in training, a rare one and a missing one take the node's direction", async () => {
  const train = withCategories();
  const model = await randomForest({ trees: 10 })(train, seeded(1));
  const ask = (code: number): number =>
    model.predict(matrix(1, 3, Float64Array.of(0.5, code, 0.5), train.x.features))[0];
  expect(ask(17)).toBe(ask(NaN));
  expect(ask(2.5)).toBe(ask(NaN));
  expect(ask(1)).toBeGreaterThan(0.7);
  expect(ask(2)).toBeLessThan(0.3);
});

test("a column of 10,000 levels is used as far as its 254 most frequent", async () => {
  const n = 2000;
  const levels = Array.from({ length: 10_000 }, (_, k) => `level ${k}`);
  const rng = seeded("many");
  const values = Float64Array.from({ length: n }, (_, i) =>
    i % 2 ? Math.floor(rng.uniform() * 10_000) : i % 8,
  );
  const y = values.map((code) => (code === 2 || code === 6 ? 1 : 0));
  const model = await randomForest({ trees: 5 })(
    { x: matrix(n, 1, values, [{ name: "c", levels }]), y },
    seeded(1),
  );
  expect(model.trees.kept[0]).toHaveLength(254);
  const p = model.predict(matrix(3, 1, Float64Array.of(2, 4, 9_999), [{ name: "c", levels }]));
  expect(p[0]).toBe(1);
  expect(p[1]).toBe(0);
});

test("extraTrees draws thresholds within the node's range and learns", async () => {
  const model = await extraTrees({ trees: 200 })({ x, y: label }, seeded(3));
  const forest = await randomForest({ trees: 200 })({ x, y: label }, seeded(3));
  expect(meanGap(model.predict(x), label)).toBe(0);
  expect(meanGap(model.predict(probe), forest.predict(probe))).toBeLessThan(0.08);
  // Drawn thresholds hardly ever repeat; a random forest's are half-way points.
  expect(new Set(model.trees.threshold).size).toBeGreaterThan(new Set(forest.trees.threshold).size);
});

test("outOfBag predicts each row by the trees that did not see it", async () => {
  const model = await randomForest({ trees: 60, outOfBag: true })({ x, y: label }, seeded(3));
  const out = model.outOfBag as Float64Array;
  expect(out.length).toBe(240);
  expect(out.some(Number.isNaN)).toBe(false);
  const hits = out.filter((p, i) => (p > 0.5 ? 1 : 0) === label[i]).length;
  const seen = model.predict(x).filter((p, i) => (p > 0.5 ? 1 : 0) === label[i]).length;
  expect(hits).toBeGreaterThan(170);
  expect(hits).toBeLessThan(seen);
});

test("bootstrapShare takes that share of the rows, without bootstrap each at most once", async () => {
  const share = await randomForest({ trees: 1, bootstrap: false, bootstrapShare: 0.25 })(
    { x, y: label },
    seeded(1),
  );
  expect(share.trees.cover[0]).toBe(60);
  const drawn = await randomForest({ trees: 1, bootstrapShare: 0.5 })({ x, y: label }, seeded(1));
  expect(drawn.trees.cover[0]).toBe(120);
});

test("randomForest reports its progress and ends when told to", async () => {
  const told: number[] = [];
  await randomForest({ trees: 25 })({ x, y: label }, seeded(1), {
    progress: ({ done, total }) => told.push(done / total),
  });
  expect(told).toEqual([0.4, 0.8, 1]);
  const stop = new AbortController();
  const stopped = randomForest({ trees: 100_000 })({ x, y: label }, seeded(1), { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")), 30);
  await expect(stopped).rejects.toThrow("enough");
});

describe("tables at the edge", () => {
  const learn = randomForest({ trees: 5 });
  test("one row, one class, constant and all-missing columns make single leaves", async () => {
    const one = await learn({ x: matrix(1, 1, Float64Array.of(3)), y: Float64Array.of(1) }, seeded(1));
    expect(Array.from(one.predict(matrix(2, 1, Float64Array.of(1, NaN))))).toEqual([1, 1]);
    const flat = Float64Array.of(7, 7, 7, 7, NaN, NaN, NaN, NaN);
    const constant = await learn({ x: matrix(4, 2, flat), y: Float64Array.of(0, 1, 1, 1) }, seeded(1));
    expect(constant.trees.feature.every((j) => j === -1)).toBe(true);
    const single = await learn({ x, y: new Float64Array(240) }, seeded(1));
    expect(single.predict(probe).every((p) => p === 0)).toBe(true);
  });
  test("duplicated rows with different labels give their share", async () => {
    const same = await randomForest({ trees: 1, bootstrap: false })(
      { x: matrix(4, 1, Float64Array.of(1, 1, 1, 2)), y: Float64Array.of(0, 1, 1, 0) },
      seeded(1),
    );
    expect(same.predict(matrix(1, 1, Float64Array.of(1)))[0]).toBeCloseTo(2 / 3, 12);
  });
  test("infinities, wrong labels and wrong shapes are refused by name", async () => {
    const infinite = matrix(2, 1, Float64Array.of(1, Infinity), [{ name: "charge" }]);
    await expect(learn({ x: infinite, y: Float64Array.of(0, 1) }, seeded(1))).rejects.toThrow(
      'Cannot fit random forest: column "charge" must hold finite or missing numbers, got Infinity',
    );
    await expect(learn({ x, y: target }, seeded(1))).rejects.toThrow("targets must be 0 or 1 for gini");
    await expect(learn({ x, y: new Float64Array(3) }, seeded(1))).rejects.toThrow(
      "rows and targets must have the same length",
    );
    expect(() => randomForest({ maxFeatures: 1.5 })).toThrow("maxFeatures must be a share below 1");
    expect(() => randomForest({ trees: 0 })).toThrow("trees must be a whole number from 1");
    const model = await learn({ x, y: label }, seeded(1));
    expect(() => model.predict(matrix(1, 2, new Float64Array(2)))).toThrow(
      "the matrix must have 5 columns as in training, got 2",
    );
  });
  test("few bins give nearly the same forest", async () => {
    const fine = await randomForest({ trees: 200 })({ x, y: label }, seeded(1));
    const coarse = await randomForest({ trees: 200, bins: 64 })({ x, y: label }, seeded(1));
    expect(meanGap(fine.predict(probe), coarse.predict(probe))).toBeLessThan(0.05);
  });
});

test.skipIf(!realData)(
  "on churn-bigml, all features: ROC AUC ≥ .92 and PR AUC ≥ .85 on the 667",
  async () => {
    const [train, held] = churnBigml();
    const model = await randomForest()(train, seeded(1));
    const p = model.predict(held.x);
    expect(rocAuc(held.y, p)).toBeGreaterThan(0.92);
    expect(averagePrecision(held.y, p)).toBeGreaterThan(0.85);
  },
);
