import { expect, test } from "vitest";
import { copiedRows, distinctRows } from "../../src/data/duplicates";
import { parseCsv } from "../../src/data/read/read-csv";
import { csvText } from "../../src/data/write/write-csv";

const schema = { columns: [{ name: "CustomerID", type: "id" as const }] };
const { table } = parseCsv(
  "CustomerID,Region,Tenure\n7,north,1\n8,north,2\n7,south,3\n,north,4\n,north,5\n8,north,6\n",
  { schema },
);

test("distinctRows(table) keeps each customer's first row, and all rows that name nobody", () => {
  const { table: kept, id, duplicates } = distinctRows(table);
  expect({ id, duplicates }).toEqual({ id: ["CustomerID"], duplicates: 2 });
  expect(csvText(kept, { header: false })).toBe("7,north,1\n8,north,2\n,north,4\n,north,5\n");
});

test("distinctRows(table, columns) takes the columns together, and names one that is not there", () => {
  expect(distinctRows(table, ["CustomerID", "Region"])).toMatchObject({ duplicates: 2, table: { rows: 4 } });
  expect(distinctRows(table, ["Tenure"])).toMatchObject({ duplicates: 0 });
  expect(distinctRows(table, ["Tenure"]).table).toBe(table);
  expect(() => distinctRows(table, ["who"])).toThrow("the name must be one of CustomerID, Region, Tenure");
});

test("distinctRows of a table without an identifier leaves it alone", () => {
  const plain = parseCsv("a,b\n1,2\n1,2\n").table;
  expect(distinctRows(plain)).toEqual({ table: plain, id: [], duplicates: 0 });
});

test("copiedRows(table) counts rows that stand word for word in an earlier one, where these alone share a column's cells", () => {
  const lines = Array.from({ length: 60 }, (_, i) => `L${i},${i % 3},${i % 7 === 0 ? "" : i % 5}`);
  const rows = (more: readonly string[], header = "lead,step,size") =>
    parseCsv(`${header}\n${[...lines, ...more].join("\n")}\n`).table;
  expect(copiedRows(rows([lines[3], lines[7], lines[3]]))).toEqual({ copies: 3, apart: "lead" });
  expect(copiedRows(rows([]))).toBeUndefined();
  // One may be there by chance, and a lead that comes back with something else is no copy.
  expect(copiedRows(rows([lines[3]]))).toBeUndefined();
  expect(copiedRows(rows([lines[3], lines[7], "L9,2,9"]))).toBeUndefined();
  // Many rows that are alike are how a table is.
  expect(copiedRows(rows(lines.slice(0, 20)))).toBeUndefined();
  const pairs = Array.from({ length: 60 }, (_, i) => `${i % 57},${(i % 57) * 2}`).join("\n");
  expect(copiedRows(parseCsv(`low,twice\n${pairs}\n`).table)).toBeUndefined();
});
