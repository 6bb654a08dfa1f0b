import { pairedCorrelation } from "../../../core/math/statistics";
import { day } from "../date-parts";
import { evaluate, type Formula } from "../formulas";
import { spacing } from "../grids";
import { exactAmong, leastMultiple, leastSquares, multiplesOf, screenOf, weightedSum } from "./find-exact";
import {
  agrees,
  enoughKnown,
  type Found,
  knownRows,
  type NumberInput,
  place,
  rowsOf,
  spacedRows,
  spread,
  valuesOf,
} from "./search";
import { withStandIns } from "./tried/missing-terms";

const screeningRows = 2000;
/** Columns with more missing are left out where rows without any gap tell of all columns at once. */
const mostMissing = 0.2;
const leastWhole = 100;
/** A sum is looked for term by term up to so many, each of which goes with what is left of it. */
const mostTerms = 12;
const leastCorrelation = 0.1;
/** So many standard errors of a correlation hardly any of hundreds of columns reaches by chance. */
const leastErrors = 4.5;

/**
 * Adds columns that are a multiple of another one or a weighted sum of several. A row in which something is missing neither makes a
 * rule nor breaks one; a column whose missing cells count as nothing is marked.
 */
export function findSums(numbers: readonly NumberInput[], found: Found): void {
  const complete = numbers.filter(({ values }) => !values.some(Number.isNaN));
  exactAmong(complete, found);
  if (complete.length === numbers.length) return;
  amongWholeRows(numbers, found);
  tornMultiples(numbers, found);
  sumsByTerms(numbers, found);
  const dates = new Map(numbers.flatMap(({ name, date }) => (date ? [[name, 1 / day]] : [])));
  for (const [name, formula] of found) {
    const target = numbers.find((one) => one.name === name) as NumberInput;
    found.set(name, withStandIns(formula, target, valuesOf(numbers), dates));
  }
}

/**
 * By the rows in which hardly anything is missing, and by those of columns that are missing together (the answers of those who were
 * asked): what is found there must hold wherever its own columns are known.
 */
function amongWholeRows(numbers: readonly NumberInput[], found: Found): void {
  const most = mostMissing * numbers[0].values.length;
  const sets = new Map([["", numbers.filter(({ values }) => missingIn(values) <= most)]]);
  for (const one of numbers.filter(({ values }) => missingIn(values) > most)) {
    const known = knownRows([one]);
    const beside = numbers.filter(({ values }) => !known.some((i) => Number.isNaN(values[i])));
    if (beside.length > 2) sets.set(beside.map(({ name }) => name).join("\n"), beside);
  }
  for (const few of sets.values()) {
    const rows = knownRows(few);
    if (rows.length < Math.max(leastWhole, 2 * few.length) || !enoughKnown(numbers[0], rows)) continue;
    const inside: Found = new Map(found);
    exactAmong(
      few.map((input) => rowsOf(input, rows)),
      inside,
    );
    for (const [name, formula] of inside)
      if (!found.has(name) && holds(numbers, name, formula)) place(found, numbers, name, formula);
  }
}

function holds(numbers: readonly NumberInput[], name: string, formula: Formula): boolean {
  const target = numbers.find((one) => one.name === name) as NumberInput;
  const predicted = evaluate(formula, valuesOf(numbers), target.values.length);
  return agrees(target, (i) => predicted[i]);
}

function missingIn(values: Float64Array): number {
  return values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
}

/** Pairs of which one has gaps, on the rows that have both. */
function tornMultiples(numbers: readonly NumberInput[], found: Found): void {
  const sample = spacedRows(numbers[0].values.length, screeningRows);
  const torn = numbers.map(({ values }) => values.some(Number.isNaN));
  const pairs = numbers.flatMap((a, j) =>
    numbers.slice(j + 1).flatMap((b, k): (readonly [NumberInput, NumberInput])[] => {
      if ((!torn[j] && !torn[j + 1 + k]) || (found.has(a.name) && found.has(b.name))) return [];
      if (Math.abs(correlationOf(a.values, b.values, sample)) < leastMultiple) return [];
      const rows = knownRows([a, b]);
      return enoughKnown(a, rows) ? [[rowsOf(a, rows), rowsOf(b, rows)]] : [];
    }),
  );
  for (const digit of [true, false]) multiplesOf(pairs, numbers, found, { digit, plain: false });
}

