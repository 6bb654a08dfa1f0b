import { cholesky, choleskySolve, dot } from "../../../core/math/linear-algebra";
import { quantileSorted } from "../../../core/math/statistics";
import { takeValues } from "../../../core/matrix";
import { argumentsOf, emptySum, evaluate, type Formula, leadsTo, stepped } from "../formulas";
import { spacing } from "../grids";
import {
  agrees,
  deviation,
  type Found,
  isOpen,
  mean,
  type NumberInput,
  place,
  placeOver,
  roomOf,
  shortest,
  shortestIn,
  spacedRows,
  spread,
  standardised,
  valuesOf,
} from "./search";

const screeningRows = 2000;
/** In fewer rows a sum that is only nearly one may be chance. */
const leastParted = 50;
/** Of more columns than this, those that go with a column most are looked at as terms of its sum. */
const mostColumns = 60;

/**
 * Adds columns that are a multiple of another one or a weighted sum of several, among columns in which nothing is missing: those that
 * are so to the digit before those that are so to rounding, since of tot = net + tax and tot = 1.19 × net the second is off where a
 * half was rounded twice; and those of plain weights before lines that are fitted: vat = 0.19 × net + 0.19 × shipping rather than
 * 0.159664 × gross.
 */
export function exactAmong(complete: readonly NumberInput[], found: Found): void {
  const rows = complete[0]?.values.length ?? 0;
  if (rows < 10) return;
  const screen = screenOf(complete);
  for (const how of [
    { digit: true, plain: true },
    { digit: false, plain: true },
    { digit: false, plain: false },
  ]) {
    multiples(screen, found, how);
    // Totals first: with positive weights a sum reads as a person would write it.
    for (const positive of [true, false]) sums(screen, found, positive, how);
  }
}

/** Whether a sum has to be what is there to the digit, and to be of weights as people write them. */
interface How {
  readonly digit: boolean;
  readonly plain: boolean;
}

/** More digits of a weight nobody writes. */
const mostDigits = 4;

/** Whether no weight has more digits than people write. */
export function isWritten({ terms }: Formula): boolean {
  return terms.every(({ weight }) => Math.min(digits(weight), digits(1 / weight)) <= mostDigits);
}

/** The columns on some rows, and how they correlate there. */
export interface Screen {
  readonly complete: readonly NumberInput[];
  readonly sample: Int32Array;
  readonly correlations: readonly Float64Array[];
}

/** What the search looks at: the columns on at most 2,000 rows. */
export function screenOf(complete: readonly NumberInput[]): Screen {
  const sample = spacedRows(complete[0].values.length, screeningRows);
  const scores = complete.map((input) => standardised(input.values, sample));
  const correlations = scores.map(() => new Float64Array(scores.length));
  for (let a = 0; a < scores.length; a++)
    for (let b = 0; b <= a; b++) {
      correlations[a][b] = dot(scores[a], scores[b]);
      correlations[b][a] = correlations[a][b];
    }
  return { complete, sample, correlations };
}

/** Those of which the finer column follows first (not each cent is some units' price), then those of few digits: tax = 0.07 × net rather than 0.06542 × gross; of two as short, the later column follows. */
function multiples({ complete, correlations }: Screen, found: Found, how: How): void {
  const pairs: [NumberInput, NumberInput][] = [];
  for (let a = 0; a < complete.length; a++)
    for (let b = a + 1; b < complete.length; b++)
      if (Math.abs(correlations[a][b]) >= leastMultiple) pairs.push([complete[a], complete[b]]);
  multiplesOf(pairs, complete, found, how);
}

/** Below this correlation no column is a multiple of another. */
export const leastMultiple = 0.999;

/** Adds multiples among the pairs, of which each is without missing values. */
export function multiplesOf(
  pairs: readonly (readonly [NumberInput, NumberInput])[],
  numbers: readonly NumberInput[],
  found: Found,
  { digit, plain }: How,
): void {
  const all: {
    readonly name: string;
    readonly formula: Formula;
    readonly coarse: boolean;
    readonly length: number;
  }[] = [];
  const isSource = (one: NumberInput): boolean =>
    pairs.some(([a, b]) => (a === one || b === one) && multiple(a === one ? b : a, one, false) !== undefined);
  const add = (target: NumberInput, of: NumberInput): void => {
    const formula = target.given || found.has(target.name) ? undefined : multiple(target, of, digit);
    if (!formula || (plain && !isWritten(formula))) return;
    const steps = spacing(target.grid) / (Math.abs(formula.terms[0].weight) * spacing(of.grid));
    const coarse = steps > 1 + 1e-9;
    // What is coarser is so to the digit by chance: 5.66 % of what has 6 % on top. And where it takes few of the other's values, that
    // one follows from it, be its rate long: units are found back from what they cost.
    if (coarse && (digit || (plain && steps > 2 && isSource(target)))) return;
    all.push({
      name: target.name,
      formula,
      coarse,
      length: digits(formula.constant) + digits(formula.terms[0].weight),
    });
  };
  for (const [a, b] of pairs) {
    add(b, a);
    add(a, b);
  }
  for (const { name, formula } of all.sort(
    (a, b) => Number(a.coarse) - Number(b.coarse) || a.length - b.length,
  ))
    if (!found.has(name)) place(found, numbers, name, formula);
}

