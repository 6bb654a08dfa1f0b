import { percent } from "../../core/format";
import { plainDecimal } from "../csv/cells";
import { type DateFormat, dateParser, isDatePattern } from "../formats/date-format";
import { type Format, formatSample, parserOf, type ValueFormat } from "../formats/format";
import { learnDates } from "../formats/learn-dates";
import { learnDurations } from "../formats/learn-durations";
import { blanksLeftOut, type LearnedNumbers, learnNumbers, type MarkHints } from "../formats/learn-numbers";
import { isPlain, plainNumbers } from "../formats/number-format";
import { meansMissing } from "../formats/words";
import { booleanLevels, type ColumnType } from "../schema";
import { foldSpellings } from "./fold";
import { mayBeId, mayBeTime } from "./names";
import { arePhones } from "./naming";
import { isRun, manyLevels, roleOfWholeNumbers, roleOfWords } from "./roles";
import { longNumbers, namesRows } from "./row-numbers";

/** From this share on, the other cells are taken for mistakes. */
const enough = 0.95;
/** Texts from which formats are learned. */
const sample = 1000;

/** So few different numbers beside a word in more than one in a hundred cells are levels. */
const [fewNumbers, mostWords] = [10, 0.01];
/** Numbers filled up to so many digits with no more than so many zeros name something. */
const [paddedKey, mostZeros] = [7, 3];
/** Said of long numbers that are no amounts. */
export const notMeasured =
  "its numbers are as long as telephone numbers and keys: they are read as names, not as amounts (a --schema may say otherwise)";

/** The distinct cells of a column, and what is known beforehand. */
export interface Evidence {
  readonly name: string;
  /** Whether it is the file's first column. @default false */
  readonly first?: boolean;
  /** The distinct texts in the order in which they came, and how often each occurs. */
  readonly levels: readonly string[];
  readonly counts: ArrayLike<number>;
  readonly hints?: MarkHints;
  /** Words that mean "missing"; left out, the usual ones do, and a rare word among numbers. */
  readonly missing?: readonly string[];
  /** Words that mean it as well; defaults to none. */
  readonly alsoMissing?: readonly string[];
  /** The pattern in which dates are written; left out, it is learned. */
  readonly datePattern?: string;
}

/** What a column is taken for. */
export interface Inferred {
  readonly type: ColumnType;
  readonly format?: Format;
  readonly decimals?: number;
  /** The words in it that mean "missing". */
  readonly missing: readonly string[];
  /** Words among them that no list knows, taken for "missing" because they stand among numbers, and their cells. */
  readonly guessed?: { readonly words: readonly string[]; readonly cells: number };
  /** What was guessed, for people. */
  readonly remarks: readonly string[];
}

/** Of so many identifiers a few may hold blanks: a footer's words. */
const mostBlank = 0.005;

interface Cell {
  readonly text: string;
  readonly count: number;
  /** The text with the blanks around it. */
  readonly whole: string;
}

/**
 * The type, format and missing words that a column's cells suggest. A usual pair of words is boolean; numbers in any style
 * are numeric, except zeros and ones (boolean), codes and identifiers; dates are dates, times numbers of seconds. Words
 * that hardly repeat are identifiers (unique, without blanks) or text; all others are categories.
 */
