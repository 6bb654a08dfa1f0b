import { countUpTo } from "../../core/math/sorted";
import { type Curve, curves } from "./curves";
import { type DateUnit, day, momentAt, placeOf, startOf } from "./date-parts";

/**
 * How a column follows from others: a product `constant × Π (column + plus + Σ also)^power × a rate by a column's value`, or a sum
 * `constant + Σ weight × column + Σ effect of a level`, but no less than `least` and no more than `most`.
 */
export interface Formula {
  readonly kind: "product" | "sum";
  readonly constant: number;
  readonly factors: readonly {
    readonly column: string;
    readonly power: 1 | -1;
    readonly plus?: number;
    /** Columns that are added first: a ÷ (a + b + c) is a share. */
    readonly also?: readonly string[];
    /** Whether a missing cell counts as 0: no discount. */
    readonly nothing?: boolean;
  }[];
  /** For products: the rate that each value of a column stands for, and those of more columns. */
  readonly by?: RatesBy;
  readonly more?: readonly RatesBy[];
  readonly terms: readonly Term[];
  /** For level columns: one effect per level, and a last one for missing values. */
  readonly effects: readonly { readonly column: string; readonly effects: readonly (number | null)[] }[];
  /** Whole multiples of `step` alone: what lies between two of them is the one below (−1) or above (1). */
  readonly round?: Rounding;
  readonly least?: number;
  readonly most?: number;
  /** The sum is a date's place in a calendar of even months (`placeOf`): it is that date, `plus` milliseconds later. */
  readonly calendar?: { readonly plus: number };
  /** Instead of all that: the formula that holds for each value of a column. */
  readonly each?: FormulaEach;
  /**
   * What the formula leaves open and a method draws: nothing, a factor (value ÷ formula), or a difference
   * (value − formula).
   */
  readonly rest: "none" | "factor" | "difference";
  /** The value where the formula is undefined or zero, null for missing. */
  readonly otherwise: number | null;
  /** The median of |value ÷ formula − 1| (products) or |value − formula| (sums) in training: how loose the rule is. */
  readonly error: number;
}

/** Whole multiples of a step, up or down. */
export interface Rounding {
  readonly step: number;
  readonly towards: 1 | -1;
}

/** A formula by the value of a column of levels, or of a number of few `values`. */
export interface FormulaEach {
  readonly column: string;
  readonly values?: readonly number[];
  /** One per level or value, and one for missing cells if there are any; null where nothing is there. */
  readonly formulas: readonly (Formula | null)[];
}

/** A column of a sum, times its weight. */
export interface Term {
  readonly column: string;
  readonly weight: number;
  /** Another number that it, or what is read of it, is multiplied by, `plus` added to that one. */
  readonly times?: { readonly column: string; readonly plus: number };
  /** Of it and other columns the least or the greatest one: no more than a limit. */
  readonly among?: { readonly pick: "least" | "greatest"; readonly others: readonly string[] };
  /** Of a date the start of the unit that it lies in. */
  readonly from?: DateUnit;
  /** Of a date its place in a calendar of even months (`placeOf`). */
  readonly calendar?: true;
  /** Of a number the multiple of a step below it, or above: gigabytes begun. */
  readonly round?: Rounding;
  /** Of a number its logarithm, its root, how far it is from 0 whatever its sign. */
  readonly as?: Curve;
  /** Of a number the value of the stretch that it lies in, below the first cut the first one, with `slopes` times the number on top. */
  readonly steps?: {
    readonly cuts: readonly number[];
    readonly values: readonly number[];
    readonly slopes?: readonly number[];
  };
  /** Whether a missing cell counts as 0: no discount. */
  readonly nothing?: boolean;
  /** What else a missing cell counts as: the moment at which a table was closed. */
  readonly instead?: number;
}

/** Rates by the value of a column of levels, of a number of few `values`, or by the stretch between `cuts` that a number lies in. */
export interface RatesBy {
  readonly column: string;
  readonly values?: readonly number[];
  readonly cuts?: readonly number[];
  /** One per level or value, and one for missing cells if there are any; null where none is told. */
  readonly rates: readonly (number | null)[];
}

