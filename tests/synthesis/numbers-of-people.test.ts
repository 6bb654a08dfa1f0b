import { describe, expect, test } from "vitest";
import { integer, seeded } from "../../src/core/rng";
import { perhapsCustomers, repeatedCustomers } from "../../src/data/customers";
import { parseCsv } from "../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../src/data/table";
import { csvText } from "../../src/data/write/write-csv";
import { notDetermined } from "../../src/evaluate/synthetic/determined/determined";
import { synthesis } from "../../src/synthesis/methods";

const draw = seeded(3);
const digits = (count: number): string => Array.from({ length: count }, () => integer(draw, 10)).join("");

/** Calls of so many numbers, each row with one of them, and their seconds. */
function calls(name: string, make: (k: number) => string, people = 150, rows = 1500): Table {
  const all = Array.from({ length: people }, (_, k) => make(k));
  const lines = Array.from(
    { length: rows },
    () => `${all[integer(draw, people)]},${1 + integer(draw, 900)},${["on", "off"][integer(draw, 2)]}`,
  );
  return parseCsv(`${name},seconds,net\n${lines.join("\n")}\n`).table;
}

const cells = (table: Table, name: string): string[] =>
  Array.from({ length: table.rows }, (_, i) => cellText(columnNamed(table, name), i));

const forms: [string, string, () => string][] = [
  ["numbers without a plus", "from_number", () => `49151${digits(7)}`],
  ["numbers with a plus", "from_number", () => `+49151${digits(7)}`],
  [
    "numbers with blanks, of two lengths",
    "who",
    () => `+49 ${151 + integer(draw, 9)} ${digits(7 + integer(draw, 2))}`,
  ],
  ["national numbers", "caller", () => `0151-${digits(7)}`],
  ["numbers with brackets", "caller", () => `(${201 + integer(draw, 700)}) ${digits(3)}-${digits(4)}`],
  ["IMEI", "device", () => `35209900${digits(7)}`],
  ["ICCID", "sim", () => `894902${digits(13)}`],
  ["IBAN", "payee", () => `DE${digits(2)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(2)}`],
  ["addresses", "sender", () => `${["ann", "ben", "cleo"][integer(draw, 3)]}${digits(4)}@web.example`],
  ["MAC addresses", "radio", () => Array.from({ length: 6 }, () => `${digits(1)}f`).join(":")],
];

describe("of ten rows each", () => {
  test.each(forms)("%s are customers, and none of them is made", async (_, name, make) => {
    const from = calls(name, make);
    expect(repeatedCustomers(from)).toBe(name);
    const made = (await synthesis("sequential")(from, seeded(1))).sample(1500, seeded(2));
    const real = new Set(cells(from, name));
    const own = cells(made, name);
    expect(own.filter((text) => real.has(text))).toEqual([]);
    const shape = (text: string): string => text.replace(/\d/g, "0").replace(/[a-z]+/g, "a");
    const shapes = new Set([...real].map(shape));
    expect(own.filter((text) => !shapes.has(shape(text)))).toEqual([]);
    expect(new Set(own).size).toBeLessThan(400);
  });
});

test("Numbers beside the customer's are made up too, begin as theirs do and return; published ones stay", async () => {
  const hot = ["08001112223", "08001112224", "08001112225"];
  const lines = Array.from({ length: 1500 }, (_, i) => {
    const called = `${integer(draw, 2) ? "49170" : "33612"}${String(100 + (i % 270))}00${i % 10}7`;
    return `CU${1000 + (i % 200)},${called},${hot[i % 3]},${i % 60}`;
  });
  const from = parseCsv(`customer,called,hotline,seconds\n${lines.join("\n")}\n`).table;
  const made = (await synthesis("sequential")(from, seeded(1))).sample(1500, seeded(2));
  expect((await notDetermined(from, made, seeded(3))).found).toEqual([]);
  const real = new Set(cells(from, "called"));
  expect(cells(made, "called").filter((text) => real.has(text) || !/^(4917|3361)/.test(text))).toEqual([]);
  expect(new Set(cells(made, "hotline"))).toEqual(new Set(hot));
});

test.each(["+49151", "+491511"])("%s… in a row each keeps its plus and its length", async (start) => {
  const lines = Array.from({ length: 600 }, (_, k) => `${start}${1_000_000 + 7919 * k},${k % 9}`);
  const { table } = parseCsv(`reached at,gb\n${lines.join("\n")}\n`);
  expect(columnNamed(table, "reached at").type).toBe("id");
  expect(csvText(table)).toContain(lines[5]);
  const made = (await synthesis("sequential")(table, seeded(1))).sample(600, seeded(2));
  const lengths = new Set(cells(made, "reached at").map((text) => text.replace(/\d/g, "0")));
  expect([...lengths]).toEqual([lines[0].split(",")[0].replace(/\d/g, "0")]);
});

describe("stay what they are", () => {
  test.each<[string, string, (k: number) => string]>([
    ["amounts with plus and minus", "change", (k) => `${k % 3 ? "+" : "-"}${1_500_000 + 1000 * k}`],
    ["small amounts with a plus", "change", (k) => `+${k + 1}.5`],
    ["amounts filled up with zeros", "cents", (k) => String(19 * k * k).padStart(9, "0")],
    ["round amounts", "revenue", (k) => String((1000 + k) * 1e7)],
    ["seconds since 1970", "t", (k) => String(1_700_000_000 + 61 * k)],
    ["milliseconds since 1970", "t", (k) => String(1_700_000_000_000 + 61_003 * k)],
    ["bytes", "bytes", (k) => String(Math.floor(10 ** (5 + (k % 70) / 10) * 1.7))],
  ])("%s: numbers", (_, name, make) => {
    expect(columnNamed(calls(name, make), name).type).toBe("numeric");
  });

  test.each<[string, string, (k: number) => string]>([
    ["articles", "article_no", (k) => `A-${1000 + k}`],
    ["products", "sku", (k) => `SKU${1_000_000_000 + k}`],
    ["bar codes", "ean", (k) => `40${11_111_111_111 + 7 * k}`],
    ["post codes", "zip", (k) => String(10_115 + 7 * k)],
    ["days", "day of", (k) => `${1 + (k % 28)}/${1 + (k % 12)}`],
  ])("%s: no customers", (_, name, make) => {
    expect(repeatedCustomers(calls(name, make))).toBeUndefined();
  });
});

test("perhapsCustomers(table) names keys that are a meter's or a product's, and none called a product's", () => {
  expect(perhapsCustomers(calls("meter", (k) => `Z${1_000 + k}`))).toBe("meter");
  expect(perhapsCustomers(calls("plate", (k) => `B-XY ${100 + k}`))).toBe("plate");
  expect(perhapsCustomers(calls("insured", (k) => `QQ${123_456 + k}C`))).toBe("insured");
  expect(perhapsCustomers(calls("sku", (k) => `Z${1_000 + k}`))).toBeUndefined();
  expect(perhapsCustomers(calls("said", (k) => `note ${k}`))).toBeUndefined();
});
