import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import pl, { type DataFrame } from "nodejs-polars";
import { afterAll, describe, expect, test } from "vitest";
import { joinTables } from "../../src/data/join-tables";
import { checkHeld, checkRoom } from "../../src/data/read/check-room";
import { parseCsv, readCsv } from "../../src/data/read/read-csv";
import { readTable, readTableBatches } from "../../src/data/read/read-table";
import { publishedSchema } from "../../src/data/sources/sources";
import { cellText, type Table } from "../../src/data/table";
import { writeParquet } from "../../src/data/write/write-parquet";
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
      i: Array.from({ length: rows }, (_, i) => 2 * i),
      t: Array.from({ length: rows }, (_, i) => `w${i % 3}`),
    }).writeParquet(file);
    const { table } = await readTable(file);
    expect(table.rows).toBe(rows);
    expect((table.columns[0] as { values: Float64Array }).values.every((value, i) => value === 2 * i)).toBe(
      true,
    );
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

  test("leaves out columns of lists and structures by name", async () => {
    pl.DataFrame({ n: [1, 2], list: [[1], [2, 3]] }).writeParquet(file);
    const { table, remarks } = await readTable(file);
    expect(table.columns.map((one) => one.name)).toEqual(["n"]);
    expect(remarks[0]).toEqual({ column: "list", text: "left out: it holds lists, structures or bytes" });
  });

  test("says what is wrong with a file that is cut, or is not there", async () => {
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    await expect(readTable(file)).rejects.toThrow(
      `Cannot read ${file}: it must be a whole Parquet file, got: `,
    );
    const none = join(folder, "none.parquet");
    await expect(readTable(none)).rejects.toThrow(`Cannot read ${none}: there is no such file`);
    const empty = mkdtempSync(join(folder, "empty-"));
    await expect(readTable(empty)).rejects.toThrow(
      `Cannot read ${empty}: a folder must hold Parquet files, got none`,
    );
  });
});

describe("readTable(file): what it is the content tells, not the name", () => {
  const csv = `id,plan,use\n${Array.from({ length: 60 }, (_, i) => `c${(7 * i) % 60},${"ab"[i % 2]},${(i * 37) % 101}.5`).join("\n")}\n`;
  const write = (content: string | Uint8Array): string => {
    const path = join(folder, "any.csv");
    writeFileSync(path, content);
    return path;
  };
  const plain = parseCsv(csv).table;
  const frame = (): DataFrame =>
    pl.DataFrame(
      Object.fromEntries(
        plain.columns.map((one) => [
          one.name,
          Array.from({ length: plain.rows }, (_, i) =>
            one.type === "numeric" ? one.values[i] : cellText(one, i),
          ),
        ]),
      ),
    );
  const objects = (): Record<string, unknown>[] =>
    Array.from({ length: plain.rows }, (_, i) =>
      Object.fromEntries(
        plain.columns.map((one) => [one.name, one.type === "numeric" ? one.values[i] : cellText(one, i)]),
      ),
    );

  test.each<[string, () => string | Uint8Array]>([
    ["gzip", () => gzipSync(csv)],
    ["zstd", () => zstdRaw(csv)],
    [
      "JSON lines",
      () =>
        objects()
          .map((one) => JSON.stringify(one))
          .join("\n"),
    ],
    ["a JSON array", () => JSON.stringify(objects(), null, 1)],
    [
      "gzip of JSON lines",
      () =>
        gzipSync(
          objects()
            .map((one) => JSON.stringify(one))
            .join("\n"),
        ),
    ],
    ["Parquet", () => frame().writeParquet() as unknown as Buffer],
    ["gzip of Parquet", () => gzipSync(frame().writeParquet() as unknown as Buffer)],
    ["Arrow", () => frame().writeIPC() as unknown as Buffer],
  ])("%s", async (_, make) => {
    const { table } = await readTable(write(make()));
    expect(table).toEqual(plain);
    const parts: Table[] = [];
    for await (const one of await readTableBatches(write(make()))) parts.push(one);
    expect(joinTables(parts).rows).toBe(60);
  });

  test.each<[string, string | Uint8Array, string]>([
    ["a picture", Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), "got an image (PNG)"],
    ["a web page", "<!DOCTYPE html><html><body>no data</body></html>", "got a web page (HTML)"],
    ["a database", "SQLite format 3\0", "got an SQLite database"],
    [
      "a ZIP archive",
      Buffer.from("PK\x03\x04nothing", "latin1"),
      "got a ZIP archive that holds no Excel sheet",
    ],
    ["a cut gzip", gzipSync(csv).subarray(0, 60), "it is damaged"],
    [
      "bytes of any kind",
      Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7) % 251)),
      "got binary data",
    ],
    ["nothing", "", "the file must not be empty"],
    ["a broken JSON line", '{"a": 1}\n{"a": 2\n', ":2: each line must be a JSON object"],
  ])("refuses %s and says what it is", async (_, content, message) => {
    const error = await readTable(write(content)).catch((one: Error) => one);
    expect((error as Error).message).toContain(message);
    // Never the bytes themselves.
    expect((error as Error).message).toMatch(/^[\x20-\x7e…]*$/);
  });
});

/** Bytes as a Zstandard frame of raw blocks (RFC 8878). */
function zstdRaw(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, block, bytes]);
}

test("a table that the memory can't hold is refused before it is read, with the ways out", async () => {
  const huge = join(folder, "huge.csv");
  writeFileSync(huge, `a,b\n${"1,2\n".repeat(1000)}`);
  // Sparse: it takes no room on the disk.
  truncateSync(huge, 2 * totalmem());
  await expect(readTable(huge)).rejects.toThrow(
    /^Cannot read .*huge\.csv as a whole: .* GB of text take up to .* \(telelink train --sample learns from a part/,
  );
  expect(() => readCsv(huge)).toThrow(/huge\.csv as a whole/);
  expect(() => checkRoom("x.csv", 1e9, 8e9)).not.toThrow();
  expect(() => checkRoom("x.csv", 60 * 2 ** 30, 8e9)).toThrow("60 GB of text take up to 180 GB of memory");
  expect(() => checkRoom("x.csv", 3e9, 8e9)).toThrow("at most the 7.5 GB there are");
  expect(() => checkHeld("resample", 4e9, "drop some", 8e9)).not.toThrow();
  expect(() => checkHeld("resample", 6e9, "drop some", 8e9)).toThrow(
    "Cannot resample: what is held of the rows must be at most half of the 7.5 GB of memory there are, got 5.6 GB (drop some)",
  );
});
