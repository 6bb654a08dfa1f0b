import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { readTable } from "../../../src/data/read/read-table";
import { surveyTable } from "../../../src/data/read/survey-table";
import { writeCsv } from "../../../src/data/write/write-csv";
import { aim } from "../../../src/synthesis/private/aim/aim";
import { mst } from "../../../src/synthesis/private/mst";

const folder = mkdtempSync(join(tmpdir(), "private-batches-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "orders.csv");
const rng = seeded(2);
const rows = Array.from({ length: 1200 }, (_, i) => {
  const [pieces, price] = [1 + Math.floor(9 * rng.uniform()), Math.floor(400 * rng.uniform()) / 100];
  const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(90 * rng.uniform()))).toISOString().slice(0, 10);
  // Levels come late, and cells are missing.
  const kind = i < 700 ? ["a", "b"][i % 2] : ["b", "c", "d"][i % 3];
  const weight = rng.uniform() < 0.1 ? "" : String(20 * rng.uniform());
  return `k${i},${kind},${pieces},${price.toFixed(2)},${(pieces * price).toFixed(2)},${day},${weight},say ${i % 7},${pieces > 4 ? "Yes" : "No"}`;
});
writeCsv(parseCsv(`key,kind,pieces,price,total,day,weight,words,late\n${rows.join("\n")}\n`).table, file);

test.each([
  ["mst", mst],
  ["aim", aim],
] as const)("%s() learns the same of rows that come batch by batch", async (_, fit) => {
  const domain = {
    columns: [{ name: "pieces", minimum: 1, maximum: 9, required: true }],
    rules: ["total = pieces * price"],
  };
  for (const options of [{}, { domain }]) {
    const settings = { ...options, epsilon: 4, noise: "seed" } as const;
    const { table } = await readTable(file);
    const whole = await fit(settings)(table, seeded(5));
    const json = await surveyTable(file, { blockRows: 90 }, async (survey) =>
      (await fit(settings)(survey, seeded(5))).toJSON(),
    );
    expect(json).toEqual(whole.toJSON());
  }
});
