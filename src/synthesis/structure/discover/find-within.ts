import { cholesky, choleskySolve, dot } from "../../../core/math/linear-algebra";
import { takeValues } from "../../../core/matrix";
import { placesWhere } from "../../../core/places";
import { day } from "../date-parts";
import { emptySum, evaluate, type Formula, leadsTo } from "../formulas";
import { spacing } from "../grids";
import { personsIn } from "../people";
import { isWritten } from "./find-exact";
import { findSums } from "./find-sums";
import {
  enoughKnown,
  type Found,
  isOpen,
  knownRows,
  type LevelsInput,
  leastTold,
  type NumberInput,
  place,
  placeOver,
  rowsByCode,
  rowsOf,
  spacedRows,
  standardised,
} from "./search";
import { withStandIns } from "./tried/missing-terms";
import { amountsAmong, asWritten } from "./tried/read-sums";
import { type Trials, testsOf } from "./tried/trials";

/** Of so many columns that go with a number in some rows a sum is looked for. */
const mostTerms = 12;
/** So many rows must lie at an end, and as many within; and as many be of a level. */
const leastRows = 50;
const leastCorrelation = 0.5;
/** A sum leaves hardly anything of a number, and of the sample less than this. */
const leastExplained = 0.99;
const screeningRows = 1000;
/** … and so many of a level's rows at its own end, and within it. */
const leastAtEnd = 20;
/** By a column of more levels no sums are told. */
const mostLevels = 12;

/**
 * Adds columns that are a sum of others, and of an amount for each level, but no less, or no more, than an end: excess = the greater of 0
 * and debt − 5000, over = the greater of 0 and usage + (by plan: S → −10, L → −25).
 */
export function findCensored(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  found: Found,
  trials: Trials,
): void {
  const days = new Map(numbers.flatMap(({ name, date }) => (date ? [[name, 1 / day] as const] : [])));
  for (const target of numbers) {
    if (target.given || target.date || found.has(target.name)) continue;
    for (const side of ["least", "most"] as const) {
      const cut = cutOf(target, side, knownRows([target]), leastRows);
      if (!cut) continue;
      const { within } = cut;
      const formula =
        cutSum(cut, within, { numbers, amounts: [], found, trials }) ??
        // A price list of few values is no term beside the amounts of what it goes by.
        cutSum(cut, within, {
          numbers: numbers.filter(({ given, date }) => !given || date),
          amounts: amountsAmong(levelsWithin(levels, within), within.length),
          found,
          trials,
        });
      const whole = formula && withStandIns(formula, target, trials.of, days);
      if (whole && place(found, numbers, target.name, whole)) break;
    }
  }
}

/** A number, and an end that it keeps to. */
interface Cut {
  readonly target: NumberInput;
  readonly end: number;
  readonly side: "least" | "most";
}

/** The sum that the number is in the rows within its end, if it is that, or the end, in all of them. */
function cutSum(
  { target, end, side }: Cut,
  within: Int32Array,
  {
    numbers,
    amounts,
    found,
    trials,
  }: {
    readonly numbers: readonly NumberInput[];
    readonly amounts: ReturnType<typeof amountsAmong>;
    readonly found: Found;
    readonly trials: Trials;
  },
): Formula | undefined {
  const also = amounts.map(({ input }) => input);
  const near = nearIn(within, [target, ...numbers.filter((one) => one !== target), ...also]);
  const sum = sumWithin(target, numbers, found, { rows: within, near, also });
  const tests = testsOf(target, trials);
  return (sum ? asWritten(sum, amounts, target) : [])
    .map((way) => ({ ...withIdleLevels(way, { target, end, side }, trials), [side]: end }))
    .find((way) => tests.proven(way, way.terms.length + also.length + 1));
}

/** The levels in some of the rows. */
function levelsWithin(levels: readonly LevelsInput[], rows: Int32Array): readonly LevelsInput[] {
  return levels.map((one) => {
    const codes = new Int32Array(one.codes.length).fill(-1);
    for (const i of rows) codes[i] = one.codes[i];
    return { ...one, codes };
  });
}

