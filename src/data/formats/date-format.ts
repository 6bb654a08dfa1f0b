import { fromPlain, toPlain } from "./digits";
import { calendars, type Language, languages, monthOf, weekdayOf } from "./month-names";
import { offsetOf, offsetText, zoneOffset } from "./time-zones";

/** How a column writes its dates, with or without a time of day. */
export interface DateFormat {
  readonly kind: "date";
  /**
   * Unicode's date field symbols, such as "yyyy-MM-dd", "dd/MM/yy HH:mm:ss", "d MMM yyyy", "EEE, d MMMM yyyy h:mm a" or
   * "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" (xxx where an offset of 0 is +00:00, not Z), "yyyy'Q'Q" for quarters and "yyyy-'W'ww" for weeks
   * (of ISO 8601, as their Mondays); "do" for 22nd, "t" for seconds and "T" for milliseconds since 1970.
   */
  readonly pattern: string;
  /** Of the names of months and weekdays; defaults to English. */
  readonly language?: Language;
  /** Names of months and weekdays in capitals or in small letters; left out, as the language writes them. */
  readonly letterCase?: "upper" | "lower";
  /** The digit 0 of the script in which digits are written. */
  readonly digits?: string;
  /** Two-digit years below it are of 2000 and later. @default 69 */
  readonly pivot?: number;
  /** Minutes east of UTC in which dates with an offset are written that are of no one zone. @default 0 */
  readonly offset?: number;
  /** The zone of dates with an offset, such as Europe/Berlin or +05:30: they are read as its clocks show them, and get its offset of that day. */
  readonly zone?: string;
}

/** Dates as the standard (ISO 8601) has them. */
export const plainDates: DateFormat = { kind: "date", pattern: "yyyy-MM-dd" };

const fields =
  /'([^']*)'|(y{4}|yy|MMMM|MMM|MM|M|do|dd|d|Q|ww|w|EEEE|EEE|HH|H|hh|h|mm|ss|S+|a|XXX|XX|xxx|xx|t|T)|([A-Za-z]+)|([^A-Za-z']+)/g;

type Token = { readonly field: string } | { readonly literal: string };

/** The pattern's fields and what stands between them; undefined where it is no pattern. */
function tokensOf(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let length = 0;
  for (const [all, quoted, field, unknown, literal] of pattern.matchAll(fields)) {
    if (unknown !== undefined) return undefined;
    tokens.push(field !== undefined ? { field } : { literal: quoted ?? literal });
    length += all.length;
  }
  const has = (pattern: RegExp): boolean =>
    tokens.some((token) => "field" in token && pattern.test(token.field));
  const epoch = tokens.length === 1 && has(/^[tT]$/);
  return length === pattern.length && (epoch || (has(/^y/) && has(/^[MQw]/) && !has(/^[tT]$/)))
    ? tokens
    : undefined;
}

/** Whether the text is a pattern of dates: it must have a year and a month, quarter or week. */
export function isDatePattern(pattern: string): boolean {
  return tokensOf(pattern) !== undefined;
}

const widths: { readonly [field: string]: string } = {
  yyyy: "(\\d{4})",
  yy: "(\\d{2})",
  MMMM: "(\\p{L}[\\p{L}.]*)",
  MMM: "(\\p{L}[\\p{L}.]*)",
  MM: "(\\d{2})",
  M: "(\\d{1,2})",
  dd: "(\\d{2})",
  d: "(\\d{1,2})",
  do: "(\\d{1,2})(?:st|nd|rd|th)",
  Q: "([1-4])",
  ww: "(\\d{2})",
  w: "(\\d{1,2})",
  EEEE: "(\\p{L}[\\p{L}.-]*)",
  EEE: "(\\p{L}[\\p{L}.-]*)",
  HH: "(\\d{2})",
  H: "(\\d{1,2})",
  hh: "(\\d{2})",
  h: "(\\d{1,2})",
  mm: "(\\d{2})",
  ss: "(\\d{2})",
  a: "([AaPp]\\.?[Mm]\\.?)",
  XXX: "(Z|[+-]\\d{2}:\\d{2})",
  XX: "(Z|[+-]\\d{4})",
  xxx: "([+-]\\d{2}:\\d{2})",
  xx: "([+-]\\d{4})",
  t: "(-?\\d{1,12})(?:\\.0+)?",
  T: "(-?\\d{1,15})(?:\\.0+)?",
};

