import { emptySum, evaluate, type Formula, leadsTo, type RatesBy } from "../../formulas";
import { spacing } from "../../grids";
import { leastSquares, screenOf } from "../find-exact";
import type { Decider } from "../find-rates";
import {
  type Found,
  type NumberInput,
  placeOver,
  roomOf,
  shortest,
  shortestIn,
  spacedRows,
  spread,
} from "../search";
import { shareShifts } from "./products-for";
import { type Trials, testsOf } from "./trials";

/** With more values rates by several columns are no rule to read. */
const mostValues = 20;
const mostColumns = 200;
const [screeningRows, fewRows] = [1000, 250];
const leastRows = 100;
const mostMissing = 0.2;
/** Relative steps to which rates are rounded, the coarsest first. */
const rounded = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];

/**
 * Adds numbers that are other ones, or none, times rates by the values of several columns:
 * premium = sum × (by class: A → 0.08, B → 0.11) × (by smoker: no → 1, yes → 1.5). Least squares on logarithms tell which.
 */
export function findLevelRates(
  numbers: readonly NumberInput[],
  deciders: readonly Decider[],
  found: Found,
  trials: Trials,
): void {
  const used = deciders.filter(({ count }) => count >= 2 && count <= mostValues);
  if (used.length < 2) return;
  const missing = new Map<object, number>([
    ...numbers.map((one) => [one, missingIn(one.values, Number.isNaN)] as const),
    ...used.map((one) => [one, missingIn(one.codes, (code) => code < 0)] as const),
  ]);
  const isIn = (one: object, most: number): boolean => (missing.get(one) as number) <= most;
  const shifts = new Map(numbers.map((one) => [one, [0, ...shareShifts(one)]]));
  for (const target of [...numbers].reverse()) {
    let whole = 0;
    if ((target.given && !target.few) || found.get(target.name)?.rest === "none") continue;
    // What follows from the number tells nothing of it.
    const others = numbers.filter(
      (one) => one !== target && (one.few || !target.few) && !leadsTo(found, one.name, target.name),
    );
    // Columns of few gaps are read in the rows that know all of them, where those without any tell nothing.
    const product = [0, mostMissing].reduce((told: Formula | undefined, most) => {
      if (told) return told;
      const read = others.filter((one) => isIn(one, most));
      const by = used.filter((one) => isIn(one, most));
      const isTorn = read.length + by.length > whole;
      whole = read.length + by.length;
      return isTorn ? productOf(target, read, { deciders: by, shifts }, trials) : undefined;
    }, undefined);
    if (product) placeOver(found, numbers, target.name, product);
  }
}

/** What may be a factor: a number, or a decider by an indicator for each value but the most frequent one. */
interface Part {
  readonly factor?: Formula["factors"][number];
  readonly decider?: Decider;
  /** The values that the indicators are of. */
  readonly codes: readonly number[];
  readonly logs: readonly NumberInput[];
}

function productOf(
  target: NumberInput,
  others: readonly NumberInput[],
  { deciders, shifts }: { deciders: readonly Decider[]; shifts: ReadonlyMap<NumberInput, readonly number[]> },
  trials: Trials,
): Formula | undefined {
  const half = spacing(target.grid) / 2;
  const by = deciders.filter(({ name }) => name !== target.name);
  if (by.reduce((sum, { count }) => sum + count - 1, 0) > mostColumns) return undefined;
  const above = [...target.values.keys()].filter(
    (i) =>
      target.values[i] > 0 &&
      by.every(({ codes }) => codes[i] >= 0) &&
      !others.some(({ values }) => Number.isNaN(values[i])),
  );
  // Great values tell a rate more closely: rounding is a smaller part of them.
  const middle = [...above].sort((a, b) => target.values[a] - target.values[b])[above.length >> 1];
  const rows = above.filter((i) => target.values[i] >= target.values[middle]);
  if (rows.length < leastRows) return undefined;
  const tolerance = (4 * half) / target.values[middle] + 1e-9;
  const partsIn = (most: number): { readonly own: NumberInput; readonly parts: readonly Part[] } => {
    const sample = spacedRows(rows.length, most).map((at) => rows[at]);
    const own = { name: target.name, values: Float64Array.from(sample, (i) => Math.log(target.values[i])) };
    const parts = [
      ...by.flatMap((one) => partOfDecider(one, sample)),
      ...others.flatMap((one) => partsOfNumber(one, shifts.get(one) ?? [], sample)),
    ];
    return { own, parts };
  };
  const solve = (own: NumberInput, of: readonly Part[]) => {
    const terms = of.flatMap(({ logs }) => logs);
    const most = Math.min(mostColumns, 0.8 * own.values.length);
    if (terms.length === 0 || terms.length > most) return undefined;
    return leastSquares(
      screenOf([own, ...terms]),
      0,
      [...terms.keys()].map((k) => k + 1),
      0.5,
    );
  };
  const fits = (own: NumberInput, of: readonly Part[]): boolean =>
    (solve(own, of)?.error ?? Infinity) <= tolerance;
  // Nearly all that is looked at ends at a few of the rows.
  const few = partsIn(fewRows);
  // Where one number is near enough to all of them, nothing tells which factors they are of.
  if (spread(few.own.values) <= 2 * tolerance) return undefined;
  if (!fits(few.own, few.parts)) return undefined;
  const { own, parts } = partsIn(screeningRows);
  if (!fits(own, parts)) return undefined;
  let kept = parts;
  for (const part of [...parts].sort((a, b) => b.logs.length - a.logs.length)) {
    const fewer = kept.filter((other) => other !== part);
    if (fits(own, fewer)) kept = fewer;
  }
  const solved = solve(own, kept);
  // With one column's rates another search is done.
  if (!solved || kept.filter(({ decider }) => decider).length < 2) return undefined;
  const ends = kept.map((_, k) => kept.slice(0, k + 1).reduce((sum, { logs }) => sum + logs.length, 0));
  const weights = kept.map(({ logs }, k) => solved.weights.slice(ends[k] - logs.length, ends[k]));
  const factors = kept.flatMap(({ factor }, k): Formula["factors"] =>
    factor ? [{ ...factor, power: weights[k][0] < 0 ? -1 : 1 }] : [],
  );
  const power = (k: number): boolean => Math.abs(Math.abs(weights[k][0]) - 1) < 0.02;
  if (!kept.every((part, k) => part.decider || power(k))) return undefined;
  const rates = kept.flatMap(({ decider, codes }, k) => {
    if (!decider) return [];
    const own = new Float64Array(decider.count).fill(1);
    codes.forEach((code, c) => {
      own[code] = Math.exp(weights[k][c]);
    });
    return [{ decider, rates: own }];
  });
  // What is coarser than its factors may be any number's that comes near enough: then its rates are short ones.
  const coarseness = ({ values, grid }: NumberInput): number => spacing(grid) / Math.abs(values[middle]);
  const finer = factors.every(
    ({ column }) =>
      coarseness(target) <= coarseness(others.find(({ name }) => name === column) as NumberInput),
  );
  return written(target, { factors, all: rates, finer }, trials);
}

