import { ends } from "../../../core/math/statistics";
import { takeValues } from "../../../core/matrix";
import { placesWhere } from "../../../core/places";
import { evaluate, type Formula, leadsTo, mayMiss } from "../formulas";
import { type Grid, greatestCommonDivisor, snap, spacing } from "../grids";

/** A numeric column as the search sees it. */
export interface NumberInput {
  readonly name: string;
  readonly values: Float64Array;
  readonly grid?: Grid;
  /** Whether others may follow from it but it from none: a number of few values, drawn as levels. */
  readonly given?: boolean;
  /** Whether it has few values and is given for that alone: rates and amounts by levels may compute it all the same. */
  readonly few?: boolean;
  /** Whether they are dates, in milliseconds since 1970. */
  readonly date?: boolean;
  /** Whose each row is, where people have several. */
  readonly people?: Int32Array | undefined;
}

/** So many people must show what some rows do not tell of, since something is missing there. */
const leastKnown = 30;
/** So many people must tell an end, an amount or the sum of a level, or a piece of a line. */
export const leastTold = 5;

/** Whether enough people have one of the rows. */
export function enoughKnown(
  { people }: Pick<NumberInput, "people">,
  rows: ArrayLike<number>,
  least = leastKnown,
): boolean {
  if (!people || rows.length < least) return rows.length >= least;
  const seen = new Set<number>();
  for (let k = 0; k < rows.length && seen.size < least; k++) seen.add(people[rows[k]]);
  return seen.size >= least;
}

/** The rows in which none of the numbers is missing. */
export function knownRows(numbers: readonly NumberInput[]): Int32Array {
  const all = numbers.map(({ values }) => values);
  return placesWhere(all[0]?.length ?? 0, (i) => !all.some((values) => Number.isNaN(values[i])));
}

/** The rows of each code, in their order; those of `rows` alone, where given. */
export function rowsByCode(codes: Int32Array, count: number, rows?: Int32Array): readonly Int32Array[] {
  const all = Array.from({ length: count }, (): number[] => []);
  for (const i of rows ?? codes.keys()) all[codes[i]]?.push(i);
  return all.map((own) => Int32Array.from(own));
}

/** Some rows of a number. */
export function rowsOf(input: NumberInput, rows: Int32Array): NumberInput {
  const { values, people } = input;
  return {
    ...input,
    values: takeValues(values, rows),
    ...(people && { people: rows.map((i) => people[i]) }),
  };
}

/** A level column as the search sees it: codes with missing as the last level. */
export interface LevelsInput {
  readonly name: string;
  readonly codes: Int32Array;
  readonly count: number;
  /** The code of cells that are missing at random. */
  readonly hole?: number;
}

/** At most `most` row numbers, evenly spaced: enough to screen with. */
export function spacedRows(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) out[i] = Math.floor((i * rows) / count);
  return out;
}

/** The value with as few significant digits (1 to 7) as `holds` allows; the value itself when none does. */
export function shortest(value: number, holds: (shorter: number) => boolean): number {
  for (let digits = 1; digits <= 7; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (holds(shorter)) return shorter;
  }
  return value;
}

/**
 * Whether the prediction, rounded to the target's grid, is the target in every row in which both are there, and those are enough
 * people's: to the digit, or (a half may round either way) within half a unit.
 */
export function agrees(target: NumberInput, predicted: (row: number) => number, digit = false): boolean {
  const { values, grid } = target;
  const half = spacing(grid) / 2;
  const slack = digit && grid ? half * 1e-6 : half + half * 1e-6 + 1e-9 * spread(values);
  const known: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = predicted(i);
    if (Number.isNaN(value) || Number.isNaN(values[i])) continue;
    known.push(i);
    if (!(Math.abs(values[i] - (digit ? snap(value, grid) : value)) <= slack)) return false;
  }
  return known.length === values.length || enoughKnown(target, known);
}

/** To the nearest, down or up: how a column may be rounded to its grid, the plainest first. */
export const roundings = [0, -1, 1] as const;
export type Towards = (typeof roundings)[number];

/** How far what is rounded to a value may lie below it, and above. */
export function roomAbout(step: number, towards: Towards): readonly [below: number, above: number] {
  const hair = 5e-7 * step;
  const most = step - 2 * hair;
  if (towards === 0) return [0.5 * step + hair, 0.5 * step + hair];
  return towards < 0 ? [hair, most] : [most, hair];
}

