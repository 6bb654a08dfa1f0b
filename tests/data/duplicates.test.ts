import { expect, test } from "vitest";
import { distinctRows } from "../../src/data/duplicates";
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
