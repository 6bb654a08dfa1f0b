import { customerColumns, customerOf } from "./duplicates";
import { customerNames, mayBeCode, mayBeCustomer, mayBeThing, mayBeTime, plainName } from "./infer/names";
import { nameThings } from "./infer/naming";
import { isReckoned } from "./infer/reckoned";
import { namesNobody, rowSubject } from "./subjects";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  takeTableRows,
} from "./table";
import type { Tallied } from "./tally/column-tally";

/** Fewer different values than these are a category, whatever its name. */
const fewestCustomers = 10;
/** Where values have more rows on average (or so many times as many as there are values), they are a category, too. */
const mostRows = 200;
const mostTimes = 4;
/** Of values under a name that says nothing, most must have too few rows for a category. */
const fewRows = 5;
const fewestUnnamed = 20;
/** Fewer short keys may be sizes: they are customers' if something else is the same in all rows of one. */
const fewestSure = 100;
/** Keys that may be a product's are so many, and have so many rows on average. */
const [fewestDoubtful, mostDoubtful] = [50, 50];
/** Under a name that says nothing, so many of the rows must repeat a value. */
const leastRepeated = 0.15;

/**
 * The column that names the customers of a table in which they have several rows each: it is called so and holds names or
 * numbers of many who return, or says whose the rows are (`rowSubject`), or holds keys ("CU00100"; numbers of one length that stand together) of which most have a few rows. Undefined where there is none, and
 * where a column that surely names customers has another value in each row.
 *
 * @example
 * const { table: bills } = parseCsv(`client,paid\n${Array.from({ length: 60 }, (_, i) => `${100 + (i % 20)},${i}`).join("\n")}\n`);
 * repeatedCustomers(bills); // → "client"
 */
export function repeatedCustomers(from: Table): string | undefined {
  for (const column of calledCustomers(from.columns, ({ name }) => name)) {
    const counts = namesIn(column, from.rows);
    if (!counts || isListed(column, counts, from.rows)) continue;
    if (repeats(counts)) return column.name;
    const sure = plainName(column.name) !== "id" && counts.size >= fewestUnnamed;
    if (sure && [...counts.values()].every((own) => own === 1)) return undefined;
  }
  const subject = rowSubject(from);
  if (subject?.people) return subject.column;
  const keys = from.columns.flatMap((column) => {
    const { name } = column;
    // A time may look like a number of customers, but hardly like "U00117".
    if (column.type === "numeric" && mayBeTime(name)) return [];
    const counts = namesIn(column, from.rows);
    if (!counts || counts.size < fewestUnnamed || !repeats(counts, leastRepeated)) return [];
    const customers = counts.size;
    if (column.type !== "numeric" && nameThings(name, [...counts.keys()])) return [{ name, customers }];
    if (
      mayBeCode(name) ||
      !areKeys([...counts.keys()]) ||
      (column.type === "numeric" && (!standTogether(column, counts.size) || isReckoned(column, from.columns)))
    )
      return [];
    if (counts.size < fewestSure && namesNobody(from, name)) return [];
    const rows = [...counts.values()].sort((a, b) => a - b);
    return rows[rows.length >> 1] < fewRows ? [{ name, customers }] : [];
  });
  // An order belongs to one customer, who may have several: the fewer are the customers.
  return keys.sort((a, b) => a.customers - b.customers)[0]?.name;
}

/**
 * The column that may name the customers of a table whose rows did not come yet: of those that are no category by how many
 * values they have, one that is called so, or else the first identifier. Undefined where there is none.
 */
export function likelyCustomers(tallied: readonly Tallied[]): string | undefined {
  const many = tallied.filter(({ distinct, present }) => !isCategory(distinct, present));
  const named = many.filter(
    ({ column }) =>
      column.type !== "boolean" &&
      column.type !== "date" &&
      (column.type !== "numeric" || column.decimals === 0),
  );
  const [called] = calledCustomers(named, ({ column }) => column.name);
  return called?.column.name ?? customerColumns({ columns: many.map(({ column }) => column) })[0];
}

/**
 * The column of keys in one form that may name people or their things (a meter, a number plate), or products, for all that values
 * say: many, of a few dozen rows each at most, and not called as things are; or called "name", of a few values. Undefined where there is none.
 */
export function perhapsCustomers(from: Table): string | undefined {
  return from.columns.find((column) => {
    const named = column.type === "numeric" ? undefined : namesIn(column, from.rows);
    if (named && isListed(column, named, from.rows)) return true;
    if (!isCategorical(column) || mayBeThing(column.name) || mayBeCode(column.name)) return false;
    const counts = namesIn(column, from.rows);
    if (!counts || counts.size < fewestDoubtful || !repeats(counts, leastRepeated)) return false;
    const texts = [...counts.keys()].filter((text) => !/\p{Ll}.*\s|\s.*\p{Ll}|^(19|20)\d\d/u.test(text));
    const shapes = texts.map((text) => text.replace(/\p{L}+/gu, "a").replace(/\d+/g, "0"));
    const usual = shapes.filter((shape) => shape === shapes[0] && shape.includes("0")).length;
    return from.rows <= mostDoubtful * counts.size && usual >= 0.9 * counts.size;
  })?.name;
}

