import { check } from "../../core/checks";
import { type DateFormat, isDatePattern, isLanguage } from "./date-format";
import { type DurationFormat, durationParser, durationPrinter, isDurationPattern } from "./duration-format";
import { type NumberFormat, numberParser, numberPrinter } from "./number-format";

/** How a column of numbers writes them: as numbers, or as times. */
export type ValueFormat = NumberFormat | DurationFormat;

/** How a column's cells are written: what is read in a format is written alike. */
export type Format = ValueFormat | DateFormat;

/** A reader of numbers or times (in seconds) so written; NaN for a text that is none. */
export function valueParser(format: ValueFormat): (text: string) => number {
  return format.kind === "number" ? numberParser(format) : durationParser(format);
}

/** A writer of numbers or times in the format; numbers have at most `decimals` digits after the mark. */
export function valuePrinter(format: ValueFormat, decimals?: number): (value: number) => string {
  return format.kind === "number" ? numberPrinter(format, decimals) : durationPrinter(format);
}

/** What the format looks like, for messages: `1.234,56 €`, `dd.MM.yyyy`. */
export function formatSample(format: Format, decimals?: number): string {
  return format.kind === "number" ? numberPrinter(format, decimals ?? 2)(1234.56) : format.pattern;
}

const marks = [".", ","];

/** The format that `value` (parsed JSON) describes; throws, naming `action` and `place`, where it is none. */
export function formatFromJson(value: unknown, action: string, place: string): Format {
  check(
    typeof value === "object" && value !== null && !Array.isArray(value),
    action,
    `${place} must be an object`,
    value,
  );
  const one = value as Record<string, unknown>;
  const only = (names: readonly string[]): void => {
    for (const name of Object.keys(one))
      check(names.includes(name), action, `${place} may only have ${names.join(", ")}`, name);
  };
  const text = (name: string, most: number): void => {
    const found = one[name];
    if (found !== undefined)
      check(
        typeof found === "string" && found.length > 0 && found.length <= most,
        action,
        `${place}.${name} must be text of 1 to ${most} characters`,
        found,
      );
  };
  const whole = (name: string, low: number, high: number): void => {
    const found = one[name];
    if (found !== undefined)
      check(
        Number.isInteger(found) && Number(found) >= low && Number(found) <= high,
        action,
        `${place}.${name} must be a whole number from ${low} to ${high}`,
        found,
      );
  };
  if (one.kind === "number") {
    only([
      "kind",
      "decimal",
      "thousands",
      "grouping",
      "prefix",
      "suffix",
      "negative",
      "minus",
      "plus",
      "leastDecimals",
      "width",
      "exponent",
    ]);
    check(marks.includes(one.decimal as string), action, `${place}.decimal must be "." or ","`, one.decimal);
    for (const name of ["thousands", "minus"]) text(name, 1);
    for (const name of ["prefix", "suffix"]) text(name, 40);
    check(
      one.thousands !== one.decimal && !/^[\d+()−-]$/.test(String(one.thousands ?? "")),
      action,
      `${place}.thousands must differ from the decimal mark, signs and digits`,
      one.thousands,
    );
    check(
      one.grouping === undefined || one.grouping === "lakh",
      action,
      `${place}.grouping must be "lakh"`,
      one.grouping,
    );
    const ways = ["minus", "inner-minus", "trailing-minus", "parentheses"];
    check(
      one.negative === undefined || ways.includes(one.negative as string),
      action,
      `${place}.negative must be one of ${ways.join(", ")}`,
      one.negative,
    );
    check(
      one.plus === undefined || typeof one.plus === "boolean",
      action,
      `${place}.plus must be true or false`,
      one.plus,
    );
    whole("leastDecimals", 0, 100);
    whole("width", 0, 100);
    if (one.exponent !== undefined) checkExponent(one.exponent, action, `${place}.exponent`);
    return one as unknown as NumberFormat;
  }
  if (one.kind === "duration") {
    only(["kind", "pattern", "fraction"]);
    check(
      typeof one.pattern === "string" && isDurationPattern(one.pattern),
      action,
      `${place}.pattern must be a pattern of times such as H:mm:ss`,
      one.pattern,
    );
    whole("fraction", 0, 9);
    return one as unknown as DurationFormat;
  }
  check(one.kind === "date", action, `${place}.kind must be number, duration or date`, one.kind);
  only(["kind", "pattern", "language", "letterCase", "pivot", "offset"]);
  check(
    one.letterCase === undefined || one.letterCase === "upper" || one.letterCase === "lower",
    action,
    `${place}.letterCase must be upper or lower`,
    one.letterCase,
  );
  check(
    typeof one.pattern === "string" && isDatePattern(one.pattern),
    action,
    `${place}.pattern must be a pattern of dates such as dd.MM.yyyy`,
    one.pattern,
  );
  check(
    one.language === undefined || (typeof one.language === "string" && isLanguage(one.language)),
    action,
    `${place}.language must be one of en, de, fr, es, it, pt, nl`,
    one.language,
  );
  whole("pivot", 0, 100);
  whole("offset", -1440, 1440);
  return one as unknown as DateFormat;
}

function checkExponent(value: unknown, action: string, place: string): void {
  const { letter, plus, digits } = (value ?? {}) as Record<string, unknown>;
  const fits = (letter === "e" || letter === "E") && typeof plus === "boolean" && Number.isInteger(digits);
  check(
    fits && Number(digits) >= 1 && Number(digits) <= 4,
    action,
    `${place} must have a letter, plus and digits`,
    value,
  );
}
