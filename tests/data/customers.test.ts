import { describe, expect, test } from "vitest";
import { customersIn, repeatedCustomers } from "../../src/data/customers";
import { parseCsv } from "../../src/data/read/read-csv";
import type { Table } from "../../src/data/table";

/** 300 rows: the column as given, and an amount. */
function rows(name: string, value: (i: number) => string | number): Table {
  const lines = Array.from({ length: 300 }, (_, i) => `${value(i)},${(i * 37) % 101}.5`);
  return parseCsv(`${name},amount\n${lines.join("\n")}\n`).table;
}

describe("repeatedCustomers(table) finds", () => {
  test.each<[string, (i: number) => string | number]>([
    ["client", (i) => 5000 + (i % 90)],
    ["CustomerID", (i) => (i % 7 === 0 ? "" : i % 80)],
    ["patient", (i) => (i % 7 === 0 ? "" : 900 + (i % 80))],
    ["Kunde-Nr.", (i) => i % 60],
    ["full name", (i) => `Ann ${"abcdefgh"[i % 8]}Poe${"xyz"[i % 3]}`],
    ["phone", (i) => `+49 170 ${1000 + (i % 90)}`],
    ["ref", (i) => 71_000 + 13 * (i >> 1)],
    ["who", (i) => `K${100 + (i % 110)}`],
    ["contact", (i) => `user${i % 120}@example.org`],
    ["ref", (i) => `7f${String(i % 130).padStart(4, "0")}-ab`],
  ])("%s", (name, value) => {
    expect(repeatedCustomers(rows(name, value))).toBe(name);
  });

  test("customers rather than their orders", () => {
    const lines = Array.from(
      { length: 300 },
      (_, i) => `A${1000 + (i >> 1)},C${100 + (i % 75)},${1 + (i % 2)}`,
    );
    expect(repeatedCustomers(parseCsv(`order,by,VendorID\n${lines.join("\n")}\n`).table)).toBe("by");
  });
});

describe("repeatedCustomers(table) takes for no customers", () => {
  test.each<[string, (i: number) => string | number]>([
    ["VendorID", (i) => 1 + (i % 2)],
    ["branch_id", (i) => 100 + (i % 30)],
    ["CustomerID", (i) => 1 + (i % 5)],
    ["user", (i) => (i % 25) / 4],
    ["member", (i) => (i % 3 === 0 ? "yes" : "no")],
    ["customerID", (i) => `C${1000 + i}`],
    ["tenure", (i) => (i * i) % 73],
    ["wage", (i) => 1000 + ((i * i) % 173)],
    ["week", (i) => `2023-W${10 + (i % 40)}`],
    ["postcode", (i) => `AB${100 + (i % 110)}`],
    ["model", (i) => `K${100 + (i % 20)}`],
    ["zone", (i) => `Zone North ${i % 90}`],
  ])("%s", (name, value) => {
    expect(repeatedCustomers(rows(name, value))).toBeUndefined();
  });
});

test("customersIn(table, name) numbers customers, and counts rows that name nobody each for itself", () => {
  const { table } = parseCsv("client,paid\na,1\nb,2\n,3\na,4\n,5\n");
  expect([...customersIn(table, "client")]).toEqual([0, 1, 2, 0, 3]);
});