/** The place of one value of the column as formulas read it: a number of few values, or the code of a level. */
export function placeAmong(values: readonly number[] | undefined, own: number): number {
  return values ? (Number.isNaN(own) ? values.length : values.indexOf(own)) : own;
}

/** In each row what comes of the formula that holds there; NaN where none does. */
function chosen(
  { column, values, formulas }: FormulaEach,
  argument: Arguments,
  rows: number,
  of: (formula: Formula) => Float64Array,
): Float64Array {
  const own = argument(column);
  const made = formulas.map((formula) => formula && of(formula));
  return Float64Array.from({ length: rows }, (_, i) => made[placeAmong(values, own[i])]?.[i] ?? Number.NaN);
}

/** The rates by columns' values that a formula has. */
export function ratesIn({ by, more = [] }: Formula): readonly RatesBy[] {
  return by ? [by, ...more] : more;
}

/** The columns whose values decide what holds. */
export function decidersOf(formula: Formula): readonly string[] {
  const { effects, each, terms } = formula;
  const listed = terms.filter(({ steps }) => steps && isTurning(steps));
  return [...ratesIn(formula), ...effects, ...listed, ...(each ? [each] : [])].map(({ column }) => column);
}

/** Whether the values neither rise all along nor fall. */
function isTurning({ values, slopes }: NonNullable<Term["steps"]>): boolean {
  const turns = (sign: 1 | -1): boolean =>
    values.some((value, k) => k > 0 && sign * (value - values[k - 1]) < 0);
  return slopes === undefined && turns(1) && turns(-1);
}

/** The rate of one value of its column; NaN where none is told. */
export function rateOf({ values, cuts, rates }: RatesBy, own: number): number {
  const place = cuts ? (Number.isNaN(own) ? -1 : countUpTo(cuts, own)) : placeAmong(values, own);
  return rates[place] ?? Number.NaN;
}

/** The exact sum of nothing: other formulas are written as what they differ in. */
export const emptySum: Formula = {
  kind: "sum",
  constant: 0,
  factors: [],
  terms: [],
  effects: [],
  rest: "none",
  otherwise: null,
  error: 0,
};

/** An argument's values: numbers, or for levels the codes with missing as the last. */
export type Arguments = (column: string) => ArrayLike<number>;

/** The formula's value in each row; NaN where it is undefined. */
export function evaluate(formula: Formula, argument: Arguments, rows: number): Float64Array {
  if (formula.each) return chosen(formula.each, argument, rows, (own) => evaluate(own, argument, rows));
  const out = new Float64Array(rows).fill(formula.constant);
  for (const { column, power, plus = 0, also = [], nothing } of formula.factors) {
    const own = argument(column) as Float64Array;
    const values = also.reduce(
      (sum, other) => {
        const more = argument(other);
        return Float64Array.from(sum, (value, i) => value + more[i]);
      },
      nothing ? Float64Array.from(own, (value) => (Number.isNaN(value) ? 0 : value)) : own,
    );
    if (power === 1) for (let i = 0; i < rows; i++) out[i] *= values[i] + plus;
    else for (let i = 0; i < rows; i++) out[i] /= values[i] + plus;
  }
  for (const by of ratesIn(formula)) {
    const values = argument(by.column);
    for (let i = 0; i < rows; i++) out[i] *= rateOf(by, values[i]);
  }
  for (const term of formula.terms) {
    const { weight, nothing } = term;
    const values = termValues(term, argument);
    for (let i = 0; i < rows; i++) out[i] += nothing && Number.isNaN(values[i]) ? 0 : weight * values[i];
  }
  for (const { column, effects } of formula.effects) {
    const codes = argument(column);
    for (let i = 0; i < rows; i++) out[i] += effects[codes[i]] ?? Number.NaN;
  }
  const { least = -Infinity, most = Infinity, round, calendar } = formula;
  if (round) for (let i = 0; i < rows; i++) out[i] = stepped(out[i], round);
  for (let i = 0; i < rows; i++)
    out[i] = Number.isFinite(out[i]) ? Math.min(most, Math.max(least, out[i])) : Number.NaN;
  if (calendar) for (let i = 0; i < rows; i++) out[i] = momentAt(out[i]) + calendar.plus;
  return out;
}

