import { check } from "../../core/checks";
import { type Labelled, type Matrix, matrix } from "../../core/matrix";
import type { Resample } from "../../core/model";
import type { Rng } from "../../core/rng";
import { evenly, type RowSource } from "../../data/even-rows";
import { checkHeld } from "../../data/read/check-room";
import {
  type Column,
  cellText,
  columnNamed,
  isCategorical,
  type Table,
  table,
  takeTableRows,
} from "../../data/table";
import { PackedTable, packedBytes } from "../../data/tally/packed-table";
import { encode } from "../../features/encode";
import { type CleaningOptions, editedNeighbours, tomekLinks } from "../../resample/cleaning";
import {
  condensedNeighbours,
  nearMiss,
  neighbourhoodCleaning,
  oneSidedSelection,
} from "../../resample/prototypes";
import { type ClassCount, type Classes, classesOf } from "./classes";
import { droppedRemarks, emptyCells } from "./dropped";
import { makers, rowMaker } from "./make-rows";
import { NotKept, withTogether } from "./not-kept";
import { inParts } from "./parts";
import { rulesOf, type TableRules } from "./within-rules";

export interface ResampleOptions {
  /** A name of `resamplingMethods`. */
  readonly method: string;
  /** Rows of each smaller class per row of the largest afterwards; in (0, 1]. @default 1 */
  readonly ratio?: number;
  /** Neighbours asked; defaults to what the method takes. */
  readonly neighbours?: number;
  /** Columns that no distance and no rule looks at. New rows have nothing there. */
  readonly drop?: readonly string[];
  /** Rows that a method which removes rows compares with all others at most; more are compared within random parts, two fifths of that each. @default 250000 */
  readonly compared?: number;
}

type RemoverOptions = CleaningOptions & { readonly ratio?: number; readonly neighbours?: number };

/** Methods that remove rows of all classes but the smallest. */
const removers: Readonly<Record<string, (options: RemoverOptions) => Resample>> = {
  "near-miss": ({ remove: _, ...options }) => nearMiss(options),
  "condensed-neighbours": () => condensedNeighbours(),
  "one-sided-selection": () => oneSidedSelection(),
  "neighbourhood-cleaning": ({ neighbours }) => neighbourhoodCleaning(neighbours ? { neighbours } : {}),
  "tomek-links": ({ remove }) => tomekLinks(remove ? { remove } : {}),
  "edited-neighbours": ({ ratio: _, ...options }) => editedNeighbours(options),
};
/** Those that hold each class against all others; the rest hold it against the smallest. */
const againstAll = ["tomek-links", "edited-neighbours"];
/** SMOTE, then rows of any class removed. */
const combined: Readonly<Record<string, string>> = {
  "smote-tomek": "tomek-links",
  "smote-enn": "edited-neighbours",
};

/** Those whose time grows with the square of the rows, whatever is done, and of how many rows they are asked at most. */
const squared = ["svm-smote", "condensed-neighbours"];
const mostSquared = 1_000_000;
/** Rows in a part for each that may be compared with all others, and rows of the smallest class in each part at least. */
const [partSize, leastOwn] = [0.4, 10];

/** The names of all methods that look at what rows hold. */
export const tableMethods: readonly string[] = [
  ...Object.keys(makers),
  ...Object.keys(removers),
  ...Object.keys(combined),
];

/** What became of a table's classes. */
export interface Resampled {
  readonly classes: readonly ClassCount[];
  /** What a person should know of the rows. */
  readonly remarks: readonly string[];
}

/**
 * Writes the rows with their classes balanced, block by block. Given rows stay as they are, in their order; new ones come
 * after them and lie between two of them (`rowsWithin`). Numbers are standardised for distances; a missing one counts as the mean
 * where rows are made, as the median where they are removed, without looking at dates. All columns but those that are dropped are held,
 * where rows are only removed no texts.
 */
