import { check } from "../../core/checks";
import { type DateFormat, dateParser, datePrinter } from "../../data/formats/date-format";
import { learnDates } from "../../data/formats/learn-dates";
import { day } from "./date-parts";

/** How a column writes its dates, and how finely. */
export interface WrittenDates {
  /** The commonest format first, each with its share of the dates. */
  readonly formats: readonly { readonly format: DateFormat; readonly share: number }[];
  /** Milliseconds between two neighbours: a day when no time of day is ever written. */
  readonly step: number;
}

/** Throws where no dates can be written so, whoever wrote it. */
export function checkDates(dates: WrittenDates, who: string, action: string): void {
  const { formats, step } = Object(dates) as Partial<WrittenDates>;
  const listed = Array.isArray(formats) && formats.length > 0 && Number(step) > 0;
  check(listed, action, `${who} must have a list of formats and a step above 0`);
  for (const { format, share } of formats.map(Object)) {
    const rule = `${who} must have formats with a pattern and a share`;
    check(typeof Object(format).pattern === "string" && share >= 0, action, rule);
    dateParser(format);
  }
}

const mostFormats = 4;

/**
 * The formats that read every value (missing ones aside) but fewer than `least`, the given one first, each of so many rows
 * at least; undefined where some are no dates.
 */
export function writtenDates(
  values: readonly string[],
  least: number,
  given?: DateFormat,
): WrittenDates | undefined {
  const present = values.filter((value) => value !== "");
  if (present.length === 0) return undefined;
  const found: { format: DateFormat; share: number }[] = [];
  const times: number[] = [];
  let left = present;
  while (left.length > 0 && found.length < mostFormats) {
    const format = found.length === 0 && given ? given : learnDates(left)?.format;
    if (!format) break;
    const read = dateParser(format);
    const rest = left.filter((text) => {
      const time = read(text);
      if (!Number.isNaN(time)) times.push(time);
      return Number.isNaN(time);
    });
    if (rest.length === left.length || left.length - rest.length < Math.min(least, present.length)) break;
    found.push({ format, share: (left.length - rest.length) / present.length });
    left = rest;
  }
  if (found.length === 0 || (left.length > 0 && left.length >= Math.min(least, 0.05 * present.length)))
    return undefined;
  return { formats: found, step: momentStep(times) };
}

/** Reads a date into milliseconds since 1970 (UTC); NaN where the text is no such date. */
export function dateReader({ formats }: WrittenDates): (text: string) => number {
  const readers = formats.map((format) => dateParser(format.format));
  return (text) => {
    for (const read of readers) {
      const time = read(text);
      if (!Number.isNaN(time)) return time;
    }
    return Number.NaN;
  };
}

/** Writes milliseconds since 1970, in the format at `u` of the way through their shares; "" for NaN. */
export function dateWriter({ formats, step }: WrittenDates): (value: number, u?: number) => string {
  const writers = formats.map((format) => datePrinter(format.format));
  return (value, u = 0) => {
    if (Number.isNaN(value)) return "";
    let own = 0;
    for (let left = u; own < formats.length - 1 && left >= formats[own].share; own++)
      left -= formats[own].share;
    return writers[own](Math.round(value / step) * step);
  };
}

function momentStep(times: readonly number[]): number {
  return [day, 3_600_000, 60_000, 1000].find((step) => times.every((value) => value % step === 0)) ?? 1;
}
