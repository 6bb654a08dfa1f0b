import type { Rng } from "../../core/rng";
import { type Bounds, boundsOf, inRanges, type RowRange } from "../drawing/bounds";
import { type Candidates, gatherCandidates, gathered, noCandidates } from "../drawing/candidates";
import type { DrawnVariable } from "../drawing/drawn-variable";
import { allowedBits, allows, type Mask, wordCount } from "../drawing/masks";
import { addCells } from "../drawing/restore-known";
import type { DrawnParts, Wishes } from "../drawing/wishes";
import { snap } from "../structure/grids";
import { cellOf } from "../structure/structure";
import type { CellDimension, Dimension, MissingDimension, ValueDimension } from "./dimensions";
import { drawNormal, everywhere, type Span, spanMass } from "./draw-dimension";
import { type CopulaScale, scoreEdge, valueAt } from "./scale";

/** Everything that drawing needs, variables in the order of drawing. */
export interface CopulaDraw extends DrawnParts {
  /** By variable. */
  readonly dimensions: readonly (readonly Dimension[])[];
  /** The lower Cholesky factor of the correlations, dimensions in the order of drawing; row-major. */
  readonly factor: Float64Array;
  readonly size: number;
  readonly masks: readonly (readonly Mask[])[];
  /**
   * Set while fitting: adjusts a dimension, before it is drawn, to the latent numbers that the rows would have. Rows
   * marked 1 are those that draw it.
   */
  readonly adjust?: <D extends Dimension>(
    dimension: D,
    latent: Float64Array,
    own: Uint8Array | undefined,
  ) => D;
}

/** Candidates with their latent numbers, made independent. */
export interface CopulaPool extends Candidates {
  readonly innovations: Float64Array[];
}

export function emptyCopulaPool(rows: number): CopulaPool {
  return { ...noCandidates(rows), innovations: [] };
}

export function gatherCopulaPools(pools: readonly CopulaPool[], indices: readonly Int32Array[]): CopulaPool {
  return {
    ...gatherCandidates(pools, indices),
    innovations: pools[0].innovations.map((_, d) =>
      gathered(pools, indices, Float64Array, (pool) => pool.innovations[d]),
    ),
  };
}

/** Draws the next variable for all rows, and multiplies their weights by the probability of its conditions. */
export function drawCopulaVariable(pool: CopulaPool, draw: CopulaDraw, wishes: Wishes, rng: Rng): void {
  const j = pool.cells.length;
  const variable = draw.variables[j];
  const { rows } = pool;
  const count = variable.labels.length;
  const words = wordCount(count);
  const bits = allowedBits(draw.masks[j], pool.cells, count, rows);
  const choice = bits && choiceOf(variable, bits, words, rows);
  const { forced, free } = choice ?? {};
  const may = bits && ((i: number, cell: number): boolean => free?.[i] === 1 || allows(bits, words, i, cell));
  if (variable.kind === "levels") {
    const [own] = draw.dimensions[j] as readonly CellDimension[];
    const dimension = settled(own, pool, draw, forced, rng);
    const wish = wishes.cells.get(j);
    const rules = bits && free && ruledPlaces(dimension, bits, words, free);
    const wished = wish && wishedPlaces(dimension, rows, wish, forced, rules);
    const cells = drawLevels(pool, draw, dimension, rules, wished, rng);
    for (let i = 0; i < rows; i++) {
      if (!forced || forced[i] < 0) continue;
      cells[i] = forced[i];
      if (wish && wish[forced[i]] === 0) pool.weights[i] = 0;
    }
    addCells(pool, draw, cells, undefined, wishes.columns.size > 0);
    return;
  }
  const { cells, values } = drawNumber(pool, draw, { one: variable, may, forced }, wishes, rng);
  addCells(pool, draw, cells, values, wishes.columns.size > 0);
}

/** What the bits leave each row of the cells seen in training. */
interface RowChoice {
  /** The only cell that is left, if it settles the value; else −1. */
  readonly forced: Int32Array;
  /** 1 for rows that are forced or that nothing is left: they draw their latent number freely. */
  readonly free: Uint8Array;
}

