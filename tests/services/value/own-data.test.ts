import { describe, expect, test } from "vitest";
import { exponential, gamma, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table, takeTableRows } from "../../../src/data/table";
import { dateText, dayOf } from "../../../src/services/value/cell-values";
import type { ContractOptions } from "../../../src/services/value/contracts/contract-columns";
import {
  type Contracts,
  contractsFrom,
  learnedContracts,
} from "../../../src/services/value/contracts/contracts";
import { chooseCovariates } from "../../../src/services/value/contracts/covariates";
import { valueContracts } from "../../../src/services/value/contracts/value-contracts";
import type { HoldoutCheck } from "../../../src/services/value/purchases/holdout";
import { LogBlocks } from "../../../src/services/value/purchases/log-blocks";
import { transactionsFrom } from "../../../src/services/value/purchases/transactions";
import { valueTransactions } from "../../../src/services/value/purchases/value-transactions";
import { rowsOf } from "./rows-of";

const table = (lines: string): Table => parseCsv(lines).table;
const contractsIn = (lines: Table, options?: ContractOptions): Promise<Contracts> =>
  contractsFrom(rowsOf(lines), options);
const named = ({ customers }: Pick<Contracts, "customers">): (string | undefined)[] =>
  Array.from({ length: customers.length }, (_, k) => customers.at(k));

