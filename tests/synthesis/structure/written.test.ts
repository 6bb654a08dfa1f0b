import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type Table,
  takeTableRows,
} from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const day = 86_400_000;

/** What a day is written as: its ISO week, quarter, half, business year from April, and month and week as numbers. */
function writtenAs(time: number): readonly string[] {
  const [at, thursday] = [
    new Date(time),
    new Date(time + (3 - ((new Date(time).getUTCDay() + 6) % 7)) * day),
  ];
  const [year, month, weekYear] = [at.getUTCFullYear(), at.getUTCMonth(), thursday.getUTCFullYear()];
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(weekYear, 0, 1)) / (7 * day));
  const business = (month < 3 ? year - 1 : year) % 100;
  return [
    `${weekYear}-W${String(week).padStart(2, "0")}`,
    `Q${1 + Math.floor(month / 3)} ${year}`,
    `${year}H${month < 6 ? 1 : 2}`,
    `FY${business}/${business + 1}`,
    String(100 * year + month + 1),
    String(100 * weekYear + week),
    `KW ${week}`,
  ];
}

const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Days of three years, few in each week, and what they are written as. */
function days(count: number, odd = 0): Table {
  const rng = seeded("days");
  const lines = Array.from({ length: count }, (_, i) => {
    const time = Date.UTC(2021, 10, 3) + Math.floor(1100 * rng.uniform()) * day;
    return [iso(time), ...writtenAs(i < odd ? time - 400 * day : time), Math.floor(100 * rng.uniform())].join(
      ",",
    );
  });
  return parseCsv(`day,week,quarter,half,business,month,weeks,kw,amount\n${lines.join("\n")}\n`).table;
}

/** How many rows break a rule. */
function broken(from: Table): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const [at, ...texts] = from.columns.map((column) => cellText(column, i));
    if (writtenAs(Date.parse(at)).some((text, k) => text !== texts[k])) count++;
  }
  return count;
}

function asTexts(from: Table, name: string): readonly string[] {
  const column = columnNamed(from, name);
  return Array.from({ length: from.rows }, (_, i) => cellText(column, i));
}

/** Without every other cell of the week, its number and the business year. */
function holed(column: Column, j: number): Column {
  return isCategorical(column) && j % 3 === 1
    ? { ...column, codes: column.codes.map((code, i) => (i % 2 === 0 ? -1 : code)) }
    : column;
}

describe("levels and numbers that a date is written as", () => {
  const from = days(900);

  test("are found by their form, told in words and written from the date, also where few rows or none have them", async () => {
    const model = await sequential()(from, seeded(1));
    const told = describeStructure(model.structure);
    expect(told).toContain("week is the week of day.");
    expect(told).toContain("quarter is the quarter of day.");
    expect(told).toContain("business is day written as FY{year from month 4}/{year to month 3}.");
    expect(told).toContain("month = 100 × the year of day + the number of its month, from 1.");
    expect(told).toContain("weeks = 100 × the year of weeks of day + the number of its week, from 1.");
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    const made = loaded.sample(2000, seeded(2));
    expect([broken(from), broken(made)]).toEqual([0, 0]);
    expect(made.columns[1].type).toBe(from.columns[1].type);
    const asked = model.sample(50, seeded(3), { where: { week: "2022-W07" } });
    expect([broken(asked), cellText(asked.columns[1], 0)]).toEqual([0, "2022-W07"]);
    // The same number comes back each year.
    const each = model.sample(50, seeded(4), { where: { kw: "KW 7" } });
    expect([broken(each), new Set(asTexts(each, "kw"))]).toEqual([0, new Set(["KW 7"])]);
    const known = takeTableRows(
      from,
      Int32Array.from({ length: 40 }, (_, i) => i),
    );
    const { table: filled } = model.complete({ rows: 40, columns: known.columns.map(holed) }, seeded(5));
    expect([broken(filled), asTexts(filled, "week")]).toEqual([0, asTexts(known, "week")]);
  });

  test("are none where nine rows are written otherwise, or where nothing but chance says so", () => {
    const kindsOf = (table: Table): readonly string[] =>
      discoverStructure(table, seeded(1)).columns.flatMap((plan) =>
        plan.kind === "bands" && plan.pattern && plan.of === "day" ? [plan.name] : [],
      );
    expect(kindsOf(from)).toEqual(["half", "business", "kw"]);
    expect(kindsOf(days(900, 9))).toEqual([]);
    const rng = seeded("shops");
    const shops = Array.from(
      { length: 400 },
      (_, i) => `${iso(19_000 * day + i * day)},H${1 + Math.floor(2 * rng.uniform())}`,
    );
    expect(kindsOf(parseCsv(`day,shop\n${shops.join("\n")}\n`).table)).toEqual([]);
  });
});
