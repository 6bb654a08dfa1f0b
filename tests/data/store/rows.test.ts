import { afterAll, expect, test } from "vitest";
import { openStore } from "../../../src/data/store/open";
import { countOf, rowOf, rowsOf } from "../../../src/data/store/rows";

const store = openStore(":memory:");
afterAll(() => store.close());

const query = `SELECT * FROM (VALUES (1, 'a', '["x"]'), (2, NULL, '{bad'), (3, 'c', NULL)) WHERE column1 >= ?`;
const named = `SELECT column1 AS id, column2 AS name, column3 AS list FROM (${query})`;

test("rowsOf(store, query, values, json) leaves NULL out, reads JSON, and puts what is given for a damaged cell", () => {
  const rows = rowsOf<{ id: number; name?: string; list?: string[] }>(store, named, [1], { list: ["none"] });
  expect(rows).toEqual([
    { id: 1, name: "a", list: ["x"] },
    { id: 2, list: ["none"] },
    { id: 3, name: "c" },
  ]);
  expect(Object.keys(rows[2])).toEqual(["id", "name"]);
});

test("rowOf(…) is the first row or undefined, countOf(…) how many there are", () => {
  expect(rowOf<{ id: number }>(store, named, [2])).toMatchObject({ id: 2, list: "{bad" });
  expect(rowOf(store, named, [9])).toBeUndefined();
  expect(countOf(store, `(${query})`, 2)).toBe(2);
});
