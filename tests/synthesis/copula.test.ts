import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { parseCsv } from "../../src/data/read/read-csv";
import { cellText } from "../../src/data/table";
import { copula, loadCopula } from "../../src/synthesis/copula/copula";
import { describeSynthesiser } from "./conformance";

describeSynthesiser("copula(options)(table, rng)", { fit: copula(), load: loadCopula });

test("copula(options)(table, rng) learns columns that others settle in every row", async () => {
  const rates: Record<string, string> = { DE: "19,0,", CH: "8,,4", UK: "20,0,", FR: "20,,4" };
  const lines = Array.from({ length: 400 }, (_, i) => {
    const country = ["DE", "CH", "UK", "FR"][(i * 7 + (i >> 3)) % 4];
    return `${country},${rates[country]}`;
  });
  const { table } = parseCsv(`country,rate,surcharge,discount\n${lines.join("\n")}\n`);
  const model = await copula()(table, seeded(1));
  expect(model.structure.exclusions.length).toBeGreaterThan(0);
  const made = model.sample(300, seeded(2));
  const rows = Array.from({ length: 300 }, (_, i) => made.columns.map((one) => cellText(one, i)).join(","));
  const known = new Set(lines);
  expect(rows.filter((row) => !known.has(row))).toEqual([]);
  expect(new Set(rows)).toEqual(known);
});
