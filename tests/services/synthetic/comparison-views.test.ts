import { expect, test } from "vitest";
import { distributionChart, type NamedTable } from "../../../src/services/synthetic/comparison-views";

/** 400 customers, of whom one lives in Hinterstoder and has the greatest income by far. */
const towns = Array.from({ length: 400 }, (_, i) => (i === 7 ? 2 : i % 2));
const tables = (["real", "synthetic"] as const).map(
  (name): NamedTable => ({
    name,
    colour: name === "real" ? "grey" : 1,
    table: {
      rows: towns.length,
      columns: [
        {
          name: "town",
          type: "categorical",
          codes: Int32Array.from(towns),
          levels: ["Wien", "Graz", "Hinterstoder"],
        },
        {
          name: "income",
          type: "numeric",
          values: Float64Array.from(towns, (town, i) => (town === 2 ? 98_765 : 1000 + (i % 100))),
        },
      ],
    } as unknown as NamedTable["table"],
  }),
);

test("distributionChart(tables, column) shows no level and no end that a single customer has", async () => {
  const shown = await distributionChart(tables, "town");
  expect(shown).toContain("Wien");
  expect(shown).not.toContain("Hinterstoder");
  // The axis ends where five customers are.
  const income = await distributionChart(tables, "income");
  expect(income).toMatch(/1,0[0-9]0/);
  expect(income).not.toMatch(/[1-9]0,000/);
});
