import { type DateFormat, dateParser } from "./date-format";
import type { MarkHints } from "./learn-numbers";
import { calendars, isMonthName, languages, monthOf, weekdayOf } from "./month-names";
import { offsetOf, zoneOf } from "./time-zones";

/** How the dates among some texts are written. */
export interface LearnedDates {
  readonly format: DateFormat;
  /** Share of the texts, counted as often as they occur, that are dates in this format. */
  readonly share: number;
  /** Another pattern that fits as many: day and month can't be told apart. */
  readonly ambiguous?: string;
  /** Offsets from UTC that the texts carry, where they are of no one time zone: how many. */
  readonly offsets?: number;
}

const most = 5000;
const timeOfDay =
  /(\d{1,2})(:)(\d{2})(?:(:)(\d{2})(?:([.,])(\d{1,9}))?)?(\s?)([AaPp]\.?[Mm]\.?)?(\s?)(Z|[+-]\d{2}:\d{2}|[+-]\d{4})?$/;

/**
 * The format in which most of `values` are dates, each counting as often as `counts` says (defaults to once); undefined
 * where hardly any is one. Where day and month can't be told apart, the day comes first with points and hyphens and the
 * month first with slashes unless the file's decimal mark is a comma, and the other reading is named.
 */
export function learnDates(
  values: readonly string[],
  counts?: ArrayLike<number>,
  hints: MarkHints = {},
): LearnedDates | undefined {
  const step = Math.max(1, Math.ceil(values.length / most));
  const texts: string[] = [];
  const weights: number[] = [];
  for (let i = 0; i < values.length; i += step) {
    texts.push(values[i].trim());
    weights.push(counts ? counts[i] : 1);
  }
  const patterns = new Map<string, DateFormat>();
  for (const shape of commonShapes(texts, weights))
    for (const format of candidates(shape)) patterns.set(`${format.pattern} ${format.language}`, format);
  const scored = [...patterns.values()].map((format) => ({ format, share: shareOf(format, texts, weights) }));
  const best = Math.max(0, ...scored.map((one) => one.share));
  if (best < 0.5) return undefined;
  const fitting = scored.filter((one) => one.share > best - 0.005);
  const [first, second] = fitting;
  const { format, share } = first;
  const swapped = fitting.find(
    (one) => /d/.test(one.format.pattern) && swap(format.pattern) === one.format.pattern,
  );
  const { offsets, ...place } = placeOf(texts, format);
  const letterCase = letterCaseOf(texts, format);
  const base = { ...format, ...place, ...(letterCase ? { letterCase } : {}) };
  if (second === undefined || swapped === undefined)
    return { format: base, share, ...(offsets && { offsets }) };
  const constant = constantDay(texts, format, swapped.format);
  if (constant) return { format: { ...constant, ...place }, share };
  // Whoever writes a decimal comma writes the day first.
  if (hints.decimal === "," && /M.*d/.test(base.pattern))
    return { format: { ...base, pattern: swapped.format.pattern }, share, ambiguous: base.pattern };
  return { format: base, share, ambiguous: swapped.format.pattern };
}

/** One text of each of the commonest shapes, at most three. */
function commonShapes(texts: readonly string[], weights: readonly number[]): string[] {
  const shapes = new Map<string, { text: string; weight: number }>();
  texts.forEach((text, i) => {
    if (text.length > 40 || !/\d/.test(text)) return;
    // Two digits and one have the same shape; names of months too.
    const shape = text
      .replace(/\d{3,}|\d\d?/g, (run) => (run.length > 2 ? "9".repeat(run.length) : "9"))
      .replace(/\p{L}+/gu, "a");
    const known = shapes.get(shape);
    if (known) known.weight += weights[i];
    else shapes.set(shape, { text, weight: weights[i] });
  });
  return [...shapes.values()]
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 4)
    .map((shape) => shape.text);
}

/** How an offset is written: "Z" stands for none but where 0 is written out. */
function zoneField(zone: string): string {
  const field = /^[+-]00:?00$/.test(zone) ? "x" : "X";
  return field.repeat(zone.includes(":") || zone === "Z" ? 3 : 2);
}

