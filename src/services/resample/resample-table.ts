import { check } from "../../core/checks";
import { mean, standardDeviation } from "../../core/math/statistics";
import { column, type Labelled, type Matrix, matrix, takeLabelled, takeRows } from "../../core/matrix";
import type { Resample } from "../../core/model";
import { integer, type Rng, shuffle } from "../../core/rng";
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
import { adasyn } from "../../resample/adasyn";
import { borderlineSmote } from "../../resample/borderline-smote";
import { editedNeighbours, tomekLinks } from "../../resample/cleaning";
import { kmeansSmote } from "../../resample/kmeans-smote";
import {
  condensedNeighbours,
  nearMiss,
  neighbourhoodCleaning,
  oneSidedSelection,
} from "../../resample/prototypes";
import { randomUnderSampling } from "../../resample/random-sampling";
import { smote } from "../../resample/smote";
import { smoteN } from "../../resample/smote-n";
import { smoteNc } from "../../resample/smote-nc";
import { svmSmote } from "../../resample/svm-smote";
import { gridOf, snap } from "../../synthesis/structure/grids";
import { freshKeys, keyPlanOf } from "../../synthesis/structure/keys";

export interface ResampleOptions {
  /** A name of `resamplingMethods`. */
  readonly method: string;
  /** Rows of each smaller class per row of the largest afterwards; in (0, 1]. @default 1 */
  readonly ratio?: number;
  /** Neighbours asked; defaults to what the method takes. */
  readonly neighbours?: number;
  /** Columns that no distance looks at. New rows have nothing there. */
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

type Counts = { readonly counts: readonly [number, number] };
type Sizes = { readonly neighbours?: number };

/** Methods that make rows of numbers, from a class against all others. */
const makers: Readonly<Record<string, (options: Counts & Sizes) => Resample>> = {
  smote,
  "borderline-smote": borderlineSmote,
  "svm-smote": svmSmote,
  "kmeans-smote": kmeansSmote,
  adasyn,
};
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
 * The rows with their classes balanced. Given rows stay as they are, new ones come after them: numbers in their column's
 * decimals, levels of their neighbours, fresh identifiers. Numbers are standardised for distances; those that are missing
 * count as the median where rows are only removed, and are an error where rows are made.
 */
export function resampleTable(
  from: Table,
  target: string,
  options: ResampleOptions,
  rng: Rng,
): ResampledTable {
  const action = `resample by ${options.method}`;
  const { method, ratio = 1 } = options;
  check(
    resamplingMethods.includes(method),
    "resample",
    `the method must be one of ${resamplingMethods.join(", ")}`,
    method,
  );
  const before = classesOf(from, target, action);
  const remarks: string[] = [];
  let out = from;
  if (method === "random-over" || method in makers || method in combined) {
    const name = method in combined ? "smote" : method;
    out = stacked(from, madeRows(from, before, { ...options, target, method: name, ratio }, rng, remarks));
  }
  const cleaner = combined[method]?.() ?? removers[method]?.({ ...options, ...(ratio < 1 && { ratio }) });
  if (cleaner)
    out = cleaned(out, target, { ...options, clean: cleaner, pairs: pairwise.includes(method) }, rng);
  const after = classesOf(out, target, action);
  const classes = before.names.map((name, c) => ({
    name,
    before: before.rows[c].length,
    after: after.rows[after.names.indexOf(name)]?.length ?? 0,
  }));
  return { table: out, classes, remarks };
}

interface Classes {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
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

/** Methods that ask so many neighbours of a row's own class, unless told otherwise. */
const amongOwn: readonly string[] = ["smote", "svm-smote", "adasyn"];
const usualNeighbours = 5;

/** The rows to add to each class. */
function madeRows(
  from: Table,
  { names, rows }: Classes,
  { target, ratio, ...options }: ResampleOptions & { readonly target: string; readonly ratio: number },
  rng: Rng,
  remarks: string[],
): Table {
  const largest = Math.max(...rows.map((own) => own.length));
  const drop = options.drop ?? [];
  const used = from.columns.filter(
    ({ name, type }) =>
      name !== target && type !== "id" && type !== "text" && type !== "date" && !drop.includes(name),
  );
  const empty = from.columns.filter(
    (column) => column.name !== target && column.type !== "id" && !used.includes(column),
  );
  const parents: number[] = [];
  const made: Float64Array[][] = [];
  const codes: string[] = [];
  const scales = used.map(scaleOf);
  // A row without all its numbers lies nowhere in particular: new rows have other parents.
  const numbers = used.filter((one) => one.type === "numeric");
  const whole = Array.from({ length: from.rows }, (_, i) => i).filter((i) =>
    numbers.every((number) => !Number.isNaN(number.values[i])),
  );
  if (options.method !== "random-over" && whole.length < from.rows)
    remarks.push(
      `${from.rows - whole.length} rows that lack a number are no parents of new rows (${numbers
        .filter((number) => number.values.some(Number.isNaN))
        .map((number) => number.name)
        .join(", ")})`,
    );
  const x = takeRows(featureMatrix(from.rows, used, scales), whole);
  names.forEach((name, c) => {
    const wanted = Math.floor(ratio * largest);
    const missing = wanted - rows[c].length;
    if (missing <= 0) return;
    const stream = rng.fork(name);
    if (options.method === "random-over") {
      for (let n = 0; n < missing; n++) parents.push(rows[c][integer(stream, rows[c].length)]);
      return;
    }
    const mine = new Set(rows[c]);
    const y = Float64Array.from(whole, (i) => (mine.has(i) ? 1 : 0));
    const { neighbours } = options;
    const [least, own] = [neighbours ?? usualNeighbours, y.reduce((sum, label) => sum + label, 0)];
    check(
      own > least || !amongOwn.includes(options.method),
      `resample by ${options.method}`,
      `class ${JSON.stringify(name)} must have more rows with all numbers than neighbours are asked, ${least}: ask fewer (neighbours), or copy rows (random-over)`,
      own,
    );
    const parts = madeWithin({ x, y }, missing, { maker: makerOf(options.method, used), neighbours }, stream);
    if (parts.length > 1)
      remarks.push(
        `neighbours of ${name} were looked for within ${parts.length} random parts of the ${whole.length} rows, not among all: their time would grow with the square of the rows`,
      );
    made.push(...parts);
    const count = parts.reduce((sum, [first]) => sum + (first?.length ?? 0), 0);
    if (count < missing / 2)
      remarks.push(
        `${count} of ${missing} rows were made for ${name}: too few of its rows have a neighbour of another class for ${options.method}`,
      );
    for (let i = 0; i < count; i++) codes.push(name);
  });
  if (options.method === "random-over") return renamed(takeTableRows(from, parents), from, rng);
  if (empty.length > 0 && codes.length > 0)
    remarks.push(
      `new rows have nothing in ${empty.map((one) => one.name).join(", ")}: no row could be made from it`,
    );
  const targetColumn = columnNamed(from, target);
  const columns = from.columns.map((column): Column => {
    const j = used.indexOf(column);
    if (j >= 0) return filled(column, joined(made.map((part) => part[j])), scales[j]);
    return column === targetColumn
      ? withTexts(column, codes)
      : withTexts(column, new Array<string>(codes.length).fill(""));
  });
  return renamed(table(columns), from, rng);
}

/** Rows among which neighbours are looked for at most, and of the class at least. */
const [mostTogether, leastOwn] = [100_000, 1000];

/** The columns of the rows to add to the class of 1, made within each of some random parts of the rows. */
function madeWithin(
  rows: Labelled,
  missing: number,
  {
    maker,
    neighbours,
  }: { readonly maker: (options: Counts & Sizes) => Resample; readonly neighbours?: number },
  rng: Rng,
): Float64Array[][] {
  const parts = partsOf(rows.y, Math.max(leastOwn, 10 * (neighbours ?? 0)), rng);
  return parts.map((part, k) => {
    const given = parts.length > 1 ? takeLabelled(rows, part) : rows;
    const share = Math.floor(((k + 1) * missing) / parts.length) - Math.floor((k * missing) / parts.length);
    const own = given.y.reduce((sum, label) => sum + label, 0);
    const counts = [given.y.length - own, own + share] as const;
    const stream = parts.length > 1 ? rng.fork(`part ${k}`) : rng;
    const { x } = maker({ counts, ...(neighbours && { neighbours }) })(given, stream);
    return Array.from({ length: x.columns }, (_, j) => column(x, j).slice(given.x.rows));
  });
}

/** The rows in random parts with alike shares of the class (1 in `y`); all in one where they are not too many for that. */
function partsOf(y: Float64Array, least: number, rng: Rng): Int32Array[] {
  const own = y.reduce((sum, label) => sum + label, 0);
  const count = Math.max(1, Math.min(Math.ceil(y.length / mostTogether), Math.floor(own / least)));
  const parts = Array.from({ length: count }, (): number[] => []);
  const drawn = rng.fork("parts");
  for (const label of [0, 1]) {
    const rows = shuffle(
      drawn,
      Array.from(y.keys()).filter((i) => y[i] === label),
    );
    rows.forEach((i, k) => {
      parts[k % count].push(i);
    });
  }
  return parts.map((rows) => Int32Array.from(rows).sort());
}

/** SMOTE in the form that the columns need. */
function makerOf(method: string, used: readonly Column[]): (options: Counts & Sizes) => Resample {
  const levels = used.filter(isCategorical);
  if (levels.length === 0) return makers[method];
  const rule = `columns must be numbers: ${levels[0].name} holds levels (smote takes them; --drop leaves them out)`;
  check(method === "smote", `resample by ${method}`, rule);
  return levels.length === used.length ? smoteN : smoteNc;
}

interface Scale {
  readonly centre: number;
  readonly width: number;
}

function scaleOf(one: Column): Scale {
  if (one.type !== "numeric") return { centre: 0, width: 1 };
  const present = one.values.filter((value) => !Number.isNaN(value));
  const width = present.length > 1 ? standardDeviation(present) : 0;
  return { centre: present.length > 0 ? mean(present) : 0, width: width > 0 ? width : 1 };
}

function featureMatrix(rows: number, used: readonly Column[], scales: readonly Scale[]): Matrix {
  const values = new Float64Array(rows * used.length);
  used.forEach((one, j) => {
    const { centre, width } = scales[j];
    if (isCategorical(one))
      for (let i = 0; i < rows; i++) values[j * rows + i] = one.codes[i] < 0 ? Number.NaN : one.codes[i];
    else if (one.type === "numeric")
      for (let i = 0; i < rows; i++) values[j * rows + i] = (one.values[i] - centre) / width;
  });
  const features = used.map((one) =>
    isCategorical(one) ? { name: one.name, levels: one.levels } : { name: one.name },
  );
  return matrix(rows, used.length, values, features);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => Array.from(part)));
}

