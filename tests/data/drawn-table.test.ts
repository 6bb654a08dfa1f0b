import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
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
const by = (name: string) => () => [name];

test("drawnTable(file) holds all rows as readTable does while they are few", async () => {
  const { table, total, beyond, ...read } = await drawnTable(
    file,
    { blockRows: 64 },
    { most: 2400, customer: by("client"), least: 5 },
    seeded(1),
  );
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
  const alike = await drawnTable(file, {}, { ...drawing, customer: () => [] }, seeded(2));
  expect(alike.table.rows).toBe(400);
  await expect(drawnTable(file, {}, { ...drawing, customer: by("clinet") }, seeded(2))).rejects.toThrow(
    'the name must be one of client, paid, plan, got "clinet"',
  );
});
