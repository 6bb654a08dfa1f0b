import type { Watch } from "../../core/model";
import { placesWhere } from "../../core/places";
import { defaultThreads, mapThreads, type Task, task } from "../../core/pool";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { treeRows } from "../drawing/grow-tree";
import { allowedBits, allows, wordCount } from "../drawing/masks";
import { featuresOf, type TreeColumn, type TreeFeature } from "../drawing/trees";
import { type CellModel, type CellRows, fitCells, mostBoosted } from "./cells";
import { mostChoosing, mostSpreading } from "./folds";
import type { Frame } from "./frame";
import { type LogitRows, partOf } from "./logit";
import { fitNumber, type NumberModel, type NumberRows } from "./numbers";
import { type NormalScale, normalScale } from "./scales/normal-scale";
import { fitRelative } from "./scales/relative";
import type { EncodedTerm } from "./terms/terms";

/** How one variable is drawn, given those before it. */
export interface Conditional {
  /** Absent when there is only one cell. */
  readonly cells?: CellModel;
  /** The values of a number in its cell "other". */
  readonly number?: NumberModel;
}

/** Below this many rows × variables a thread costs more than it brings. */
const fewCells = 30_000;

export interface FitConditionalsOptions extends Watch {
  /** Defaults to the processors there are. */
  readonly threads?: number | undefined;
  /** Variables of which nothing is learnt, since they are never drawn; none by default. */
  readonly skip?: (name: string) => boolean;
  /** The numbers of which one may be a multiple; none by default. */
  readonly bases?: (name: string) => readonly string[];
}

/**
 * The conditionals of all variables, each given those before it, on several threads where that pays. Rows must come in
 * random order.
 */
export async function fitConditionals(
  frame: Frame,
  drawn: readonly DrawnVariable[],
  parents: readonly (readonly number[])[],
  { threads = defaultThreads(), skip = () => false, bases = () => [], ...watch }: FitConditionalsOptions = {},
): Promise<readonly Conditional[]> {
  const learnt = [...frame.variables.keys()].filter((j) => !skip(frame.variables[j].name));
  const count = learnt.length;
  const features = frame.variables.flatMap((_, j) =>
    featuresOf(frame.cells[j], frame.counts[j], frame.values[j], j),
  );
  const parallel = frame.rows * count < fewCells ? 1 : threads;
  let done = 0;
  const report = (): void => watch.progress?.({ phase: "fit", done: ++done, total: count });
  const basesOf = (j: number): readonly number[] => {
    const names = bases(frame.variables[j].name);
    return parents[j].filter((k) => names.includes(frame.variables[k].name));
  };
  const placed = (fitted: readonly Conditional[]): Conditional[] => {
    const out = frame.variables.map((): Conditional => ({}));
    fitted.forEach((one, k) => {
      out[learnt[k]] = one;
    });
    return out;
  };
  if (parallel === 1) {
    const out = placed([]);
    for (const j of learnt) {
      watch.signal?.throwIfAborted();
      out[j] = fitColumn.run({
        frame,
        features,
        drawn,
        parents: parents[j],
        bases: basesOf(j),
        j,
      }) as Conditional;
      report();
      // A stop signal gets its turn only when the loop lets go.
      await new Promise((next) => setImmediate(next));
    }
    return out;
  }
  const shared = sharedFrame(frame, features);
  // Late variables have the most to look at and come first, so that no thread is left with a long one at the end.
  const inputs = learnt
    .toReversed()
    .map((j) => ({ ...shared, drawn, parents: parents[j], bases: basesOf(j), j }));
  const options = { finished: report, ...(watch.signal && { signal: watch.signal }) };
  return placed((await mapThreads(fitColumn, inputs, parallel, options)).reverse());
}

interface ColumnFit {
  readonly frame: Frame;
  readonly features: readonly TreeFeature[];
  readonly drawn: readonly DrawnVariable[];
  readonly parents: readonly number[];
  /** Those of them of which it may be a multiple. */
  readonly bases: readonly number[];
  readonly j: number;
}

