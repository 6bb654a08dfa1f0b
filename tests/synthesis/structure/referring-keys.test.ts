import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";

/** Employees, of whom each tenth is a manager. */
const employees = (key: (i: number) => string, boss: string): Table => {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const manager = i === 0 ? "" : key(10 * ((i * 7) % 12));
    return `${key(i)},${"abc"[i % 3]},${manager},${1 + ((i * 5) % 9)}`;
  });
  return parseCsv(`emp_id,team,${boss},level_id\n${lines.join("\n")}\n`).table;
};
const textsOf = (from: Table, name: string) => {
  const column = columnNamed(from, name);
  return Array.from({ length: from.rows }, (_, i) => cellText(column, i)).filter((text) => text !== "");
};

test.each([
  ["numbers that count on", (i: number) => String(5001 + i), "manager_id"],
  ["numbers in one form", (i: number) => `E-${10_000 + ((i * 7919) % 80_000)}`, "reports to"],
])("sequential: a column that holds another one's keys, %s, is made up as they are", async (_, key, boss) => {
  const real = employees(key, boss);
  const model = await sequential()(real, seeded(3));
  const made = model.sample(400, seeded(4));
  const [taken, own] = [real, made].map((from) => new Set(textsOf(from, "emp_id")));
  const managers = textsOf(made, boss);
  expect(managers.filter((one) => taken.has(one))).toEqual([]);
  expect(managers.filter((one) => !own.has(one))).toEqual([]);
  expect(managers.length / new Set(managers).size).toBeGreaterThan(10);
  const file = JSON.stringify(model.toJSON());
  expect([...new Set(textsOf(real, boss))].filter((one) => file.includes(`"${one}"`))).toEqual([]);
  // Small numbers are no keys of others.
  expect(new Set(textsOf(made, "level_id")).size).toBeLessThan(10);
});

test("sequential: small numbers beside keys that count from 1 stay as they are", async () => {
  const real = employees((i) => String(1 + i), "floor_id");
  const made = (await sequential()(real, seeded(3))).sample(400, seeded(4));
  const floors = new Set(textsOf(real, "floor_id"));
  expect(textsOf(made, "floor_id").every((one) => floors.has(one))).toBe(true);
});

test("sequential: numbers beside a word that stands for the smallest ones are no keys of the rows' numbers", async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `${1 + i},${i % 5 ? 5 + ((i * 7) % 40) : "<5"}`);
  const { table } = parseCsv(`nr,level\n${lines.join("\n")}\n`);
  const levels = new Set(textsOf(table, "level"));
  const made = textsOf((await sequential()(table, seeded(3))).sample(400, seeded(4)), "level");
  expect(made.every((one) => levels.has(one))).toBe(true);
});
