import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { readTable } from "../../../src/data/read/read-table";
import { surveyTable } from "../../../src/data/read/survey-table";
import { cellText, isCategorical } from "../../../src/data/table";
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

test.each([true, false])(
  "a row with another spelling changes what no other row is read as (type stated: %s)",
  async (stated) => {
    const given = { columns: [{ name: "plan", type: "categorical" as const }] };
    const options = { spellings: "kept" as const, ...(stated && { schema: given }) };
    const all = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? "Basic" : "basic"},${i % 7}`);
    const levelsAndCells = async (lines: readonly string[], name: string) => {
      const path = join(folder, name);
      writeFileSync(path, `plan,months\n${lines.join("\n")}\n`);
      return surveyTable(path, { ...options, blockRows: 40 }, async ({ columns, batches }) => {
        const cells: string[] = [];
        for await (const batch of batches())
          for (let i = 0; i < batch.rows; i++) cells.push(cellText(batch.columns[0], i));
        const [{ column }] = columns;
        expect((await readTable(path, options)).table.columns[0]).toMatchObject({
          levels: isCategorical(column) && column.levels,
        });
        return { levels: isCategorical(column) ? column.levels : [], cells };
      });
    };
    const before = await levelsAndCells(all, "before.csv");
    expect(before).toEqual({ levels: ["Basic", "basic"], cells: all.map((line) => line.split(",")[0]) });
    // One more makes the one or the other the commonest.
    for (const [cell, word] of [
      ["Basic", "Basic"],
      ["basic", "basic"],
      [" basic ", "basic"],
      ["BASIC", "BASIC"],
    ]) {
      const after = await levelsAndCells([...all, `${cell},3`], "after.csv");
      expect(after.levels).toEqual([...new Set([...before.levels, word])].sort());
      expect(after.cells).toEqual([...before.cells, word]);
    }
  },
);

test("mst() reads other spellings as the levels that a domain states, whichever are the commonest", async () => {
  const path = join(folder, "stated.csv");
  writeFileSync(
    path,
    `plan,months\n${Array.from({ length: 300 }, (_, i) => `${["basic", "BASIC", "plus"][i % 3]},${i % 7}`).join("\n")}\n`,
  );
  const { table } = await readTable(path, { spellings: "kept" });
  const domain = { columns: [{ name: "plan", levels: ["Basic", "plus", "Plus"], required: true }] };
  const made = (await mst({ epsilon: 50, noise: "seed", domain })(table, seeded(3))).sample(300, seeded(4));
  const [plan] = made.columns;
  const counts = isCategorical(plan)
    ? plan.levels.map((_, code) => plan.codes.filter((own) => own === code).length)
    : [];
  expect(Math.abs(counts[0] - 200)).toBeLessThan(40);
  expect(counts[2]).toBeLessThan(10);
});
