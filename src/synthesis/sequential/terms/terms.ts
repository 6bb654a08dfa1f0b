import { normalQuantile } from "../../../core/math/normal-distribution";
import { countBelow, countUpTo, interpolate } from "../../../core/math/sorted";
import { codeCounts, quantileSorted } from "../../../core/math/statistics";
import {
  type LevelsVariable,
  missingLabel,
  type NumberVariable,
  type Variable,
} from "../../structure/structure";
import { repeatedIn } from "../../structure/support";

/**
 * How a drawn variable enters the conditionals of later ones: one effect per cell, and for numbers a piecewise linear
 * function of the value. In both cases an effect is read from a small table.
 */
export type TermPlan = CellTerm | CurveTerm;

export interface CellTerm {
  readonly kind: "cells";
  readonly variable: number;
  readonly size: number;
  /** For numbers: the frequent values that have an effect of their own; then come "other" and "missing". */
  readonly values?: readonly number[];
  /** What each coefficient counts for in its effect, where some are held to nothing less than others; all of them 1 by default. */
  readonly scales?: readonly number[];
  /** Of levels that are numbers: where each lies on a line, of which all of them have one more effect in common. */
  readonly line?: readonly number[];
}

export interface CurveTerm {
  readonly kind: "curve";
  readonly variable: number;
  /** Quantiles of the values and their normal scores, in which the function is linear: tails must not bend what is near them. */
  readonly warp?: { readonly from: readonly number[]; readonly to: readonly number[] };
  /** Ascending, of scores; the first and last are the training range. The table has a further place for "no value": 0. */
  readonly knots: readonly number[];
  /** The standard deviations of the hinge functions: what makes one penalty fit all. */
  readonly scales: readonly number[];
}

/** A term's place in its table, for many rows: `table[at] + share × (table[at + 1] − table[at])`. */
export interface EncodedTerm {
  readonly at: Uint16Array;
  /** Absent for cells. */
  readonly share?: Float64Array;
}

const mostInner = 7;
/** A curve bends once for so many rows, and is a line in fewer: seven bends of 40 rows cost the mean all that the line tells. */
const rowsPerKnot = 40;
const warpKnots = 64;
const frequentShare = 0.02;
const fewRows = 5;
const mostFrequent = 12;
/** The penalty holds effects of exceptional values thirty times less than others, since few rows must suffice; held-out rows want it. */
const exceptionalScale = Math.sqrt(30);

/** The terms of a variable; the values of a number that are `exceptional` have effects of their own, however few they are. */
export function termsOf(
  one: Variable,
  variable: number,
  exceptional: readonly number[] = [],
): readonly TermPlan[] {
  if (one.kind === "levels") {
    const line = lineOf(one);
    return [{ kind: "cells", variable, size: one.levels.length, ...(line && { line }) }];
  }
  const terms: TermPlan[] = [];
  const values = [...new Set([...exceptional, ...frequentValues(one)])];
  if (values.length > 0 || one.missing) {
    const size = values.length + 2;
    const scales = Array.from({ length: size }, (_, k) => (k < exceptional.length ? exceptionalScale : 1));
    terms.push({ kind: "cells", variable, size, values, ...(exceptional.length > 0 && { scales }) });
  }
  const curve = curveOf(one, variable);
  if (curve) terms.push(curve);
  return terms;
}

/** The term's places for the cells of levels, or for the values of a number. */
export function encodeTerm(plan: TermPlan, cells: Int32Array, values: Float64Array | undefined): EncodedTerm {
  if (plan.kind === "curve") return encodeCurve(plan, values as Float64Array);
  const { values: frequent } = plan;
  if (!frequent) return { at: Uint16Array.from(cells) };
  const at = new Uint16Array(cells.length);
  for (let i = 0; i < at.length; i++) {
    const value = (values as Float64Array)[i];
    const place = frequent.indexOf(value);
    at[i] = Number.isNaN(value) ? frequent.length + 1 : place < 0 ? frequent.length : place;
  }
  return { at };
}

/** How many numbers the term's table holds. */
export function tableSize(plan: TermPlan): number {
  return plan.kind === "cells" ? plan.size : plan.knots.length + 2;
}

/** How many coefficients stand behind the table: one per cell and its line, or a slope and one change of slope per inner knot. */
export function coefficientCount(plan: TermPlan): number {
  return ownCoefficients(plan).reduce((sum, count) => sum + count, 0);
}

/** The term's coefficients in parts that have a penalty of their own each. */
export function ownCoefficients(plan: TermPlan): readonly number[] {
  return plan.kind === "curve" ? [plan.knots.length - 1] : plan.line ? [plan.size, 1] : [plan.size];
}

/**
 * The table as a linear function of the coefficients, `size × count`, row-major; undefined where the table is the
 * coefficients.
 */
export function tableMatrix(plan: TermPlan): Float64Array | undefined {
  if (plan.kind === "cells") {
    const { size, scales, line } = plan;
    if (!scales && !line) return undefined;
    const count = coefficientCount(plan);
    return Float64Array.from({ length: size * count }, (_, k) => {
      const [cell, own] = [Math.floor(k / count), k % count];
      if (own === size) return line?.[cell] ?? 0;
      return own === cell ? (scales?.[cell] ?? 1) : 0;
    });
  }
  const { knots, scales } = plan;
  const count = knots.length - 1;
  const out = new Float64Array(tableSize(plan) * count);
  knots.forEach((knot, r) => {
    for (let k = 0; k < count; k++) out[r * count + k] = hinge(knots, k, knot) / scales[k];
  });
  return out;
}