/** The task that fits one variable's conditional. */
export const fitColumn: Task<ColumnFit, Conditional> = task(
  "synthesis/sequential/conditionals",
  "fitColumn",
  (fit: ColumnFit) =>
    fitConditional({
      ...fit,
      features: fit.features.filter((feature) => fit.parents.includes(feature.variable)),
    }),
);

/** The same rows in memory that threads share, so that nothing is copied from task to task. */
function sharedFrame(
  frame: Frame,
  features: readonly TreeFeature[],
): { frame: Frame; features: readonly TreeFeature[] } {
  const variables = frame.variables.map((variable): Frame["variables"][number] =>
    variable.kind === "levels"
      ? { ...variable, codes: shared(variable.codes) }
      : { ...variable, values: shared(variable.values) },
  );
  return {
    frame: {
      ...frame,
      variables,
      cells: frame.cells.map(shared),
      values: variables.map((variable) => (variable.kind === "number" ? variable.values : undefined)),
      encoded: frame.encoded.map((own) =>
        own.map(({ at, share }) => (share ? { at: shared(at), share: shared(share) } : { at: shared(at) })),
      ),
    },
    features: features.map((feature) => ({ ...feature, bins: shared(feature.bins) })),
  };
}

function shared<T extends Int32Array | Float64Array | Uint16Array | Uint8Array>(values: T): T {
  const make = values.constructor as new (buffer: SharedArrayBuffer) => T;
  const out = new make(new SharedArrayBuffer(values.byteLength));
  out.set(values);
  return out;
}

function fitConditional({ frame, features, drawn, parents, bases, j }: ColumnFit): Conditional {
  const plans = parents.flatMap((k) => frame.plans[k]);
  const cells =
    frame.counts[j] > 1
      ? { cells: fitCells(cellRows(frame, j, drawn[j].seen, parents, features), plans) }
      : {};
  const one = frame.variables[j];
  if (one.kind === "levels") return cells;
  const known = placesWhere(
    frame.rows,
    (i) => frame.cells[j][i] === one.atoms.length && !Number.isNaN(one.values[i]) && isOwn(frame, j, i),
  );
  if (known.length === 0) return cells;
  const values = taken(one.values, known, new Float64Array(known.length));
  const rows = known.subarray(0, mostSpreading);
  const dataOf = (at: Int32Array, own: Float64Array, scale: NormalScale): NumberRows => ({
    rows: at.length,
    values: own,
    scale,
    terms: compactTerms(frame, parents, at),
    tree: treeRows(features, at.length, at),
    columns: compactColumns(frame, j, parents, at),
  });
  const data = dataOf(rows, values.subarray(0, rows.length), normalScale(values, one));
  const model = fitNumber(data, plans);
  if (bases.length === 0) return { ...cells, number: model };
  const numbers = bases.flatMap((variable) => {
    const base = frame.values[variable];
    return base ? [{ variable, values: base }] : [];
  });
  const levels = parents.flatMap((variable) =>
    frame.values[variable] ? [] : [{ variable, cells: frame.cells[variable], count: frame.counts[variable] }],
  );
  const relative = fitRelative(plans, { model, data, rows, dataOf }, numbers, levels);
  return { ...cells, number: { ...model, ...(relative.length > 0 && { relative }) } };
}

/** Whether the variable's value is its own in the row, and not that of another column, as the variable before it says. */
function isOwn({ variables, cells }: Frame, j: number, i: number): boolean {
  const one = variables[j];
  return one.kind === "levels" || !one.repeats || cells[j - 1][i] === 0;
}

