import { expect, test } from "vitest";
import { rerunTable, tableComparison } from "../../../src/studies/tables/compare-tables";
import { tablesConclusion } from "../../../src/studies/tables/views";

test("rerunTable(comparison, name, []) puts nothing in the place of a table that is not there, and the report says so", async () => {
  const comparison = tableComparison();
  const again = await rerunTable(comparison, "german-credit", []);
  expect(again).toEqual({ name: "german-credit", saved: again.saved, sources: [] });
  expect(again.saved).toBeGreaterThan(0.3);
  expect(tablesConclusion(comparison, again)).toContain("german-credit is not among the data here");
});
