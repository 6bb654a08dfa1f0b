import { expect, test } from "vitest";
import { normal, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { leakageSuspects } from "../../src/evaluate/leakage";

const rng = seeded("rows");
const n = 600;
const y = Float64Array.from({ length: n }, () => (rng.uniform() < 0.3 ? 1 : 0));
const numeric = (name: string, of: (i: number) => number) =>
  ({ name, type: "numeric", values: Float64Array.from({ length: n }, (_, i) => of(i)) }) as const;
const levels = ["a", "b", "c"];
const people = table([
  { name: "id", type: "id", values: Array.from({ length: n }, (_, i) => `${y[i]}-${i}`) },
  numeric("noise", () => normal(rng)),
  numeric("strong", (i) => y[i] + 0.8 * normal(rng)),
  numeric("ends late", (i) => (y[i] === 1 ? -1 : Math.abs(normal(rng)))),
  numeric("in the middle", (i) => (y[i] === 1 ? 0.5 + 0.01 * rng.uniform() : rng.uniform() < 0.5 ? 0 : 1)),
  numeric("empty when gone", (i) => (y[i] === 1 ? Number.NaN : normal(rng))),
  {
    name: "reason",
    type: "categorical",
    codes: Int32Array.from({ length: n }, (_, i) => (y[i] === 1 ? 2 : i % 2)),
    levels,
  },
  {
    name: "ended on",
    type: "date",
    values: Array.from(y, (label, i) => (label === 1 ? `2024-01-${10 + (i % 20)}` : "")),
  },
  { name: "why", type: "text", values: Array.from(y, (label, i) => (label === 1 ? `because ${i}` : "")) },
  { name: "joined on", type: "date", values: Array.from(y, (_, i) => `2020-01-${10 + (i % 20)}`) },
  {
    name: "own level each",
    type: "categorical",
    codes: Int32Array.from({ length: n }, (_, i) => i),
    levels: Array.from({ length: n }, (_, i) => `${i}`),
  },
]);

test("leakageSuspects(table, y) names columns that alone tell the target, and no others", () => {
  const found = leakageSuspects(people, y, seeded(1));
  expect(found.map((one) => one.column).sort()).toEqual([
    "empty when gone",
    "ended on",
    "ends late",
    "in the middle",
    "reason",
    "why",
  ]);
  for (const one of found) {
    expect(one.measure).toBe("ROC AUC");
    expect(one.score).toBeGreaterThan(0.97);
  }
});

test("leakageSuspects(table, numbers) measures R²", () => {
  const spent = Float64Array.from({ length: n }, () => 100 * rng.uniform());
  const some = table([
    { name: "in cents", type: "numeric", values: spent.map((value) => 100 * value) },
    { name: "related", type: "numeric", values: spent.map((value) => value + 20 * normal(rng)) },
  ]);
  const found = leakageSuspects(some, spent, seeded(1));
  expect(found).toMatchObject([{ column: "in cents", measure: "R²" }]);
});

test("leakageSuspects is silent where there is nothing to tell", () => {
  expect(leakageSuspects(people, new Float64Array(n), seeded(1))).toEqual([]);
  expect(leakageSuspects(table([numeric("noise", () => 1)]), y, seeded(1))).toEqual([]);
});
