import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { isCategorical, type Table } from "../../../src/data/table";
import { type ColumnCondition, resolveWhere, type Where } from "../../../src/synthesis/conditions";
import { drawTree, type Tree } from "../../../src/synthesis/private/draw-tree";
import { loadMst } from "../../../src/synthesis/private/model";

/** A chain plan → months → bill with a number in two groups, and a column apart. */
const tree: Tree = {
  variables: [
    {
      name: "plan",
      grid: { kind: "levels", levels: ["a", "b", "c"] },
      cells: [[0, 0], [1, 1], [2, 2], null],
      groups: [0, 1, 1, 2],
      weights: [1, 0.25, 0.75, 1],
    },
    {
      name: "months",
      grid: { kind: "decimals", decimals: 0 },
      cells: [
        [0, 0],
        [1, 10],
        [11, 20],
      ],
      groups: [0, 0, 1],
      weights: [0.5, 0.5, 1],
    },
    {
      name: "bill",
      grid: { kind: "continuous", low: -1, step: 0.5 },
      cells: [
        [0, 3],
        [4, 7],
      ],
      groups: [0, 1],
      weights: [1, 1],
    },
    {
      name: "odd",
      grid: { kind: "decimals", decimals: 2 },
      cells: [[100, 100], null],
      groups: [0, 0],
      weights: [0.9, 0.1],
    },
  ],
  sizes: [3, 2, 2, 1],
  cliques: [
    { variables: [0], parent: -1, separator: [], chances: Float64Array.of(0.5, 0.4, 0.1) },
    { variables: [0, 1], parent: 0, separator: [0], chances: Float64Array.of(0.9, 0.1, 0.2, 0.8, 0, 1) },
    { variables: [1, 2], parent: 1, separator: [1], chances: Float64Array.of(0.7, 0.3, 0, 1) },
    { variables: [3], parent: -1, separator: [], chances: Float64Array.of(1) },
  ],
};
const columns = [
  { name: "plan", type: "categorical" as const, levels: ["a", "b", "c"] },
  { name: "months", type: "numeric" as const, decimals: 0 },
  { name: "bill", type: "numeric" as const },
  { name: "odd", type: "numeric" as const, decimals: 2 },
];
const conditionsOf = (where: Where): ReadonlyMap<number, ColumnCondition> =>
  new Map(resolveWhere(where, columns).map((one) => [one.column, one]));
const draw = (n: number, where: Where = {}): Float64Array[] =>
  drawTree(tree, n, seeded(1), conditionsOf(where));
const share = (values: Float64Array, holds: (value: number) => boolean): number =>
  values.filter(holds).length / values.length;

describe("drawTree(tree, n, rng, conditions)", () => {
  test("draws every variable with its chances given its parent", () => {
    const [plan, months, bill, odd] = draw(10_000);
    expect(share(plan, (value) => value === 0)).toBeCloseTo(0.5, 2);
    expect(share(plan, (value) => value === 2)).toBeCloseTo(0.3, 2);
    expect(share(plan, Number.isNaN)).toBeCloseTo(0.1, 2);
    // .5 × .9 + .4 × .2, half of it at 0
    expect(share(months, (value) => value === 0)).toBeCloseTo(0.265, 2);
    const long = months.map((value) => Number(value > 10));
    for (let i = 0; i < 10_000; i++) {
      if (long[i]) expect(bill[i]).toBeGreaterThanOrEqual(1);
      if (Number.isNaN(plan[i])) expect(long[i]).toBe(1);
    }
    expect(share(bill, (value) => value < 1)).toBeCloseTo(0.53 * 0.7, 2);
    expect(Math.min(...bill)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...bill)).toBeLessThan(3);
    expect(share(odd, Number.isNaN)).toBeCloseTo(0.1, 2);
  });

  test("draws from the conditional distribution, exactly, when told what children are", () => {
    // P(plan, months ≤ 10 | bill < 1): only short months; weights .5 × .9 and .4 × .2.
    const [plan, months, bill] = draw(10_000, { bill: { to: 0.9 }, months: { from: 1, to: 5 } });
    expect(share(plan, (value) => value === 0)).toBeCloseTo(0.45 / 0.53, 2);
    expect(share(plan, Number.isNaN)).toBe(0);
    expect(share(months, (value) => value >= 1 && value <= 5)).toBe(1);
    expect(share(months, (value) => value === 3)).toBeCloseTo(0.2, 2);
    expect(Math.max(...bill)).toBeLessThanOrEqual(0.9);
    const [other] = draw(10_000, { months: { from: 11 } });
    // .5 × .1, .4 × .8, .1 × 1 of .47
    expect(share(other, (value) => value === 0)).toBeCloseTo(0.05 / 0.47, 2);
    expect(share(other, (value) => value === 1)).toBeCloseTo((0.32 / 0.47) * 0.25, 2);
    const [exact] = [draw(50, { bill: [0.123, 2.5] })[2]];
    expect([...new Set(exact)].sort()).toEqual([0.123, 2.5]);
    expect([...new Set(draw(50, { odd: null })[3])]).toEqual([Number.NaN]);
  });

  test("says which condition cannot be, and what can", () => {
    expect(() => draw(1, { months: { from: 30 } })).toThrow(
      "Cannot sample where months: values are possible between 0 and 20",
    );
    expect(() => draw(1, { plan: null, months: { to: 5 } })).toThrow(
      "sample where months: beside the conditions on plan, values are possible between 11 and 20",
    );
    expect(() => draw(1, { months: 4, bill: { from: 1.5 }, plan: null })).toThrow("months: beside");
    expect(() => draw(1, { odd: 1.5 })).toThrow("values are possible between 1 and 1, or missing");
    expect(() => draw(1, { months: 4.5 })).toThrow("months");
  });
});

