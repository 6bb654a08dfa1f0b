import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { likelyCustomers } from "../../src/data/customers";
import { drawnTable } from "../../src/data/read/drawn-table";
import { readTable } from "../../src/data/read/read-table";
import { cellText, columnNamed } from "../../src/data/table";

const folder = mkdtempSync(join(tmpdir(), "drawn-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "bills.csv");
// 600 customers with four bills each, far apart; a level of seven rows, and one bill far above all others.
const lines = Array.from({ length: 2400 }, (_, i) => {
  const plan = i % 343 === 5 ? "rare" : ["basic", "plus"][i % 2];
  return `C${String(i % 600).padStart(4, "0")},${i === 1234 ? 9000 : (i * 7) % 101},${i % 9 ? plan : "n/a"}`;
});
writeFileSync(file, `client,paid,plan\n${lines.join("\n")}\n`);
const by = (name: string) => () => name;

test("drawnTable(file) holds all rows as readTable does while they are few", async () => {
  const {
    table,
    total,
    beyond,
    batches: _,
    ...read
  } = await drawnTable(file, { blockRows: 64 }, { most: 2400, customer: by("client"), least: 5 }, seeded(1));
  const { table: whole, ...rest } = await readTable(file);
  expect([table, read, total, beyond]).toEqual([whole, rest, 2400, []]);
});

test("drawnTable(file) draws all rows of a customer or none, in their order, and counts what the others hold beside", async () => {
  const drawing = { most: 400, customer: by("client"), least: 5 };
  const { table, total, beyond } = await drawnTable(file, { blockRows: 64 }, drawing, seeded(2));
  expect(total).toBe(2400);
  expect(Math.abs(table.rows - 400)).toBeLessThan(120);
  const [client, paid] = [columnNamed(table, "client"), columnNamed(table, "paid")];
  const bills = new Map<string, string[]>();
  for (let i = 0; i < table.rows; i++) {
    const own = bills.get(cellText(client, i)) ?? [];
    bills.set(cellText(client, i), [...own, cellText(paid, i)]);
  }
  for (const [name, own] of bills) {
    const first = Number(name.slice(1));
    expect(own).toEqual([0, 1, 2, 3].map((k) => lines[first + 600 * k].split(",")[1]));
  }
  expect(beyond).toEqual([
    { column: "paid", rows: 1 },
    { column: "plan", rows: 6, levels: 1 },
  ]);
  // Without a column of customers as many rows as asked for, whoever's they are.
  const alike = await drawnTable(file, {}, { ...drawing, customer: () => undefined }, seeded(2));
  expect(alike.table.rows).toBe(400);
  await expect(drawnTable(file, {}, { ...drawing, customer: by("clinet") }, seeded(2))).rejects.toThrow(
    'the name must be one of client, paid, plan, got "clinet"',
  );
});

test("drawnTable(file, { customer: likelyCustomers }) draws whole customers by a column whose values may name them, and rows where a category is called so", async () => {
  const drawing = { most: 400, customer: likelyCustomers, least: 5 };
  const member = join(folder, "member.csv");
  const rows = (named: (i: number) => string): string[] =>
    Array.from(
      { length: 2400 },
      (_, i) => `${["gold", "none", "silver"][i % 3]},${(i % 40) / 4},${named(i)}`,
    );
  writeFileSync(member, `member,account,plan\n${rows((i) => ["basic", "plus"][i % 2]).join("\n")}\n`);
  for (const seed of [1, 2, 3, 4]) {
    const { table, beyond } = await drawnTable(member, {}, drawing, seeded(seed));
    expect([table.rows, beyond]).toEqual([400, []]);
  }
  writeFileSync(member, `member,account,kunde_nr\n${rows((i) => String(5000 + (i % 600) * 3)).join("\n")}\n`);
  const { table } = await drawnTable(member, {}, drawing, seeded(1));
  const bills = new Map<string, number>();
  for (let i = 0; i < table.rows; i++) {
    const name = cellText(columnNamed(table, "kunde_nr"), i);
    bills.set(name, (bills.get(name) ?? 0) + 1);
  }
  expect([...new Set(bills.values())]).toEqual([4]);
});

test("drawnTable(file) draws each row for itself of a value that so many rows have that it names nobody", async () => {
  const guests = join(folder, "guests.csv");
  const who = Array.from({ length: 4000 }, (_, i) => (i % 5 < 2 ? "GUEST" : `C${1000 + (i % 600)}`));
  writeFileSync(guests, `client,paid\n${who.map((name, i) => `${name},${i % 101}`).join("\n")}\n`);
  for (const seed of [1, 2, 3]) {
    const { table } = await drawnTable(
      guests,
      {},
      { most: 800, customer: by("client"), least: 5 },
      seeded(seed),
    );
    const own = Array.from({ length: table.rows }, (_, i) => cellText(columnNamed(table, "client"), i));
    const share = own.filter((name) => name === "GUEST").length / table.rows;
    expect(Math.abs(share - 0.4)).toBeLessThan(0.1);
  }
});

test("drawnTable(file) counts rows whose dates lie beyond those drawn, be there few different ones or many", async () => {
  const drawing = { most: 300, customer: () => undefined, least: 5 };
  const days = join(folder, "days.csv");
  const text = (i: number): string => new Date(Date.UTC(2024, 0, 1) + i * 86_400_000).toISOString();
  const dates = Array.from({ length: 3000 }, (_, i) => text((i * 7) % 300));
  const odd = [1500, 1700, 2999].map((i, k) => [i, `20${k === 0 ? "03" : "31"}-05-17`] as const);
  const cells = new Map(odd);
  writeFileSync(
    days,
    `day,n\n${dates.map((day, i) => `${cells.get(i) ?? day.slice(0, 10)},${i % 5}`).join("\n")}\n`,
  );
  const seed = [1, 2, 3, 4, 5].map(seeded);
  const all = await Promise.all(seed.map((rng) => drawnTable(days, {}, drawing, rng)));
  // Whoever is drawn is not beyond.
  for (const { table, beyond } of all) {
    const drawn = Array.from({ length: table.rows }, (_, i) => cellText(columnNamed(table, "day"), i)).sort();
    const rows = [...dates.keys()].filter((i) => {
      const day = cells.get(i) ?? dates[i].slice(0, 10);
      return day < drawn[0] || day > (drawn.at(-1) as string);
    }).length;
    expect(beyond).toEqual(rows > 0 ? [{ column: "day", rows }] : []);
  }
  expect(all.some(({ beyond }) => beyond.length > 0)).toBe(true);
});