/**
 * The lowest and the highest number that, times the base, is what stands in each of the rows (or in all), rounded; without ends where no row tells
 * any, since something is missing or the base is 0; undefined where there is no such number.
 */
export function roomOf(
  { values, grid }: Pick<NumberInput, "values" | "grid">,
  base: ArrayLike<number>,
  rows?: ArrayLike<number>,
  towards: Towards = 0,
): readonly [low: number, high: number] | undefined {
  const [below, above] = roomAbout(spacing(grid), towards);
  let [low, high] = [-Infinity, Infinity];
  const count = rows?.length ?? values.length;
  for (let k = 0; k < count; k++) {
    const i = rows ? rows[k] : k;
    const [own, of] = [values[i], base[i]];
    if (Number.isNaN(own) || !(Math.abs(of) > 0)) continue;
    const slack = 1e-9 * Math.abs(own);
    const [one, other] = [(own - below - slack) / of, (own + above + slack) / of];
    low = Math.max(low, Math.min(one, other));
    high = Math.min(high, Math.max(one, other));
    if (low > high) return undefined;
  }
  return [low, high];
}

/** The shortest number in a room. */
export function shortestIn([low, high]: readonly [number, number]): number {
  return low <= 0 && high >= 0 ? 0 : shortest((low + high) / 2, (one) => one >= low && one <= high);
}

/** How far the values reach. */
export function spread(values: Float64Array): number {
  const [low, high] = ends(values);
  return high - low;
}

/** The values of some rows, less their mean, of length 1; missing ones are at the mean. */
export function standardised(values: Float64Array, sample: Int32Array): Float64Array {
  const out = takeValues(values, sample);
  let [known, total, squares] = [0, 0, 0];
  for (let k = 0; k < out.length; k++) {
    if (Number.isNaN(out[k])) continue;
    known++;
    total += out[k];
  }
  const centre = total / known;
  for (let k = 0; k < out.length; k++) {
    out[k] = Number.isNaN(out[k]) ? 0 : out[k] - centre;
    squares += out[k] ** 2;
  }
  const scale = Math.sqrt(squares / known) * Math.sqrt(known) || 1;
  for (let k = 0; k < out.length; k++) out[k] /= scale;
  return out;
}

/** Their standard deviation on some rows. */
export function deviation(values: Float64Array, sample: Int32Array): number {
  let total = 0;
  let squares = 0;
  for (let k = 0; k < sample.length; k++) total += values[sample[k]];
  const centre = total / sample.length;
  for (let k = 0; k < sample.length; k++) squares += (values[sample[k]] - centre) ** 2;
  return Math.sqrt(squares / sample.length);
}

/** Their mean. */
export function mean(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total / values.length;
}

/** The values of columns by name, as formulas read them. */
export function valuesOf(numbers: readonly NumberInput[]): (name: string) => Float64Array {
  return (name) => (numbers.find((one) => one.name === name) as NumberInput).values;
}

/** What was found so far: no column leads back to itself. */
export type Found = Map<string, Formula>;

/** Whether nothing says yet what the number is exactly: no rule that was given, none that was found. */
export function isOpen({ name, given }: NumberInput, found: Found): boolean {
  return !given && found.get(name)?.rest !== "none";
}

/**
 * Adds an exact formula beside those found: says whether it could. Where the column is a sum already, or a sum closes a circle with
 * it, that sum is solved for another of its terms, so that both hold: of a = disc + net and a = q × p the net is a − disc.
 */
export function place(
  found: Found,
  numbers: readonly NumberInput[],
  name: string,
  formula: Formula,
): boolean {
  const before = found.get(name);
  const trial: Found = new Map([...found, [name, formula]]);
  const onCircle = [...found].filter(
    ([other]) => other !== name && leadsTo(trial, name, other) && leadsTo(trial, other, name),
  );
  const inTheWay = before ? [[name, before] as const] : onCircle;
  if (inTheWay.length === 0) {
    found.set(name, formula);
    return true;
  }
  for (const [computed, sum] of inTheWay) {
    const without: Found = new Map(found);
    without.delete(computed);
    without.set(name, formula);
    const solved =
      solvedForOther(without, numbers, { computed, sum, whole: true }) ??
      solvedForOther(without, numbers, { computed, sum, whole: false });
    if (!solved) continue;
    found.delete(computed);
    found.set(name, formula);
    found.set(...solved);
    return true;
  }
  return false;
}