/** A column of new values, written as the given one is. */
function filled(one: Column, values: Float64Array, { centre, width }: Scale): Column {
  if (isCategorical(one))
    return { ...one, codes: Int32Array.from(values, (code) => (Number.isNaN(code) ? -1 : code)) };
  if (one.type !== "numeric") return one;
  const grid = gridOf(one.values);
  return { ...one, values: values.map((value) => snap(value * width + centre, grid)) };
}

/** A column of the given texts, of the type of the given column. */
function withTexts(one: Column, texts: readonly string[]): Column {
  if (isCategorical(one))
    return { ...one, codes: Int32Array.from(texts, (text) => one.levels.indexOf(text)) };
  if (one.type !== "numeric") return { ...one, values: texts };
  const known = new Map(Array.from(one.values, (value, i) => [cellText(one, i), value]));
  return { ...one, values: Float64Array.from(texts, (text) => known.get(text) ?? Number.NaN) };
}

/** New rows with identifiers of their own. */
function renamed(made: Table, from: Table, rng: Rng): Table {
  return table(
    made.columns.map((column) => {
      if (column.type !== "id") return column;
      const known = (columnNamed(from, column.name) as typeof column).values;
      return {
        ...column,
        values: freshKeys(keyPlanOf(known, rng.fork(`keys ${column.name}`)), 0, made.rows),
      };
    }),
  );
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
