import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { describeNotDetermined, notDetermined } from "../../../src/evaluate/synthetic/determined";

/** Rows of numbers from 0 to 1, made into cells. */
function table(
  header: string,
  rows: number,
  seed: number,
  row: (u: () => number, i: number) => unknown[],
): Table {
  const rng = seeded(seed);
  const lines = Array.from({ length: rows }, (_, i) => row(() => rng.uniform(), i).join());
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

const day = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, 10);
const names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Invoices whose status and weekday follow from dates; with `right` false by chance. */
function invoices(rows: number, seed: number, right: boolean): Table {
  return table("id,sent,due,paid,amount,status,weekday", rows, seed, (u, i) => {
    const sent = 19_000 + Math.floor(600 * u());
    const due = sent + [14, 30, 60][Math.floor(3 * u())];
    const paid = u() < 0.2 ? undefined : sent + Math.floor(90 * u());
    const status = paid === undefined ? "open" : paid > due ? "late" : "paid";
    const other = ["open", "late", "paid"][Math.floor(3 * u())];
    const weekday = names[new Date((right ? sent : sent + Math.floor(7 * u())) * 86_400_000).getUTCDay()];
    return [
      i,
      day(sent),
      day(due),
      paid === undefined ? "" : day(paid),
      (90 * u()).toFixed(2),
      right ? status : other,
      weekday,
    ];
  });
}

test("notDetermined(real, synthetic) names what follows from a comparison of dates, or from a date's weekday", () => {
  const real = invoices(2000, 1, true);
  const found = notDetermined(real, invoices(1500, 2, false), seeded(1));
  expect(found.map(({ what, by }) => [what, [...by].sort()])).toEqual([
    ["weekday", ["sent"]],
    ["status", ["due", "paid"]],
  ]);
  for (const { real: kept, synthetic } of found) {
    expect(kept).toBeGreaterThan(0.98);
    expect(synthetic).toBeLessThan(0.5);
  }
  expect(describeNotDetermined(found[0])).toMatch(
    /^weekday follows from sent, as a tree tells it, in 100\.0% of the real rows and in 1\d\.\d% of the synthetic ones/,
  );
  // New rows of the same kind keep it all.
  expect(notDetermined(real, invoices(1500, 3, true), seeded(1))).toEqual([]);
});

test("notDetermined(real, synthetic) names what follows from the month of a date: a quarter", () => {
  const bills = (seed: number, right: boolean): Table =>
    table("id,sent,quarter", 2000, seed, (u, i) => {
      const sent = 7000 + Math.floor(9000 * u());
      const month = right ? new Date(sent * 86_400_000).getUTCMonth() : 12 * u();
      return [i, day(sent), `Q${1 + Math.floor(month / 3)}`];
    });
  const found = notDetermined(bills(1, true), bills(2, false), seeded(1));
  expect(found.map(({ what, by }) => [what, by])).toEqual([["quarter", ["sent"]]]);
});

test("notDetermined(real, synthetic) says nothing of what a tree cannot tell, of chance, and of a few rows", () => {
  const noise = (seed: number) =>
    table("a,b,c,flag,parity", 1500, seed, (u) => {
      const [a, b] = [Math.floor(1000 * u()), Math.floor(1000 * u())];
      return [a, b, u().toFixed(3), u() < 0.3 ? "yes" : "no", (a * b) % 7 < 3 ? "x" : "y"];
    });
  expect(notDetermined(noise(1), noise(2), seeded(1))).toEqual([]);
  expect(notDetermined(invoices(150, 1, true), invoices(150, 2, false), seeded(1))).toEqual([]);
});

test("notDetermined(real, synthetic) tells days between dates, and whether a number is 0", () => {
  const bills = (seed: number, right: boolean) =>
    table("sent,due,used,limit,fee", 1500, seed, (u) => {
      const sent = 19_000 + Math.floor(300 * u());
      const [used, limit] = [Math.floor(200 * u()), Math.floor(200 * u())];
      const days = (right ? limit > 120 : u() < 0.4) ? 14 : 30;
      const over = right ? used > limit : u() < 0.5;
      return [day(sent), day(sent + days), used, limit, over ? (1 + 50 * u()).toFixed(2) : 0];
    });
  const found = notDetermined(bills(1, true), bills(2, false), seeded(1));
  expect(found.map(({ what, by }) => [what, [...by].sort()])).toEqual([
    ["whether fee is 0", ["limit", "used"]],
    ["the days from sent to due", ["limit"]],
  ]);
});

test("notDetermined(real, synthetic, { customer }) learns nothing of a person by heart", () => {
  // A customer's plan is in all of his rows, and his salary is his alone.
  const people = (seed: number, of: number) => {
    const rng = seeded(seed);
    const plans = Array.from({ length: of }, () => (rng.uniform() < 0.5 ? "a" : "b"));
    return table("who,salary,plan", 1200, seed, (u) => {
      const who = Math.floor(of * u());
      return [`C${1000 + who}`, 1000 + 7 * who, plans[who]];
    });
  };
  const synthetic = people(2, 15);
  expect(notDetermined(people(1, 15), synthetic, seeded(1), { customer: "who" })).toEqual([]);
  expect(notDetermined(people(1, 15), synthetic, seeded(1)).map(({ what }) => what)).toContain("plan");
});
