/** What stands in a table where there is no value. */
export const missing = "–";

/** A number with `digits` decimals, a true minus sign, and thousands set apart by thin spaces; "–" when not finite. */
export function decimal(value: number | undefined | null, digits = 3): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return missing;
  const text = Math.abs(value).toFixed(digits);
  const [whole, fraction] = text.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  const sign = value < 0 && Number(text) !== 0 ? "\u2212" : "";
  return sign + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** A share as a percentage: 0.145 → "14.5 %". */
export function percent(value: number | undefined | null, digits = 1): string {
  const text = decimal(value === undefined || value === null ? value : 100 * value, digits);
  return text === missing ? missing : `${text}\u202f%`;
}

/** A count: 7043 → "7043", 70430 → "70 430". */
export function count(value: number | undefined | null): string {
  return decimal(value, 0);
}

/** A difference with its sign always shown. */
export function difference(value: number | undefined | null, digits = 3): string {
  const text = decimal(value, digits);
  return text === missing || text.startsWith("\u2212") || Number(value) === 0 ? text : `+${text}`;
}

/** Words with a capital first letter, as a label or a sentence begins. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An interval: "0.71 to 0.74". */
export function interval(low: number, high: number, digits = 3): string {
  return `${decimal(low, digits)} to ${decimal(high, digits)}`;
}

/** A duration as people say it: 850 ms, 12.3 s, 4 min 5 s. */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return missing;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
