import { beforeAll, describe, expect, test } from "vitest";
import { normalQuantile } from "../../src/core/math/normal-distribution";
import { column } from "../../src/core/matrix";
import { hiddenFactor, riskOf } from "../../src/data/simulate/hazard";
import { content, outlook } from "../../src/data/simulate/mood";
import type { Profile } from "../../src/data/simulate/profile";
import { simulate } from "../../src/data/simulate/simulate";
import { rocAuc } from "../../src/evaluate/ranking";
import { checkFigures } from "../../src/report/figures";
import { filteredChance } from "../../src/studies/usage/ceiling";
import { chanceOfLeaving } from "../../src/studies/usage/chance";
import { type UsageChurn, type UsageLeaver, usageChurn } from "../../src/studies/usage/churn";
import { usageConclusion, usageFigures, usageFinding } from "../../src/studies/usage/conclusion";
import { type Course, coursesOf } from "../../src/studies/usage/courses";
import { type UsageData, usageData } from "../../src/studies/usage/data";
import { type UsageForecasts, usageForecasts } from "../../src/studies/usage/forecasts";
import { lineOf } from "../../src/studies/usage/lines";
import {
  dearest,
  segmentChurn,
  usageSegmentChart,
  usageSegmentTable,
} from "../../src/studies/usage/segment-views";
import { segmentNames, type UsageSegment, usageSegments } from "../../src/studies/usage/segments";
import {
  usageChurnChart,
  usageChurnTable,
  usageForecastTable,
  usageTotalsChart,
  verdictOf,
  wayNamed,
  windowsTable,
} from "../../src/studies/usage/views";
import { joinWindows, summarise, usageWindow } from "../../src/studies/usage/windows";

const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("usageWindow(base, month, wanted)", () => {
  const base = simulate({ customers: 400, seed: 1, months: 24 });
  const one = usageWindow(base, 18, (i) => i % 2 === 0);
  const cost = base.panels?.cost ?? new Float32Array(0);

  test("holds twelve months of those wanted who are there, and what came of the next three", () => {
    const width = one.x.features.length;
    const at = one.x.features.indexOf("cost");
    one.customers.forEach((i, k) => {
      expect(i % 2).toBe(0);
      expect(base.left[i] === 0 || base.left[i] > 18).toBe(true);
      for (const t of [0, 11]) expect(one.x.values[(k * 12 + t) * width + at]).toBe(cost[i * 24 + 6 + t]);
      const ahead = [18, 19, 20].map((t) => cost[i * 24 + t]).filter(Number.isFinite);
      expect(one.cost[k]).toBeCloseTo(
        ahead.reduce((a, b) => a + b, 0),
        6,
      );
      expect(one.left[k]).toBe([19, 20, 21].includes(base.left[i]) ? 1 : 0);
    });
    expect(one.customers.length).toBeGreaterThan(80);
    expect(one.left).toContain(1);
  });

  test("shows nothing of the months after it", () => {
    const later = simulate({ customers: 400, seed: 1, months: 24 });
    for (const panel of Object.values(later.panels ?? {}))
      for (let i = 0; i < 400; i++) panel.fill(1e6, i * 24 + 18, (i + 1) * 24);
    const again = usageWindow(later, 18, (i) => i % 2 === 0);
    expect(again.x.values).toEqual(one.x.values);
    expect(again.aggregates.values).toEqual(one.aggregates.values);
    expect(again.costBefore).toEqual(one.costBefore);
  });
});

test("summarise(panel, end) gives mean, last, slope, spread, share of the last quarter and the year before", () => {
  const year = Float32Array.from({ length: 12 }, (_, t) => 10 + 2 * t);
  // numpy: mean 21, polyfit slope 2, std √(4·143/12), (28 + 30 + 32) / 252, mean(10, 12, 14)
  const [all, last, slope, spread, share, before] = summarise(year, 12);
  expect([all, last, before]).toEqual([21, 32, 12]);
  expect(slope).toBeCloseTo(2, 12);
  expect(spread).toBeCloseTo(Math.sqrt((4 * 143) / 12), 12);
  expect(share).toBeCloseTo(90 / 252, 12);
  const short = summarise(
    Float32Array.from(year, (v, t) => (t < 9 ? Number.NaN : v)),
    12,
  );
  expect(short.slice(0, 2)).toEqual([30, 32]);
  expect(short[5]).toBeNaN();
});

