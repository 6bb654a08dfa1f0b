import { type Column, cellText, type Table } from "../table";
import { plainName } from "./names";

/** What counts are called. */
const called = /^(freq|freqs|frequency|frequencies|counts?|n)$/;
/** Columns of more values are no levels; so much of all their combinations stands in the rows. */
const [mostLevels, leastFilled] = [50, 0.25];
const [fewestRows, mostRows] = [8, 10_000];

/**
 * The column that counts what the others say, as a contingency table's does (Freq beside class, sex and age): it is called so and holds
 * whole numbers, and each combination of the others, all levels, stands once. Undefined where there is none.
 *
 * @example
 * const text = "sex,plan,Freq\nf,A,12\nf,B,40\nf,C,2\nm,A,9\nm,B,31\nm,C,7\nx,A,0\nx,B,1\n";
 * cellCounts(parseCsv(text).table); // → "Freq"
 */
export function cellCounts(from: Table): string | undefined {
  if (from.rows < fewestRows || from.rows > mostRows) return undefined;
  return from.columns.find((column) => isCount(column) && standOnce(from, column))?.name;
}

function isCount(column: Column): boolean {
  return (
    column.type === "numeric" &&
    called.test(plainName(column.name)) &&
    !column.values.some((value) => value < 0 || value % 1 > 0)
  );
}

/** Whether the other columns are levels of which each combination stands once, and many stand. */
function standOnce(from: Table, count: Column): boolean {
  const others = from.columns.filter((column) => column !== count);
  const texts = others.map((column) => Array.from({ length: from.rows }, (_, i) => cellText(column, i)));
  const levels = texts.map((own) => new Set(own).size);
  const isOnce = (some: readonly number[]): boolean =>
    new Set(texts[0].map((_, i) => some.map((k) => texts[k][i]).join("\n"))).size === from.rows;
  const all = [...others.keys()];
  if (levels.some((own) => own > mostLevels || own === from.rows) || !isOnce(all)) return false;
  // A group of ages says nothing beside the age: what the others tell makes no further combinations.
  const told = (k: number, some: readonly number[]): boolean => isOnce(some.filter((other) => other !== k));
  const needed = [...all]
    .sort((a, b) => levels[b] - levels[a])
    .reduce((some, k) => (told(k, some) ? some.filter((other) => other !== k) : some), all);
  return from.rows >= leastFilled * needed.reduce((product, k) => product * levels[k], 1);
}
