import { mixBits } from "../core/rng";
import { type Column, columnNamed, isCategorical, type Table } from "../data/table";
import { keyOfText } from "../data/tally/keys";

/** Rows that repeat an earlier one, more often than columns independent of each other would have it. */
export interface CopiedRows {
  readonly copies: number;
  /** The column that is left out of account; absent where rows are equal in all. */
  readonly but?: string;
}

/** From these shares of the rows on copies are told: where all columns agree, and where all but one do. */
const leastShare = 0.05;
const leastShareBut = 0.2;
/** Rows up to which copies with another value in one column are looked for. */
const mostRows = 20_000;

/**
 * How many rows are copies of an earlier one in every column of numbers and categories, or in all but the one that
 * hides the most; undefined where these are few or as many as chance explains. Cross-validation that has a row's copy
 * among the rows it learns from says nothing of rows to come.
 *
 * @example
 * const line = (i: number) => `${(i * 37) % 101},${(i * 53) % 97},${(i * 11) % 89}`;
 * const lines = Array.from({ length: 200 }, (_, i) => line(i % 50));
 * copiedRows(parseCsv(`a,b,c\n${lines.join("\n")}\n`).table); // → { copies: 150 }
 */
export function copiedRows(table: Table): CopiedRows | undefined {
  const columns = table.columns.filter((one) => one.type === "numeric" || isCategorical(one));
  const { rows } = table;
  if (columns.length < 3) return undefined;
  const cells = columns.map(marksOf);
  const chances = cells.map(agreement);
  const all = [new Int32Array(rows), new Int32Array(rows)];
  for (const [j, marks] of cells.entries()) addMarks(all, marks, j, 1);
  const pairs = (rows * (rows - 1)) / 2;
  const found = (share: number, without: number): number => {
    const copies = repeats(all);
    const byChance = chances.reduce((chance, one, j) => (j === without ? chance : chance * one), pairs);
    return copies >= share * rows && copies > 4 * byChance ? copies : 0;
  };
  const exact = found(leastShare, -1);
  if (exact > 0) return { copies: exact };
  let worst: CopiedRows | undefined;
  for (let j = 0; rows <= mostRows && j < columns.length; j++) {
    addMarks(all, cells[j], j, -1);
    const copies = found(leastShareBut, j);
    addMarks(all, cells[j], j, 1);
    if (copies > (worst?.copies ?? 0)) worst = { copies, but: columns[j].name };
  }
  return worst;
}

/** Values from which on a column may name what rows belong to, and the share of others' variance that it then explains. */
const leastNames = 20;
const leastExplained = 0.9;

/**
 * The column of categories that names what rows belong to, if rows with the same value are alike in most columns of
 * numbers: then they are not so many independent customers. Undefined where there is none.
 *
 * @example
 * const line = (i: number) => `c${i % 30},${((i % 30) * 37) % 101},${((i % 30) * 53) % 97}`;
 * const { table: rows } = parseCsv(`who,a,b\n${Array.from({ length: 120 }, (_, i) => line(i)).join("\n")}\n`);
 * namingColumn(rows); // → "who"
 */
export function namingColumn({ columns, rows }: Table): string | undefined {
  const numbers = columns.flatMap((one) => (one.type === "numeric" ? [one.values] : []));
  if (numbers.length < 2) return undefined;
  return columns.find((one) => {
    if (!isCategorical(one)) return false;
    const names = new Set(one.codes).size;
    if (names < leastNames || names > rows / 2) return false;
    const alike = numbers.filter((values) => explained(one.codes, values, names) >= leastExplained);
    return alike.length > numbers.length / 2;
  })?.name;
}

/** The share of a column's variance between groups of rows, less what as many groups drawn at random would have. */
function explained(codes: ArrayLike<number>, values: Float64Array, groups: number): number {
  const sums = new Map<number, { count: number; sum: number }>();
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const own = sums.get(codes[i]) ?? { count: 0, sum: 0 };
    sums.set(codes[i], { count: own.count + 1, sum: own.sum + values[i] });
    [count, sum, squares] = [count + 1, sum + values[i], squares + values[i] ** 2];
  }
  const total = squares - (sum * sum) / count;
  if (!(total > 0) || count <= groups) return 0;
  let between = -(sum * sum) / count;
  for (const own of sums.values()) between += (own.sum * own.sum) / own.count;
  return 1 - ((1 - between / total) * (count - 1)) / (count - groups);
}

/** What people are told of rows that are no customers of their own. */
export function copiesSentences(table: Table): string[] {
  const name = JSON.stringify(namingColumn(table));
  const found = copiedRows(table);
  const where = found?.but === undefined ? "every column" : `every column but ${JSON.stringify(found.but)}`;
  return [
    ...(found
      ? [
          `warning: ${found.copies} of ${table.rows} rows equal an earlier row in ${where}: rows are judged by models that saw their copies, so that the figures are too good for rows to come; leave the copies out, or name by --id what they belong to.`,
        ]
      : []),
    ...(name
      ? [
          `warning: rows with the same ${name} are alike: if it names customers, rows are judged by models that saw others of the same customer, so that the figures are too good for new ones; --id ${name} counts each once.`,
        ]
      : []),
  ];
}

/** A whole number of 53 bits a row, the same where these columns hold the same, in any table. */
export function rowKeys(table: Table, names: readonly string[]): Float64Array {
  const sums = [new Int32Array(table.rows), new Int32Array(table.rows)];
  for (const [j, name] of names.entries()) addMarks(sums, marksOf(columnNamed(table, name)), j, 1);
  return keysOf(sums);
}

function keysOf([one, other]: readonly Int32Array[]): Float64Array {
  return Float64Array.from(one, (sum, i) => (sum >>> 0) * 2 ** 21 + (other[i] >>> 11));
}

/** A whole number a cell, the same for equal cells. */
function marksOf(column: Column): Int32Array {
  const key = new Uint32Array(2);
  const markOf = (text: string): number => {
    keyOfText(text, key);
    return key[0] | 0;
  };
  if (isCategorical(column)) {
    const marks = column.levels.map(markOf);
    return column.codes.map((code) => (code < 0 ? -1 : marks[code]));
  }
  if (column.type !== "numeric")
    return Int32Array.from(column.values, (text) => (text === "" ? -1 : markOf(text)));
  // A sum with 0 leaves one zero of two, and what is no number has one pattern of bits.
  const bits = new Int32Array(
    column.values.map((value) => (Number.isNaN(value) ? Number.NaN : value + 0)).buffer,
  );
  return Int32Array.from({ length: bits.length / 2 }, (_, i) =>
    mixBits(bits[2 * i] ^ mixBits(bits[2 * i + 1])),
  );
}

/** Adds a column's marks to the rows' two sums, or takes them away. */
function addMarks(sums: readonly Int32Array[], marks: Int32Array, column: number, sign: 1 | -1): void {
  sums.forEach((sum, lane) => {
    const salt = mixBits(2 * column + lane + 1);
    for (let i = 0; i < sum.length; i++) sum[i] += sign * mixBits(Math.imul(marks[i], 0x9e3779b1) ^ salt);
  });
}

/** Rows whose sums an earlier row has too. */
function repeats(sums: readonly Int32Array[]): number {
  const keys = keysOf(sums);
  return keys.length - new Set(keys).size;
}

/** The chance that two rows agree in a column. */
function agreement(marks: Int32Array): number {
  const counts = new Map<number, number>();
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += (count / marks.length) ** 2;
  return sum;
}