/** The sum with amounts for levels that never leave the end, by which they do not: no row tells which. */
function withIdleLevels(formula: Formula, { target, end, side }: Cut, { of, rows, people }: Trials): Formula {
  const sign = side === "least" ? 1 : -1;
  let rule = formula;
  for (const by of formula.effects) {
    const codes = of(by.column);
    const others = rule.effects.filter((one) => one !== by);
    const bare = evaluate({ ...rule, effects: others }, of, rows);
    const effects = by.effects.map((own, code) => {
      const there = placesWhere(rows, (i) => codes[i] === code && !Number.isNaN(target.values[i]));
      if (own === null || there.length === 0) return null;
      // Where no use is told of a level at all, what stands in for it may keep to the end.
      const known = there.filter((i) => !Number.isNaN(bare[i]));
      const leaving = known.filter((i) => target.values[i] !== end);
      if (personsIn(leaving, people) >= leastTold) return own;
      const beyond = known.reduce((most, i) => Math.max(most, sign * (bare[i] - end)), 0);
      const unit = 10 ** Math.floor(Math.log10(beyond || 1));
      return 0 - sign * Math.ceil(beyond / unit) * unit;
    });
    rule = { ...rule, effects: rule.effects.map((one) => (one === by ? { ...by, effects } : one)) };
  }
  return rule;
}

/**
 * Adds columns that are a sum of others of which each level of a column has its own, be it no less or no more than an end: price =
 * (by zone: A → 4 + 1.2 × weight, B → the greater of 9 and 6 + 1.5 × weight).
 */
export function findSumsByLevel(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  found: Found,
  trials: Trials,
): void {
  const step = (name: string): number => spacing(numbers.find((one) => one.name === name)?.grid);
  const all: { readonly name: string; readonly formula: Formula; readonly coarse: boolean }[] = [];
  for (const { name: column, codes, count } of levels) {
    if (count < 2 || count > mostLevels) continue;
    const rows = rowsByCode(codes, count);
    const used = rows.filter((own) => own.length > 0).sort((a, b) => b.length - a.length);
    if (used.length < 2 || used[used.length - 1].length < leastRows) continue;
    const near: ReturnType<typeof nearIn>[] = [];
    // Nearly all columns end at the first level.
    const nearOf = (k: number): ReturnType<typeof nearIn> => {
      near[k] ??= nearIn(used[k], numbers);
      return near[k];
    };
    for (const target of numbers.filter((one) => isOpen(one, found))) {
      const isThere = (i: number): boolean => !Number.isNaN(target.values[i]);
      const first = used.findIndex((own) => own.some(isThere));
      if (first < 0 || nearOf(first)(target, numbers).whole < leastCorrelation) continue;
      const sums = new Map<Int32Array, Formula>();
      const told = used.every((own, k) => {
        const there = own.filter(isThere);
        if (there.length === 0) return true;
        // What few rows or people tell is no rule of the level, and would be read off them.
        if (there.length < leastRows || !enoughKnown(target, there, leastTold)) return false;
        const sum =
          constantIn(target, there) ??
          sumWithin(target, numbers, found, { rows: own, near: nearOf(k) }) ??
          cutWithin(target, numbers, found, there);
        if (sum) sums.set(own, sum);
        return sum && isWritten(sum);
      });
      if (!told || sums.size < 2) continue;
      const each = { column, formulas: rows.map((own) => sums.get(own) ?? null) };
      const formula: Formula = { ...emptySum, each };
      const terms = [...sums.values()].flatMap((sum) => sum.terms);
      const tests = testsOf(target, trials);
      if (!tests.proven(formula, terms.length + sums.size)) continue;
      const coarse = terms.some(
        (term) => spacing(target.grid) > Math.abs(term.weight) * step(term.column) * 1.0001,
      );
      all.push({ name: target.name, formula, coarse });
    }
  }
  // The finer column follows: not each cent is some unit's price.
  for (const { name, formula } of all.sort((a, b) => Number(a.coarse) - Number(b.coarse)))
    if (found.get(name)?.rest !== "none") placeOver(found, numbers, name, formula);
}

/** The sum that the number is in some of the rows but for those at its end there, which it would be beyond. */
function cutWithin(
  target: NumberInput,
  numbers: readonly NumberInput[],
  found: Found,
  rows: Int32Array,
): Formula | undefined {
  for (const side of ["least", "most"] as const) {
    const cut = cutOf(target, side, rows, leastAtEnd);
    if (!cut) continue;
    const { end, within } = cut;
    const sum = sumWithin(target, numbers, found, { rows: within, near: nearIn(within, numbers) });
    if (sum) return { ...sum, [side]: end };
  }
  return undefined;
}

