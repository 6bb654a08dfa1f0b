import { spacedRows } from "../discover/search";
import type { OwnCells } from "./own-cells";

/** So many rows are enough to screen with. */
const screeningRows = 20_000;
/** Columns belong together where at most this share of the pairs are seen that independence would bring … */
const mostSeen = 0.5;
/** … and so many standard deviations fewer. */
const leastDeviations = 4;

/** How often each number occurs. */
export function timesOf(values: Iterable<number>): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1);
  return times;
}

/**
 * How many different pairs of levels independence would bring into so many rows, and the variance of that; of either column
 * how many levels have how many rows.
 */
export function pairsByChance(
  one: ReadonlyMap<number, number>,
  other: ReadonlyMap<number, number>,
  rows: number,
): { readonly expected: number; readonly variance: number } {
  let [expected, variance] = [0, 0];
  for (const [rowsA, levelsA] of one)
    for (const [rowsB, levelsB] of other) {
      const unseen = Math.exp(-(rowsA * rowsB) / rows);
      expected += levelsA * levelsB * (1 - unseen);
      variance += levelsA * levelsB * unseen * (1 - unseen);
    }
  return { expected, variance };
}

/** Whether far fewer pairs of told levels are seen than chance would bring: a town and its post codes. */
export function tied(one: OwnCells, other: OwnCells): boolean {
  if (one.told < 2 || other.told < 2) return false;
  const counts = [new Int32Array(one.told), new Int32Array(other.told)];
  const seen = new Set<number>();
  const most = mostSeen * one.told * other.told;
  let rows = 0;
  for (const i of spacedRows(one.codes.length, screeningRows)) {
    const [a, b] = [one.codes[i], other.codes[i]];
    if (a < 0 || b < 0 || a >= one.told || b >= other.told) continue;
    rows++;
    counts[0][a]++;
    counts[1][b]++;
    seen.add(a * other.told + b);
    // Nearly all columns are told apart by a few rows.
    if (seen.size > most) return false;
  }
  if (rows === 0 || seen.size > mostSeen * rows) return false;
  const { expected, variance } = pairsByChance(timesOf(counts[0]), timesOf(counts[1]), rows);
  return seen.size <= mostSeen * expected && expected - seen.size > leastDeviations * Math.sqrt(variance);
}
