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
    expect(one.score).toBeGreaterThan(0.98);
    expect(one.told).toBeGreaterThan(580);
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

test("leakageSuspects names the time that few events share with those who never had one, by any stream", () => {
  // As in Rossi's table of arrests: 52 weeks for all who were not arrested, and for a few who were.
  const arrest = Float64Array.from({ length: 432 }, (_, i) => Number(i % 4 === 0));
  const weeks = Float64Array.from(arrest, (one, i) => (one === 1 && i % 100 !== 0 ? 1 + (i % 51) : 52));
  const known = table([{ name: "week", type: "numeric", values: weeks }]);
  for (let seed = 0; seed < 10; seed++)
    expect(leakageSuspects(known, arrest, seeded(seed))).toMatchObject([{ column: "week", told: 427 }]);
});

test("leakageSuspects names what tells almost all rows of two classes, and not an honest column that orders them well", () => {
  const of = seeded("honest");
  const some = table([
    // ROC AUC .975, as the best column of a table of tumours.
    numeric("honest", (i) => 2.8 * y[i] + normal(of)),
    {
      name: "written later",
      type: "categorical",
      codes: Int32Array.from(y, (one, i) => (i % 100 === 0 ? 1 - one : one)),
      levels: ["a", "b"],
    },
  ]);
  expect(leakageSuspects(some, y, seeded(1)).map(({ column, told }) => [column, told])).toEqual([
    ["written later", 594],
  ]);
});

test("leakageSuspects finds an amount in another unit where few are large", () => {
  const of = seeded("large");
  const spent = Float64Array.from({ length: n }, () => Math.exp(4 * normal(of)));
  const half = spent.slice(0, 400).map((one, i) => (i % 10 < 7 ? 0 : one));
  const ofHalf = table([{ name: "in cents", type: "numeric", values: half.map((one) => 100 * one) }]);
  for (let seed = 0; seed < 10; seed++) expect(leakageSuspects(ofHalf, half, seeded(seed)).length).toBe(1);
  const cents = table([{ name: "in cents", type: "numeric", values: spent.map((one) => 100 * one) }]);
  expect(leakageSuspects(cents, spent, seeded(1))).toMatchObject([{ column: "in cents", measure: "R²" }]);
});

test("leakageSuspects is silent where there is nothing to tell", () => {
  expect(leakageSuspects(people, new Float64Array(n), seeded(1))).toEqual([]);
  expect(leakageSuspects(table([numeric("noise", () => 1)]), y, seeded(1))).toEqual([]);
});
