import { expect, test } from "vitest";
import { type Column, type Table, table, takeTableRows } from "../../src/data/table";
import { PackedTable, packedBytes } from "../../src/data/tally/packed-table";

/** A table with so many different values in each column, some of them missing. */
function tableOf(rows: number, different: number): Table {
  const value = (i: number): number => (i * 7919) % different;
  const texts = Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? "" : `é ${value(i)}`));
  const columns: Column[] = [
    {
      name: "n",
      type: "numeric",
      values: Float64Array.from(texts, (text, i) => (text ? value(i) / 3 : Number.NaN)),
    },
    {
      name: "c",
      type: "categorical",
      levels: Array.from({ length: different }, (_, k) => `level ${k}`),
      codes: Int32Array.from(texts, (text, i) => (text ? value(i) : -1)),
    },
    { name: "d", type: "date", values: texts },
    { name: "t", type: "text", values: texts },
  ];
  return table(columns);
}

test.each([2, 254, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])(
  "PackedTable gives %i different cells a column back as they came, block by block and in any order",
  (different) => {
    // Each value at least twice.
    const hundred = different < 1000 ? 14 : 1400;
    const rows = tableOf(100 * hundred, different);
    const held = new PackedTable(rows.columns, 10);
    for (let from = 0; from < rows.rows; from += 21 * hundred) {
      const places = Array.from({ length: Math.min(21 * hundred, rows.rows - from) }, (_, i) => from + i);
      held.add(takeTableRows(rows, places));
    }
    expect(held.rows).toBe(rows.rows);
    for (const one of rows.columns) expect(held.column(one.name)).toEqual(one);
    const some = [rows.rows - 1, 3, 3, 0, rows.rows / 2 + 1];
    expect(held.take(some, ["t", "n"])).toEqual(
      takeTableRows({ rows: rows.rows, columns: [rows.columns[0], rows.columns[3]] }, some),
    );
    expect([...held.blocks(40 * hundred)].map((block) => block.rows / hundred)).toEqual([40, 40, 20]);
  },
);

test("PackedTable takes levels that come later, in another order than before", () => {
  const column = (levels: string[], codes: number[]): Table =>
    table([{ name: "c", type: "categorical", levels, codes: Int32Array.from(codes) }]);
  const held = new PackedTable(column(["a", "b"], []).columns, 4);
  held.add(column(["b", "a"], [0, 1]));
  held.add(column(["c", "a"], [0, -1]));
  expect(held.column("c")).toMatchObject({ levels: ["a", "b", "c"], codes: Int32Array.of(1, 0, 2, -1) });
});

test("packedBytes(column) foresees what a row takes by the different cells", () => {
  const [n, c, d, t] = tableOf(70_000, 70_000).columns;
  expect([n, c, d].map(packedBytes)).toEqual([8, 4, 4]);
  expect(packedBytes(t)).toBeGreaterThan(8);
  expect(tableOf(300, 2).columns.slice(1, 2).map(packedBytes)).toEqual([1]);
  expect(tableOf(60_000, 60_000).columns.slice(0, 3).map(packedBytes)).toEqual([2, 2, 2]);
});
