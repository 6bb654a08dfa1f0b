import { describe, expect, test } from "vitest";
import { exponential, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { panelFrom } from "../../../src/services/forecast/read-panel";
import { dateText, dayOf } from "../../../src/services/value/cell-values";
import { contractsFrom } from "../../../src/services/value/contracts/contracts";
import { transactionsFrom } from "../../../src/services/value/purchases/transactions";
import { rowsOf } from "./rows-of";

const start = dayOf("2023-01-01") as number;

/** What is said of a log of 30 customers with a purchase a month, with more cells and rows. */
function said(extra: { header?: string; cells?: (i: number) => string; rows?: readonly string[] }): string {
  const lines = [`customer,date,amount${extra.header ?? ""}`];
  for (let i = 0; i < 180; i++)
    lines.push(
      `c${i % 30},${dateText(start + 30 * Math.floor(i / 30) + (i % 30))},${10 + (i % 7)}${extra.cells?.(i) ?? ""}`,
    );
  const schema = { columns: [{ name: "customer", type: "text" as const }] };
  const { table } = parseCsv([...lines, ...(extra.rows ?? [])].join("\n"), { schema });
  return transactionsFrom(table).notes.join("; ");
}

describe("transactionsFrom(table) says of rows that look like purchases and may be none", () => {
  test("nothing where there are none", () => expect(said({})).toBe(""));

  test("that a status calls cancelled or refunded", () => {
    const cells = (i: number): string => (i % 9 === 0 ? ",Cancelled" : ",paid");
    expect(said({ header: ",status", cells })).toContain(
      "status says Cancelled (20): these rows count as purchases",
    );
  });

  test("of a customer who stands for many", () => {
    const rows = Array.from({ length: 40 }, (_, k) => `guest,${dateText(start + 3 * k)},5`);
    expect(said({ rows })).toMatch(/^customer guest has 18% of all days with a purchase/);
  });

  test("of a long time in which nobody bought, before an end of observation that has come", () => {
    const lines = Array.from({ length: 180 }, (_, i) => `c${i % 30},${dateText(start + i)},${10 + (i % 7)}`);
    const { table } = parseCsv(`customer,date,amount\n${lines.join("\n")}\n`);
    expect(transactionsFrom(table, { asOf: "2024-06-01" }).notes.join("; ")).toContain(
      "nobody bought for 338 days before 2024-06-01, the end of observation: if the table ends on 2023-06-29",
    );
    expect(transactionsFrom(table, { asOf: "2023-07-20" }).notes).toEqual([]);
    expect(() => transactionsFrom(table, { asOf: "2199-01-01" })).toThrow("asOf must not lie after today");
  });

  test("of a sum that is more than half of all money", () => {
    expect(said({ rows: ["c1,2023-05-05,99999"] })).toContain(
      "are 98% of all money: see whether it is a slip",
    );
  });

  test("of names that differ in capitals alone, and of a lone day years before", () => {
    expect(said({ rows: ["C1,2023-05-05,9"] })).toContain("1 customers differ from another in capitals");
    expect(said({ rows: ["c1,1900-01-01,9"] })).toContain(
      "the first purchase, on 1900-01-01, is years before",
    );
  });
});

test("contractsFrom(table) says so where no contract ended for long, and where all revenue is 0", async () => {
  const rng = seeded("ends");
  const all = Array.from({ length: 150 }, (_, i) => {
    const from = start - 700 + 4 * i;
    return { from, to: from + Math.floor(400 * exponential(rng)), i };
  });
  const close = start + 365;
  const read = async (kept: typeof all, revenue: number): Promise<string> => {
    const { table } = parseCsv(
      [
        "customer,start,end,monthly_revenue",
        ...kept.map(
          ({ from, to, i }) => `k${i},${dateText(from)},${to < close ? dateText(to) : ""},${revenue}`,
        ),
      ].join("\n"),
    );
    return (await contractsFrom(rowsOf(table), { asOf: dateText(close) })).notes.join("; ");
  };
  expect(await read(all, 5)).toBe("");
  expect(
    await read(
      all.filter(({ to }) => to > start),
      5,
    ),
  ).toMatch(/no contract ended before 2023-\d\d-\d\d, where about \d+ would have/);
  expect(await read(all, 0)).toBe("monthly_revenue is 0 everywhere: so is every value");
});

test("panelFrom(table) says so where the last month is likely not over", async () => {
  const rows = (last: number): string =>
    [
      "customer,month,usage",
      ...Array.from(
        { length: 10 },
        (_, m) => `a,2024-${String(m + 1).padStart(2, "0")},${m === 9 ? last : 100 + m}`,
      ),
    ].join("\n");
  expect((await panelFrom(rowsOf(parseCsv(rows(20)).table))).notes.join()).toContain(
    "2024-10 has 19% of the month before",
  );
  expect((await panelFrom(rowsOf(parseCsv(rows(95)).table))).notes).toEqual([]);
});