/** Which share of numbers, or of codes, is missing. */
function missingIn(values: ArrayLike<number>, isMissing: (value: number) => boolean): number {
  return Array.from(values).filter(isMissing).length / values.length;
}

/** A number, or what it leaves of a whole or adds to one. */
function partsOfNumber({ name, values }: NumberInput, shifts: readonly number[], sample: Int32Array): Part[] {
  return shifts.flatMap((plus): Part[] => {
    const sign = plus < 0 ? -1 : 1;
    const logs = Float64Array.from(sample, (i) => Math.log(sign * (values[i] + plus)));
    if (!logs.every(Number.isFinite)) return [];
    const factor = { column: name, power: 1 as const, ...(plus !== 0 && { plus }) };
    return [{ factor, codes: [], logs: [{ name, values: logs }] }];
  });
}

function partOfDecider(decider: Decider, sample: Int32Array): Part[] {
  const counts = new Int32Array(decider.count);
  for (const i of sample) {
    if (decider.codes[i] < 0) return [];
    counts[decider.codes[i]]++;
  }
  const usual = counts.indexOf(Math.max(...counts));
  const codes = [...counts.keys()].filter((code) => code !== usual);
  const logs = codes.map((code) => ({
    name: `${decider.name}\n${code}`,
    values: Float64Array.from(sample, (i) => Number(decider.codes[i] === code)),
  }));
  return [{ decider, codes, logs }];
}

interface Rates {
  readonly decider: Decider;
  readonly rates: Float64Array;
}

/** The product as a person would write it: short rates of which each column but one has a 1, and what that one's must be then. */
function written(
  target: NumberInput,
  { factors, all, finer }: { factors: Formula["factors"]; all: readonly Rates[]; finer: boolean },
  trials: Trials,
): Formula | undefined {
  const wide = ({ rates }: Rates): number => Math.max(...rates) / Math.min(...rates);
  const [first, ...others] = [...all].sort((a, b) => wide(b) - wide(a));
  const tests = testsOf(target, trials);
  const free = all.reduce((sum, { rates }) => sum + rates.length - 1, 1);
  const constant = factors.reduce((all, { plus, power }) => all * (plus ?? 1) ** -power, 1);
  const bare: Formula = { ...emptySum, kind: "product", constant, factors, otherwise: 0 };
  for (const tolerance of rounded) {
    const more = others.map((one) => ratesBy(one.decider, shortestRates(one.rates, tolerance)));
    const rates = lastRates(target, { ...bare, more }, first.decider, trials);
    const formula = rates && { ...bare, by: ratesBy(first.decider, rates), more };
    if (!formula || !(finer || rates.every(isShort)) || !tests.proven(formula, free)) continue;
    return formula;
  }
  return undefined;
}

function isShort(rate: number): boolean {
  return [rate, 1 / rate].some((one) => Number(one.toPrecision(3)) === one);
}

function ratesBy({ name, values, cuts }: Decider, rates: readonly number[]): RatesBy {
  return { column: name, ...(values && { values }), ...(cuts && { cuts }), rates };
}

/** The rates as parts of one of them, that with which they are the shortest. */
function shortestRates(rates: Float64Array, tolerance: number): readonly number[] {
  const ways = [...rates].map((base) =>
    Array.from(rates, (rate) => {
      const own = rate / base;
      return shortest(own, (one) => Math.abs(one / own - 1) <= tolerance);
    }),
  );
  const length = (own: readonly number[]): number => own.join("").length;
  return ways.reduce((a, b) => (length(b) < length(a) ? b : a));
}

/** By value the shortest rate that leaves every row what is written there; undefined where one has none. */
function lastRates(
  target: NumberInput,
  others: Formula,
  { codes, count }: Decider,
  trials: Trials,
): readonly number[] | undefined {
  const base = evaluate(others, trials.of, trials.rows);
  const rooms = Array.from({ length: count }, (_, code) =>
    roomOf(
      target,
      base,
      [...codes.keys()].filter((i) => codes[i] === code),
    ),
  );
  if (!rooms.every((room) => room && Number.isFinite(room[0]))) return undefined;
  return (rooms as [number, number][]).map(shortestIn);
}
