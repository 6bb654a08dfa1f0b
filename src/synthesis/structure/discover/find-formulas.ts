import type { Formula } from "../formulas";
import { findCensored } from "./find-censored";
import { findDifferences } from "./find-differences";
import { findExact } from "./find-exact";
import { findProducts } from "./find-products";
import { type Decider, findRates } from "./find-rates";
import { findShares } from "./find-shares";
import type { Found, LevelsInput, NumberInput } from "./search";

/**
 * Columns that follow from others, by name: exact sums and multiples, products and ratios (exact or loose), rates by a column, and
 * numbers that a sum of level effects explains. Dates are given in days. No formula leads back to its own column. Rows in which
 * something is missing at random (in columns with `holes`) neither make a rule nor break one.
 */
export function findFormulas(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  deciders: readonly Decider[] = [],
  holes: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, Formula> {
  const dates = new Set(numbers.flatMap((input) => (input.date ? [input.name] : [])));
  const whole = wholeRows(numbers, holes);
  const known = whole
    ? numbers.map((one) => ({ ...one, values: Float64Array.from(whole, (i) => one.values[i]) }))
    : numbers;
  const exact: Found = new Map();
  findExact(known, exact);
  findCensored(known, exact);
  // Dates are terms of sums alone.
  const plain = known.filter((input) => !input.date);
  findProducts(plain, exact);
  findShares(plain, exact);
  findRates(
    plain,
    whole
      ? deciders.map((one) => ({
          ...one,
          codes: Int32Array.from(whole, (i) => one.codes[i]),
          ...(one.people && { people: Int32Array.from(whole, (i) => (one.people as Int32Array)[i]) }),
        }))
      : deciders,
    exact,
  );
  const found = new Map([...exact].map(([name, formula]) => [name, inMilliseconds(formula, dates)]));
  const open = numbers.filter((input) => !input.given && !found.has(input.name));
  for (const [name, formula] of findDifferences(open, levels)) found.set(name, formula);
  return found;
}

/** In fewer rows without a hole no rule is looked for. */
const leastWhole = 100;

/** The rows in which no number is missing at random; undefined where those are all, or too few. */
function wholeRows(
  numbers: readonly NumberInput[],
  holes: ReadonlySet<string>,
): readonly number[] | undefined {
  const torn = numbers.filter(({ name }) => holes.has(name));
  if (torn.length === 0) return undefined;
  const rows = [...torn[0].values.keys()].filter((i) => !torn.some(({ values }) => Number.isNaN(values[i])));
  return rows.length < leastWhole ? undefined : rows;
}

/** The formula of dates in milliseconds: they were looked at in days. */
function inMilliseconds(formula: Formula, dates: ReadonlySet<string>): Formula {
  const terms = formula.terms.map((term) =>
    dates.has(term.column) ? { ...term, weight: term.weight / 86_400_000 } : term,
  );
  return { ...formula, terms };
}
