import { check } from "../../core/checks";
import { commonestFirst, missingTest, plainDecimal } from "../csv/cells";
import type { DictionaryBuilder } from "../csv/levels";
import { dateParser, isDatePattern, plainDates } from "../formats/date-format";
import { type Format, formatSample, parserOf, type ValueFormat } from "../formats/format";
import { learnDates } from "../formats/learn-dates";
import { learnDurations } from "../formats/learn-durations";
import { learnNumbers } from "../formats/learn-numbers";
import { isPlain, type NumberFormat, plainNumbers } from "../formats/number-format";
import { learnSingle, singleReader, singleSample } from "../formats/single-precision";
import { booleanLevels, type ColumnSchema, zeroOrOne } from "../schema";
import {
  type CategoricalColumn,
  type Column,
  isCategorical,
  type NumericColumn,
  printerOf,
  type TextColumn,
} from "../table";
import type { Tallied } from "../tally/column-tally";
import { distinctTexts } from "./distinct-texts";
import { foldSpellings, type Spellings } from "./fold";
import { type Evidence, type Inferred, inferColumn, losesDigits, notMeasured } from "./infer-column";
import { mayBeCode, mayBeId, mayBeIndex } from "./names";
import { arePhones } from "./naming";
import { isRun, roleOfWholeNumbers, roleOfWords } from "./roles";
import { longNumbers, namesRows } from "./row-numbers";

/** What is known of a column before its cells are looked at. */
export interface Known extends Omit<Evidence, "name" | "levels" | "counts"> {
  /** Whether levels that differ by letter case alone are one; defaults to "folded", that they are. */
  readonly spellings?: Spellings | undefined;
}

/** Where a column was read, and what its levels go by. */
export interface Source extends Pick<Known, "spellings"> {
  /** The file's name. */
  readonly name: string;
  /** How often each row counts; left out, once. */
  readonly times?: ArrayLike<number> | undefined;
}

/** A column as it was settled, and what was guessed on the way. */
export interface Settled {
  readonly column: Column;
  readonly remarks: readonly string[];
  /** Words taken for missing that no list knows, and their cells. */
  readonly guessed?: Inferred["guessed"];
}

/** A column that must be read once more, held to what its cells turned out to be. */
export interface Reread {
  readonly reread: ColumnSchema;
  readonly remarks: readonly string[];
  readonly guessed?: Inferred["guessed"];
}

/** The column that was read by dictionary, as what its cells suggest (`inferColumn`); `times` says how often each row counts. */
export function settleDictionary(
  one: CategoricalColumn,
  known: Known,
  times?: ArrayLike<number>,
): Settled | Reread {
  const { name, levels } = one;
  const counts = countsOf(one, times);
  const inferred = inferColumn({ ...known, name, levels, counts });
  const { type, format, decimals, remarks, guessed } = inferred;
  const words = new Set(inferred.missing);
  const absent = levels.map(
    (level, code) => counts[code] === 0 || words.has(level.trim()) || level.trim() === "",
  );
  const missing = missingOf(one, counts, words, times);
  const common = { remarks, ...(guessed ? { guessed } : {}) };
  if (type === "categorical" || type === "boolean") {
    const settled =
      type === "boolean"
        ? asBoolean(one, counts, absent)
        : asCategories(one, counts, absent, known.spellings);
    const told = { ...common, remarks: [...remarks, ...settled.remarks] };
    // Words among zeros and ones are mistakes: the column is held to the two.
    if (type === "boolean" && levels.some((level, code) => !absent[code] && zeroOrOne(level) < 0))
      return { ...told, reread: { name, type, levels: settled.column.levels, missing: [...words] } };
    return { ...told, column: { ...settled.column, ...missing } };
  }
  if (type === "numeric") {
    const parse = parserOf((format as ValueFormat | undefined) ?? plainNumbers);
    const values = levels.map((level, code) => (absent[code] ? Number.NaN : parse(level)));
    const plan = { name, type, ...(format ? { format } : {}), missing: [...words] } as ColumnSchema;
    if (values.some((value, code) => Number.isNaN(value) && !absent[code]))
      return { ...common, reread: plan };
    const numbers = Float64Array.from(one.codes, (code) => (code < 0 ? Number.NaN : values[code]));
    const style = format ? { format: format as ValueFormat } : {};
    const digits = decimals === undefined ? {} : { decimals };
    return { ...common, column: { name, type, values: numbers, ...digits, ...style, ...missing } };
  }
  if (type === "date" && format?.kind === "date") {
    const parse = dateParser(format);
    if (levels.some((level, code) => !absent[code] && Number.isNaN(parse(level))))
      return { ...common, reread: { name, type, format, missing: [...words] } };
    return { ...common, column: { name, type, values: textsOf(one, absent), format, ...missing } };
  }
  return {
    ...common,
    column: { name, type: type as "id" | "text", values: textsOf(one, absent), ...missing },
  };
}