export function choiceOf(variable: DrawnVariable, bits: Int32Array, words: number, rows: number): RowChoice {
  const left = new Int32Array(rows);
  const forced = new Int32Array(rows).fill(-1);
  for (const cell of variable.seen) {
    const [word, bit] = [cell >> 5, cell & 31];
    for (let i = 0; i < rows; i++) {
      if (((bits[i * words + word] >>> bit) & 1) === 0) continue;
      left[i]++;
      forced[i] = cell;
    }
  }
  // "Other" values of a number are still to be drawn.
  const open = variable.kind === "number" ? variable.atoms.length : -1;
  const free = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    if (left[i] !== 1 || forced[i] === open) forced[i] = -1;
    if (forced[i] >= 0 || left[i] === 0) free[i] = 1;
  }
  return { forced, free };
}

function ruledPlaces(
  { cells }: CellDimension,
  bits: Int32Array,
  words: number,
  free: Uint8Array,
): readonly Uint8Array[] {
  return cells.map((cell) => {
    const [word, bit] = [cell >> 5, cell & 31];
    return free.map((own, i) => own | ((bits[i * words + word] >>> bit) & 1));
  });
}

function wishedPlaces(
  { cells }: CellDimension,
  rows: number,
  wish: Uint8Array,
  forced: Int32Array | undefined,
  rules: readonly Uint8Array[] | undefined,
): readonly Uint8Array[] {
  return cells.map((cell, k) => {
    const out = new Uint8Array(rows).fill(wish[cell]);
    for (let i = 0; i < rows; i++) {
      if (forced && forced[i] >= 0) out[i] = 1;
      if (rules) out[i] &= rules[k][i];
    }
    return out;
  });
}

/** The dimension as it is, or, while fitting, adjusted to what the rows of the pool would draw. */
function settled<D extends Dimension>(
  dimension: D,
  pool: CopulaPool,
  draw: CopulaDraw,
  forced: Int32Array | undefined,
  rng: Rng,
): D {
  if (!draw.adjust) return dimension;
  const { mean, deviation } = given(pool, draw);
  const latent = new Float64Array(pool.rows);
  drawNormal(mean, deviation, undefined, rng.fork("adjust"), latent);
  return draw.adjust(dimension, latent, forced && Uint8Array.from(forced, (cell) => (cell < 0 ? 1 : 0)));
}

type May = ((row: number, cell: number) => boolean) | undefined;

/** A dimension's distribution given those drawn before it. */
function given(pool: CopulaPool, draw: CopulaDraw): { mean: Float64Array; deviation: number } {
  const d = pool.innovations.length;
  const mean = new Float64Array(pool.rows);
  for (let k = 0; k < d; k++) {
    const weight = draw.factor[d * draw.size + k];
    if (weight === 0) continue;
    const own = pool.innovations[k];
    for (let i = 0; i < mean.length; i++) mean[i] += weight * own[i];
  }
  return { mean, deviation: draw.factor[d * draw.size + d] };
}

/** Draws the next dimension within `rules`, and within `wished` when there are conditions; keeps its innovation. */
function drawNext(
  pool: CopulaPool,
  draw: CopulaDraw,
  rules: readonly Span[] | undefined,
  wished: readonly Span[] | undefined,
  rng: Rng,
): Float64Array {
  const { mean, deviation } = given(pool, draw);
  const z = new Float64Array(pool.rows);
  const total = drawNormal(mean, deviation, wished ?? rules, rng, z);
  if (wished && total) weigh(pool, total, rules && spanMass(mean, deviation, rules));
  // The mean is needed no longer: its memory serves.
  for (let i = 0; i < z.length; i++) mean[i] = (z[i] - mean[i]) / deviation;
  pool.innovations.push(mean);
  return z;
}

/** Weighs each row by the probability of its conditions, given the rules. */
function weigh({ rows, weights }: CopulaPool, total: Float64Array, before: Float64Array | undefined): void {
  for (let i = 0; i < rows; i++) {
    const whole = before ? before[i] : 1;
    weights[i] *= whole > 0 ? Math.min(1, total[i] / whole) : total[i] > 0 ? 1 : 0;
  }
}

