import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

function tableOf(header: string, rows: number, line: (uniform: () => number) => readonly unknown[]): Table {
  const rng = seeded(header);
  const lines = Array.from({ length: rows }, () => line(() => rng.uniform()).join(","));
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

const rulesOf = (from: Table): readonly string[] => describeStructure(discoverStructure(from, seeded(1)));
const cell = (from: Table, name: string, i: number): string => cellText(columnNamed(from, name), i);

test("logarithms, roots, reciprocals and lines of them are computed", async () => {
  const wages = tableOf("wage,lwage,calls,lcalls,rate,paid,points", 300, (uniform) => {
    const wage = Number((4 + 60 * uniform() ** 2).toFixed(2));
    const calls = Math.floor(40 * uniform() ** 3);
    const paid = Math.floor(1e6 * uniform() ** 2);
    return [
      wage,
      Math.log(wage).toPrecision(15),
      calls,
      Math.log1p(calls).toPrecision(15),
      (10 / (calls + 1)).toPrecision(15),
      paid,
      (3 + 0.5 * Math.sqrt(paid)).toFixed(2),
    ];
  });
  const rules = rulesOf(wages).filter((rule) => rule.includes("="));
  expect(rules).toEqual([
    "lwage = ln(wage), rounded.",
    "lcalls = ln(1 + calls), rounded.",
    "rate = 10 ÷ (calls + 1), rounded.",
    "points = 3 + √paid ÷ 2, rounded.",
  ]);
  const model = await sequential()(wages, seeded(1));
  const made = model.sample(200, seeded(2), { where: { lwage: { from: 2, to: 3 } } });
  for (let i = 0; i < made.rows; i++) {
    const wage = Number(cell(made, "wage", i));
    expect(Math.abs(Number(cell(made, "lwage", i)) - Math.log(wage))).toBeLessThan(1e-13);
    expect(wage >= Math.exp(2) && wage <= Math.exp(3)).toBe(true);
    const points = 3 + 0.5 * Math.sqrt(Number(cell(made, "paid", i)));
    expect(Math.abs(Number(cell(made, "points", i)) - points)).toBeLessThan(0.00501);
  }
});

test("what bends too little to be told from a line, or has few different numbers, is no curve", () => {
  const years = tableOf("year,index,stars,score,noise", 300, (uniform) => {
    const [year, stars] = [2000 + Math.floor(20 * uniform()), 1 + Math.floor(5 * uniform())];
    const noise = (1 + 10 * uniform()).toFixed(1);
    return [year, Math.round(30 * year ** 0.9), stars, (10 * Math.sqrt(stars)).toFixed(0), noise];
  });
  expect(rulesOf(years).filter((rule) => /ln|√|exp|log/.test(rule))).toEqual([]);
});

test("a number of which each value of another one has its own is a table of pairs, be it up and down", async () => {
  const places: Record<number, readonly [number, number]> = {};
  const rng = seeded("places");
  for (let year = 1963; year < 1993; year++)
    places[year] = [
      Number((30 + 3 * (year - 1963) + 2 * rng.uniform()).toFixed(1)),
      Math.floor(900 * rng.uniform()),
    ];
  const panel = tableOf("year,cpi,strikes,own,away,sales", 900, (uniform) => {
    const year = 1963 + Math.floor(30 * uniform());
    const own = [-2.02, -1, -0.02, 0.98, 2][Math.floor(5 * uniform())];
    return [
      year,
      ...places[year],
      (own ** 2).toFixed(4),
      ((own - 0.53) ** 2).toFixed(4),
      (90 * uniform()).toFixed(1),
    ];
  });
  const rules = rulesOf(panel);
  for (const [name, of] of [
    ["cpi", "year"],
    ["strikes", "year"],
    ["away", "own"],
  ])
    expect(rules.join("\n")).toMatch(
      new RegExp(`${name} (= \\(by ${of}: |follows from ${of} by a table of \\d+ steps)`),
    );
  expect(Math.max(...rules.map((rule) => rule.length))).toBeLessThan(200);
  const model = await sequential()(panel, seeded(1));
  const made = model.sample(400, seeded(2), { where: { strikes: { from: 0, to: 450 } } });
  expect(made.rows).toBe(400);
  for (let i = 0; i < made.rows; i++) {
    expect([cell(made, "cpi", i), cell(made, "strikes", i)]).toEqual(
      places[Number(cell(made, "year", i))].map(String),
    );
    expect(Number(cell(made, "strikes", i))).toBeLessThanOrEqual(450);
  }
});

test("a value that fewer rows share than may be told makes no table", () => {
  let row = 0;
  const panel = tableOf("year,cpi,sales", 304, (uniform) => {
    const year = row < 300 ? 1980 + (row % 30) : 2010;
    row++;
    return [year, (Math.sin(year) * 100).toFixed(1), (90 * uniform()).toFixed(1)];
  });
  expect(rulesOf(panel).filter((rule) => rule.startsWith("cpi ="))).toEqual([]);
});
