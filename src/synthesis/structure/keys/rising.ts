/** So many rows, of so many different moments, leave no doubt that identifiers rise with a date. */
const [leastRows, leastMoments] = [50, 20];

/** Which of two identifiers comes later, where they are counted on: the longer, or the one that is greater as a text. */
const compare = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Whether identifiers, of which each row has its own, rise with the moments: those of one moment in any order. */
export function risesWith(keys: readonly string[], moments: ArrayLike<number>): boolean {
  const rows = [...keys.keys()];
  const known = rows.every((i) => keys[i] !== "" && !Number.isNaN(moments[i]));
  if (!known || rows.length < leastRows || new Set(Array.from(moments)).size < leastMoments) return false;
  rows.sort((a, b) => moments[a] - moments[b] || compare(keys[a], keys[b]));
  return rows.every((row, k) => k === 0 || compare(keys[rows[k - 1]], keys[row]) < 0);
}

/** The identifiers dealt out anew, so that they rise with the moments; rows that have none stay without. */
export function risen(keys: readonly string[], moments: ArrayLike<number>): string[] {
  const rows = [...keys.keys()].filter((i) => keys[i] !== "");
  const sorted = rows.map((i) => keys[i]).sort(compare);
  const at = (i: number): number => (Number.isNaN(moments[i]) ? Number.POSITIVE_INFINITY : moments[i]);
  const out = [...keys];
  for (const [k, row] of rows.sort((a, b) => at(a) - at(b) || a - b).entries()) out[row] = sorted[k];
  return out;
}
