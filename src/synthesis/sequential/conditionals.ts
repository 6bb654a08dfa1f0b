import type { Watch } from "../../core/model";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { allowedBits, allows, wordCount } from "../drawing/masks";
import { cellFeature, type TreeColumn, type TreeFeature, valueFeature } from "../drawing/trees";
import type { BoostRows } from "./boost";
import { type CellModel, fitCells } from "./cells";
import type { Frame } from "./frame";
import type { LogitRows } from "./logit";
import { fitNumber, type NumberModel } from "./numbers";
import type { EncodedTerm } from "./terms";

/** How one variable is drawn, given those before it. */
export interface Conditional {
  /** Absent when there is only one cell. */
  readonly cells?: CellModel;
  /** The values of a number in its cell "other". */
  readonly number?: NumberModel;
}

/** The conditionals of all variables, each given those before it. Rows must come in random order. */
export async function fitConditionals(
  frame: Frame,
  drawn: readonly DrawnVariable[],
  watch: Watch = {},
): Promise<readonly Conditional[]> {
  const out: Conditional[] = [];
  const features: TreeFeature[] = [];
  for (let j = 0; j < frame.variables.length; j++) {
    watch.signal?.throwIfAborted();
    out.push(fitConditional(frame, drawn, j, features));
    features.push(...featuresOf(frame, j));
    watch.progress?.({ phase: "fit", done: j + 1, total: frame.variables.length });
    await new Promise((next) => setImmediate(next));
  }
  return out;
}

function fitConditional(
  frame: Frame,
  drawn: readonly DrawnVariable[],
  j: number,
  features: readonly TreeFeature[],
): Conditional {
  const plans = frame.plans.slice(0, j).flat();
  const cells =
    frame.counts[j] > 1 ? { cells: fitCells(...cellRows(frame, j, drawn[j].seen, features)) } : {};
  const one = frame.variables[j];
  if (one.kind === "levels") return cells;
  const rows = rowsWhere(
    frame.rows,
    (i) => frame.cells[j][i] === one.atoms.length && !Number.isNaN(one.values[i]),
  );
  if (rows.length === 0) return cells;
  const number = fitNumber(
    {
      rows: rows.length,
      values: Float64Array.from(rows, (i) => one.values[i]),
      terms: compactTerms(frame, j, rows),
      features: compactFeatures(features, rows),
      columns: compactColumns(frame, j, rows),
    },
    plans,
  );
  return { ...cells, number };
}

/** The rows in which more than one cell is possible: only they teach something about the cells. */
function cellRows(
  frame: Frame,
  j: number,
  observed: readonly number[],
  features: readonly TreeFeature[],
): [BoostRows, Frame["plans"][number], readonly number[]] {
  const own = frame.cells[j];
  const count = frame.counts[j];
  const words = wordCount(count);
  const bits = allowedBits(frame.masks[j], frame.cells, count, frame.rows);
  const choices = (i: number): number =>
    observed.reduce((n, cell) => n + (allows(bits, words, i, cell) ? 1 : 0), 0);
  const rows = rowsWhere(frame.rows, (i) => own[i] >= 0 && (bits === undefined || choices(i) > 1));
  const used = new Int32Array(count);
  for (const i of rows) used[own[i]]++;
  const classes = observed.filter((cell) => used[cell] > 0);
  const place = new Int32Array(count).fill(-1);
  classes.forEach((cell, c) => {
    place[cell] = c;
  });
  const plans = frame.plans.slice(0, j).flat();
  const data = {
    rows: rows.length,
    terms: compactTerms(frame, j, rows),
    features: compactFeatures(features, rows),
    columns: compactColumns(frame, j, rows),
    classes: Int32Array.from(rows, (i) => place[own[i]]),
    ...patternsOf(bits, words, rows, classes),
  };
  return [data, plans, classes];
}

/** Which classes each row may have, as a number into a short list; no list when every row may have all of them. */
function patternsOf(
  bits: Int32Array | undefined,
  words: number,
  rows: Int32Array,
  classes: readonly number[],
): Pick<LogitRows, "pattern" | "patterns"> {
  if (!bits) return { patterns: [] };
  const places = new Map<string, number>();
  const patterns: Uint8Array[] = [];
  const pattern = Uint8Array.from(rows, (i) => {
    const key = bits.subarray(i * words, (i + 1) * words).join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, patterns.length);
    patterns.push(Uint8Array.from(classes, (cell) => (allows(bits, words, i, cell) ? 1 : 0)));
    return patterns.length - 1;
  });
  return patterns.every((one) => one.every((allowed) => allowed === 1))
    ? { patterns: [] }
    : { pattern, patterns };
}

function featuresOf(frame: Frame, j: number): TreeFeature[] {
  const values = frame.values[j];
  const cells = cellFeature(
    frame.cells[j].map((cell) => Math.max(cell, 0)),
    frame.counts[j],
    j,
  );
  const curve = values && valueFeature(values, j);
  return [...(cells ? [cells] : []), ...(curve ? [curve] : [])];
}

function compactFeatures(features: readonly TreeFeature[], rows: Int32Array): readonly TreeFeature[] {
  return features.map((one) =>
    one.bins.length === rows.length ? one : { ...one, bins: Uint8Array.from(rows, (i) => one.bins[i]) },
  );
}

function compactColumns(frame: Frame, j: number, rows: Int32Array): readonly TreeColumn[] {
  return frame.variables.slice(0, j).map((_, k) => {
    const values = frame.values[k];
    const cells = Int32Array.from(rows, (i) => frame.cells[k][i]);
    return values ? { cells, values: Float64Array.from(rows, (i) => values[i]) } : { cells };
  });
}

function compactTerms(frame: Frame, j: number, rows: Int32Array): readonly EncodedTerm[] {
  const all = frame.encoded.slice(0, j).flat();
  if (rows.length === frame.rows) return all;
  return all.map(({ at, share }) => ({
    at: Uint16Array.from(rows, (i) => at[i]),
    ...(share && { share: Float64Array.from(rows, (i) => share[i]) }),
  }));
}

function rowsWhere(rows: number, holds: (i: number) => boolean): Int32Array {
  const out = new Int32Array(rows);
  let n = 0;
  for (let i = 0; i < rows; i++) if (holds(i)) out[n++] = i;
  return out.slice(0, n);
}