export function inferColumn(from: Evidence): Inferred {
  const all = from.levels.map((text, i): Cell => ({ text: text.trim(), count: from.counts[i], whole: text }));
  const isMissing = (word: string, typed: boolean): boolean =>
    word === "" ||
    from.alsoMissing?.includes(word) ||
    (from.missing ? from.missing.includes(word) : meansMissing(word, typed));
  const present = all.filter((cell) => cell.count > 0 && !isMissing(cell.text, false));
  const kept = present.filter((cell) => !isMissing(cell.text, true));
  const missingOf = (typed: boolean): string[] => [
    ...new Set(
      all
        .filter((cell) => cell.count > 0 && cell.text !== "" && isMissing(cell.text, typed))
        .map((cell) => cell.text),
    ),
  ];
  if (kept.length === 0) return { type: "text", missing: missingOf(true), remarks: [] };
  const typed = typedColumn(from, kept);
  const wide = kept.map(({ whole }) => whole);
  if (typed) {
    const filled = typed.format?.kind === "number" && typed.format.filled !== undefined;
    const remarks = [...typed.remarks, ...(filled ? [] : blanksLeftOut(wide))];
    return { ...typed, remarks, missing: [...missingOf(true), ...typed.missing] };
  }
  const distinct = new Set(present.map((cell) => cell.text)).size;
  const blank = present.filter((cell) => /\s/.test(cell.text));
  const role = roleOfWords(from.name, {
    distinct,
    present: sum(present),
    blanks: sum(blank) > mostBlank * sum(present),
    longest: present.reduce((most, cell) => Math.max(most, cell.text.length), 0),
  });
  return {
    type: role,
    missing: missingOf(false),
    remarks: [
      ...blanksLeftOut(wide),
      ...(role === "id" && blank.length > 0 && !mayBeId(from.name)
        ? [
            `${sum(blank)} of its identifiers hold${sum(blank) === 1 ? "s" : ""} blanks, such as ${JSON.stringify(blank[0].text)}`,
          ]
        : []),
      ...(arePhones(kept.map((cell) => cell.text)) ? ["read as telephone numbers, not as amounts"] : []),
      ...mostlyNumbers(from, kept),
      ...mostlyDates(kept),
      ...(role === "categorical" ? [] : decimalsAmongWords(kept)),
    ],
  };
}

/** The column as booleans, numbers, times or dates; undefined where it is made of words. */
function typedColumn(from: Evidence, kept: readonly Cell[]): Inferred | undefined {
  const texts = kept.map((cell) => cell.text);
  const counts = kept.map((cell) => cell.count);
  const words = kept.length <= 40 ? foldSpellings(texts, counts).words : [];
  if (booleanLevels(words)) return { type: "boolean", missing: [], remarks: [] };
  const total = sum(kept);
  const dates = datesOf(from, kept, total);
  if (dates) return dates;
  const learned = arePhones(texts) ? undefined : numbersIn(kept, from.hints);
  const numbers = learned && readIn(learned.format, from, kept);
  if (
    learned &&
    numbers &&
    !areLevels(learned.format, numbers, total) &&
    !areCodes(learned.format, numbers) &&
    !texts.some((text) => losesDigits(text, learned.format))
  )
    return numericColumn(from, learned, numbers.cells, numbers.guessed);
  const times = learnDurations(some(texts), some(counts));
  const read = times && readIn(times.format, from, kept);
  if (!read) return undefined;
  const said = guessesOf(read.guessed);
  const { format } = times;
  return {
    type: "numeric",
    format,
    ...said,
    remarks: [...said.remarks, `times are read as ${format.pattern}, in seconds`],
  };
}

interface Read {
  readonly cells: readonly Cell[];
  readonly guessed: readonly Cell[];
  /** What is neither. */
  readonly others: readonly Cell[];
}

/** The cells that the format reads and the words among the others that mean "missing"; undefined where too many are neither. */
function readIn(format: Format, from: Evidence, kept: readonly Cell[]): Read | undefined {
  const parse = parserOf(format);
  const cells: Cell[] = [];
  const others: Cell[] = [];
  for (const cell of kept) (Number.isNaN(parse(cell.text)) ? others : cells).push(cell);
  const guessed = from.missing ? [] : strayWords(others, cells.length, sum(cells), sum(kept));
  return sum(cells) >= enough * (sum(kept) - sum(guessed))
    ? { cells, guessed, others: others.filter((cell) => !guessed.includes(cell)) }
    : undefined;
}

/** Whether the numbers are a few (but zero and one) beside words that nobody may leave out as mistakes. */
function areLevels(format: Format, { cells, others }: Read, total: number): boolean {
  if (cells.length > fewNumbers || sum(others) <= mostWords * total) return false;
  return new Set(cells.map((cell) => parserOf(format)(cell.text))).size > 2;
}

/**
 * Whether the numbers are codes, of which some have a letter: one before the digits, always the same and none that is taken for a
 * digit (station c168 beside 117); or after them (house 136A), where it may be a unit (15k) unless numbers are filled up with zeros.
 */
