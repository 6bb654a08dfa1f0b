import { describe, expect, test } from "vitest";
import { type Labelled, matrix, matrixFromRows, takeLabelled } from "../../../src/core/matrix";
import { normal, permutation, seeded } from "../../../src/core/rng";
import { encode } from "../../../src/features/encode";
import { discover, leastRows } from "../../../src/models/discovery/discover";
import {
  formulaKey,
  formulaName,
  formulaValues,
  pairFormulas,
} from "../../../src/models/discovery/discover-formula";
import { discoveryFromJSON } from "../../../src/models/discovery/discovery";
import { churnData } from "../../../src/services/churn-data";
import { realData } from "../../support";

/** Five columns, the third a category; the chance of 1 depends on `signal` of the numbers. */
function hidden(seed: number, signal: (a: number, b: number, c: number, d: number) => number): Labelled {
  const rng = seeded(seed);
  const n = 1500;
  const values = new Float64Array(5 * n);
  for (let i = 0; i < n; i++) {
    for (const j of [0, 1, 3, 4]) values[j * n + i] = 10 + 3 * normal(rng);
    values[2 * n + i] = Math.floor(3 * rng.uniform());
  }
  const features = ["a", "b", "plan", "c", "d"].map((name) =>
    name === "plan" ? { name, levels: ["x", "y", "z"] } : { name },
  );
  const at = (j: number, i: number): number => values[j * n + i];
  const y = Float64Array.from({ length: n }, (_, i) => {
    const score = signal(at(0, i), at(1, i), at(3, i), at(4, i));
    return rng.uniform() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  return { x: matrix(n, 5, values, features), y };
}

describe("discover(train, rng)", () => {
  test.each<[string, (a: number, b: number, c: number, d: number) => number]>([
    ["a + b + c", (a, b, c) => 5 * Math.sign(a + b + c - 33)],
    ["b − d", (_a, b, _c, d) => 4 * Math.sign(b - d)],
    ["a ÷ c", (a, _b, c) => 4 * Math.sign(a / c - 1.2)],
  ])("finds %s in rows that depend on it", async (name, signal) => {
    const train = hidden(3, signal);
    const found = await discover(train, seeded(1), { threads: 1 });
    const names = found.features.map((one) => one.name);
    // Whether a − 1.2 c or a ÷ c is above a bound is one question to a tree: either will do.
    if (name === "a ÷ c") expect(["a ÷ c", "c ÷ a", "a − c", "c − a"]).toContain(names[0]);
    else if (name === "b − d") expect(["b − d", "d − b", "b ÷ d", "d ÷ b"]).toContain(names[0]);
    else expect(names).toContain(name);
    expect(found.features[0].t).toBeGreaterThanOrEqual(3);
    expect(found.features[0].after).toBeLessThan(0.99 * found.features[0].before);
    expect(found.features[0].sentence).toMatch(
      /^“.+” was found in the training rows: with it the held-out log loss falls by \d+%, from 0\.\d+ to 0\.\d+ \(t = /,
    );
  });

  test("finds nothing where the labels are chance, nor where columns matter one by one", async () => {
    for (const seed of [1, 2, 3]) {
      const chance = await discover(
        hidden(seed, () => -1),
        seeded(seed),
        { threads: 1 },
      );
      expect(chance.features).toEqual([]);
    }
    const single = await discover(
      hidden(4, (a) => 2 * Math.sign(a - 10)),
      seeded(4),
      { threads: 1 },
    );
    expect(single.features).toEqual([]);
  });

  test("is the same at any number of threads, and for any names of columns", async () => {
    const train = hidden(3, (a, b, c) => 5 * Math.sign(a + b + c - 33));
    const one = await discover(train, seeded(1), { threads: 1 });
    const two = await discover(train, seeded(1), { threads: 2 });
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
    const features = train.x.features.map((feature, j) => ({ ...feature, name: `column ${j}` }));
    const renamed = await discover({ ...train, x: { ...train.x, features } }, seeded(1), { threads: 1 });
    expect(renamed.toJSON().features).toEqual(one.toJSON().features);
  });

  test("too few rows, or rows of a class, leave nothing to judge by", async () => {
    const train = hidden(3, () => 0);
    const clear = hidden(3, (a, b, c) => 5 * Math.sign(a + b + c - 33));
    const few = takeLabelled(
      clear,
      Int32Array.from({ length: leastRows - 1 }, (_, i) => i),
    );
    expect((await discover(few, seeded(1), { threads: 1 })).features).toEqual([]);
    const rare = { x: train.x, y: train.y.map((_, i) => (i < 9 ? 1 : 0)) };
    expect((await discover(rare, seeded(1), { threads: 1 })).features).toEqual([]);
  });

  test.skipIf(!realData)(
    "churn-bigml: finds the sum of the four charges, and nothing in shuffled labels",
    async () => {
      const { train } = await churnData();
      const rows: Labelled = {
        x: encode({ categories: "codes" })(train.rows).transform(train.rows),
        y: train.labels,
      };
      const found = await discover(rows, seeded(42));
      expect(found.features.map((one) => one.name)).toEqual([
        "Total day charge + Total eve charge + Total night charge + Total intl charge",
      ]);
      const shuffled = takeLabelled(rows, permutation(seeded(1), rows.y.length));
      expect((await discover({ x: rows.x, y: shuffled.y }, seeded(42))).features).toEqual([]);
    },
  );
});

describe("discovery.transform(x) and its JSON", () => {
  const json = {
    kind: "discovery",
    version: 1,
    columns: ["a", "b"],
    features: [
      { kind: "ratio", columns: [0, 1], signs: [1, 1], before: 0.5, after: 0.4, t: 4 },
      { kind: "sum", columns: [2, 1], signs: [1, -1], before: 0.4, after: 0.3, t: 5 },
    ],
  };

  test("appends the features in order, missing where a divisor is 0 or a part is missing", () => {
    const found = discoveryFromJSON(json);
    const out = found.transform(
      matrixFromRows([
        [6, 3],
        [1, 0],
        [Number.NaN, 2],
      ]),
    );
    expect(Array.from(out.values.slice(6))).toEqual([2, Number.NaN, Number.NaN, -1, Number.NaN, Number.NaN]);
    expect(out.features.slice(2).map((one) => one.name)).toEqual(["a ÷ b", "(a ÷ b) − b"]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(json);
  });

  test("refuses other columns, and descriptions that are none", () => {
    const found = discoveryFromJSON(json);
    expect(() => found.transform(matrixFromRows([[1, 2, 3]]))).toThrow("the rows must have 2 columns, got 3");
    const wrong = (features: unknown[]) => () => discoveryFromJSON({ ...json, features });
    expect(wrong([{ ...json.features[1], columns: [3, 1] }])).toThrow(
      "a column number must be a whole number",
    );
    expect(wrong([{ ...json.features[0], columns: [0, 1, 1], signs: [1, 1, 1] }])).toThrow("only sums");
    expect(wrong([{ ...json.features[0], signs: [1] }])).toThrow("Cannot load discovered features");
    expect(() => discoveryFromJSON({ kind: "discovery" })).toThrow("Cannot load discovered features");
  });
});

describe("formulas", () => {
  const features = ["a", "b", "c"].map((name) => ({ name }));

  test("pairFormulas(columns) lists sums, differences, products and both ratios", () => {
    expect(pairFormulas([0, 2]).map((one) => formulaName(one, features))).toEqual([
      "a + c",
      "a − c",
      "a × c",
      "a ÷ c",
      "c ÷ a",
    ]);
  });

  test("formulaKey(formula) tells apart what differs, and nothing else", () => {
    const sum = (columns: number[], signs: number[]) => formulaKey({ kind: "sum", columns, signs });
    expect(sum([0, 1], [1, -1])).toBe(sum([1, 0], [1, -1]));
    expect(sum([0, 1], [1, 1])).not.toBe(sum([0, 1], [1, -1]));
    expect(formulaKey({ kind: "ratio", columns: [0, 1], signs: [1, 1] })).not.toBe(
      formulaKey({ kind: "ratio", columns: [1, 0], signs: [1, 1] }),
    );
  });

  test("formulaValues(formula, x) computes them", () => {
    const x = matrixFromRows([[2, 3, 4]]);
    const value = (kind: "sum" | "product" | "ratio", signs: number[]) =>
      formulaValues({ kind, columns: [0, 2], signs }, x)[0];
    expect([
      value("sum", [1, 1]),
      value("sum", [-1, 1]),
      value("product", [1, 1]),
      value("ratio", [1, 1]),
    ]).toEqual([6, 2, 8, 0.5]);
  });
});