describe("transactionsFrom(table)", () => {
  const log = table(
    "customer,date,amount\nann,2024-01-01,10\nann,2024-01-15,20\nann,2024-01-15,4\nann,2024-01-29,30\nbob,2024-01-08,5\n",
  );

  test("counts days with purchases, in weeks from the first, amounts of one day together", () => {
    // lifetimes' summary_data_from_transaction_data(…, monetary_value_col="amount", freq="D"), divided by seven
    const { customers, history, asOf, firstDate } = transactionsFrom(log);
    expect(customers).toEqual(["ann", "bob"]);
    expect([...history.frequency]).toEqual([2, 0]);
    expect([...history.recency]).toEqual([4, 0]);
    expect([...history.age]).toEqual([4, 3]);
    expect([...(history.monetaryValue ?? [])]).toEqual([27, 0]);
    expect([firstDate, asOf]).toEqual(["2024-01-01", "2024-01-29"]);
    expect([...transactionsFrom(log, { asOf: "2024-02-05" }).history.age]).toEqual([5, 4]);
  });

  test("finds columns by their usual names, takes others by name, and says what there is", () => {
    const other = table("Client,Order Date,Sales\na,2024-01-01,1\n");
    expect(transactionsFrom(other).customers).toEqual(["a"]);
    const odd = table("who,when,what\na,2024-01-01,1\n");
    expect(transactionsFrom(odd, { customer: "who", date: "when", amount: "what" }).customers).toEqual(["a"]);
    expect(() => transactionsFrom(odd)).toThrow("a column for the customer must be named (none is called");
    expect(() => transactionsFrom(odd)).toThrow("there are who, when, what");
  });

  test("refuses dates that are none or in the future, amounts that are no numbers, and unnamed customers, by row", () => {
    const bad =
      "customer,date,amount\na,2024-02-30,1\nb,2199-01-01,1\nc,2024-01-01,-5\n,2024-01-01,1\nd,2024-01-02,much\n";
    expect(() => transactionsFrom(table(bad))).toThrow(
      'Cannot read transactions: row 1: the date must be a day such as 2024-01-31, got "2024-02-30"; row 2: the date must not lie after today, got "2199-01-01"; row 4: the customer must be named; row 5: the amount must be a number such as 32.22, got "much"',
    );
    const skipped = transactionsFrom(table(`${bad}e,2024-01-05,3\n`), { skipBadRows: true });
    expect(skipped.customers).toEqual(["e"]);
    expect(skipped.notes[0]).toMatch(/^4 rows are left out: the date must be a day such as 2024-01-31 \(1\)/);
    const before = transactionsFrom(log, { asOf: "2024-01-20" });
    expect([...before.history.frequency]).toEqual([1, 0]);
    expect(before.notes).toEqual(["1 rows after 2024-01-20 are left out"]);
    expect(() => transactionsFrom(log, { asOf: "soon" })).toThrow(
      'asOf must be a date such as 2024-01-31, got "soon"',
    );
  });

  test("refuses mixed currencies", () => {
    const mixed = table("customer,date,amount,currency\na,2024-01-01,1,EUR\nb,2024-01-02,1,USD\n");
    expect(() => transactionsFrom(mixed)).toThrow(
      'row 2: amounts must be in one currency, "EUR" as in row 1 (or a column of exchange rates must be named), got "USD"',
    );
    const one = table("customer,date,amount,currency\na,2024-01-01,1,EUR\nb,2024-01-02,1,EUR\n");
    expect(transactionsFrom(one).currency).toBe("EUR");
  });

  test("refuses, drops or keeps rows that repeat", () => {
    const twice = table("customer,date,amount\na,2024-01-01,1\na,2024-01-09,3\na,2024-01-09,3\n");
    expect(() => transactionsFrom(twice)).toThrow("row 3: the row must not repeat an earlier one");
    const dropped = transactionsFrom(twice, { duplicates: "drop" });
    expect([dropped.duplicates, dropped.history.monetaryValue?.[0]]).toEqual([1, 3]);
    expect(transactionsFrom(twice, { duplicates: "keep" }).history.monetaryValue?.[0]).toBe(6);
  });

  test("multiplies a quantity by the price of one; an id that never repeats is no customer", () => {
    const lines = ["id,client_id,created_at,qty,unit_price"];
    for (let i = 0; i < 25; i++) lines.push(`${i},c${i % 5},2024-01-${10 + (i % 9)}T08:00:00Z,10,${1 + i}`);
    const read = transactionsFrom(table(`${lines.join("\n")}\n`));
    expect(read.columns).toEqual({ customer: "client_id", date: "created_at", amount: "qty × unit_price" });
    expect(read.customers).toEqual(["c0", "c1", "c2", "c3", "c4"]);
    const total = read.purchases.reduce((sum, one) => sum + one.amounts.reduce((a, b) => a + b, 0), 0);
    expect(total).toBe(10 * ((25 * 26) / 2));
    // A total beside them is what a row costs.
    const both = table("customer,date,quantity,price,order_value\na,2024-01-01,2,3,5.5\n");
    expect(transactionsFrom(both).columns.amount).toBe("order_value");
  });

  test("takes refunds off earlier purchases, drops them, or keeps them on their day, and says so", () => {
    const rows =
      "a,2024-01-01,10\na,2024-01-08,20\na,2024-01-15,30\na,2024-01-20,-20\na,2024-01-21,-5\nb,2024-01-02,4\nb,2024-01-03,-9\n";
    const back = table(`customer,date,amount\n${rows}`);
    const net = transactionsFrom(back);
    // The purchase of 20 is gone, that of 30 is 25 now, and of b's refund 5 stay over.
    expect([net.customers, [...net.purchases[0].amounts]]).toEqual([["a"], [10, 25]]);
    expect(net.notes).toEqual([
      "refunds (3), 34 in all, are taken off the customers' earlier purchases (refunds: net, drop or keep)",
      "of the refunds 5 had no earlier purchase to be taken off, and are left out",
      "1 customers have no purchase left and are left out",
    ]);
    expect([...transactionsFrom(back, { refunds: "drop" }).purchases[0].amounts]).toEqual([10, 20, 30]);
    expect([...transactionsFrom(back, { refunds: "keep" }).purchases[0].amounts]).toEqual([10, 20, 30]);
  });

  test("reads dates and amounts as their columns write them, and says what it guessed", () => {
    const german = parseCsv(
      "Kunde;Rechnungsdatum;Betrag\nx;31.01.2024;1.032,50\nx;13.02.2024;7,25\ny;01.02.2024;3,00\n",
      {
        schema: {
          columns: ["Kunde", "Rechnungsdatum", "Betrag"].map((name) => ({ name, type: "text" as const })),
        },
      },
    ).table;
    const read = transactionsFrom(german);
    expect([...read.purchases[0].amounts]).toEqual([1032.5, 7.25]);
    expect([read.firstDate, read.asOf]).toEqual(["2024-01-31", "2024-02-13"]);
    expect(read.notes.join()).toMatch(/dates as dd\.MM\.yyyy.*a comma before the decimals/);
  });

  test("counts an instant on the day of a time zone, and amounts at an exchange rate", () => {
    const late = parseCsv(
      "customer,date,amount,fx\na,2024-01-01T23:30:00Z,10,2\na,2024-01-03T01:00:00Z,20,1\n",
      {
        schema: {
          columns: ["customer", "date", "amount", "fx"].map((name) => ({ name, type: "text" as const })),
        },
      },
    ).table;
    expect(transactionsFrom(late).firstDate).toBe("2024-01-01");
    const read = transactionsFrom(late, { timeZone: "Asia/Tokyo", exchangeRate: "fx" });
    expect([read.firstDate, [...read.purchases[0].amounts]]).toEqual(["2024-01-02", [20, 20]]);
    expect(() => transactionsFrom(late, { timeZone: "Mars" })).toThrow(
      "timeZone must be a name such as Europe/Berlin",
    );
  });

  test("shows five faults and counts the rest", () => {
    const rows = Array.from({ length: 8 }, (_, i) => `c${i},2024-13-01,1`).join("\n");
    expect(() => transactionsFrom(table(`customer,date,amount\n${rows}\n`))).toThrow("; and 3 more");
  });
});

