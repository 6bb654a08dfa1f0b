import { check } from "../core/checks";
import { isDate, isNumber, missingWords } from "./csv/cells";
import type { DictionaryBuilder } from "./csv/levels";
import { booleanLevels, type ColumnSchema, type ColumnType } from "./schema";
import { type CategoricalColumn, type Column, isCategorical, type NumericColumn } from "./table";

const idName = /(^id$|[_\s-]id$|uuid$|guid$)/i;
const camelId = /[a-z]I[dD]$/;
const codeName = /\b(code|zip|postcode|postal)\b/i;
/** A column with more distinct texts than this, most of them unique, is free text or an identifier. */
const manyLevels = 50;
/** From this share of numbers on, the other cells are taken for mistakes. */
const numericShare = 0.95;

/**
 * The type that a column's distinct cells suggest, `counts` telling how often each occurs. Numbers are numeric, except
 * 0/1 (boolean), short lists called "… code" or "zip" (categorical), whole numbers under the name of an identifier
 * (id) and numbers that would lose leading zeros or digits (as text is). A usual pair of words is boolean. Texts that
 * hardly repeat are ids (unique, without spaces) or text; all others are categorical.
 */
export function inferType(name: string, levels: readonly string[], counts: ArrayLike<number>): ColumnType {
  const words = missingWords("numeric", undefined);
  const kept = levels
    .map((level, i) => ({ level, count: counts[i] }))
    .filter((one) => !words.includes(one.level.trim()));
  const present = kept.reduce((sum, one) => sum + one.count, 0);
  if (present === 0) return "text";
  if (isIdName(name)) return "id";
  if (booleanLevels(kept.map((one) => one.level))) return "boolean";
  const numbers = kept.filter((one) => isNumber(one.level));
  const numeric = numbers.reduce((sum, one) => sum + one.count, 0);
  const exact = numbers.every((one) => !losesDigits(one.level));
  if (exact && numeric >= numericShare * present)
    return codeName.test(name) && kept.length <= manyLevels ? "categorical" : "numeric";
  if (kept.every((one) => isDate(one.level))) return "date";
  if (kept.length > manyLevels && kept.length > 0.5 * present)
    return kept.length === present && !kept.some((one) => /\s/.test(one.level)) ? "id" : "text";
  return "categorical";
}

function isIdName(name: string): boolean {
  return idName.test(name) || camelId.test(name);
}

/** Whether reading the text as a number forgets something: a leading zero, or more digits than a double holds. */
function losesDigits(text: string): boolean {
  return /^\s*[+-]?(0\d|\d{16,}\s*$)/.test(text);
}

/**
 * The column as its inferred type: sorted levels, a boolean's false level first, an identifier's or text's cells. Levels
 * that rows left out took with them (`dropped`) don't count.
 */
export function settleCategorical(one: CategoricalColumn, dropped: boolean): Column {
  // How often a level occurs only matters where numbers or ever new texts may be meant.
  const counted = dropped || one.levels.length > manyLevels || one.levels.some(isNumber);
  const counts = counted ? countsOf(one) : new Int32Array(one.levels.length).fill(1);
  const used = [...one.levels.keys()].filter((code) => counts[code] > 0);
  const levels = used.map((code) => one.levels[code]);
  const type = inferType(
    one.name,
    levels,
    used.map((code) => counts[code]),
  );
  const blank = missingWords(type, undefined);
  if (type === "categorical") return recode(one, levels.sort(byCode), "categorical");
  if (type === "boolean")
    return recode(
      one,
      booleanLevels(levels.filter((level) => !blank.includes(level.trim()))) ?? [],
      "boolean",
    );
  if (type === "numeric" && !levels.every((level) => isNumber(level) || blank.includes(level.trim())))
    return recode(one, levels.sort(byCode), "categorical");
  const texts = Array.from(one.codes, (code) =>
    code < 0 || blank.includes(one.levels[code]) ? "" : one.levels[code],
  );
  if (type !== "numeric") return { name: one.name, type, values: texts };
  const decimals = Math.max(...levels.map((level) => level.split(".")[1]?.length ?? 0));
  const values = Float64Array.from(texts, (text) => (text === "" ? NaN : Number(text)));
  return { name: one.name, type, values, ...(decimals <= 4 ? { decimals } : {}) };
}

