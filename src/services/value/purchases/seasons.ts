import type { PurchaseModel } from "../../../models/clv/purchase-model";
import { dateText, dayOf } from "../cell-values";
import type { Purchases } from "./transactions";

/** How many times as often as on average customers buy in each calendar month, January first. */
export type SeasonFactors = readonly number[];

/** A way to count the weeks between two days since 1970-01-01. */
export type Clock = (from: number, to: number) => number;

/** Weeks of the calendar. */
export const plainClock: Clock = (from, to) => (to - from) / 7;

/** Purchases as many as this are as good as seen at the expected rate: they draw factors of few purchases to 1. */
const prior = 30;

/**
 * The factors of the year: repeat purchases made in each calendar month over those that a model without seasons expects
 * then, of customers known to it. `fit` fits such a model to a history.
 */
export function seasonFactors(
  purchases: readonly Purchases[],
  close: number,
  fit: (clock: Clock) => PurchaseModel,
): SeasonFactors {
  let factors: SeasonFactors = new Array<number>(12).fill(1);
  // What a model without seasons expects is bent by them: once more with time as the first factors count it.
  for (let pass = 0; pass < 2; pass++) {
    const clock = pass === 0 ? plainClock : seasonalClock(factors, purchases, close);
    const made = new Float64Array(12);
    for (const { days } of purchases)
      for (let k = 1; k < days.length; k++) if (days[k] <= close) made[monthOf(days[k])]++;
    const expected = expectedByMonth(purchases, close, clock, fit(clock));
    factors = normal(factors.map((f, m) => (f * (made[m] + prior)) / (expected[m] + prior)));
  }
  return factors;
}

/** Repeat purchases that a model expects in each calendar month until `close`, from the first purchases on. */
function expectedByMonth(
  purchases: readonly Purchases[],
  close: number,
  clock: Clock,
  model: PurchaseModel,
): Float64Array {
  const joined = new Map<number, number>();
  for (const { days } of purchases) joined.set(days[0], (joined.get(days[0]) ?? 0) + 1);
  const sums = new Float64Array(12);
  // Expectations of a new customer on a grid of the clock's weeks, read between its points.
  const first = Math.min(...joined.keys());
  const span = clock(first, close);
  const steps = Math.max(2, Math.ceil(2 * span));
  const grid = Float64Array.from({ length: steps + 1 }, (_, k) =>
    model.expectedPurchasesOfNew((k * span) / steps),
  );
  const until = (weeks: number): number => {
    const at = Math.min(steps, Math.max(0, (weeks / span) * steps));
    const k = Math.min(steps - 1, Math.floor(at));
    return grid[k] + (at - k) * (grid[k + 1] - grid[k]);
  };
  for (const [day, count] of joined) {
    let before = 0;
    for (const [end, month] of monthEnds(day, close)) {
      const now = until(clock(day, end));
      sums[month] += count * (now - before);
      before = now;
    }
  }
  return sums;
}

/** The last day of each calendar month from one day to another, and the month. */
function monthEnds(from: number, to: number): [day: number, month: number][] {
  const ends: [number, number][] = [];
  let day = from;
  while (day < to) {
    const [year, month] = dateText(day + 1)
      .split("-")
      .map(Number);
    const last =
      (dayOf(`${month === 12 ? year + 1 : year}-${String((month % 12) + 1).padStart(2, "0")}-01`) as number) -
      1;
    day = Math.min(last, to);
    ends.push([day, month - 1]);
  }
  return ends;
}

/** Time that passes faster in months in which customers buy more often: purchases come evenly in it. */
export function seasonalClock(
  factors: SeasonFactors,
  purchases: readonly Purchases[],
  close: number,
  ahead = 0,
): Clock {
  let first = close;
  for (const { days } of purchases) first = Math.min(first, days[0]);
  const passed = new Float64Array(close + ahead - first + 2);
  for (let k = 1; k < passed.length; k++) passed[k] = passed[k - 1] + factors[monthOf(first + k)] / 7;
  const at = (day: number): number => {
    const k = Math.max(0, Math.min(passed.length - 2, Math.floor(day - first)));
    return passed[k] + (day - first - k) * (passed[k + 1] - passed[k]);
  };
  return (from, to) => at(to) - at(from);
}

/** Factors whose mean over the year is 1. */
function normal(factors: readonly number[]): SeasonFactors {
  const mean = factors.reduce((sum, f) => sum + f, 0) / 12;
  return factors.map((f) => f / mean);
}

function monthOf(day: number): number {
  return new Date(day * 86_400_000).getUTCMonth();
}
