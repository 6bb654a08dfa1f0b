import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { RejectedRow } from "../../src/data/csv/options";
import { joinTables } from "../../src/data/join-tables";
import { readCsv } from "../../src/data/read/read-csv";
import { readCsvBatches } from "../../src/data/read/read-csv-batches";
import { publishedSchema } from "../../src/data/sources/sources";
import { isCategorical, type Table } from "../../src/data/table";
import { realData } from "../support";

const folder = mkdtempSync(join(tmpdir(), "telelink-batches-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function* bytesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(batches: AsyncIterable<Table>): Promise<Table[]> {
  const all: Table[] = [];
  for await (const one of batches) all.push(one);
  return all;
}

describe("readCsvBatches(source, options)", () => {
  test("whoever hears of refused rows gets a batch though all of its rows were refused, and holds no more", async () => {
    const refused: RejectedRow[] = [];
    const text = `a,b\n1,2\n${"x\n".repeat(10_000)}3,4\n`;
    const batches = await readCsvBatches(bytesOf(text, 1000), {
      ...{ rows: 500, headBytes: 1000, onReject: (row: RejectedRow) => void refused.push(row) },
    });
    let most = 0;
    const sizes: number[] = [];
    for await (const one of batches) {
      most = Math.max(most, refused.splice(0).length);
      sizes.push(one.rows);
    }
    expect(most).toBeLessThan(4000);
    expect([sizes.reduce((sum, size) => sum + size, 0), batches.rejected]).toEqual([2, 10_000]);
  });

  test.skipIf(!realData)("gives the rows of readCsv, in batches of about the size asked for", async () => {
    const file = join(realData as string, "Telco-Customer-Churn.csv");
    const schema = publishedSchema("telco");
    const batches = await readCsvBatches(file, { rows: 1000, schema });
    const tables = await collect(batches);
    expect(tables.length).toBeGreaterThan(4);
    for (const one of tables.slice(0, -1)) {
      expect(one.rows).toBeGreaterThanOrEqual(1000);
      expect(one.rows).toBeLessThan(1500);
    }
    expect(joinTables(tables)).toEqual(readCsv(file, { schema }).table);
    expect([batches.rows, batches.rejected, batches.bytes]).toEqual([7043, 0, 970_457]);
  });

  test("numbers rejected rows as they stand in the file, from 1, behind rows too short and in later blocks", async () => {
    const lines = Array.from(
      { length: 5000 },
      (_, i) => `${i + 1},${[7, 8, 4321].includes(i + 1) ? "many" : i}`,
    );
    lines[5] = "6";
    const rejected: { row: number; line: number; text: string }[] = [];
    const schema = { columns: ["id", "n"].map((name) => ({ name, type: "numeric" as const })) };
    const onReject = ({ row, line, text }: RejectedRow): void => void rejected.push({ row, line, text });
    await collect(
      await readCsvBatches(bytesOf(`id,n\n${lines.join("\n")}\n`, 900), { schema, onReject, rows: 500 }),
    );
    expect(rejected).toEqual([
      { row: 6, line: 7, text: "6" },
      { row: 7, line: 8, text: "7,many" },
      { row: 8, line: 9, text: "8,many" },
      { row: 4321, line: 4322, text: "4321,many" },
    ]);
  });

  test("cuts a stream anywhere: in numbers, quotes, line ends and characters", async () => {
    const text = 'id,n,t\r\nA1,1.5,"é, ""q""\r\n€"\r\nA2,22.25,😀\r\nA3,,plain\r\n';
    const whole = await collect(await readCsvBatches(bytesOf(text, 1000)));
    for (let size = 1; size < 12; size++)
      expect(joinTables(await collect(await readCsvBatches(bytesOf(text, size))))).toEqual(joinTables(whole));
    expect(whole[0].columns[2]).toMatchObject({ levels: ["plain", 'é, "q"\r\n€', "😀"] });
  });

  test("keeps codes steady: later batches have the levels of earlier ones, and new ones after them", async () => {
    const rows = (word: string): string =>
      `${Array.from({ length: 6000 }, (_, i) => `${i},${word}${i % 2}`).join("\n")}\n`;
    const text = `n,c\n${rows("a")}${rows("b")}`;
    const levels: (readonly string[])[] = [];
    const schema = { columns: [{ name: "c", type: "categorical" as const }] };
    for await (const one of await readCsvBatches(bytesOf(text, 4096), { rows: 4000, schema })) {
      const column = one.columns[1];
      if (isCategorical(column)) levels.push(column.levels);
    }
    expect(levels[0]).toEqual(["a0", "a1"]);
    expect(levels.at(-1)).toEqual(["a0", "a1", "b0", "b1"]);
  });

  test("takes sorted levels from the beginning, and holds the rest to what was inferred there", async () => {
    const text = `b,c\n${"Yes,z\nNo,y\n".repeat(600_000)}maybe,x\n`;
    const batches = await readCsvBatches(bytesOf(text, 1 << 16), { rows: 500_000, name: "b.csv" });
    const tables = await collect(batches);
    expect(batches.schema.columns[0]).toEqual({ name: "b", type: "boolean", levels: ["No", "Yes"] });
    expect(tables[0].columns[1]).toMatchObject({ levels: ["y", "z"] });
    expect(batches.problems).toEqual([
      { file: "b.csv", line: 1_200_002, column: "b", rule: "must be one of No, Yes", value: "maybe" },
    ]);
  });

  test("reports problems by their line in the file, and rows that don't fit what the beginning showed", async () => {
    const schema = { columns: [{ name: "n", type: "numeric" as const }] };
    const text = `n\n${Array.from({ length: 9000 }, (_, i) => (i === 8000 ? "oops" : i)).join("\n")}\n`;
    const batches = await readCsvBatches(bytesOf(text, 999), { rows: 2000, schema, name: "n.csv" });
    const tables = await collect(batches);
    expect(tables.reduce((sum, one) => sum + one.rows, 0)).toBe(8999);
    expect(batches.problems).toEqual([
      { file: "n.csv", line: 8002, column: "n", rule: "must be a number", value: "oops" },
    ]);
    expect([batches.rows, batches.rejected, batches.problemCount]).toEqual([9000, 1, 1]);
  });

  test("a file of a header alone has no batches, an empty one is an error", async () => {
    const header = await readCsvBatches(bytesOf("a,b\n", 10));
    expect(await collect(header)).toEqual([]);
    expect(header.rows).toBe(0);
    await expect(readCsvBatches(bytesOf("", 10), { name: "x" })).rejects.toThrow(
      "Cannot read x: the file must not be empty",
    );
    await expect(readCsvBatches(join(folder, "none.csv"))).rejects.toThrow("there is no such file");
    await expect(readCsvBatches(bytesOf("a\n1\n", 10), { rows: 0 })).rejects.toThrow(
      "rows must be a whole number",
    );
  });

  test("holds no more than a batch: 60 MB pass through less than 40 MB more memory", async () => {
    const file = join(folder, "large.csv");
    const line = "1234,5678.25,Month-to-month,Electronic check,No\n";
    writeFileSync(file, `a,b,c,d,e\n${line.repeat(Math.ceil((60 << 20) / line.length))}`);
    let rows = 0;
    let most = 0;
    let before = 0;
    for await (const one of await readCsvBatches(createReadStream(file), { rows: 50_000 })) {
      rows += one.rows;
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      // From the third batch on all buffers have their size.
      if (rows < 200_000) before = heapUsed + arrayBuffers;
      else most = Math.max(most, heapUsed + arrayBuffers - before);
    }
    expect(rows).toBe(Math.ceil((60 << 20) / line.length));
    expect(most).toBeLessThan(40 << 20);
  });
});
