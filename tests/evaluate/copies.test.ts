import { expect, test } from "vitest";
import { normal, seeded } from "../../src/core/rng";
import { parseCsv } from "../../src/data/read/read-csv";
import { type Column, type Table, table, takeTableRows } from "../../src/data/table";
import { copiedRows, copiesSentences, namingColumn } from "../../src/evaluate/copies";

const rng = seeded(3);
const numbers = (rows: number, name: string): Column => {
  const values = Float64Array.from({ length: rows }, () => normal(rng));
  return { name, type: "numeric", values };
};
const drawn = (rows: number): Table => table(["a", "b", "c"].map((name) => numbers(rows, name)));
const fourTimes = (rows: Table): Table =>
  takeTableRows(
    rows,
    Int32Array.from({ length: 4 * rows.rows }, (_, i) => i % rows.rows),
  );

test("copiedRows(table) counts rows that repeat an earlier one, and those that do in all columns but one", () => {
  expect(copiedRows(fourTimes(drawn(80)))).toEqual({ copies: 240 });
  const stamped = table([...fourTimes(drawn(80)).columns, numbers(320, "stamp")]);
  expect(copiedRows(stamped)).toEqual({ copies: 240, but: "stamp" });
  expect(copiesSentences(stamped)[0]).toContain(
    '240 of 320 rows equal an earlier row in every column but "stamp"',
  );
  expect(copiedRows(drawn(400))).toBeUndefined();
});

test("copiedRows(table) says nothing of rows that agree as often as chance has it, or seldom", () => {
  const few = Array.from({ length: 400 }, () =>
    [1, 2, 3].map(() => "xyz"[Math.floor(3 * rng.uniform())]).join(),
  );
  expect(copiedRows(parseCsv(`a,b,c\n${few.join("\n")}\n`).table)).toBeUndefined();
  const once = drawn(100);
  expect(copiedRows(takeTableRows(once, [...once.columns.keys(), ...Array(100).keys()]))).toBeUndefined();
});

test("namingColumn(table) finds what rows belong to by the rows' being alike, and no branch whose customers differ", () => {
  const levels = Array.from({ length: 40 }, (_, k) => `c${k}`);
  const codes = Int32Array.from({ length: 200 }, (_, i) => i % 40);
  const who: Column = { name: "who", type: "categorical", codes, levels };
  const traits = ["a", "b"].map((name) => {
    const own = Float64Array.from(levels, () => normal(rng));
    return {
      name,
      type: "numeric",
      values: Float64Array.from(codes, (k) => own[k] + 0.05 * normal(rng)),
    } as const;
  });
  expect(namingColumn(table([who, ...traits]))).toBe("who");
  expect(copiesSentences(table([who, ...traits]))).toEqual([
    expect.stringContaining('rows with the same "who" are alike'),
  ]);
  expect(namingColumn(table([who, ...drawn(200).columns]))).toBeUndefined();
});
