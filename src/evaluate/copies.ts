import { type Column, isCategorical, type Table } from "../data/table";

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

/** What people are told of copies. */
export function copiesSentences(table: Table): string[] {
  const found = copiedRows(table);
  if (!found) return [];
  const where = found.but === undefined ? "every column" : `every column but ${JSON.stringify(found.but)}`;
  return [
    `warning: ${found.copies} of ${table.rows} rows equal an earlier row in ${where}: rows are judged by models that saw their copies, so that the figures are too good for rows to come; leave the copies out, or name by --id what they belong to.`,
  ];
}

/** A whole number a cell, the same for equal cells. */
function marksOf(column: Column): Int32Array {
  if (isCategorical(column)) return Int32Array.from(column.codes);
  const bits = new Int32Array(Float64Array.from(column.type === "numeric" ? column.values : []).buffer);
  return Int32Array.from({ length: bits.length / 2 }, (_, i) => mixed(bits[2 * i] ^ mixed(bits[2 * i + 1])));
}

function mixed(value: number): number {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35) ^ (once >>> 16);
}

/** Adds a column's marks to the rows' two sums, or takes them away. */
function addMarks(sums: readonly Int32Array[], marks: Int32Array, column: number, sign: 1 | -1): void {
  sums.forEach((sum, lane) => {
    const salt = mixed(2 * column + lane + 1);
    for (let i = 0; i < sum.length; i++) sum[i] += sign * mixed(Math.imul(marks[i], 0x9e3779b1) ^ salt);
  });
}

/** Rows whose sums an earlier row has too. */
function repeats([one, other]: readonly Int32Array[]): number {
  const seen = new Set<number>();
  for (let i = 0; i < one.length; i++) seen.add((one[i] >>> 0) * 2 ** 21 + (other[i] >>> 11));
  return one.length - seen.size;
}

/** The chance that two rows agree in a column. */
function agreement(marks: Int32Array): number {
  const counts = new Map<number, number>();
  for (const mark of marks) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum += (count / marks.length) ** 2;
  return sum;
}
