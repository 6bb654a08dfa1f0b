import { checkInteger } from "../../core/checks";
import { column, joinColumns, joinRows, type Matrix } from "../../core/matrix";
import { type Measure, measures } from "../../data/simulate/history";
import type { Simulation } from "../../data/simulate/simulate";
import { type Sequences, sequences } from "../../models/network/sequence/sequences";
import { matrixOf, panelsOf, profileColumns, tenureAt } from "../clv/landmarks";
import { chanceOfLeaving } from "./chance";

/** Months that a window looks back on, and months that it looks ahead to. */
export const monthsBack = 12;
export const monthsAhead = 3;
/** Months of history that a customer must have to be in a window. */
const fewest = 3;

/** Customers there at the end of a month: their last twelve months, and what came of the three after. */
export interface UsageWindow {
  /** The month, counted from 1, whose end is meant. */
  readonly month: number;
  /** Their numbers in the simulation. */
  readonly customers: Int32Array;
  /** Twelve months of every measure; of customers who joined later, NaN before. */
  readonly x: Sequences;
  /** What is known of a customer beside usage. */
  readonly profile: Matrix;
  /** Where in the year the months end: one customer's months sway by chance more than by season. */
  readonly season: Matrix;
  /** The profile, and what one makes of twelve months by hand. */
  readonly aggregates: Matrix;
  /** 1 for those who left within the three months. */
  readonly left: Float64Array;
  /** The chance of that, known only to the simulator. */
  readonly chance: Float64Array;
  /** Minutes and cost of the three months; of leavers, until they left. */
  readonly minutes: Float64Array;
  readonly cost: Float64Array;
  /** The same three months a year before; of customers who weren't there, three times the mean of the last three. */
  readonly minutesBefore: Float64Array;
  readonly costBefore: Float64Array;
}

/** The window at the end of `month` (12 to 3 before the close) of the customers for whom `wanted` holds. */
export function usageWindow(base: Simulation, month: number, wanted: (i: number) => boolean): UsageWindow {
  checkInteger(month, monthsBack, base.months - monthsAhead, "cut a usage window", "month");
  const panels = panelsOf(base);
  const rows: number[] = [];
  for (let i = 0; i < base.customers; i++) {
    const there = tenureAt(base, i, month) >= fewest && (base.left[i] === 0 || base.left[i] > month);
    if (there && wanted(i)) rows.push(i);
  }
  const values = new Float32Array(rows.length * monthsBack * measures.length);
  rows.forEach((i, k) => {
    for (let t = 0; t < monthsBack; t++)
      measures.forEach((name, j) => {
        values[(k * monthsBack + t) * measures.length + j] =
          panels[name][i * base.months + month - monthsBack + t];
      });
  });
  const profile = matrixOf(rows, [
    ...profileColumns(base),
    ["tenure", (i) => tenureAt(base, i, month)],
    ["ln tenure", (i) => Math.log1p(tenureAt(base, i, month))],
  ]);
  const minutesOf = (i: number, t: number): number => {
    const at = i * base.months + t;
    return panels.dayMinutes[at] + panels.eveMinutes[at] + panels.nightMinutes[at] + panels.intlMinutes[at];
  };
  const costOf = (i: number, t: number): number => panels.cost[i * base.months + t];
  const each = (of: (i: number) => number): Float64Array => Float64Array.from(rows, of);
  const ahead = (of: typeof costOf) => each((i) => sumOf(of, i, month, month + monthsAhead).sum);
  const before = (of: typeof costOf) =>
    each((i) => {
      const from = month - monthsBack;
      const { sum, count } = sumOf(of, i, from, from + monthsAhead);
      return count === monthsAhead ? sum : sumOf(of, i, month - monthsAhead, month).sum;
    });
  return {
    month,
    customers: Int32Array.from(rows),
    x: sequences(rows.length, monthsBack, measures, values, profile),
    profile,
    season: matrixOf(rows, [
      ["season, cosine", () => Math.cos((2 * Math.PI * month) / 12)],
      ["season, sine", () => Math.sin((2 * Math.PI * month) / 12)],
    ]),
    aggregates: joinColumns(profile, aggregatesOf(base, rows, month)),
    left: each((i) => (base.left[i] > month && base.left[i] <= month + monthsAhead ? 1 : 0)),
    chance: each((i) => chanceOfLeaving(base, i, month, monthsAhead)),
    minutes: ahead(minutesOf),
    cost: ahead(costOf),
    minutesBefore: before(minutesOf),
    costBefore: before(costOf),
  };
}

