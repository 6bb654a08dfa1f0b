import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const names = ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"];
const moment = (time: number): string => new Date(time).toISOString().slice(0, 16).replace("T", " ");
const isPeak = (at: Date): boolean =>
  at.getUTCHours() >= 8 && at.getUTCHours() < 18 && at.getUTCDay() % 6 !== 0;

/** Calls with their weekday, whether it is a weekend, and the tariff's hours; what is used beside what is included; what is paid and when. */
function calls(count: number, peak: (at: Date) => boolean = isPeak): Table {
  const rng = seeded("calls");
  const uniform = (to: number): number => Math.floor(to * rng.uniform());
  const lines = Array.from({ length: count }, () => {
    const time = Date.UTC(2024, 0, 1) + uniform(366 * 1440) * 60_000;
    const at = new Date(time);
    const [used, included] = [uniform(400), uniform(400)];
    const [due, days] = [20 + uniform(20), uniform(60)];
    const on = rng.uniform() < 0.2 ? "" : days;
    const state = on === "" ? "open" : days > due ? "paid late" : "paid";
    const day = at.getUTCDay();
    return [
      moment(time),
      names[day],
      day % 6 === 0 ? "yes" : "no",
      peak(at) ? "peak" : "offpeak",
      used,
      included,
      used > included ? "over" : "within",
      due,
      on,
      state,
    ].join(",");
  });
  const header = "start,weekday,weekend,period,used,included,limit,due,on,state";
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

/** How many rows break a rule. */
function broken(from: Table): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const [start, weekday, weekend, period, used, included, limit, due, on, state] = from.columns.map(
      (column) => cellText(column, i),
    );
    const at = new Date(`${start.replace(" ", "T")}Z`);
    const holds =
      weekday === names[at.getUTCDay()] &&
      weekend === (at.getUTCDay() % 6 === 0 ? "yes" : "no") &&
      period === (isPeak(at) ? "peak" : "offpeak") &&
      limit === (Number(used) > Number(included) ? "over" : "within") &&
      state === (on === "" ? "open" : Number(on) > Number(due) ? "paid late" : "paid");
    if (!holds) count++;
  }
  return count;
}

const from = calls(1500);

describe("levels that parts of dates and comparisons say", () => {
  test("are found, told in words and kept in all rows, of a model from its file, too", async () => {
    const model = await sequential()(from, seeded(1));
    const told = describeStructure(model.structure);
    expect(told).toContain("limit follows from included − used: over, within from 0.");
    expect(told).toContain("state follows from due − on: paid late, paid from 0, open where it is missing.");
    expect(told).toContain("weekend follows from the day in the week of start, from 0: no, yes from 5.");
    expect(broken(model.sample(2000, seeded(2)))).toBe(0);
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    expect(broken(loaded.sample(200, seeded(3)))).toBe(0);
  });

  test("can be asked for", async () => {
    const model = await sequential()(from, seeded(1));
    const rows = model.sample(200, seeded(3), {
      where: { weekday: ["Montag", "Freitag"], period: "peak", limit: "over" },
    });
    expect(broken(rows)).toBe(0);
    for (let i = 0; i < rows.rows; i++) {
      const texts = rows.columns.map((column) => cellText(column, i));
      expect(["Montag", "Freitag"]).toContain(texts[1]);
      expect([texts[3], texts[6]]).toEqual(["peak", "over"]);
    }
  });

  test("are no rule where chance could make them or a few rows break it", () => {
    const rng = seeded("chance");
    const few = parseCsv(
      `start,flag\n${Array.from({ length: 40 }, (_, i) => `2024-0${1 + (i % 9)}-1${i % 10},${rng.uniform() < 0.1 ? "a" : "b"}`).join("\n")}\n`,
    ).table;
    const odd = calls(
      1500,
      (at) =>
        isPeak(at) !== ([9, 10].includes(at.getUTCHours()) && at.getUTCDay() === 3 && at.getUTCMonth() < 6),
    );
    for (const [one, name] of [
      [few, "flag"],
      [odd, "period"],
    ] as const)
      expect(discoverStructure(one, seeded(1)).columns.find((plan) => plan.name === name)?.kind).toBe(
        "levels",
      );
  });
});

test("one limit that does for all rows is told, and none by the levels of another column", () => {
  const rng = seeded("limit");
  const lines = Array.from({ length: 900 }, (_, i) => {
    const spent = rng.uniform() < 0.3 ? 5 + Math.floor(9000 * rng.uniform()) / 100 : 0;
    return `${["S", "M", "L"][i % 3]},${spent},${spent > 0 ? 1 : 0}`;
  });
  const { table } = parseCsv(`segment,spent,bought\n${lines.join("\n")}\n`);
  expect(describeStructure(discoverStructure(table, seeded(1)))).toContain(
    "bought follows from − spent: 1, 0 from 0.",
  );
});
