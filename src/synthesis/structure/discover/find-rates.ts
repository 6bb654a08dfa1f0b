import { emptySum, evaluate, type Formula } from "../formulas";
import { spacing } from "../grids";
import { type Found, type NumberInput, placeOver, shortest, valuesOf } from "./search";

/** A column of few values that may decide a rate. */
export interface Decider {
  readonly name: string;
  /** By row the place of its value, −1 where that is not told. */
  readonly codes: Int32Array;
  readonly count: number;
  /** For a number: its values, or where its stretches begin. */
  readonly values?: readonly number[];
  readonly cuts?: readonly number[];
  /** So many people must tell a rate: rows, or by `people` whose they are. */
  readonly least: number;
  readonly people?: Int32Array;
}

/** With more values than this a column decides nothing: a list of rates of that length is no rule to read. */
const mostValues = 50;
/** So unlikely must it be that rates fit by chance, for each of all that were looked at. */
const chance = 1e-3;

/** What a rate is of: the product of columns, or one of them. */
interface Base {
  readonly factors: Formula["factors"];
  readonly values: Float64Array;
  /** Between neighbours on the grid of the only column. */
  readonly step: number;
}

/** A decider's rows by their code, the most frequent first: where one rate does not fit it is soon seen. */
type Grouped = Decider & {
  readonly groups: readonly (readonly [number, readonly number[]])[];
  /** Two rows of the most frequent one. */
  readonly first: number;
  readonly second: number;
};

/**
 * Adds columns that are another one, or a product that was found to be near, times a rate that a column's value decides:
 * net = quantity × price × (by discount: 0 → 1, 10 → 0.9). Of cost = minutes × rate and minutes = cost ÷ rate, rounded, the finer one
 * follows: not every cost comes from whole minutes. Else those of the shortest rates first; of two as short, the later follows.
 */
export function findRates(numbers: readonly NumberInput[], deciders: readonly Decider[], found: Found): void {
  const grouped = deciders.filter(({ count }) => count >= 2 && count <= mostValues).map(groupedBy);
  if (grouped.length === 0) return;
  const needed = Math.log((numbers.length ** 2 * grouped.length) / chance);
  const all: {
    readonly name: string;
    readonly formula: Formula;
    readonly few: boolean;
    readonly finer: boolean;
    readonly length: number;
  }[] = [];
  for (const target of [...numbers].reverse()) {
    const before = found.get(target.name);
    if ((target.given && !target.few) || (before && before.rest !== "factor")) continue;
    const half = spacing(target.grid) / 2;
    // Of what has many values no number of few follows.
    const bases: Base[] = numbers.flatMap(({ name, values, grid, few }) =>
      name === target.name || (target.few && !few)
        ? []
        : [{ factors: [{ column: name, power: 1 }], values, step: spacing(grid) }],
    );
    if (before) {
      const product = evaluate({ ...before, constant: 1 }, valuesOf(numbers), target.values.length);
      bases.unshift({ factors: before.factors, values: product, step: Infinity });
    }
    for (const { factors, values, step } of bases)
      for (const decider of grouped) {
        if (!mayFit(target.values, half, values, decider)) continue;
        const own = !decider.cuts && factors.some(({ column }) => column === decider.name);
        if (decider.name === target.name || own) continue;
        const told = ratesOf(target, values, decider, needed);
        if (!told) continue;
        const by = {
          column: decider.name,
          ...(decider.values && { values: decider.values }),
          ...(decider.cuts && { cuts: decider.cuts }),
          rates: told.rates,
        };
        const formula: Formula = {
          ...emptySum,
          kind: "product",
          constant: 1,
          factors,
          by,
          otherwise: told.otherwise,
        };
        const finer = spacing(target.grid) < step * Math.max(...told.rates.map(Math.abs));
        all.push({
          name: target.name,
          formula,
          few: target.few === true,
          finer,
          length: told.rates.join("").length,
        });
      }
  }
  for (const { name, formula } of all.sort(
    (a, b) => Number(a.few) - Number(b.few) || Number(b.finer) - Number(a.finer) || a.length - b.length,
  )) {
    if (found.get(name)?.rest !== "none") placeOver(found, numbers, name, formula);
  }
}

function groupedBy(decider: Decider): Grouped {
  const rows = Array.from({ length: decider.count }, (): number[] => []);
  decider.codes.forEach((code, i) => {
    rows[code]?.push(i);
  });
  const groups = [...rows.entries()].sort((a, b) => b[1].length - a[1].length);
  const [first = 0, second = first] = groups[0][1];
  return { ...decider, groups, first, second };
}

/** Whether the first two rows of the most frequent value could have one rate: nearly all that is looked at ends here. */
function mayFit(target: Float64Array, half: number, base: Float64Array, { first, second }: Grouped): boolean {
  const [b, c] = [base[first], base[second]];
  const one = target[first] * c;
  const slack = 1.01 * half * (Math.abs(b) + Math.abs(c)) + 1e-8 * Math.abs(one);
  return !(Math.abs(one - target[second] * b) > slack);
}

/** The rates with which every row whose value is told is the base times its rate, rounded; undefined where none are, or chance has such. */
function ratesOf(
  target: NumberInput,
  base: Float64Array,
  decider: Grouped,
  needed: number,
): { readonly rates: readonly number[]; readonly otherwise: number | null } | undefined {
  const rates = new Array<number>(decider.count);
  const weights: number[] = [];
  const half = (spacing(target.grid) / 2) * (1 + 1e-6);
  const slack = (value: number): number => half + 1e-9 * Math.abs(value);
  const idle = { zero: false, missing: false };
  for (const [code, rows] of decider.groups) {
    let [low, high] = [-Infinity, Infinity];
    const telling: number[] = [];
    for (const i of rows) {
      const [y, b] = [target.values[i], base[i]];
      if (Number.isNaN(y) || Number.isNaN(b)) idle.missing ||= Number.isNaN(y) && Number.isNaN(b);
      else if (b === 0) {
        if (y !== 0) return undefined;
        idle.zero = true;
      } else {
        const [one, other] = [(y - slack(y)) / b, (y + slack(y)) / b];
        low = Math.max(low, Math.min(one, other));
        high = Math.min(high, Math.max(one, other));
        if (low > high) return undefined;
        telling.push(i);
      }
    }
    const { people } = decider;
    const persons = people ? new Set(telling.map((i) => people[i])).size : telling.length;
    if (persons < decider.least || telling.length === 0) return undefined;
    rates[code] = low <= 0 && high >= 0 ? 0 : shortest((low + high) / 2, (one) => one >= low && one <= high);
    // The first row gives the rate, and rows of the same base or person tell it once.
    weights[code] = Math.min(persons, new Set(telling.map((i) => base[i])).size) - 1;
    idle.zero ||= rates[code] === 0;
  }
  let evidence = 0;
  for (const [code] of decider.groups) {
    let [others, fitting] = [0, 0];
    for (let i = 0; i < base.length; i++) {
      const y = target.values[i];
      // Rows without a base tell nothing, as those in which it is 0.
      if (decider.codes[i] < 0 || decider.codes[i] === code || !(Math.abs(base[i] + 0 * y) > 0)) continue;
      others++;
      if (Math.abs(y - rates[code] * base[i]) <= slack(y)) fitting++;
    }
    if (others > 0) evidence -= weights[code] * Math.log(Math.max(1, fitting) / others);
  }
  return evidence < needed ? undefined : { rates, otherwise: idle.missing && !idle.zero ? null : 0 };
}