test("chanceOfLeaving(base, i, month, ahead) is what comes true, over all and among the high and the low", () => {
  const base = simulate({ customers: 12_000, seed: 7, months: 24 });
  const { chance, left } = usageWindow(base, 20, () => true);
  const order = [...chance.keys()].sort((a, b) => chance[a] - chance[b]);
  const parts = [order, order.slice(0, 4000), order.slice(-600), order.slice(-200)];
  for (const rows of parts) {
    const [told, came] = [chance, left].map((of) => mean(Float64Array.from(rows, (i) => of[i])));
    // Three standard errors of a share.
    expect(Math.abs(told - came)).toBeLessThan(3 * Math.sqrt((told * (1 - told)) / rows.length));
  }
  expect(chance[order[order.length - 1]]).toBeGreaterThan(0.8);
  const gone = base.left.findIndex((t) => t > 0 && t <= 20);
  expect(() => chanceOfLeaving(base, gone, 20, 3)).toThrow(`customer ${gone} must be there after month 20`);
  expect(() => usageWindow(base, 22, () => true)).toThrow(
    "month must be a whole number from 12 to 21, got 22",
  );
});

test("filteredChance(base, i, month, ahead) is what comes true of fresh customers, and ranks them little below the oracle", () => {
  const base = simulate({ customers: 4000, seed: 11, months: 36 });
  const { customers, chance, left } = usageWindow(base, 33, () => true);
  const told = Float64Array.from(customers, (i) => filteredChance(base, i, 33, 3));
  const order = [...told.keys()].sort((a, b) => told[a] - told[b]);
  for (const [from, to] of [
    [0, order.length],
    [0, 1000],
    [1000, 1500],
    [-200, -70],
    [-70, order.length],
  ]) {
    const rows = order.slice(from, to);
    const [expected, came] = [told, left].map((of) => mean(Float64Array.from(rows, (i) => of[i])));
    expect(Math.abs(expected - came)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / rows.length));
  }
  expect(rocAuc(left, told)).toBeGreaterThan(0.9);
  expect(rocAuc(left, told)).toBeLessThan(rocAuc(left, chance));
});

test("coursesOf(base, i, who, month, back) share out what the chain of moods says", () => {
  const base = simulate({ customers: 60, seed: 2, months: 12 });
  const field = (name: keyof Profile, i: number): number => base.profile[name][i];
  const i = base.joined.findIndex((joined) => joined <= 1);
  const who = Object.fromEntries(
    Object.keys(base.profile).map((name) => [name, field(name as keyof Profile, i)]),
  ) as unknown as Profile;
  const courses = coursesOf(base, i, who, 3, 12);
  const sum = (some: readonly Course[]): number => some.reduce((all, one) => all + one.weight, 0);
  const factors = Array.from({ length: 24 }, (_, k) => hiddenFactor(normalQuantile((k + 0.5) / 24)));
  const left = factors.map(
    (factor) =>
      outlook(
        {
          risk: riskOf(who) * factor,
          contract: who.contract,
          tenureMonths: 1 - base.joined[i],
          mood: content,
        },
        6,
      ).left,
  );
  const within = (month: number): number => left.reduce((all, one) => all + one[month - 1], 0);
  expect(sum(courses)).toBeCloseTo(24 - within(3), 10);
  expect(sum(courses.filter((one) => one.left && one.last < 6))).toBeCloseTo(within(6) - within(3), 10);
});

test("lineOf(months, turned, shares, sway) tells a line from wandering by the odds of two normal densities", () => {
  const months = { from: 0, mean: 0, deviation: 1, rounding: 0.1, sway: Float64Array.of(1, 1, 1) };
  // One month half of the way between two unknown ends, N(0, 1) both: it is N(0, .51), when wandering N(0, 1.01).
  const one = lineOf({ ...months, values: Float32Array.of(0.5) }, 0, [0.5], 1);
  expect(one.log).toBeCloseTo(-0.125 / 0.51 - 0.5 * Math.log(0.51) + 0.125 / 1.01 + 0.5 * Math.log(1.01), 12);
  expect(one.mean).toBeCloseTo((0.5 / 0.51) * 0.5, 12);
  expect(one.variance).toBeCloseTo(1 - 0.25 / 0.51, 12);
  // A line from 1 through 0.8 and 0.6 ends at 0 or near; as wandering it is all but impossible to see so straight a one.
  const straight = lineOf(
    { ...months, rounding: 0.001, values: Float32Array.of(1, 0.8, 0.6) },
    1,
    [0.2, 0.4],
    1,
  );
  expect(straight.mean).toBeCloseTo(0, 3);
  expect(straight.log).toBeGreaterThan(3);
  const bent = lineOf({ ...months, rounding: 0.001, values: Float32Array.of(1, 0.8, 0.5) }, 1, [0.2, 0.4], 1);
  expect(bent.log).toBeLessThan(-100);
});