test("dayOf knows real days only", () => {
  expect(dayOf("1970-01-02")).toBe(1);
  expect(dayOf("2024-02-29T10:00:00Z")).toBe(dayOf("2024-02-29"));
  for (const none of ["2023-02-29", "2024-1-1", "01.02.2024", "", "2024-00-10"])
    expect(dayOf(none)).toBeUndefined();
  expect(dateText(dayOf("2024-02-29") as number)).toBe("2024-02-29");
});

describe("valueTransactions(log)", () => {
  const rng = seeded(1);
  const first = dayOf("2023-01-01") as number;
  const lines: string[] = ["customer,date,amount"];
  for (let i = 0; i < 400; i++) {
    const rate = gamma(rng, 1) / 30;
    const spend = 10 + 40 * rng.uniform();
    const last = 60 + 400 * rng.uniform();
    for (let t = 80 * rng.uniform(); t < Math.min(last, 365); t += Math.max(1, exponential(rng) / rate))
      lines.push(
        `c${i},${dateText(first + Math.floor(t))},${(spend * (0.8 + 0.4 * rng.uniform())).toFixed(2)}`,
      );
  }
  const log = transactionsFrom(table(`${lines.join("\n")}\n`), { duplicates: "drop" });

  test.each(["bg-nbd", "mbg-nbd", "pareto-nbd"] as const)("%s values every customer", (model) => {
    const valued = valueTransactions(log, { model });
    expect(valued.value.length).toBe(log.customers.length);
    expect(valued.value.every((v) => v >= 0 && Number.isFinite(v))).toBe(true);
    // Undiscounted revenue is purchases × amount; a year at ten per cent takes some of it.
    const free = valueTransactions(log, { model, discountRate: 0 });
    free.value.forEach((v, i) => {
      expect(v / (free.purchases[i] * free.amount[i])).toBeCloseTo(1, 9);
      expect(valued.value[i]).toBeLessThan(v / 1.1 ** (1 / 12));
      expect(valued.value[i]).toBeGreaterThan(v / 1.1);
    });
    const quarter = valueTransactions(log, { model, margin: 0.25 });
    for (const what of ["value", "low", "high", "totalInterval"] as const) {
      // A fit without a maximum has values, and no intervals.
      const most = valued[what]?.indexOf(Math.max(...valued[what])) ?? 0;
      const whole = valued[what]?.[most];
      expect(quarter[what]?.[most]).toEqual(
        whole === undefined ? undefined : expect.closeTo(0.25 * whole, 9),
      );
    }
  });

  test("tells ends of intervals around values, and checks the model on weeks it had not seen", () => {
    const valued = valueTransactions(log);
    const total = valued.value.reduce((a, b) => a + b, 0);
    const [from, to] = valued.totalInterval as [number, number];
    expect(from < total && total < to).toBe(true);
    expect(valued.low?.every((v, i) => v >= 0 && v <= (valued.high?.[i] as number))).toBe(true);
    const { models, judged, byFrequency, tracking } = valued.holdout as HoldoutCheck;
    expect(models.map((one) => one.kind).sort()).toEqual(["bg-nbd", "mbg-nbd", "pareto-nbd"]);
    expect(valued.model.kind).toBe(models[0].kind);
    expect(judged.gain).toBeGreaterThan(judged.gainAsBefore);
    expect(byFrequency.reduce((sum, row) => sum + row.customers, 0)).toBe(log.customers.length);
    // By then the model has seen all of it.
    const at = tracking.week - 1;
    expect(Math.abs(tracking.expected[at] / tracking.actual[at] - 1)).toBeLessThan(0.15);
    expect(valueTransactions(log, { draws: 0 }).low).toBeUndefined();
  });

  test("says so where no weeks can be held out, and that a short log knows no seasons", () => {
    const short = transactionsFrom(table(`${lines.join("\n")}\n`), {
      duplicates: "drop",
      asOf: "2023-03-20",
    });
    const { holdout, notes } = valueTransactions(short, { draws: 0 });
    expect(holdout).toBeUndefined();
    expect(notes.join()).toMatch(/no part of the log could be held out.*seasons of the year/);
  });

  test("refuses logs with too few who came back", () => {
    const few = transactionsFrom(table("customer,date,amount\na,2024-01-01,1\na,2024-01-09,3\n"));
    expect(() => valueTransactions(few)).toThrow(
      "at least 10 customers must have bought on more than one day, got 1",
    );
  });
});

