import { check } from "../../core/checks";
import { type DateFormat, dateParser, isDatePattern, isLanguage } from "./date-format";
import {
  type DurationFormat,
  durationParser,
  durationPrinter,
  isDurationPattern,
  isPlainDuration,
} from "./duration-format";
import { languages } from "./month-names";
import { type NumberFormat, numberParser, numberPrinter } from "./number-format";
import { isTimeZone } from "./time-zones";

/** How a column of numbers writes them: as numbers, or as times. */
export type ValueFormat = NumberFormat | DurationFormat;

/** How a column's cells are written: what is read in a format is written alike. */
export type Format = ValueFormat | DateFormat;

/** A reader of what is so written, times in seconds and dates in milliseconds since 1970; NaN for a text that is nothing such. */
export function parserOf(format: Format): (text: string) => number {
  if (format.kind === "date") return dateParser(format);
  return format.kind === "number" ? numberParser(format) : durationParser(format);
}

/** A writer of numbers or times in the format; numbers have at most `decimals` digits after the mark. */
export function valuePrinter(format: ValueFormat, decimals?: number): (value: number) => string {
  return format.kind === "number" ? numberPrinter(format, decimals) : durationPrinter(format);
}

/** Where numbers so written end by what they usually mean: shares at 0 and 100 %, times of day before 24 hours. */
export function usualEnds(format: ValueFormat | undefined): readonly [low: number, high: number] {
  if (format?.kind === "duration")
    return [0, isPlainDuration(format) || /[ab]$/.test(format.pattern) ? 86_399.999 : Infinity];
  const unit = format?.suffix?.trim();
  return unit === "%" ? [0, 100] : unit === "‰" ? [0, 1000] : [-Infinity, Infinity];
}

/** What the format looks like, for messages: `1.234,56 €`, `dd.MM.yyyy`. */
export function formatSample(format: Format, decimals?: number): string {
  return format.kind === "number" ? numberPrinter(format, decimals ?? 2)(1234.56) : format.pattern;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a field must be, in words after its name, and whether a value is that. */
type Rule = readonly [words: string, holds: (value: unknown, all: Fields) => boolean];

const whole = (low: number, high: number): Rule => [
  `must be a whole number from ${low} to ${high}`,
  (v) => Number.isInteger(v) && Number(v) >= low && Number(v) <= high,
];
const text = (most: number): Rule => [
  `must be text of 1 to ${most} characters`,
  (v) => typeof v === "string" && v.length > 0 && v.length <= most,
];
const oneOf = (...values: readonly string[]): Rule => [
  `must be one of ${values.join(", ")}`,
  (v) => values.includes(v as string),
];
const flag: Rule = ["must be true or false", (v) => typeof v === "boolean"];
const pattern = (words: string, holds: (text: string) => boolean): Rule => [
  `must be a pattern of ${words}`,
  (v) => typeof v === "string" && holds(v),
];

/** The fields of each kind; those in `required` must be there. */
const fields: Readonly<Record<Format["kind"], Readonly<Record<string, Rule>>>> = {
  number: {
    decimal: ['must be "." or ","', (v) => v === "." || v === ","],
    thousands: [
      "must be one character, and differ from the decimal mark, signs and digits",
      (v, { decimal }) => typeof v === "string" && /^[^\d+()−-]$/.test(v) && v !== decimal,
    ],
    grouping: ['must be "lakh"', (v) => v === "lakh"],
    prefix: text(40),
    suffix: text(40),
    negative: oneOf("minus", "inner-minus", "trailing-minus", "parentheses"),
    minus: text(1),
    plus: flag,
    leastDecimals: whole(0, 100),
    width: whole(0, 100),
    filled: whole(-100, 100),
    digits: text(8),
    exponent: ["must have a letter, plus and digits", isExponent],
    single: ["must have digits and a power", isSingle],
  },
  duration: {
    pattern: pattern("times such as H:mm:ss", isDurationPattern),
    fraction: whole(0, 9),
    digits: text(8),
  },
  date: {
    pattern: pattern("dates such as dd.MM.yyyy", isDatePattern),
    language: [`must be one of ${languages.join(", ")}`, (v) => typeof v === "string" && isLanguage(v)],
    letterCase: ["must be upper or lower", (v) => v === "upper" || v === "lower"],
    digits: text(8),
    pivot: whole(0, 100),
    offset: whole(-1440, 1440),
    zone: [
      "must be a time zone such as Europe/Berlin or +05:30",
      (v) => typeof v === "string" && isTimeZone(v),
    ],
  },
};
const required = ["decimal", "pattern"];

/** The format that `value` (parsed JSON) describes; throws, naming `action` and `place`, where it is none. */
export function formatFromJson(value: unknown, action: string, place: string): Format {
  check(
    typeof value === "object" && value !== null && !Array.isArray(value),
    action,
    `${place} must be an object`,
    value,
  );
  const all = value as Fields;
  check(
    typeof all.kind === "string" && Object.hasOwn(fields, all.kind),
    action,
    `${place}.kind must be number, duration or date`,
    all.kind,
  );
  const rules = fields[all.kind as Format["kind"]];
  for (const name of Object.keys(all))
    check(
      name === "kind" || Object.hasOwn(rules, name),
      action,
      `${place} may only have ${["kind", ...Object.keys(rules)].join(", ")}`,
      name,
    );
  for (const [name, [words, holds]] of Object.entries(rules)) {
    const left = all[name] === undefined && !required.includes(name);
    check(left || holds(all[name], all), action, `${place}.${name} ${words}`, all[name]);
  }
  return all as unknown as Format;
}

function isExponent(value: unknown): boolean {
  const { letter, plus, digits } = (value ?? {}) as Fields;
  const fits = (letter === "e" || letter === "E") && typeof plus === "boolean" && Number.isInteger(digits);
  return fits && Number(digits) >= 1 && Number(digits) <= 4;
}

function isSingle(value: unknown): boolean {
  const { digits, power } = (value ?? {}) as Fields;
  return [digits, power].every(Number.isInteger) && Number(digits) >= 1 && Number(digits) <= 17;
}