/** How many digits, with the point, the number has. */
function digits(value: number): number {
  return value.toExponential().split("e")[0].length;
}

/** The target as a line of one other number, both without gaps; undefined where it is none. */
export function multiple(target: NumberInput, of: NumberInput, digit: boolean): Formula | undefined {
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
  const fits = (weight: number, constant: number): boolean =>
    agrees(target, (i) => constant + weight * x[i], digit);
  const room = roomOf(target, x);
  for (const [weight, constant] of [
    ...(room ? [[(room[0] + room[1]) / 2, 0]] : []),
    ...lineThrough(target, of, xy / xx),
  ]) {
    const short = shortest(weight, (shorter) => fits(shorter, constant));
    // What was multiplied by 1.19 and rounded is given back to the digit by 0.840336, too.
    const plain = isPlain(of, short) && (!digit || short === Number(short.toPrecision(3)));
    if (!plain || !fits(short, constant)) continue;
    return sum(
      shortest(constant, (shorter) => fits(short, shorter)),
      [{ column: of.name, weight: short }],
    );
  }
  return undefined;
}

/** The line of about that weight from which no row is farther off than need be, where that is half a unit at most. */
function lineThrough(
  target: NumberInput,
  { values: x }: NumberInput,
  weight: number,
): readonly (readonly [number, number])[] {
  const y = target.values;
  const reach = (own: number): readonly [low: number, high: number] => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < x.length; i++) {
      const left = y[i] - own * x[i];
      if (left < low) low = left;
      if (left > high) high = left;
    }
    return [low, high];
  };
  const width = (own: number): number => reach(own)[1] - reach(own)[0];
  const unit = Math.max(spacing(target.grid), 1e-9 * spread(y));
  if (width(weight) > 4 * unit) return [];
  // How wide the rest is has one least value: thirds close in on it.
  let [from, to] = [weight - (4 * unit) / spread(x), weight + (4 * unit) / spread(x)];
  for (let k = 0; k < 60 && width(weight) > unit; k++) {
    const third = (to - from) / 3;
    if (width(from + third) < width(to - third)) to -= third;
    else from += third;
    weight = (from + to) / 2;
  }
  const [low, high] = reach(weight);
  return [[weight, (low + high) / 2]];
}

function sums(screen: Screen, found: Found, positive: boolean, { digit, plain }: How): void {
  const { complete, correlations } = screen;
  // What was rounded is not what it was computed of: a bill of three amounts is the sum of these.
  const rounded = new Set(
    digit ? complete.flatMap((one) => (isRounded(one, found, complete) ? one.name : [])) : [],
  );
  for (let t = complete.length - 1; t >= 0; t--) {
    if (complete[t].given || found.has(complete[t].name)) continue;
    const mayRead = ({ name }: NumberInput): boolean =>
      !found.has(name) || (digit && rounded.has(name) && !leadsTo(found, name, complete[t].name));
    const open = [...complete.keys()].filter((k) => k !== t && mayRead(complete[k]));
    const near = (k: number): number => Math.abs(correlations[t][k]);
    const others = open
      .sort((a, b) => near(b) - near(a))
      // A sum of as many terms as there are rows fits anything.
      .slice(0, Math.min(mostColumns, Math.floor(screen.sample.length / 2) - 1))
      .sort((a, b) => a - b);
    if (others.length < 2) continue;
    const formula = weightedSum(screen, t, others, digit ? "digit" : "rounded");
    if (
      formula &&
      (!plain || isWritten(formula)) &&
      (!positive || formula.terms.every((term) => term.weight > 0))
    ) {
      found.set(complete[t].name, formula);
    }
  }
}

