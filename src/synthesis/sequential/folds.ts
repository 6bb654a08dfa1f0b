/**
 * What a conditional looks like (its penalties, trees and rounds) is chosen on so many rows at most, which settle it: the
 * best penalty does not depend on how many rows there are. Logits then learn from all rows.
 */
export const mostChoosing = 10_000;
/** So many rows at most tell how numbers spread around their mean; their values are told by all. */
export const mostSpreading = 20_000;

/** A stretch of rows, from first to last − 1. */
export type Stretch = readonly [number, number];

/** Rows cut into folds of equal length; rows come in random order, so a stretch is a random sample. */
export function foldEnds(rows: number, folds: number): readonly Stretch[] {
  return Array.from({ length: folds }, (_, f) => [
    Math.floor((f * rows) / folds),
    Math.floor(((f + 1) * rows) / folds),
  ]);
}

/** Everything but one stretch. */
export function others([first, last]: Stretch, rows: number): readonly Stretch[] {
  const kept: Stretch[] = [];
  if (first > 0) kept.push([0, first]);
  if (last < rows) kept.push([last, rows]);
  return kept;
}

/** The numbers of the rows in the stretches. */
export function rowsOf(stretches: readonly Stretch[]): Int32Array {
  const out = new Int32Array(stretches.reduce((total, [first, last]) => total + last - first, 0));
  let n = 0;
  for (const [first, last] of stretches) for (let i = first; i < last; i++) out[n++] = i;
  return out;
}
