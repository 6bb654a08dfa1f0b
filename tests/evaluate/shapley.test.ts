import { expect, test } from "vitest";
import { normal, seeded } from "../../src/core/rng";
import { type Table, table } from "../../src/data/table";
import { sampledShapley } from "../../src/evaluate/shapley";

const rng = seeded("rows");
const n = 200;
const people = table([
  { name: "id", type: "id", values: Array.from({ length: n }, (_, i) => `${i}`) },
  ...["a", "b", "c"].map((name) => ({
    name,
    type: "numeric" as const,
    values: Float64Array.from({ length: n }, () => normal(rng)),
  })),
]);
const values = (rows: Table, name: string): Float64Array => {
  const one = rows.columns.find((column) => column.name === name);
  return one?.type === "numeric" ? one.values : new Float64Array();
};
const mean = (some: Float64Array): number => some.reduce((sum, value) => sum + value, 0) / some.length;

test("sampledShapley(model, table, i) of a linear model is coefficient × (value − mean), up to sampling", () => {
  const model = { predict: (rows: Table) => values(rows, "a").map((a, i) => 2 * a - values(rows, "b")[i]) };
  const found = sampledShapley(model, people, 7, seeded(1), { orders: 4000 });
  const [a, b] = ["a", "b"].map((name) => values(people, name));
  expect(found.columns).toEqual(["a", "b", "c"]);
  expect(Math.abs(found.values[0] - 2 * (a[7] - mean(a)))).toBeLessThan(4 * found.standardErrors[0]);
  expect(Math.abs(found.values[1] + (b[7] - mean(b)))).toBeLessThan(4 * found.standardErrors[1]);
  expect(found.values[2]).toBe(0);
});

test("sampledShapley adds up to the prediction less the base, and shares an interaction", () => {
  const model = {
    predict: (rows: Table) => values(rows, "a").map((a, i) => (a > 0 && values(rows, "b")[i] > 0 ? 1 : 0)),
  };
  const both = Array.from({ length: n }, (_, i) => i).find(
    (i) => values(people, "a")[i] > 0 && values(people, "b")[i] > 0,
  ) as number;
  const found = sampledShapley(model, people, both, seeded(1), { orders: 2000 });
  expect(found.prediction).toBe(1);
  expect(found.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1 - found.base, 10);
  // Shapley's mean over both orders: a comes first, or b does.
  const share = (holds: (i: number) => boolean) =>
    Array.from({ length: n }, (_, i) => i).filter(holds).length / n;
  const a = share((i) => values(people, "a")[i] > 0);
  const b = share((i) => values(people, "b")[i] > 0);
  const together = share((i) => values(people, "a")[i] > 0 && values(people, "b")[i] > 0);
  const expected = (b - together) / 2 + (1 - a) / 2;
  expect(Math.abs(found.values[0] - expected)).toBeLessThan(4 * found.standardErrors[0]);
  expect(sampledShapley(model, people, both, seeded(1), { orders: 2000 })).toEqual(found);
  expect(() => sampledShapley(model, people, n, seeded(1))).toThrow(
    "the row must be a whole number from 0 to 199, got 200",
  );
});
