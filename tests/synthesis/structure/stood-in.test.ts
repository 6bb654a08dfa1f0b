import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const day = 86_400_000;
const closed = Date.UTC(2024, 0, 1);
const iso = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Whole months from one date to another. */
function monthsBetween(from: number, to: number): number {
  const [a, b] = [new Date(from), new Date(to)];
  const months = 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
  return months - (b.getUTCDate() < a.getUTCDate() ? 1 : 0);
}

/** Customers, some of whom have cancelled: the others' tenure is up to the day on which the table was closed, or up to any day. */
function customers(until: (uniform: number) => number = () => closed): Table {
  const rng = seeded("tenure");
  const lines = Array.from({ length: 500 }, () => {
    const signup = Date.UTC(2019, 0, 1) + Math.floor(1500 * rng.uniform()) * day;
    const left = rng.uniform() < 0.4;
    const span = Math.floor((rng.uniform() * (closed - signup)) / day) * day;
    const end = left ? signup + span : until(rng.uniform());
    const [days, months] = [(end - signup) / day, monthsBetween(signup, end)];
    return [iso(signup), left ? iso(end) : "", days, months, left ? "yes" : "no"].join(",");
  });
  return parseCsv(`signup,cancelled,days,months,churn\n${lines.join("\n")}\n`).table;
}

/** The rows whose tenure is not what the dates say. */
function broken(from: Table): number {
  const of = (name: string, i: number): string => cellText(columnNamed(from, name), i);
  return Array.from({ length: from.rows }, (_, i) => i).filter((i) => {
    const signup = Date.parse(of("signup", i));
    const end = of("cancelled", i) === "" ? closed : Date.parse(of("cancelled", i));
    const days = Number(of("days", i)) === (end - signup) / day && of("days", i) !== "";
    return !days || Number(of("months", i)) !== monthsBetween(signup, end);
  }).length;
}

describe("a tenure up to the day on which the table was closed, where no end is there", () => {
  const rules = [
    "days = cancelled (2024-01-01 where missing) − signup, dates in days, rounded.",
    "months = months from signup to cancelled (2024-01-01 where missing), rounded down.",
  ];

  test("is announced with that day and kept in every row, by every method, also where it is asked for", async () => {
    expect(describeStructure(discoverStructure(customers(), seeded(1)))).toEqual(
      expect.arrayContaining(rules),
    );
    for (const method of [sequential(), copula()]) {
      const model = loadSynthesiser(
        JSON.parse(JSON.stringify((await method(customers(), seeded(1))).toJSON())),
      );
      const made = model.sample(1000, seeded(2));
      expect(broken(made)).toBe(0);
      const open = Array.from({ length: made.rows }, (_, i) => cellText(columnNamed(made, "cancelled"), i));
      expect(open.filter((cell) => cell === "").length).toBeGreaterThan(500);
    }
    const model = await sequential()(customers(), seeded(1));
    const asked = model.sample(60, seeded(3), { where: { months: { from: 30 }, churn: "no" } });
    expect(broken(asked)).toBe(0);
  });

  test("is not made up where no one day gives the tenure, and the rule says where it holds", () => {
    const any = customers((uniform) => closed - Math.floor(200 * uniform) * day);
    const told = describeStructure(discoverStructure(any, seeded(1)));
    expect(told).toContain("days = cancelled − signup, dates in days, rounded, where cancelled is there.");
    expect(told.join()).not.toContain("where missing");
  });
});

test("a class of contracts without a rule is drawn and named, those with one keep theirs", async () => {
  const rng = seeded("agreed");
  const terms: Readonly<Record<string, number>> = { monthly: 1, yearly: 12, "two years": 24 };
  const lines = Array.from({ length: 600 }, () => {
    const start = Date.UTC(2020, 0, 1) + Math.floor(1200 * rng.uniform()) * day;
    const term = ["monthly", "yearly", "two years", "agreed"][Math.floor(4 * rng.uniform())];
    const end =
      term in terms ? monthsLater(start, terms[term]) - day : start + Math.ceil(300 * rng.uniform()) * day;
    return [iso(start), term, iso(end), Math.floor(90 * rng.uniform())].join(",");
  });
  const from = parseCsv(`start,terms,end,fee\n${lines.join("\n")}\n`).table;
  expect(describeStructure(discoverStructure(from, seeded(1)))).toContain(
    "end = (by terms: agreed → drawn, monthly → start + 1 month − 1 day, two years → start + 24 months − 1 day, yearly → start + 12 months − 1 day).",
  );
  for (const method of [sequential(), copula()]) {
    const read = loadSynthesiser(JSON.parse(JSON.stringify((await method(from, seeded(1))).toJSON())));
    const made = read.sample(1000, seeded(2));
    const cells = ["start", "terms", "end"].map((name) => columnNamed(made, name));
    const rows = Array.from({ length: made.rows }, (_, i) => cells.map((column) => cellText(column, i)));
    const wrong = rows.filter(([start, term, end]) =>
      term in terms ? monthsLater(Date.parse(start), terms[term]) - day !== Date.parse(end) : start > end,
    );
    expect(wrong).toEqual([]);
    const drawn = rows
      .filter(([, term]) => term === "agreed")
      .map((row) => Date.parse(row[2]) - Date.parse(row[0]));
    expect(drawn.reduce((sum, span) => sum + span / day, 0) / drawn.length).toBeCloseTo(150, -2);
  }
});

/** The same day so many months later, or the month's last. */
function monthsLater(time: number, months: number): number {
  const [at, end] = [new Date(time), new Date(time)];
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months + 1, 0);
  return Date.UTC(end.getUTCFullYear(), end.getUTCMonth(), Math.min(at.getUTCDate(), end.getUTCDate()));
}