function areCodes(format: Format, { cells, others }: Read): boolean {
  if (sum(others) < 2 || !cells.every((cell) => /^\d+$/.test(cell.text))) return false;
  const letters = new Set(others.map((cell) => /^([A-Z])\d+$/i.exec(cell.text)?.[1] ?? ""));
  const [first = ""] = letters;
  if (letters.size === 1 && first !== "") return !/[lio]/i.test(first);
  const filled = format.kind === "number" && format.width !== undefined;
  return filled && others.every((cell) => /^\d+[A-Z]$/i.test(cell.text));
}

/** What is said of words taken for missing. */
function guessesOf(guessed: readonly Cell[]): Pick<Inferred, "missing" | "guessed" | "remarks"> {
  const words = guessed.map((cell) => cell.text);
  return {
    missing: words,
    ...(words.length > 0 ? { guessed: { words, cells: sum(guessed) } } : {}),
    remarks: guessed.map(
      (cell) =>
        `${JSON.stringify(cell.text)} is taken for missing, in ${cell.count} cell${cell.count === 1 ? "" : "s"}`,
    ),
  };
}

/** Numbers as figures, or as what else whole numbers may be. */
function numericColumn(
  { name, first = false }: Evidence,
  learned: LearnedNumbers,
  numbers: readonly Cell[],
  guessed: readonly Cell[],
): Inferred {
  const { format, decimals } = learned;
  const { remarks: guesses, ...common } = guessesOf(guessed);
  const remarks = [...guesses];
  if (format.kind === "number") {
    const parse = parserOf(format);
    const values = numbers.map((number) => parse(number.text));
    const distinct = new Set(values);
    const plain = format.prefix === undefined && format.suffix === undefined;
    if (plain && distinct.size === 2 && distinct.has(0) && distinct.has(1))
      return { type: "boolean", ...common, remarks };
    if (plain && values.every(Number.isInteger)) {
      const present = sum(numbers);
      const consecutive = distinct.size === present && isRun(values);
      const names = format.thousands === undefined && distinct.size === present && namesRows(name, values);
      if (names === "surely") return { type: "id", ...common, remarks };
      const role = roleOfWholeNumbers(name, { distinct: distinct.size, present, consecutive, first });
      // Padded numbers that return are codes.
      if (role === "numeric" && format.width !== undefined && distinct.size <= manyLevels)
        return { type: "categorical", ...common, remarks };
      if (role === "numeric" && format.width !== undefined && distinct.size >= 0.95 * present)
        return { type: "id", ...common, remarks };
      if (role !== "numeric") return { type: role, ...common, remarks };
      const { width = 0 } = format;
      // An amount filled up has as many zeros as it has digits less, a key a few.
      const short = values.filter((value) => value < 10 ** (width - mostZeros)).length;
      const padded = width >= paddedKey && short <= (1 - enough) * values.length;
      const amounts = format.thousands !== undefined || (decimals ?? 0) > 1;
      if (!amounts && (padded || longNumbers(name, [...distinct]))) {
        const type = roleOfWords(name, { distinct: distinct.size, present, blanks: false, longest: 0 });
        return { type, ...common, remarks: [...remarks, notMeasured] };
      }
    }
    if (!isPlainButDigits(format)) remarks.unshift(`numbers are read as ${formatSample(format, decimals)}`);
    if (!learned.certain && format.kind === "number" && !isPlainButDigits(format))
      remarks.push(
        `nothing in it tells ${format.thousands ? "thousands" : "decimals"} for certain (--decimal, --thousands)`,
      );
    remarks.push(
      ...sentinelOf(values, numbers, [-1, -9, -99, -999, -9999, -99999, 999, 9999, 99999, 999999]),
    );
  }
  const isDefault = format.kind === "number" && isPlain(format) && !format.filled;
  return {
    type: "numeric",
    ...(isDefault ? {} : { format }),
    ...(decimals === undefined ? {} : { decimals }),
    ...common,
    remarks,
  };
}

/** Whether the format is a program's but for zeros at the end. */
function isPlainButDigits(format: ValueFormat): boolean {
  if (format.kind !== "number") return false;
  const { leastDecimals: _, ...rest } = format;
  return isPlain(rest);
}

/** The format of the numbers among the cells, learned from some of them. */
function numbersIn(kept: readonly Cell[], hints?: MarkHints): LearnedNumbers | undefined {
  const looked = some(kept);
  return learnNumbers(
    looked.map((cell) => cell.whole),
    looked.map((cell) => cell.count),
    hints,
  );
}

