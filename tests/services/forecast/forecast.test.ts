import { describe, expect, test } from "vitest";
import { gamma, normal, seeded } from "../../../src/core/rng";
import type { RowSource } from "../../../src/data/even-rows";
import { parseCsv } from "../../../src/data/read/read-csv";
import { forecastMethods } from "../../../src/models/forecast/smoothing";
import { driversOf } from "../../../src/services/forecast/drivers";
import { forecastPanel } from "../../../src/services/forecast/forecast";
import { movementsOf } from "../../../src/services/forecast/movement";
import { panelFrom } from "../../../src/services/forecast/read-panel";
import { rowsOf } from "../value/rows-of";

const table = (text: string): RowSource => rowsOf(parseCsv(text).table, 7);

describe("panelFrom(table)", () => {
  test("adds up the rows of a month, and keeps months without a row apart from 0", async () => {
    const read = await panelFrom(
      table("customer,month,region,minutes\na,2023-12,N,5\na,2023-12,N,2\na,2024-02,N,4\nb,2024-01,S,1\n"),
      { segment: "region" },
    );
    expect(read.months).toEqual(["2023-12", "2024-01", "2024-02"]);
    expect(read.series.map((y) => [...y])).toEqual([
      [7, Number.NaN, 4],
      [Number.NaN, 1, Number.NaN],
    ]);
    expect(read.segments).toEqual(["N", "S"]);
    expect(read.columns).toEqual({
      customer: "customer",
      month: "month",
      value: "minutes",
      segment: "region",
    });
    expect([...read.who]).toEqual([0, 0, 0, 1]);
    expect(read.notes).toEqual([
      "1 rows are of a customer and month named before, and are added to it",
      "2 months of customers have no value after their first; they are passed over, not taken for 0",
    ]);
  });

  test("takes the customers for segments, too, where that is asked for, and for no months", async () => {
    const read = table("customer,month,minutes\na,2023-12,5\nb,2023-12,2\n");
    expect((await panelFrom(read, { segment: "customer" })).segments).toEqual(["a", "b"]);
    await expect(panelFrom(read, { month: "customer", value: "minutes" })).rejects.toThrow(
      'row 1: the month must be one such as 2024-01, got "a"',
    );
  });

  test("asks which of several columns is meant, and names rows without a month", async () => {
    const two = table("customer,month,calls,texts\na,2024-01,1,2\n");
    await expect(panelFrom(two)).rejects.toThrow(
      "a column of values must be named; numbers are in calls, texts",
    );
    expect((await panelFrom(two, { value: "texts" })).series[0][0]).toBe(2);
    await expect(panelFrom(table("customer,month,value\na,soon,1\n"))).rejects.toThrow(
      'row 1: the month must be one such as 2024-01, got "soon"',
    );
  });
});

describe("forecastPanel(panel)", () => {
  const rng = seeded(11);
  const months = 30;
  const series = Array.from({ length: 500 }, () => {
    const base = 30 * gamma(rng, 2);
    const noise = 0.05 + 0.3 * rng.uniform();
    return Float64Array.from({ length: months }, () => Math.max(0, base * (1 + noise * normal(rng))));
  });
  const panel = { series };

  test("holds the promised share of outcomes that neither chose nor calibrated, and beats the last month", () => {
    const found = forecastPanel(panel, { horizon: 3, level: 0.8 });
    // 1,500 outcomes: a standard error of one hundredth.
    expect(Math.abs(found.judged.coverage - 0.8)).toBeLessThan(0.025);
    expect(found.judged.error).toBeLessThan(0.9 * found.judged.lastMonthError);
    expect(found.method).not.toBe("last month");
    const sum = series.reduce((total, y) => total + y.reduce((a, b) => a + b, 0) / months, 0);
    for (let k = 0; k < 3; k++) expect(found.total.low[k] < sum && sum < found.total.high[k]).toBe(true);
    expect(found.low.every((own, i) => own.every((v, k) => v >= 0 && v <= found.high[i][k]))).toBe(true);
  });

  test("says how many months it needs", () => {
    const short = { series: series.map((y) => y.subarray(0, 8)) };
    expect(() => forecastPanel(short, { horizon: 3 })).toThrow(
      "there must be at least 9 months to foretell 3",
    );
  });
});

test("the method with seasons knows next month's season; a year ago is a year ago", () => {
  const y = Float64Array.from({ length: 48 }, (_, t) => 100 + (t % 12 === 0 ? 60 : 0));
  const by = (name: string): Float64Array =>
    (forecastMethods.find((one) => one.name === name) as (typeof forecastMethods)[number]).next(y, 2);
  expect([...by("same month last year")]).toEqual([160, 100]);
  const [first, second] = by("smoothed level with seasons");
  expect(first - second).toBeGreaterThan(25);
});

