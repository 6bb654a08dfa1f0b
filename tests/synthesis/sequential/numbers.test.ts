import { expect, test } from "vitest";
import { correlation, mean, quantileSorted } from "../../../src/core/math/statistics";
import { normal, seeded } from "../../../src/core/rng";
import {
  type CategoricalColumn,
  type Column,
  type NumericColumn,
  type Table,
  table,
} from "../../../src/data/table";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";

/** Six months' bills, each near the one before it, or in one of five cases anything, beside columns that say nothing. */
function bills(rows: number): Table {
  const rng = seeded(9);
  const months = Array.from({ length: 6 }, () => new Float64Array(rows));
  for (let i = 0; i < rows; i++)
    for (let m = 0, log = 0; m < 6; m++) {
      log = m === 0 || rng.uniform() < 0.2 ? 7 + 1.5 * normal(rng) : log + 0.02 * normal(rng);
      months[m][i] = Math.round(Math.exp(log));
    }
  const noise = Array.from({ length: 8 }, () => Float64Array.from({ length: rows }, () => normal(rng)));
  const columns = [...noise, ...months].map(
    (values, j): NumericColumn => ({
      name: j < 8 ? `noise ${j}` : `bill ${j - 7}`,
      type: "numeric",
      values,
      ...(j >= 8 && { decimals: 0 }),
    }),
  );
  return table(columns);
}

test("sequential() keeps a number as near to the one before it as it is, whatever else there is", async () => {
  const from = bills(1500);
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  const apart = (rows: Table): number => {
    const [before, after] = [12, 13].map((j) => (rows.columns[j] as NumericColumn).values);
    const logs = after.map((value, i) => Math.abs(Math.log(value / before[i])));
    return quantileSorted(logs.sort(), 0.4);
  };
  const real = apart(from);
  expect(real).toBeLessThan(0.02);
  expect(apart(model.sample(3000, seeded(2)))).toBeLessThan(2.5 * real);
});

test("sequential() learns of few rows and many columns what they have in common, and tells of how many pairs it learns nothing", async () => {
  const rng = seeded(3);
  const factor = Float64Array.from({ length: 180 }, () => normal(rng));
  const columns = Array.from(
    { length: 36 },
    (_, j): NumericColumn => ({
      name: `v${j}`,
      type: "numeric",
      values: factor.map((f) => Math.round(100 * (0.6 * f + 0.8 * normal(rng))) / 100),
      decimals: 2,
    }),
  );
  const model = await sequential({ threads: 1 })(table(columns), seeded(1));
  const mean = (rows: Table): number => {
    const late = rows.columns.slice(12).map((column) => (column as NumericColumn).values);
    const pairs = late.slice(1).map((values, k) => correlation(values, late[k]));
    return pairs.reduce((sum, r) => sum + r, 0) / pairs.length;
  };
  expect(mean(table(columns))).toBeGreaterThan(0.3);
  // .02 without means below 100 rows and with pairs judged by all their bins alone.
  expect(mean(model.sample(1500, seeded(2)))).toBeGreaterThan(0.15);
  expect(model.pairs.all).toBe(630);
  expect(model.pairs.learnt).toBeLessThan(500);
});

test("sequential() keeps of 50 to 130 rows what goes strongly together, grades of ten steps among it, and makes nothing of chance", async () => {
  const kept: number[][] = [];
  for (const [rows, seed] of [
    [50, 1],
    [50, 2],
    [130, 3],
    [130, 4],
  ]) {
    const rng = seeded(seed + 10);
    const x = Float64Array.from({ length: rows }, () => 50 + 10 * normal(rng));
    const like = (share: number) =>
      x.map((one) => share * (one - 50) + 10 * Math.sqrt(1 - share * share) * normal(rng));
    const grade = like(0.85).map((one) => 10 * Math.max(2, Math.min(9, Math.round(5.5 + one / 6))));
    const columns = [x, like(0.95), grade, like(0)].map(
      (values, j): NumericColumn => ({
        name: `v${j}`,
        type: "numeric",
        values: values.map((one) => Math.round(10 * one) / 10),
      }),
    );
    const made = (await sequential({ threads: 1 })(table(columns), seeded(seed))).sample(2000, seeded(9));
    const values = made.columns.map((one) => (one as NumericColumn).values);
    kept.push([1, 2, 3].map((j) => correlation(values[0], values[j])));
  }
  // .94 and .82 in the rows. Before: .02 and .02 of 50 rows (no mean below 40 to learn from), .92 and .49 of 130 (any grade was a value of its own).
  kept.forEach(([strong, graded, chance], k) => {
    expect(strong).toBeGreaterThan(0.85);
    expect(graded).toBeGreaterThan(k < 2 ? 0.25 : 0.7);
    expect(Math.abs(chance)).toBeLessThan(0.1);
  });
});

