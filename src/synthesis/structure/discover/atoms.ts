import { type Grid, spacing } from "../grids";
import { countPeople, type People } from "../people";

/** The share of the rows from which on a value stands for itself … */
const leastShare = 0.05;
/** … or a smaller one, where it is so many times as frequent as the values around it. */
const leastExceptional = 0.02;
const leastExcess = 8;
/** … and, in fewer rows than this, one so many times as frequent as those around it alone: of 100 rows any age is five. */
const fewRows = 40;
const leastOfFew = 3;
const mostAtoms = 6;

/**
 * Values so frequent that they mean something of their own (0 messages: no voice mail; the first month), in ascending
 * order. A value of fewer than `least` people means nothing: it might be one person's.
 */
export function atomsOf(
  values: Float64Array,
  grid: Grid | undefined,
  least: number,
  people?: People,
): readonly number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) {
      distinct.push(sorted[i]);
      counts.push(0);
    }
    counts[counts.length - 1]++;
  }
  const having = people && countPeople(values, people);
  const found = distinct
    .map((value, k) => ({ value, k, count: counts[k] }))
    .filter(
      ({ value, count, k }) =>
        (having?.get(value) ?? count) >= least &&
        ((count >= leastShare * sorted.length &&
          (count >= fewRows || count >= leastOfFew * around(distinct, counts, k, grid))) ||
          (count >= leastExceptional * sorted.length &&
            count >= leastExcess * around(distinct, counts, k, grid))),
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, mostAtoms);
  return found.map(({ value }) => value).sort((a, b) => a - b);
}

/** The mean count of the six nearest places: neighbours on the grid, seen or not; without a grid, values seen. */
function around(
  distinct: readonly number[],
  counts: readonly number[],
  k: number,
  grid: Grid | undefined,
): number {
  const unit = spacing(grid);
  let total = 0;
  let places = 0;
  for (const side of [-1, 1]) {
    for (let step = 1; step <= 3; step++) {
      const at = k + side * step;
      if (at < 0 || at >= distinct.length) break;
      // Three steps of the grid away counts as near; beyond it lies a gap, in which nothing was seen.
      if (unit > 0 && Math.abs(distinct[at] - distinct[k]) > 3.5 * unit) {
        places++;
        continue;
      }
      total += counts[at];
      places++;
    }
  }
  return places > 0 ? total / places : 0;
}
