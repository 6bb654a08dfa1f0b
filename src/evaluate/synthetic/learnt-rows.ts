import { count, percent } from "../../core/format";
import { isCategorical, type Table } from "../../data/table";
import { rowKeys } from "../copies";

/** Rows that are to be others than those learnt from, and how many of them are one of those. */
export interface LearntRows {
  readonly of: "held-out" | "synthetic";
  readonly rows: number;
  readonly learnt: number;
  /** The share of new real rows of which that is so by chance, as of the rows learnt from another one is equal. */
  readonly chance: number;
}

/** More of the rows than chance has it, of those that are nobody's by chance. */
const most = 0.01;

/**
 * Held-out and synthetic rows that equal a row learnt from in every column of numbers and categories, where these are more
 * than chance and one in a hundred explain. Rows that repeat by chance hide a few: so many more must be there.
 */
export function learntRows(
  real: Table,
  others: { readonly synthetic: Table; readonly holdout?: Table | undefined },
  whole?: {
    readonly rows: { readonly real: number };
    readonly copies?: { readonly synthetic: number; readonly holdout: number };
  },
): LearntRows[] {
  const told = [real, others.synthetic, ...(others.holdout ? [others.holdout] : [])];
  const names = real.columns
    .filter((one) => one.type === "numeric" || one.type === "date" || isCategorical(one))
    .map(({ name }) => name)
    .filter((name) => told.every(({ columns }) => columns.some((one) => one.name === name)));
  const times = new Map<number, number>();
  for (const key of rowKeys(real, names)) times.set(key, (times.get(key) ?? 0) + 1);
  const twice = [...times.values()].reduce((sum, own) => sum + (own > 1 ? own : 0), 0);
  // Of rows drawn from more, each has as many times the rows that it might equal.
  const longer = whole ? whole.rows.real / Math.max(1, real.rows) : 1;
  const chance = 1 - (1 - twice / Math.max(1, real.rows)) ** longer;
  const found = (of: LearntRows["of"], table: Table | undefined, share: number | undefined): LearntRows[] => {
    if (!table) return [];
    const met = rowKeys(table, names).reduce((sum, key) => sum + (times.has(key) ? 1 : 0), 0);
    const learnt = share === undefined ? met : Math.round(share * table.rows);
    const beyond = (learnt / Math.max(1, table.rows) - chance) / (1 - chance);
    return learnt > 1 && beyond > most + chance ? [{ of, rows: table.rows, learnt, chance }] : [];
  };
  return [
    ...found("held-out", others.holdout, whole?.copies?.holdout),
    ...found("synthetic", others.synthetic, whole?.copies?.synthetic),
  ];
}

/** What people are told of rows that were learnt from. */
export function describeLearnt({ of, rows, learnt, chance }: LearntRows): string {
  const share = `${count(learnt)} of ${count(rows)} ${of} rows (${percent(learnt / rows, 1)}) are rows that were learnt from, of new real rows ${percent(chance, 1)} by chance`;
  return of === "held-out"
    ? `${share}: they are not held out, and nothing is judged by them; --holdout must be rows that the model never saw`
    : `${share}: they are copies of real people's rows`;
}
