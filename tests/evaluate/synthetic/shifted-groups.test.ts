import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { describeShiftedGroups, shiftedGroups } from "../../../src/evaluate/synthetic/shifted/shifted-groups";

/** A campaign that harms seniors and helps the young, or does the same to all; and what is bought by month. */
function campaign(label: string, { seniors = -0.15, young = 0.2, step = 0, rows = 3000 } = {}): Table {
  const rng = seeded(5).fork(label);
  const lines = Array.from({ length: rows }, () => {
    const [senior, treated] = [rng.uniform() < 0.5, rng.uniform() < 0.5];
    const month = 1 + Math.floor(6 * rng.uniform());
    const chance = 0.25 + (treated ? (senior ? seniors : young) : 0);
    const spend = 20 + 10 * rng.uniform() + (month === 4 ? step : 0);
    const won = rng.uniform() < chance ? "yes" : "no";
    return `${senior ? "senior" : "young"},${treated ? "T" : "C"},2024-0${month}-1${Math.floor(9 * rng.uniform())},${spend.toFixed(2)},${won}`;
  });
  return parseCsv(`segment,treated,day,spend,won\n${lines.join("\n")}\n`).table;
}

test("shiftedGroups(real, synthetic) says first which effect is reversed, once for the columns that go together", () => {
  const found = shiftedGroups(campaign("real"), campaign("made", { seniors: 0.1, young: -0.03 }));
  expect(found.map(describeShiftedGroups)).toEqual([
    expect.stringMatching(
      /^what \w+ = \w+ does to the share of won = (yes|no) against \w+ = \w+ is reversed where \w+ = \w+: .\d+\.\d points in place of .\d+\.\d points$/,
    ),
  ]);
  expect(Math.sign(found[0].reversed?.real ?? 0)).toBe(-Math.sign(found[0].reversed?.synthetic ?? 0));
});

/** Columns that one factor drives without interactions, or that have nothing in common. */
function wide(label: string, driven: number): Table {
  const rng = seeded(7).fork(label);
  const width = 40;
  const names = Array.from({ length: width }, (_, c) => `v${c}`);
  const lines = Array.from({ length: 600 }, () => {
    const factor = rng.uniform() - 0.5;
    return names.map((_, c) => {
      const value = driven * factor + rng.uniform() - 0.5;
      return c % 2 === 0 ? value.toFixed(3) : value < -0.4 ? "a" : value < 0.4 ? "b" : "c";
    });
  });
  return parseCsv(`${[names, ...lines].map((row) => row.join(",")).join("\n")}\n`).table;
}

test("shiftedGroups(real, synthetic) calls no effect reversed that is lost, of the many that are by chance the other way round", () => {
  const found = shiftedGroups(wide("real", 1), wide("made", 0));
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter(({ reversed }) => reversed)).toEqual([]);
  const turned = shiftedGroups(wide("real", 1), wide("made", 1));
  expect(turned).toEqual([]);
});

test("shiftedGroups(real, synthetic) compares means by month", () => {
  expect(shiftedGroups(campaign("real", { step: 5 }), campaign("made")).map(describeShiftedGroups)).toEqual([
    expect.stringMatching(
      /^the mean of spend by day comes out as another: 2[45]\.\d+ in place of (29|30)\.\d+ where day in 2024-04$/,
    ),
  ]);
});

test("shiftedGroups(real, synthetic) is silent of chance, in small groups and many of them", () => {
  for (const k of Array.from({ length: 20 }).keys())
    expect(shiftedGroups(campaign(`real ${k}`, { rows: 800 }), campaign(`made ${k}`))).toEqual([]);
});

/** Days of eight years with what is sold by month, and visits at hours that a plan goes by. */
function visits(label: string, { peak = 0, late = 0 } = {}): Table {
  const rng = seeded(6).fork(label);
  const lines = Array.from({ length: 3000 }, () => {
    const plan = rng.uniform() < 0.4 ? "off-peak" : "full";
    const hour = 8 + Math.floor((plan === "full" ? 12 : 4 + late) * rng.uniform());
    const when = new Date(Date.UTC(2016, 0, 1, hour) + 86_400_000 * Math.floor(2900 * rng.uniform()));
    const sold = 20 + 10 * rng.uniform() + (when.getUTCMonth() === 8 ? peak : 0);
    return `${plan},${when.toISOString().slice(0, 16).replace("T", " ")},${sold.toFixed(2)}`;
  });
  return parseCsv(`plan,time,sold\n${lines.join("\n")}\n`).table;
}

test("shiftedGroups(real, synthetic) compares months of many years, and the hours of a time by level", () => {
  const said = (made: Table) => shiftedGroups(visits("real", { peak: 4 }), made).map(describeShiftedGroups);
  expect(said(visits("made", { peak: 4 }))).toEqual([]);
  expect(said(visits("made"))).toEqual([
    expect.stringMatching(/^the mean of sold by time comes out .* where time in month 09$/),
  ]);
  expect(said(visits("made", { peak: 4, late: 8 }))).toEqual([
    expect.stringMatching(/^the mean of the hour of time by plan comes out .* where plan = off-peak$/),
  ]);
});