/** Contracts whose hazard is 1/40 a month for plan a and 1/10 for b. */
function contractTable(rows: number, columns = true): Table {
  const rng = seeded(2);
  const lines = [columns ? "id,start,end,revenue,plan,constant" : "id,start,end,revenue"];
  const close = dayOf("2024-12-31") as number;
  for (let i = 0; i < rows; i++) {
    const start = close - Math.floor(1200 * rng.uniform());
    const plan = rng.uniform() < 0.5 ? "a" : "b";
    const end = start + Math.floor(30.44 * exponential(rng) * (plan === "a" ? 40 : 10));
    const cells = [`k${i}`, dateText(start), end <= close ? dateText(end) : "", 20];
    lines.push([...cells, ...(columns ? [plan, "same"] : [])].join(","));
  }
  return table(`${lines.join("\n")}\n`);
}

describe("contractsFrom(table)", () => {
  test("measures months until the end or the end of observation, and keeps the other columns", async () => {
    const read = await contractsIn(
      table("customer,start,end,monthly revenue,plan\na,2024-01-01,2024-07-01,10,x\nb,2024-03-01,,20,y\n"),
      { asOf: "2024-12-31" },
    );
    expect([...read.ended]).toEqual([1, 0]);
    // Calendar months: from the first of January to the first of July are six, whatever their days.
    expect(read.months[0]).toBe(6);
    expect(read.months[1]).toBeCloseTo(9 + 30 / 31, 12);
    const { covariates } = await learnedContracts(read, Int32Array.of(1, 0));
    expect(covariates.columns.map((one) => [one.name, cellText(one, 0)])).toEqual([["plan", "y"]]);
  });

  test("refuses ends before starts, future dates and revenue below 0", async () => {
    const bad = table(
      "customer,start,end,revenue\na,2024-05-01,2024-04-30,1\nb,2024-01-01,2199-01-01,1\na,2024-01-01,,1\nc,2024-01-01,,-1\n",
    );
    await expect(contractsIn(bad)).rejects.toThrow(
      'row 1: the end must not come before the start, 2024-05-01, got "2024-04-30"; row 2: the end must not lie after today (leave it empty while the contract runs, or name an end of observation, as of), got "2199-01-01"; row 4: the monthly revenue must be a number of at least 0, got "-1"',
    );
  });

  test("takes words and far dates in the end for running contracts, and later ends than the end of observation", async () => {
    const lines = [
      "customer,start,end,revenue",
      "a,2022-01-01,NULL,1",
      "b,2022-01-01,9999-12-31,1",
      "c,2022-01-01,-,1",
    ];
    lines.push("d,2022-01-01,2023-01-01,1", "e,2022-01-01,2023-09-01,1", "f,2023-08-01,,1");
    const read = await contractsIn(table(`${lines.join("\n")}\n`), { asOf: "2023-07-01" });
    expect(named(read)).toEqual(["a", "b", "c", "d", "e"]);
    expect([...read.ended]).toEqual([0, 0, 0, 1, 0]);
    expect([...read.months]).toEqual([18, 18, 18, 12, 18]);
    expect(read.notes).toEqual([
      "1 ends are words or dates that stand for none: those contracts are running",
      "1 contracts that start after 2023-07-01 are left out",
      "1 contracts that end after 2023-07-01 are running then",
    ]);
  });

  test("joins contracts of a customer that follow or overlap one another, and keeps later returns apart", async () => {
    const rows = [
      "a,2022-01-01,2022-12-31,10",
      "a,2023-01-01,,12",
      "a,2023-03-01,,5",
      "b,2022-01-01,2022-03-01,7",
      "b,2023-01-01,,8",
    ];
    const read = await contractsIn(table(`customer,start,end,revenue\n${rows.join("\n")}\n`), {
      asOf: "2023-07-01",
    });
    expect(named(read)).toEqual(["a", "b", "b"]);
    expect([[...read.months], [...read.ended], [...read.revenue]]).toEqual([
      [18, 2, 6],
      [0, 1, 0],
      [17, 7, 8],
    ]);
    expect(read.notes).toHaveLength(2);
    // Rows of one customer may stand far apart: the same in blocks of one row, and in another order.
    const turned = table(`customer,start,end,revenue\n${[...rows.slice(2), rows[1], rows[0]].join("\n")}\n`);
    const again = await contractsFrom(rowsOf(turned, 1), { asOf: "2023-07-01" });
    expect([named(again), [...again.months], [...again.revenue]]).toEqual([
      ["a", "b", "b"],
      [18, 2, 6],
      [17, 7, 8],
    ]);
  });

  test("reads tenure and a flag in place of dates, and left truncation", async () => {
    const lines = ["customerID,tenure,Churn,MonthlyCharges", "a,12,No,20", "b,3,Yes,30"];
    const read = await contractsIn(table(`${lines.join("\n")}\n`));
    expect([[...read.months], [...read.ended], read.asOf]).toEqual([[12, 3], [0, 1], undefined]);
    expect(read.columns).toMatchObject({ tenure: "tenure (months)", ended: "Churn" });
    const dated = table(
      "customer,start,end,revenue\na,2020-01-01,,1\nb,2022-06-01,,1\nc,2019-01-01,2021-01-01,1\n",
    );
    const late = await contractsIn(dated, { asOf: "2023-01-01", entry: "2022-01-01" });
    expect([named(late), [...(late.entry ?? [])]]).toEqual([
      ["a", "b"],
      [24, 0],
    ]);
    expect(late.notes).toEqual(["1 contracts that ended before they were watched are left out"]);
  });
});