/** What each row may have of the places along a dimension. */
function placeSpans({ edges }: CellDimension, allowed: readonly Uint8Array[]): readonly Span[] {
  return allowed.map((own, k) => {
    const span = everywhere(edges[k - 1] ?? -Infinity, edges[k] ?? Infinity, own.length);
    for (let i = 0; i < own.length; i++) if (own[i] === 0) span.high[i] = -Infinity;
    return span;
  });
}

/** Draws levels at the places that each row may have, by what holds in the table and by what is asked for as well. */
function drawLevels(
  pool: CopulaPool,
  draw: CopulaDraw,
  dimension: CellDimension,
  rules: readonly Uint8Array[] | undefined,
  wished: readonly Uint8Array[] | undefined,
  rng: Rng,
): Int32Array {
  const { cells, edges } = dimension;
  const [byRules, byWishes] = [rules, wished].map((own) => own && placeSpans(dimension, own));
  const z = drawNext(pool, draw, byRules, byWishes, rng);
  const allowed = wished ?? rules;
  return Int32Array.from(z, (score, i) => {
    let k = 0;
    while (k < edges.length && score > edges[k]) k++;
    // A draw at the very edge of a forbidden cell belongs to its neighbour.
    if (allowed && allowed[k][i] === 0) k = nearest(k, cells.length, (at) => allowed[at][i] === 1);
    return cells[k];
  });
}

/** What is asked of the rows of a number: which cells they may have, the one that is settled, and conditions. */
interface NumberDraw {
  readonly one: DrawnVariable;
  readonly may: May;
  readonly forced: Int32Array | undefined;
  readonly bounds: Bounds;
}

function drawNumber(
  pool: CopulaPool,
  draw: CopulaDraw,
  { one, may, forced }: Omit<NumberDraw, "bounds">,
  wishes: Wishes,
  rng: Rng,
): { cells: Int32Array; values: Float64Array } {
  const { rows } = pool;
  const bounds = boundsOf(pool, draw, wishes.columns);
  const asked: NumberDraw = { one, may, forced, bounds };
  const dimensions = draw.dimensions[pool.cells.length];
  const presence = dimensions.find((dimension) => dimension.kind === "missing");
  const missing = presence && drawMissing(pool, draw, presence, asked, rng.fork("missing"));
  const valued = dimensions.find((dimension): dimension is ValueDimension => dimension.kind === "value");
  const values = valued
    ? drawValues(pool, draw, valued, { ...asked, missing }, rng.fork("value"))
    : new Float64Array(rows).fill(Number.NaN);
  const other = one.atoms.length;
  for (let i = 0; i < rows; i++) {
    if (!forced || forced[i] < 0) continue;
    values[i] = forced[i] < other ? one.atoms[forced[i]] : Number.NaN;
    if (bounds.wishes && !satisfied(bounds, i, values[i])) pool.weights[i] = 0;
  }
  const cells = new Int32Array(rows);
  for (let i = 0; i < rows; i++) cells[i] = Math.max(0, cellOf(one, values[i]));
  return { cells, values };
}

/** 1 for rows whose number is missing. */
function drawMissing(
  pool: CopulaPool,
  draw: CopulaDraw,
  presence: MissingDimension,
  { one, may, forced, bounds }: NumberDraw,
  rng: Rng,
): Uint8Array {
  const { rows } = pool;
  const gap = one.atoms.length + 1;
  const [edge] = settled(presence, pool, draw, forced, rng).edges;
  const both = (present: (i: number) => boolean, absent: (i: number) => boolean): readonly Span[] => {
    const spans = [everywhere(-Infinity, edge, rows), everywhere(edge, Infinity, rows)];
    for (let i = 0; i < rows; i++) {
      if (!present(i)) spans[0].high[i] = -Infinity;
      if (!absent(i)) spans[1].high[i] = -Infinity;
    }
    return spans;
  };
  const held = (i: number): boolean => forced !== undefined && forced[i] >= 0;
  const valued = (i: number): boolean => !may || one.seen.some((cell) => cell !== gap && may(i, cell));
  const empty = (i: number): boolean => !may || may(i, gap);
  const wanted = bounds.wishes !== undefined || !bounds.missing;
  const some = bounds.wishes === undefined || bounds.wishes.length > 0;
  const rules = may && both(valued, empty);
  const wished = wanted
    ? both(
        (i) => held(i) || (some && valued(i)),
        (i) => held(i) || (bounds.missing && empty(i)),
      )
    : undefined;
  const z = drawNext(pool, draw, rules, wished, rng);
  const missing = new Uint8Array(rows);
  for (let i = 0; i < rows; i++)
    missing[i] = forced && forced[i] >= 0 ? (forced[i] === gap ? 1 : 0) : z[i] > edge ? 1 : 0;
  return missing;
}