/** What a sum reads of a column, times another one where it says so. */
function termValues(term: Term, argument: Arguments): ArrayLike<number> {
  const values = readingOf(term, argument);
  const { times } = term;
  if (!times) return values;
  const others = argument(times.column);
  return Float64Array.from(values, (value, i) => value * (others[i] + times.plus));
}

function readingOf(
  { column, among, from, calendar, instead, steps, round, as }: Term,
  argument: Arguments,
): ArrayLike<number> {
  const own = argument(column);
  const values =
    instead === undefined ? own : Float64Array.from(own, (value) => (Number.isNaN(value) ? instead : value));
  if (as) return Float64Array.from(values, curves[as].at);
  if (among) {
    const pick = among.pick === "least" ? Math.min : Math.max;
    return among.others
      .map(argument)
      .reduce(
        (picked: ArrayLike<number>, more) => Float64Array.from(picked, (value, i) => pick(value, more[i])),
        values,
      );
  }
  if (steps) return Float64Array.from(values, (value) => stretchValue(steps, value));
  if (round) return Float64Array.from(values, (value) => stepped(value, round));
  if (!from && !calendar) return values;
  return Float64Array.from(values, (value) => {
    const start = from ? startOf(from, value) : value;
    // A year of weeks is the one that most of its first week lies in.
    const year = calendar && from === "year of weeks" ? startOf("year", start + 3 * day) : start;
    return calendar ? placeOf(year) : start;
  });
}

function stretchValue({ cuts, values, slopes }: NonNullable<Term["steps"]>, value: number): number {
  if (Number.isNaN(value)) return value;
  let at = 0;
  while (at < cuts.length && value >= cuts[at]) at++;
  return values[at] + (slopes ? slopes[at] * value : 0);
}

/** Between which numbers the stretches lie whose values are from `low` to `high`; NaN where none is. */
function stretchOf(
  { cuts, values }: NonNullable<Term["steps"]>,
  low: number,
  high: number,
): readonly [number, number] {
  const at = [...values.keys()].filter((k) => values[k] >= low && values[k] <= high);
  if (at.length === 0) return [Number.NaN, Number.NaN];
  return [cuts[at[0] - 1] ?? -Infinity, cuts[at[at.length - 1]] ?? Infinity];
}

/** Sums of binary fractions lie so many steps beside the whole number that they are. */
const noise = 1e-9;

/** The multiple of the step below the value, or above. */
export function stepped(value: number, { step, towards }: Rounding): number {
  const steps = value / step;
  return (towards < 0 ? Math.floor(steps + noise) : Math.ceil(steps - noise)) * step;
}

/**
 * The value of one number that the formula reads at which it gives the targets, the others being known; NaN where none does, and
 * for the column that decides the rate, or stands twice, of which several may.
 */
