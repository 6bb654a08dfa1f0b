import { evenly } from "./even-rows";
import { mayBeThing } from "./infer/names";
import { isReckoned } from "./infer/reckoned";
import { type Column, cellText, isCategorical, type Table, takeTableRows } from "./table";

/** A column whose values say whose, or of what, the rows are: others are the same in all rows of one value. */
export interface Subject {
  readonly column: string;
  /** The columns that are the same in all rows of one value. */
  readonly same: readonly string[];
  /** Whether it is more likely people than places, plans or products. */
  readonly people: boolean;
}

/** Fewer values, or more rows each on average, are a category. */
const fewestValues = 50;
const mostRows = 50;
/** So many rows, in blocks spread evenly (customers may stand side by side), tell. */
const [mostRead, block] = [60_000, 1000];
/** So many values must have a second row, and so large a share of the rows be a second one (of many rows only some are read). */
const fewestReturning = 20;
const leastRepeated = 0.15;
const leastRepeatedOfMany = 0.02;
/** How often a column must be the same in rows of one value, and how much of what chance leaves may differ. */
const [leastSame, mostDiffering] = [0.9, 0.15];
/** A column is various where it has so many values for each of the other's, or so many. */
const [various, manyValues] = [0.2, 1000];
/** Of rows whose numbers differ, so many going one way are an order, not luck. */
const oneWay = 0.9;

/** A column as numbers: equal cells have equal ones, −1 is missing. */
interface Coded {
  readonly column: Column;
  readonly codes: Int32Array;
  readonly distinct: number;
  /** How often two rows have the same value. */
  readonly chance: number;
}

/**
 * The column whose values say whose rows are whose, whatever it is called: two others or more are the same in all rows of one
 * value, far beyond chance, and one of these has many values itself (a salary, a date of birth). Numbers, keys with digits and
 * names beside a date are taken for people's, if they are not called as things are. Undefined where there is no such column.
 */
export function rowSubject(from: Table): Subject | undefined {
  const columns = codedRows(from);
  const found = columns.flatMap((key) => {
    const form = formOf(key.column, from.rows);
    if (form === undefined || key.distinct < fewestReturning) return [];
    const own = subjectOf(key, form, columns, from.rows);
    return own && !isReckoned(key.column, from.columns) ? [own] : [];
  });
  found.sort((a, b) => Number(b.people) - Number(a.people) || b.same.length - a.same.length);
  const [first] = found;
  if (!first) return undefined;
  const within = found.filter(({ column }) => first.same.includes(column));
  const back = within.filter(({ same }) => same.includes(first.column));
  // An order has one customer, whose own columns are the same in all rows of the order too.
  const wider = within.filter(
    (one) =>
      one.people === first.people &&
      !back.includes(one) &&
      one.values < first.values &&
      2 * one.same.length >= first.same.length,
  );
  const [best] = [
    ...(wider.length > 0 ? wider : [first, ...back.filter((one) => one.people === first.people)]),
  ].sort(
    // Of a person's number, name and salary, each of which tells the others, a salary says it last.
    (x, y) => Number(x.form === "number") - Number(y.form === "number") || y.values - x.values,
  );
  // A shop's size may tell the shop: it is no person's number then.
  const thing = back.find(
    (one) => mayBeThing(one.column) && one.form !== "number" && one.values >= best.values,
  );
  const { column, same, people } = best.form === "number" && thing ? thing : best;
  return { column, same, people };
}

/** So many columns could be a customer's own; of rows of a value chance would have so many differ. */
const [fewestOthers, leastDiffering] = [3, 5];

/** Whether values name nobody: of several other columns none is the same in all rows of one, as a person's would be. */
export function namesNobody(from: Table, name: string): boolean {
  const columns = codedRows(from);
  const key = columns.find(({ column }) => column.name === name);
  const others = columns.filter((other) => other !== key && other.distinct > 1);
  if (!key || others.length < fewestOthers) return false;
  const again = key.codes.reduce((count, code) => count + (code >= 0 ? 1 : 0), 0) - key.distinct;
  return !others.some(
    (other) => (1 - other.chance) * again >= leastDiffering && isSame(key.codes, key.distinct, other, 1),
  );
}

type Form = "number" | "key" | "names" | "words";

function subjectOf(key: Coded, form: Form, columns: readonly Coded[], rows: number) {
  const keys =
    form === "names"
      ? [key, ...columns.filter(({ column }) => column.type === "date").map((date) => paired(key, date))]
      : [key];
  for (const { codes, distinct, date } of keys as readonly (Coded & { date?: Coded })[]) {
    const known = codes.reduce((count, code) => count + (code >= 0 ? 1 : 0), 0);
    const all = (rows * known) / codes.length;
    const least = rows > mostRead ? leastRepeatedOfMany : leastRepeated;
    if (distinct < fewestValues || known - distinct < least * known || all > mostRows * distinct) continue;
    const others = columns.filter((other) => other !== key && other !== date && other.distinct > 1);
    const same = others.filter(
      (other) => isSame(codes, distinct, other) && !(form === "number" && follows(key, other)),
    );
    const measures = [...same, ...(date ? [date] : [])].filter(
      (other) =>
        (other.column.type === "numeric" || other.column.type === "date") &&
        other.distinct >= Math.min(manyValues, various * distinct),
    );
    const texts = same.some((other) => other.distinct >= Math.min(manyValues, various * distinct));
    if (same.length + (date ? 1 : 0) < 2 || (measures.length === 0 && !texts)) continue;
    const dated = measures.some(({ column }) => column.type === "date");
    const people =
      measures.length > 0 &&
      (form === "number" || form === "key" || (form === "names" && dated)) &&
      !mayBeThing(key.column.name);
    const names = [...(date ? [date] : []), ...same].map(({ column }) => column.name);
    return { column: key.column.name, form, same: names, people, values: distinct };
  }
  return undefined;
}