test("forecastPanel(panel) holds its share on average where all customers move together too", () => {
  const [months, horizon, n] = [24, 3, 30];
  let [inside, all] = [0, 0];
  for (let k = 0; k < 30; k++) {
    const rng = seeded("shocks").fork(k);
    const shocks = Array.from({ length: months + horizon }, () => Math.exp(0.3 * normal(rng)));
    const series = Array.from({ length: n }, () => {
      const base = 50 * gamma(rng, 2);
      return Float64Array.from(shocks, (shock) => base * shock * Math.exp(0.15 * normal(rng)));
    });
    const known = series.map((y) => y.subarray(0, months));
    const found = forecastPanel({ series: known }, { horizon });
    series.forEach((y, i) => {
      for (let h = 0; h < horizon; h++) {
        const v = y[months + h];
        if (v >= found.low[i][h] && v <= found.high[i][h]) inside++;
        all++;
      }
    });
  }
  // Thirty times three shocks: a standard error of about 0.03. Without the stretch it is 0.74.
  expect(Math.abs(inside / all - 0.8)).toBeLessThan(0.06);
});

test("driversOf(table) finds what a unit costs within customers, and leaves out what does not move", async () => {
  const rng = seeded("drivers");
  const lines = ["customer,month,cost,minutes,gigabytes,seconds,age"];
  for (let i = 0; i < 60; i++)
    for (let m = 1; m <= 9; m++) {
      const [minutes, gigabytes] = [100 * gamma(rng, 2), 5 * gamma(rng, 2)];
      const cost = 10 * i + 0.2 * minutes + 1.5 * gigabytes + normal(rng);
      lines.push(`c${i},2024-0${m},${cost},${minutes},${gigabytes},${60 * minutes},${20 + i}`);
    }
  const rows = table(lines.join("\n"));
  const panel = await panelFrom(rows, { value: "cost" });
  const found = await driversOf(rows, panel, undefined);
  const [first, second] = found?.drivers ?? [];
  expect([first.name, second.name]).toEqual(["minutes", "gigabytes"]);
  expect(first.low < 0.2 && first.high > 0.2 && Math.abs(first.perUnit - 0.2) < 0.01).toBe(true);
  expect(Math.abs(second.perUnit - 1.5)).toBeLessThan(0.1);
  expect(found?.explained).toBeGreaterThan(0.95);
  expect(found?.notes).toEqual([
    "seconds moves as minutes does, and is left out",
    "age does not change within customers, and drives nothing",
  ]);
  // Of some customers, all their rows and no others.
  const learned = Int32Array.from({ length: 30 }, (_, k) => 2 * k);
  const half = await driversOf(rows, { ...panel, learned }, ["minutes"]);
  const alone = lines.filter((line, k) => k === 0 || Number(line.slice(1, line.indexOf(","))) % 2 === 0);
  const own = table(alone.join("\n"));
  const same = await driversOf(own, await panelFrom(own, { value: "cost" }), ["minutes"]);
  expect(half).toEqual(same);
  expect(half?.drivers[0].perUnit).not.toBe(first.perUnit);
});

test("forecastPanel(panel) foretells all customers by what some of them teach", () => {
  const rng = seeded("some teach");
  const series = Array.from({ length: 60 }, (_, i) =>
    Float64Array.from({ length: 15 }, () => 10 + i + normal(rng)),
  );
  const learned = Int32Array.from({ length: 20 }, (_, k) => 3 * k);
  const found = forecastPanel({ series, learned });
  const few = forecastPanel({ series: series.filter((_, i) => i % 3 === 0) });
  expect([found.methods, found.judged]).toEqual([few.methods, few.judged]);
  expect([found.mean.length, found.mean[3], found.low[3]]).toEqual([60, few.mean[1], few.low[1]]);
  expect(found.total.mean[0]).toBeGreaterThan(2.5 * few.total.mean[0]);
});

test("movementsOf(series, next) puts every customer under one name", () => {
  const flat = (v: number): Float64Array => new Float64Array(12).fill(v);
  const series = [
    flat(10),
    flat(10),
    flat(10),
    Float64Array.of(1, 9, 1, 9, 1, 9, 1, 9),
    Float64Array.of(1, 2),
    Float64Array.of(1, Number.NaN),
  ];
  const next = [10, 12, 8, 5, 2, 1].map((v) => Float64Array.of(v));
  expect(movementsOf(series, next).map((one) => [one.name, one.customers])).toEqual([
    ["Growing", 1],
    ["Falling", 1],
    ["Steady", 1],
    ["Up and down", 1],
    ["New", 1],
    ["Gone quiet", 1],
  ]);
});
