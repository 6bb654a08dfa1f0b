import { dot } from "../../../core/math/linear-algebra";
import { evaluate } from "../formulas";
import { findSums } from "./find-sums";
import {
  agrees,
  type Found,
  type NumberInput,
  place,
  rowsOf,
  spacedRows,
  standardised,
  valuesOf,
} from "./search";

/** Of so many columns that go with what lies within the end a sum is looked for. */
const mostTerms = 12;
/** So many rows must lie at the end, and as many within. */
const leastRows = 50;
const leastCorrelation = 0.5;

/** Adds columns that are a sum of others but no less, or no more, than an end: excess = the greater of 0 and debt − 5000. */
export function findCensored(numbers: readonly NumberInput[], found: Found): void {
  for (const target of numbers) {
    if (target.given || target.date || found.has(target.name)) continue;
    for (const side of ["least", "most"] as const) {
      const known = Int32Array.from(target.values.keys()).filter((i) => !Number.isNaN(target.values[i]));
      const end = known.reduce(
        (a, i) => (side === "least" ? Math.min(a, target.values[i]) : Math.max(a, target.values[i])),
        target.values[known[0]],
      );
      const within = known.filter((i) => target.values[i] !== end);
      if (Math.min(within.length, known.length - within.length) < leastRows) continue;
      const sample = spacedRows(within.length, 1000).map((k) => within[k]);
      const own = standardised(target.values, sample);
      const near = numbers.map(({ values }) => Math.abs(dot(standardised(values, sample), own)));
      const order = [...numbers.keys()].filter((k) => numbers[k] !== target && !found.has(numbers[k].name));
      const others = order
        .sort((a, b) => near[b] - near[a])
        .slice(0, mostTerms)
        .sort((a, b) => a - b);
      const whole = Math.sqrt(others.reduce((sum, k) => sum + near[k] ** 2, 0));
      if (whole < leastCorrelation) continue;
      const inside: Found = new Map();
      findSums(
        [rowsOf(target, within), ...others.map((k) => ({ ...rowsOf(numbers[k], within), given: true }))],
        inside,
      );
      const sum = inside.get(target.name);
      if (!sum) continue;
      const formula = { ...sum, [side]: end };
      const predicted = evaluate(formula, valuesOf(numbers), target.values.length);
      if (agrees(target, (i) => predicted[i]) && place(found, numbers, target.name, formula)) break;
    }
  }
}
