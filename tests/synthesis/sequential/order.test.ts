import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { type Column, cellText, columnNamed, type Table, table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import type { NumberPlan } from "../../../src/synthesis/structure/structure";

function numbersOf(column: Column): Float64Array {
  if (column.type !== "numeric") throw new Error(`${column.name} is numeric`);
  return column.values;
}

test("sequential() draws what a formula reads before what it leaves open, the target, too", async () => {
  const rng = seeded(1);
  const length = 400;
  const months = Float64Array.from({ length }, () => 1 + Math.floor(60 * rng.uniform()));
  const left = Int32Array.from({ length }, () => (rng.uniform() < 0.3 ? 1 : 0));
  const monthly = Float64Array.from(left, (own) => Math.round(100 * (30 + 20 * own + rng.uniform())) / 100);
  const paid = monthly.map((one, i) => Math.round(100 * one * months[i] * (1 + 0.02 * rng.uniform())) / 100);
  const from = table([
    { name: "paid", type: "numeric", values: paid, decimals: 2 },
    { name: "months", type: "numeric", values: months, decimals: 0 },
    { name: "monthly", type: "numeric", values: monthly, decimals: 2 },
    { name: "left", type: "boolean", levels: ["No", "Yes"], codes: left },
  ]);
  const found = discoverStructure(from, seeded(1));
  // As discovery may find them: the total of the monthly charge, and that, but for a rest, of who left.
  const formula = (own: Partial<NonNullable<NumberPlan["formula"]>>): NonNullable<NumberPlan["formula"]> => ({
    ...{ kind: "sum", constant: 0, factors: [], terms: [], effects: [], rest: "difference", otherwise: null },
    error: 0.5,
    ...own,
  });
  const monthlyRest = formula({ constant: 30, effects: [{ column: "left", effects: [0, 20] }] });
  const factors = ["months", "monthly"].map((column) => ({ column, power: 1 as const }));
  const paidRest = formula({ kind: "product", constant: 1, factors, rest: "factor" });
  const structure = {
    ...found,
    orders: [{ low: "monthly", high: "paid" }],
    columns: found.columns.map((plan) => {
      if (plan.kind !== "number") return plan;
      const { formula: _, ...plain } = plan;
      if (plan.name === "monthly") return { ...plain, formula: monthlyRest };
      return plan.name === "paid" ? { ...plain, formula: paidRest } : plain;
    }),
  };
  const model = await sequential({ structure, target: "left", threads: 1 })(from, seeded(2));
  const made = model.sample(300, seeded(3)).columns;
  const [total, one] = [made[0], made[2]].map((column) => numbersOf(column));
  expect(one.every((value, i) => value <= total[i])).toBe(true);
});

test("a target of several levels that other columns go together with has its shares", async () => {
  const rng = seeded("policies");
  const pick = <T>(list: readonly T[]): T => list[Math.floor(rng.uniform() * list.length)];
  const kinds = ["home", "home", "home", "motor", "motor", "motor", "motor", "life", "travel"] as const;
  const sums = { home: [60, 300], motor: [5, 60], life: [50, 300], travel: [2, 10] } as const;
  const steps = { home: 5, motor: 1, life: 50, travel: 2 } as const;
  const lines = Array.from({ length: 2000 }, () => {
    const kind = pick(kinds);
    const term = kind === "life" ? pick([10, 15, 20]) : kind === "travel" ? 1 : pick([1, 1, 3]);
    const own = kind === "life" || kind === "travel" ? "" : pick([150, 300, 500]);
    const [low, high] = sums[kind];
    const sum = steps[kind] * Math.round((low + (high - low) * rng.uniform()) / steps[kind]);
    return [`T${term}`, own === "" ? "" : `D${own}`, `S${sum}`, kind].join(",");
  });
  const { table: from } = parseCsv(`term,own,sum,kind\n${lines.join("\n")}\n`);
  const made = (await sequential({ target: "kind", threads: 1 })(from, seeded(2))).sample(4000, seeded(3));
  const share = (rows: Table, level: string): number => {
    const column = columnNamed(rows, "kind");
    return (
      Array.from({ length: rows.rows }, (_, i) => i).filter((i) => cellText(column, i) === level).length /
      rows.rows
    );
  };
  for (const kind of new Set(kinds))
    expect(Math.abs(share(made, kind) - share(from, kind))).toBeLessThan(0.015);
});
