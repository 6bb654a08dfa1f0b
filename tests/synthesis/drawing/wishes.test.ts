import { expect, test } from "vitest";
import { resolveWhere, type Where } from "../../../src/synthesis/conditions";
import type { DrawnVariable } from "../../../src/synthesis/drawing/drawn-variable";
import { wishesOf } from "../../../src/synthesis/drawing/wishes";
import type { ColumnPlan } from "../../../src/synthesis/structure/structure";

const format = {
  formats: [{ format: { kind: "date", pattern: "yyyy-MM-dd" }, share: 1 }],
  step: 86_400_000,
} as const;
const plans: ColumnPlan[] = [
  { kind: "bands", name: "size", levels: ["few", "many"], of: "pieces", cuts: [6], order: [0, 1] },
  {
    kind: "number",
    name: "pieces",
    missing: true,
    grid: { decimals: 0, step: 1 },
    low: 1,
    high: 20,
    atoms: [],
  },
  { kind: "lookup", name: "phone", levels: ["No", "Yes"], of: "lines", map: [0, 1, 1] },
  { kind: "levels", name: "lines", levels: ["none", "1", "2"], missing: false },
  { kind: "part", name: "year", of: "day", unit: "year" },
  {
    kind: "date",
    name: "day",
    missing: true,
    low: Date.UTC(2020, 0, 1),
    high: Date.UTC(2022, 11, 31),
    format,
  },
];
const schema = [
  { name: "size", type: "categorical", levels: ["few", "many"] },
  { name: "pieces", type: "numeric" },
  { name: "phone", type: "boolean", levels: ["No", "Yes"] },
  { name: "lines", type: "categorical", levels: ["none", "1", "2"] },
  { name: "year", type: "numeric" },
  { name: "day", type: "date" },
] as const;
const drawn = { atoms: [], missing: false, low: 0, high: 0 } as const;
const variables: DrawnVariable[] = [
  { name: "pieces", kind: "number", labels: ["other"], seen: [0], ...drawn },
  { name: "lines", kind: "levels", labels: ["none", "1", "2"], seen: [0, 1, 2], ...drawn },
  { name: "day", kind: "number", labels: ["other"], seen: [0], ...drawn },
];
const parts = {
  schema,
  variables,
  structure: { version: 1, minCount: 5, columns: plans, combinations: [], exclusions: [], orders: [] },
} as const;
const wishes = (where: Where) => wishesOf(parts, resolveWhere(where, schema));

test("wishesOf() keeps each of two conditions that one column answers, whichever column comes first", () => {
  expect(wishes({ size: "few", pieces: { from: 3 } }).columns.get("pieces")?.range).toEqual({
    from: 3,
    to: 5,
  });
  expect(wishes({ size: "many", pieces: ["3", "9"] }).columns.get("pieces")?.values).toEqual([9]);
  expect(wishes({ year: 2021, day: { from: "2021-06-01" } }).columns.get("day")?.range).toEqual({
    from: Date.UTC(2021, 5, 1),
    to: Date.UTC(2022, 0, 1) - 43_200_000,
  });
  expect(wishes({ year: null, day: null }).columns.get("day")?.missing).toBe(true);
  expect(wishes({ phone: "Yes", lines: ["none", "2"] }).cells.get(1)).toEqual(Uint8Array.of(0, 0, 1));
});

test("wishesOf() ends a band below its cut, on the number's grid: rounding would reach the next band", () => {
  const range = (level: string) => wishes({ size: level }).columns.get("pieces")?.range;
  expect(range("few")).toEqual({ from: -Infinity, to: 5 });
  expect(range("many")).toEqual({ from: 6, to: Infinity });
});

test("wishesOf() refuses conditions that no value answers together, and names the other one", () => {
  const refusal = (where: Where) => expect(() => wishes(where));
  refusal({ size: "few", pieces: { from: 10 } }).toThrow(
    "where pieces: it must go with the condition on size",
  );
  refusal({ year: 2021, day: "2022-06-01" }).toThrow("where day: it must go with the condition on year");
  refusal({ year: null, day: "2022-06-01" }).toThrow("where day: it must go with the condition on year");
  refusal({ phone: "No", lines: "2" }).toThrow("where lines: it must go with the condition on phone");
  refusal({ phone: null }).toThrow("where phone: rows are only made with No, Yes");
});
