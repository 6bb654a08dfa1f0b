import { datePrinter, plainDates } from "../../data/formats/date-format";
import { type Column, isCategorical, type Table } from "../../data/table";
import type { Part } from "../../features/parts";

/** Above it levels become the target's mean: `maxLevels` of the encoder. */
const manyLevels = 255;

/** A column that a model doesn't use, why, and what would change that. */
export interface UnusedColumn {
  readonly column: string;
  readonly reason: string;
  /** Left out where nothing would. */
  readonly remedy?: string;
}

/** Columns of the table, other than the target, that are not among those used. */
export function unusedColumns(
  table: Table,
  used: Iterable<string>,
  { target, drop = [] }: { readonly target?: string; readonly drop?: readonly string[] },
): UnusedColumn[] {
  const names = new Set(used);
  return table.columns.flatMap((column): UnusedColumn[] => {
    if (column.name === target || names.has(column.name)) return [];
    if (drop.includes(column.name))
      return [{ column: column.name, reason: "it was left out by --drop or --id" }];
    return [{ column: column.name, ...whyUnused(column, table.rows) }];
  });
}

/** Why a column of such cells is no feature, and what would make it one. */
export function whyUnused(column: Column, rows: number): Omit<UnusedColumn, "column"> {
  const schema = "a schema (telelink data show --write-schema) that gives it another type";
  const distinct = distinctOf(column);
  if (distinct === 0)
    return {
      reason: "it holds no values",
      remedy: "--missing or --date-format, if they are there in other words",
    };
  if (column.type === "id") return { reason: "it names the row" };
  if (distinct === 1) return { reason: "all its values are the same" };
  const what =
    column.type === "text" ? "its words" : isCategorical(column) && distinct > manyLevels ? "its levels" : "";
  if (what) return { reason: `${what} tell nothing of the target in rows that they were not learned from` };
  if (isCategorical(column) && distinct > 0.5 * rows)
    return { reason: "hardly any of its levels repeats", remedy: schema };
  return { reason: "the learner did not choose it" };
}

/** A sentence for each column that is used by numbers worked out of it, and not as it stands; of moments, what that leaves open. */
export function derivedSentences(parts: readonly Part[]): string[] {
  const sentences = parts.flatMap((part) => {
    const { name } = part;
    if (part.kind === "target-mean")
      return [`${name} is used by the target's mean in each of its ${part.levels.length} levels.`];
    if (part.kind === "text")
      return [`${name} is used by a score of its words, from ${part.terms.length} terms.`];
    if (part.kind !== "date") return [];
    const read = part.numbers.map(({ of, other }) => {
      if (of === "since") return `days since ${other}`;
      if (of !== "days") return of === "day" ? "day of the month" : of;
      return `days since ${datePrinter(plainDates)(part.reference)} (the latest in training)`;
    });
    return [`${name} is used by ${read.join(", ")}.`];
  });
  const timed = parts.some((part) => part.kind === "date" && part.numbers.some(({ of }) => of === "days"));
  return timed ? [...sentences, drawnAtRandom] : sentences;
}

/** What figures by random folds leave open where a moment is learned from. */
const drawnAtRandom =
  "The rows judged were drawn at random, not by time: if what tells of the target changes with time, later rows are predicted worse than the figures say.";

/** "2 of 9 columns are not used: …", a sentence a column; nothing where all are. */
export function unusedSentences(unused: readonly UnusedColumn[], columns: number): string[] {
  if (unused.length === 0) return [];
  const head = `${unused.length} of ${columns} columns ${unused.length === 1 ? "is" : "are"} not used:`;
  return [
    head,
    ...unused.map(
      ({ column, reason, remedy }) =>
        `  ${column}, because ${reason}${remedy ? `; ${remedy} would rescue it` : ""}`,
    ),
  ];
}

function distinctOf(column: Column): number {
  const seen = new Set<string | number>();
  const cells: ArrayLike<string | number> = isCategorical(column) ? column.codes : column.values;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== "" && !(isCategorical(column) && cell === -1) && !Number.isNaN(cell)) seen.add(cell);
  }
  return seen.size;
}
