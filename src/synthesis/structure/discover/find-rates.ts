import { argumentsOf, emptySum, evaluate, type Formula, leadsTo, type RatesBy } from "../formulas";
import { spacing } from "../grids";
import { personsIn } from "../people";
import { solvedFor } from "./find-products";
import {
  type Found,
  type NumberInput,
  placeOver,
  roomOf,
  roundings,
  shortestIn,
  type Towards,
  valuesOf,
} from "./search";
import { nearestTo, productsFor, shareShifts } from "./tried/products-for";
import { type Trials, testsOf } from "./tried/trials";

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

/** In so great a share of its rows, and of so many values, a number must be other than 0 for products to be looked for in these. */
const [leastTold, leastValues] = [0.1, 20];

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
 * Adds columns that are another one, or a product that was found to be near, times a rate that a column's value decides, to the nearest
 * or rounded down or up: net = quantity × price × (by discount: 0 → 1, 10 → 0.9). Of cost = minutes × rate and minutes = cost ÷ rate,
 * rounded, the finer one follows: not every cost comes from whole minutes. Else those of the shortest rates first; of two as short,
 * the later follows.
 */
export function findRates(
  numbers: readonly NumberInput[],
  deciders: readonly Decider[],
  found: Found,
  trials: Trials,
): void {
  const grouped = deciders.filter(({ count }) => count >= 2 && count <= mostValues).map(groupedBy);
  if (grouped.length === 0) return;
  const needed = Math.log((numbers.length ** 2 * grouped.length * roundings.length) / chance);
  const near = nearestTo(numbers);
  const all: {
    readonly name: string;
    readonly formula: Formula;
    readonly few: boolean;
    readonly finer: boolean;
    readonly length: number;
  }[] = [];
  for (const target of [...numbers].reverse()) {
    const before = found.get(target.name);
    if ((target.given && !target.few) || (before && before.rest !== "factor" && !isProduct(before))) continue;
    const tests = testsOf(target, trials);
    // Of what has many values no number of few follows.
    const bases: Base[] = numbers.flatMap(({ name, values, grid, few }) =>
      name === target.name || (target.few && !few)
        ? []
        : [{ factors: [{ column: name, power: 1 }], values, step: spacing(grid) }],
    );
    const products =
      before?.rest === "factor"
        ? [before.factors]
        : before
          ? []
          : productsBesideNothing(target, numbers, near);
    for (const factors of products) {
      const product = evaluate(productOf(factors), valuesOf(numbers), target.values.length);
      bases.unshift({ factors, values: product, step: Infinity });
    }
    for (const { factors, values, step } of bases)
      for (const decider of grouped) {
        const own = !decider.cuts && factors.some(({ column }) => column === decider.name);
        if (decider.name === target.name || own || !mayFit(target, values, decider)) continue;
        for (const towards of target.grid ? roundings : [0 as const]) {
          const told = ratesOf(target, values, decider, { needed, towards });
          if (!told) continue;
          const { name: column, values: listed, cuts } = decider;
          const by = { column, ...(listed && { values: listed }), ...(cuts && { cuts }), rates: told.rates };
          const round = towards !== 0 && { round: { step: spacing(target.grid), towards } };
          const formula = { ...productOf(factors), ...unitRates(by), otherwise: told.otherwise, ...round };
          if (towards !== 0 && !tests.holds(formula)) continue;
          const widest = step * Math.max(...told.rates.map(Math.abs));
          all.push({
            name: target.name,
            formula,
            few: target.few === true,
            finer: spacing(target.grid) <= widest * (1 + 1e-9),
            length: told.rates.join("").length,
          });
          break;
        }
      }
  }
  for (const { name, formula } of all.sort(
    (a, b) => Number(a.few) - Number(b.few) || Number(b.finer) - Number(a.finer) || a.length - b.length,
  )) {
    const before = found.get(name);
    if (before?.rest !== "none") placeOver(found, numbers, name, formula);
    else if (isProduct(before)) placeBeside(before, { name, formula }, numbers, found);
  }
}

function productOf(factors: Formula["factors"]): Formula {
  return { ...emptySum, kind: "product", constant: 1, factors, otherwise: 0 };
}

/** The products that a number may be where it is not 0, if it is not 0 in all, but in one in ten or more: revenue is none in a trial. */
function productsBesideNothing(
  target: NumberInput,
  numbers: readonly NumberInput[],
  near: (target: NumberInput) => readonly NumberInput[],
): readonly Formula["factors"][] {
  const values = target.values.map((value) => (value === 0 ? Number.NaN : value));
  const [all, told] = [target.values, values].map(
    (own) => own.filter((value) => !Number.isNaN(value)).length,
  );
  if (told === all || told < leastTold * all || new Set(values).size <= leastValues) return [];
  const others = numbers.filter((one) => one !== target);
  return [() => [], shareShifts].flatMap((shifts) =>
    productsFor(
      { ...target, values },
      others,
      near(target),
      new Map(others.map((one) => [one, shifts(one)])),
    ),
  );
}