/** Two people of one name have two dates of birth. */
function paired(key: Coded, date: Coded): Coded & { date: Coded } {
  const numbers = new Map<number, number>();
  const codes = key.codes.map((code, i) => {
    if (code < 0 || date.codes[i] < 0) return -1;
    const pair = code * (date.distinct + 1) + date.codes[i];
    const known = numbers.get(pair) ?? numbers.size;
    numbers.set(pair, known);
    return known;
  });
  return { ...key, codes, distinct: numbers.size, date };
}

/** Whether a column has one value in nearly all rows of one key, and chance would not have it so. */
function isSame(
  keys: Int32Array,
  distinct: number,
  { codes, chance }: Coded,
  fewest = fewestReturning,
): boolean {
  const first = new Int32Array(distinct).fill(-1);
  const returning = new Uint8Array(distinct);
  let [pairs, differing, people] = [0, 0, 0];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key < 0 || codes[i] < 0) continue;
    if (first[key] < 0) {
      first[key] = codes[i];
      continue;
    }
    pairs++;
    if (returning[key] === 0) people++;
    returning[key] = 1;
    if (first[key] !== codes[i]) differing++;
    if (pairs === 200 && differing > 50) return false;
  }
  return (
    people >= fewest &&
    differing <= (1 - leastSame) * pairs &&
    differing <= mostDiffering * (1 - chance) * pairs
  );
}

/** Whether a column goes with a number's order, as an amount's tax or an age's band does: the number is no name then. */
function follows(key: Coded, other: Coded): boolean {
  if (key.column.type !== "numeric") return false;
  const { values } = key.column;
  const first = new Map<number, number>();
  values.forEach((value, i) => {
    if (key.codes[i] >= 0 && other.codes[i] >= 0 && !first.has(value)) first.set(value, i);
  });
  const rows = [...first].sort(([a], [b]) => a - b).map(([, row]) => row);
  const { column } = other;
  const value = (row: number): number | string =>
    column.type === "numeric" ? column.values[row] : cellText(column, row);
  const pairs = (apart: number) =>
    rows
      .slice(apart)
      .flatMap((row, k) => (other.codes[row] === other.codes[rows[k]] ? [] : [[rows[k], row]]));
  // Of two rates of tax the amounts before it go up and down beside those after it: far apart they go one way.
  const far = pairs(Math.ceil(rows.length / 3));
  const ups = far.filter(([low, high]) => value(high) > value(low)).length;
  return (
    2 * pairs(1).length < (1 - other.chance) * rows.length ||
    ups > oneWay * far.length ||
    ups < (1 - oneWay) * far.length
  );
}

/** What the values look like; undefined where they name nothing. */
function formOf(column: Column, rows: number): Form | undefined {
  if (column.type === "boolean" || column.type === "date") return undefined;
  if (column.type === "numeric")
    return column.values.some((value) => value < 0 || value % 1 > 0) ? undefined : "number";
  const texts = isCategorical(column)
    ? column.levels
    : Array.from(evenly(rows, 1000), (i) => cellText(column, i)).filter((text) => text !== "");
  const most = (form: RegExp): boolean =>
    texts.reduce((count, text) => count + (form.test(text) ? 1 : 0), 0) >= 0.9 * texts.length;
  if (most(/^(19|20)\d\d[-/.年]|^\d{1,2}[-/.]\d{1,2}[-/.]\d|:\d\d/)) return undefined;
  if (most(/^(?=.*\d)[^\s]+$/) || most(/^\+?[\d\s()/-]+$/)) return "key";
  return most(/^[\p{L}.'’-]+,?( [\p{L}.'’-]+){1,3}$/u) ? "names" : "words";
}

/** The columns of rows that tell, as numbers; rows that are the same in all columns stand once. */
function codedRows(from: Table): readonly Coded[] {
  const blocks = evenly(from.rows, mostRead / block);
  const table =
    from.rows <= mostRead
      ? from
      : takeTableRows(
          from,
          Array.from({ length: mostRead }, (_, k) => blocks[Math.floor(k / block)] + (k % block)),
        );
  const all = table.columns.map((column) => codesOf(column, table.rows));
  const seen = new Set<number>();
  const kept = Array.from({ length: table.rows }, (_, i) => i).filter((i) => {
    let hash = 0;
    for (const codes of all) hash = (hash * 1_000_003 + codes[i] + 2) % 9_000_000_011;
    return seen.size < seen.add(hash).size;
  });
  const once = kept.length === table.rows ? table : takeTableRows(table, kept);
  return once.columns.map((column, k) => {
    const codes = once === table ? all[k] : Int32Array.from(kept, (i) => all[k][i]);
    const counts = new Float64Array(1 + codes.reduce((a, b) => Math.max(a, b), 0));
    let known = 0;
    for (const code of codes) if (code >= 0) known += counts[code] < ++counts[code] ? 1 : 0;
    const chance = counts.reduce((sum, count) => sum + (count / Math.max(known, 1)) ** 2, 0);
    return { column, codes, distinct: counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0), chance };
  });
}

/** Equal cells by equal numbers from 0, missing ones −1. */
function codesOf(column: Column, rows: number): Int32Array {
  if (isCategorical(column)) return column.codes;
  const numbers = new Map<number | string, number>();
  return Int32Array.from({ length: rows }, (_, i) => {
    const value = column.values[i];
    if (value === "" || Number.isNaN(value)) return -1;
    const code = numbers.get(value) ?? numbers.size;
    numbers.set(value, code);
    return code;
  });
}