function isRounded(
  { name, values, grid }: NumberInput,
  found: Found,
  complete: readonly NumberInput[],
): boolean {
  const formula = found.get(name);
  // Of what reads other columns nothing is known here.
  if (formula && !argumentsOf(formula).every((column) => complete.some((one) => one.name === column)))
    return false;
  const predicted = formula && evaluate(formula, valuesOf(complete), values.length);
  return predicted?.some((value, i) => Math.abs(value - values[i]) > 1e-4 * spacing(grid)) ?? false;
}

/** How near a sum must come: to the digit, to rounding, or as near as the sum of parts that were each rounded. */
type Nearness = "digit" | "rounded" | "parts";

/** The column as a sum of some of the others; undefined where it is none. */
export function weightedSum(
  screen: Screen,
  t: number,
  others: readonly number[],
  nearness: Nearness,
): Formula | undefined {
  const { complete } = screen;
  const target = complete[t];
  const unit = unitOf(target);
  const tolerance = { digit: 0.1, rounded: 0.5, parts: 2 }[nearness] * unit;
  const first = leastSquares(screen, t, others);
  if (!first || first.error > 4 * tolerance) return undefined;
  const size = (k: number): number => first.weights[others.indexOf(k)] * spread(complete[k].values);
  // Of what is rounded no line is off by less than half a unit, and a fitted one by a little more: the simpler sum is tried first.
  let isMultiple = false;
  for (const most of nearness === "rounded" ? [0.6 * unit, tolerance] : [tolerance]) {
    // A term that moves nothing by half a unit is no term, nor is one that the others stand in for; what is taken away first.
    let kept = others.filter((k) => Math.abs(size(k)) > unit / 2);
    for (const k of [...kept].sort((a, b) => size(a) - size(b))) {
      const fewer = kept.filter((other) => other !== k);
      const without = fewer.length < 1 ? undefined : leastSquares(screen, t, fewer);
      if (without && without.error <= most) kept = fewer;
    }
    isMultiple ||= kept.length < 2;
    const formula = kept.length < 2 ? undefined : sumOfTerms(screen, t, kept, nearness);
    // What one column gives needs no second one, but where that makes it plain: tot = net + tax.
    if (formula && (!isMultiple || isWritten(formula))) return formula;
  }
  return undefined;
}

/** Between neighbours on its grid, or next to nothing. */
export function unitOf({ grid, values }: NumberInput): number {
  return Math.max(spacing(grid), 1e-9 * spread(values));
}

/** The column as the sum of just these, of the shortest weights that hold; undefined where none do. */
function sumOfTerms(
  screen: Screen,
  t: number,
  kept: readonly number[],
  nearness: Nearness,
): Formula | undefined {
  const { complete } = screen;
  const target = complete[t];
  const unit = unitOf(target);
  const solved = leastSquares(screen, t, kept);
  if (!solved) return undefined;
  const sumOf = (weights: readonly number[], i: number): number =>
    kept.reduce((total, k, at) => total + weights[at] * complete[k].values[i], 0);
  const termsOf = (weights: readonly number[]): Formula["terms"] =>
    kept.map((k, at) => ({ column: complete[k].name, weight: weights[at] }));
  if (nearness === "parts") {
    // Each part is off by half a unit at most, and so is the whole.
    const most = ((kept.length + 1) / 2) * unit * (1 + 1e-6);
    const weights = solved.weights.map(Math.sign);
    const offset = shortest(solved.constant, (one) => Math.abs(one - solved.constant) <= most);
    const rests = target.values.map((value, i) => Math.abs(value - offset - sumOf(weights, i)));
    const error = quantileSorted(rests.slice().sort(), 0.5);
    return rests.every((rest) => rest <= most)
      ? { ...sum(Math.abs(offset) <= most ? 0 : offset, termsOf(weights)), rest: "difference", error }
      : undefined;
  }
  for (const near of [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 0]) {
    const weights = solved.weights.map((weight) => shortWeight(weight, near));
    const rest = takeValues(target.values, screen.sample).map(
      (value, k) => value - sumOf(weights, screen.sample[k]),
    );
    // What is added is the roundest number that all rows of the sample leave room for.
    const half = (unit / 2) * (1 + 1e-6);
    const [low, high] = [Math.max(...rest) - half, Math.min(...rest) + half];
    const offset = near === 0 || low > high ? solved.constant : shortestIn([low, high]);
    // A term moves more than half a unit; and of whole units a half on top would give either neighbour.
    const isTerm = (k: number, at: number): boolean =>
      isPlain(complete[k], weights[at]) && Math.abs(weights[at]) * spread(complete[k].values) > unit / 2;
    const isHalf =
      Math.abs((Math.abs(offset / unit) % 1) - 0.5) < 1e-4 &&
      kept.every((k, at) => isWhole((weights[at] * spacing(complete[k].grid)) / unit));
    if (
      !kept.every(isTerm) ||
      isHalf ||
      !agrees(target, (i) => offset + sumOf(weights, i), nearness === "digit")
    )
      continue;
    // A half beside differences that are rounded up puts whole ones a step too high.
    const step = 2 * Math.abs(offset);
    const round = { step, towards: offset < 0 ? -1 : 1 } as const;
    const stepwise =
      Math.abs(step - unit) <= 1e-6 * unit &&
      weights.every((weight) => Math.abs(weight) === 1) &&
      agrees(target, (i) => stepped(sumOf(weights, i), round), true);
    return stepwise ? { ...sum(0, termsOf(weights)), round } : sum(offset, termsOf(weights));
  }
  return undefined;
}