describe("chooseCovariates(contracts)", async () => {
  const rng = seeded(5);
  const close = dayOf("2024-01-01") as number;
  const lines = ["customer,start,end,monthly_revenue,region,Churn,cancel_reason,tenure,paid,minutes"];
  for (let i = 0; i < 400; i++) {
    const start = close - 1000 + Math.floor(990 * rng.uniform());
    const last = start + Math.floor(600 * exponential(rng));
    const gone = last < close;
    const months = Math.floor(((gone ? last : close) - start) / 30.4);
    const fee = 20 + Math.floor(30 * rng.uniform());
    const cells = [
      `k${i}`,
      dateText(start),
      gone ? dateText(last) : "",
      fee,
      "NSEW"[i % 4],
      gone ? "Yes" : "No",
    ];
    lines.push(
      [...cells, gone ? "price" : "", months, fee * months, Math.floor(500 * rng.uniform())].join(","),
    );
  }
  const contracts = await contractsIn(table(`${lines.join("\n")}\n`), { asOf: "2024-01-01" });
  const learned = await learnedContracts(contracts, Int32Array.from(contracts.rows.keys()));

  test("leaves out who left and why, the time itself and what was paid in it, each with the reason", () => {
    const { used, left, x } = chooseCovariates(learned);
    expect(used).toEqual(["region", "minutes"]);
    expect(left.map((one) => one.column)).toEqual(["Churn", "cancel_reason", "tenure", "paid"]);
    expect(left[2].why).toContain("time under contract");
    expect(x.rows).toBe(contracts.customers.length);
  });

  test("takes exactly the columns asked for, with a word where they look like the answer", () => {
    expect(chooseCovariates(learned, { only: ["minutes"] }).used).toEqual(["minutes"]);
    const asked = chooseCovariates(learned, { only: ["tenure"] });
    expect([asked.used, asked.doubts[0]]).toEqual([
      ["tenure"],
      expect.stringContaining("tenure is used as asked"),
    ]);
    expect(chooseCovariates(learned, { drop: ["region"] }).used).toEqual(["minutes"]);
    expect(() => chooseCovariates(learned, { drop: ["regoin"] })).toThrow("the name must be one of");
  });

  test("the same value with and without them", async () => {
    const { value } = await valueContracts(contracts);
    const bare = { ...contracts, covariates: () => contracts.covariates(["region", "minutes"]) };
    expect([...value]).toEqual([...(await valueContracts(bare)).value]);
  });
});

