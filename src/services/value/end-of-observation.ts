import { check } from "../../core/checks";
import { count } from "../../core/format";
import { dateText, dayOf } from "./cell-values";

/** The day of an end of observation, if one is said; throws unless it is a day that has come. */
export function closeOf(asOf: string | undefined, action: string): number | undefined {
  if (asOf === undefined) return undefined;
  const day = dayOf(asOf);
  check(day !== undefined, action, "asOf must be a date such as 2024-01-31", asOf);
  // Somewhere the next day has begun already.
  check(day <= Date.now() / 86_400_000 + 1, action, "asOf must not lie after today", asOf);
  return day;
}

const leastDays = 30;
const leastSeen = 10;

/**
 * Says so where nothing was seen for so long before the end of observation that the table likely ends earlier: more than 30
 * days, and three times the longest gap between days on which something was seen.
 */
export function silentEnd(seen: Iterable<number>, close: number, what: string): string[] {
  const days = Float64Array.from(new Set(seen)).sort();
  const last = days.at(-1) ?? close;
  const silent = close - last;
  let longest = leastDays / 3;
  for (let k = 1; k < days.length; k++) longest = Math.max(longest, days[k] - days[k - 1]);
  if (days.length < leastSeen || silent <= 3 * longest) return [];
  return [
    `${what} for ${count(silent)} days before ${dateText(close)}, the end of observation: if the table ends on ${dateText(last)}, so does observation (--as-of), or all count as silent since`,
  ];
}
