import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { describeLosses } from "../../../src/synthesis/structure/losses";
import { cellsOf, type LookupPlan, type Variable } from "../../../src/synthesis/structure/structure";
import { reduceTable } from "../../../src/synthesis/structure/variables";

test("describeLosses(structure) names a number that few rows turn into one value", () => {
  const lines = Array.from({ length: 12 }, (_, i) => `${i % 3},${i}`);
  const { table } = parseCsv(`rooms,metres\n${lines.join("\n")}\n`);
  expect(describeLosses(discoverStructure(table, seeded(1)))).toEqual([
    "rooms: fewer than 5 rows share where its values begin or end; every row gets one value from in between",
  ]);
});

/** Towns with a zip code each, and a region and a coast that have several; twenty towns of two rows, without a coast. */
function towns(): Table {
  const lines = Array.from({ length: 400 }, (_, i) => {
    const k = i < 360 ? i % 4 : 10 + ((i - 360) >> 1);
    return `town${k},${4000 + 10 * k},${k % 2 === 0 ? "north" : "south"},${k < 10 ? ["low", "steep"][k % 2] : "none"}`;
  });
  return parseCsv(`town,zip,region,coast\n${lines.join("\n")}\n`).table;
}

test("discoverStructure(table) lets others stand in together for rare levels that go together", () => {
  const from = towns();
  const structure = discoverStructure(from, seeded(1));
  expect(structure.columns.slice(1)).toMatchObject([
    { kind: "lookup", of: "town", rare: 40 },
    { kind: "lookup", of: "town" },
    // No town that is told has no coast: following from them, that level would be lost.
    { kind: "levels", levels: ["low", "none", "steep"] },
  ]);
  expect(JSON.stringify(structure)).not.toContain("town11");
  const [town] = reduceTable(structure, from);
  const plan = structure.columns[2] as LookupPlan;
  const region = columnNamed(from, "region");
  // A rare town's region is that of the town that stands in for it: no region gets fewer rows.
  for (const [i, code] of cellsOf(town).entries())
    expect(plan.levels[plan.map[code]]).toBe(cellText(region, i));
});

test("reduceTable(structure, table) does so where no rule was searched for", () => {
  const from = towns();
  const [town, zip, region] = reduceTable(discoverStructure(from, seeded(1), { search: false }), from);
  const pairs = (a: Variable, b: Variable) => new Set(cellsOf(a).map((cell, i) => 10 * cell + cellsOf(b)[i]));
  expect([pairs(town, zip).size, pairs(town, region).size]).toEqual([4, 4]);
});

test("describeLosses(structure) counts the rows of a number that few customers share", () => {
  const lines = Array.from(
    { length: 340 },
    (_, i) => `C${1000 + (i < 300 ? i % 60 : 60)},${i < 300 ? 9 + (i % 2) : 77}`,
  );
  const { table } = parseCsv(`customer_id,price\n${lines.join("\n")}\n`);
  expect(describeLosses(discoverStructure(table, seeded(1)))).toContain(
    "price: up to 40 rows have a number that fewer than 5 customers share; the other numbers stand in for it",
  );
});

test("what lies far beyond all others or between their steps is said, and how identifiers are written by level", () => {
  const rng = seeded("far");
  const lines = Array.from({ length: 600 }, (_, i) => {
    const income = i === 7 ? 98_765_432 : i === 9 ? 45_123.45 : 1000 * (20 + Math.floor(rng.uniform() * 70));
    const city = ["Bonn", "Kiel", "Ulm", "Ulm"][Math.floor(rng.uniform() * 4)];
    // Some of one town begin as another's.
    const code = { Bonn: "53", Kiel: i % 25 === 0 ? "53" : "24", Ulm: `8${Math.floor(rng.uniform() * 10)}` }[
      city
    ];
    return `${income},${city},${code}${String(Math.floor(rng.uniform() * 1e6)).padStart(6, "0")},${i % 7}`;
  });
  const { table } = parseCsv(`income,city,meter_no,calls\n${lines.join("\n")}\n`);
  const told = describeLosses(discoverStructure(table, seeded(1)));
  expect(told).toContain(
    "numbers that fewer than 5 rows share and lie far beyond all others are left out: income (up to 5 rows)",
  );
  expect(told).toContain(
    "numbers between the steps on which nearly all lie are moved onto them: income (up to 5 rows)",
  );
  expect(told.join("\n")).toContain(
    "meter_no: how it begins or is written goes with city in the data, but not in those made up",
  );
  expect(told.join("\n")).not.toContain("calls");
});