/** Whether texts of a column name people or their things (`nameThings`), and not a few that all may know: then each has too many rows. */
export function namePeople(name: string, texts: Iterable<string>): boolean {
  const counts = new Map<string, number>();
  let rows = 0;
  for (const text of texts) {
    if (text === "") continue;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    rows++;
  }
  return !isCategory(counts.size, rows) && nameThings(name, [...counts.keys()]);
}

/** Whether what is called "name" and no more has a few values of many rows each, as services and places do. */
function isListed({ name }: Column, counts: ReadonlyMap<string, number>, rows: number): boolean {
  return plainName(name) === "name" && counts.size < fewestDoubtful && rows > fewRows * counts.size;
}

/** Whose each row is, numbered from 0; a row that names nobody is one's own. */
export function customersIn(from: Table, name: string): Int32Array {
  const customer = customerOf(from, [name]);
  const numbers = new Map<string, number>();
  let count = 0;
  return Int32Array.from({ length: from.rows }, (_, i) => {
    const own = customer(i);
    const known = own === undefined ? undefined : numbers.get(own);
    if (known !== undefined) return known;
    if (own !== undefined) numbers.set(own, count);
    return count++;
  });
}

/** The table with the first row of each customer alone, and rows that name nobody. */
export function oneRowEach(from: Table, name: string): Table {
  const seen = new Set<number>();
  const firsts = [...customersIn(from, name).entries()].filter(([, who]) => seen.size < seen.add(who).size);
  return takeTableRows(
    from,
    firsts.map(([i]) => i),
  );
}

/** The table in which a column of customers is one of identifiers, whatever it looks like. */
export function withCustomerIds(from: Table, name: string): Table {
  const columns = from.columns.map((column): Column => {
    if (column.name !== name) return column;
    return { name, type: "id", values: Array.from({ length: from.rows }, (_, i) => cellText(column, i)) };
  });
  return { rows: from.rows, columns };
}

/** How many customers a column names, and how many rows one has at most. */
export function customerRows(
  from: Table,
  name: string,
): { readonly customers: number; readonly most: number } {
  const counts = countsOf(columnNamed(from, name), from.rows);
  let most = 0;
  for (const rows of counts.values()) most = Math.max(most, rows);
  return { customers: counts.size, most };
}

/** Those that are called like customers, the surest names first. */
function calledCustomers<One>(all: readonly One[], nameOf: (one: One) => string): One[] {
  const place = new Map(customerNames.map((name, k) => [plainName(name), k]));
  const rank = (one: One): number => place.get(plainName(nameOf(one))) ?? customerNames.length;
  return all.filter((one) => mayBeCustomer(nameOf(one))).sort((a, b) => rank(a) - rank(b));
}

/** Whether so few values in so many rows are a category, whatever its name. */
function isCategory(values: number, rows: number): boolean {
  return values < fewestCustomers || rows > Math.min(mostRows, mostTimes * values) * values;
}

/** The rows of each value, where values may name someone: whole numbers or words, and enough of them. */
function namesIn(column: Column, rows: number): ReadonlyMap<string, number> | undefined {
  if (column.type === "boolean" || column.type === "date") return undefined;
  if (column.type === "numeric" && column.values.some((value) => value < 0 || value % 1 > 0))
    return undefined;
  if (isCategorical(column) && column.levels.length < fewestCustomers) return undefined;
  const counts = countsOf(column, rows);
  return counts.size >= fewestCustomers ? counts : undefined;
}

function countsOf(column: Column, rows: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < rows; i++) {
    const text = cellText(column, i);
    if (text !== "") counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function repeats(counts: ReadonlyMap<string, number>, least = 0): boolean {
  let rows = 0;
  for (const own of counts.values()) rows += own;
  return rows - counts.size > least * rows && !isCategory(counts.size, rows);
}

/** Whether the rows of each number stand one after the other, as chance does not put them. */
function standTogether({ values }: NumericColumn, distinct: number): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((runs, value, i) => runs + (i > 0 && known[i - 1] === value ? 0 : 1), 0) === distinct;
}

/** Whether texts are keys: addresses, or in one form, with digits, and no years in front. */
function areKeys(texts: readonly string[]): boolean {
  const share = (holds: (text: string) => boolean): boolean =>
    texts.reduce((count, text) => count + (holds(text) ? 1 : 0), 0) >= 0.9 * texts.length;
  if (texts.some((text) => /\s/.test(text)) || share((text) => /^(19|20)\d\d/.test(text))) return false;
  if (share((text) => /^[^@]+@[^@]+\.[^@]+$/.test(text))) return true;
  const form = (text: string): string => text.replace(/[\p{L}\p{Nd}]/gu, "x");
  const usual = form(texts[texts.length >> 1]);
  return usual.length >= 4 && share((text) => /\d{2}/.test(text) && form(text) === usual);
}
