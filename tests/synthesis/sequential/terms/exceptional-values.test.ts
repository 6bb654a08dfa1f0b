import { expect, test } from "vitest";
import { seeded } from "../../../../src/core/rng";
import { table } from "../../../../src/data/table";
import { sequential } from "../../../../src/synthesis/sequential/sequential";
import { exceptionalValues } from "../../../../src/synthesis/sequential/terms/exceptional-values";
import type { NumberVariable } from "../../../../src/synthesis/structure/structure";

const rows = 3000;

/** Months, and a contract that grows longer with them; the first `fresh` customers have 0 months and contract `start`. */
function customers(fresh: number, start: number) {
  const rng = seeded(11);
  const values = Float64Array.from({ length: rows }, (_, i) =>
    i < fresh ? 0 : 1 + Math.floor(60 * rng.uniform()),
  );
  const contract = Int32Array.from(values, (months, i) => {
    if (i < fresh) return start;
    return rng.uniform() < months / 70 ? 1 : 0;
  });
  const order = Int32Array.from(values.keys()).sort((a, b) => ((a * 7919) % rows) - ((b * 7919) % rows));
  const months = Float64Array.from(order, (i) => values[i]);
  const codes = order.map((i) => contract[i]);
  const one: NumberVariable = {
    ...{ name: "months", kind: "number", values: months, missing: false, atoms: [], low: 0, high: 60 },
    grid: { decimals: 0, step: 1 },
  };
  return { one, codes };
}

const found = ({ one, codes }: ReturnType<typeof customers>): readonly number[] =>
  exceptionalValues(one, [{ cells: codes, count: 2 }], 5);

test("exceptionalValues(…) finds a value whose few rows are unlike those beside it", () => {
  expect(found(customers(9, 1))).toEqual([0]);
});

test("exceptionalValues(…) finds none where the value goes on as its neighbours, or where chance may have made it", () => {
  expect(found(customers(9, 0))).toEqual([]);
  expect(found(customers(0, 0))).toEqual([]);
});

test("exceptionalValues(…) finds none that draws cannot give to the last bit: what a formula leaves open", () => {
  const { one, codes } = customers(9, 1);
  const { grid: _, ...open } = one;
  expect(found({ one: open, codes })).toEqual([]);
  expect(found({ one: { ...open, atoms: [0] }, codes })).toEqual([0]);
});

test("exceptionalValues(…) says nothing of a value that fewer than k rows have", () => {
  expect(found(customers(4, 1))).toEqual([]);
});

test("exceptionalValues(…) counts people where rows have owners", () => {
  const { one, codes } = customers(9, 1);
  const counted = (of: (i: number) => number): readonly number[] =>
    exceptionalValues(one, [{ cells: codes, count: 2 }], 5, Int32Array.from(one.values.keys(), of));
  expect(counted((i) => i)).toEqual([0]);
  expect(counted((i) => (one.values[i] === 0 ? 0 : i))).toEqual([]);
});

test("sequential() has no effects of their own for values that one customer alone has", async () => {
  const { one, codes } = customers(12, 1);
  const names = Array.from(one.values, (months, i) => `C${months === 0 ? 9999 : 1000 + (i >> 1)}`);
  const levels = [...new Set(names)].sort();
  const from = table([
    {
      name: "customer",
      type: "categorical",
      levels,
      codes: Int32Array.from(names, (own) => levels.indexOf(own)),
    },
    { name: "months", type: "numeric", values: one.values, decimals: 0 },
    { name: "contract", type: "boolean", levels: ["month", "year"], codes },
  ]);
  const own = /"kind":"cells"[^}]*"values":\[0[^}]*"scales"/;
  const fit = async (customer: string | false) =>
    JSON.stringify(await sequential({ threads: 1, leftOut: 0, customer })(from, seeded(1)));
  expect(await fit("customer")).not.toMatch(own);
  expect(await fit(false)).toMatch(own);
});

test("sequential() keeps what the rows of an exceptional value have in common", async () => {
  const { one, codes } = customers(12, 1);
  const from = table([
    { name: "months", type: "numeric", values: one.values, decimals: 0 },
    { name: "contract", type: "boolean", levels: ["month", "year"], codes },
  ]);
  const model = await sequential({ threads: 1, leftOut: 0 })(from, seeded(1));
  const [months, contract] = model.sample(20_000, seeded(2)).columns;
  if (months.type !== "numeric" || contract.type !== "boolean") throw new Error("types are kept");
  const years = (own: number): number => {
    const codesOf = [...contract.codes].filter((_, i) => months.values[i] === own);
    return codesOf.filter((code) => contract.levels[code] === "year").length / codesOf.length;
  };
  // 12 of 12 rows; the month after, about 1 in 70. Without an effect of its own, 0 months has .02 as well.
  expect(years(0)).toBeGreaterThan(0.7);
  expect(years(1)).toBeLessThan(0.1);
});
