import { type DateFormat, dateParser, plainDates } from "../../data/formats/date-format";
import { learnDates } from "../../data/formats/learn-dates";
import { learnNumbers } from "../../data/formats/learn-numbers";
import { numberParser, plainNumbers } from "../../data/formats/number-format";
import { offsetOf } from "../../data/formats/time-zones";
import { meansMissing } from "../../data/formats/words";
import { type Column, cellText, isCategorical, type NumericColumn } from "../../data/table";

/** A column's cells as numbers or days, with what had to be guessed to read them. */
export interface CellValues {
  /** One value a row; NaN where missing or not readable. */
  readonly values: Float64Array;
  /** Whether the cell is empty or holds a word that stands for missing. */
  readonly missing: (i: number) => boolean;
  /** The share of the other cells that could be read. */
  readonly share: number;
  /** What was guessed of the format, in words; undefined where it is the plain one. */
  readonly guess?: string;
}

/** The cells as numbers, in whichever way the column writes them: 1234.5, 1.234,50, $1,234.50, (5.00). */
export function numbersOf(column: Column): CellValues {
  return column.type === "numeric" ? plainCells(column) : numbersLike(column)(column);
}

/**
 * Reads cells as numbers in the way that a column writes them, of which these are the different cells and how often each
 * occurs; left out, once.
 */
export function numbersLike(like: Column, times?: ArrayLike<number>): (column: Column) => CellValues {
  const known = distinctTexts(like, times);
  const learned = learnNumbers(...saidOf(known));
  const parse = numberParser(learned?.format ?? plainNumbers);
  const plain = numberParser(plainNumbers);
  const marks = learned?.certain === true;
  const guess =
    learned && learned.format.decimal === ","
      ? `a comma before the decimals${learned.certain ? "" : " (a guess: nothing tells it from thousands)"}`
      : learned && !learned.certain && learned.format.thousands !== undefined
        ? `${JSON.stringify(learned.format.thousands)} between thousands (a guess: nothing tells it from decimals)`
        : undefined;
  return (column) => {
    if (column.type === "numeric") return plainCells(column);
    const cells = column === like ? known : distinctTexts(column);
    const parsed = cells.texts.map((text) => {
      if (meansMissing(text, true)) return Number.NaN;
      const value = parse(text.trim());
      // A cell in plain form among others means what it says, unless the marks are known to be other ones.
      return Number.isNaN(value) && !marks ? plain(text.trim()) : value;
    });
    return settled(cells, parsed, guess);
  };
}

function plainCells({ values }: NumericColumn): CellValues {
  return { values, missing: (i) => Number.isNaN(values[i]), share: 1 };
}

/**
 * The cells as days since 1970-01-01, in whichever way the column writes dates. A date with an offset counts on the day
 * it is written with, or in `timeZone` on the day that it was there.
 */
export function daysOf(column: Column, timeZone?: string): CellValues {
  const cells = distinctTexts(column);
  // A column that was read as dates says how they are written.
  const given = column.type === "date" ? column.format : undefined;
  const learned = given ? undefined : learnDates(...saidOf(cells));
  const format: DateFormat = given ?? learned?.format ?? plainDates;
  const offset = /X|[tT]$/.test(format.pattern);
  // Instants: what the clocks of the column's own zone show is no day elsewhere.
  const parse = dateParser({ ...format, zone: undefined });
  const day = timeZone !== undefined && offset ? dayIn(timeZone) : undefined;
  const parsed = cells.texts.map((text) => {
    if (meansMissing(text, true)) return Number.NaN;
    const trimmed = text.trim();
    const plain = dayOf(trimmed);
    if (plain !== undefined && !day) return plain;
    const at = parse(trimmed);
    if (Number.isNaN(at)) return plain ?? Number.NaN;
    return day ? day(at) : Math.floor((at + (offset ? writtenOffset(trimmed) : 0)) / 86_400_000);
  });
  const guess = [
    ...(format.pattern.startsWith("yyyy-MM-dd") ? [] : [`dates as ${format.pattern}`]),
    ...(learned?.ambiguous ? [`which could be ${learned.ambiguous} too`] : []),
    ...(timeZone !== undefined && !offset ? ["days as written: the dates have no offset"] : []),
  ].join(", ");
  return settled(cells, parsed, guess === "" ? undefined : guess);
}

const datePattern = /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/;

/** Days since 1970-01-01 of a date such as 2024-01-31 (a time of day is left out); undefined where there is no such day. */
export function dayOf(text: string): number | undefined {
  const match = datePattern.exec(text.trim());
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const at = new Date(Date.UTC(year, month - 1, day));
  if (at.getUTCMonth() !== month - 1 || at.getUTCDate() !== day) return undefined;
  return at.getTime() / 86_400_000;
}

/** The date of a day, as 2024-01-31. */
export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

interface DistinctTexts {
  readonly texts: readonly string[];
  /** Which of them each row has. */
  readonly of: Int32Array;
  readonly counts: readonly number[];
}

/** Each different text once, in its first order, and how often it occurs, each row counting `times`, or once. */
function distinctTexts(column: Column, times?: ArrayLike<number>): DistinctTexts {
  const places = new Map<string, number>();
  const counts: number[] = [];
  const rows = isCategorical(column) ? column.codes.length : column.values.length;
  const of = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const text = cellText(column, i);
    const place = places.get(text) ?? places.size;
    if (place === counts.length) {
      places.set(text, place);
      counts.push(0);
    }
    counts[place] += times ? times[i] : 1;
    of[i] = place;
  }
  return { texts: [...places.keys()], of, counts };
}

/** The texts that do not mean missing, and how often each occurs. */
function saidOf({ texts, counts }: DistinctTexts): [texts: string[], counts: number[]] {
  const said = texts.map((text) => !meansMissing(text, true));
  return [texts.filter((_, k) => said[k]), counts.filter((_, k) => said[k])];
}

function settled(
  { texts, of, counts }: DistinctTexts,
  parsed: readonly number[],
  guess: string | undefined,
): CellValues {
  const missing = texts.map((text) => meansMissing(text, true));
  let [said, read] = [0, 0];
  counts.forEach((count, k) => {
    if (missing[k]) return;
    said += count;
    if (!Number.isNaN(parsed[k])) read += count;
  });
  const values = new Float64Array(of.length);
  for (let i = 0; i < of.length; i++) values[i] = parsed[of[i]];
  return {
    values,
    missing: (i) => missing[of[i]],
    share: said > 0 ? read / said : 0,
    ...(guess === undefined ? {} : { guess }),
  };
}

/** Milliseconds east of UTC that the text ends with. */
function writtenOffset(text: string): number {
  return 60_000 * offsetOf(/[+-]\d{2}:?\d{2}$/.exec(text)?.[0] ?? "Z");
}

function dayIn(timeZone: string): (ms: number) => number {
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
  return (ms) => dayOf(parts.format(ms)) ?? Number.NaN;
}