/** The rows in which more than one cell is possible: only they teach something about the cells. */
function cellRows(
  frame: Frame,
  j: number,
  observed: readonly number[],
  parents: readonly number[],
  features: readonly TreeFeature[],
): CellRows {
  const own = frame.cells[j];
  const count = frame.counts[j];
  const words = wordCount(count);
  const bits = allowedBits(frame.masks[j], frame.cells, count, frame.rows);
  const choices = (i: number): number =>
    observed.reduce((n, cell) => n + (allows(bits, words, i, cell) ? 1 : 0), 0);
  // Filled cells may contradict a rule where the known ones leave nothing: such a row would teach the impossible.
  const teaches = (i: number): boolean => allows(bits, words, i, own[i]) && choices(i) > 1;
  const rows = placesWhere(
    frame.rows,
    (i) => own[i] >= 0 && isOwn(frame, j, i) && (bits === undefined || teaches(i)),
  );
  const used = new Int32Array(count);
  for (const i of rows) used[own[i]]++;
  const classes = observed.filter((cell) => used[cell] > 0);
  const place = new Int32Array(count).fill(-1);
  classes.forEach((cell, c) => {
    place[cell] = c;
  });
  const data: LogitRows = {
    rows: rows.length,
    terms: compactTerms(frame, parents, rows),
    classes: Int32Array.from(rows, (i) => place[own[i]]),
    ...patternsOf(bits, words, rows, classes),
  };
  const few = rows.subarray(0, mostChoosing);
  const choosing = {
    ...(few.length === data.rows ? data : partOf(data, [0, few.length])),
    ...(classes.length > 1 && classes.length <= mostBoosted
      ? { tree: treeRows(features, few.length, few), columns: compactColumns(frame, j, parents, few) }
      : { tree: treeRows([], few.length), columns: [] }),
  };
  return { data, choosing, classes, target: j === frame.variables.length - 1 };
}

/** Which classes each row may have, as a number into a short list; no list when every row may have all of them. */
function patternsOf(
  bits: Int32Array | undefined,
  words: number,
  rows: Int32Array,
  classes: readonly number[],
): Pick<LogitRows, "pattern" | "patterns"> {
  if (!bits) return { patterns: [] };
  const places = new Map<string | number, number>();
  const patterns: Uint8Array[] = [];
  const pattern = Uint16Array.from(rows, (i) => {
    const key = words === 1 ? bits[i] : bits.subarray(i * words, (i + 1) * words).join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, patterns.length);
    patterns.push(Uint8Array.from(classes, (cell) => (allows(bits, words, i, cell) ? 1 : 0)));
    return patterns.length - 1;
  });
  return patterns.every((pattern) => pattern.every((allowed) => allowed === 1))
    ? { patterns: [] }
    : { pattern, patterns };
}

function compactColumns(
  frame: Frame,
  j: number,
  parents: readonly number[],
  rows: Int32Array,
): readonly TreeColumn[] {
  return frame.variables.slice(0, j).map((_, k) => {
    // Trees ask about parents alone.
    if (!parents.includes(k)) return { cells: new Int32Array(0) };
    const values = frame.values[k];
    if (rows.length === frame.rows)
      return values ? { cells: frame.cells[k], values } : { cells: frame.cells[k] };
    const cells = taken(frame.cells[k], rows, new Int32Array(rows.length));
    return values ? { cells, values: taken(values, rows, new Float64Array(rows.length)) } : { cells };
  });
}

function compactTerms(frame: Frame, parents: readonly number[], rows: Int32Array): readonly EncodedTerm[] {
  const all = parents.flatMap((k) => frame.encoded[k]);
  if (rows.length === frame.rows) return all;
  return all.map(({ at, share }) => {
    const places = taken(at, rows, new Uint16Array(rows.length));
    return share ? { at: places, share: taken(share, rows, new Float64Array(rows.length)) } : { at: places };
  });
}

function taken<T extends { [i: number]: number }>(from: T, rows: Int32Array, out: T): T {
  for (let r = 0; r < rows.length; r++) out[r] = from[rows[r]];
  return out;
}