/** Words without digits among many numbers that come more than once: what stands there for "missing". */
function strayWords(
  others: readonly Cell[],
  distinctNumbers: number,
  numbers: number,
  total: number,
): Cell[] {
  if (others.length === 0 || distinctNumbers < 10 || numbers < 0.4 * total) return [];
  const found = others.filter(
    (other) => other.count >= 2 && !/\d/.test(other.text) && other.text.length <= 40,
  );
  return found.length <= 2 ? found : [];
}

/** A remark on a lone extreme value that returns, such as −999 among ages or 1900-01-01 among dates: one of `codes`, or the first or last. */
function sentinelOf(values: readonly number[], cells: readonly Cell[], codes?: readonly number[]): string[] {
  if (values.length < 10) return [];
  const end = (pick: (a: number, b: number) => number) => values.reduce((a, b) => pick(a, b));
  for (const code of codes ?? [end(Math.min), end(Math.max)]) {
    const at = values.indexOf(code);
    if (at < 0 || cells[at].count < 3) continue;
    const others = values.filter((value) => value !== code);
    const low = others.reduce((a, b) => Math.min(a, b), Infinity);
    const high = others.reduce((a, b) => Math.max(a, b), -Infinity);
    const below = codes ? code < 0 && low >= 0 : low - code > high - low;
    if (!below && !(code > high + (high - low))) continue;
    const { text, count } = cells[at];
    return [
      `${text} stands apart from all other values in ${count} cells: if it means missing, say --missing ${/\s/.test(text) ? JSON.stringify(text) : text}`,
    ];
  }
  return [];
}

/** The column as dates. */
function datesOf(from: Evidence, kept: readonly Cell[], total: number): Inferred | undefined {
  const { name, datePattern } = from;
  if (datePattern !== undefined && isDatePattern(datePattern)) {
    const format: DateFormat = { kind: "date", pattern: datePattern };
    if (exactShare(format, kept, total) >= 0.8) return { type: "date", format, missing: [], remarks: [] };
  }
  const numeric = kept.every((cell) => plainDecimal.test(cell.text));
  if (numeric) {
    const epoch = epochOf(name, kept);
    if (epoch)
      return {
        type: "date",
        format: epoch,
        missing: [],
        remarks: [
          `numbers are read as moments, in ${epoch.pattern === "t" ? "seconds" : "milliseconds"} since 1970`,
        ],
      };
    const compact = kept.filter((cell) => /^(19|20)\d{6}(\d{4}|\d{6})?$/.test(cell.text));
    if (sum(compact) < enough * total || (kept.length < 5 && !mayBeTime(name)) || mayBeId(name))
      return undefined;
  }
  const looked = some(kept);
  const found = learnDates(
    looked.map((cell) => cell.text),
    looked.map((cell) => cell.count),
    from.hints,
  );
  const read = found && readIn(found.format, from, kept);
  if (!read || found.share * total < 0.85 * (total - sum(read.guessed))) return undefined;
  const { format, ambiguous, offsets } = found;
  const { remarks: guesses, ...common } = guessesOf(read.guessed);
  const parse = dateParser(format);
  const moments = read.cells.map((cell) => parse(cell.text));
  const remarks = [...guesses, ...sentinelOf(moments, read.cells)];
  if (offsets !== undefined)
    remarks.push(
      `dates have ${offsets} offsets from UTC that no one time zone has: only the moment is read, not the hour there (write the local time without an offset to keep that)`,
    );
  if (ambiguous !== undefined)
    remarks.push(
      `dates are read as ${format.pattern}, but could be ${ambiguous} (--date-format ${JSON.stringify(`${name}=${ambiguous}`)})`,
    );
  else if (format.pattern !== "yyyy-MM-dd")
    remarks.push(
      `dates are read as ${format.pattern}${format.zone?.includes("/") ? `, by the clocks of ${format.zone}` : ""}`,
    );
  return { type: "date", format, ...common, remarks };
}