export async function resampleRows(
  source: RowSource,
  target: string,
  options: ResampleOptions,
  rng: Rng,
  write: (rows: Table) => void,
): Promise<Resampled> {
  const action = `resample by ${options.method}`;
  const { method, ratio = 1, drop = [] } = options;
  const like = source.columns.map(({ column }) => column);
  for (const name of [target, ...drop]) columnNamed({ rows: source.kept, columns: like }, name);
  check(!drop.includes(target), action, "the target must not be dropped", target);
  const makes = method in makers || method in combined;
  const by = combined[method] ?? method;
  const cleaner = by in removers;
  check(
    !squared.includes(method) || source.kept <= mostSquared,
    action,
    `the table must have at most ${mostSquared} rows, for its time grows with their square (random-under first, or another method)`,
    source.kept,
  );
  // Methods that remove rows look at no text.
  const isSeen = (one: Column): boolean => one.name === target || !["id", "text"].includes(one.type);
  const used = like.filter((one) => !drop.includes(one.name) && (makes || isSeen(one)));
  checkHeld(
    action,
    source.kept * used.reduce((sum, one) => sum + packedBytes(one), 0),
    "--drop columns that need not be looked at, random-under or random-over, or a part of the rows",
  );
  const held = new PackedTable(used, source.kept);
  // Where all given rows stay they are written on the way.
  for await (const block of source.batches(makes ? undefined : held.names)) {
    held.add(block);
    if (!cleaner) write(block);
  }
  const before = classesOf(held.column(target), action);
  const asked = { ...options, method: method in combined ? "smote" : method, ratio, like };
  const rules = makes ? rulesOf(held, target, rng.fork("rules")) : undefined;
  const whole = rules && (await withTogether(held, rules, before, ratio, rng.fork("together")));
  const made = whole && newRows(held, whole, before, asked, rng);
  const kept = whole && new NotKept(held, whole, before, ratio);
  const torn = async (): Promise<readonly string[]> => (await kept?.remarks(rng.fork("not kept"))) ?? [];
  if (!cleaner) {
    const count = before.rows.map((own) => own.length);
    const remarks = made?.((rows) => {
      write(rows);
      kept?.add(rows);
      const grown = columnNamed(rows, target);
      for (let i = 0; i < rows.rows; i++) count[before.names.indexOf(cellText(grown, i))]++;
    });
    return { classes: countsOf(before, (c) => count[c]), remarks: [...(remarks ?? []), ...(await torn())] };
  }
  const remarks =
    made?.((rows) => {
      kept?.add(rows);
      held.add(rows);
    }) ?? [];
  const { neighbours } = makes ? {} : options;
  const sizes = { ...(ratio < 1 && !makes && { ratio }), ...(neighbours && { neighbours }) };
  const clean = (remove: CleaningOptions["remove"]): Resample =>
    removers[by]({ ...sizes, ...(remove && { remove }) });
  const cleaning = { ...options, target, clean, all: againstAll.includes(by), both: makes };
  const { stays, names, rows, remarks: said } = rowsThatStay(held, cleaning, rng);
  let at = 0;
  const writeLeft = (block: Table): void => {
    const places = evenly(block.rows, block.rows).filter((i) => stays[at + i] === 1);
    at += block.rows;
    if (places.length > 0) write(takeTableRows(block, places));
  };
  for await (const block of source.batches()) writeLeft(block);
  made?.(writeLeft);
  const left = (name: string): number => rows[names.indexOf(name)].reduce((sum, i) => sum + stays[i], 0);
  return {
    classes: countsOf(before, (c) => left(before.names[c])),
    remarks: [...remarks, ...said, ...(await torn())],
  };
}

function countsOf({ names, rows }: Classes, after: (c: number) => number): readonly ClassCount[] {
  return names.map((name, c) => ({ name, before: rows[c].length, after: after(c) }));
}

/** Gives the new rows block by block, the same whenever it is called, and returns what a person should know of them. */
function newRows(
  held: PackedTable,
  rules: TableRules,
  classes: Classes,
  options: ResampleOptions & { ratio: number; like: readonly Column[] },
  rng: Rng,
) {
  const { drop = [], like } = options;
  const make = rowMaker(held, rules, classes, options, rng);
  return (use: (rows: Table) => void): readonly string[] => {
    let count = 0;
    const told = make((rows) => {
      const own = new Map(rows.columns.map((one) => [one.name, one]));
      use(table(like.map((one) => own.get(one.name) ?? emptyCells(one, rows.rows))));
      count += rows.rows;
    });
    return count > 0 ? [...told, ...droppedRemarks(drop)] : told;
  };
}

