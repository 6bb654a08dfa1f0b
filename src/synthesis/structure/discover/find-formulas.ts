import type { Formula } from "../formulas";
import { findDifferences } from "./find-differences";
import { findExact } from "./find-exact";
import { findProducts } from "./find-products";
import type { LevelsInput, NumberInput } from "./search";

/**
 * Columns that follow from others, by name: exact sums and multiples, products and ratios (exact or loose), and
 * numbers that a sum of level effects explains. Dates are given in days. No formula leads back to its own column.
 */
export function findFormulas(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
): ReadonlyMap<string, Formula> {
  const found = new Map<string, Formula>();
  const dates = new Set(numbers.flatMap((input) => (input.date ? [input.name] : [])));
  for (const search of [findExact, findProducts]) {
    // What is derived is no argument of what is found later: so there is no circle. Dates are terms of sums alone.
    const open = numbers.filter((input) => !found.has(input.name) && (search === findExact || !input.date));
    for (const [name, formula] of search(open)) found.set(name, inMilliseconds(formula, dates));
  }
  const open = numbers.filter((input) => !input.given && !found.has(input.name));
  for (const [name, formula] of findDifferences(open, levels)) found.set(name, formula);
  return found;
}

/** The formula of dates in milliseconds: they were looked at in days. */
function inMilliseconds(formula: Formula, dates: ReadonlySet<string>): Formula {
  const terms = formula.terms.map((term) =>
    dates.has(term.column) ? { ...term, weight: term.weight / 86_400_000 } : term,
  );
  return { ...formula, terms };
}
