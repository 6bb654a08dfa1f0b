import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import type { Condition } from "../../../src/synthesis/conditions";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { freshKeys } from "../../../src/synthesis/structure/keys/fresh-keys";
import { keyPlanOf } from "../../../src/synthesis/structure/keys/key-plan-of";

const day = 86_400_000;
const first = Date.UTC(2021, 0, 3);

/** Contracts with a start, an end so many days later, and what hangs on the start: month, quarter, year. */
function contracts(): Table {
  const rng = seeded("contracts");
  const lines = Array.from({ length: 300 }, () => {
    const start = new Date(first + Math.floor(700 * rng.uniform()) * day);
    const days = 1 + Math.floor(300 * rng.uniform());
    const end = new Date(start.getTime() + days * day).toISOString().slice(0, 10);
    const [text, month] = [start.toISOString().slice(0, 10), start.getUTCMonth()];
    const quarter = `${start.getUTCFullYear()}Q${1 + Math.floor(month / 3)}`;
    return [text, days, end, text.slice(0, 7), quarter, start.getUTCFullYear()].join(",");
  });
  return parseCsv(`start,days,end,month,quarter,year\n${lines.join("\n")}\n`).table;
}

describe("rules between dates", () => {
  test("are found, and hold in every synthetic row and under conditions", async () => {
    const from = contracts();
    const rules = describeStructure(discoverStructure(from, seeded(1))).join("\n");
    expect(rules).toContain("days = end − start, dates in days");
    expect(rules).toContain("month is the month of start.");
    expect(rules).toContain("year is the year of start.");
    expect(rules).toContain("quarter is the quarter of start.");
    const model = await sequential()(from, seeded(1));
    const asked: Readonly<Record<string, Condition>>[] = [
      {},
      { month: "2021-05" },
      { year: { from: 2022 }, days: { from: 100 } },
    ];
    for (const where of asked) {
      const made = model.sample(150, seeded(2), { where });
      const of = (name: string, i: number): string => cellText(columnNamed(made, name), i);
      for (let i = 0; i < made.rows; i++) {
        const start = of("start", i);
        expect(Number(of("days", i))).toBe((Date.parse(of("end", i)) - Date.parse(start)) / day);
        expect(of("month", i)).toBe(start.slice(0, 7));
        expect(of("year", i)).toBe(start.slice(0, 4));
        expect(of("quarter", i)).toBe(`${start.slice(0, 4)}Q${Math.ceil(Number(start.slice(5, 7)) / 3)}`);
        if (where.month) expect(start.slice(0, 7)).toBe("2021-05");
        if (where.year) expect(start >= "2022" && Number(of("days", i)) >= 100).toBe(true);
      }
    }
  });

  test("are not seen where many rows break them", () => {
    const { columns, rows } = contracts();
    const broken = columns.map((one) =>
      one.name === "month" && one.type === "date"
        ? { ...one, values: one.values.map((value, i) => (i % 20 === 7 ? "2020-12" : value)) }
        : one,
    );
    const rules = describeStructure(discoverStructure({ rows, columns: broken }, seeded(1))).join("\n");
    expect(rules).not.toContain("month is the month of");
  });
});

test("a number between no repeated ends is hardly ever an end itself", async () => {
  const rng = seeded("ends");
  const from = parseCsv(`x\n${Array.from({ length: 200 }, () => rng.uniform()).join("\n")}\n`).table;
  const { columns } = (await sequential()(from, seeded(1))).sample(4000, seeded(2));
  const values = columns[0].type === "numeric" ? Array.from(columns[0].values) : [];
  expect(new Set(values).size).toBeGreaterThan(3995);
});

test("keyPlanOf(addresses, rng) keeps domains that enough rows share, and their shares", () => {
  const known = Array.from({ length: 200 }, (_, i) => `user${i}@mail.${i % 4 === 0 ? "org" : "com"}`);
  const plan = keyPlanOf([...known, "one@rare.example"], seeded(1));
  const made = freshKeys(plan, 0, 2000);
  expect(new Set(made).size).toBe(2000);
  expect(made.filter((key) => known.includes(key))).toEqual([]);
  expect(made.every((key) => /^user\d+@mail\.(org|com)$/.test(key))).toBe(true);
  expect(made.filter((key) => key.endsWith("org")).length / 2000).toBeCloseTo(0.25, 1);
  expect(JSON.stringify(plan)).not.toContain("rare");
});
