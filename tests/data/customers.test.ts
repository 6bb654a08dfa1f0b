import { describe, expect, test } from "vitest";
import { customersIn, perhapsCustomers, repeatedCustomers } from "../../src/data/customers";
import { parseCsv } from "../../src/data/read/read-csv";
import { rowSubject } from "../../src/data/subjects";
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
    ["name", (i) => `Ann Poe-${i % 60}`],
    ["name", (i) => `Ann Poe-${i % 75}`],
    ["phone", (i) => `+49 170 ${1000 + (i % 90)}`],
    ["ref", (i) => 71_000 + 13 * (i >> 1)],
    ["who", (i) => `K${100 + (i % 110)}`],
    ["created_by", (i) => `U${100 + (i % 110)}`],
    ["updated by", (i) => 71_000 + 13 * (i >> 1)],
    ["last_login", (i) => `U${100 + (i % 110)}`],
    ["mandate_ref", (i) => `MD${100 + (i % 110)}`],
    ["Candidate", (i) => `A-${100 + (i % 110)}`],
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
    ["created", (i) => 71_000 + 13 * (i >> 1)],
    ["start time", (i) => `${10 + (i % 12)}:${10 + (i % 49)}`],
    ["week", (i) => `2023-W${10 + (i % 40)}`],
    ["postcode", (i) => `AB${100 + (i % 110)}`],
    ["model", (i) => `K${100 + (i % 20)}`],
    ["name", (i) => `Service ${i % 36}`],
    ["Name", (i) => ["Hosting", "Backup", "Mail", "Portal"][i % 4] + " abc"[1 + (i % 3)]],
    ["zone", (i) => `Zone North ${i % 90}`],
  ])("%s", (name, value) => {
    expect(repeatedCustomers(rows(name, value))).toBeUndefined();
  });
});

test("perhapsCustomers(table) asks whether a name of few values is a customer's", () => {
  expect(perhapsCustomers(rows("name", (i) => `Service ${i % 36}`))).toBe("name");
  expect(perhapsCustomers(rows("service", (i) => `Service ${i % 36}`))).toBeUndefined();
});

test("customersIn(table, name) numbers customers, and counts rows that name nobody each for itself", () => {
  const { table } = parseCsv("client,paid\na,1\nb,2\n,3\na,4\n,5\n");
  expect([...customersIn(table, "client")]).toEqual([0, 1, 2, 0, 3]);
});

/** 600 rows of 120 subjects, each with what is its own, and of each row a plan and an amount. */
function subjects(header: string, own: (k: number) => string): Table {
  const lines = Array.from(
    { length: 600 },
    (_, i) => `${own(((i * 7919) % 997) % 120)},${"ABC"[i % 3]},${i % 89}.5`,
  );
  return parseCsv(`${header},plan,amount\n${lines.join("\n")}\n`).table;
}

const town = (k: number): string => ["Wels", "Linz", "Graz", "Rom"][(k * 7) % 4];
const salary = (k: number): number => 2000 + ((k * 7919) % 6000);
const born = (k: number): string => `19${40 + ((k * 37) % 60)}-0${1 + (k % 9)}-1${(k * 3) % 10}`;

