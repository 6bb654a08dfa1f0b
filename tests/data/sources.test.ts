import { describe, expect, test } from "vitest";
import { schemaOf } from "../../src/data/schema";
import { loadChurnBigml, loadSource, loadTelco } from "../../src/data/sources/load-source";
import { publicSource, publicSources } from "../../src/data/sources/sources";
import { cellText, columnNamed, isCategorical } from "../../src/data/table";
import { target } from "../../src/data/target";
import { realData } from "../support";

const folders = realData ? [realData] : [];

describe.skipIf(!realData)("the four public files", () => {
  test("loadChurnBigml() gives 2,666 and 667 customers, of whom 388 and 95 leave", async () => {
    const { train, test: held } = await loadChurnBigml({ folders });
    expect([train.table.rows, held.table.rows]).toEqual([2666, 667]);
    expect([train.problems.length, held.problems.length]).toEqual([0, 0]);
    const leavers = [train, held].map((one) => target(one.table, "Churn").reduce((a, b) => a + b, 0));
    expect(leavers).toEqual([388, 95]);
    // The same levels on both sides, so that codes agree.
    expect(schemaOf(train.table)).toEqual(schemaOf(held.table));
    expect(train.source).toMatchObject({
      simulated: false,
      rows: 2666,
      sha256: publicSource("churn-bigml-80").sha256,
    });
  });

  test("loadTelco() gives 7,043 customers, 26.5% leaving, 11 blanks in TotalCharges missing", async () => {
    const { table } = await loadTelco({ folders });
    expect(table.rows).toBe(7043);
    expect(target(table, "Churn").reduce((a, b) => a + b, 0)).toBe(1869);
    const totals = columnNamed(table, "TotalCharges");
    expect(totals.type === "numeric" && totals.values.filter(Number.isNaN).length).toBe(11);
  });

  test("the fake-data sample keeps InternetService None as a level and its repeated CustomerID as an id", async () => {
    const { table } = await loadSource("telecom-customer-data", { folders });
    expect(columnNamed(table, "InternetService")).toMatchObject({ levels: ["DSL", "Fiber optic", "None"] });
    expect(columnNamed(table, "CustomerID").type).toBe("id");
  });
});

describe.skipIf(!realData)("the data sets of purchases, campaigns and foreign tables", () => {
  /** Rows of each, and what its publisher or a count in another program says of it. */
  test.each([
    ["iranian-churn", 3150, 495],
    ["isp-churn", 72274, 40050],
    ["adult", 32561, 7841],
    ["bank-churn", 3978, 840],
    ["bank-marketing", 11435, 5289],
    ["credit-default", 9977, 2253],
    ["ecommerce-churn", 5630, 948],
    ["german-credit", 1000, 300],
    ["ibm-hr", 1470, 237],
    ["marketing-campaign", 2240, 334],
    ["shoppers", 12330, 1908],
  ])("loadSource(%s) has %i rows, of which %i are of class 1, and no problems", async (name, rows, ones) => {
    const { table, schema, problems } = await loadSource(name, { folders });
    expect(problems).toEqual([]);
    expect(table.rows).toBe(rows);
    const { column, positive } = schema.target as { column: string; positive?: string };
    expect(target(table, column, positive).reduce((a, b) => a + b, 0)).toBe(ones);
  });

  test("loadSource(cdnow) has 69,659 purchases of 23,570 customers, from the first of January 1997", async () => {
    const { table, problems } = await loadSource("cdnow", { folders });
    expect([table.rows, problems.length]).toEqual([69659, 0]);
    const ids = columnNamed(table, "customer_id");
    expect("values" in ids && new Set<string | number>(ids.values).size).toBe(23570);
    expect(columnNamed(table, "date")).toMatchObject({ type: "date" });
    expect(cellText(columnNamed(table, "date"), 0)).toBe("1997-01-01");
    expect(cellText(columnNamed(table, "dollar_value"), 0)).toBe("11.77");
  });

  test("loadSource(cdnow-sample) has the names of a header that its file lacks, and 2,357 customers", async () => {
    const { table } = await loadSource("cdnow-sample", { folders });
    expect(table.rows).toBe(6919);
    const ids = columnNamed(table, "customer_id");
    expect("values" in ids && new Set<string | number>(ids.values).size).toBe(2357);
  });

  test("loadSource(hillstrom) has three arms of about 21,300 customers each", async () => {
    const { table } = await loadSource("hillstrom", { folders });
    const arms = columnNamed(table, "treatment");
    const counts = [0, 0, 0];
    if (isCategorical(arms)) for (const code of arms.codes) counts[code]++;
    expect(counts).toEqual([21306, 21307, 21387]);
  });

  test("loadSource(online-retail) keeps returns and lines without a customer", async () => {
    const { table, problems } = await loadSource("online-retail", { folders });
    expect([table.rows, problems.length]).toEqual([20000, 0]);
    const invoices = columnNamed(table, "InvoiceNo");
    const customers = columnNamed(table, "CustomerID");
    const count = (holds: (i: number) => boolean): number =>
      Array.from({ length: table.rows }, (_, i) => i).filter(holds).length;
    expect(count((i) => cellText(invoices, i).startsWith("C"))).toBe(350);
    expect(count((i) => cellText(customers, i) === "")).toBe(5078);
  });
});

test("publicSources() name a publisher, a licence and a hash each, and a URL only if it is pinned to a commit", () => {
  for (const one of publicSources()) {
    if (one.url !== undefined)
      expect(one.url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\//);
    expect(one.origin).not.toBe("");
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(one.licence).not.toBe("");
  }
});

test("loadSource(unknown name) lists the names there are", async () => {
  await expect(loadSource("telko")).rejects.toThrow("must be one of churn-bigml-80, churn-bigml-20, telco");
});
