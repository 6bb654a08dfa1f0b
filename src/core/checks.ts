import { didYouMean } from "./did-you-mean";

/**
 * Throws a RangeError that says what could not be done, which rule was broken and by which value:
 * `Cannot fit smote: neighbours must be below the 12 minority rows, got 15`.
 */
export function check(holds: boolean, action: string, rule: string, found?: unknown): asserts holds {
  if (holds) return;
  throw new RangeError(`Cannot ${action}: ${rule}${found === undefined ? "" : `, got ${shown(found)}`}`);
}

/** Throws unless `value` is a whole number in [low, high]. */
export function checkInteger(value: number, low: number, high: number, action: string, name: string): void {
  check(
    Number.isInteger(value) && value >= low && value <= high,
    action,
    `${name} must be a whole number ${range(low, high)}`,
    value,
  );
}

/** Throws unless `value` is a finite number in [low, high]; with `open`, the ends themselves are excluded. */
export function checkNumber(
  value: number,
  low: number,
  high: number,
  action: string,
  name: string,
  open: "" | "low" | "high" | "both" = "",
): void {
  const aboveLow = open === "low" || open === "both" ? value > low : value >= low;
  const belowHigh = open === "high" || open === "both" ? value < high : value <= high;
  const from = open === "low" || open === "both" ? "above" : "at least";
  const to = open === "high" || open === "both" ? "below" : "at most";
  const rule =
    high === Infinity ? `${name} must be ${from} ${low}` : `${name} must be ${from} ${low} and ${to} ${high}`;
  check(Number.isFinite(value) && aboveLow && belowHigh, action, rule, value);
}

/** Throws unless `value` is one of `allowed`; the message lists them. */
export function checkOneOf<T extends string>(
  value: string,
  allowed: readonly T[],
  action: string,
  name: string,
): asserts value is T {
  if ((allowed as readonly string[]).includes(value)) return;
  check(
    false,
    action,
    `${name} must be one of ${allowed.join(", ")}, got ${shown(value)}${didYouMean(String(value), allowed)}`,
  );
}

/** Throws unless the two lengths agree. */
export function checkSameLength(a: number, b: number, action: string, names: string): void {
  check(a === b, action, `${names} must have the same length, got ${a} and ${b}`);
}

/** Throws at the first value that is NaN or infinite, naming its position. */
export function checkFinite(values: ArrayLike<number>, action: string, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      check(false, action, `${name} must be finite numbers, got ${values[i]} at position ${i}`);
    }
  }
}

/** Whether no value is NaN or infinite: times zero these are NaN, so sums tell; four of them keep the adder busy. */
export function allFinite(values: Float64Array): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (; i < values.length; i++) a += values[i] * 0;
  return a + b + c + d === 0;
}

function range(low: number, high: number): string {
  return high === Infinity ? `of at least ${low}` : `from ${low} to ${high}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}…` : value);
  return String(value);
}
