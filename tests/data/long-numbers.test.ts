import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";
import { surveyTable } from "../../src/data/read/survey-table";

const folder = mkdtempSync(join(tmpdir(), "telelink-long-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Numbers of ten digits, scattered. */
const longNumber = (i: number): number => 4_000_000_001 + ((i * 7_919_003_317) % 5_800_000_000);

/** Some numbers in the first half of 120,000 rows, then others. */
const file = (first: (i: number) => number, then: (i: number) => number): string =>
  `months,number\n${Array.from({ length: 160_000 }, (_, i) => `${i % 7},${(i < 20_000 ? first : then)(i)}`).join("\n")}\n`;
const saidOf = (csv: string) => {
  const path = join(folder, "x.csv");
  writeFileSync(path, csv);
  return surveyTable(path, {}, async ({ columns, remarks }) => [
    columns[1].column.type,
    remarks.some(({ text }) => /as names, not as amounts/.test(text)),
  ]);
};

test("surveyTable(file) says of long numbers that they are names where they are read so, whatever the file begins with", async () => {
  const [all, some] = [longNumber, (i: number) => longNumber((i * i) % 1999)];
  expect(await saidOf(file(all, all))).toEqual(["id", true]);
  expect(await saidOf(file(some, some))).toEqual(["categorical", true]);
  // Amounts come later: the beginning was of names.
  expect(await saidOf(file(all, (i) => 17 * i))).toEqual(["numeric", false]);
  expect(await saidOf(file(some, (i) => 17 * i))).toEqual(["numeric", false]);
});

test("surveyTable(file) reads ten digits with cents as amounts", async () => {
  const amounts = Array.from({ length: 300 }, (_, i) => `${i % 7},${longNumber(i % 70)}.00`);
  expect(await saidOf(`months,number\n${amounts.join("\n")}\n`)).toEqual(["numeric", false]);
});

test("parseCsv(text) reads moments of twelve and fourteen digits as dates, and scattered numbers as long as names", () => {
  const column = (cell: (i: number) => string) => {
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 7},${cell(i)}`);
    return parseCsv(`months,start\n${rows.join("\n")}\n`).table.columns[1];
  };
  const moment = (i: number) =>
    new Date(Date.UTC(2024, 4, 1) + (i % 250) * 9_876_543).toISOString().replace(/\D/g, "");
  for (const length of [12, 14])
    expect(column((i) => moment(i).slice(0, length))).toMatchObject({
      type: "date",
      format: { pattern: "yyyyMMddHHmmss".slice(0, length) },
    });
  expect(column((i) => `20${longNumber(i)}`).type).toBe("id");
});