test("sequential() keeps what the rows far from the number before follow instead", async () => {
  const rng = seeded(21);
  const rows = 1500;
  const names = [...Array.from({ length: 6 }, (_, k) => `z${k}`), "before", "after"];
  const columns = names.map(
    (name): NumericColumn => ({ name, type: "numeric", values: new Float64Array(rows) }),
  );
  for (let i = 0; i < rows; i++) {
    const z = names.map(() => normal(rng));
    const sum = z.slice(0, 6).reduce((total, one) => total + one, 0) / Math.sqrt(6);
    z[7] = rng.uniform() < 0.7 ? z[6] + 0.02 * normal(rng) : sum + 0.3 * normal(rng);
    columns.forEach(({ values }, j) => {
      values[i] = z[j];
    });
  }
  const model = await sequential({ leftOut: 0, threads: 1 })(table(columns), seeded(1));
  const tie = (from: Table): number => {
    const values = from.columns.map((column) => (column as NumericColumn).values);
    const far = [...values[0].keys()].filter((i) => Math.abs(values[7][i] - values[6][i]) > 0.2);
    return correlation(
      far.map((i) => values.slice(0, 6).reduce((total, own) => total + own[i], 0)),
      far.map((i) => values[7][i]),
    );
  };
  expect(tie(table(columns))).toBeGreaterThan(0.9);
  // .12 where the tree cannot ask for what the mean of all rows is more.
  expect(tie(model.sample(3000, seeded(2)))).toBeGreaterThan(0.4);
});

test("sequential() learns a number's mean from the levels that tell it and no chance from those that don't", async () => {
  const rng = seeded(1);
  const rows = 2100;
  const column = (name: string, count: number): CategoricalColumn => ({
    name,
    type: "categorical",
    levels: Array.from({ length: count }, (_, k) => `${name} ${k}`),
    codes: Int32Array.from({ length: rows }, () => Math.floor(rng.uniform() * count)),
  });
  const telling = Array.from({ length: 4 }, (_, j) => column(`t${j}`, 12));
  const noise = Array.from({ length: 10 }, (_, j) => column(`n${j}`, 16));
  const effects = telling.map(
    (_, j) => new Map(telling[j].levels.map((level) => [level, normal(rng)] as const)),
  );
  const meanOf = (from: readonly Column[], i: number): number =>
    effects.reduce((sum, effect, j) => {
      const { levels, codes } = from[j] as CategoricalColumn;
      return sum + (effect.get(levels[codes[i]]) as number);
    }, 40);
  const values = Float64Array.from({ length: rows }, (_, i) => meanOf(telling, i) + normal(rng));
  const y: NumericColumn = {
    name: "y",
    type: "numeric",
    decimals: 2,
    values: values.map((v) => Math.round(v * 100) / 100),
  };
  const model = await sequential({ leftOut: 0, threads: 1 })(table([...telling, ...noise, y]), seeded(1));
  const { columns } = model.sample(20_000, seeded(2));
  const made = (columns[columns.length - 1] as NumericColumn).values;
  const squares = made.reduce((sum, value, i) => sum + (value - meanOf(columns, i)) ** 2, 0);
  // 1.025 in the rows learnt from; 1.033 under one penalty for all that tells and does not.
  expect(Math.sqrt(squares / made.length)).toBeLessThan(1.02);
});

test("sequential() learns of 4,000 rows a mean that explains a twentieth of a number among thirty columns of chance", async () => {
  const rng = seeded(5);
  const rows = 4000;
  const values = Array.from({ length: 30 }, () => Float64Array.from({ length: rows }, () => normal(rng)));
  values.push(values[3].map((value) => 0.24 * value + normal(rng)));
  const numbers = values.map(
    (own, j): NumericColumn => ({
      name: `n${j}`,
      type: "numeric",
      values: own.map((v) => Math.round(1e4 * v) / 1e4),
    }),
  );
  const codes = Int32Array.from({ length: rows }, () => (rng.uniform() < 0.5 ? 0 : 1));
  const last: CategoricalColumn = { name: "last", type: "categorical", levels: ["a", "b"], codes };
  const model = await sequential({ leftOut: 0, threads: 1 })(table([...numbers, last]), seeded(1));
  const made = model.sample(8000, seeded(2));
  const [one, other] = [3, 30].map((j) => (made.columns[j] as NumericColumn).values);
  expect(correlation(one, other)).toBeGreaterThan(0.15);
});

test("sequential() learns a mean of their own for rows that lack the number which tells those that have it, and draws by it after its file, too", async () => {
  const rng = seeded(8);
  const rows = 600;
  const values = [0, 1, 2].map(() => new Float64Array(rows));
  const [age, before, now] = values;
  const codes = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    codes[i] = rng.uniform() < 0.2 ? 1 : 0;
    age[i] = Math.round(2000 + 5000 * rng.uniform()) / 100;
    before[i] = codes[i] === 1 ? Number.NaN : Math.round(5000 + 1500 * normal(rng)) / 100;
    now[i] = Math.round(100 * ((codes[i] === 1 ? 100 - age[i] : before[i]) + 2 * normal(rng))) / 100;
  }
  const numbers = values.map(
    (own, j): NumericColumn => ({ name: ["age", "before", "now"][j], type: "numeric", values: own }),
  );
  const first: CategoricalColumn = { name: "first", type: "categorical", levels: ["no", "yes"], codes };
  const sides = Int32Array.from(codes, () => (rng.uniform() < 0.5 ? 0 : 1));
  const last: CategoricalColumn = { name: "last", type: "categorical", levels: ["a", "b"], codes: sides };
  const from = table([...numbers, first, last]);
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  const made = model.sample(4000, seeded(2));
  const [old, one, other] = made.columns.map((column) => (column as NumericColumn).values);
  const squares = Array.from(other.keys()).flatMap((i) =>
    Number.isNaN(one[i]) ? [(other[i] + old[i] - 100) ** 2] : [],
  );
  expect(squares.length).toBeGreaterThan(600);
  // 2 in the rows learnt from; 4.9 where the age counts the same whether the number before is there or not.
  expect(Math.sqrt(mean(squares))).toBeLessThan(3);
  expect(loadSequential(JSON.parse(JSON.stringify(model))).sample(4000, seeded(2))).toEqual(made);
});