/** The formats that a text may be written in, the likelier first. */
function candidates(text: string): DateFormat[] {
  if (/^(\d{8}|\d{12}|\d{14})$/.test(text))
    return [{ kind: "date", pattern: "yyyyMMddHHmmss".slice(0, text.length) }];
  const compact = /^\d{8}(T)(\d{4}|\d{6})(Z)?$/.exec(text);
  if (compact)
    return [
      {
        kind: "date",
        pattern: `yyyyMMdd'T'HHmm${compact[2].length > 4 ? "ss" : ""}${compact[3] ? "XX" : ""}`,
      },
    ];
  const time = timeOfDay.exec(text);
  let tail = "";
  let date = text;
  if (time && time.index > 0) {
    const [, hours, , , colon, , point, fraction, gap, half, space, zone] = time;
    const letter = half ? "h" : "H";
    date = text.slice(0, time.index);
    const between = /(\s*T|,?\s+)$/.exec(date)?.[0];
    if (between === undefined) return [];
    date = date.slice(0, -between.length);
    const wide = hours.length === 2;
    tail =
      quotedLiteral(between) +
      (wide ? letter + letter : letter) +
      ":mm" +
      (colon ? ":ss" : "") +
      (fraction ? `${point}${"S".repeat(Math.min(9, fraction.length))}` : "") +
      (half ? `${gap}a` : "") +
      (zone ? (half ? space : gap || space) + zoneField(zone) : "");
  }
  return dayPatterns(date).flatMap(({ pattern, language }) => {
    const whole: DateFormat = {
      kind: "date",
      pattern: pattern + tail,
      ...(language === "en" ? {} : { language }),
    };
    const short = tail.replace(/HH/, "H").replace(/hh/, "h");
    return short === tail ? [whole] : [whole, { ...whole, pattern: pattern + short }];
  });
}

function dayPatterns(date: string): { pattern: string; language: DateFormat["language"] }[] {
  const tokens: readonly string[] = date.match(/\d+|\p{L}[\p{L}.]*|[^\d\p{L}]+/gu) ?? [];
  const numbers = tokens.filter((token) => /^\d/.test(token));
  const named = tokens.filter((token) => /^\p{L}/u.test(token));
  const found: { pattern: string; language: DateFormat["language"] }[] = [];
  const add = (
    order: readonly string[],
    language: DateFormat["language"] = "en",
    names: readonly string[] = [],
  ): void => {
    let [n, w] = [0, 0];
    const pattern = tokens
      .map((token) =>
        /^\d/.test(token) ? order[n++] : /^\p{L}/u.test(token) ? names[w++] : quotedLiteral(token),
      )
      .join("");
    found.push({ pattern, language });
  };
  const wide = numbers.findIndex((number) => number.length === 4);
  if (numbers.some((number) => number.length === 3 || number.length > 4)) return [];
  if (named.length === 0) {
    if (numbers.length === 2 && wide === 0) for (const month of ["MM", "M"]) add(["yyyy", month]);
    if (numbers.length === 2 && wide === 1) for (const month of ["MM", "M"]) add([month, "yyyy"]);
    if (numbers.length !== 3 || wide === 1) return found;
    const year = wide >= 0 ? "yyyy" : "yy";
    const monthFirst = date.includes("/");
    for (const [day, month] of [
      ["dd", "MM"],
      ["d", "M"],
    ]) {
      const orders = monthFirst
        ? [
            [month, day, year],
            [day, month, year],
          ]
        : [
            [day, month, year],
            [month, day, year],
          ];
      if (wide === 0) add([year, month, day]);
      else if (wide === 2) for (const order of orders) add(order);
      else for (const order of [...orders, [year, month, day]]) add(order);
    }
    // One digit in a number of two tells of patterns that fill up with zeros and of those that don't.
    return found;
  }
  for (const language of languages) {
    const kinds = named.map((name) =>
      monthOf(name, language) >= 0
        ? "M"
        : weekdayOf(name, language) >= 0
          ? "E"
          : name.toLowerCase() === "de"
            ? "de"
            : "",
    );
    if (kinds.includes("") || kinds.filter((kind) => kind === "M").length !== 1) continue;
    const names = named.map((name, i) => {
      if (kinds[i] === "de") return quotedLiteral(name);
      const long = name.replace(/\.$/, "").length > 4;
      const dot = name.endsWith(".") ? "." : "";
      return (kinds[i] === "M" ? (long ? "MMMM" : "MMM") : long ? "EEEE" : "EEE") + dot;
    });
    const short = names.map((name) => name.replace("MMMM", "MMM"));
    const full = names.map((name) => name.replace(/^MMM(?!M)/, "MMMM"));
    for (const words of [full, short]) {
      if (numbers.length === 1) add([numbers[0].length === 4 ? "yyyy" : "yy"], language, words);
      if (numbers.length !== 2) continue;
      const place = tokens.indexOf(named[kinds.indexOf("M")]);
      const yearLast = wide !== 0 || place === 0;
      for (const day of ["dd", "d"])
        add(yearLast ? [day, wide >= 0 ? "yyyy" : "yy"] : ["yyyy", day], language, words);
    }
  }
  return found;
}

