import { type DateFormat, dateParser } from "./date-format";
import { inAnyDigits } from "./digits";
import type { MarkHints } from "./learn-numbers";
import { calendars, isMonthName, languages, monthOf, weekdayOf } from "./month-names";
import { offsetOf, writtenOffset, zoneOf } from "./time-zones";

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
  /(\d{1,2})(:|[時时点點시]\s?)(\d{2})(?:(:|[分분]\s?)(\d{2})(?:([.,])(\d{1,9}))?)?([分분秒초]?)(\s?)([AaPp]\.?[Mm]\.?)?(\s?)(Z|[+-]\d{2}:\d{2}|[+-]\d{4})?$/;

/**
 * The format in which most of `values` are dates, each counting as often as `counts` says (defaults to once); undefined
 * where hardly any is one. Where day and month can't be told apart, the day comes first with points and hyphens and the
 * month first with slashes unless the file's decimal mark is a comma, and the other reading is named.
 */
export const learnDates = inAnyDigits(datesAmong);

function datesAmong(
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
    const [, hours, hour, , minute, , point, fraction, last, gap, half, space, zone] = time;
    const letter = half ? "h" : "H";
    date = text.slice(0, time.index);
    const between = /(\s*T|,?\s+|(?<=[日일]))$/.exec(date)?.[0];
    if (between === undefined) return [];
    date = date.slice(0, date.length - between.length);
    const wide = hours.length === 2;
    tail =
      quotedLiteral(between) +
      (wide ? letter + letter : letter) +
      `${hour}mm` +
      (minute ? `${minute}ss` : "") +
      (fraction ? `${point}${"S".repeat(Math.min(9, fraction.length))}` : "") +
      last +
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
  const tokens: readonly string[] =
    date.match(/\d+|[年月日号년월일]|\p{L}[\p{L}.]*?(?=[年月日号년월일]|[^\p{L}.]|$)|[^\d\p{L}]+/gu) ?? [];
  const numbers = tokens.filter((token) => /^\d/.test(token));
  const named = tokens.filter(isName);
  const found: { pattern: string; language: DateFormat["language"] }[] = [];
  const add = (
    order: readonly string[],
    language: DateFormat["language"] = "en",
    names: readonly string[] = [],
  ): void => {
    let [n, w] = [0, 0];
    const pattern = tokens
      .map((token) => (/^\d/.test(token) ? order[n++] : isName(token) ? names[w++] : quotedLiteral(token)))
      .join("");
    found.push({ pattern, language });
  };
  const wide = numbers.findIndex((number) => number.length === 4);
  if (numbers.some((number) => number.length === 3 || number.length > 4)) return [];
  /** The orders of a date in digits, and of the quarters and weeks of a year. */
  const addNumbers = (language?: DateFormat["language"], names: readonly string[] = []): void => {
    for (const month of ["MM", "M"]) {
      if (numbers.length === 2 && wide === 0) add(["yyyy", month], language, names);
      if (numbers.length === 2 && wide === 1) add([month, "yyyy"], language, names);
    }
    if (numbers.length !== 3 || wide === 1) return;
    const year = wide >= 0 ? "yyyy" : "yy";
    // One digit in a number of two tells of patterns that fill up with zeros and of those that don't.
    for (const [day, month] of [
      ["dd", "MM"],
      ["d", "M"],
    ]) {
      const orders = [
        [day, month, year],
        [month, day, year],
      ];
      if (date.includes("/")) orders.reverse();
      if (wide === 0) add([year, month, day], language, names);
      else
        for (const order of wide === 2 ? orders : [...orders, [year, month, day]])
          add(order, language, names);
    }
  };
  if (named.length === 0) addNumbers();
  const part = named.findIndex((name) => quarterOrWeek.test(name));
  const others = named.filter((_, k) => k !== part);
  if (part >= 0 && numbers.length === 2 && others.every((name) => /^[FC]Y$/i.test(name))) {
    const before = tokens.slice(0, tokens.indexOf(named[part])).filter((token) => /^\d/.test(token)).length;
    const isQuarter = /q/i.test(named[part]);
    const own = [before, before - 1].find((k) => numbers[k]?.length === 1) ?? before;
    const year = numbers[1 - own]?.length === 4 ? "yyyy" : "yy";
    // A week of a year in two digits might be the size of trousers.
    const fits = isQuarter ? numbers[own]?.length === 1 : numbers[own]?.length <= 2 && year === "yyyy";
    for (const field of isQuarter ? ["Q"] : ["ww", "w"])
      if (fits) add(own === 0 ? [field, year] : [year, field], "en", named.map(quotedLiteral));
  }
  for (const language of languages) {
    const kinds = named.map((name) => {
      if (monthOf(name, language) >= 0) return "M";
      if (weekdayOf(name, language) >= 0) return "E";
      return fillers.test(name) ? "filler" : /^(st|nd|rd|th)$/.test(name) && language === "en" ? "o" : "";
    });
    const months = kinds.filter((kind) => kind === "M").length;
    if (kinds.includes("") || months > 1 || (months === 0 && !kinds.includes("E"))) continue;
    const names = named.map((name, i) => {
      if (kinds[i] === "filler") return quotedLiteral(name);
      if (kinds[i] === "o") return "o";
      const long = name.replace(/\.$/, "").length > 4;
      const dot = name.endsWith(".") ? "." : "";
      return (kinds[i] === "M" ? (long ? "MMMM" : "MMM") : long ? "EEEE" : "EEE") + dot;
    });
    if (months === 0) {
      addNumbers(language, names);
      continue;
    }
    const short = names.map((name) => name.replace("MMMM", "MMM"));
    const full = names.map((name) => name.replace(/^MMM(?!M)/, "MMMM"));
    for (const words of [full, short]) {
      if (numbers.length === 1) add([numbers[0].length === 4 ? "yyyy" : "yy"], language, words);
      if (numbers.length !== 2) continue;
      const place = tokens.indexOf(named[kinds.indexOf("M")]);
      const yearLast = wide !== 0 || place === 0;
      for (const day of kinds.includes("o") ? ["d"] : ["dd", "d"])
        add(yearLast ? [day, wide >= 0 ? "yyyy" : "yy"] : ["yyyy", day], language, words);
    }
  }
  return found;
}

/** Words that say of the other number of a year that it is its quarter or its week. */
const quarterOrWeek = /^(q|w|kw|cw|wk|week|qtr)$/i;
/** Words that stand within dates and say nothing. */
const fillers = /^(de|del|of|den|d|r|г|р)\.?$/i;

/** Whether the token is a word: the signs for year, month and day are none. */
function isName(token: string): boolean {
  return /^(?![年月日号년월일])\p{L}/u.test(token);
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
  if (!/MMM|E|a/.test(pattern)) return undefined;
  const months = texts.flatMap((text) => text.match(/\p{L}{2,}/gu) ?? []);
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
    const found = writtenOffset.exec(text)?.[0];
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
