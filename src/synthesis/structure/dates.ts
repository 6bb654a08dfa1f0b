import { check } from "../../core/checks";
import { type DateFormat, dateParser, datePrinter } from "../../data/formats/date-format";
import { learnDates } from "../../data/formats/learn-dates";
import { offsetOf, writtenOffset } from "../../data/formats/time-zones";
import { day } from "./date-parts";
import { countPeople, type People } from "./people";

/** How a column writes its dates, and how finely. */
export interface WrittenDates {
  /** The commonest format first, each with its share of the dates. */
  readonly formats: readonly { readonly format: DateFormat; readonly share: number }[];
  /** Milliseconds between two neighbours: a day when no time of day is ever written. */
  readonly step: number;
  /** Texts finer than that, which many rows share: the moment at which a table was closed, beside days. Each stands for its step, `at`, alone. */
  readonly exact?: readonly { readonly at: number; readonly text: string }[];
  /** How dates are written beside those, where they leave out what these have: fractions of a second. */
  readonly beside?: DateFormat;
}

/** Throws where no dates can be written so, whoever wrote it. */
export function checkDates(dates: WrittenDates, who: string, action: string): void {
  const { formats, step, exact = [], beside } = Object(dates) as Partial<WrittenDates>;
  const shared = Array.isArray(exact) && exact.map(Object).every(({ at, text }) => isShared(at, text));
  check(shared, action, `${who} must have as exact a list of texts, each with the moment (at) it stands for`);
  const listed = Array.isArray(formats) && formats.length > 0 && Number(step) > 0;
  check(listed, action, `${who} must have a list of formats and a step above 0`);
  if (beside !== undefined) dateParser(beside);
  for (const { format, share } of formats.map(Object)) {
    const rule = `${who} must have formats with a pattern and a share`;
    check(typeof Object(format).pattern === "string" && share >= 0, action, rule);
    dateParser(format);
  }
}

function isShared(at: unknown, text: unknown): boolean {
  return Number.isFinite(at) && typeof text === "string";
}

const mostFormats = 4;
/** So many texts at most are finer than all others. */
const mostExact = 3;
const steps = [day, 3_600_000, 60_000, 1000];

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
    const own = left.filter((text) => !Number.isNaN(read(text)));
    for (const { format: one, texts } of byOffset(format, own, least))
      found.push({ format: one, share: texts / present.length });
    left = rest;
  }
  if (found.length === 0 || (left.length > 0 && left.length >= Math.min(least, 0.05 * present.length)))
    return undefined;
  return { formats: found, step: momentStep(times) };
}

/** The format with each offset from UTC that enough texts have, the commonest first, where they are of no one time zone. */
function byOffset(format: DateFormat, own: readonly string[], least: number) {
  if (format.zone !== undefined || !/x/i.test(format.pattern)) return [{ format, texts: own.length }];
  const counts = new Map<number, number>();
  for (const text of own) {
    const offset = offsetOf(writtenOffset.exec(text)?.[0] ?? "Z");
    counts.set(offset, (counts.get(offset) ?? 0) + 1);
  }
  const common = [...counts].filter(([, texts]) => texts >= least).sort((a, b) => b[1] - a[1]);
  if (common.length < 2) return [{ format, texts: own.length }];
  const held = common.reduce((sum, [, texts]) => sum + texts, 0);
  return common.map(([offset, texts]) => ({
    format: { ...format, offset },
    texts: (own.length * texts) / held,
  }));
}

/** The dates by the coarsest step on which all but a few texts lie that enough people share each: nobody is made to end at a time of day. */
export function coarserDates(
  dates: WrittenDates,
  values: readonly string[],
  least: number,
  people?: People,
): WrittenDates {
  const read = dateReader(dates);
  const texts = countPeople(values, people);
  texts.delete("");
  const times = new Map([...texts.keys()].map((text) => [text, read(text)]));
  for (const step of steps.filter((one) => one > dates.step)) {
    const floor = (time: number): number => Math.floor(time / step) * step;
    const exact = [...times].flatMap(([text, time]) =>
      time === floor(time) || Number.isNaN(time) ? [] : [{ at: floor(time), text }],
    );
    const at = new Set(exact.map((one) => one.at));
    const alone = [...times.values()].filter((time) => at.has(floor(time))).length === exact.length;
    const few = exact.length <= mostExact && exact.length < times.size / 2;
    if (few && alone && exact.every(({ text }) => (texts.get(text) ?? 0) >= Math.max(2, least)))
      return { ...dates, step, exact, ...besideThem([...times], exact, dates) };
  }
  return dates;
}

function besideThem(
  times: readonly (readonly [text: string, time: number])[],
  exact: NonNullable<WrittenDates["exact"]>,
  { formats }: WrittenDates,
): Pick<WrittenDates, "beside"> {
  const others = times.filter(([text]) => exact.every((one) => one.text !== text));
  const beside = learnDates(others.map(([text]) => text))?.format;
  const read = beside && formats.length === 1 ? dateParser(beside) : () => Number.NaN;
  return beside && others.every(([text, time]) => read(text) === time) ? { beside } : {};
}

/** Reads a date into milliseconds since 1970 (UTC); NaN where the text is no such date. */
export function dateReader({ formats, exact = [] }: WrittenDates): (text: string) => number {
  const readers = formats.map((format) => dateParser(format.format));
  const known = new Map(exact.map(({ at, text }) => [text, at]));
  return (text) => {
    const own = known.get(text);
    if (own !== undefined) return own;
    for (const read of readers) {
      const time = read(text);
      if (!Number.isNaN(time)) return time;
    }
    return Number.NaN;
  };
}

/** Writes milliseconds since 1970, in the format at `u` of the way through their shares; "" for NaN. */
export function dateWriter({
  formats,
  step,
  exact = [],
  beside,
}: WrittenDates): (value: number, u?: number) => string {
  const known = new Map(exact.map(({ at, text }) => [at, text]));
  const all = beside ? [beside] : formats.map(({ format }) => format);
  const writers = all.map((format) => datePrinter(format));
  return (value, u = 0) => {
    if (Number.isNaN(value)) return "";
    let own = 0;
    for (let left = u; own < writers.length - 1 && left >= formats[own].share; own++)
      left -= formats[own].share;
    const moment = Math.round(value / step) * step;
    return known.get(moment) ?? writers[own](moment);
  };
}

function momentStep(times: readonly number[]): number {
  return steps.find((step) => times.every((value) => value % step === 0)) ?? 1;
}
