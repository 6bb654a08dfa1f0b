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
/** A scale has no more marks than this, from 0 to 10; so many standard errors the logarithms of its counts may bend inwards. */
const mostMarks = 11;
const mostBent = 3;

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
  if (isScale(distinct, counts, grid)) return [];
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

/**
 * Whether the values are more marks of a scale than may stand for themselves, whose counts rise to the greatest within it and fall
 * to less than its half, nowhere more bent inwards than chance explains (their logarithms are concave): none of them means
 * something that those beside it do not, and as atoms they would lose their order.
 */
function isScale(distinct: readonly number[], counts: readonly number[], grid: Grid | undefined): boolean {
  const last = counts.length - 1;
  if (last < mostAtoms || last >= mostMarks) return false;
  if (2 * Math.max(counts[0], counts[last]) > Math.max(...counts)) return false;
  return counts.slice(1, -1).every((own, k) => {
    const [before, after] = [counts[k], counts[k + 2]];
    const bent = Math.log((before * after) / own ** 2);
    const near = distinct[k + 2] - distinct[k] < 2.5 * spacing(grid);
    return near && bent <= mostBent * Math.sqrt(4 / own + 1 / before + 1 / after);
  });
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
