import { check } from "../../core/checks";
import { type Labelled, takeRows } from "../../core/matrix";
import type { Resample } from "../../core/model";
import type { Rng } from "../../core/rng";
import { joinTables } from "../../data/join-tables";
import { dropColumns, isCategorical, type Table, table, takeTableRows } from "../../data/table";
import { encode } from "../../features/encode";
import { editedNeighbours, tomekLinks } from "../../resample/cleaning";
import {
  condensedNeighbours,
  nearMiss,
  neighbourhoodCleaning,
  oneSidedSelection,
} from "../../resample/prototypes";
import { type ClassCount, classesOf } from "./classes";
import { type Made, makers, rowsBetween } from "./make-rows";
import { namingColumns, ownCells } from "./own-cells";

export interface ResampleOptions {
  /** A name of `resamplingMethods`. */
  readonly method: string;
  /** Rows of each smaller class per row of the largest afterwards; in (0, 1]. @default 1 */
  readonly ratio?: number;
  /** Neighbours asked; defaults to what the method takes. */
  readonly neighbours?: number;
  /** Columns that no distance and no rule looks at. New rows have nothing there. */
  readonly drop?: readonly string[];
}

/** A table with its classes resampled. */
export interface ResampledTable {
  readonly table: Table;
  readonly classes: readonly ClassCount[];
  /** What a person should know of the new rows. */
  readonly remarks: readonly string[];
}

type Sizes = { readonly neighbours?: number };

/** Methods that remove rows, of a class against the smallest; the first two do so of any number of classes. */
const removers: Readonly<Record<string, (options: { ratio?: number } & Sizes) => Resample>> = {
  "near-miss": nearMiss,
  "condensed-neighbours": () => condensedNeighbours(),
  "one-sided-selection": () => oneSidedSelection(),
  "neighbourhood-cleaning": ({ neighbours }) => neighbourhoodCleaning(neighbours ? { neighbours } : {}),
  "tomek-links": () => tomekLinks(),
  "edited-neighbours": ({ neighbours }) => editedNeighbours(neighbours ? { neighbours } : {}),
};
const pairwise = ["near-miss", "condensed-neighbours"];
/** SMOTE, then rows of both classes removed. */
const combined: Readonly<Record<string, () => Resample>> = {
  "smote-tomek": () => tomekLinks({ remove: "both" }),
  "smote-enn": () => editedNeighbours({ remove: "both" }),
};

/** The names of all methods that look at what rows hold. */
export const tableMethods: readonly string[] = [
  ...Object.keys(makers),
  ...Object.keys(removers),
  ...Object.keys(combined),
];

/**
 * The rows with their classes balanced. Given rows stay as they are, new ones come after them and lie between two of them: numbers and dates on their column's grid, levels of their neighbours, columns that follow from
 * others computed, a cell missing where the row that the new one starts from lacks it, texts as there. An identifier that no
 * two rows share is made up. Numbers are standardised for distances; a missing one counts as the mean where rows are made, as
 * the median where they are removed.
 */
export function resampleTable(
  from: Table,
  target: string,
  options: ResampleOptions,
  rng: Rng,
): ResampledTable {
  const action = `resample by ${options.method}`;
  const { method, ratio = 1, drop = [] } = options;
  check(!drop.includes(target), action, "the target must not be dropped", target);
  const before = classesOf(from, target, action);
  const remarks: string[] = [];
  let out = from;
  if (method in makers || method in combined) {
    const asked = { ...options, target, method: method in combined ? "smote" : method, ratio };
    const made = rowsBetween(dropColumns(from, drop), before, asked, rng);
    remarks.push(...made.remarks);
    if (made.base.length > 0) out = joinTables([from, addedRows(from, made, drop, rng, remarks)]);
  }
  const cleaner = combined[method]?.() ?? removers[method]?.({ ...options, ...(ratio < 1 && { ratio }) });
  if (cleaner)
    out = cleaned(out, target, { method, drop, clean: cleaner, pairs: pairwise.includes(method) }, rng);
  const after = classesOf(out, target, action);
  const classes = before.names.map((name, c) => ({
    name,
    before: before.rows[c].length,
    after: after.rows[after.names.indexOf(name)]?.length ?? 0,
  }));
  return { table: out, classes, remarks };
}

/** The new rows: what was made, else what the row has that each starts from, but for cells of their own. */
function addedRows(from: Table, made: Made, drop: readonly string[], rng: Rng, remarks: string[]): Table {
  const naming = namingColumns(from.columns, drop);
  const own = ownCells(from, { naming, drop }, made.base.length, rng);
  const copied = from.columns.filter(
    ({ name }) => ![...drop, ...own.named].includes(name) && !made.columns.has(name),
  );
  remarks.push(...own.remarks);
  if (copied.length > 0)
    remarks.push(
      `new rows repeat the row that each starts from in ${copied.map(({ name }) => name).join(", ")}`,
    );
  const base = takeTableRows(from, made.base);
  return own.dress(table(base.columns.map((column) => made.columns.get(column.name) ?? column)), 0);
}

/** How to clean, and whether it takes a pair of classes at a time. */
interface Cleaning extends Pick<ResampleOptions, "method" | "drop"> {
  readonly clean: Resample;
  readonly pairs: boolean;
}

/** The rows that a method keeps. */
function cleaned(
  from: Table,
  target: string,
  { clean, pairs, method, drop = [] }: Cleaning,
  rng: Rng,
): Table {
  const action = `resample by ${method}`;
  const { names, rows } = classesOf(from, target, action);
  check(pairs || names.length === 2, action, "there must be two classes", names.length);
  const seen = dropColumns(from, [target, ...drop]);
  const { columns } = seen;
  check(
    columns.some((column) => column.type === "numeric" || isCategorical(column)),
    action,
    "there must be a column of numbers or levels",
  );
  const x = encode({ categories: "one-hot", dropFirst: false, indicator: false })(seen).transform(seen);
  const smallest = rows.reduce((best, own, c) => (own.length < rows[best].length ? c : best), 0);
  const kept = new Set(rows[smallest]);
  rows.forEach((own, c) => {
    if (c === smallest) return;
    const all = [...own, ...rows[smallest]].sort((a, b) => a - b);
    const mine = new Set(own);
    // Weights carry the rows' numbers through.
    const part = {
      x: takeRows(x, all),
      y: Float64Array.from(all, (i) => (mine.has(i) ? 0 : 1)),
      weights: Float64Array.from(all, (i) => i + 1),
    };
    const left = (clean(part, rng.fork(names[c])) as Labelled).weights as Float64Array;
    const stay = new Set(Array.from(left, (number) => number - 1));
    for (const i of own) if (stay.has(i)) kept.add(i);
    if (!pairs) for (const i of rows[smallest]) if (!stay.has(i)) kept.delete(i);
  });
  return takeTableRows(
    from,
    [...kept].sort((a, b) => a - b),
  );
}