describe("the study of usage on 2,400 customers", () => {
  let data: UsageData;
  let churn: UsageChurn;
  let forecasts: UsageForecasts;
  let segments: UsageSegment[];
  beforeAll(async () => {
    data = usageData({ customers: 2400, seed: 5 });
    const quick = { seed: 5, epochs: 4, samples: 60 };
    churn = await usageChurn(data, quick);
    forecasts = await usageForecasts(data, quick);
    segments = usageSegments(data, { seed: 5, segments: 4 });
  });

  test("usageData() teaches by other customers and earlier months than it judges by", () => {
    const taught = joinWindows([...data.train, ...data.validation]);
    expect(data.train.map((one) => one.month)).toEqual([21, 24, 27, 30]);
    expect(data.test.month).toBe(33);
    const judged = new Set(data.test.customers);
    expect(taught.customers.some((i) => judged.has(i))).toBe(false);
    const stops = new Set(joinWindows(data.validation).customers);
    expect(joinWindows(data.train).customers.some((i) => stops.has(i))).toBe(false);
    expect(usageData({ customers: 2400, seed: 5 }).source.sha256).toBe(data.source.sha256);
  });

  test("usageChurn() judges every way on the same customers, and none of the columns' readers beats the ceiling", () => {
    expect(churn.ways.map((one) => one.name).slice(2, 5)).toEqual(["GRU", "LSTM", "Transformer"]);
    expect(churn.ways.map((one) => one.kind)).toEqual([
      "yardstick",
      "boosting",
      "sequence",
      "sequence",
      "sequence",
      "both",
      "ceiling",
      "oracle",
    ]);
    const { scores: most } = churn.ways[6];
    for (const { probability, scores } of churn.ways.slice(0, 7)) {
      expect(probability.length).toBe(churn.customers);
      expect(scores.rocAuc.estimate).toBeLessThanOrEqual(most.rocAuc.estimate);
      expect(scores.logLoss.estimate).toBeGreaterThanOrEqual(most.logLoss.estimate);
      expect(scores.rocAuc.low).toBeLessThanOrEqual(scores.rocAuc.high);
    }
    expect(churn.ways[1].scores.rocAuc.estimate).toBeGreaterThan(0.6);
    expect(churn.ways[1].differences).toBeUndefined();
    const { differences, scores } = churn.ways[6];
    expect(differences?.rocAuc.estimate).toBeCloseTo(
      scores.rocAuc.estimate - churn.ways[1].scores.rocAuc.estimate,
      12,
    );
  });

  test("usageForecasts() beats last year's months by boosting, in rising quantiles", () => {
    const [naive, boosting, net] = forecasts.ways;
    expect(naive.by.minutes.gain).toBeUndefined();
    expect(boosting.by.minutes.gain?.high).toBeLessThan(0);
    expect(net.by.minutes.gain?.high).toBeLessThan(0);
    for (const { by } of forecasts.ways)
      for (const quantity of [by.minutes, by.cost]) {
        const [low, middle, high] = quantity.quantiles;
        expect(low.every((q, i) => q <= middle[i] && middle[i] <= high[i])).toBe(true);
        expect(quantity.coverage).toBeGreaterThan(0.4);
        expect(quantity.total.low).toBeLessThan(quantity.total.high);
      }
    const total = forecasts.totals.minutes;
    expect(Math.abs(boosting.by.minutes.total.estimate / total - 1)).toBeLessThan(0.15);
  });

  test("usageSegments() share out all customers, under names of their own", () => {
    expect(segments.reduce((sum, one) => sum + one.customers, 0)).toBe(data.all.left.length);
    expect(new Set(segments.map((one) => one.name)).size).toBe(segments.length);
    const churned = segments.reduce((sum, one) => sum + one.customers * one.churn.estimate, 0);
    expect(churned / data.all.left.length).toBeCloseTo(mean(data.all.left), 12);
    expect(usageSegments(data, { seed: 5, segments: 4 })).toEqual(segments);
    expect(() => usageSegments(data, { segments: 1 })).toThrow(
      "segments must be a whole number from 2 to 12, got 1",
    );
  });

  test("views and figures show what was found, without gaps", async () => {
    const figures = usageFigures(churn, forecasts, segments);
    checkFigures(figures.figures);
    expect(figures.figures.filter((one) => one.key).length).toBeGreaterThanOrEqual(3);
    expect(figures.figures.filter((one) => one.key).length).toBeLessThanOrEqual(5);
    const shown = [
      windowsTable(data),
      usageChurnTable(churn),
      await usageChurnChart(churn),
      usageForecastTable(forecasts, "minutes"),
      usageForecastTable(forecasts, "cost"),
      await usageTotalsChart(forecasts),
      usageSegmentTable(segments),
      await usageSegmentChart(segments),
      usageConclusion(churn, forecasts, segments),
    ];
    for (const text of shown) expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(shown[8]).toContain(dearest(segments).name);
  });

  test("usageChurn({nets}) trains those beside the GRU that it is asked for, each as alone", async () => {
    const one = await usageChurn(data, { seed: 5, epochs: 4, samples: 60, nets: ["LSTM"] });
    expect(one.ways.map(({ name }) => name)).not.toContain("Transformer");
    expect(wayNamed(one, "LSTM").probability).toEqual(wayNamed(churn, "LSTM").probability);
    await expect(usageChurn(data, { nets: ["RNN" as "LSTM"] })).rejects.toThrow(
      'Cannot compare sequence models: nets must be one of LSTM, Transformer, got "RNN"',
    );
  });

  test("usageFinding() says that sequences pay only when an interval says so", () => {
    const forced = (shift: number): UsageChurn => ({
      ...churn,
      ways: churn.ways.map((one): UsageLeaver => {
        const at = { estimate: shift, low: shift - 0.01, high: shift + 0.01 };
        return one.kind === "sequence"
          ? { ...one, differences: { rocAuc: at, prAuc: at, logLoss: zero } }
          : one;
      }),
    });
    const zero = { estimate: 0, low: -0.1, high: 0.1 };
    expect(usageFinding(forced(0.05), forecasts)).toContain("pays for churn: GRU, LSTM and Transformer beat");
    expect(usageFinding(forced(0), forecasts)).toContain("does not pay for churn");
    expect(usageFinding(forced(-0.05), forecasts)).toContain("beats every sequence model");
    expect(verdictOf(forced(-0.05).ways[2])).toBe("worse");
    expect(verdictOf(forced(0.005).ways[2])).toBe("no different");
  });
});