interface Cleaning extends Pick<ResampleOptions, "method" | "compared"> {
  readonly target: string;
  readonly clean: (remove: CleaningOptions["remove"]) => Resample;
  /** Whether each of several classes is held against all others, not the smallest alone. */
  readonly all: boolean;
  /** Whether the smallest class loses rows, too. */
  readonly both: boolean;
}

/** The classes of all rows, and 1 for each row that a method keeps. */
function rowsThatStay(
  from: PackedTable,
  { target, clean, all: whole, both, method, compared = 250_000 }: Cleaning,
  rng: Rng,
) {
  const action = `resample by ${method}`;
  const { names, rows } = classesOf(from.column(target), action);
  const featuresOf = featuresFrom(
    from,
    from.names.filter((name) => name !== target),
    action,
  );
  const smallest = rows.reduce((best, own, c) => (own.length < rows[best].length ? c : best), 0);
  const stays = new Uint8Array(from.rows);
  for (const i of rows[smallest]) stays[i] = 1;
  // Two classes are held against each other once.
  const each = whole && names.length > 2;
  const remover = clean(each ? "zeros" : both ? "both" : undefined);
  const remarks = rows.flatMap((own, c) => {
    if (c === smallest && !(each && both)) return [];
    const all = each ? evenly(from.rows, from.rows) : new Int32Array(own.length + rows[smallest].length);
    if (!each) {
      all.set(own);
      all.set(rows[smallest], own.length);
      all.sort();
    }
    const larger = new Uint8Array(from.rows);
    for (const i of own) larger[i] = 1;
    const y = Float64Array.from({ length: all.length }, (_, k) => 1 - larger[all[k]]);
    const most = all.length > compared ? partSize * compared : all.length;
    const needed = Math.ceil(all.length / most);
    const few = each && own.length < all.length - own.length ? c : smallest;
    check(
      rows[few].length >= needed * leastOwn,
      action,
      `class ${JSON.stringify(names[few])} must have ${leastOwn} rows in each of ${needed} parts (random-under first)`,
      rows[few].length,
    );
    const parts = inParts(y, 1, most, rng.fork(names[c]));
    for (const { rows: places, rng: drawn } of parts) {
      const part = places.map((k) => all[k]);
      const given = {
        x: featuresOf(part),
        y: Float64Array.from({ length: part.length }, (_, k) => y[places[k]]),
        // Weights carry the rows' numbers through.
        weights: Float64Array.from({ length: part.length }, (_, k) => part[k] + 1),
      };
      const left = (remover(given, drawn) as Labelled).weights as Float64Array;
      const judged = (i: number): boolean => larger[i] === 1 || (both && !each);
      for (const i of part) if (judged(i)) stays[i] = 0;
      for (const number of left) if (judged(number - 1)) stays[number - 1] = 1;
    }
    return parts.length > 1
      ? [
          `rows of ${names[c]} were compared with others within ${parts.length} random parts of the ${all.length} rows, not with all: the time would grow with the square of the rows`,
        ]
      : [];
  });
  const dates = from.names.filter((name) => name !== target && from.column(name).type === "date");
  const unseen = dates.length > 0 ? [`rows were compared without their dates: ${dates.join(", ")}`] : [];
  return { stays, names, rows, remarks: [...remarks, ...unseen] };
}

/** The features of rows by their numbers: levels as one column each, numbers standardised over all rows. */
function featuresFrom(from: PackedTable, names: readonly string[], action: string) {
  const encoders = names.flatMap((name) => {
    const column = from.column(name);
    if (column.type !== "numeric" && !isCategorical(column)) return [];
    return [
      { name, ...encode({ categories: "one-hot", dropFirst: false, indicator: false })(table([column])) },
    ];
  });
  check(encoders.length > 0, action, "there must be a column of numbers or levels");
  const features = encoders.flatMap((one) => one.features);
  return (rows: Int32Array): Matrix => {
    const values = new Float64Array(rows.length * features.length);
    let at = 0;
    for (const { name, transform } of encoders) {
      const own = transform(from.take(rows, [name])).values;
      values.set(own, at);
      at += own.length;
    }
    return matrix(rows.length, features.length, values, features);
  };
}
