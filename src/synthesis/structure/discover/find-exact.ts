import { cholesky, choleskySolve, dot } from "../../../core/math/linear-algebra";
import { emptySum, type Formula } from "../formulas";
import { spacing } from "../grids";
import { type NumberInput, shortest, spacedRows } from "./search";

const screeningRows = 2000;
/** Of more columns than this, those that go with a column most are looked at as terms of its sum. */
const mostColumns = 60;

/** Columns that are, to rounding, a multiple of another one or a weighted sum of several. */
export function findExact(numbers: readonly NumberInput[]): Map<string, Formula> {
  const found = new Map<string, Formula>();
  const complete = numbers.filter((number) => !number.values.some(Number.isNaN));
  const rows = complete[0]?.values.length ?? 0;
  if (rows < 10) return found;
  const sample = spacedRows(rows, screeningRows);
  const scores = complete.map((input) => standardised(input.values, sample));
  const correlations = scores.map((a) => Float64Array.from(scores, (b) => dot(a, b)));
  const screen: Screen = { complete, sample, correlations };
  multiples(screen, found);
  // Totals first: with positive weights a sum reads as a person would write it.
  for (const positive of [true, false]) sums(screen, found, positive);
  return found;
}

/** The columns on some rows, and how they correlate there. */
interface Screen {
  readonly complete: readonly NumberInput[];
  readonly sample: Int32Array;
  readonly correlations: readonly Float64Array[];
}

function multiples({ complete, correlations }: Screen, found: Map<string, Formula>): void {
  for (let a = 0; a < complete.length; a++) {
    for (let b = a + 1; b < complete.length; b++) {
      if (found.has(complete[a].name) || found.has(complete[b].name)) continue;
      if (Math.abs(correlations[a][b]) < 0.999) continue;
      const forward = complete[b].given ? undefined : multiple(complete[b], complete[a]);
      if (forward) found.set(complete[b].name, forward);
      else {
        const backward = complete[a].given ? undefined : multiple(complete[a], complete[b]);
        if (backward) found.set(complete[a].name, backward);
      }
    }
  }
}

function multiple(target: NumberInput, of: NumberInput): Formula | undefined {
  const x = of.values;
  const y = target.values;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - meanX) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
  }
  if (xx === 0) return undefined;
  const fits = (weight: number, constant: number): boolean => agrees(target, (i) => constant + weight * x[i]);
  const through = weightThroughZero(x, y);
  for (const [weight, constant] of [
    [through, 0],
    [xy / xx, meanY - (xy / xx) * meanX],
  ]) {
    const short = shortest(weight, (shorter) => fits(shorter, constant));
    if (!fits(short, constant) || !isPlain(of, short)) continue;
    return sum(
      shortest(constant, (shorter) => fits(short, shorter)),
      [{ column: of.name, weight: short }],
    );
  }
  return undefined;
}

function sums(screen: Screen, found: Map<string, Formula>, positive: boolean): void {
  const { complete, correlations } = screen;
  for (let t = complete.length - 1; t >= 0; t--) {
    if (complete[t].given || found.has(complete[t].name)) continue;
    const open = [...complete.keys()].filter((k) => k !== t && !found.has(complete[k].name));
    const near = (k: number): number => Math.abs(correlations[t][k]);
    const others = open
      .sort((a, b) => near(b) - near(a))
      // A sum of as many terms as there are rows fits anything.
      .slice(0, Math.min(mostColumns, Math.floor(screen.sample.length / 2) - 1))
      .sort((a, b) => a - b);
    if (others.length < 2) continue;
    const formula = weightedSum(screen, t, others);
    if (formula && (!positive || formula.terms.every((term) => term.weight > 0))) {
      found.set(complete[t].name, formula);
    }
  }
}

