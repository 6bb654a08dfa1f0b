import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundledTslab } from "../../src/notebook/kernel-spec";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { asTable } from "../../src/notebook/show/as-table";
import { tableHtml } from "../../src/notebook/show/table-html";
import { code, notebook } from "./fixtures/make";

describe("tableHtml", () => {
  const records = Array.from({ length: 30 }, (_, i) => ({
    id: i,
    name: `c${i}`,
    spend: i === 3 ? null : i / 3,
  }));

  test("tableHtml says rows, columns, types, what is missing and what is not shown", () => {
    const html = tableHtml(asTable(records) as never, "Customers");
    expect(html).toContain("<caption>Customers: 30 rows, 3 columns</caption>");
    expect(html).toContain("spend<br><small>number</small>");
    expect(html).toContain("… 15 rows not shown …");
    expect(html.match(/>missing</g)).toHaveLength(1);
    expect(html).toContain('<th scope="row">30</th>');
  });

  test("tableHtml escapes what it shows", () => {
    expect(tableHtml(asTable([{ "<b>": "<i>x</i>" }]) as never)).not.toMatch(/<b>|<i>/);
  });

  test.each<readonly [string, unknown]>([
    ["a matrix", { rows: 2, columns: 1, values: Float64Array.of(1, 2) }],
    [
      "a table of ours",
      { rows: 2, columns: [{ name: "0", type: "numeric", values: Float64Array.of(1, 2) }] },
    ],
    ["arrays", [[1], [2]]],
    ["Arquero", { numRows: () => 2, columnNames: () => ["0"], get: (_: string, i: number) => i + 1 }],
    [
      "Arrow",
      {
        numRows: 2,
        schema: { fields: [{ name: "0", type: "number" }] },
        getChild: () => ({ get: (i: number) => i + 1 }),
      },
    ],
  ])("asTable reads %s", (_, value) => {
    const table = asTable(value);
    expect(table?.rows).toBe(2);
    expect(table?.columns.map((one) => [one.name, one.type, one.valueAt(0), one.valueAt(1)])).toEqual([
      ["0", "number", 1, 2],
    ]);
  });

  test.each([1, "a", null, [], [1, 2], { a: 1 }, new Date()])("asTable takes %j for no table", (value) => {
    expect(asTable(value)).toBeUndefined();
  });
});

test("show(x) shows frames, specifications, models and progress in a notebook", async () => {
  const cells = [
    code('import { show, showProgress } from "telelink";\nimport pl from "nodejs-polars";'),
    code("await show(pl.DataFrame({ plan: ['a', 'b'], spend: [1.5, null] }), 'Plans');"),
    code(
      "await show({ data: { values: [{ a: 1, b: 2 }] }, mark: 'bar', encoding: { x: { field: 'a' }, y: { field: 'b' } } });",
    ),
    code("await show({ kind: 'logistic', toJSON: () => ({ kind: 'logistic', version: 1, weights: [1] }) });"),
    code("const at = showProgress('Training');\nat(1, 3);\nat(3, 3);"),
    code("await show(new Map([['a', 1]]));"),
  ];
  const done = await runNotebook(notebook(cells), {
    kernel: bundledTslab(),
    cwd: join(__dirname, "fixtures"),
    timeoutSeconds: 60,
  });
  expect(done.failures).toEqual([]);
  const shown = done.notebook.cells.map((cell) =>
    JSON.stringify((cell.outputs ?? []).map((one) => ("data" in one ? one.data : one))),
  );
  expect(shown[1]).toContain("Plans: 2 rows, 2 columns");
  expect(shown[1]).toContain("missing");
  expect(shown[2]).toMatch(/<figure.*<svg.*role=.*img/);
  expect(shown[3]).toContain("Model: logistic");
  expect(shown[4].match(/progress value/g)).toHaveLength(1);
  expect(shown[4]).toContain("3 of 3");
  expect(shown[5]).toContain("Map(1)");
}, 60_000);
