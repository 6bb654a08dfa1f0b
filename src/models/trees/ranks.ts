import { check } from "../../core/checks";
import { countBelow } from "../../core/math/sorted";
import { column, type Feature, joinValues, type Matrix } from "../../core/matrix";

/** The code of a missing value, of a level too rare to keep, and of a level not seen in training. */
export const MISSING = 0xffff;

/** How many levels of a categorical column keep a code of their own; the rarer ones count as missing. */
export const KEPT_LEVELS = 254;

/**
 * A matrix by ranks: each value replaced by the place of its bin among the column's distinct values. Where a column
 * has no more distinct values than bins, every value is its own bin and nothing is lost.
 */
export interface Ranked {
  readonly rows: number;
  readonly columns: number;
  /** Column-major, in shared memory so that threads read it without a copy. */
  readonly codes: Uint16Array;
  /** Where column j's bins begin in `low` and `high`; columns + 1 entries. */
  readonly offsets: Int32Array;
  /** Smallest and largest value of each bin; for a categorical column, the level of each code. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** 1 where the column is categorical. */
  readonly categorical: Uint8Array;
}

/** Ranks every column of `x` into at most `bins` bins (of about equal frequency where values must share). */
export function rank(x: Matrix, bins: number, action: string): Ranked {
  const codes = new Uint16Array(new SharedArrayBuffer(2 * Math.max(1, x.rows * x.columns)));
  const offsets = new Int32Array(x.columns + 1);
  const categorical = new Uint8Array(x.columns);
  const lows: Float64Array[] = [];
  const highs: Float64Array[] = [];
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const out = codes.subarray(j * x.rows, (j + 1) * x.rows);
    const feature = x.features[j];
    categorical[j] = feature.levels ? 1 : 0;
    const [low, high] = feature.levels
      ? rankLevels(values, feature, out, action)
      : rankNumbers(values, feature, bins, out, action);
    lows.push(low);
    highs.push(high);
    offsets[j + 1] = offsets[j] + low.length;
  }
  return {
    rows: x.rows,
    columns: x.columns,
    codes,
    offsets,
    low: joinValues(lows),
    high: joinValues(highs),
    categorical,
  };
}

function rankNumbers(
  values: Float64Array,
  feature: Feature,
  bins: number,
  out: Uint16Array,
  action: string,
): readonly [Float64Array, Float64Array] {
  const few = fewDistinct(values);
  const sorted = few ?? sortedPresent(values);
  check(
    sorted.length === 0 || (sorted[0] > -Infinity && sorted[sorted.length - 1] < Infinity),
    action,
    `column ${JSON.stringify(feature.name)} must hold finite or missing numbers`,
    sorted[0] === -Infinity ? -Infinity : Infinity,
  );
  const [low, high] = few ? [few, few] : cut(sorted, bins);
  for (let i = 0; i < values.length; i++) {
    out[i] = Number.isNaN(values[i]) ? MISSING : binOf(high, values[i]);
  }
  return [low, high];
}

/** The distinct values in order if there are at most 32, else undefined: most columns of a one-hot table end here. */
function fewDistinct(values: Float64Array): Float64Array | undefined {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isNaN(value) || found.includes(value)) continue;
    if (found.length === 32) return undefined;
    found.push(value);
  }
  return Float64Array.from(found).sort();
}

function sortedPresent(values: Float64Array): Float64Array {
  // NaN sorts last.
  const sorted = values.slice().sort();
  let end = sorted.length;
  while (end > 0 && Number.isNaN(sorted[end - 1])) end--;
  return sorted.subarray(0, end);
}

/** Lowest and highest value of each bin of sorted values. A value never falls into two bins. */
function cut(sorted: Float64Array, bins: number): readonly [Float64Array, Float64Array] {
  let distinct = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const low: number[] = [];
  const high: number[] = [];
  if (distinct <= bins) {
    for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) low.push(sorted[i]);
    const all = Float64Array.from(low);
    return [all, all];
  }
  // Each bin takes an equal share of the rows that are left, so a frequent value does not starve its neighbours.
  for (let start = 0; start < sorted.length; ) {
    const share = Math.ceil((sorted.length - start) / (bins - low.length));
    let end = start + share;
    while (end < sorted.length && sorted[end] === sorted[end - 1]) end++;
    low.push(sorted[start]);
    high.push(sorted[end - 1]);
    start = end;
  }
  return [Float64Array.from(low), Float64Array.from(high)];
}

/** The first bin whose highest value is not below `value`. */
function binOf(high: Float64Array, value: number): number {
  return Math.min(high.length - 1, countBelow(high, value));
}

function rankLevels(
  values: Float64Array,
  feature: Feature,
  out: Uint16Array,
  action: string,
): readonly [Float64Array, Float64Array] {
  const count = feature.levels?.length ?? 0;
  const seen = new Int32Array(count);
  for (let i = 0; i < values.length; i++) {
    const code = values[i];
    if (Number.isNaN(code)) continue;
    check(
      Number.isInteger(code) && code >= 0 && code < count,
      action,
      `column ${JSON.stringify(feature.name)} must hold codes of its ${count} levels`,
      code,
    );
    seen[code]++;
  }
  const kept = Array.from(seen.keys()).filter((level) => seen[level] > 0);
  if (kept.length > KEPT_LEVELS) {
    kept.sort((a, b) => seen[b] - seen[a] || a - b);
    kept.length = KEPT_LEVELS;
    kept.sort((a, b) => a - b);
  }
  const slots = new Uint16Array(count).fill(MISSING);
  kept.forEach((level, slot) => {
    slots[level] = slot;
  });
  for (let i = 0; i < values.length; i++) out[i] = Number.isNaN(values[i]) ? MISSING : slots[values[i]];
  const levels = Float64Array.from(kept);
  return [levels, levels];
}

/** The middle of two neighbours, or the lower one where rounding would reach the upper. */
export function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle >= low && middle < high ? middle : low;
}
