import { inAnyDigits } from "./digits";
import { type NumberFormat, numberParser } from "./number-format";
import { isCurrency, isUnit } from "./units";

/** Marks that are known beforehand: from the person, the schema, or the other columns of the file. */
export interface MarkHints {
  readonly decimal?: "." | ",";
  readonly thousands?: string;
}

/** How the numbers among some texts are written. */
export interface LearnedNumbers {
  readonly format: NumberFormat;
  /** Most digits after the mark; undefined when they vary freely (more than four). */
  readonly decimals?: number;
  /** Share of the texts, counted as often as they occur, that are numbers in this format. */
  readonly share: number;
  /** Whether some text tells the decimal mark from the thousands; else it is a convention or a hint. */
  readonly certain: boolean;
}

interface Pieces {
  readonly count: number;
  readonly text: string;
  readonly negative?: "minus" | "inner-minus" | "trailing-minus" | "parentheses";
  readonly minus?: string;
  readonly plus: boolean;
  readonly prefix: string;
  readonly core: string;
  readonly exponent?: { readonly letter: "e" | "E"; readonly plus: boolean; readonly digits: number };
  readonly suffix: string;
}

const written =
  /^(\(?)\s*([+\-−]?)\s*((?:[^\d\s.,'’()+\-−][^\d()+\-−]*?)?)(\s*)([+\-−]?)((?:\d[\d.,'’_\s]*|[.,]\d+))(?:([eE])([+-]?)(\d{1,4}))?(\s*)((?:[^\d\s()+\-−.,'’_][^\d()]*?)?)([-−]?)(\)?)$/u;
/** A dash in place of cents. */
const noCents = /^(.*\d)([.,](?:--?|[–—])\D*)$/u;
/** No number in a table is longer. */
const longest = 48;
const freely = 4;

/**
 * The format in which most of `values` are numbers, each counting as often as `counts` says (defaults to once);
 * undefined where none is a number. Where nothing tells the marks apart, `hints` decide, else a point is taken for the
 * decimal mark and a comma before three digits for thousands.
 */
export const learnNumbers = inAnyDigits(numbersAmong);

function numbersAmong(
  values: readonly string[],
  counts?: ArrayLike<number>,
  hints: MarkHints = {},
): LearnedNumbers | undefined {
  const all: Pieces[] = [];
  let total = 0;
  values.forEach((text, i) => {
    const count = counts ? counts[i] : 1;
    total += count;
    const found = piecesOf(text, count);
    if (found) all.push(found);
  });
  const unit = commonest(
    all,
    (pieces) => `${pieces.prefix}\u0000${pieces.suffix}`,
    (pieces) => pieces.count,
  );
  if (unit === undefined) return undefined;
  const own = all.filter((pieces) => `${pieces.prefix}\u0000${pieces.suffix}` === unit);
  const { prefix, suffix } = own[0];
  if (!mayStand(prefix.trim(), suffix.trim(), own)) return undefined;
  const marks = marksOf(own, hints);
  const format: NumberFormat = {
    kind: "number",
    decimal: marks.decimal,
    ...(marks.thousands === undefined ? {} : { thousands: marks.thousands }),
    ...(marks.lakh ? { grouping: "lakh" as const } : {}),
    ...(prefix === "" ? {} : { prefix }),
    ...(suffix === "" ? {} : { suffix }),
    ...signsOf(own),
  };
  const parse = numberParser(format);
  const read = own.filter((pieces) => !Number.isNaN(parse(pieces.text)));
  if (read.length === 0) return undefined;
  const share = read.reduce((sum, pieces) => sum + pieces.count, 0) / Math.max(1, total);
  const digits = read.map((pieces) => pieces.core.split(format.decimal)[1]?.length ?? 0);
  const [least, most] = [Math.min(...digits.slice(0, 1e5)), digits.reduce((a, b) => Math.max(a, b), 0)];
  const powers = read.filter((pieces) => pieces.exponent);
  const exponent = powers.length > 0.9 * read.length ? exponentOf(powers) : undefined;
  const free = most > freely && !exponent && least < most;
  const width = paddedWidth(read, marks.decimal);
  const filled = filledTo(values);
  return {
    format: {
      ...format,
      ...(exponent ? { exponent } : {}),
      ...(width > 0 ? { width } : {}),
      ...(filled === 0 ? {} : { filled }),
      ...(!free && least < most && powers.length === (exponent ? read.length : 0)
        ? { leastDecimals: least }
        : {}),
    },
    ...(free || (powers.length > 0 && !exponent) ? {} : { decimals: most }),
    share,
    certain: marks.certain,
  };
}

function piecesOf(text: string, count: number): Pieces | undefined {
  const trimmed = text.trim();
  if (trimmed.length > longest) return undefined;
  if (isPlainNumber(trimmed))
    return { text: trimmed, count, plus: false, prefix: "", core: trimmed, suffix: "" };
  if (!/\d/.test(trimmed)) return undefined;
  const [, whole, dash] = noCents.exec(trimmed) ?? [];
  const pieces = whole === undefined ? undefined : piecesOf(whole, count);
  if (pieces?.suffix === "") return { ...pieces, text: trimmed, suffix: dash };
  const match = written.exec(trimmed);
  if (!match) return undefined;
  const [, open, sign, before, gap, inner, digits, letter, powerSign, power, behind, after, trailing, close] =
    match;
  if ((open === "(") !== (close === ")")) return undefined;
  if ([open, sign, inner, trailing].filter((text) => text !== "").length > 1) return undefined;
  if (before === "" && inner !== "") return undefined;
  const core = digits.trimEnd();
  const blank = digits.slice(core.length) + behind;
  const signs = sign || inner || trailing;
  const minus = signs !== "" && signs !== "+" ? signs : undefined;
  const where = open ? "parentheses" : inner ? "inner-minus" : trailing ? "trailing-minus" : "minus";
  return {
    text: trimmed,
    count,
    ...(open || minus ? { negative: where } : {}),
    ...(minus === undefined ? {} : { minus }),
    plus: signs === "+",
    prefix: before === "" ? "" : before + gap,
    core,
    ...(letter
      ? { exponent: { letter: letter as "e" | "E", plus: powerSign === "+", digits: power.length } }
      : {}),
    suffix: after === "" ? "" : blank + after.trimEnd(),
  };
}

/** Whether the text is digits with at most one point among them: most numbers are, and this takes a tenth of the pattern's time. */
function isPlainNumber(text: string): boolean {
  let points = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (++points > 1 || i === 0) return false;
    } else if (code < 48 || code > 57) return false;
  }
  return text !== "";
}

/** Whether these words may stand around numbers: known units, or a word behind ten different numbers and a blank. */
function mayStand(prefix: string, suffix: string, own: readonly Pieces[]): boolean {
  if (prefix !== "" && !isCurrency(prefix)) return false;
  if (suffix === "" || isUnit(suffix.replace(/^[.,][-–—]+\s*/, ""))) return true;
  if (!/^\s/.test(own[0].suffix) || !/^\p{L}[\p{L}./²³]*$/u.test(suffix)) return false;
  return new Set(own.slice(0, 1000).map((pieces) => pieces.core)).size >= 10;
}

interface Marks {
  readonly decimal: "." | ",";
  readonly thousands?: string;
  readonly lakh: boolean;
  readonly certain: boolean;
}

/** Tells the decimal mark from what separates groups, by what each number can mean. */
function marksOf(own: readonly Pieces[], hints: MarkHints): Marks {
  const votes = { ".": 0, ",": 0 };
  const between = new Map<string, number>();
  let lakh = 0;
  const separates = (mark: string, count: number): void => {
    between.set(mark, (between.get(mark) ?? 0) + count);
  };
  // Of numbers with one mark before three digits: which mark, and how many; numbers of four digits and more without one.
  const unclear = { ".": 0, ",": 0 };
  let bare = 0;
  for (const { core, count, exponent } of own) {
    const seen = [...core].filter((text) => text < "0" || text > "9");
    if (seen.length === 0) {
      if (core.length > 3) bare += count;
      continue;
    }
    const last = seen[seen.length - 1];
    const others = seen.slice(0, -1);
    const tail = core.length - 1 - core.lastIndexOf(last);
    const isMark = last === "." || last === ",";
    if (others.some((other) => other !== last) && isMark) {
      votes[last as "."] += count;
      separates(others[0], count);
      if (/^\d{1,2}(\D\d{2})+\D\d{3}\D\d*$/.test(core)) lakh += count;
    } else if (!isMark || others.length > 0) {
      separates(last, count);
      if (isMark) votes[last === "." ? "," : "."] += count;
      if (/^\d{1,2}(\D\d{2})+\D\d{3}$/.test(core)) lakh += count;
    } else if (tail !== 3 || core.length > 7 || core.length === 4 || core[0] === "0" || exponent)
      votes[last as "."] += count;
    else unclear[last as "."] += count;
  }
  const certain = votes["."] !== votes[","];
  let decimal: "." | ",";
  if (hints.decimal !== undefined && (!certain || votes[hints.decimal] > 0)) decimal = hints.decimal;
  else if (certain) decimal = votes["."] > votes[","] ? "." : ",";
  else if (unclear[","] > 0 && unclear["."] === 0 && hints.thousands !== ".") decimal = bare > 0 ? "," : ".";
  else decimal = hints.thousands === "." ? "," : ".";
  const other = decimal === "." ? "," : ".";
  if (unclear[other] > 0) separates(other, unclear[other]);
  between.delete(decimal);
  const thousands = [...between].sort((a, b) => b[1] - a[1])[0]?.[0];
  return {
    decimal,
    ...(thousands === undefined ? {} : { thousands }),
    lakh: lakh > 0,
    certain: certain || unclear["."] + unclear[","] === 0,
  };
}

function signsOf(own: readonly Pieces[]): Pick<NumberFormat, "negative" | "minus" | "plus"> {
  const below = own.filter((pieces) => pieces.negative !== undefined);
  const negative = commonest(
    below,
    (pieces) => pieces.negative as string,
    (pieces) => pieces.count,
  );
  const minus = commonest(
    below.filter((pieces) => pieces.minus !== undefined),
    (pieces) => pieces.minus as string,
    (pieces) => pieces.count,
  );
  const above = own.filter((pieces) => pieces.negative === undefined && /[1-9]/.test(pieces.core));
  return {
    ...(negative === undefined || negative === "minus" ? {} : { negative: negative as "parentheses" }),
    ...(minus === undefined || minus === "-" ? {} : { minus }),
    ...(above.length > 0 && above.every((pieces) => pieces.plus) ? { plus: true } : {}),
  };
}

/** The digits before the mark where zeros fill all numbers up to the same; else 0. */
function paddedWidth(read: readonly Pieces[], decimal: string): number {
  const wholes = read.map((pieces) => pieces.core.split(decimal)[0]);
  const width = wholes[0].length;
  if (width < 2 || !wholes.some((whole) => whole[0] === "0")) return 0;
  return wholes.every((whole) => whole.length === width || (whole.length > width && whole[0] !== "0"))
    ? width
    : 0;
}

/** How powers of ten are written: whether a positive one has a plus only positive ones tell. */
function exponentOf(powers: readonly Pieces[]): NumberFormat["exponent"] {
  const all = powers.flatMap(({ exponent }) => exponent ?? []);
  return {
    letter: all[0].letter,
    plus: all.some(({ plus }) => plus),
    digits: Math.min(...all.map(({ digits }) => digits)),
  };
}

/** The characters to which blanks in front fill texts up, or behind them (below 0); 0 where they do not, or all have as many. */
function filledTo(values: readonly string[]): number {
  const length = values.find((text) => text !== text.trim())?.length;
  if (length === undefined) return 0;
  const [front, behind] = [values.map((text) => text.trimStart()), values.map((text) => text.trimEnd())];
  const fits = (text: string, i: number): boolean =>
    text.length === length || (text.length > length && text === front[i] && text === behind[i]);
  if (!values.every(fits)) return 0;
  const alone = (others: readonly string[]): boolean => others.every((text, i) => text === values[i]);
  const several = (others: readonly string[]): boolean =>
    new Set(others.map((text, i) => values[i].length - text.length)).size > 1;
  if (alone(behind) && several(front)) return length;
  return alone(front) && several(behind) ? -length : 0;
}

/** What is said of cells that blanks fill up to one length, where these are not written again. */
export function blanksLeftOut(cells: readonly string[]): readonly string[] {
  const [first = ""] = cells;
  const alike = cells.every((text) => text.length === first.length);
  const wide = cells.some((text) => text !== text.trimEnd() || /^\s\s/.test(text));
  return alike && (wide || filledTo(cells) !== 0)
    ? [`filled up with blanks to ${first.length} characters, which are left out`]
    : [];
}

function commonest<T>(
  all: readonly T[],
  key: (one: T) => string,
  count: (one: T) => number,
): string | undefined {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(key(one), (counts.get(key(one)) ?? 0) + count(one));
  return mostCounted(counts);
}

/** The first of the keys with the highest count. */
export function mostCounted(counts: ReadonlyMap<string, number>): string | undefined {
  const all = [...counts];
  return all.length === 0 ? undefined : all.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}