/** Rates of one number or 0 as that constant times 1 or 0. */
function unitRates(by: RatesBy): Pick<Formula, "constant" | "by"> {
  const constant = by.rates.find((rate) => rate) ?? 1;
  const isOne = by.rates.includes(0) && by.rates.every((rate) => rate === 0 || rate === constant);
  if (!isOne) return { constant: 1, by };
  return { constant, by: { ...by, rates: by.rates.map((rate) => (rate === 0 ? 0 : 1)) } };
}

/** Whether the formula is a product of columns alone, to rounding. */
function isProduct({ kind, rest, by, more }: Formula): boolean {
  return kind === "product" && rest === "none" && !by && !more;
}

/**
 * Puts rates in the place of an exact product if one of its factors is then what they leave: of net = amount × share and net = amount ×
 * (by discount: 5 → 0.95), a share of four digits is net ÷ amount.
 */
function placeBeside(
  product: Formula,
  { name, formula }: { readonly name: string; readonly formula: Formula },
  numbers: readonly NumberInput[],
  found: Found,
): void {
  const inputOf = (own: string) => numbers.find((one) => one.name === own) as NumberInput;
  const read = argumentsOf(formula);
  for (const { column, plus, also } of product.factors) {
    const twice = product.factors.filter((one) => one.column === column).length > 1;
    if (plus || also || twice || read.includes(column) || found.has(column) || inputOf(column).given)
      continue;
    const all = product.factors.flatMap((one) => [inputOf(one.column), ...(one.also ?? []).map(inputOf)]);
    const rest = solvedFor(inputOf(column), product, inputOf(name), all);
    const trial: Found = new Map([...found, [name, formula]]);
    if (rest?.rest !== "none" || [name, column].some((own) => leadsTo(trial, name, own))) continue;
    found.set(name, formula);
    found.set(column, rest);
    return;
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
function mayFit({ values, grid }: NumberInput, base: Float64Array, { first, second }: Grouped): boolean {
  const [b, c] = [base[first], base[second]];
  const one = values[first] * c;
  const slack = 1.01 * spacing(grid) * (Math.abs(b) + Math.abs(c)) + 1e-8 * Math.abs(one);
  return !(Math.abs(one - values[second] * b) > slack);
}

/**
 * The rates with which every row whose value is told is the base times its rate, rounded; undefined where none are, or chance has such.
 * Where a value's rows are all of base 0, and 0, any rate will do.
 */
function ratesOf(
  target: NumberInput,
  base: Float64Array,
  { codes, count, groups, least, people }: Grouped,
  { needed, towards }: { readonly needed: number; readonly towards: Towards },
): { readonly rates: readonly number[]; readonly otherwise: number | null } | undefined {
  const { values } = target;
  const rates = new Array<number>(count);
  const weights: number[] = [];
  const idle = { zero: false, missing: false };
  for (const [code, rows] of groups) {
    const room = roomOf(target, base, rows, towards);
    if (!room || rows.some((i) => base[i] === 0 && Math.abs(values[i]) > 0)) return undefined;
    idle.missing ||= rows.some((i) => Number.isNaN(values[i]) && Number.isNaN(base[i]));
    const zeros = rows.filter((i) => base[i] === 0 && values[i] === 0);
    idle.zero ||= zeros.length > 0;
    const telling = rows.filter((i) => Math.abs(base[i] + 0 * values[i]) > 0);
    const persons = personsIn(telling, people);
    if (Math.max(persons, personsIn(zeros, people)) < Math.max(1, least)) return undefined;
    if (telling.length > 0 && persons < least) return undefined;
    rates[code] = telling.length === 0 ? 0 : shortestIn(room);
    // The first row gives the rate, and rows of the same base or person tell it once.
    weights[code] = Math.max(0, Math.min(persons, new Set(telling.map((i) => base[i])).size) - 1);
    idle.zero ||= rates[code] === 0;
  }
  let evidence = 0;
  for (const [code] of groups) {
    if (weights[code] === 0) continue;
    const others = [...codes.keys()].filter(
      // Rows without a base tell nothing, as those in which it is 0.
      (i) => codes[i] >= 0 && codes[i] !== code && Math.abs(base[i] + 0 * values[i]) > 0,
    );
    const fitting = others.filter((i) => {
      const room = roomOf(target, base, [i], towards);
      return room && rates[code] >= room[0] && rates[code] <= room[1];
    });
    if (others.length > 0) evidence -= weights[code] * Math.log(Math.max(1, fitting.length) / others.length);
  }
  return evidence < needed ? undefined : { rates, otherwise: idle.missing && !idle.zero ? null : 0 };
}
