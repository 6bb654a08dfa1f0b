import { dot } from "../../../core/math/linear-algebra";
import { evaluate } from "../formulas";
import { findExact } from "./find-exact";
import { agrees, type Found, type NumberInput, place, spacedRows, standardised, valuesOf } from "./search";

/** Of so many columns that go with what lies within the end a sum is looked for. */
const mostTerms = 12;
/** So many rows must lie at the end, and as many within. */
const leastRows = 50;
const leastCorrelation = 0.5;

/** Adds columns that are a sum of others but no less, or no more, than an end: excess = the greater of 0 and debt − 5000. */
export function findCensored(numbers: readonly NumberInput[], found: Found): void {
  const complete = numbers.filter(({ values }) => !values.some(Number.isNaN));
  for (const target of complete) {
    if (target.given || target.date || found.has(target.name)) continue;
    for (const side of ["least", "most"] as const) {
      const end = target.values.reduce(
        (a, b) => (side === "least" ? Math.min(a, b) : Math.max(a, b)),
        target.values[0],
      );
      const within = [...target.values.keys()].filter((i) => target.values[i] !== end);
      if (Math.min(within.length, target.values.length - within.length) < leastRows) continue;
      const sample = spacedRows(within.length, 1000).map((k) => within[k]);
      const own = standardised(target.values, sample);
      const near = complete.map(({ values }) => Math.abs(dot(standardised(values, sample), own)));
      const order = [...complete.keys()].filter(
        (k) => complete[k] !== target && !found.has(complete[k].name),
      );
      const others = order
        .sort((a, b) => near[b] - near[a])
        .slice(0, mostTerms)
        .sort((a, b) => a - b);
      const whole = Math.sqrt(others.reduce((sum, k) => sum + near[k] ** 2, 0));
      if (whole < leastCorrelation) continue;
      const rows = (input: NumberInput): Float64Array => Float64Array.from(within, (i) => input.values[i]);
      const inside: Found = new Map();
      findExact(
        [
          { ...target, values: rows(target) },
          ...others.map((k) => ({ ...complete[k], given: true, values: rows(complete[k]) })),
        ],
        inside,
      );
      const sum = inside.get(target.name);
      if (!sum) continue;
      const formula = { ...sum, [side]: end };
      const predicted = evaluate(formula, valuesOf(complete), target.values.length);
      if (agrees(target, (i) => predicted[i]) && place(found, numbers, target.name, formula)) break;
    }
  }
}