/**
 * A column read as numbers, as what it turned out to be: 0/1 is boolean, codes are categories, identifiers ids. `first`
 * tells the file's first column; of a tally's column `of` tells what its cells were.
 */
export function settleNumeric(one: NumericColumn, first: boolean, of?: Tallied): Settled {
  const { name, values, missing } = one;
  const is = (column: Column, remarks: readonly string[] = []): Settled => ({ column, remarks });
  if (one.format && !isPlain({ ...one.format, leastDecimals: undefined } as NumberFormat)) return is(one);
  if (one.decimals === undefined || one.decimals > 6) return settleDecimals(one);
  const common = missing ? { missing } : {};
  const whole = one.decimals === 0;
  const named = whole && (mayBeId(name) || mayBeIndex(name) || mayBeCode(name));
  const consecutive = whole && first && (of?.run ?? isRun(values));
  // A tally has the last rows twice, and where it is not complete none of the values for certain.
  const unique = whole && (!of || (of.complete && of.distinct === of.present));
  if (unique && namesRows(name, of ? values.filter((_, i) => of.counts[i] > 0) : values) === "surely")
    return is({ name, type: "id", values: Array.from(values, textOf), ...common });
  const some = values.find((value) => !Number.isNaN(value)) ?? 0;
  const long = whole && !named && some >= 1e9 && some <= 1e15;
  const distinct = new Set<number>();
  const most = named || long ? Infinity : 2;
  for (let i = 0; i < values.length && distinct.size <= most; i++)
    if (!Number.isNaN(values[i])) distinct.add(values[i]);
  const binary = distinct.size === 2 && distinct.has(0) && distinct.has(1);
  const there = (): number => values.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : 1), 0);
  const present = named || long || consecutive ? (of?.present ?? there()) : 0;
  const names = long && longNumbers(name, [...distinct]);
  const role = names
    ? roleOfWords(name, { distinct: of?.distinct ?? distinct.size, present, blanks: false, longest: 0 })
    : named || consecutive
      ? roleOfWholeNumbers(name, {
          distinct: consecutive ? present : of && !of.complete ? of.distinct : distinct.size,
          present,
          consecutive,
          first,
        })
      : "numeric";
  const said = names ? [notMeasured] : [];
  // Levels that are not all there can't be listed.
  const type = role === "categorical" && of?.complete === false ? "text" : role;
  if (type === "id" || type === "text")
    return is({ name, type, values: Array.from(values, textOf), ...common }, said);
  if (role === "numeric" && !binary) return is(one);
  const sorted = [...distinct].sort((a, b) => a - b);
  const codeOf = new Map(sorted.map((value, code) => [value, code]));
  const codes = Int32Array.from(values, (value) => codeOf.get(value) ?? -1);
  const levels = sorted.map(printerOf(one));
  return is({ name, type: binary ? "boolean" : "categorical", codes, levels, ...common }, said);
}

/** The column of many digits after the mark; where they come of single precision alone, its values are the decimals meant. */
function settleDecimals(one: NumericColumn): Settled {
  const { name, type, missing, format = plainNumbers } = one;
  const single = format.kind === "number" && !format.single ? learnSingle(one.values) : undefined;
  if (!single) return { column: one, remarks: [] };
  const values = one.values.map(singleReader(single));
  const { leastDecimals: _, ...style } = format as NumberFormat;
  const [decimal, written] = singleSample(single);
  return {
    column: { name, type, values, format: { ...style, single }, ...(missing ? { missing } : {}) },
    remarks: [`of single precision, in which ${decimal} stands as ${written}: read as the decimals`],
  };
}

/** Identifiers or text that the beginning of a file suggested, as what all of it says (of a tally's column, `of`). */
export function settleText(one: TextColumn, of?: Tallied): Column {
  if (one.type === "date") return one;
  const role = roleOfWords(one.name, of ?? distinctTexts(one.values));
  if (role !== "categorical") return { ...one, type: role };
  if (of?.complete === false) return { ...one, type: "text" };
  const texts = new Set(one.values);
  texts.delete("");
  const levels = [...texts].sort(byCode);
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(one.values, (value) => codeOf.get(value) ?? -1);
  const { name, missing } = one;
  return { name, type: role, codes, levels, ...(missing ? { missing } : {}) };
}

/**
 * The column of a given type with its levels in order: as the schema lists them, else folded and sorted, else (boolean) as
 * the usual pair of words that they are. Throws where a boolean's words are no such pair.
 */