/**
 * A reader of dates so written: milliseconds since 1970 (of a date without an offset, and of what the clocks of a zone show,
 * as if it were UTC), NaN for a text that is no such date. Where the pattern has a time of day, a date alone is midnight.
 */
export function dateParser(format: DateFormat): (text: string) => number {
  const { language = "en", pivot = 69 } = format;
  const tokens = tokensOf(format.pattern) ?? [];
  const names: string[] = [];
  let source = "";
  let open = 0;
  const literal = (text: string): string =>
    text.trim() === "" ? "\\s+" : text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, "\\s+");
  tokens.forEach((token, k) => {
    const next = tokens[k + 1];
    const later = tokens.slice(k + 1).find((other) => "field" in other) as { field: string } | undefined;
    if ("literal" in token) {
      // A time of day after a date may be left out, and so may fractions of a second.
      const isTime = later !== undefined && /^[Hh]/.test(later.field) && names.includes("y");
      const isFraction = next !== undefined && "field" in next && next.field.startsWith("S");
      if (isTime || isFraction) {
        source += "(?:";
        open++;
      }
      source += literal(token.literal);
      return;
    }
    const { field } = token;
    names.push(
      field.startsWith("S")
        ? "S"
        : /^[XxE]/.test(field)
          ? field[0].toUpperCase()
          : field.length > 2 && field[0] === "M"
            ? "N"
            : field[0],
    );
    source += field.startsWith("S") ? "(\\d{1,9})" : widths[field];
    if (field.startsWith("S") && open > 0) {
      source += ")?";
      open--;
    }
  });
  source += ")?".repeat(open);
  const pattern = new RegExp(`^${source}$`, "u");
  const wide = tokens.some((token) => "field" in token && token.field === "yyyy");
  const east = format.zone === undefined ? undefined : zoneOffset(format.zone);
  const plain = toPlain(format.digits);
  return (text) => {
    const match = pattern.exec(plain(text).trim());
    if (!match) return Number.NaN;
    let [year, month, day, hour, minute, second, ms] = [Number.NaN, 0, 1, 0, 0, 0, 0];
    let shift: number | undefined;
    let half: number | undefined;
    let week: number | undefined;
    for (const [k, name] of names.entries()) {
      const found = match[k + 1];
      if (found === undefined) continue;
      if (name === "t") return Number(found) * 1000;
      if (name === "T") return Number(found);
      if (name === "y") year = wide ? Number(found) : Number(found) + (Number(found) < pivot ? 2000 : 1900);
      else if (name === "M") month = Number(found) - 1;
      else if (name === "N") month = monthOf(found, language);
      else if (name === "Q") month = (Number(found) - 1) * 3;
      else if (name === "w") week = Number(found);
      else if (name === "d") day = Number(found);
      else if (name === "E" && weekdayOf(found, language) < 0) return Number.NaN;
      else if (name === "H" || name === "h") hour = Number(found);
      else if (name === "m") minute = Number(found);
      else if (name === "s") second = Number(found);
      else if (name === "S") ms = Number(`0.${found}`) * 1000;
      else if (name === "a") half = /^p/i.test(found) ? 12 : 0;
      else if (name === "X") shift = offsetOf(found);
    }
    if (half !== undefined) {
      if (hour < 1 || hour > 12) return Number.NaN;
      hour = (hour % 12) + half;
    }
    if (month < 0 || month > 11 || day < 1 || hour > 24 || minute > 59 || second > 60) return Number.NaN;
    if (day > daysIn(year, month) || (hour === 24 && (minute > 0 || second > 0))) return Number.NaN;
    if (week !== undefined) {
      const monday = firstMonday(year) + (week - 1) * 7 * 86_400_000;
      return week > 0 && weekOf(monday).year === year ? monday : Number.NaN;
    }
    const at = utc(year, month, day) + ((hour * 60 + minute - (shift ?? 0)) * 60 + second) * 1000 + ms;
    return east && shift !== undefined ? at + east(at) * 60_000 : at;
  };
}