function weightedSum(screen: Screen, t: number, others: readonly number[]): Formula | undefined {
  const { complete } = screen;
  const target = complete[t];
  const tolerance = Math.max(spacing(target.grid), 1e-9 * spread(target.values));
  const first = leastSquares(screen, t, others);
  if (!first || first.error > 2 * tolerance) return undefined;
  // A term that moves nothing by half a unit is no term.
  const kept = others.filter((k, at) => Math.abs(first.weights[at]) * spread(complete[k].values) > tolerance);
  const solved = kept.length < 2 ? undefined : leastSquares(screen, t, kept);
  if (!solved) return undefined;
  const rounded = solved.weights.map((weight) => {
    const whole = Number(weight.toPrecision(4));
    return Math.abs(weight - whole) * 1000 < Math.abs(whole) ? whole : weight;
  });
  const constant = Math.abs(solved.constant) <= tolerance ? 0 : solved.constant;
  for (const [weights, offset] of [
    [rounded, constant],
    [solved.weights, solved.constant],
  ] as const) {
    const predicted = (i: number): number =>
      kept.reduce((total, k, at) => total + weights[at] * complete[k].values[i], offset);
    if (kept.every((k, at) => isPlain(complete[k], weights[at])) && agrees(target, predicted)) {
      return sum(
        offset,
        kept.map((k, at) => ({ column: complete[k].name, weight: weights[at] })),
      );
    }
  }
  return undefined;
}

interface Solved {
  readonly weights: number[];
  readonly constant: number;
  /** The largest absolute residual on the sample. */
  readonly error: number;
}

/** Least squares on the sample; undefined where the terms leave part of the target unexplained. */
function leastSquares(screen: Screen, t: number, terms: readonly number[]): Solved | undefined {
  const { complete, sample, correlations } = screen;
  const p = terms.length;
  const gram = new Float64Array(p * p);
  const moment = Float64Array.from(terms, (k) => correlations[t][k]);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < a; b++) gram[a * p + b] = correlations[terms[a]][terms[b]];
    // A trace of ridge lets equal columns share their weight instead of failing.
    gram[a * p + a] = 1 + 1e-12;
  }
  const factor = cholesky(gram, p);
  if (!factor) return undefined;
  const scaled = choleskySolve(factor, p, moment);
  if (dot(scaled, moment) < 1 - 1e-3) return undefined;
  const target = complete[t].values;
  const scaleOf = (k: number): number => deviation(complete[k].values, sample) || 1;
  const weights = terms.map((k, at) => (scaled[at] * scaleOf(t)) / scaleOf(k));
  const rest = Float64Array.from(sample, (i) =>
    terms.reduce((left, k, at) => left - weights[at] * complete[k].values[i], target[i]),
  );
  const constant = mean(rest);
  const error = rest.reduce((most, value) => Math.max(most, Math.abs(value - constant)), 0);
  return { weights, constant, error };
}

/** Whether the prediction, rounded to the target's grid, is the target in every row (a half may round either way). */
function agrees(target: NumberInput, predicted: (row: number) => number): boolean {
  const half = spacing(target.grid) / 2;
  const slack = half * 1e-6 + 1e-9 * spread(target.values);
  for (let i = 0; i < target.values.length; i++) {
    if (!(Math.abs(target.values[i] - predicted(i)) <= half + slack)) return false;
  }
  return true;
}

/** Of a date only whole days, hours, minutes, seconds or milliseconds are counted: a slope of its own is no rule. */
function isPlain({ date }: NumberInput, weight: number): boolean {
  return !date || [1, 24, 1440, 86_400, 86_400_000].includes(Math.abs(weight));
}

function sum(constant: number, terms: Formula["terms"]): Formula {
  return { ...emptySum, constant, terms };
}

function weightThroughZero(x: Float64Array, y: Float64Array): number {
  let xx = 0;
  let xy = 0;
  for (let i = 0; i < x.length; i++) {
    xx += x[i] * x[i];
    xy += x[i] * y[i];
  }
  return xx > 0 ? xy / xx : 0;
}

function standardised(values: Float64Array, sample: Int32Array): Float64Array {
  const out = Float64Array.from(sample, (i) => values[i]);
  const centre = mean(out);
  const scale = deviation(values, sample) * Math.sqrt(sample.length) || 1;
  for (let i = 0; i < out.length; i++) out[i] = (out[i] - centre) / scale;
  return out;
}

function deviation(values: Float64Array, sample: Int32Array): number {
  let total = 0;
  let squares = 0;
  for (const i of sample) total += values[i];
  for (const i of sample) squares += (values[i] - total / sample.length) ** 2;
  return Math.sqrt(squares / sample.length);
}

function mean(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
}

function spread(values: Float64Array): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return high - low;
}