/** The lowest, or highest, value in some rows, where enough of them, of enough people, lie at it and within it. */
function cutOf(
  target: NumberInput,
  side: Cut["side"],
  rows: Int32Array,
  least: number,
): (Cut & { readonly within: Int32Array }) | undefined {
  const { values } = target;
  const end = rows.reduce(
    (most, i) => (side === "least" ? Math.min(most, values[i]) : Math.max(most, values[i])),
    values[rows[0]],
  );
  const [at, within] = [rows.filter((i) => values[i] === end), rows.filter((i) => values[i] !== end)];
  const told = [at, within].every((own) => own.length >= least && enoughKnown(target, own, leastTold));
  return told ? { target, end, side, within } : undefined;
}

/** The sum of nothing, where the rows have one value alone. */
function constantIn({ values }: NumberInput, rows: Int32Array): Formula | undefined {
  return rows.every((i) => values[i] === values[rows[0]])
    ? { ...emptySum, constant: values[rows[0]] }
    : undefined;
}

/** How much columns go with a number in some of the rows, and those that do most together. */
function nearIn(rows: Int32Array, numbers: readonly NumberInput[]) {
  const sample = spacedRows(rows.length, screeningRows).map((k) => rows[k]);
  const scores = numbers.map((one) => standardised(one.values, sample));
  const torn = numbers.map(({ values }) => sample.some((i) => Number.isNaN(values[i])));
  const places = new Map(numbers.map((one, k) => [one, k]));
  const goes = numbers.map((): Float64Array | undefined => undefined);
  // Each pair once, and of those targets alone that are asked for.
  const goesWith = (a: number): Float64Array => {
    goes[a] ??= Float64Array.from(scores, (own, b) => goes[b]?.[a] ?? dot(own, scores[a]));
    return goes[a];
  };
  return (target: NumberInput, others: readonly NumberInput[], also: readonly NumberInput[] = []) => {
    const own = goesWith(places.get(target) as number);
    const nearest = others
      .filter((one) => one !== target)
      .map((one) => places.get(one) as number)
      .sort((a, b) => Math.abs(own[b]) - Math.abs(own[a]))
      .slice(0, mostTerms)
      .concat(also.map((one) => places.get(one) as number));
    const moments = takeValues(own, nearest);
    return {
      nearest: new Set(nearest.map((k) => numbers[k])),
      whole: Math.sqrt(dot(moments, moments)),
      /** Which share of the number's variance they explain; 1 where cells are missing. */
      explained: (): number => {
        const p = nearest.length;
        if ([places.get(target) as number, ...nearest].some((k) => torn[k])) return 1;
        const gram = new Float64Array(p * p);
        for (let a = 0; a < p; a++)
          for (let b = 0; b <= a; b++)
            gram[a * p + b] = a === b ? 1 + 1e-9 : goesWith(nearest[a])[nearest[b]];
        const factor = cholesky(gram, p);
        return factor ? dot(choleskySolve(factor, p, moments), moments) : 1;
      },
    };
  };
}

/** The sum that the number is in some of the rows, of the columns that go with it most there, and others; undefined where it is none. */
function sumWithin(
  target: NumberInput,
  numbers: readonly NumberInput[],
  found: Found,
  {
    rows,
    near,
    also = [],
  }: {
    readonly rows: Int32Array;
    readonly near: ReturnType<typeof nearIn>;
    readonly also?: readonly NumberInput[];
  },
): Formula | undefined {
  const open = numbers.filter((one) => one !== target && isTerm(one.name, target.name, found));
  const { nearest, whole, explained } = near(target, open, also);
  if (whole < leastCorrelation || explained() < leastExplained) return undefined;
  const inside: Found = new Map();
  const others = [...open.filter((one) => nearest.has(one)), ...also];
  findSums([rowsOf(target, rows), ...others.map((one) => ({ ...rowsOf(one, rows), given: true }))], inside);
  return inside.get(target.name);
}

/** Whether the column tells what no line of others does, and does not follow from the target. */
function isTerm(name: string, target: string, found: Found): boolean {
  const { kind, terms = [], effects = [], round, each } = found.get(name) ?? {};
  const line = kind === "sum" && !round && !each && effects.length === 0;
  const isLine =
    line &&
    terms.every(({ among, steps, times, as, ...own }) => !(among ?? steps ?? times ?? as ?? own.round));
  return !isLine && !leadsTo(found, name, target);
}
