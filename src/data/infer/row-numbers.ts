import type { Column, Table } from "../table";
import { mayBeCustomer, mayBeKey, mayBeTime } from "./names";

/** Fewer rows show nothing: under the name of a key, by values alone, and for a doubt to be said. */
const fewestNamed = 20;
const fewestUnnamed = 100;
const fewestDoubtful = 50;
/** Digits of a key's number that has no such name, and from which on hardly anything is measured. */
const keyDigits = 6;
const neverMeasured = 11;
/** Numbers name rows, too, if they lie so many times apart at most as if they counted on. */
const densest = 3;
/** Moments in milliseconds (from 2001 on) and seconds are as long as keys. */
const moments = [1e12, 3e12] as const;
const seconds = [1e9, 3e9] as const;
/** Numbers so long that return are no measures: nor round, nor of many lengths, unless few begin with other two digits than the others. */
const longest = 15;
const [mostRound, mostBegins, mostLengths, fewestAlike] = [0.3, 5, 3, 0.95];

/**
 * Whether whole numbers name the rows: another one in each, under the name of a key or a customer in one length or side by side, of a key also in many rows; under
 * any other in steps of one size, spread over all that are as long, or longer than what is measured. Of numbers of one length
 * that might as well be measured it is open. Undefined for all others; missing ones do not count, nor does the order.
 *
 * @example
 * namesRows("policy_no", Float64Array.from({ length: 30 }, (_, i) => 4000 + 7 * i)); // → "surely"
 */
export function namesRows(name: string, values: ArrayLike<number>): "surely" | "perhaps" | undefined {
  const seen = new Set<number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value)) continue;
    if (!Number.isSafeInteger(value) || value < 0 || seen.has(value)) return undefined;
    seen.add(value);
  }
  if (seen.size < fewestNamed) return undefined;
  const sorted = Float64Array.from(seen).sort();
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const digits = String(low).length;
  const even = String(high).length === digits;
  const key = mayBeKey(name);
  if (key || mayBeCustomer(name)) {
    const dense = high - low < densest * sorted.length;
    if ((even && digits >= 4) || dense) return "surely";
    // "mobile" or "account" may as well be a bill or a balance.
    if (sorted.length >= fewestUnnamed) return key ? "surely" : "perhaps";
    return undefined;
  }
  if (!even || digits < keyDigits - 1 || sorted.length < fewestDoubtful) return undefined;
  const moment = mayBeTime(name) || (low >= moments[0] && high <= moments[1]);
  if (moment || digits < keyDigits || sorted.length < fewestUnnamed) return "perhaps";
  const step = sorted[1] - low;
  const steady = sorted.every((value, i) => value === low + i * step);
  return steady || digits >= neverMeasured || spreadOver(sorted, digits) ? "surely" : "perhaps";
}

/**
 * Whether whole numbers (each once) are as long as telephone numbers, IMSI and IMEI, from ten digits on, are of one length or begin
 * alike, and are neither moments nor round: they name somebody or something, and measure nothing, though they return.
 *
 * @example
 * longNumbers("caller", Array.from({ length: 30 }, (_, i) => 491511234567 + 977 * i)); // → true
 */
export function longNumbers(name: string, values: readonly number[]): boolean {
  if (values.length < fewestNamed || mayBeTime(name)) return false;
  const within = ([low, high]: readonly [number, number]): boolean =>
    values.every((value) => value >= low && value <= high);
  if (!within([1e9, 10 ** longest]) || !values.every(Number.isSafeInteger)) return false;
  if (within(moments) || within(seconds)) return false;
  if (values.filter((value) => value % 10 === 0).length > mostRound * values.length) return false;
  const lengths = new Set(values.map((value) => String(value).length));
  if (lengths.size === 1) return true;
  const begins = new Map<string, number>();
  for (const value of values) {
    const begin = String(value).slice(0, 2);
    begins.set(begin, (begins.get(begin) ?? 0) + 1);
  }
  const common = [...begins.values()].sort((a, b) => b - a).slice(0, mostBegins);
  return (
    lengths.size <= mostLengths &&
    common.reduce((sum, count) => sum + count, 0) >= fewestAlike * values.length
  );
}

/** The columns read as numbers that may name the rows all the same. */
export function perhapsRowNames({ columns }: Table): readonly string[] {
  const open = (one: Column): boolean =>
    one.type === "numeric" && namesRows(one.name, one.values) === "perhaps";
  return columns.filter(open).map(({ name }) => name);
}

/** Whether sorted numbers are spread evenly over all with so many digits (Kolmogorov and Smirnov, at 1 %). */
function spreadOver(sorted: Float64Array, digits: number): boolean {
  const [from, span] = [10 ** (digits - 1), 9 * 10 ** (digits - 1)];
  const count = sorted.length;
  const off = sorted.reduce((most, value, i) => {
    const share = (value - from) / span;
    return Math.max(most, share - i / count, (i + 1) / count - share);
  }, 0);
  return off < 1.63 / Math.sqrt(count);
}
