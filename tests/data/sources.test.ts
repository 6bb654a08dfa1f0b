import { describe, expect, test } from "vitest";
import { loadChurnBigml, loadSource, loadTelco } from "../../src/data/load-source";
import { schemaOf } from "../../src/data/schema";
import { publicSource, publicSources } from "../../src/data/sources";
import { columnNamed } from "../../src/data/table";
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

  test("loadTelco() gives 7,043 customers, 26.5 % leaving, 11 blanks in TotalCharges missing", async () => {
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

test("publicSources() name a licence, a URL pinned to a commit and a hash each", () => {
  for (const one of publicSources()) {
    expect(one.url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[^/]+\/[^/]+\/[0-9a-f]{40}\//);
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(one.licence).not.toBe("");
  }
});

test("loadSource(unknown name) lists the names there are", async () => {
  await expect(loadSource("telko")).rejects.toThrow("must be one of churn-bigml-80, churn-bigml-20, telco");
});
