import { day } from "../date-parts";
import type { Arguments, Formula } from "../formulas";
import { findDifferences } from "./find-differences";
import { findParts } from "./find-exact";
import { findExactProducts, findProducts } from "./find-products";
import { type Decider, findRates } from "./find-rates";
import { findShares } from "./find-shares";
import { findSums } from "./find-sums";
import { findCensored, findSumsByLevel } from "./find-within";
import {
  type Found,
  type LevelsInput,
  lostBy,
  type NumberInput,
  place,
  solveForFinest,
  valuesOf,
} from "./search";
import { findExtremes } from "./tried/find-extremes";
import { findCurves, findRounded } from "./tried/find-rounded";
import { findLevelRates } from "./tried/level-rates";
import { withStandIns } from "./tried/missing-terms";
import { countShifts, shareShifts } from "./tried/products-for";
import { findReadSums } from "./tried/read-sums";

/**
 * Columns that follow from others, by name: exact sums and multiples, products and ratios (exact or loose), rates by a column, and
 * numbers that a sum of level effects explains. Dates are given in days. No formula leads back to its own column. Rows in which one of
 * a rule's columns is missing neither make it nor break it. By `loose` deciders rates are looked for where the others give none.
 */
export function findFormulas(
  numbers: readonly NumberInput[],
  levels: readonly LevelsInput[],
  deciders: readonly Decider[] = [],
  loose: readonly Decider[] = [],
): ReadonlyMap<string, Formula> {
  const dates = new Set(numbers.flatMap((input) => (input.date ? [input.name] : [])));
  const exact: Found = new Map();
  findSums(numbers, exact);
  solveForFinest(exact, numbers);
  // Dates are terms of sums alone.
  const plain = numbers.filter((input) => !input.date);
  const trials = {
    rows: numbers[0]?.values.length ?? 0,
    of: argumentsAmong(numbers, levels),
    people: numbers[0]?.people,
    tried: (3 * numbers.length) ** 4,
  };
  const alone = { ...trials, tried: 3 * plain.length ** 2 };
  // What is coarser than the sum it follows from may be a line that runs by chance, or as it leaves room for anything: what its columns
  // are by level, and what others are of one column alone, stands before it.
  const coarse = [...exact].filter(
    ([name, line]) => line.terms.length > 1 && lostBy(numbers, name, line) !== "nothing",
  );
  for (const [name] of coarse) exact.delete(name);
  // No number of which there is such a line, plain as it is: of a tax of 20 % on two amounts also a sixth of all three.
  const lined = new Set(coarse.map(([name]) => name));
  const others = plain.map((one) => (lined.has(one.name) ? { ...one, given: true } : one));
  if (coarse.length > 0) findRounded(others, exact, alone, true);
  for (const [name, { terms }] of coarse) {
    const read = new Set([name, ...terms.map(({ column }) => column)]);
    if (terms.length > 2)
      findSumsByLevel(
        plain.filter((one) => read.has(one.name)),
        levels,
        exact,
        trials,
      );
  }
  for (const line of coarse) place(exact, numbers, ...line);
  findCensored(numbers, levels, exact, trials);
  findExactProducts(plain, exact, { trials });
  findExactProducts(plain, exact, { trials, shifts: countShifts });
  findCurves(plain, exact, trials);
  findProducts(plain, exact);
  findShares(plain, exact);
  findRates(plain, deciders, exact, trials);
  findRates(plain, loose, exact, trials);
  findExactProducts(plain, exact, { trials, shifts: shareShifts });
  findExtremes(plain, exact, trials);
  findReadSums(plain, levels, exact, trials);
  findLevelRates(plain, deciders, exact, trials);
  findSumsByLevel(plain, levels, exact, trials);
  findParts(plain, exact);
  findRounded(plain, exact, alone);
  for (const target of plain) {
    const product = exact.get(target.name);
    if (product?.kind === "product") exact.set(target.name, withStandIns(product, target, trials.of));
  }
  const found = new Map([...exact].map(([name, formula]) => [name, inMilliseconds(formula, dates)]));
  const open = numbers.filter((input) => !input.given && !found.has(input.name));
  for (const [name, formula] of findDifferences(open, levels)) found.set(name, formula);
  return found;
}

/** The values of numbers and the codes of levels by name, as formulas read them. */
function argumentsAmong(numbers: readonly NumberInput[], levels: readonly LevelsInput[]): Arguments {
  const values = valuesOf(numbers);
  return (name) => levels.find((one) => one.name === name)?.codes ?? values(name);
}

/** The formula of dates in milliseconds: they were looked at in days. */
function inMilliseconds(formula: Formula, dates: ReadonlySet<string>): Formula {
  const terms = formula.terms.map((term) =>
    dates.has(term.column)
      ? {
          ...term,
          weight: term.weight / day,
          ...(term.instead !== undefined && { instead: Math.round(term.instead * day) }),
        }
      : term,
  );
  return { ...formula, terms };
}
