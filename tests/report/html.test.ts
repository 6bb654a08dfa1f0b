import { expect, test } from "vitest";
import {
  count,
  decimal,
  difference,
  duration,
  interval,
  money,
  percent,
  percentOf,
} from "../../src/core/format";
import { dataTable } from "../../src/report/data-table";
import { escapeHtml, html, raw } from "../../src/report/html";

test("html`…` escapes values, joins arrays, keeps Html and leaves out null and false", () => {
  expect(html`<p title="${'"><script>'}">${["a&b", raw("<b>c</b>"), null, false, 3]}</p>`.text).toBe(
    '<p title="&quot;&gt;&lt;script&gt;">a&amp;b<b>c</b>3</p>',
  );
  expect(escapeHtml("it's")).toBe("it&#39;s");
});

test("numbers never show as NaN, undefined or 17 digits", () => {
  expect(decimal(0.1 + 0.2)).toBe("0.300");
  expect(decimal(Number.NaN)).toBe("–");
  expect(decimal(undefined)).toBe("–");
  expect(decimal(-0.0001)).toBe("0.000");
  expect(decimal(-1.5, 1)).toBe("−1.5");
  expect(decimal(1234567.891, 1)).toBe("1,234,567.9");
  expect(count(7043)).toBe("7,043");
  expect(money(-1234.5, "EUR")).toBe("−1,235 EUR");
  expect([percentOf(1, 1e5), percentOf(1, 2), percentOf(99_999, 1e5), percentOf(0, 0)]).toEqual([
    "< 0.1%",
    "50.0%",
    "> 99.9%",
    "0%",
  ]);
  expect(percent(0.145)).toBe("14.5%");
  expect(difference(0.012)).toBe("+0.012");
  expect(difference(0)).toBe("0.000");
  expect(interval(0.1, 0.2, 1)).toBe("0.1 to 0.2");
  expect([duration(85), duration(12_340), duration(245_000), duration(120_000)]).toEqual([
    "85 ms",
    "12.3 s",
    "4 min 5 s",
    "2 min",
  ]);
});

test("dataTable escapes whatever it is given, in text and in attributes", () => {
  const hostile = `"><img src=x onerror='alert(1)'>`;
  const escaped = "&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;";
  const text = dataTable([{ name: hostile }], [{ label: hostile, help: hostile, text: (r) => r.name }], {
    caption: hostile,
    note: hostile,
  });
  expect(text).not.toContain("<img");
  // Label, help, cell, note, and the caption as text and as the region's name.
  expect(text.split(escaped)).toHaveLength(7);
});

test("dataTable marks the best row of a column, never a muted one, and escapes", () => {
  const rows = [
    { name: "<b>LR</b>", auc: 0.81 },
    { name: "RF", auc: 0.93 },
    { name: "published", auc: 0.99 },
  ];
  const text = dataTable(
    rows,
    [
      { label: "Model", text: (r) => r.name },
      { label: "ROC AUC", text: (r) => decimal(r.auc), align: "right", value: (r) => r.auc, best: "highest" },
    ],
    { caption: "Models", muted: (r) => r.name === "published" },
  );
  expect(text).toContain("<strong>0.930");
  expect(text.match(/<strong>/g)).toHaveLength(1);
  expect(text).toContain("&lt;b&gt;LR&lt;/b&gt;");
  expect(text).toContain('<tr class="tl-muted">');
});
