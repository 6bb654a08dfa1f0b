import { expect, test } from "vitest";
import { withTables } from "../../src/notebook/render/foreign-tables";

const row = (...cells: string[]): string => `<tr>${cells.join("")}</tr>`;

test("withTables(markup) puts columns of numbers to the right, with their heads and gaps, and keeps classes", () => {
  const head = `<thead>${row("<th></th>", "<th>name</th>", "<th>mean</th>", '<th class="col_heading">mixed</th>')}</thead>`;
  const body = [
    row("<th>0</th>", "<td>7</td>", '<td class="data">1.5</td>', "<td>3</td>"),
    row("<th>1</th>", "<td>b</td>", "<td>NaN</td>", "<td>many</td>"),
    row("<th>...</th>", "<td>...</td>", "<td>...</td>", "<td>...</td>"),
  ];
  const shown = withTables(`<table>${head}<tbody>${body.join("")}</tbody></table>`);
  expect(shown).toContain(
    '<td></td><th>name</th><th class="tl-num">mean</th><th class="col_heading">mixed</th>',
  );
  expect(shown).toContain('<td class="tl-num data">1.5</td>');
  expect(shown).toContain('<td>b</td><td class="tl-num">NaN</td><td>many</td>');
  expect(shown).toContain('<td>...</td><td class="tl-num">...</td><td>...</td>');
});

test("withTables(markup) leaves heads alone where cells span others, and tables within tables whole", () => {
  const spanned = `<table>${row('<th colspan="2">both</th>')}${row("<td>1</td>", "<td>2</td>")}</table>`;
  expect(withTables(spanned)).toContain('<th colspan="2">both</th>');
  const nested = withTables(`<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>`);
  expect(nested.match(/<table/g)).toHaveLength(2);
  expect(nested.match(/<\/table><\/div>/g)).toHaveLength(2);
});