test("segmentChurn(segments) names the highest only where its interval lies above the lowest's", () => {
  const segment = (name: string, estimate: number, off: number) =>
    ({ name, churn: { estimate, low: estimate - off, high: estimate + off } }) as UsageSegment;
  const three = (off: number) => [segment("A", 0.05, off), segment("B", 0.1, off), segment("C", 0.02, off)];
  expect(segmentChurn(three(0.03))).toMatch(/^"B" leave most, 10.0%.*"C" least, 2.0%/);
  expect(segmentChurn(three(0.05))).toMatch(/about equally often: between 2.0% and 10.0%/);
});

test("segmentNames(centres) names by what stands out, and tells equal names apart", () => {
  // Traits: day, evening, night, abroad, data, service, trend.
  const heavy = [0, 0, 0, 0, 2, 0, 0];
  expect(segmentNames([heavy, [0.1, 0, 0, 0, 0, 0.2, 0], [-1, 0.9, 0, 0, 0.8, 0, 0]])).toEqual([
    "Heavy data",
    "Average use",
    "Few day calls, evening talkers",
  ]);
  expect(segmentNames([heavy, [0, 0, 0, 0, 2, -0.3, 0]])[1]).toBe("Heavy data, rarely call service");
  expect(segmentNames([heavy, heavy])[1]).toMatch(/\(2\)$/);
});

test("a window's forecasts know the season that lies ahead", () => {
  const base = simulate({ customers: 200, seed: 3, months: 36 });
  const [a, b] = [21, 33].map((month) => usageWindow(base, month, () => true).season);
  expect(column(a, 0)[0]).toBeCloseTo(column(b, 0)[0], 12);
});