/** A column read as numbers, as what it turned out to be: 0/1 is boolean, named codes categorical, named ids id. */
export function settleNumeric(one: NumericColumn): Column {
  const { name, values } = one;
  if (one.decimals !== 0) return one;
  if (isIdName(name))
    return { name, type: "id", values: Array.from(values, (v) => (Number.isNaN(v) ? "" : String(v))) };
  const distinct = new Set<number>();
  const most = codeName.test(name) ? manyLevels : 2;
  for (let i = 0; i < values.length && distinct.size <= most; i++)
    if (!Number.isNaN(values[i])) distinct.add(values[i]);
  const sorted = [...distinct].sort((a, b) => a - b);
  const binary = sorted.length === 2 && sorted[0] === 0 && sorted[1] === 1;
  const named = codeName.test(name) && sorted.length > 0 && sorted.length <= manyLevels;
  if (!binary && !named) return one;
  const codeOf = new Map(sorted.map((value, code) => [value, code]));
  const codes = Int32Array.from(values, (value) => codeOf.get(value) ?? -1);
  return { name, type: binary ? "boolean" : "categorical", codes, levels: sorted.map(String) };
}

/**
 * The column of a given type with its levels in order: as the schema lists them, else sorted, else (boolean) as
 * the usual pair of words that they are. Throws where a boolean's words are no such pair.
 */
export function settleGiven(one: Column, schema: ColumnSchema, name: string): Column {
  if (!isCategorical(one) || schema.levels) return one;
  if (schema.type === "categorical") return recode(one, [...one.levels].sort(byCode), "categorical");
  const levels = one.levels.length === 0 ? ["False", "True"] : booleanLevels(one.levels);
  const rule = `the boolean column ${one.name} must hold a usual pair such as No and Yes, or its schema list its levels`;
  check(levels !== undefined, `read ${name}`, rule, one.levels.slice(0, 5).join(", "));
  return recode(one, levels, "boolean");
}

/** How to read a column, and the levels that it is known to have, in order. */
export interface Guess {
  readonly column: ColumnSchema;
  readonly levels: readonly string[];
}

/** How to read a column whose first cells are in `head`: straight as numbers, as text, or by a dictionary. */
export function guess(head: DictionaryBuilder, name: string): Guess {
  const type = inferType(name, head.levels, head.counts());
  const blank = missingWords(type, undefined);
  const present = head.levels.filter((level) => !blank.includes(level.trim()));
  // Whole numbers may settle as boolean or categorical later, and the other way round: only the way to read is chosen.
  if (type === "boolean" && present.every(isNumber)) return { column: { name, type: "numeric" }, levels: [] };
  const levels =
    type === "boolean" ? (booleanLevels(present) ?? []) : type === "categorical" ? present.sort(byCode) : [];
  return { column: { name, type }, levels };
}

function countsOf(one: CategoricalColumn): Int32Array {
  const counts = new Int32Array(one.levels.length);
  for (const code of one.codes) if (code >= 0) counts[code]++;
  return counts;
}

function recode(
  one: CategoricalColumn,
  levels: readonly string[],
  type: "categorical" | "boolean",
): CategoricalColumn {
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const map = Int32Array.from(one.levels, (level) => codeOf.get(level) ?? -1);
  const { codes } = one;
  if (map.some((to, from) => to !== from)) {
    // The codes are fresh from a builder and nobody else's: they are changed in place.
    for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) codes[i] = map[codes[i]];
  }
  return { name: one.name, type, codes, levels };
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