/** Sums one of whose columns has gaps: term by term, as rows without a gap in any of many columns are few. */
function sumsByTerms(numbers: readonly NumberInput[], found: Found): void {
  const all: { readonly name: string; readonly formula: Formula; readonly place: number }[] = [];
  for (const target of [...numbers].reverse()) {
    if (target.given || found.has(target.name)) continue;
    const others = numbers.filter((one) => one !== target && !found.has(one.name));
    const sum = sumOf(target, others);
    const negative = sum?.formula.terms.some((term) => term.weight < 0);
    if (sum)
      all.push({ name: target.name, formula: sum.formula, place: (sum.digit ? 0 : 2) + (negative ? 1 : 0) });
  }
  // Totals first: with positive weights a sum reads as a person would write it. What solves for another of its columns says the same.
  const said = new Set<string>();
  for (const { name, formula } of all.sort((a, b) => a.place - b.place)) {
    const columns = [name, ...formula.terms.map(({ column }) => column)].sort().join("\n");
    if (!said.has(columns) && !formula.terms.some(({ column }) => found.has(column)))
      place(found, numbers, name, formula);
    said.add(columns);
  }
}

function sumOf(target: NumberInput, others: readonly NumberInput[]) {
  const dates = others.filter(({ date }) => date);
  const pairs = dates.flatMap((a, k) => dates.slice(k + 1).map((b) => [a, b]));
  for (const first of [[], ...pairs]) {
    const terms = termsOf(target, others, first);
    if (!terms || ![target, ...terms].some(({ values }) => values.some(Number.isNaN))) continue;
    const rows = knownRows([target, ...terms]);
    const own = [target, ...terms].map((input) => rowsOf(input, rows));
    if (!enoughKnown(own[0], [...rows.keys()])) continue;
    for (const nearness of ["digit", "rounded"] as const) {
      const formula = weightedSum(
        screenOf(own),
        0,
        [...terms.keys()].map((k) => k + 1),
        nearness,
      );
      // A term that is none after all may be missing where the others are there.
      if (formula && holds([target, ...terms], target.name, formula))
        return { formula, digit: nearness === "digit" };
    }
  }
  return undefined;
}

/** Columns whose sum is the target in a sample of the rows that know all of them, each next one by what is left; undefined where none is. */
function termsOf(
  target: NumberInput,
  others: readonly NumberInput[],
  first: readonly NumberInput[],
): readonly NumberInput[] | undefined {
  const tolerance = 4 * Math.max(spacing(target.grid), 1e-9 * spread(target.values));
  let terms = first;
  for (;;) {
    const rows = knownRows([target, ...terms]);
    if (rows.length < 4 * (terms.length + 2)) return undefined;
    const screen = screenOf([target, ...terms].map((input) => rowsOf(input, rows)));
    const solved = leastSquares(
      screen,
      0,
      [...terms.keys()].map((k) => k + 1),
      2,
    );
    if (!solved) return undefined;
    if (terms.length > 1 && solved.error <= tolerance) return terms;
    if (terms.length === mostTerms) return undefined;
    const sample = screen.sample.map((k) => rows[k]);
    const rest = new Float64Array(target.values.length).fill(Number.NaN);
    for (const i of sample)
      rest[i] = terms.reduce((left, { values }, k) => left - solved.weights[k] * values[i], target.values[i]);
    const noise = leastErrors / Math.sqrt(sample.length);
    let [best, most] = [undefined as NumberInput | undefined, Math.max(leastCorrelation, noise)];
    for (const other of others) {
      const near = terms.includes(other) ? 0 : Math.abs(correlationOf(rest, other.values, sample));
      if (near > most) [best, most] = [other, near];
    }
    if (!best) return undefined;
    terms = [...terms, best];
  }
}

const leastBoth = 30;

/** The correlation in those of the rows that have both; 0 where they are too few. */
export function correlationOf(a: Float64Array, b: Float64Array, rows: Int32Array): number {
  const { r, n } = pairedCorrelation(a, b, rows);
  return n < leastBoth || Number.isNaN(r) ? 0 : r;
}
