import { describe, expect, test } from "vitest";
import { exponential, gamma, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read-csv";
import type { Table } from "../../../src/data/table";
import { contractsFrom } from "../../../src/services/value/contracts";
import { dateText, dayOf } from "../../../src/services/value/own-columns";
import { transactionsFrom } from "../../../src/services/value/transactions";
import { valueContracts } from "../../../src/services/value/value-contracts";
import { valueTransactions } from "../../../src/services/value/value-transactions";

const table = (lines: string): Table => parseCsv(lines).table;

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

  test("refuses dates that are none or in the future, amounts not above 0, and unnamed customers, by row", () => {
    const bad = "customer,date,amount\na,2024-02-30,1\nb,2199-01-01,1\nc,2024-01-01,-5\n,2024-01-01,1\n";
    expect(() => transactionsFrom(table(bad))).toThrow(
      'Cannot read transactions: row 1: the date must be a day such as 2024-01-31, got "2024-02-30"; row 2: the date must not lie after today, got "2199-01-01"; row 3: the amount must be above 0 (take refunds off the purchase), got "-5"; row 4: the customer must be named',
    );
    expect(() => transactionsFrom(log, { asOf: "2024-01-20" })).toThrow(
      "row 4: the date must not lie after 2024-01-20",
    );
    expect(() => transactionsFrom(log, { asOf: "soon" })).toThrow(
      'asOf must be a date such as 2024-01-31, got "soon"',
    );
  });

  test("refuses mixed currencies", () => {
    const mixed = table("customer,date,amount,currency\na,2024-01-01,1,EUR\nb,2024-01-02,1,USD\n");
    expect(() => transactionsFrom(mixed)).toThrow(
      'row 2: amounts must be in one currency, "EUR" as in row 1, got "USD"',
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
      expect(valued.value[i]).toBeLessThan(v);
    });
    expect(valueTransactions(log, { model, margin: 0.25 }).value[3]).toBeCloseTo(0.25 * valued.value[3], 9);
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
  test("measures months until the end or the end of observation, and keeps the other columns", () => {
    const read = contractsFrom(
      table("customer,start,end,monthly revenue,plan\na,2024-01-01,2024-07-01,10,x\nb,2024-03-01,,20,y\n"),
      { asOf: "2024-12-31" },
    );
    expect([...read.ended]).toEqual([1, 0]);
    expect(read.months[0]).toBeCloseTo(182 / (365.25 / 12), 9);
    expect(read.months[1]).toBeCloseTo(305 / (365.25 / 12), 9);
    expect(read.covariates.columns.map((c) => c.name)).toEqual(["plan"]);
  });

  test("refuses ends before starts, future dates, two rows of a customer and revenue below 0", () => {
    const bad = table(
      "customer,start,end,revenue\na,2024-05-01,2024-04-30,1\nb,2024-01-01,2199-01-01,1\na,2024-01-01,,1\nc,2024-01-01,,-1\n",
    );
    expect(() => contractsFrom(bad)).toThrow(
      'row 1: the end must not come before the start, 2024-05-01, got "2024-04-30"; row 2: the end must not lie after today (leave it empty while the contract runs), got "2199-01-01"; row 3: a customer must have one row (row 1 has the same), got "a"; row 4: the monthly revenue must be a number of at least 0, got "-1"',
    );
  });
});

describe("valueContracts(contracts)", () => {
  const contracts = contractsFrom(contractTable(1500), { asOf: "2024-12-31" });

  test.each(["cox", "weibull"] as const)(
    "%s sees what decides, and expects the months that were made",
    async (model) => {
      const valued = await valueContracts(contracts, { model, months: 12, penalty: 0.1, discountRate: 0 });
      const plan = contracts.covariates.columns[0];
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

  test("without other columns fits one Weibull to all", async () => {
    const plain = contractsFrom(contractTable(600, false), { asOf: "2024-12-31" });
    const valued = await valueContracts(plain);
    expect(valued.model.kind).toBe("accelerated-failure-time");
    expect(valued.model.concordance).toBe(0.5);
    await expect(valueContracts(plain, { model: "cox" })).rejects.toThrow("cox needs columns beside");
  });

  test("refuses tables in which hardly anybody left", async () => {
    const few = contractsFrom(table("id,start,end,revenue\na,2024-01-01,,1\nb,2024-01-01,2024-02-01,1\n"));
    await expect(valueContracts(few)).rejects.toThrow("at least 10 contracts must have ended, got 1");
  });
});
