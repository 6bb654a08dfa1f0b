import { expect, test } from "vitest";
import { expit } from "../../../src/core/math/special";
import { normal, seeded } from "../../../src/core/rng";
import { type Column, table, takeTableRows } from "../../../src/data/table";
import { rocAuc } from "../../../src/evaluate/ranking";
import { auto } from "../../../src/models/auto/auto";
import { autoNumbers } from "../../../src/models/auto/auto-numbers";

const rng = seeded("customers");
const n = 1600;
const train = Int32Array.from({ length: 1000 }, (_, i) => i);
const later = Int32Array.from({ length: n - 1000 }, (_, i) => 1000 + i);
const day = (ms: number): string => new Date(86_400_000 * ms).toISOString().slice(0, 10);
const start = Array.from({ length: n }, () => 18_000 + Math.floor(800 * rng.uniform()));
const last = start.map((from) => from + Math.floor(600 * rng.uniform()));
const interval = last.map((to, i) => to - start[i]);
const dates: Column[] = [
  { name: "start", type: "date", values: start.map(day) },
  { name: "last", type: "date", values: last.map(day) },
];
const shops = Array.from({ length: 300 }, () => 1.5 * normal(rng));
const shop = start.map(() => Math.floor(300 * rng.uniform() ** 2));
const levels: Column = {
  name: "shop",
  type: "categorical",
  codes: Int32Array.from(shop),
  levels: shops.map((_, k) => `shop ${k}`),
};
const members = ["logistic regression"].map((name) => ({
  name,
  learner: { kind: "spline-logistic", options: { knots: 0 } } as const,
}));

test.each([
  ["days between two dates", dates, interval.map((days) => 0.01 * (300 - days)), 0.03],
  ["levels that come a few times each", [levels], shop.map((k) => shops[k]), 0.15],
] as const)(
  "auto finds %s, and judges itself by rows that it did not learn them from",
  async (_, columns, z, within) => {
    const y = Float64Array.from(z, (one) => Number(rng.uniform() < expit(one)));
    const rows = table(columns);
    const learn = auto({ members, discover: false });
    const model = await learn(takeTableRows(rows, train), y.slice(0, 1000), seeded(1));
    const best = rocAuc(y.slice(1000), z.slice(1000));
    const fresh = rocAuc(y.slice(1000), model.predict(takeTableRows(rows, later)));
    expect(best - fresh).toBeLessThan(within);
    // Without the folds it would claim far more than fresh rows show.
    expect(Math.abs(rocAuc(y.slice(0, 1000), model.report.outOfFold) - fresh)).toBeLessThan(0.05);
    const again = await learn(takeTableRows(rows, train), y.slice(0, 1000), seeded(1));
    expect(JSON.stringify(again.toJSON())).toBe(JSON.stringify(model.toJSON()));
  },
);

test("autoNumbers finds them for numbers too", async () => {
  const y = Float64Array.from(interval, (days, i) => days + 200 * shops[shop[i]] + 50 * normal(rng));
  const rows = table([...dates, levels]);
  const learn = autoNumbers({ members: [{ name: "ridge", learner: { kind: "ridge", options: {} } }] });
  const model = await learn(takeTableRows(rows, train), y.slice(0, 1000), seeded(1));
  const errors = model.predict(takeTableRows(rows, later)).map((p, i) => (p - y[1000 + i]) ** 2);
  const own = y.slice(1000);
  const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const share = errors.reduce((a, b) => a + b, 0) / own.reduce((a, b) => a + (b - mean) ** 2, 0);
  expect(1 - share).toBeGreaterThan(0.6);
});
