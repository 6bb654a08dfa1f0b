import { expect, test } from "vitest";
import { cellCounts } from "../../src/data/infer/cell-counts";
import { parseCsv } from "../../src/data/read/read-csv";

/** A row for each class, age, its group and answer, with a number; as R writes a table of counts. */
function cells(name: string, { value = (i: number) => String((i * 7) % 23), again = false } = {}) {
  const rows = ["1st", "2nd", "3rd"].flatMap((cls) =>
    Array.from({ length: 9 }, (_, k) => 10 * k).flatMap((age) =>
      ["no", "yes"].map((answer) => `${cls},${age},${age < 40 ? "young" : "old"},${answer}`),
    ),
  );
  const all = again ? [...rows, rows[0]] : rows;
  return parseCsv(`class,age,group,answer,${name}\n${all.map((row, i) => `${row},${value(i)}`).join("\n")}\n`)
    .table;
}

test("cellCounts(table) finds the counts beside levels of which each combination stands once", () => {
  expect(cellCounts(cells("Freq"))).toBe("Freq");
  expect(cellCounts(cells("count"))).toBe("count");
});

test("cellCounts(table) takes no other number for counts, nor rows that stand twice or are numbered", () => {
  expect(cellCounts(cells("price"))).toBeUndefined();
  expect(cellCounts(cells("Freq", { value: (i) => `${i}.5` }))).toBeUndefined();
  expect(cellCounts(cells("Freq", { again: true }))).toBeUndefined();
  const numbered = Array.from({ length: 40 }, (_, i) => `${i},${"ab"[i % 2]},${(i * 7) % 9}`);
  expect(cellCounts(parseCsv(`day,kind,n\n${numbered.join("\n")}\n`).table)).toBeUndefined();
});
