import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { joinTables } from "../../src/data/join-tables";
import { profile, profileOf } from "../../src/data/profile";
import { readTable } from "../../src/data/read/read-table";
import { type SurveyOptions, surveyTable } from "../../src/data/read/survey-table";
import type { Table } from "../../src/data/table";
import { writeParquet } from "../../src/data/write/write-parquet";

const folder = mkdtempSync(join(tmpdir(), "survey-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The survey of a file in small blocks says what reading it whole says, and its batches have the same rows. */
async function expectSame(file: string, options: SurveyOptions = {}): Promise<void> {
  const { table, ...whole } = await readTable(file, options);
  await surveyTable(file, { blockRows: 16, ...options }, async ({ columns, kept, batches, ...read }) => {
    expect(read).toEqual(whole);
    expect(kept).toBe(table.rows);
    const near = (of: ReturnType<typeof profile>) =>
      of.map(({ numbers, levels = [], ...rest }) => ({
        ...rest,
        levels: levels.map(({ count }) => count),
        numbers: Object.entries(numbers ?? {}).map(([name, value]) => `${name} ${value.toPrecision(9)}`),
      }));
    const words = ({ summary, ...rest }: ReturnType<typeof near>[number]) =>
      rest.type === "numeric" ? { ...rest, summary } : rest;
    expect(near(columns.map(profileOf)).map(words)).toEqual(near(profile(table)).map(words));
    const parts: Table[] = [];
    for await (const part of batches()) parts.push(part);
    // Words for missing are known once they came.
    const cells = ({ columns: all }: Table) => all.map(({ missing, ...column }) => column);
    expect(cells(joinTables(parts))).toEqual(cells(table));
  });
}

const line = (i: number): string =>
  `K-${i},${i % 7},${((i * 37) % 101) / 4},${i % 3 ? "No" : "yes"},${["basic", "Plus", "plus "][i % 3]},2024-03-${10 + (i % 19)},${i % 11 ? i % 2 : ""}`;
const head = "customerID,months,charge,churn,plan,joined,senior\n";
const lines = Array.from({ length: 400 }, (_, i) => line(i + 1));
const endings: Readonly<Record<string, readonly string[]>> = {
  "nothing odd": [],
  "a column of numbers that turns into words": Array.from(
    { length: 60 },
    (_, i) => `K-9${i},low,3,No,basic,2024-03-11,1`,
  ),
  "one cell that is no number": ["K-900,many,3,No,basic,2024-03-11,1"],
  "a date that there is not": ["K-900,3,3,No,basic,2024-02-31,1"],
  "dates of another style": Array.from(
    { length: 60 },
    (_, i) => `K-9${i},2,3,No,basic,${10 + (i % 19)}.03.2024,1`,
  ),
  "a third word in a column of two": ["K-900,3,3,perhaps,basic,2024-03-11,1", line(901)],
  "missing words": ["K-900,NA,-,No,n/a,,?", line(901), "K-902,NA,,,basic,NA,"],
  "a quote that never closes": ['K-900,3,3,No,"basic,2024-03-11,1', line(901)],
  "too few fields": ["K-900,3", line(901)],
  "a sum below": ["Total,1400,,,,,"],
  "numbers with leading zeros": ["K-900,007,3,No,basic,2024-03-11,1"],
  euros: ["K-900,3,3.50 €,No,basic,2024-03-11,1", "K-901,3,4.50 €,No,basic,2024-03-11,1"],
  "a 2 in a column of 0 and 1": ["K-900,3,3,No,basic,2024-03-11,2"],
  "zeros and ones of other spellings": [
    "K-900,3,3,No,basic,2024-03-11,-0",
    "K-901,3,3,No,basic,2024-03-11,1.00",
  ],
  "words among zeros and ones": Array.from(
    { length: 2 },
    (_, i) => `K-9${i},3,3,No,basic,2024-03-11,${i ? "perhaps" : "maybe"}`,
  ),
  "more words than case is folded of, and blanks around one": Array.from(
    { length: 260 },
    (_, i) => `K-9${i},3,3,No,${i === 9 ? "BASIC " : `plan ${i}`},2024-03-11,1`,
  ),
  "a header once more": [head.trim(), line(901)],
};
test.each(Object.keys(endings))(
  "surveyTable reads block by block what readTable reads as a whole: %s",
  async (name) => {
    const file = join(folder, "odd.csv");
    // Longer than the beginning that types are guessed from.
    const all = [...Array.from({ length: 28 }, () => lines).flat(), ...endings[name]];
    writeFileSync(file, `${head}${all.join("\n")}\n`);
    await expectSame(file);
    writeFileSync(file, `${head}${[...lines.slice(0, 40), ...endings[name]].join("\n")}\n`);
    await expectSame(file, { badCells: "missing" });
  },
);

test("a file that changes between two readings is told of, whether rows come or can no longer be read", async () => {
  const file = join(folder, "changing.csv");
  for (const more of [`${line(901)}\n`, "K-901,3\n"]) {
    writeFileSync(file, `${head}${lines.join("\n")}\n`);
    const reading = surveyTable(file, {}, async ({ batches }) => {
      appendFileSync(file, more);
      for await (const _ of batches());
    });
    await expect(reading).rejects.toThrow(
      "changing.csv: it must not change while it is read, got 401 rows after 400",
    );
  }
});

test("surveyTable reads runs, codes and identifiers of whole numbers, and what is not a plain file", async () => {
  const rng = seeded(3);
  const rows = Array.from({ length: 12_000 }, (_, i) => {
    const code = 100 + Math.floor(30 * rng.uniform());
    return `${i + 1},${code},${Math.floor(1e9 * rng.uniform())},${Math.floor(4000 * rng.uniform())},${rng.uniform()}`;
  });
  const blockRows = 5000;
  const text = `row,area code,account_id,branch_id,share\n${rows.join("\n")}\n`;
  writeFileSync(join(folder, "numbers.csv"), text);
  await expectSame(join(folder, "numbers.csv"), { blockRows });
  const table = (await readTable(join(folder, "numbers.csv"))).table;
  expect(table.columns.map((column) => column.type)).toEqual([
    "id",
    "categorical",
    "id",
    "categorical",
    "numeric",
  ]);
  writeFileSync(join(folder, "numbers.csv.gz"), gzipSync(text));
  await expectSame(join(folder, "numbers.csv.gz"), { blockRows });
  await writeParquet(table, join(folder, "numbers.parquet"));
  await expectSame(join(folder, "numbers.parquet"), { blockRows });
  await expectSame(join(folder, "numbers.csv"), { blockRows, only: ["branch_id", "share"] });
});