describe("valueContracts(contracts)", async () => {
  const contracts = await contractsIn(contractTable(1500), { asOf: "2024-12-31" });

  test.each(["cox", "weibull", "sbg", "bdw"] as const)(
    "%s sees what decides, and expects the months that were made",
    async (model) => {
      const valued = await valueContracts(contracts, { model, months: 12, penalty: 0.1, discountRate: 0 });
      const { covariates } = await learnedContracts(contracts, Int32Array.from(contracts.rows.keys()));
      const plan = covariates.columns[0];
      if (!("codes" in plan)) throw new Error("plan is categorical");
      const mean = (code: number): number => {
        const rows = [...valued.rows.keys()].filter((k) => plan.codes[valued.rows[k]] === code);
        return rows.reduce((sum, k) => sum + valued.expectedMonths[k], 0) / rows.length;
      };
      // Paid in advance: Σ exp(−k / mean) over k = 0 … 11.
      const expected = (scale: number): number =>
        Array.from({ length: 12 }, (_, k) => Math.exp(-k / scale)).reduce((a, b) => a + b);
      expect(Math.abs(mean(0) / expected(40) - 1)).toBeLessThan(0.07);
      expect(Math.abs(mean(1) / expected(10) - 1)).toBeLessThan(0.07);
      expect(valued.model.concordance).toBeGreaterThan(0.6);
      expect(valued.value.every((v, i) => valued.low[i] <= v && v <= valued.high[i] + 1e-9)).toBe(true);
      expect(valued.churn.every((p) => p > 0 && p < 1)).toBe(true);
      expect(valued.value[0]).toBeCloseTo(20 * valued.expectedMonths[0], 9);
    },
  );

  test("a margin comes in at each month's beginning, at a twelfth root of the year's interest", async () => {
    const how = { model: "weibull", months: 2, margin: 0.5, discountRate: 0.1 } as const;
    const { value, churn } = await valueContracts(contracts, { ...how, churnMonths: 1 });
    const later = await valueContracts(contracts, { ...how, churnMonths: 2 });
    for (const i of [0, 7]) {
      expect(value[i]).toBeCloseTo(10 * (1 + (1 - churn[i]) / 1.1 ** (1 / 12)), 9);
      expect(later.churn[i]).toBeGreaterThan(1.5 * churn[i]);
    }
  });

  test("says that customers are alike where their precision has no maximum, and how many samples could not be fitted", async () => {
    const alike = await valueContracts(contracts, { model: "sbg", only: ["plan"] });
    expect(alike.notes.join("\n")).toContain("sbg: customers of the same columns are alike");
    expect(alike.model.kind).toBe("shifted-beta-geometric");
    // A level that two of forty contracts have is missing from some samples.
    const lines = Array.from({ length: 40 }, (_, i) => {
      const month = String(1 + (i % 9)).padStart(2, "0");
      return `c${i},2023-${month}-01,${i % 3 === 0 ? "2023-12-01" : ""},10,${i % 20 === 0 ? "rare" : "usual"}`;
    });
    const few = await contractsIn(table(`customer,start,end,revenue,plan\n${lines.join("\n")}\n`), {
      asOf: "2024-01-01",
    });
    const { notes } = await valueContracts(few, { model: "cox" });
    expect(notes.join("\n")).toMatch(
      /^the total's interval stands on \d+ samples of the contracts: to \d+ others/,
    );
  });

  test("sbg takes contracts that end at whole years to be renewed by the year", async () => {
    const rng = seeded("yearly");
    const lines = Array.from({ length: 600 }, (_, i) => {
      let years = 1;
      while (rng.uniform() > 0.25) years++;
      const [year, month] = [2018 + (i % 5), String(1 + (i % 12)).padStart(2, "0")];
      return `c${i},${year}-${month}-10,${year + years < 2024 ? `${year + years}-${month}-10` : ""},20`;
    });
    const yearly = await contractsIn(table(`customer,start,end,revenue\n${lines.join("\n")}\n`), {
      asOf: "2024-01-09",
    });
    const { notes, expectedMonths } = await valueContracts(yearly, { model: "sbg", months: 12 });
    expect(notes.join()).toContain("renewed every 12 months");
    // Nobody leaves before the next renewal, a quarter at it: at a random time 12 − 6 × .25 months are to come.
    const mean = expectedMonths.reduce((sum, m) => sum + m, 0) / expectedMonths.length;
    expect(Math.abs(mean - 10.5)).toBeLessThan(0.5);
  });

  test("strata have hazards of their own, reasons their incidence, and who came back robust errors", async () => {
    const rng = seeded("strata and reasons");
    const lines = Array.from({ length: 900 }, (_, i) => {
      const short = i % 2 === 0;
      const months = short ? 3 + (i % 3) : Math.ceil(20 * exponential(rng));
      const begin = dayOf("2022-01-01") as number;
      const end = begin + Math.round(30.44 * (months + (i % 7)));
      const gone = end < (dayOf("2024-01-01") as number);
      const who = i > 880 ? i - 880 : i;
      const from = i > 880 ? (dayOf("2023-11-01") as number) : begin + Math.round(30.44 * (i % 7));
      return `c${who},${dateText(from)},${gone && i <= 880 ? dateText(end) : ""},10,${short ? "s" : "l"},${i % 5},${i % 3 === 0 ? "unpaid" : "own wish"}`;
    });
    const read = await contractsIn(
      table(`customer,start,end,revenue,plan,score,reason\n${lines.join("\n")}\n`),
      {
        asOf: "2024-01-01",
        strata: "plan",
        reason: "reason",
      },
    );
    const valued = await valueContracts(read, { only: ["score"], months: 12 });
    expect(valued.notes.join()).toContain("customers who came back have several lifetimes");
    const [wish, unpaid] = valued.reasons ?? [];
    expect([wish.name, unpaid.name]).toEqual(["own wish", "unpaid"]);
    // Half of the contracts are gone within six months, a third of them for the rarer reason.
    expect(wish.share / unpaid.share).toBeCloseTo(2, 0);
    expect(wish.share + unpaid.share).toBeGreaterThan(0.6);
    expect(wish.low).toBeLessThan(wish.share);
    const late = { ...read, entry: read.months.map((m) => m / 2) };
    await expect(valueContracts(late, { only: ["score"] })).rejects.toThrow("there must be no entry");
    const few = table("customer,start,end,revenue,plan\na,2023-01-01,,1,x\nb,2023-01-01,2023-05-01,1,y\n");
    await expect(contractsIn(few, { strata: "plan" })).rejects.toThrow(
      'each stratum of plan must have at least 5 ended contracts (as a covariate it needs none), got "0 of \\"x\\""',
    );
    await expect(valueContracts(read, { model: "weibull", only: ["score"] })).rejects.toThrow(
      'strata must go with cox, and a column beside them, got "weibull"',
    );
  });

  test("without other columns fits one Weibull to all", async () => {
    const plain = await contractsIn(contractTable(600, false), { asOf: "2024-12-31" });
    const valued = await valueContracts(plain);
    expect(valued.model.kind).toBe("accelerated-failure-time");
    expect(valued.model.concordance).toBe(0.5);
    await expect(valueContracts(plain, { model: "cox" })).rejects.toThrow("cox needs columns beside");
  });

  test("refuses tables in which hardly anybody left", async () => {
    const few = await contractsIn(
      table("id,start,end,revenue\na,2024-01-01,,1\nb,2024-01-01,2024-02-01,1\n"),
    );
    await expect(valueContracts(few)).rejects.toThrow("at least 10 contracts must have ended, got 1");
  });
});