function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) < 1e-6;
}

/**
 * Adds numbers that are the sum of others but for rounding, each having been rounded by itself: capital = roads + water + the rest, give
 * or take a cent. What is left is drawn.
 */
export function findParts(numbers: readonly NumberInput[], found: Found): void {
  const complete = numbers.filter(({ values }) => !values.some(Number.isNaN));
  if (complete.length < 3 || complete[0].values.length < leastParted) return;
  const screen = screenOf(complete);
  // A total is the sum of its parts, and not a part what others leave of it.
  for (const positive of [true, false])
    for (const [t, target] of [...complete.entries()].reverse()) {
      if (!target.grid || !isOpen(target, found)) continue;
      const near = (k: number): number => Math.abs(screen.correlations[t][k]);
      const others = [...complete.keys()]
        .filter((k) => k !== t && complete[k].grid && found.get(complete[k].name)?.rest !== "none")
        .filter((k) => !leadsTo(found, complete[k].name, target.name))
        .sort((a, b) => near(b) - near(a))
        .slice(0, mostColumns)
        .sort((a, b) => a - b);
      const formula = others.length < 2 ? undefined : weightedSum(screen, t, others, "parts");
      if (formula && (!positive || formula.terms.every(({ weight }) => weight > 0)))
        placeOver(found, numbers, target.name, formula);
    }
}

/** The shortest weight that is so near, as a number or as what is divided by. */
function shortWeight(weight: number, near: number): number {
  const short = (own: number): number =>
    shortest(own, (shorter) => Math.abs(own - shorter) <= near * Math.abs(own));
  const [times, over] = [short(weight), short(1 / weight)];
  return digits(over) < digits(times) ? 1 / over : times;
}

interface Solved {
  readonly weights: number[];
  readonly constant: number;
  /** The largest absolute residual on the sample. */
  readonly error: number;
}

/** Least squares on the sample; undefined where the terms leave more of the target unexplained than this. */
export function leastSquares(
  screen: Screen,
  t: number,
  terms: readonly number[],
  mostLeft = 1e-3,
): Solved | undefined {
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
  // What the ridge took from columns that nearly determine each other is given back.
  for (let pass = 0; pass < 2; pass++) {
    const left = moment.map((own, a) =>
      scaled.reduce((rest, weight, b) => rest - correlations[terms[a]][terms[b]] * weight, own),
    );
    choleskySolve(factor, p, left).forEach((more, a) => {
      scaled[a] += more;
    });
  }
  if (dot(scaled, moment) < 1 - mostLeft) return undefined;
  const target = complete[t].values;
  const scaleOf = (k: number): number => deviation(complete[k].values, sample) || 1;
  const weights = terms.map((k, at) => (scaled[at] * scaleOf(t)) / scaleOf(k));
  const rest = takeValues(target, sample);
  terms.forEach((k, at) => {
    const { values } = complete[k];
    for (let r = 0; r < rest.length; r++) rest[r] -= weights[at] * values[sample[r]];
  });
  const constant = mean(rest);
  const error = rest.reduce((most, value) => Math.max(most, Math.abs(value - constant)), 0);
  return { weights, constant, error };
}

/** Of a date only whole days, hours, minutes, seconds or milliseconds are counted: a slope of its own is no rule. */
function isPlain({ date }: NumberInput, weight: number): boolean {
  return !date || [1, 24, 1440, 86_400, 86_400_000].includes(Math.abs(weight));
}

function sum(constant: number, terms: Formula["terms"]): Formula {
  return { ...emptySum, constant, terms };
}