/** The places of values in the term's table; NaN goes to the place that is always 0. */
function encodeCurve(plan: CurveTerm, values: Float64Array): EncodedTerm {
  const { knots, warp } = plan;
  const last = knots.length - 2;
  const at = new Uint16Array(values.length);
  const share = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      at[i] = knots.length;
      continue;
    }
    const value = warp ? interpolate(warp.from, warp.to, values[i]) : values[i];
    let k = 0;
    while (k < last && value >= knots[k + 1]) k++;
    at[i] = k;
    const along = (value - knots[k]) / (knots[k + 1] - knots[k]);
    share[i] = Math.min(1, Math.max(0, along));
  }
  return { at, share };
}

/**
 * Whether a value of the number can have an effect of its own: whether draws give it to the last bit. What a formula leaves
 * open has no grid; its values come out a little beside those learnt from, unless they repeat.
 */
export function drawnExactly({ grid, atoms, support }: NumberVariable): (value: number) => boolean {
  const repeated = new Set([...atoms, ...repeatedIn(support)]);
  return (value) => !Number.isNaN(value) && (grid !== undefined || repeated.has(value));
}

/** In so many rows a value of a number is frequent. */
export function frequentRows(rows: number): number {
  return Math.max(fewRows, frequentShare * rows);
}

/** From so many levels on that are numbers, they lie on a line. */
const leastOnLine = 3;

/** By level the share of the rows below it, standardised, where all levels but "missing" begin with numbers. */
function lineOf({ levels, codes }: LevelsVariable): readonly number[] | undefined {
  const values = levels.map((level) => (level === missingLabel ? Number.NaN : Number.parseFloat(level)));
  const known = [...values.keys()].filter((k) => levels[k] !== missingLabel);
  if (known.length < leastOnLine || new Set(known.map((k) => values[k])).size < known.length)
    return undefined;
  if (known.some((k) => Number.isNaN(values[k]))) return undefined;
  const counts = codeCounts(codes, levels.length);
  const rows = known.reduce((sum, k) => sum + counts[k], 0);
  const out = new Array<number>(levels.length).fill(0);
  let below = 0;
  let squares = 0;
  for (const k of known.sort((a, b) => values[a] - values[b])) {
    out[k] = (below + counts[k] / 2) / rows - 0.5;
    squares += (counts[k] * out[k] ** 2) / rows;
    below += counts[k];
  }
  return squares > 0 ? out.map((place) => place / Math.sqrt(squares)) : undefined;
}

/** The most frequent values. */
function frequentValues(variable: NumberVariable): readonly number[] {
  const counts = new Map<number, number>();
  for (const value of variable.values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const exact = drawnExactly(variable);
  return [...counts]
    .filter(([value, count]) => exact(value) && count >= frequentRows(variable.values.length))
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, mostFrequent)
    .map(([value]) => value);
}

function curveOf(one: NumberVariable, variable: number): CurveTerm | undefined {
  const sorted = one.values.filter((value) => !Number.isNaN(value) && !one.atoms.includes(value)).sort();
  if (sorted.length === 0) return undefined;
  const ends = one.values.reduce(
    (range, value) => (Number.isNaN(value) ? range : [Math.min(range[0], value), Math.max(range[1], value)]),
    [Infinity, -Infinity],
  );
  if (ends[0] === ends[1]) return undefined;
  const warp = warpOf(sorted, ends);
  const onScale = (value: number): number => interpolate(warp.from, warp.to, value);
  const innerKnots = Math.min(mostInner, Math.floor(sorted.length / rowsPerKnot));
  const inner = Array.from({ length: innerKnots }, (_, k) =>
    quantileSorted(sorted, (k + 1) / (innerKnots + 1)),
  );
  const knots = [...new Set([ends[0], ...inner, ends[1]].map(onScale))].sort((a, b) => a - b);
  const scales = Array.from({ length: knots.length - 1 }, (_, k) => {
    let total = 0;
    let squares = 0;
    for (const value of sorted) {
      const height = hinge(knots, k, onScale(value));
      total += height;
      squares += height * height;
    }
    return Math.sqrt(Math.max(squares / sorted.length - (total / sorted.length) ** 2, 0)) || 1;
  });
  return { kind: "curve", variable, warp, knots, scales };
}

/** Quantiles of the sorted values, and the range, with their normal scores. */
function warpOf(sorted: Float64Array, ends: readonly number[]): NonNullable<CurveTerm["warp"]> {
  const n = sorted.length;
  const quantiles = Array.from({ length: warpKnots + 1 }, (_, k) => quantileSorted(sorted, k / warpKnots));
  const from = [...new Set([ends[0], ...quantiles, ends[1]])].sort((a, b) => a - b);
  const to = from.map((value) =>
    normalQuantile((countBelow(sorted, value) + countUpTo(sorted, value) + 1) / (2 * (n + 1))),
  );
  return { from, to };
}

/** The k-th basis function: the distance from the first knot, then what lies beyond each inner knot. */
function hinge(knots: readonly number[], k: number, value: number): number {
  return Math.max(0, value - knots[k]);
}