test("LogBlocks holds what transactionsFrom reads of a log that comes in small blocks", () => {
  const lines = ["order,customer,date,amount,channel,status,note"];
  for (let i = 0; i < 60; i++)
    lines.push(
      `${i % 50},c${i % 7},2024-0${1 + ((i % 50) % 5)}-1${i % 3},${(i % 50) - 4},w${i % 2},Cancelled,n${i % 50}`,
    );
  const whole = table(`${lines.join("\n")}\n${lines[1]}\n`);
  for (const options of [{ duplicates: "drop" }, { duplicates: "keep", covariates: ["note"] }] as const) {
    const blocks = new LogBlocks(whole.columns, whole.rows, options);
    for (let from = 0; from < whole.rows; from += 8) {
      const rows = Array.from({ length: Math.min(8, whole.rows - from) }, (_, k) => from + k);
      blocks.add(takeTableRows(whole, rows));
    }
    expect(transactionsFrom(blocks.table(), options, blocks.repeats)).toEqual(
      transactionsFrom(whole, options),
    );
    expect(blocks.wanted?.includes("order") ?? false).toBe(false);
  }
  expect(transactionsFrom(whole, { duplicates: "drop" }).duplicates).toBeGreaterThan(0);
});

test("valueContracts(contracts) values all by a model that learns from some, says so, and comes near what all teach", async () => {
  const rng = seeded(9);
  const lines = ["customer,start,end,monthly revenue,plan"];
  for (let i = 0; i < 3000; i++) {
    const start = 19_000 + Math.floor(900 * rng.uniform());
    const end = start + 30 + Math.floor(exponential(rng) * (i % 2 === 0 ? 900 : 250));
    lines.push(
      `k${i},${dateText(start)},${end < 20_000 ? dateText(end) : ""},${20 + (i % 5)},${i % 2 === 0 ? "a" : "b"}`,
    );
  }
  const read = await contractsIn(table(`${lines.join("\n")}\n`), { asOf: dateText(20_000) });
  const all = await valueContracts(read);
  const some = await valueContracts(read, { mostLearned: 1500 });
  expect(all.notes.join()).not.toContain("learns from");
  expect(some.notes).toContain(
    "the model learns from 1,500 of 3,000 contracts, drawn at random (seed 1); all are valued by it",
  );
  expect(named(some)).toEqual(named(all));
  const sum = (of: Float64Array): number => of.reduce((total, v) => total + v, 0);
  expect(sum(some.value) / sum(all.value)).toBeCloseTo(1, 1);
  expect(sum(some.value)).not.toBe(sum(all.value));
  const [width, narrow] = [some, all].map(({ totalInterval: [a, b] }) => b - a);
  expect(width).toBeGreaterThan(0.9 * narrow);
  const strata = Int32Array.from(read.ended, (_, i) => (i < 7 ? 1 : 0));
  await expect(valueContracts({ ...read, strata }, { mostLearned: 1500 })).rejects.toThrow(
    "each stratum must have at least 5 ended contracts among the 1,500",
  );
});
