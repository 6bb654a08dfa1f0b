import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pl from "nodejs-polars";
import { afterAll, describe, expect, test } from "vitest";
import { joinTables } from "../../src/data/join-tables";
import { readCsv } from "../../src/data/read-csv";
import { readTable, readTableBatches } from "../../src/data/read-table";
import { publishedSchema } from "../../src/data/sources";
import type { Table } from "../../src/data/table";
import { writeParquet } from "../../src/data/write-parquet";
import { realData } from "../support";

const folder = mkdtempSync(join(tmpdir(), "telelink-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "x.parquet");

describe("readTable(file) of Parquet", () => {
  test("reads numbers, words, truth values, dates and nulls", async () => {
    pl.DataFrame({
      n: [1.5, null, NaN],
      whole: pl.Series("whole", [1, 2, null], pl.Int64),
      word: ["a,b", 'say "hi"', null],
      sure: [true, null, false],
      day: pl.Series("day", [new Date("2024-01-31"), null, new Date("2024-02-29")], pl.Datetime("ms")),
    }).writeParquet(file);
    const { table, problemCount } = await readTable(file);
    expect(problemCount).toBe(0);
    expect(table.columns).toMatchObject([
      { name: "n", type: "numeric", values: Float64Array.of(1.5, NaN, NaN) },
      { name: "whole", type: "numeric", values: Float64Array.of(1, 2, NaN), decimals: 0 },
      { name: "word", type: "categorical", levels: ["a,b", 'say "hi"'] },
      { name: "sure", type: "boolean", levels: ["false", "true"], codes: Int32Array.of(1, -1, 0) },
      { name: "day", type: "date" },
    ]);
  });

  test.skipIf(!realData)(
    "gives back what writeParquet wrote of IBM Telco, whole and in batches",
    async () => {
      const schema = publishedSchema("telco");
      const { table } = readCsv(join(realData as string, "Telco-Customer-Churn.csv"), { schema });
      await writeParquet(table, file);
      expect((await readTable(file, { schema })).table).toEqual(table);
      const parts: Table[] = [];
      const batches = await readTableBatches(file, { schema, rows: 2000 });
      for await (const one of batches) parts.push(one);
      expect(parts.length).toBeGreaterThan(2);
      expect(joinTables(parts)).toEqual(table);
    },
  );

  test("reads more rows than one block holds", async () => {
    const rows = 150_000;
    pl.DataFrame({
      i: Array.from({ length: rows }, (_, i) => i),
      t: Array.from({ length: rows }, (_, i) => `w${i % 3}`),
    }).writeParquet(file);
    const { table } = await readTable(file);
    expect(table.rows).toBe(rows);
    expect((table.columns[0] as { values: Float64Array }).values.every((value, i) => value === i)).toBe(true);
  });

  test("holds rows to a schema, and counts those that break it", async () => {
    pl.DataFrame({ n: [1, -2, 3] }).writeParquet(file);
    const read = await readTable(file, {
      schema: { columns: [{ name: "n", type: "numeric", minimum: 0 }] },
    });
    expect([read.table.rows, read.rejected]).toEqual([2, 1]);
    expect(read.problems[0]).toMatchObject({
      line: 3,
      column: "n",
      rule: "must be at least 0",
      value: expect.stringContaining("-2"),
    });
  });

  test("refuses what is no Parquet file", async () => {
    writeFileSync(file, "a,b\n1,2\n");
    await expect(readTable(file)).rejects.toThrow(`Cannot read ${file}: it must be a Parquet file, got: `);
    const none = join(folder, "none.parquet");
    await expect(readTable(none)).rejects.toThrow(`Cannot read ${none}: it must be a Parquet file, got: `);
  });
});
