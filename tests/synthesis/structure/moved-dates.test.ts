import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";

const names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const hour = 3_600_000;

/** Visits of days and the ISO week, calls of hours; more at weekends, longer at night; a return some days later that is dear at weekends. */
function visits(count: number): Table {
  const rng = seeded("visits");
  const uniform = (to: number): number => Math.floor(to * rng.uniform());
  const lines = Array.from({ length: count }, () => {
    const at = new Date(Date.UTC(2023, 0, 2) + uniform(728 * 24) * hour);
    const ordered = new Date(Date.UTC(2023, 0, 2) + uniform(700) * 24 * hour);
    const back = new Date(ordered.getTime() + uniform(20) * 24 * hour);
    const [date, time] = at.toISOString().split("T");
    const [weekend, night] = [at.getUTCDay() % 6 === 0, at.getUTCHours() < 6 || at.getUTCHours() >= 22];
    const monday = new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * 24 * hour);
    const thursday = new Date(monday.getTime() + 3 * 24 * hour);
    const week =
      1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * 24 * hour));
    return [
      `${date} ${time.slice(0, 5)}`,
      rng.uniform() < 0.05 ? "" : names[at.getUTCDay()],
      week,
      night ? "night" : "day",
      (weekend ? 30 : 20) + uniform(7),
      (night ? 100 : 50) + uniform(20),
      ...[ordered, back].map((one) => one.toISOString().slice(0, 10)),
      back.getUTCDay() % 6 === 0 ? "dear" : "plain",
      (back.getUTCDay() % 6 === 0 ? 9 : 5) + uniform(3),
    ].join(",");
  });
  return parseCsv(`start,weekday,week,period,visits,length,ordered,back,rate,price\n${lines.join("\n")}\n`)
    .table;
}

interface Told {
  readonly broken: number;
  readonly means: readonly number[];
}

/** How many rows break a rule, and means of what goes with what the dates say. */
function told(from: Table): Told {
  const sums = [0, 0, 0, 0, 0, 0];
  const counts = [0, 0, 0, 0, 0, 0];
  let broken = 0;
  for (let i = 0; i < from.rows; i++) {
    const [start, weekday, , period, visited, length, ordered, back, rate, price] = from.columns.map(
      (column) => cellText(column, i),
    );
    const at = new Date(`${start.replace(" ", "T")}Z`);
    const later = new Date(`${back}T00:00Z`);
    const [weekend, dear] = [at, later].map((one) => one.getUTCDay() % 6 === 0);
    const night = at.getUTCHours() < 6 || at.getUTCHours() >= 22;
    const named = weekday === "" || weekday === names[at.getUTCDay()];
    if (!named || (period === "night") !== night || (rate === "dear") !== dear || back < ordered) broken++;
    [
      [weekend ? 0 : 1, visited],
      [night ? 2 : 3, length],
      [dear ? 4 : 5, price],
    ].forEach(([place, value]) => {
      sums[Number(place)] += Number(value);
      counts[Number(place)]++;
    });
  }
  return { broken, means: sums.map((sum, k) => sum / counts[k]) };
}

const from = visits(2000);

describe("levels that a date says and that others go with", () => {
  test("are drawn with those, and the date is moved to them: also in part, missing, asked for, and from a file", async () => {
    const model = await sequential()(from, seeded(1));
    expect(describeStructure(model.structure)).toContain(
      "week = the number of the week in the year of weeks of start, from 1.",
    );
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    const [real, made] = [told(from), told(loaded.sample(2000, seeded(2)))];
    expect([real.broken, made.broken]).toEqual([0, 0]);
    // Visits 33 : 23, lengths 110 : 60, prices 10 : 6: computed from the date alone they were 26, 77 and 7 either way.
    made.means.forEach((mean, k) => {
      expect(Math.abs(mean / real.means[k] - 1)).toBeLessThan(0.06);
    });
    const asked = model.sample(300, seeded(3), { where: { weekday: ["Mon", "Sat"], period: "night" } });
    expect(told(asked).broken).toBe(0);
    const weekdays = new Set(Array.from({ length: asked.rows }, (_, i) => cellText(asked.columns[1], i)));
    expect([...weekdays].sort()).toEqual(["Mon", "Sat"]);
  });
});
