import { correlation } from "../../core/math/statistics";
import { column, type Matrix } from "../../core/matrix";
import {
  extended,
  type Formula,
  formulaKey,
  formulaValues,
  pairFormulas,
  relatives,
} from "./discover-formula";
import type { Screen } from "./discover-screen";

/** A formula that the screen found promising, with its values in the rows. */
export interface Candidate {
  readonly formula: Formula;
  readonly values: Float64Array;
  readonly gain: number;
}

// Sums kept and lengthened at a time.
const beamWidth = 8;
// Columns in the longest sum.
const longestSum = 5;
// Two candidates that rank rows so alike are one to a tree.
const sameRanks = 0.97;

/**
 * The `count` best formulas of the numeric columns by the screen's gain, no two of them ranking the rows alike, nor any
 * as a column does that is there already. Sums grow from the best pairs, a column at a time, as long as that helps.
 */
export function candidates(x: Matrix, screen: Screen, count: number): Candidate[] {
  const numeric = numericColumns(x);
  const seen = new Set<string>();
  const found: { formula: Formula; gain: number }[] = [];
  const tryAll = (formulas: readonly Formula[]): typeof found => {
    const scored = formulas.flatMap((formula) => {
      const key = formulaKey(formula);
      if (seen.has(key)) return [];
      seen.add(key);
      const gain = screen.gain(formulaValues(formula, x));
      return gain > 0 ? [{ formula, gain }] : [];
    });
    found.push(...scored);
    return scored.sort((a, b) => b.gain - a.gain);
  };
  const pairs = tryAll(pairFormulas(numeric));
  let beam = pairs.filter(({ formula }) => formula.kind === "sum").slice(0, beamWidth);
  for (let length = 3; length <= longestSum && beam.length > 0; length++) {
    const before = beam[0].gain;
    const longer = beam.flatMap(({ formula }) =>
      numeric
        .filter((j) => !formula.columns.includes(j))
        .flatMap((j) => [extended(formula, j, 1), extended(formula, j, -1)]),
    );
    beam = tryAll(longer).slice(0, beamWidth);
    if (beam.length > 0 && beam[0].gain <= before) break;
  }
  found.sort((a, b) => b.gain - a.gain);
  const known = numeric.map((j) => ranksOf(thinned(column(x, j))));
  const picked: Candidate[] = [];
  for (const { formula, gain } of found) {
    if (picked.length === count) break;
    const values = formulaValues(formula, x);
    const ranks = ranksOf(thinned(values));
    if (known.some((other) => Math.abs(correlation(ranks, other)) >= sameRanks)) continue;
    known.push(ranks);
    picked.push({ formula, values, gain });
  }
  return picked;
}

/** The `count` sums one step away from `sum` that the screen likes best. */
export function variants(x: Matrix, screen: Screen, sum: Formula, count: number): Candidate[] {
  return relatives(sum, numericColumns(x))
    .filter((formula) => formula.columns.length <= longestSum)
    .map((formula) => {
      const values = formulaValues(formula, x);
      return { formula, values, gain: screen.gain(values) };
    })
    .sort((a, b) => b.gain - a.gain)
    .slice(0, count);
}

/** The columns that formulas are made of: numbers with more than two values. */
function numericColumns(x: Matrix): number[] {
  return x.features.flatMap(({ levels }, j) => (levels || distinct(column(x, j)) < 3 ? [] : [j]));
}

function distinct(values: Float64Array): number {
  const seen = new Set<number>();
  for (const value of values) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > 2) break;
  }
  return seen.size;
}

/** About a thousand of the values. */
function thinned(values: Float64Array): Float64Array {
  const stride = Math.max(1, Math.floor(values.length / 1000));
  return values.filter((_, i) => i % stride === 0);
}

/** Ranks, equal values sharing the mean one; missing values rank in the middle. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]));
  order.sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length).fill(order.length / 2);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let k = start; k < end; k++) ranks[order[k]] = (start + end - 1) / 2;
  }
  return ranks;
}