/** Adds an exact formula as `place` does, in the place of a loose one if need be, which stays where it cannot. */
export function placeOver(
  found: Found,
  numbers: readonly NumberInput[],
  name: string,
  formula: Formula,
): boolean {
  const before = found.get(name);
  found.delete(name);
  const placed = place(found, numbers, name, formula);
  if (!placed && before) found.set(name, before);
  return placed;
}

/**
 * Solves sums for another of their columns where the one that they give is too coarse: a revenue in thousands is no cost in hundreds
 * and margin in hundreds, but the margin is what the cost leaves of it; whole minutes are found back from a percentage, but do not
 * give it. What no other column keeps either is no rule.
 */
export function solveForFinest(found: Found, numbers: readonly NumberInput[]): void {
  for (const [computed, sum] of [...found]) {
    const loss = lostBy(numbers, computed, sum);
    if (loss === "nothing") continue;
    found.delete(computed);
    const solved = solvedForOther(found, numbers, { computed, sum, whole: true });
    if (solved) found.set(...solved);
    else if (loss === "digits") found.set(computed, sum);
  }
}

/**
 * What a sum's column keeps of what its terms may be on their grids: all, not all digits, or (where real ones are the sum itself, which
 * nobody rounded) not the sum.
 */
export function lostBy(
  numbers: readonly NumberInput[],
  name: string,
  formula: Formula,
): "nothing" | "digits" | "the sum" {
  const { kind, rest, terms, round, effects } = formula;
  const values = valuesOf(numbers);
  const inputOf = (column: string) => numbers.find((one) => one.name === column) as NumberInput;
  const step = spacing(inputOf(name).grid);
  if (kind !== "sum" || rest !== "none" || round || effects.length > 0 || step === 0) return "nothing";
  const reaches = terms
    .filter(({ column, times }) => !times && !inputOf(column).date)
    .map(({ column, weight }) => (Math.abs(weight) * commonUnit(inputOf(column))) / step);
  const tiny = 1e-4;
  if (reaches.every((reach) => reach >= tiny && Math.abs(reach - Math.round(reach)) < tiny)) return "nothing";
  const predicted = evaluate(formula, values, values(name).length);
  const isExact = values(name).every((value, i) => !(Math.abs(value - predicted[i]) > tiny * step));
  return isExact ? "the sum" : reaches.some((reach) => reach < 1 - tiny) ? "digits" : "nothing";
}

/** What the values are multiples of: few of them show no grid, but what others are on it. */
function commonUnit({ values, grid }: NumberInput): number {
  if (!grid) return 0;
  const scale = 10 ** grid.decimals;
  return (
    values.reduce((step, value) => {
      const units = Math.abs(Math.round(value * scale));
      return units >= 0 ? greatestCommonDivisor(step, units) : step;
    }, 0) / scale
  );
}

/**
 * The sum solved for the last of its terms that nothing computes and that closes no circle, where it holds in all rows; with `whole` for
 * one that loses nothing of the others.
 */
function solvedForOther(
  found: Found,
  numbers: readonly NumberInput[],
  {
    computed,
    sum: { kind, rest, constant, terms, ...sum },
    whole,
  }: { readonly computed: string; readonly sum: Formula; readonly whole: boolean },
): [string, Formula] | undefined {
  const ends = sum.least !== undefined || sum.most !== undefined;
  if (kind !== "sum" || rest !== "none" || ends) return undefined;
  const values = valuesOf(numbers);
  // What counts as nothing where it is missing, others do not give.
  const optional = ({ name }: NumberInput): number =>
    Number(terms.some((term) => term.column === name && mayMiss(term)));
  for (const input of [...numbers].reverse().sort((a, b) => optional(a) - optional(b))) {
    const { name, given } = input;
    const own = terms.find(({ column }) => column === name);
    if (!own || given || found.has(name)) continue;
    const others = terms.filter((term) => term !== own);
    const formula: Formula = {
      ...sum,
      kind,
      rest,
      constant: constant === 0 ? 0 : -constant / own.weight,
      terms: [
        { column: computed, weight: 1 / own.weight },
        ...others.map((term) => ({ ...term, weight: -term.weight / own.weight })),
      ],
    };
    const trial: Found = new Map([...found, [name, formula]]);
    if (leadsTo(trial, name, name) || [...found.keys()].some((one) => leadsTo(trial, one, one))) continue;
    const predicted = evaluate(formula, values, values(name).length);
    if (!agrees(input, (i) => predicted[i])) continue;
    const loss = lostBy(numbers, name, formula);
    if (loss === "nothing" || (loss === "digits" && !whole)) return [name, formula];
  }
  return undefined;
}
