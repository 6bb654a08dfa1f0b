import { check } from "../../core/checks";
import { type Labelled, takeRows } from "../../core/matrix";
import type { Resample } from "../../core/model";
import type { Rng } from "../../core/rng";
import { customerColumns } from "../../data/duplicates";
import {
  type Column,
  cellText,
  columnNamed,
  dropColumns,
  isCategorical,
  type Table,
  table,
  takeTableRows,
} from "../../data/table";
import { encode } from "../../features/encode";
import { editedNeighbours, tomekLinks } from "../../resample/cleaning";
import {
  condensedNeighbours,
  nearMiss,
  neighbourhoodCleaning,
  oneSidedSelection,
} from "../../resample/prototypes";
import { randomUnderSampling } from "../../resample/random-sampling";
import { freshKeys, keyPlanOf } from "../../synthesis/structure/keys";
import { type Classes, type Made, makers, rowsBetween, rowsRepeated } from "./make-rows";

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
  /** Rows of each class, before and after. */
  readonly classes: readonly { readonly name: string; readonly before: number; readonly after: number }[];
  /** What a person should know of the new rows. */
  readonly remarks: readonly string[];
}

type Sizes = { readonly neighbours?: number };

/** Methods that remove rows, of a class against the smallest; the first three do so of any number of classes. */
const removers: Readonly<Record<string, (options: { ratio?: number } & Sizes) => Resample>> = {
  "random-under": ({ ratio }) => randomUnderSampling(ratio === undefined ? {} : { ratio }),
  "near-miss": nearMiss,
  "condensed-neighbours": () => condensedNeighbours(),
  "one-sided-selection": () => oneSidedSelection(),
  "neighbourhood-cleaning": ({ neighbours }) => neighbourhoodCleaning(neighbours ? { neighbours } : {}),
  "tomek-links": () => tomekLinks(),
  "edited-neighbours": ({ neighbours }) => editedNeighbours(neighbours ? { neighbours } : {}),
};
const pairwise = ["random-under", "near-miss", "condensed-neighbours"];
/** SMOTE, then rows of both classes removed. */
const combined: Readonly<Record<string, () => Resample>> = {
  "smote-tomek": () => tomekLinks({ remove: "both" }),
  "smote-enn": () => editedNeighbours({ remove: "both" }),
};

/** The names of all methods. */
export const resamplingMethods: readonly string[] = [
  "random-over",
  ...Object.keys(makers),
  ...Object.keys(removers),
  ...Object.keys(combined),
];

/**
 * The rows with their classes balanced. Given rows stay as they are, new ones come after them. Those of `random-over` are copies.
 * Others lie between two rows: numbers and dates on their column's grid, levels of their neighbours, columns that follow from
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
  check(
    resamplingMethods.includes(method),
    "resample",
    `the method must be one of ${resamplingMethods.join(", ")}`,
    method,
  );
  check(!drop.includes(target), action, "the target must not be dropped", target);
  const before = classesOf(from, target, action);
  const remarks: string[] = [];
  let out = from;
  if (method === "random-over" || method in makers || method in combined) {
    const name = method in combined ? "smote" : method;
    const asked = { ...options, target, method: name, ratio };
    const seen = dropColumns(from, drop);
    const made =
      name === "random-over" ? rowsRepeated(before, ratio, rng) : rowsBetween(seen, before, asked, rng);
    remarks.push(...made.remarks);
    if (made.base.length > 0) out = stacked(from, addedRows(from, made, drop, rng, remarks));
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

const mostClasses = 50;

function classesOf(from: Table, target: string, action: string): Classes {
  const one = columnNamed(from, target);
  const places = new Map<string, number[]>();
  for (let i = 0; i < from.rows; i++) {
    const name = cellText(one, i);
    check(name !== "", action, `every row must have a ${JSON.stringify(target)}`, `none in row ${i + 1}`);
    const rows = places.get(name);
    if (rows) rows.push(i);
    else places.set(name, [i]);
  }
  const count = places.size;
  const rule = `${JSON.stringify(target)} must have from 2 to ${mostClasses} different values`;
  check(count >= 2 && count <= mostClasses, action, rule, count);
  const names = [...places.keys()].sort();
  return { names, rows: names.map((name) => places.get(name) as number[]) };
}

/** The new rows: what was made, else what the row has that each starts from, but for identifiers and what was dropped. */
function addedRows(from: Table, made: Made, drop: readonly string[], rng: Rng, remarks: string[]): Table {
  const own = takeTableRows(from, made.base);
  const named = identifiers(from).filter((name) => !drop.includes(name));
  if (drop.length > 0)
    remarks.push(
      `new rows have nothing in ${drop.join(", ")}: dropped (leave that out of training, too: it tells new rows from others)`,
    );
  if (named.length > 0) remarks.push(`new rows have identifiers of their own in ${named.join(", ")}`);
  const copied = from.columns.filter(
    ({ name }) => ![...drop, ...named].includes(name) && !made.columns.has(name),
  );
  if (copied.length > 0 && made.columns.size > 0)
    remarks.push(
      `new rows repeat the row that each starts from in ${copied.map(({ name }) => name).join(", ")}`,
    );
  return table(
    own.columns.map((column): Column => {
      if (drop.includes(column.name)) return emptied(column);
      if (!named.includes(column.name) || !("values" in column) || column.type === "numeric")
        return made.columns.get(column.name) ?? column;
      const known = (columnNamed(from, column.name) as typeof column).values;
      const fresh = freshKeys(keyPlanOf(known, rng.fork(`keys ${column.name}`)), 0, own.rows);
      return { ...column, values: column.values.map((value, i) => (value === "" ? "" : fresh[i])) };
    }),
  );
}

/** The columns that name the rows: words of one part, of which no two rows share one. */
function identifiers(from: Table): readonly string[] {
  return customerColumns(from).filter((name) => {
    const column = columnNamed(from, name);
    if (column.type !== "id") return false;
    const present = column.values.filter((value) => value !== "");
    // What has parts, such as an address or two coordinates, says something of its row.
    return new Set(present).size === present.length && !present.some((value) => /[\s.,:;@/]/.test(value));
  });
}

function emptied(one: Column): Column {
  if (isCategorical(one)) return { ...one, codes: one.codes.map(() => -1) };
  if (one.type === "numeric") return { ...one, values: one.values.map(() => Number.NaN) };
  return { ...one, values: one.values.map(() => "") };
}

function stacked(above: Table, below: Table): Table {
  return table(
    above.columns.map((column, j): Column => {
      const other = below.columns[j];
      if (isCategorical(column) && isCategorical(other))
        return { ...column, codes: Int32Array.from([...column.codes, ...other.codes]) };
      if (column.type === "numeric" && other.type === "numeric")
        return { ...column, values: Float64Array.from([...column.values, ...other.values]) };
      if (
        !isCategorical(column) &&
        column.type !== "numeric" &&
        !isCategorical(other) &&
        other.type !== "numeric"
      )
        return { ...column, values: [...column.values, ...other.values] };
      return column;
    }),
  );
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
