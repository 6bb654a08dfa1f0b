import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const minute = 60_000;
const moment = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");
const slas = { P1: 4, P2: 24, P3: 72 } as const;

/** Tickets: hours to the tenth, whether the limit was kept (by the minute, by a column or by priority alone); parcels: days late. */
function tickets(count: number, sla = true): Table {
  const rng = seeded("tickets");
  const uniform = (to: number): number => Math.floor(to * rng.uniform());
  const lines = Array.from({ length: count }, () => {
    const priority = (["P1", "P2", "P3"] as const)[uniform(3)];
    const opened = Date.UTC(2023, 0, 1) + uniform(365 * 1440) * minute;
    const took = 1 + Math.floor(rng.uniform() ** 2 * 180 * slas[priority]);
    const isOpen = rng.uniform() < 0.1;
    const [promised, delivered] = [2 + uniform(4), 1 + uniform(9)];
    const day = (after: number): string =>
      moment(Math.floor(opened / (1440 * minute)) * 1440 * minute + after * 1440 * minute);
    return [
      moment(opened),
      isOpen ? "" : moment(opened + took * minute),
      priority,
      ...(sla ? [slas[priority]] : []),
      isOpen ? "" : (Math.round(took / 6) / 10).toFixed(1),
      isOpen ? "" : took <= slas[priority] * 60 ? "kept" : "broken",
      day(promised).slice(0, 10),
      day(delivered).slice(0, 10),
      Math.max(0, delivered - promised),
    ].join(",");
  });
  const header = `opened,closed,priority,${sla ? "sla," : ""}hours,limit,promised,delivered,late`;
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

/** How many rows break a rule. */
function broken(from: Table): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const cell = (name: string): string =>
      cellText(from.columns.find((column) => column.name === name) as Table["columns"][0], i);
    const time = (name: string): number => Date.parse(`${cell(name).replace(" ", "T")}Z`) / minute;
    const took = time("closed") - time("opened");
    const kept = Number.isNaN(took) ? "" : took <= slas[cell("priority") as "P1"] * 60 ? "kept" : "broken";
    const days = (Date.parse(cell("delivered")) - Date.parse(cell("promised"))) / (1440 * minute);
    if (cell("limit") !== kept || Number(cell("late")) !== Math.max(0, days)) count++;
  }
  return count;
}

describe("levels and numbers that the time between dates says", () => {
  test("are computed from what the row says: against a number, and counted from 0", async () => {
    const from = tickets(1500);
    expect(broken(from)).toBe(0);
    const model = await sequential()(from, seeded(1));
    const told = describeStructure(model.structure);
    expect(told).toContain("limit follows from sla − hours from opened to closed: broken, kept from 0.");
    expect(told).toContain("late = the greater of 0 and delivered − promised, dates in days, rounded.");
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(loaded.sample(2000, seeded(2)))).toBe(0);
    const asked = model.sample(200, seeded(3), { where: { limit: "broken", priority: "P1" } });
    expect(broken(asked)).toBe(0);
    expect(new Set(Array.from({ length: 200 }, (_, i) => cellText(asked.columns[5], i)))).toEqual(
      new Set(["broken"]),
    );
  });

  test("and against a limit of each level", async () => {
    const from = tickets(1500, false);
    const model = await sequential()(from, seeded(1));
    const told = describeStructure(model.structure).find((line) => line.startsWith("limit follows"));
    expect(told).toBe(
      "limit follows from (by priority: P1 → 4, P2 → 24, P3 → 72) − hours from opened to closed: broken, kept from 0.",
    );
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(loaded.sample(2000, seeded(2)))).toBe(0);
  });

  test("but not where chance could have made the limits", () => {
    const rng = seeded("chance");
    const numbers = Array.from({ length: 600 }, () => rng.uniform());
    // The greatest of each of ten groups is a rare one.
    const greatest = new Set(
      Array.from({ length: 10 }, (_, g) => Math.max(...numbers.filter((_, i) => i % 10 === g))),
    );
    const lines = numbers.map(
      (value, i) => `${"abcdefghij"[i % 10]},${value},${greatest.has(value) ? "rare" : "usual"}`,
    );
    const { table } = parseCsv(`group,number,flag\n${lines.join("\n")}\n`);
    const flag = discoverStructure(table, seeded(1)).columns.find(({ name }) => name === "flag");
    expect(flag?.kind).toBe("levels");
  });
});