/** The numbers of the rows that have one; NaN where they are missing. */
function drawValues(
  pool: CopulaPool,
  draw: CopulaDraw,
  valued: ValueDimension,
  { one, may, forced, bounds, missing }: NumberDraw & { readonly missing: Uint8Array | undefined },
  rng: Rng,
): Float64Array {
  const { rows } = pool;
  const absent = new Int32Array(rows);
  for (let i = 0; i < rows; i++) absent[i] = missing?.[i] === 1 || (forced && forced[i] >= 0) ? 0 : -1;
  const { scale } = settled(valued, pool, draw, absent, rng);
  const base = may && one.atoms.length > 0 ? cellSpans(scale, one, may, rows) : undefined;
  const idle = absent.map((cell) => cell + 1);
  const rules = within(base, bounds.rules && rangeSpans(scale, bounds.rules, idle));
  const wished = bounds.wishes ? within(base, rangeSpans(scale, bounds.both ?? [], idle)) : undefined;
  const z = drawNext(pool, draw, rules, wished, rng);
  return Float64Array.from(z, (score, i) =>
    missing?.[i] === 1
      ? Number.NaN
      : Math.min(one.high, Math.max(one.low, snap(valueAt(scale, score), one.grid))),
  );
}

function satisfied(bounds: Bounds, i: number, value: number): boolean {
  if (Number.isNaN(value)) return bounds.missing;
  return inRanges(bounds.wishes ?? [], i, value);
}

/** The spans of the cells that a row may have: atoms by their flat spans, "other" by what lies between. */
function cellSpans(
  scale: CopulaScale,
  variable: DrawnVariable,
  may: NonNullable<May>,
  rows: number,
): readonly Span[] {
  const spans: Span[] = [];
  const add = (cell: number, low: number, high: number): void => {
    if (!(low < high)) return;
    const out = everywhere(low, high, rows);
    for (let i = 0; i < rows; i++) if (!may(i, cell)) out.high[i] = -Infinity;
    spans.push(out);
  };
  let at = -Infinity;
  variable.atoms.forEach((atom, cell) => {
    const [low, high] = [scoreEdge(scale, atom, false), scoreEdge(scale, atom, true)];
    add(variable.atoms.length, at, low);
    add(cell, low, high);
    at = high;
  });
  add(variable.atoms.length, at, Infinity);
  return spans;
}

/** Ranges of values as spans; rows without a value of their own (1 in `idle`) are free. */
function rangeSpans(scale: CopulaScale, ranges: readonly RowRange[], idle: Int32Array): readonly Span[] {
  const spans = ranges.map(({ low, high }) => ({
    low: low.map((value, i) => (idle[i] === 1 ? Infinity : scoreEdge(scale, value, false))),
    high: high.map((value, i) => (idle[i] === 1 ? -Infinity : scoreEdge(scale, value, true))),
  }));
  if (!idle.includes(1)) return spans;
  const free = everywhere(-Infinity, Infinity, idle.length);
  for (let i = 0; i < idle.length; i++) if (idle[i] === 0) free.high[i] = -Infinity;
  return [...spans, free];
}

function within(a: readonly Span[] | undefined, b: readonly Span[] | undefined): readonly Span[] | undefined {
  if (!a || !b) return a ?? b;
  return a.flatMap((span) =>
    b.map((other) => ({
      low: Float64Array.from(span.low, (value, i) => Math.max(value, other.low[i])),
      high: Float64Array.from(span.high, (value, i) => Math.min(value, other.high[i])),
    })),
  );
}

function nearest(k: number, count: number, fits: (at: number) => boolean): number {
  for (let step = 1; step < count; step++) {
    if (k - step >= 0 && fits(k - step)) return k - step;
    if (k + step < count && fits(k + step)) return k + step;
  }
  return k;
}
