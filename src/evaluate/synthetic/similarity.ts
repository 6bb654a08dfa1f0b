import { codeCounts, ends } from "../../core/math/statistics";
/**
 * 1 − the Kolmogorov–Smirnov distance of two columns of numbers, missing values left out and numbers rounded to 14
 * decimals (SDMetrics' KSComplement). NaN when either is empty.
 */
export function ksComplement(real: Float64Array, synthetic: Float64Array): number {
  const a = sortedRounded(real);
  const b = sortedRounded(synthetic);
  if (a.length === 0 || b.length === 0) return Number.NaN;
  let i = 0;
  let j = 0;
  let distance = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j]);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return 1 - distance;
}

/**
 * 1 − the total variation distance of two columns of codes, missing values (−1) left out (SDMetrics' TVComplement,
 * which counts a level that only the synthetic column has as a millionth of a real row). NaN when either is empty.
 */
export function tvComplement(real: Int32Array, synthetic: Int32Array, levels: number): number {
  const a = codeCounts(real, levels);
  const b = codeCounts(synthetic, levels);
  const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
  if (sum(a) === 0 || sum(b) === 0) return Number.NaN;
  for (let level = 0; level < levels; level++) if (a[level] === 0 && b[level] > 0) a[level] = 1e-6;
  const totalA = sum(a);
  const totalB = sum(b);
  let distance = 0;
  for (let level = 0; level < levels; level++) distance += Math.abs(a[level] / totalA - b[level] / totalB);
  return 1 - distance / 2;
}

/** Cramér's V of two columns of cells, without correction; NaN where either has fewer than two cells in use. */
export function cramersV(a: Int32Array, b: Int32Array, countA: number, countB: number): number {
  const joint = new Float64Array(countA * countB);
  const rowTotals = new Float64Array(countA);
  const columnTotals = new Float64Array(countB);
  for (let i = 0; i < a.length; i++) {
    joint[a[i] * countB + b[i]]++;
    rowTotals[a[i]]++;
    columnTotals[b[i]]++;
  }
  const used = (totals: Float64Array): number =>
    totals.reduce((count, total) => count + (total > 0 ? 1 : 0), 0);
  const freedom = Math.min(used(rowTotals), used(columnTotals)) - 1;
  if (freedom < 1) return Number.NaN;
  // χ²/n = Σ n_ij² / (n_i n_j) − 1, summed as deviations to keep the digits of weak associations.
  let chi = 0;
  for (let x = 0; x < countA; x++) {
    for (let y = 0; y < countB; y++) {
      const expected = (rowTotals[x] * columnTotals[y]) / a.length;
      if (expected > 0) chi += (joint[x * countB + y] - expected) ** 2 / expected;
    }
  }
  return Math.sqrt(chi / a.length / freedom);
}

/** 1 − the total variation distance of two joint tables of cells (SDMetrics' ContingencySimilarity). */
export function contingencySimilarity(
  real: readonly [Int32Array, Int32Array],
  synthetic: readonly [Int32Array, Int32Array],
  countB: number,
  countA: number,
): number {
  const difference = new Float64Array(countA * countB);
  for (let i = 0; i < real[0].length; i++) difference[real[0][i] * countB + real[1][i]] += 1 / real[0].length;
  for (let i = 0; i < synthetic[0].length; i++) {
    difference[synthetic[0][i] * countB + synthetic[1][i]] -= 1 / synthetic[0].length;
  }
  return 1 - difference.reduce((total, value) => total + Math.abs(value), 0) / 2;
}

/**
 * Each value's place among eleven edges of ten equal bins over the column's own range: 1 to 10, and 11 for the largest
 * value itself and for missing ones. That is how SDMetrics bins a number that meets a level (NumPy's `digitize`).
 */
export function ownBins(values: Float64Array): Int32Array {
  let [low, high] = ends(values);
  if (low === high) {
    low -= 0.5;
    high += 0.5;
  }
  const step = (high - low) / 10;
  // linspace: the last edge is the end itself.
  const edges = Float64Array.from({ length: 11 }, (_, k) => (k === 10 ? high : low + k * step));
  return Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return 11;
    let bin = 0;
    while (bin < 11 && value >= edges[bin]) bin++;
    return bin;
  });
}

function sortedRounded(values: Float64Array): Float64Array {
  const present = values.filter((value) => !Number.isNaN(value));
  for (let i = 0; i < present.length; i++) {
    // A shorter way to round to 14 decimals than through text, exact below 2^53 / 10^14 ≈ 90; above it, and where the
    // number has fewer decimals, rounding changes nothing that a comparison sees.
    const scaled = present[i] * 1e14;
    if (Math.abs(scaled) < Number.MAX_SAFE_INTEGER) present[i] = Math.round(scaled) / 1e14;
  }
  return present.sort();
}