/** Seconds or milliseconds since 1970, where the name speaks of time and all lie between 1985 and 2065. */
function epochOf(name: string, kept: readonly Cell[]): DateFormat | undefined {
  if (!mayBeTime(name)) return undefined;
  const values = kept.map((cell) => Number(cell.text));
  const within = (scale: number): boolean =>
    values.every((value) => value >= 473e6 * scale && value <= 3e9 * scale);
  if (within(1)) return { kind: "date", pattern: "t" };
  return within(1000) ? { kind: "date", pattern: "T" } : undefined;
}

/** A remark where most cells are numbers and the column is still none. */
function mostlyNumbers({ hints }: Evidence, kept: readonly Cell[]): string[] {
  if (kept.length < 5 || arePhones(kept.map((cell) => cell.text))) return [];
  const learned = numbersIn(kept, hints);
  if (!learned || learned.share < 0.5) {
    const shortened = kept.filter((cell) =>
      /^[^\d\p{L}]{0,3}\d[\d.,]* ?(k|m|mio|mn|bn|tsd|mrd)?\.?$/iu.test(cell.text),
    );
    const letters = shortened.filter((cell) => /\p{L}/u.test(cell.text));
    if (letters.length === 0 || sum(shortened) < enough * sum(kept)) return [];
    return [
      `its cells are numbers shortened as ${JSON.stringify(letters[0].text)}, which are read as words: write them out`,
    ];
  }
  const parse = parserOf(learned.format);
  const others = kept.filter((cell) => Number.isNaN(parse(cell.text))).sort((a, b) => b.count - a.count);
  if (others.length === 0) return [];
  return [
    `${percent(learned.share, 0)} of its cells are numbers, others are such as ${others
      .slice(0, 3)
      .map((other) => JSON.stringify(other.text))
      .join(", ")}`,
  ];
}

/** A remark where nearly all cells hold decimals beside something that keeps them from being numbers: they are no names. */
function decimalsAmongWords(kept: readonly Cell[]): string[] {
  const such = kept.filter(
    ({ text }) => text.length < 24 && /^\D*[1-9\d][\d.,'’ ]*[.,]\d{1,2}\D*$/.test(text),
  );
  if (kept.length <= 10 || sum(such) < 0.9 * sum(kept)) return [];
  return [
    `its cells hold numbers beside something, such as ${JSON.stringify(such[0].text)}, and are read as words: write the numbers alone`,
  ];
}

/** A remark where most cells are dates, but not all in one way. */
function mostlyDates(kept: readonly Cell[]): string[] {
  if (kept.length <= 10) return [];
  const looked = some(kept);
  const dated = looked.filter(
    (cell) => /\d/.test(cell.text) && /^[\d\p{L}]+([-/. :,T]+[\d\p{L}]+){2,}$/u.test(cell.text),
  );
  if (sum(dated) < 0.8 * sum(looked)) return [];
  const found = learnDates(
    dated.map((cell) => cell.text),
    dated.map((cell) => cell.count),
  );
  if (!found) return [];
  const parse = dateParser(found.format);
  const others = dated.filter((cell) => Number.isNaN(parse(cell.text)));
  if (others.length === 0) return [];
  return [
    `${percent(found.share, 0)} of its cells are dates such as ${found.format.pattern}, others are such as ${others
      .slice(0, 3)
      .map((other) => JSON.stringify(other.text))
      .join(", ")}: as they are not all written alike, they are read as words`,
  ];
}

/** Whether reading the text as a number forgets something: a leading zero, or more digits than a double holds. */
export function losesDigits(text: string, format: Format = plainNumbers): boolean {
  if (format.kind !== "number") return false;
  const bare = text.replace(/^[^\d]+/, "");
  if (format.width === undefined && /^0\d/.test(bare)) return true;
  return /^\d{16,}$/.test(bare);
}

function exactShare(format: Format, kept: readonly Cell[], total: number): number {
  const parse = parserOf(format);
  return sum(kept.filter((cell) => !Number.isNaN(parse(cell.text)))) / Math.max(1, total);
}

function sum(cells: readonly Cell[]): number {
  return cells.reduce((all, one) => all + one.count, 0);
}

/** At most so many, evenly spread. */
function some<T>(all: readonly T[]): readonly T[] {
  if (all.length <= sample) return all;
  return Array.from({ length: sample }, (_, k) => all[Math.floor((k * all.length) / sample)]);
}