export function argumentAt(
  formula: Formula,
  name: string,
  targets: ArrayLike<number>,
  argument: Arguments,
): Float64Array {
  const { factors, terms, least = -Infinity, most = Infinity } = formula;
  const folded = ({ column, times, among, steps }: Term): boolean =>
    times?.column === name ||
    (steps !== undefined && (steps.slopes ?? times) !== undefined && column === name) ||
    (among !== undefined && [column, ...among.others].includes(name));
  const own = factors.filter(({ column, also = [] }) => [column, ...also].includes(name));
  const isSquared = own.some((one, k) => own.slice(k + 1).some(({ power }) => power === one.power));
  if (isSquared || decidersOf(formula).includes(name) || terms.some(folded))
    return new Float64Array(targets.length).fill(Number.NaN);
  if (formula.each)
    return chosen(formula.each, argument, targets.length, (own) => argumentAt(own, name, targets, argument));
  // What is rounded, or read of a date, is before and after that: `argumentRange`.
  const { by, more, round: _, calendar: __, ...given } = formula;
  const straight = terms.map((term) =>
    term.column === name && !term.times ? { column: name, weight: term.weight } : term,
  );
  const plain = { ...given, terms: straight };
  const rows = targets.length;
  const at = (own: Partial<Formula>, value: number): Float64Array =>
    evaluate(
      { ...plain, least: -Infinity, most: Infinity, ...own },
      (column) => (column === name ? new Float64Array(rows).fill(value) : argument(column)),
      rows,
    );
  // Both what stands above the line and what stands below it are straight lines of the one number.
  const [above, below] = ([1, -1] as const).map((power) => {
    const own = factors.filter((factor) => factor.power === power);
    const part: Partial<Formula> = {
      factors: own.map((factor) => ({ ...factor, power: 1 })),
      ...(power === -1
        ? { constant: 1, terms: [], effects: [] }
        : { ...(by && { by }), ...(more && { more }) }),
    };
    const [zero, one] = [at(part, 0), at(part, 1)];
    // A sum's weight itself, since a moment's is so small that sums of moments would drown it.
    const weight = terms.reduce((sum, term) => sum + (term.column === name ? term.weight : 0), 0);
    const plainly = !terms.some((term) => term.column === name && term.times);
    const slopes =
      terms.length > 0 && power === 1 && plainly
        ? new Float64Array(rows).fill(weight)
        : one.map((value, i) => value - zero[i]);
    return { zero, slopes };
  });
  return Float64Array.from(targets, (target, i) => {
    const [n, m] = [above.zero[i], above.slopes[i]];
    const [d, e] = [below.zero[i], below.slopes[i]];
    const end = target <= least ? -Infinity : target >= most ? Infinity : target;
    if (!Number.isFinite(end)) return end * Math.sign(m * d - n * e);
    const value = (end * d - n) / (m - end * e);
    // Where the line below would be crossed, no number is great enough.
    return e > 0 && !(d + e * value > 0) ? Infinity : value;
  });
}

/**
 * Where one column that the formula reads lies, on its own grid of this step, for the formula to lie between these ends, the others
 * being known; infinite or NaN where that tells nothing.
 */
export function argumentRange(
  formula: Formula,
  { name, step }: { readonly name: string; readonly step: number },
  ends: readonly [low: Float64Array, high: Float64Array],
  argument: Arguments,
): readonly [low: Float64Array, high: Float64Array] {
  const { round, calendar, each } = formula;
  if (each?.formulas.some((one) => one && argumentsOf(one).includes(name))) {
    const side = (at: 0 | 1): Float64Array =>
      chosen(each, argument, ends[0].length, (one) => argumentRange(one, { name, step }, ends, argument)[at]);
    return [side(0), side(1)];
  }
  const own = formula.terms.filter(({ column }) => column === name);
  if (own.length > 1) return [ends[0].map(() => Number.NaN), ends[1].map(() => Number.NaN)];
  const free = ends.map((end, side) =>
    end.map((value) => {
      const place = calendar && Number.isFinite(value) ? placeOf(value - calendar.plus) : value;
      return round ? unstepped(place, round, side === 0) : place;
    }),
  );
  const [a, b] = free.map((end) => argumentAt(formula, name, end, argument));
  const sorted = [a.map((one, i) => Math.min(one, b[i])), a.map((one, i) => Math.max(one, b[i]))] as const;
  const [{ from, calendar: even, steps, round: begun, as } = {} as Partial<Term>] = own;
  if (as) {
    const ends = Array.from(sorted[0], (low, i) => curves[as].ends(low, sorted[1][i]));
    return [Float64Array.from(ends, ([low]) => low), Float64Array.from(ends, ([, high]) => high)];
  }
  if (begun)
    return [
      sorted[0].map((low) => unstepped(low, begun, true)),
      sorted[1].map((high) => unstepped(high, begun, false)),
    ];
  if (steps) {
    const within = sorted[0].map((low, i) => stretchOf(steps, low, sorted[1][i])[0]);
    const most = sorted[0].map((low, i) => stretchOf(steps, low, sorted[1][i])[1] - step / 2);
    return [within, most];
  }
  if (!round && !calendar && !from && !even) return sorted;
  const read = sorted.map((end, side) =>
    end.map((value) => {
      const moment = even ? momentAt(value) : value;
      if (!from || !Number.isFinite(moment)) return moment;
      const start = startOf(from, moment);
      return side === 0 && start === moment ? start : startOf(from, moment, 1) - (side === 0 ? 0 : step / 2);
    }),
  );
  const hair = 1e-3 * step;
  return [
    read[0].map((low) => (step > 0 ? (Math.ceil((low - hair) / step) - 0.499999) * step : low)),
    read[1].map((high) => (step > 0 ? (Math.floor((high + hair) / step) + 0.499999) * step : high)),
  ];
}

