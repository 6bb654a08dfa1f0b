/** What stands in a table where there is no value. */
export const missing = "–";

/** A number with `digits` decimals, a true minus sign, and commas between thousands; "–" when not finite. */
export function decimal(value: number | undefined | null, digits = 3): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return missing;
  const text = Math.abs(value).toFixed(digits);
  const [whole, fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = value < 0 && Number(text) !== 0 ? "\u2212" : "";
  return sign + (fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

/** A share as a percentage: 0.145 → "14.5%". */
export function percent(value: number | undefined | null, digits = 1): string {
  const text = decimal(value === undefined || value === null ? value : 100 * value, digits);
  return text === missing ? missing : `${text}%`;
}

/** What a part is of the whole, with one decimal; neither some nor almost all is rounded to none or all. */
export function percentOf(part: number, whole: number): string {
  const share = part / Math.max(whole, part, Number.MIN_VALUE);
  if (share > 0 && share < 0.0005) return "< 0.1%";
  if (share < 1 && share > 0.9995) return "> 99.9%";
  return percent(share, share === 0 || share === 1 ? 0 : 1);
}

/** A count: 2666 → "2,666". */
export function count(value: number | undefined | null): string {
  return decimal(value, 0);
}

/** An amount: no decimals from a thousand on, two below; with the currency where one is known. */
export function money(value: number, currency?: string): string {
  const text = decimal(value, Math.abs(value) >= 1000 ? 0 : 2);
  return currency ? `${text} ${currency}` : text;
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

/** "GRU", "GRU and LSTM", "GRU, LSTM and Transformer". */
export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
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
