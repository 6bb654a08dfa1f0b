import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { describeLeaning, describeShifted, shifted } from "../../../src/evaluate/synthetic/shifted/shifted";

/** Customers with a number and a plan; of each customer so many rows. */
function customers(label: string, { plus = 0, shareA = 0.5, rows = 2000, each = 1 } = {}): Table {
  const rng = seeded(8).fork(label);
  const lines = Array.from({ length: rows / each }, (_, who) => {
    const months = 20 + 30 * rng.uniform() + plus;
    const plan = rng.uniform() < shareA ? "A" : rng.uniform() < 0.5 ? "B" : "";
    return Array.from({ length: each }, () => `c${who},${months.toFixed(1)},${plan}`);
  });
  return parseCsv(`who,months,plan\n${lines.flat().join("\n")}\n`, {
    schema: { columns: [{ name: "who", type: "id" }] },
  }).table;
}

const said = (real: Table, made: Table, customer?: string): readonly string[] =>
  shifted(real, made, seeded(1), { customer }).map(describeShifted);

test("shifted(real, synthetic) names means and shares that are off, and the furthest level of a column", () => {
  const found = said(customers("real"), customers("made", { plus: 4, shareA: 0.4 }));
  expect(found[0]).toMatch(/^the mean of months comes out as 39\.\d+ in place of 3[45]\.\d+$/);
  expect(found[1]).toMatch(
    /^the share of plan = A comes out as (38|39|40|41)\.\d% in place of (49|50|51)\.\d%; 1 other level is off, too$/,
  );
  expect(found).toHaveLength(2);
});

test("shifted(real, synthetic) is silent of what chance explains, and of what nobody would mind", () => {
  for (const k of Array.from({ length: 20 }).keys())
    expect(said(customers(`real ${k}`), customers(`made ${k}`))).toEqual([]);
  const large = customers("many", { rows: 40_000 });
  expect(said(large, customers("more", { rows: 40_000, plus: 0.8 }))).toEqual([]);
});

test("shifted(real, synthetic) counts customers, not their rows", () => {
  const [real, made] = [customers("real", { each: 50 }), customers("made", { each: 50, plus: 4 })];
  expect(said(real, made)).not.toEqual([]);
  const by = shifted(real, made, seeded(1), { customer: "who" });
  expect(by.filter(({ customers }) => customers === undefined)).toEqual([]);
});

test("describeLeaning(shifted) says which share leans on few customers the most, and of so many that none does", () => {
  const off = (each: number) =>
    shifted(
      customers("real", { each, rows: 4000 }),
      customers("made", { each, rows: 4000, shareA: each > 10 ? 0.35 : 0.5 }),
      seeded(1),
      { customer: "who" },
    );
  expect(describeLeaning(off(50))).toEqual([
    expect.stringMatching(
      /^the share of plan = [AB] comes out as [\d.]+% in place of [\d.]+%.*, as 80 customers are few and some are left out: give more of them, or count rows \(--no-customer\)$/,
    ),
  ]);
  expect(describeLeaning(off(2))).toEqual([]);
});

test("shifted(real, synthetic) calls it grave that a level of many rows is gone, or that other cells are missing", () => {
  const table = (label: string, none: number, gone: number): Table => {
    const rng = seeded(3).fork(label);
    const lines = Array.from({ length: 2000 }, (_, i) => {
      const plan = rng.uniform() < none ? "none" : i % 2 === 0 ? "Basic" : "Pro";
      return `${plan},${rng.uniform() < gone ? "" : i % 97},${i % 31}`;
    });
    return parseCsv(`plan,paid,all\n${lines.join("\n")}\n`).table;
  };
  const found = shifted(table("real", 0.3, 0.6), table("made", 0, 0.45), seeded(1));
  expect(found.map(({ column, level, grave }) => [column, level, grave])).toEqual([
    ["plan", "none", true],
    ["paid", "(missing)", true],
  ]);
  expect(describeShifted(found[0])).toMatch(
    /^the share of plan = none comes out as 0.0% in place of (29|30|31)/,
  );
  const near = shifted(table("real", 0.3, 0.6), table("made", 0.1, 0.53), seeded(1));
  expect(near.filter(({ grave }) => grave)).toEqual([]);
  expect(shifted(table("real", 0.3, 0.6), table("again", 0.3, 0.6), seeded(1))).toEqual([]);
});
