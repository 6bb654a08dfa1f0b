import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { type Table, takeTableRows } from "../../../src/data/table";
import { describeLearnt, learntRows } from "../../../src/evaluate/synthetic/learnt-rows";
import { lossSentences } from "../../../src/evaluate/synthetic/losses";
import { syntheticReport } from "../../../src/evaluate/synthetic/report";

/** Customers, of whom spend tells each from most others where it has many values. */
function customers(label: string, values: number, rows = 400): Table {
  const rng = seeded(5).fork(label);
  const lines = Array.from({ length: rows }, (_, i) => {
    const months = 1 + Math.floor(40 * rng.uniform());
    return `${label}${1000 + i},${"abc"[Math.floor(3 * rng.uniform())]},${months},${Math.floor(values * rng.uniform())}`;
  });
  return parseCsv(`id,plan,months,spend\n${lines.join("\n")}\n`).table;
}
const first = (from: Table, rows: number) => takeTableRows(from, [...Array(rows).keys()]);
const real = customers("R", 500_000);
const others = customers("O", 500_000);

describe("learntRows(real, { synthetic, holdout })", () => {
  test("counts rows that were learnt from, whatever their identifiers", () => {
    expect(learntRows(real, { synthetic: others, holdout: customers("S", 500_000) })).toEqual([]);
    expect(learntRows(real, { synthetic: real, holdout: first(real, 100) })).toEqual([
      { of: "held-out", rows: 100, learnt: 100, chance: 0 },
      { of: "synthetic", rows: 400, learnt: 400, chance: 0 },
    ]);
    const mixed = takeTableRows(
      real,
      [...Array(400).keys()].map((i) => Math.min(i, 8)),
    );
    expect(learntRows(real, { synthetic: mixed })).toMatchObject([{ of: "synthetic", learnt: 400 }]);
  });

  test("takes rows that repeat by chance for no copies", () => {
    const few = customers("R", 3);
    expect(learntRows(few, { synthetic: customers("O", 3), holdout: customers("S", 3, 200) })).toEqual([]);
    expect(learntRows(customers("R", 30), { synthetic: customers("O", 30) })).toEqual([]);
    const [one] = learntRows(customers("R", 30), { synthetic: customers("R", 30) });
    expect(describeLearnt(one)).toMatch(
      /^400 of 400 synthetic rows \(100\.0%\) are rows that were learnt from/,
    );
  });

  test("goes by all rows where those judged were drawn", () => {
    const rows = { real: 40_000 };
    expect(
      learntRows(real, { synthetic: others }, { rows, copies: { synthetic: 0.5, holdout: 0 } }),
    ).toMatchObject([{ of: "synthetic", learnt: 200 }]);
  });
});

test("syntheticReport(plan) says first that held-out rows were learnt from, and judges nothing by them", async () => {
  const found = await syntheticReport({ real, synthetic: others, holdout: first(real, 150) }, seeded(1));
  expect(lossSentences(found)[0]).toMatch(/^150 of 150 held-out rows .* nothing is judged by them/);
  expect(found.privacy).toBeUndefined();
  expect(found.fresh).toBeUndefined();
  const apart = await syntheticReport(
    { real, synthetic: others, holdout: customers("S", 500_000) },
    seeded(1),
  );
  expect(apart.learntRows).toBeUndefined();
  expect(apart.privacy).toBeDefined();
});