/** The lowest, or highest, number that is rounded to one from (up to) the end. */
function unstepped(end: number, { step, towards }: Rounding, low: boolean): number {
  const inside = 1e-5;
  const steps = low ? Math.ceil(end / step - inside) : Math.floor(end / step + inside);
  if (towards < 0) return (low ? steps : steps + 1 - inside) * step;
  return (low ? steps - 1 + inside : steps) * step;
}

/** Whether a row leaves something to draw: where there is a formula for each value of a column, its own one says so. */
export function leavesRest({ rest, each }: Formula, argument: Arguments): (row: number) => boolean {
  const own = each && argument(each.column);
  return (i) =>
    rest !== "none" && (!each || !own || each.formulas[placeAmong(each.values, own[i])]?.rest !== "none");
}

/** What is left to draw of `value` (factor or difference); NaN where the formula gives nothing to compare with. */
export function restOf(formula: Formula, value: number, predicted: number): number {
  if (formula.rest === "difference") {
    const rest = value - predicted;
    // What binary fractions leave of equal differences would tell them apart.
    const scale = 10 ** (12 - Math.floor(Math.log10(Math.abs(value))));
    return Number.isFinite(scale) ? Math.round(rest * scale) / scale : rest;
  }
  return predicted === 0 ? Number.NaN : value / predicted;
}

/** The value rebuilt from the formula and its rest, before it is snapped and clipped. */
export function rebuild(formula: Formula, predicted: number, rest: number): number {
  // With rates nothing is known where none is told: that is neither 0 nor what stands there when a factor is missing.
  if (ratesIn(formula).length > 0 && Number.isNaN(predicted)) return Number.NaN;
  const undefinedHere = Number.isNaN(predicted) || (formula.kind === "product" && predicted === 0);
  if (undefinedHere) return formula.otherwise ?? Number.NaN;
  if (formula.rest === "none") return predicted;
  return formula.rest === "factor" ? predicted * rest : predicted + rest;
}

/** The columns that the formula reads. */
export function argumentsOf(formula: Formula): readonly string[] {
  const added = formula.factors.flatMap(({ also = [] }) => also);
  const { factors, terms, effects, each } = formula;
  const times = terms.flatMap((term) => (term.times ? [term.times] : []));
  const others = [...factors, ...ratesIn(formula), ...terms, ...times, ...effects, ...(each ? [each] : [])];
  const picked = terms.flatMap(({ among }) => among?.others ?? []);
  const inEach = (each?.formulas ?? []).flatMap((own) => (own ? argumentsOf(own) : []));
  return [...new Set([...others.map((one) => one.column), ...added, ...picked, ...inEach])];
}

/** Whether the number is told where the column is missing, too. */
export function mayMiss({ nothing, instead }: Pick<Term, "nothing" | "instead">): boolean {
  return nothing === true || instead !== undefined;
}

/** Those of them that must not be missing. */
export function neededBy(formula: Formula): readonly string[] {
  const read = [...formula.terms, ...formula.factors];
  const optional = read.flatMap((one) => (mayMiss(one) ? [one.column] : []));
  return argumentsOf(formula).filter((name) => !optional.includes(name));
}

/** Whether the column is computed from the other, over others if need be. */
export function leadsTo(found: ReadonlyMap<string, Formula>, name: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const formula = found.get(next);
    for (const one of formula ? argumentsOf(formula) : []) {
      if (one === to) return true;
      if (!seen.has(one)) open.push(one);
      seen.add(one);
    }
  }
  return false;
}