describe("rowSubject(table), whatever columns are called,", () => {
  test.each<[string, string, (k: number) => string]>([
    ["Mitglied", "Mitglied,Ort,Gehalt", (k) => `M${k},${town(k)},${salary(k)}`],
    ["xx", "xx,Ort,Gehalt", (k) => `${1000 + ((k * 53) % 120) * 3},${town(k)},${salary(k)}`],
    [
      "wer",
      "wer,geboren,Ort",
      (k) => `Ann ${"KLMNO"[k % 5]}oe-${"abcdefghijk"[k % 11]}Xu,${born(k)},${town(k)}`,
    ],
  ])("takes %s for people's", (name, header, own) => {
    const table = subjects(header, own);
    expect(rowSubject(table)).toMatchObject({ column: name, people: true });
    expect(repeatedCustomers(table)).toBe(name);
  });

  test.each<[string, string, (k: number) => string]>([
    ["sku", "sku,price,group", (k) => `S${1000 + k},${salary(k) / 100},${town(k)}`],
    ["Modèle", "Modèle,prix,groupe", (k) => `M${1000 + k},${salary(k) / 100},${town(k)}`],
    ["store_id", "store_id,region,sqm", (k) => `ST-${100 + k},${town(k)},${salary(k)}`],
    [
      "town",
      "town,zip,state",
      (k) => `Town${"abcdefghijkl"[k % 12]}${"mnopqrstuv"[Math.floor(k / 12)]},${salary(k)},${town(k)}`,
    ],
  ])("names %s and takes it for no people", (name, header, own) => {
    const table = subjects(header, own);
    expect(rowSubject(table)).toMatchObject({ column: name, people: false });
    expect(repeatedCustomers(table)).toBeUndefined();
  });

  test.each<[string, (k: number) => string]>([
    ["age,born,group", (k) => `${18 + k},${2024 - 18 - k},${k < 40 ? "young" : "old"}`],
    ["net,vat,gross", (k) => `${100 + k * 3},${(19 + k * 0.57).toFixed(2)},${(119 + k * 3.57).toFixed(2)}`],
    [
      "net,fee,due",
      (k) => `${10 * ((k * 53) % 97)},${(k * 31) % 89},${10 * ((k * 53) % 97) + ((k * 31) % 89)}`,
    ],
    ["paid,left,price", (k) => `${25 * k},${3000 - 25 * k},3000`],
    ["qty,rate,total", (k) => `${2 + (k % 7)},${1100 + k},${(2 + (k % 7)) * (1100 + k)}`],
    ["shop,state,size", (k) => `F${k % 30},${town(k % 30)},${salary(k % 30)}`],
  ])("finds none among %s", (header, own) => {
    expect(rowSubject(subjects(header, own))).toBeUndefined();
  });
});

test("repeatedCustomers(table) takes addresses of a network for customers, and no versions of four figures", () => {
  const of = (text: (i: number) => string) =>
    repeatedCustomers(
      parseCsv(
        `box,months\n${Array.from({ length: 600 }, (_, i) => `${text((i * i) % 59)},${i % 7}`).join("\n")}\n`,
      ).table,
    );
  expect(of((k) => `5.${100 + k}.${k}.7`)).toBe("box");
  expect(of((k) => `10.0.0.${k}`)).toBe("box");
  expect(of((k) => `1.${k % 10}.${k % 6}.${k % 9}`)).toBeUndefined();
});

/** 1,400 invoices in tens, one kind at another rate of tax, which is rounded down. */
const invoices = Array.from({ length: 1400 }, (_, i) => {
  const net = 10 * Math.floor(50 + 9000 * (((i * 7919) % 1399) / 1399) ** 3);
  const kind = ["food", "tech", "book", "wear"][(i * 31) % 4];
  const rate = kind === "food" ? 8 : 10;
  const tax = Math.floor((net * rate) / 100);
  return { kind, rate, net, tax, gross: net + tax };
});

test("repeatedCustomers(table) takes no sum of an invoice for a customer, in whatever order the rows stand", () => {
  const text = (rows: typeof invoices) =>
    parseCsv(`kind,rate,net,tax,gross\n${rows.map((row) => Object.values(row).join(",")).join("\n")}\n`)
      .table;
  const sorted = [...invoices].sort((a, b) => a.gross - b.gross).filter(({ gross }) => gross >= 1000);
  for (const table of [text(invoices), text(sorted)]) {
    expect(repeatedCustomers(table)).toBeUndefined();
    expect(rowSubject(table)).toBeUndefined();
  }
});

test("repeatedCustomers(table) takes no day written 2024年01月31日 for a customer", () => {
  const day = (i: number) =>
    `2024年${String(1 + (i % 12)).padStart(2, "0")}月${String(1 + (i % 28)).padStart(2, "0")}日`;
  expect(repeatedCustomers(rows("入金日", (i) => day((i * 7) % 130)))).toBeUndefined();
});

test("repeatedCustomers(table) takes few short keys for customers where something is the same in all rows of one alone", () => {
  const of = (town: (size: number, i: number) => number) => {
    const lines = Array.from({ length: 120 }, (_, i) => {
      const size = (i * i + (i >> 2)) % 31;
      return `${155 + 10 * (size % 6)}/${50 + 5 * (size >> 2)},${"ABC"[(i * 7) % 3]},${900 + ((i * 37) % 101)},${town(size, i)}`;
    });
    return repeatedCustomers(parseCsv(`tires,make,price,doors\n${lines.join("\n")}\n`).table);
  };
  expect(of((_, i) => 2 + ((i * 11) % 5))).toBeUndefined();
  expect(of((size) => 2 + (((size % 6) + (size >> 2)) % 4))).toBe("tires");
});