function quotedLiteral(text: string): string {
  return /[A-Za-z]/.test(text) ? `'${text}'` : text.replaceAll("'", "");
}

function shareOf(format: DateFormat, texts: readonly string[], weights: readonly number[]): number {
  const parse = dateParser(format);
  // Full and short names of months are both read by either; written lengths tell which it is.
  const exact = lengthsFit(format);
  let [fit, all] = [0, 0];
  texts.forEach((text, i) => {
    all += weights[i];
    const ms = parse(text);
    if (Number.isNaN(ms)) return;
    const year = new Date(ms).getUTCFullYear();
    // The year 9999 stands for "no end".
    if ((year >= 1800 && year <= 2200) || year === 9999) fit += weights[i] * (exact(text) ? 1 : 0.9);
  });
  return all === 0 ? 0 : fit / all;
}

function lengthsFit({ pattern, language = "en" }: DateFormat): (text: string) => boolean {
  if (!/MMM/.test(pattern)) return () => true;
  const long = /MMMM/.test(pattern);
  return (text) => (text.match(/\p{L}+/gu) ?? []).some((word) => isMonthName(word, language, long));
}

/** How the letters of the texts are written where that is not as names of months usually are. */
function letterCaseOf(
  texts: readonly string[],
  { pattern, language = "en" }: DateFormat,
): DateFormat["letterCase"] {
  if (!/MMM|E/.test(pattern)) return undefined;
  const months = texts.flatMap((text) => text.match(/\p{L}{3,}/gu) ?? []);
  if (months.length === 0) return undefined;
  if (months.every((word) => word === word.toUpperCase())) return "upper";
  const lower = months.every((word) => word === word.toLowerCase());
  return lower && calendars[language].months[0] !== calendars[language].months[0].toLowerCase()
    ? "lower"
    : undefined;
}

/** The pattern with day and month in each other's place. */
function swap(pattern: string): string {
  return pattern.replace(/M+|d+/g, (field) => (field[0] === "M" ? "d" : "M").repeat(field.length));
}

/** The format in which every day is the first of its month, of two that fit alike; undefined where neither or both. */
function constantDay(texts: readonly string[], a: DateFormat, b: DateFormat): DateFormat | undefined {
  const first = (format: DateFormat): boolean => {
    const parse = dateParser(format);
    return texts.every((text) => {
      const ms = parse(text);
      return Number.isNaN(ms) || new Date(ms).getUTCDate() === 1;
    });
  };
  const [one, other] = [first(a), first(b)];
  if (one === other || new Set(texts).size < 3) return undefined;
  return one ? a : b;
}

/** The zone of which the texts' offsets from UTC are; of those of several the commonest, in minutes, and how many there are. */
function placeOf(
  texts: readonly string[],
  format: DateFormat,
): Pick<DateFormat, "zone" | "offset"> & Pick<LearnedDates, "offsets"> {
  if (!/x/i.test(format.pattern)) return {};
  const parse = dateParser(format);
  const written = texts.flatMap((text) => {
    const found = /(Z|[+-]\d{2}:?\d{2})$/.exec(text)?.[0];
    const ms = parse(text);
    return found === undefined || Number.isNaN(ms) ? [] : [{ ms, offset: offsetOf(found), found }];
  });
  const counts = new Map<number, number>();
  for (const { offset } of written) counts.set(offset, (counts.get(offset) ?? 0) + 1);
  const [common, other] = [...counts].sort((a, b) => b[1] - a[1]);
  if (common === undefined) return {};
  if (other === undefined)
    return common[0] === 0 ? {} : { zone: written[0].found.replace(/(\d{2}):?(\d{2})$/, "$1:$2") };
  const zone = zoneOf(written);
  return zone === undefined ? { offset: common[0], offsets: counts.size } : { zone };
}
