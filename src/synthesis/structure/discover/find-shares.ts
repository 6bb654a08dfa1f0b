import { cholesky, choleskySolve, dot } from "../../../core/math/linear-algebra";
import { takeValues } from "../../../core/matrix";
import { emptySum, evaluate, type Formula } from "../formulas";
import {
  agrees,
  type Found,
  isOpen,
  knownRows,
  type NumberInput,
  placeOver,
  shortest,
  spacedRows,
  standardised,
  valuesOf,
} from "./search";

const screeningRows = 1000;
/** Of so many columns that go with a column most a share is looked for. */
const mostParts = 24;
const leastRows = 100;
/** A share goes with its part: below this correlation none is looked for. */
const leastCorrelation = 0.2;

/** Adds columns that are a part of a sum of others: share = 100 × a ÷ (a + b + c). */
export function findShares(numbers: readonly NumberInput[], found: Found): void {
  const complete = numbers.filter(({ values, date }) => !date && !values.some((value) => value < 0));
  const rows = complete[0]?.values.length ?? 0;
  if (complete.length < 3 || rows < leastRows) return;
  const sample = spacedRows(rows, screeningRows);
  const scores = complete.map(({ values }) => standardised(values, sample));
  complete.forEach((target, t) => {
    if (!isOpen(target, found)) return;
    const near = scores.map((own) => dot(own, scores[t]));
    const parts = [...complete.keys()]
      .filter((k) => k !== t && !found.has(complete[k].name))
      .sort((a, b) => Math.abs(near[b]) - Math.abs(near[a]))
      .slice(0, mostParts)
      .sort((a, b) => a - b);
    if (parts.length < 2 || !parts.some((k) => near[k] > leastCorrelation)) return;
    const own = parts.map((k) => complete[k]);
    const known = knownRows([target, ...own]);
    if (known.length < leastRows) return;
    const solve = solver(
      target,
      own,
      known.length === rows ? sample : spacedRows(known.length, screeningRows).map((k) => known[k]),
    );
    for (const k of parts.filter((k) => near[k] > leastCorrelation)) {
      const formula = shareOf(target, complete[k], solve(complete[k]), complete);
      if (!formula) continue;
      if (placeOver(found, numbers, target.name, formula)) return;
    }
  });
}

/** The columns whose sum, times the share, is the part: those of like weight in least squares, with that weight. */
type Solve = (
  part: NumberInput,
) => { readonly columns: readonly string[]; readonly weight: number } | undefined;

function solver(target: NumberInput, parts: readonly NumberInput[], sample: Int32Array): Solve {
  const p = parts.length;
  const products = parts.map(({ values }) => Float64Array.from(sample, (i) => values[i] * target.values[i]));
  const lengths = products.map((own) => Math.sqrt(dot(own, own)) || 1);
  const gram = new Float64Array(p * p);
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < a; b++) gram[a * p + b] = dot(products[a], products[b]) / (lengths[a] * lengths[b]);
    gram[a * p + a] = 1 + 1e-9;
  }
  const factor = cholesky(gram, p);
  return ({ values }) => {
    if (!factor) return undefined;
    const part = takeValues(values, sample);
    const moments = products.map((own, k) => dot(own, part) / lengths[k]);
    const weights = choleskySolve(factor, p, Float64Array.from(moments)).map((one, k) => one / lengths[k]);
    const most = Math.max(...weights);
    const kept = parts.filter((_, k) => weights[k] > most / 2);
    const weight = weights.reduce((sum, one) => sum + (one > most / 2 ? one : 0), 0) / kept.length;
    return kept.length < 2 || !(most > 0) ? undefined : { columns: kept.map(({ name }) => name), weight };
  };
}

function shareOf(
  target: NumberInput,
  { name }: NumberInput,
  solved: ReturnType<Solve>,
  numbers: readonly NumberInput[],
): Formula | undefined {
  if (!solved) return undefined;
  const [column, ...also] = solved.columns;
  const constant = shortest(1 / solved.weight, (shorter) => Math.abs(shorter * solved.weight - 1) < 0.01);
  const formula: Formula = {
    ...emptySum,
    kind: "product",
    constant,
    factors: [
      { column: name, power: 1 },
      { column, also, power: -1 },
    ],
  };
  const values = valuesOf(numbers);
  const predicted = evaluate(formula, values, target.values.length);
  const read = [name, ...solved.columns].map(values);
  const gap = (i: number): boolean => read.some((own) => Number.isNaN(own[i]));
  // Of nothing the share is nothing.
  return agrees(target, (i) => (gap(i) ? Number.NaN : predicted[i] || 0))
    ? { ...formula, otherwise: 0 }
    : undefined;
}
