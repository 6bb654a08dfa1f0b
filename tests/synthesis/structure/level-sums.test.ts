import { describe, expect, test } from "vitest";
import { type Rng, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const cents = (value: number): number => Math.round(value * 100 + 1e-7) / 100;
const one = <T>(rng: Rng, ...of: readonly T[]): T => of[Math.floor(of.length * rng.uniform())];

/** A table of 900 rows, each as `row` gives it. */
function tableOf(names: string, row: (rng: Rng) => readonly (string | number)[]): Table {
  const rng = seeded(names);
  const text = Array.from({ length: 900 }, () => row(rng).join(",")).join("\n");
  return parseCsv(`${names}\n${text}\n`).table;
}

/** Of 1,000 rows drawn from what was learnt of the table those that are not `right`. */
async function broken(from: Table, right: (...cells: string[]) => boolean): Promise<number> {
  const made = (await sequential()(from, seeded(1))).sample(1000, seeded(2));
  const rows = Array.from({ length: made.rows }, (_, i) => made.columns.map((column) => cellText(column, i)));
  return rows.filter((cells) => !right(...cells)).length;
}

const announced = (from: Table): readonly string[] => describeStructure(discoverStructure(from, seeded(1)));

const plans: Record<string, number> = { S: 19.99, M: 29.99, L: 39.99 };
const options: Record<string, number> = { none: 0, TV: 10, "TV+": 17.5 };

describe("a sum of amounts by the levels of columns", () => {
  const bill = (plan: string, tv: string, usage: number): number => cents(plans[plan] + options[tv] + usage);
  test("is found beside another number, and kept to the cent", async () => {
    const bills = tableOf("plan,tv,usage,bill", (rng) => {
      const [plan, tv] = [one(rng, "S", "M", "L"), one(rng, "none", "TV", "TV+")];
      const usage = cents(-6 * Math.log(1 - rng.uniform()));
      return [plan, tv, usage, bill(plan, tv, usage)];
    });
    expect(announced(bills)).toContain(
      "bill = usage + (by plan: L → 39.99, M → 29.99, S → 19.99) + (by tv: TV → 10, TV+ → 17.5, none → 0), rounded.",
    );
    expect(await broken(bills, (plan, tv, usage, own) => Number(own) === bill(plan, tv, Number(usage)))).toBe(
      0,
    );
  });
  test("counts how many columns say yes, and leaves nothing to draw", async () => {
    const services = tableOf("a,b,c,d,count", (rng) => {
      const own = Array.from({ length: 4 }, () => (rng.uniform() < 0.4 ? "Yes" : "No"));
      return [...own, own.filter((cell) => cell === "Yes").length];
    });
    const told = announced(services);
    expect(told.filter((rule) => rule.includes("difference"))).toEqual([]);
    const yes = (cells: readonly string[]): number => cells.filter((cell) => cell === "Yes").length;
    expect(await broken(services, (...cells) => yes(cells.slice(0, 4)) === Number(cells[4]))).toBe(0);
  });
  test("is none where the amounts hold for nearly all rows, or where chance makes them", () => {
    let row = 0;
    const nearly = tableOf("plan,tv,usage,bill", (rng) => {
      const [plan, tv, usage] = [one(rng, "S", "M", "L"), one(rng, "none", "TV"), cents(20 * rng.uniform())];
      return [plan, tv, usage, cents(bill(plan, tv, usage) + (row++ % 50 === 0 ? 3 : 0))];
    });
    expect(announced(nearly).filter((rule) => rule.startsWith("bill = usage"))).toEqual([]);
    const noise = tableOf("a,b,c,x", (rng) => [
      one(rng, "p", "q", "r"),
      one(rng, "s", "t"),
      one(rng, "u", "v"),
      one(rng, 0, 1, 2),
    ]);
    expect(announced(noise).filter((rule) => rule.startsWith("x ="))).toEqual([]);
  });
});

test("a number in steps of a half follows from nothing, though it is the mean of its neighbours", () => {
  const halves = tableOf("a,b", (rng) => [
    Math.floor(900 * rng.uniform()),
    Math.floor(900 * rng.uniform()) / 2,
  ]);
  expect(announced(halves).filter((rule) => rule.startsWith("b ="))).toEqual([]);
});
