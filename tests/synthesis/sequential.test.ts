import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../src/core/rng";
import {
  type CategoricalColumn,
  type Column,
  columnNamed,
  isCategorical,
  type Table,
  table,
  takeTableRows,
} from "../../src/data/table";
import { shuffleColumns } from "../../src/evaluate/synthetic/privacy/shuffle-columns";
import { loadSequential, sequential } from "../../src/synthesis/sequential/sequential";
import { describeSynthesiser } from "./conformance";
import { customers } from "./customers";

describeSynthesiser("sequential(options)(table, rng)", { fit: sequential(), load: loadSequential });

describe("sequential({ threads })", () => {
  test("fits the same model on one and on two threads", async () => {
    const from = customers(4000, 2);
    const [one, two] = await Promise.all([1, 2].map((threads) => sequential({ threads })(from, seeded(1))));
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });
});

describe("Sequential.logLikelihood(rows)", () => {
  test("is higher for real rows than for shuffled ones, and finite for what training never showed", async () => {
    const model = await sequential()(customers(1500, 1), seeded(1));
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const fresh = customers(500, 7);
    expect(mean(model.logLikelihood(fresh))).toBeGreaterThan(
      mean(model.logLikelihood(shuffleColumns(fresh, seeded(2)))) + 1,
    );
    const strange = {
      ...fresh,
      columns: fresh.columns.map((one) => (one.name === "net" ? { ...one, levels: ["a", "b", "c"] } : one)),
    };
    for (const value of model.logLikelihood(strange)) expect(Number.isFinite(value)).toBe(true);
  });
});

test("sequential(options) tells neither by absence nor by abundance which customers it learnt from", async () => {
  const sizes = [3, 8, 20];
  const kindOf = (from: Table, i: number): number =>
    from.columns.reduce((kind, one, k) => kind * sizes[k] + (one as CategoricalColumn).codes[i], 0);
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  const ratios: number[] = [];
  for (const seed of [11, 12, 13, 14]) {
    const rng = seeded(seed);
    const train = table(
      sizes.map(
        (size, k): Column => ({
          name: `c${k}`,
          type: "categorical",
          codes: Int32Array.from({ length: 400 }, () => integer(rng, size)),
          levels: Array.from({ length: size }, (_, level) => `${level}`),
        }),
      ),
    );
    const known = new Set(Array.from({ length: 400 }, (_, i) => kindOf(train, i)));
    const made = (await sequential()(train, seeded(1))).sample(48_000, seeded(2));
    const counts = new Float64Array(480);
    for (let i = 0; i < made.rows; i++) counts[kindOf(made, i)]++;
    const of = (member: boolean): Float64Array => counts.filter((_, kind) => known.has(kind) === member);
    // Some 270 kinds are known; each is to be expected as often as its levels, which are independent, say.
    const shares = sizes.map((size, k) => {
      const own = new Float64Array(size);
      for (const code of (made.columns[k] as CategoricalColumn).codes) own[code] += 1 / made.rows;
      return own;
    });
    counts.forEach((count, kind) => {
      const codes = [Math.floor(kind / 160), Math.floor(kind / 20) % 8, kind % 20];
      const expected = codes.reduce((n, code, k) => n * shares[k][code], made.rows);
      expect(expected - count).toBeLessThan(4 * Math.sqrt(expected));
    });
    ratios.push(mean(of(true)) / mean(of(false)));
  }
  expect(mean(ratios)).toBeGreaterThan(0.9);
  expect(mean(ratios)).toBeLessThan(1.2);
});

test("sequential() chooses on some of many rows, and tells levels that only others have", async () => {
  const rng = seeded(5);
  const length = 13_000;
  // Six rows of a plan that the rows chosen on may well lack, and a number that goes with the plan.
  const plan = Int32Array.from({ length }, (_, i) => (i % 2000 === 7 ? 2 : rng.uniform() < 0.3 ? 1 : 0));
  const paid = Float64Array.from(plan, (own) => Math.round(100 * (10 + 5 * own + rng.uniform())) / 100);
  const from = table([
    { name: "plan", type: "categorical", levels: ["basic", "plus", "trial"], codes: plan },
    { name: "paid", type: "numeric", values: paid },
  ]);
  const made = (await sequential({ leftOut: 0, threads: 1 })(from, seeded(1))).sample(40_000, seeded(2));
  const column = columnNamed(made, "plan");
  if (!isCategorical(column)) throw new Error("plan is categorical");
  const share = (level: string): number =>
    column.codes.reduce((n, code) => n + (column.levels[code] === level ? 1 : 0), 0) / made.rows;
  expect(share("plus")).toBeCloseTo(plan.reduce((n, own) => n + (own === 1 ? 1 : 0), 0) / length, 2);
  expect(share("trial") * length).toBeGreaterThan(2);
  expect(share("trial") * length).toBeLessThan(20);
});

test("sequential() tells what goes with one column from what seems to go with many others", async () => {
  const rng = seeded(4);
  const length = 4600;
  const column = (name: string, codes: Int32Array, size: number): Column => ({
    ...{ name, type: "categorical", codes },
    levels: Array.from({ length: size }, (_, level) => `${level}`),
  });
  const chance = Array.from({ length: 6 }, () => Int32Array.from({ length }, () => integer(rng, 10)));
  const plan = Int32Array.from({ length }, () => integer(rng, 12));
  const effects = Array.from({ length: 12 }, () =>
    Array.from({ length: 4 }, () => 3 * (rng.uniform() + rng.uniform() + rng.uniform() - 1.5)),
  );
  // How likely the rows are by what made them: six columns by chance, the plan, and what goes with it.
  let truth = -4000 * (6 * Math.log(10) + Math.log(12));
  const told = Int32Array.from(plan, (own, i) => {
    const odds = effects[own].map(Math.exp);
    const all = odds.reduce((a, b) => a + b);
    let left = rng.uniform() * all;
    let level = 0;
    while (left > odds[level] && level < 3) left -= odds[level++];
    if (i >= 600) truth += Math.log(odds[level] / all);
    return level;
  });
  const from = table([
    ...chance.map((codes, k) => column(`chance ${k}`, codes, 10)),
    column("plan", plan, 12),
    column("told", told, 4),
  ]);
  const rows = (first: number, last: number): Table =>
    takeTableRows(
      from,
      Int32Array.from({ length: last - first }, (_, i) => first + i),
    );
  const model = await sequential({ leftOut: 0, threads: 1 })(rows(0, 600), seeded(1));
  const found = model.logLikelihood(rows(600, length)).reduce((a, b) => a + b);
  // .098 nats a row behind; under one penalty for all of them .176.
  expect((truth - found) / 4000).toBeLessThan(0.12);
});
