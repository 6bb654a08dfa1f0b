import { describe, expect, test } from "vitest";
import { exponential, gamma, integer, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { dateText, dayOf } from "../../../src/services/value/cell-values";
import { channelRows, costNotes, costText, paybackText } from "../../../src/services/value/channels";
import { contractsFrom } from "../../../src/services/value/contracts/contracts";
import { valueContracts } from "../../../src/services/value/contracts/value-contracts";
import { traitCovariates } from "../../../src/services/value/purchases/traits";
import { type Transactions, transactionsFrom } from "../../../src/services/value/purchases/transactions";
import { valueTransactions } from "../../../src/services/value/purchases/value-transactions";
import { rowsOf } from "./rows-of";

const start = dayOf("2022-01-01") as number;
const end = dayOf("2024-12-31") as number;
const yearly = [0.6, 0.6, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 1.6, 2.3];

/** Three years of 400 customers, of whom those by "web" buy twice as often, with the year's factors. */
function shop(factors: readonly number[]): Transactions {
  const rng = seeded("three years");
  const lines = ["customer,date,amount,channel,size"];
  const most = Math.max(...factors);
  for (let i = 0; i < 400; i++) {
    const web = i % 2 === 0;
    const rate = ((web ? 2 : 1) * gamma(rng, 2)) / 2 / 40;
    let day = start + integer(rng, 600);
    const add = (): number =>
      lines.push(
        `c${i},${dateText(Math.floor(day))},${(20 + 10 * rng.uniform()).toFixed(2)},${web ? "web" : "shop"},${i}`,
      );
    for (add(); ; ) {
      day += exponential(rng) / (rate * most);
      if (day > end) break;
      if (rng.uniform() < factors[new Date(day * 86_400_000).getUTCMonth()] / most) {
        add();
        if (rng.uniform() < 0.05) break;
      }
    }
  }
  const { table } = parseCsv(`${lines.join("\n")}\n`);
  return transactionsFrom(table, {
    duplicates: "keep",
    covariates: ["channel"],
    asOf: "2024-12-31",
    acquisitionCost: "web=60,shop=9000",
  });
}

const told = (notes: readonly string[], start: string): string =>
  notes.find((note) => note.startsWith(start)) ?? "";

describe("valueTransactions(log of three years)", () => {
  const seasonal = shop(yearly);
  const valued = valueTransactions(seasonal, { model: "bg-nbd", months: 12, draws: 40 });

  test("finds the seasons of the year, and uses them where they foretell the months held out better", () => {
    expect(valued.holdout?.seasons?.used).toBe(true);
    expect(told(valued.notes, "seasons of the year are used")).toMatch(/to [12]\.\d\d in December/);
    // January and February are the next two months: 0.6 of a usual one.
    const [winter, year] = [2, 12].map((months) =>
      valueTransactions(seasonal, { model: "bg-nbd", months, draws: 0 }).purchases.reduce((a, b) => a + b, 0),
    );
    expect(winter / year).toBeLessThan(0.15);
  });

  test("says whether covariates help, and has them where they do", () => {
    const used = valued.holdout?.covariates?.used;
    expect(told(valued.notes, "covariates")).toContain(used ? "are used" : "are not used");
    expect(valued.model.parameters.some((row) => row.feature.startsWith("buying × channel"))).toBe(used);
  });

  test("tells revenue by channel, and when the cost of winning a customer is back", () => {
    const [web, other] = valued.channels;
    expect([web.name, other.name, web.customers]).toEqual(["web", "shop", 200]);
    expect(web.payback).toBeGreaterThan(1);
    expect(paybackText(web)).toBe(`after ${web.payback} months`);
    expect(paybackText(other)).toMatch(/^not within \d\d months$/);
    const paid = seasonal.purchases.reduce((sum, one) => sum + one.amounts.reduce((a, b) => a + b, 0), 0);
    expect(web.revenue + other.revenue).toBeCloseTo(paid, 6);
  });

  test("does not use seasons that are none", () => {
    const plain = valueTransactions(shop(new Array<number>(12).fill(1)), {
      model: "bg-nbd",
      months: 12,
      draws: 0,
    });
    expect(plain.holdout?.seasons?.used).toBe(false);
    expect(told(plain.notes, "seasons of the year are not used")).not.toBe("");
  });
});

test("transactionsFrom(table) takes what the first purchase says of a customer, and counts those of whom rows differ", () => {
  const rows = "customer,date,amount,source\na,2024-02-01,1,shop\na,2024-01-01,2,web\nb,2024-01-03,1,web\n";
  const log = transactionsFrom(parseCsv(rows).table, { acquisitionCost: "7" });
  expect(log.channels).toEqual(["web", "web"]);
  expect([...(log.acquisitionCosts ?? [])]).toEqual([7, 7]);
  expect(log.notes.join()).toContain(
    "of 1 customers source differ between rows: what the first purchase says counts",
  );
  const { table } = parseCsv(rows);
  expect(() => transactionsFrom(table, { acquisitionCost: "post=3" })).toThrow(
    'source must have the channels that cost something, got "post"',
  );
  // A column named by mistake would leave every cost unsaid, and a negative one be earned on the first day.
  for (const [cells, wrong] of [
    [["shop", "web"], "shop"],
    [["5", "-3"], "-3"],
  ]) {
    const told = parseCsv(
      `customer,date,amount,won\na,2024-01-01,5,${cells[0]}\nb,2024-01-02,5,${cells[1]}\n`,
    );
    expect(() => transactionsFrom(told.table, { acquisitionCost: "won" })).toThrow(
      `won must hold costs of at least 0, or nothing, got ${JSON.stringify(wrong)}`,
    );
  }
  expect(() => transactionsFrom(table, { acquisitionCost: "much" })).toThrow(
    "acquisitionCost must be a column",
  );
});

test("channelRows(customers) takes means and payback over those whose cost is said, and costNotes says of how many", () => {
  const rows = channelRows({
    channels: ["web", "web", "web", "shop"],
    costs: Float64Array.of(10, Number.NaN, 20, Number.NaN),
    revenue: [1, 2, 3, 4],
    value: [1, 1, 1, 1],
    marginByMonth: (own) => [own.length, 100],
  });
  const web = rows.find((row) => row.name === "web") as (typeof rows)[number];
  expect([web.cost, web.costSaid, web.payback]).toEqual([15, 2, 2]);
  expect(costText(web, String)).toBe("15 (of 2)");
  expect(rows.map((row) => costText(row, String))).toContain("not said");
  expect(costNotes(rows)).toEqual([
    "what it cost to win a customer is said of 2 of 3 (web): means are over those, and so is payback",
  ]);
});

test("traitCovariates(traits) takes rare levels together, cuts numbers at quartiles, and leaves out what is one", () => {
  const n = 100;
  const of = (value: (i: number) => string | number): string[] =>
    Array.from({ length: n }, (_, i) => String(value(i)));
  const { x, notes } = traitCovariates({
    plan: of((i) => (i < 60 ? "a" : i < 95 ? "b" : i)),
    age: of((i) => i),
    one: of(() => "x"),
  });
  expect(x?.features.map((f) => f.name)).toEqual([
    "plan b (not a)",
    "plan (others) (not a)",
    "age up to 24.75 (not above 74.25)",
    "age up to 49.5 (not above 74.25)",
    "age up to 74.25 (not above 74.25)",
  ]);
  expect(notes.join("; ")).toContain("5 levels of plan with 5 customers are taken together as (others)");
  expect(notes.join("; ")).toContain("one is left out of the model: it has one level");
});

test("valueContracts(contracts) tells payback by channel from survival", async () => {
  const rng = seeded("contracts by channel");
  const lines = ["customer,start,end,monthly_revenue,channel"];
  for (let i = 0; i < 200; i++) {
    const from = start + integer(rng, 300);
    const to = from + Math.floor((i % 2 ? 900 : 300) * exponential(rng));
    lines.push(`c${i},${dateText(from)},${to < end ? dateText(to) : ""},10,${i % 2 ? "web" : "ads"}`);
  }
  const { table } = parseCsv(`${lines.join("\n")}\n`);
  const read = await contractsFrom(rowsOf(table), { asOf: "2024-12-31", acquisitionCost: "45" });
  const { channels } = await valueContracts(read, { margin: 0.5 });
  const web = channels.find((row) => row.name === "web");
  // Ten a month, half of it margin: nine full months, and a little for those who left before.
  expect(web?.payback).toBeGreaterThanOrEqual(10);
  expect(web?.payback).toBeLessThanOrEqual(12);
  expect(channels.find((row) => row.name === "ads")?.payback ?? 99).toBeGreaterThan(web?.payback ?? 0);
});