/** The sum over the months [from, to) in which the customer was there, and their number. */
function sumOf(
  of: (i: number, t: number) => number,
  i: number,
  from: number,
  to: number,
): { sum: number; count: number } {
  let [sum, count] = [0, 0];
  for (let t = from; t < to; t++) {
    const value = of(i, t);
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return { sum, count };
}

/** What an analyst makes of a year of months: level, last value, direction, spread, recent share, and a year ago. */
const summaries = ["mean", "last", "slope", "spread", "last quarter's share", "year ago"] as const;

function aggregatesOf(base: Simulation, rows: readonly number[], month: number): Matrix {
  const panels = panelsOf(base);
  const all = measures.map((name) => rows.map((i) => summarise(panels[name], i * base.months + month)));
  const position = new Map(rows.map((i, k) => [i, k]));
  return matrixOf(
    rows,
    measures.flatMap((name, j) =>
      summaries.map((summary, s): [string, (i: number) => number] => [
        `${name}, ${summary}`,
        (i) => all[j][position.get(i) ?? 0][s],
      ]),
    ),
  );
}

/** The summaries of the twelve values before `end`; the missing ones stand before the others. */
export function summarise(panel: Float32Array, end: number): number[] {
  let [count, sum, recent, slant, squares] = [0, 0, 0, 0, 0];
  for (let t = end - 1; t >= end - monthsBack && Number.isFinite(panel[t]); t--) {
    count++;
    sum += panel[t];
    if (end - t <= monthsAhead) recent += panel[t];
  }
  const mean = sum / count;
  const middle = end - (count + 1) / 2;
  for (let t = end - count; t < end; t++) {
    slant += (t - middle) * (panel[t] - mean);
    squares += (panel[t] - mean) ** 2;
  }
  // Σ (t − middle)² of `count` steps of 1.
  const slope = (12 * slant) / (count * (count * count - 1));
  let before = 0;
  for (let t = end - monthsBack; t < end - monthsBack + monthsAhead; t++) before += panel[t] / monthsAhead;
  return [
    mean,
    panel[end - 1],
    slope,
    Math.sqrt(squares / count),
    sum > 0 ? recent / sum : Math.min(1, monthsAhead / count),
    before,
  ];
}

/** One of the summaries of a measure, of every customer of a window. */
export function aggregate(
  from: UsageWindow,
  name: Measure,
  summary: (typeof summaries)[number],
): Float64Array {
  return column(
    from.aggregates,
    from.profile.columns + measures.indexOf(name) * summaries.length + summaries.indexOf(summary),
  );
}

/** The rows of several windows below each other, with the month of the last. */
export function joinWindows(windows: readonly UsageWindow[]): UsageWindow {
  return windows.reduce((a, b) => {
    const values = new Float32Array(a.x.values.length + b.x.values.length);
    values.set(a.x.values);
    values.set(b.x.values, a.x.values.length);
    const both = (of: (window: UsageWindow) => Float64Array): Float64Array =>
      Float64Array.from([...of(a), ...of(b)]);
    const profile = joinRows(a.profile, b.profile);
    return {
      month: b.month,
      customers: Int32Array.from([...a.customers, ...b.customers]),
      x: sequences(a.x.rows + b.x.rows, monthsBack, measures, values, profile),
      profile,
      season: joinRows(a.season, b.season),
      aggregates: joinRows(a.aggregates, b.aggregates),
      left: both((window) => window.left),
      chance: both((window) => window.chance),
      minutes: both((window) => window.minutes),
      cost: both((window) => window.cost),
      minutesBefore: both((window) => window.minutesBefore),
      costBefore: both((window) => window.costBefore),
    };
  });
}