/** A writer of dates in the format, from milliseconds since 1970. */
export function datePrinter(format: DateFormat): (ms: number) => string {
  const { language = "en", letterCase } = format;
  const cased = (name: string): string =>
    letterCase === "upper" ? name.toUpperCase() : letterCase === "lower" ? name.toLowerCase() : name;
  const tokens = tokensOf(format.pattern) ?? [];
  const names = calendars[language];
  const native = fromPlain(format.digits);
  const year = tokens.some((token) => "field" in token && token.field[0] === "w")
    ? (at: Date) => weekOf(at.getTime()).year
    : (at: Date) => at.getUTCFullYear();
  const zoned = tokens.some((token) => "field" in token && /^x/i.test(token.field));
  const east = format.zone === undefined ? undefined : zoneOffset(format.zone);
  return (ms) => {
    // What the clocks show is an instant of UTC that much earlier; an hour that they leave out is shown as the one after it.
    const instant = east && zoned ? ms - east(ms - east(ms) * 60_000) * 60_000 : ms;
    const offset = east ? east(instant) : (format.offset ?? 0);
    const at = new Date(Math.round(instant) + (zoned ? offset * 60_000 : 0));
    const two = (value: number): string => String(value).padStart(2, "0");
    const hour = at.getUTCHours();
    const write = (field: string): string => {
      if (field === "t") return String(Math.floor(ms / 1000));
      if (field === "T") return String(Math.round(ms));
      if (field[0] === "y") return field === "yy" ? two(year(at) % 100) : String(year(at)).padStart(4, "0");
      if (field === "do") return `${at.getUTCDate()}${ordinalOf(at.getUTCDate())}`;
      if (field === "MMMM") return cased(names.months[at.getUTCMonth()]);
      if (field === "MMM") return cased(names.shortMonths[at.getUTCMonth()]);
      if (field === "EEEE") return cased(names.days[at.getUTCDay()]);
      if (field === "EEE") return cased(names.shortDays[at.getUTCDay()]);
      if (field === "a") return cased(hour < 12 ? "AM" : "PM");
      if (field[0] === "S")
        return String(at.getUTCMilliseconds())
          .padStart(3, "0")
          .padEnd(field.length, "0")
          .slice(0, field.length);
      if (/^x/i.test(field)) return offsetText(offset, field.length === 3, field[0] === "X");
      const value = {
        M: at.getUTCMonth() + 1,
        w: weekOf(at.getTime()).week,
        Q: Math.floor(at.getUTCMonth() / 3) + 1,
        d: at.getUTCDate(),
        H: hour,
        h: hour % 12 || 12,
        m: at.getUTCMinutes(),
        s: at.getUTCSeconds(),
      }[field[0]] as number;
      return field.length === 2 ? two(value) : String(value);
    };
    return native(tokens.map((token) => ("field" in token ? write(token.field) : token.literal)).join(""));
  };
}

/** Whether the language is one whose months are known. */
export function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text);
}

/** The Monday of the week in which the year's 4 January lies: its first one by ISO 8601. */
function firstMonday(year: number): number {
  const fourth = utc(year, 0, 4);
  return fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * 86_400_000;
}

/** The week of ISO 8601 and the year that it is of. */
function weekOf(ms: number): { readonly year: number; readonly week: number } {
  const thursday = ms + (4 - (new Date(ms).getUTCDay() || 7)) * 86_400_000;
  const year = new Date(thursday).getUTCFullYear();
  return { year, week: Math.floor((ms - firstMonday(year)) / (7 * 86_400_000)) + 1 };
}

function ordinalOf(day: number): string {
  return (day > 10 && day < 14 ? undefined : ["th", "st", "nd", "rd"][day % 10]) ?? "th";
}

function daysIn(year: number, month: number): number {
  return new Date(utc(year, month + 1, 0)).getUTCDate();
}

/** `Date.UTC` that doesn't take years below 100 for those of a century. */
function utc(year: number, month: number, day: number): number {
  const at = new Date(0);
  at.setUTCFullYear(year, month, day);
  return at.getTime();
}
