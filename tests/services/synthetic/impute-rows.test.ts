import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { surveyTable } from "../../../src/data/read/survey-table";
import { csvFile } from "../../../src/data/write/write-csv";
import { imputeRows } from "../../../src/services/synthetic/impute-rows";
import { sequential } from "../../../src/synthesis/sequential/sequential";

const folder = mkdtempSync(join(tmpdir(), "impute-rows-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const rng = seeded(3);
const row = (i: number): string[] => {
  const [pieces, price] = [1 + Math.floor(6 * rng.uniform()), 2 + Math.floor(9 * rng.uniform())];
  return [`n ${i}`, ["plus", "basic"][pieces % 2], String(pieces), String(price), String(pieces * price)];
};
const header = ["note", "plan", "pieces", "price", "total"];
const rows = Array.from({ length: 400 }, (_, i) => row(i));
const text = (all: readonly (readonly string[])[]): string =>
  `${[header, ...all].map((cells) => cells.join(",")).join("\n")}\n`;
const learnt = sequential({ threads: 1 })(parseCsv(text(rows)).table, seeded(1));

/** Holes, numbers in other words, a level nobody learnt, a row of too many fields and one that repeats the header. */
const strange = rows.map((cells, i): readonly string[] => {
  const own = cells.map((cell, j) => (j > 0 && (i * 7 + j * 5) % 11 === 0 ? ["", "?"][i % 2] : cell));
  if (i % 50 === 7) return [...own, "one too many"];
  if (i === 120) return header;
  return own.map((cell, j) =>
    i % 60 === 9 && j === 1 ? (i > 300 ? "late" : "gone") : i % 40 === 11 && j === 3 ? `0${cell}.0` : cell,
  );
});
writeFileSync(at("holes.csv"), text(strange));

async function filled(source: string, blockRows: number, partRows: number, columns?: readonly string[]) {
  const completion = (await learnt).completion(seeded(2), columns && { columns });
  const schema = { columns: (await learnt).columns.map(({ name, type }) => ({ name, type })) };
  await surveyTable(source, { schema, badCells: "missing", blockRows }, async (survey) => {
    const out = csvFile(at("full.csv"));
    await imputeRows(survey, completion, { asWritten: true, partRows }, out.write);
    out.end();
  });
  return { csv: readFileSync(at("full.csv"), "utf8"), found: completion.found };
}

test("imputeRows() writes the same bytes whatever blocks the rows are read in, and counts the same", async () => {
  const large = await filled(at("holes.csv"), 1e6, 90);
  for (const blockRows of [16, 100]) expect(await filled(at("holes.csv"), blockRows, 90)).toEqual(large);
  const whole = await filled(at("holes.csv"), 1e6, 1e6);
  const order = ({ columns, unknown, contradicting }: typeof whole.found) => ({
    missing: columns.map(({ name, missing }) => [name, missing]),
    unknown,
    contradicting: contradicting.map(({ rule, rows, first }) => [rule, rows, first]).sort(),
  });
  expect(order(large.found)).toEqual(order(whole.found));
  const [{ name, cells, levels, first }] = whole.found.unknown;
  expect({ name, cells, levels, first }).toEqual({
    name: "plan",
    cells: 7,
    levels: 2,
    first: ["gone", "late"],
  });
});

test("imputeRows() changes no cell but those it fills: rows that can be read stay as they are written, in their order", async () => {
  const before = strange.filter((cells) => cells.length === header.length && cells !== header);
  const { csv, found } = await filled(at("holes.csv"), 16, 90, ["pieces", "total"]);
  const after = csv.trim().split("\n").slice(1);
  expect(after).toHaveLength(before.length);
  let holes = 0;
  after.forEach((line, i) => {
    line.split(",").forEach((cell, j) => {
      const hole = ["", "?"].includes(before[i][j]) && [2, 4].includes(j);
      if (hole) holes++;
      if (hole) expect(cell).toMatch(/^\d+$/);
      else expect(cell, line).toBe(before[i][j]);
    });
  });
  expect(holes).toBeGreaterThan(50);
  expect(found.columns.reduce((sum, { filled }) => sum + filled, 0)).toBe(holes);
});

test("imputeRows() writes the names of the columns of a table without rows", async () => {
  writeFileSync(at("none.csv"), text([]));
  expect((await filled(at("none.csv"), 16, 90)).csv).toBe(`${header.join(",")}\n`);
});