export function settleGiven(one: Column, schema: ColumnSchema, { name, times, spellings }: Source): Settled {
  if (!isCategorical(one) || schema.levels) return { column: one, remarks: [] };
  const counts = countsOf(one, times);
  const absent = one.levels.map((_, code) => counts[code] === 0);
  if (schema.type === "categorical") return asCategories(one, counts, absent, spellings);
  if (one.levels.length === 0)
    return { column: { ...one, type: "boolean", levels: ["False", "True"] }, remarks: [] };
  const rule = `the boolean column ${one.name} must hold a usual pair such as No and Yes, or its schema list its levels`;
  const words = foldSpellings(one.levels, counts).words;
  // Of 0 and 1 a column may hold one alone: what few rows have does not come out.
  const usual = booleanLevels(words) !== undefined || words.every((word) => zeroOrOne(word) >= 0);
  check(usual, `read ${name}`, rule, one.levels.slice(0, 5).join(", "));
  return asBoolean(one, counts, absent);
}

/** How to read a column, and the levels that it is known to have, in order. */
export interface Guess {
  readonly column: ColumnSchema;
  readonly levels: readonly string[];
  /** What was guessed, for people, and cells of words taken for missing that no list knows. */
  readonly remarks: readonly string[];
  readonly guessedCells: number;
}

/** How to read a column whose first cells are in `head`: straight as numbers, as text, or by a dictionary. */
export function guess(head: DictionaryBuilder, name: string, known: Known): Guess {
  const { type, format, missing, remarks, guessed } = inferColumn({
    ...known,
    name,
    levels: head.levels,
    counts: head.counts(),
  });
  const words = new Set(missing);
  const present = head.levels.filter((level) => !words.has(level.trim()));
  const common = missing.length > 0 ? { missing } : {};
  const said = { remarks, guessedCells: guessed?.cells ?? 0 };
  // Nothing is known of a column that begins empty: what it holds is seen when all of it is read.
  if (present.every((level) => level.trim() === ""))
    return { column: { name, type: "categorical", ...common }, levels: [], ...said };
  // Whole numbers may settle as boolean, id, text or categories later: only the way to read is chosen.
  const plain =
    present.every((level) => plainDecimal.test(level.trim()) && !losesDigits(level.trim())) &&
    !arePhones(present.map((level) => level.trim()));
  if ((type === "boolean" || type === "id" || type === "text") && plain && present.length > 0)
    return { column: { name, type: "numeric", ...common }, levels: [], ...said };
  if (type === "boolean" || type === "categorical") {
    const counts = head.counts();
    const one = { name, type, codes: new Int32Array(0), levels: head.levels } as const;
    const absent = head.levels.map((level) => words.has(level.trim()));
    const { column } =
      type === "boolean" ? asBoolean(one, counts, absent) : asCategories(one, counts, absent);
    return { column: { name, type, ...common }, levels: column.levels, ...said };
  }
  return { column: { name, type, ...(format ? { format } : {}), ...common }, levels: [], ...said };
}

/**
 * The column of a given type with the format in which its first cells are written: the one it has, where most are, else
 * the one that they show. `remark` says so where that is another.
 */
export function formatIn(
  head: DictionaryBuilder,
  column: ColumnSchema,
  known: Known,
): { readonly column: ColumnSchema; readonly remark?: string } {
  if (column.type !== "numeric" && column.type !== "date") return { column };
  const isMissing = missingTest(column.type, known.missing, [
    ...(column.missing ?? []),
    ...(known.alsoMissing ?? []),
  ]);
  const counts = head.counts();
  const codes = [...head.levels.keys()].filter(
    (code) => counts[code] > 0 && !isMissing(head.levels[code].trim()),
  );
  const levels = codes.map((code) => head.levels[code]);
  const weights = codes.map((code) => counts[code]);
  const total = weights.reduce((sum, one) => sum + one, 0);
  const share = (format: Format): number => {
    const parse = parserOf(format);
    return levels.reduce((sum, level, k) => sum + (Number.isNaN(parse(level)) ? 0 : weights[k]), 0) / total;
  };
  if (total === 0) return { column };
  const usual = column.format ?? (column.type === "date" ? plainDates : plainNumbers);
  const usualShare = share(usual);
  const asked = column.type === "date" && known.datePattern !== undefined && isDatePattern(known.datePattern);
  // 1.234 is another number where the other columns of the file have a decimal comma.
  const { decimal } = known.hints ?? {};
  const marked =
    usual.kind === "number" &&
    decimal !== undefined &&
    decimal !== usual.decimal &&
    levels.some((level) => /[.,]/.test(level));
  if (!asked && !marked && usualShare >= 0.95) return { column };
  const dates = !asked && column.type === "date" ? learnDates(levels, weights, known.hints) : undefined;
  const learned = asked
    ? { kind: "date" as const, pattern: known.datePattern as string }
    : column.type === "date"
      ? dates?.format
      : (learnNumbers(levels, weights, known.hints)?.format ?? learnDurations(levels, weights)?.format);
  if (!learned) return { column };
  const gained = share(learned) - usualShare;
  if (gained < 0 || (gained === 0 && !(marked && learned.kind === "number" && learned.decimal === decimal)))
    return { column };
  const other = dates?.ambiguous;
  const doubt =
    other === undefined
      ? ""
      : `, but could be ${other} (--date-format ${JSON.stringify(`${column.name}=${other}`)})`;
  return {
    column: { ...column, format: learned },
    remark: `read as ${formatSample(learned, column.decimals)}${doubt}`,
  };
}

