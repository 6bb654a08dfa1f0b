/** How a column writes times of day or lengths of time; its values are seconds. */
export interface DurationFormat {
  readonly kind: "duration";
  /** "HH:mm:ss", "H:mm", "mm:ss", … or, with AM and PM, "h:mm a" and the like. */
  readonly pattern: string;
  /** Digits of fractions of a second. @default 0 */
  readonly fraction?: number;
}

const shapes: readonly string[] = [
  "HH:mm:ss",
  "H:mm:ss",
  "HH:mm",
  "H:mm",
  "hh:mm:ss a",
  "h:mm:ss a",
  "hh:mm a",
  "h:mm a",
];

/** Whether the text is a pattern of times. */
export function isDurationPattern(pattern: string): boolean {
  return shapes.includes(pattern);
}

/** A reader of times so written: seconds; NaN for a text that is no such time. */
export function durationParser(format: DurationFormat): (text: string) => number {
  const seconds = format.pattern.includes("ss");
  const half = format.pattern.endsWith("a");
  const pattern = new RegExp(
    `^(-?)(\\d{1,5}):([0-5]\\d)${seconds ? ":([0-5]\\d(?:[.,]\\d{1,9})?)" : ""}${half ? "\\s?([AaPp])\\.?[Mm]\\.?" : ""}$`,
  );
  return (text) => {
    const match = pattern.exec(text.trim());
    if (!match) return Number.NaN;
    let hours = Number(match[2]);
    const rest = Number(match[3]) * 60 + (seconds ? Number(match[4].replace(",", ".")) : 0);
    if (half) {
      if (hours < 1 || hours > 12) return Number.NaN;
      hours = (hours % 12) + (/p/i.test(match[seconds ? 5 : 4]) ? 12 : 0);
    }
    const value = hours * 3600 + rest;
    return match[1] === "-" ? -value : value;
  };
}

/** A writer of times in the format, from seconds. */
export function durationPrinter(format: DurationFormat): (value: number) => string {
  const { pattern, fraction = 0 } = format;
  const scale = 10 ** fraction;
  return (value) => {
    const whole = Math.round(Math.abs(value) * scale);
    const inSeconds = Math.floor(whole / scale);
    let hours = Math.floor(inSeconds / 3600);
    const half = pattern.endsWith("a");
    const afternoon = hours % 24 >= 12;
    if (half) hours = hours % 12 || 12;
    const two = (one: number): string => String(one).padStart(2, "0");
    const wide = pattern[1] === pattern[0];
    const seconds =
      two(inSeconds % 60) + (fraction > 0 ? `.${String(whole % scale).padStart(fraction, "0")}` : "");
    return (
      (value < 0 && !half ? "-" : "") +
      (wide ? two(hours) : String(hours)) +
      `:${two(Math.floor(inSeconds / 60) % 60)}` +
      (pattern.includes("ss") ? `:${seconds}` : "") +
      (half ? ` ${afternoon ? "PM" : "AM"}` : "")
    );
  };
}

/** How the times among some texts are written and the share of texts, counted as often as they occur, that are such. */
export function learnDurations(
  values: readonly string[],
  counts?: ArrayLike<number>,
): { readonly format: DurationFormat; readonly share: number } | undefined {
  let best: { format: DurationFormat; share: number } | undefined;
  const some = values.slice(0, 5000);
  const total = some.reduce((sum, _, i) => sum + (counts ? counts[i] : 1), 0);
  for (const pattern of shapes) {
    const parse = durationParser({ kind: "duration", pattern });
    let [fit, fraction, padded] = [0, 0, true];
    for (const [i, text] of some.entries()) {
      if (Number.isNaN(parse(text))) continue;
      fit += counts ? counts[i] : 1;
      fraction = Math.max(fraction, /[.,](\d+)/.exec(text)?.[1].length ?? 0);
      if (/^-?\d:/.test(text.trim())) padded = false;
    }
    const wide = pattern[1] === pattern[0];
    if (fit === 0 || wide !== padded || (best && fit / total <= best.share)) continue;
    const format: DurationFormat = { kind: "duration", pattern, ...(fraction > 0 ? { fraction } : {}) };
    best = { format, share: fit / total };
  }
  return best;
}
