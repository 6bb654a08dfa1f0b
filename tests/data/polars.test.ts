import type { DataFrame } from "nodejs-polars";
import pl from "nodejs-polars";
import { expect, test } from "vitest";
import { fromPolars, tableFromRows, toPolars } from "../../src/data/polars";
import { parseCsv } from "../../src/data/read/read-csv";

test("fromPolars(frame) and toPolars(table) give back the same rows and types", async () => {
  const { table } = parseCsv("id,use,plan,paid\nk7,1.5,a,Yes\nk2,,b,No\nk5,2.25,a,\n");
  const frame = await toPolars<DataFrame>(table);
  expect(frame.shape).toEqual({ height: 3, width: 4 });
  expect(frame.getColumn("use").toArray()).toEqual([1.5, null, 2.25]);
  const back = fromPolars(frame);
  expect(back.table.columns.map((one) => [one.name, one.type])).toEqual(
    table.columns.map((one) => [one.name, one.type]),
  );
  expect(back.table.columns[3]).toEqual(table.columns[3]);
  const nested = fromPolars(pl.DataFrame({ a: [1, 2], l: [[1], [2]] }));
  expect(nested.remarks[0]).toMatchObject({ column: "l" });
});

test("fromPolars(frame) keeps the rows of a single column that hold nothing", () => {
  expect(fromPolars(pl.DataFrame({ months: [3, null, 5, null] })).table.columns[0]).toMatchObject({
    values: Float64Array.of(3, Number.NaN, 5, Number.NaN),
  });
  const texts = fromPolars(pl.DataFrame({ plan: [null, "basic", "a\n\nb", null] }), {
    schema: { columns: [{ name: "plan", type: "text" }] },
  });
  expect(texts.table.rows).toBe(4);
  expect(tableFromRows([{ months: 3 }, { months: null }]).table.rows).toBe(2);
});

test("tableFromRows(objects) takes names of any kind, and what is absent for missing", () => {
  const rows = [
    JSON.parse('{"__proto__": 1, "constructor": "x", "a=b": true}'),
    { "a=b": false, when: new Date(0) },
  ];
  const { table } = tableFromRows(rows);
  expect(table.columns.map((one) => [one.name, one.type])).toEqual([
    ["__proto__", "numeric"],
    ["constructor", "categorical"],
    ["a=b", "boolean"],
    ["when", "date"],
  ]);
  expect((table.columns[0] as { values: Float64Array }).values).toEqual(Float64Array.of(1, Number.NaN));
});