describe("drawTree(tree of triples with one variable in all, n, rng, conditions)", () => {
  const level = (name: string): Tree["variables"][number] => ({
    name,
    grid: { kind: "levels", levels: ["no", "yes"] },
    cells: [
      [0, 0],
      [1, 1],
    ],
    groups: [0, 1],
    weights: [1, 1],
  });
  // Each row of `second` belongs to a class and a cell of `first`: 00, 01, 10, 11.
  const first = [0.5, 0.5, 0.1, 0.9];
  const second = [0.9, 0.1, 0.3, 0.7, 0.6, 0.4, 0, 1];
  const mixed: Tree = {
    variables: [level("first"), level("second"), level("churn")],
    sizes: [2, 2, 2],
    cliques: [
      { variables: [2], parent: -1, separator: [], chances: Float64Array.of(0.75, 0.25) },
      { variables: [2, 0], parent: 0, separator: [2], chances: Float64Array.from(first) },
      { variables: [2, 0, 1], parent: 1, separator: [2, 0], chances: Float64Array.from(second) },
    ],
  };
  const schema = mixed.variables.map(({ name }) => ({
    name,
    type: "categorical" as const,
    levels: ["no", "yes"],
  }));
  const chance = (holds: (c: number, i: number, j: number) => boolean): number => {
    let sum = 0;
    for (let at = 0; at < 8; at++) {
      const [c, i, j] = [at >> 2, (at >> 1) & 1, at & 1];
      if (holds(c, i, j)) sum += [0.75, 0.25][c] * first[c * 2 + i] * second[(c * 2 + i) * 2 + j];
    }
    return sum;
  };

  test.each([
    [{}, () => true],
    [{ churn: "yes" }, (c: number) => c === 1],
    [{ second: "no" }, (_c: number, _i: number, j: number) => j === 0],
    [{ second: "yes", first: "yes" }, (_c: number, i: number, j: number) => i === 1 && j === 1],
    [{ churn: "no", second: "yes" }, (c: number, _i: number, j: number) => c === 0 && j === 1],
  ])("is exact under %j", (where: Where, given: (c: number, i: number, j: number) => boolean) => {
    const conditions = new Map(resolveWhere(where, schema).map((one) => [one.column, one]));
    const [i, j, c] = drawTree(mixed, 20_000, seeded(2), conditions);
    const all = chance(given);
    for (let at = 0; at < 8; at++) {
      const cell = (a: number, b: number, d: number): boolean =>
        a === at >> 2 && b === ((at >> 1) & 1) && d === (at & 1);
      const found = c.filter((value, row) => cell(value, i[row], j[row])).length / 20_000;
      const expected = chance((a, b, d) => given(a, b, d) && cell(a, b, d)) / all;
      expect(Math.abs(found - expected)).toBeLessThan(0.01);
    }
  });

  test("says what is possible in some class", () => {
    const draws = (where: Where): Float64Array[] =>
      drawTree(mixed, 5, seeded(1), new Map(resolveWhere(where, schema).map((one) => [one.column, one])));
    expect(() => draws({ first: "yes", second: "no", churn: "yes" })).toThrow(
      "sample where churn: beside the conditions on first, second, the column is always no",
    );
  });

  test("draws the same of a file of before, which holds the chances of each variable given its parent and the target", () => {
    const chances = [[0.75, 0.25], first, second];
    const branches = [2, 0, 1].map((variable, b) => ({
      variable,
      parent: b === 2 ? 0 : -1,
      chances: chances[b],
    }));
    const { variables } = mixed;
    const old = { kind: "mst", version: 2, schema, keys: [], variables, branches, target: 2, privacy: {} };
    expect(() => loadMst({ ...old, variables: undefined })).toThrow(
      "its columns must be those that it draws",
    );
    expect(() => loadMst({ ...old, branches: undefined })).toThrow("it must list branches");
    const model = loadMst(old);
    expect(model.links).toEqual([
      ["churn", "first"],
      ["churn", "second"],
      ["first", "second"],
    ]);
    const again = loadMst(JSON.parse(JSON.stringify(model)));
    const { cliques: _, ...without } = JSON.parse(JSON.stringify(model));
    expect(() => loadMst(without)).toThrow("it must list sizes, cliques and the sets");
    const codes = ({ columns }: Table): number[][] =>
      columns.map((column) => (isCategorical(column) ? [...column.codes] : []));
    const made = codes(model.sample(500, seeded(2)));
    expect(codes(again.sample(500, seeded(2)))).toEqual(made);
    const [i, j, c] = codes(model.sample(20_000, seeded(2)));
    for (let at = 0; at < 8; at++) {
      const [a, b, d] = [at >> 2, (at >> 1) & 1, at & 1];
      const found = c.filter((value, row) => value === a && i[row] === b && j[row] === d).length / 20_000;
      const expected = chance((x, y, z) => x === a && y === b && z === d);
      expect(Math.abs(found - expected)).toBeLessThan(0.01);
    }
    // Without a target each tree's first variable stands alone.
    const alone = { ...old, target: -1, branches: branches.map((one) => ({ ...one, parent: -1 })) };
    alone.branches.forEach((one, b) => {
      one.chances = [
        [0.75, 0.25],
        [0.5, 0.5],
        [0, 1],
      ][b];
    });
    const plain = loadMst(alone);
    expect(plain.links).toEqual([]);
    const [half, always, some] = codes(plain.sample(1000, seeded(1)));
    const share = (own: readonly number[]): number => own.reduce((a, b) => a + b, 0) / 1000;
    expect([share(half), share(always), share(some)].map((one) => one.toFixed(2))).toEqual([
      "0.50",
      "1.00",
      "0.25",
    ]);
  });
});
