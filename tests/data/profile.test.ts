import { expect, test } from "vitest";
import { joinTables } from "../../src/data/join-tables";
import { profile } from "../../src/data/profile";
import { parseCsv } from "../../src/data/read/read-csv";

test("profile(table) describes each column by itself", () => {
  const { table } = parseCsv("n,c,id,e\n1,a,K-1,\n2,b,K-2,\n3,a,K-3,\n,a,K-4,\n10,,K-5,\n", {
    schema: { columns: [{ name: "id", type: "id" }] },
  });
  const [n, c, id, e] = profile(table);
  // numpy.percentile([1, 2, 3, 10], [25, 50, 75]) and numpy.std(…, ddof=1)
  expect(n).toMatchObject({
    type: "numeric",
    missing: 1,
    distinct: 4,
    numbers: { q1: 1.75, median: 2.5, q3: 4.75, mean: 4 },
  });
  expect(n.numbers?.deviation).toBeCloseTo(4.08248290463863, 12);
  expect(n.summary).toBe("1 to 10, median 2.5, mean 4");
  expect(c).toMatchObject({
    missing: 1,
    distinct: 2,
    levels: [
      { level: "a", count: 3 },
      { level: "b", count: 1 },
    ],
  });
  expect(c.summary).toBe("a 60.0%, b 20.0%");
  expect(id).toMatchObject({ type: "id", missing: 0, distinct: 5, summary: "such as K-1" });
  expect(e).toMatchObject({ type: "text", missing: 5, distinct: 0, summary: "" });
});

test("joinTables(parts) puts rows below each other and brings levels together", () => {
  const [a, b] = ["c,n,t\nx,1,p\ny,2,q\n", "c,n,t\nz,3,r\nx,4,s\n"].map(
    (text) => parseCsv(text, { schema: { columns: [{ name: "t", type: "text" }] } }).table,
  );
  expect(joinTables([a, b])).toEqual({
    rows: 4,
    columns: [
      { name: "c", type: "categorical", codes: Int32Array.of(0, 1, 2, 0), levels: ["x", "y", "z"] },
      { name: "n", type: "numeric", values: Float64Array.of(1, 2, 3, 4), decimals: 0 },
      { name: "t", type: "text", values: ["p", "q", "r", "s"] },
    ],
  });
  const other = parseCsv("c,n,u\n1,1,1\n").table;
  expect(() => joinTables([a, other])).toThrow(
    "Cannot join tables: every table must have c (categorical) as column 1",
  );
  expect(() => joinTables([])).toThrow("there must be at least one");
});