interface Recoded {
  readonly column: CategoricalColumn;
  readonly remarks: readonly string[];
}

function asCategories(
  one: CategoricalColumn,
  counts: Int32Array,
  absent: readonly boolean[],
  spellings?: Spellings,
): Recoded {
  const used = [...one.levels.keys()].filter((code) => !absent[code]);
  const folded = foldSpellings(
    used.map((code) => one.levels[code]),
    used.map((code) => counts[code]),
    spellings,
  );
  const map = new Int32Array(one.levels.length).fill(-1);
  used.forEach((code, k) => {
    map[code] = folded.wordOf[k];
  });
  const { apart } = folded;
  const kept =
    apart.length > 0
      ? [
          `levels that differ by letter case alone are kept apart, such as ${apart[0].map((word) => JSON.stringify(word)).join(" and ")}: stated levels make them one`,
        ]
      : [];
  return {
    column: recode(one, map, folded.words, "categorical"),
    remarks: [...foldRemark(folded), ...kept],
  };
}

function foldRemark(folded: { merged: number; cells: number; examples: readonly string[] }): string[] {
  if (folded.merged === 0) return [];
  const such = folded.examples.map((example) => JSON.stringify(example)).join(", ");
  return [
    `${folded.cells} cell${folded.cells === 1 ? " is" : "s are"} taken for another spelling of the same word, such as ${such}`,
  ];
}

function asBoolean(one: CategoricalColumn, counts: Int32Array, absent: readonly boolean[]): Recoded {
  const used = [...one.levels.keys()].filter((code) => !absent[code]).sort((a, b) => counts[b] - counts[a]);
  const words = used.map((code) => one.levels[code].trim());
  const pair = booleanLevels(
    foldSpellings(
      words,
      words.map((_, k) => counts[used[k]]),
    ).words,
  );
  const commonest = [0, 1].map((value) => words.find((word) => zeroOrOne(word) === value));
  const levels = [0, 1].map((value) => commonest[value] ?? pair?.[value] ?? String(value));
  const map = new Int32Array(one.levels.length).fill(-1);
  let cells = 0;
  const others: string[] = [];
  for (const code of used) {
    const text = one.levels[code];
    map[code] = zeroOrOne(text);
    if (map[code] < 0 || text === levels[map[code]]) continue;
    cells += counts[code];
    if (others.length < 3) others.push(text);
  }
  const remarks = foldRemark({ merged: others.length, cells, examples: others });
  return { column: recode(one, map, levels, "boolean"), remarks };
}

/** How often each level occurs, where each row counts once or as often as `times` says. */
function countsOf({ codes, levels }: CategoricalColumn, times?: ArrayLike<number>): Int32Array {
  const counts = new Int32Array(levels.length);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) counts[codes[i]] += times ? times[i] : 1;
  return counts;
}

/** The words that stand for missing with the empty cell, the commonest first; none where cells are only empty. */
function missingOf(
  one: CategoricalColumn,
  counts: Int32Array,
  words: ReadonlySet<string>,
  times?: ArrayLike<number>,
): { readonly missing?: readonly string[] } {
  if (words.size === 0) return {};
  const found = new Map<string, number>();
  one.levels.forEach((level, code) => {
    const word = level.trim();
    if (words.has(word)) found.set(word, (found.get(word) ?? 0) + counts[code]);
  });
  let blank = 0;
  one.codes.forEach((code, i) => {
    if (code < 0) blank += times ? times[i] : 1;
  });
  return { missing: commonestFirst(found, blank) };
}

function textsOf(one: CategoricalColumn, absent: readonly boolean[]): string[] {
  const texts = one.levels.map((level, code) => (absent[code] ? "" : level.trim()));
  return Array.from(one.codes, (code) => (code < 0 ? "" : texts[code]));
}

function recode(
  one: CategoricalColumn,
  map: Int32Array,
  levels: readonly string[],
  type: "categorical" | "boolean",
): CategoricalColumn {
  const { codes } = one;
  if (map.some((to, from) => to !== from)) {
    // The codes are fresh from a builder and nobody else's: they are changed in place.
    for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) codes[i] = map[codes[i]];
  }
  return { name: one.name, type, codes, levels };
}

function textOf(value: number): string {
  return Number.isNaN(value) ? "" : String(value);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
