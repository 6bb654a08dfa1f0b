import { allFinite, check } from "../../core/checks";
import { column, type Feature, type Matrix } from "../../core/matrix";
import { between, KEPT_LEVELS } from "./ranks";

/** The most bins of a column, the one for missing values included: a bin has to fit into a byte. */
export const MOST_BINS = 255;

/** How one column is cut into bins. */
export interface ColumnBins {
  /** Numeric: value v falls into the first bin b with v ≤ upper[b]; the last is +∞ and left out. */
  readonly upper: Float64Array;
  /** Categorical: the level of each bin, ascending; other levels count as missing. */
  readonly levels?: readonly number[];
  /** Bins of values; the bin of missing ones, if the column has any, comes after them. */
  readonly count: number;
  readonly hasMissing: boolean;
  /** The bin of most of the sampled rows. */
  readonly common: number;
  /** The share of the sampled rows in it. */
  readonly commonShare: number;
}

/** Columns are cut by this many rows, drawn evenly, at most: more would hardly move a boundary. */
const SAMPLE = 200_000;
const FEWEST_ROWS_IN_BIN = 3;

/** Cuts every column into at most `most` bins. Throws on infinities and on codes without a level. */
export function findBins(x: Matrix, most: number, action: string): ColumnBins[] {
  const space = makeSpace();
  return x.features.map((feature, j) =>
    feature.levels
      ? levelBins(column(x, j), feature, most, action)
      : numericBins(column(x, j), feature, most, space, action),
  );
}

function levelBins(values: Float64Array, feature: Feature, most: number, action: string): ColumnBins {
  const known = feature.levels?.length ?? 0;
  const seen = new Int32Array(known);
  let missing = 0;
  for (const code of values) {
    if (Number.isNaN(code)) {
      missing++;
      continue;
    }
    // Asked first, because the message would be put together for every row.
    if (!(Number.isInteger(code) && code >= 0 && code < known))
      check(
        false,
        action,
        `column ${JSON.stringify(feature.name)} must hold codes of its ${known} levels`,
        code,
      );
    seen[code]++;
  }
  const room = Math.min(most - 1, KEPT_LEVELS);
  const present = Array.from(seen.keys()).filter((level) => seen[level] > 0);
  const kept = present
    .sort((a, b) => seen[b] - seen[a] || a - b)
    .slice(0, room)
    .sort((a, b) => a - b);
  const held = kept.reduce((sum, level) => sum + seen[level], 0);
  let common = 0;
  for (let b = 1; b < kept.length; b++) if (seen[kept[b]] > seen[kept[common]]) common = b;
  const lost = values.length - held;
  const mostMissing = kept.length === 0 || lost > seen[kept[common]];
  return {
    upper: new Float64Array(0),
    levels: kept,
    count: kept.length,
    hasMissing: missing > 0 || lost > 0,
    common: mostMissing ? kept.length : common,
    commonShare: (mostMissing ? lost : seen[kept[common]]) / values.length,
  };
}

function numericBins(
  values: Float64Array,
  feature: Feature,
  most: number,
  space: Space,
  action: string,
): ColumnBins {
  const pair = countPair(values);
  const { distinct, counts, lost } = pair ?? countDistinct(values, space);
  // What was counted is ascending. Of a sample it says nothing of the other rows.
  const all = pair !== undefined || values.length <= SAMPLE;
  const ends = [distinct[0] ?? 0, distinct[distinct.length - 1] ?? 0];
  const known = all && ends.every(Number.isFinite);
  const missing = known ? lost : countMissing(values, feature, action);
  const upper = boundaries(distinct, counts, missing > 0 ? most - 1 : most);
  const count = upper.length + 1;
  const rowsIn = new Float64Array(count + 1);
  let bin = 0;
  let sampled = lost;
  for (let k = 0; k < distinct.length; k++) {
    while (bin < upper.length && distinct[k] > upper[bin]) bin++;
    rowsIn[bin] += counts[k];
    sampled += counts[k];
  }
  rowsIn[count] = lost;
  let common = 0;
  for (let b = 1; b <= count; b++) if (rowsIn[b] > rowsIn[common]) common = b;
  // That values are missing is known of all rows: a sample may have missed them.
  return { upper, count, hasMissing: missing > 0, common, commonShare: rowsIn[common] / sampled };
}

interface Distinct {
  readonly distinct: Float64Array;
  readonly counts: Float64Array;
  /** Missing values among those counted. */
  readonly lost: number;
}

/** Counts the missing values of a column; refuses infinite ones. */
function countMissing(values: Float64Array, feature: Feature, action: string): number {
  if (allFinite(values)) return 0;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) missing++;
    else if (!Number.isFinite(values[i]))
      check(
        false,
        action,
        `column ${JSON.stringify(feature.name)} must hold finite or missing numbers`,
        values[i],
      );
  }
  return missing;
}

/** Counts the values of a column that has but two; undefined if there are more. */
function countPair(values: Float64Array): Distinct | undefined {
  const { length } = values;
  let lost = 0;
  let first = NaN;
  let second = NaN;
  let firsts = 0;
  let seconds = 0;
  for (let i = 0; i < length; i++) {
    const value = values[i];
    if (value === first) {
      firsts++;
      // Long runs of one value are usual, and cost least four at a time.
      for (; i + 4 < length && fourAre(values, i + 1, first); i += 4) firsts += 4;
    } else if (value === second) seconds++;
    else if (Number.isNaN(value)) lost++;
    else if (firsts === 0) {
      first = value;
      firsts = 1;
    } else if (seconds === 0) {
      second = value;
      seconds = 1;
    } else return undefined;
  }
  const sorted = [
    [first, firsts],
    [second, seconds],
  ].filter(([, times]) => times > 0);
  sorted.sort(([a], [b]) => a - b);
  return {
    distinct: Float64Array.from(sorted, ([value]) => value),
    counts: Float64Array.from(sorted, ([, times]) => times),
    lost,
  };
}

function fourAre(values: Float64Array, from: number, value: number): boolean {
  return (
    values[from] === value &&
    values[from + 1] === value &&
    values[from + 2] === value &&
    values[from + 3] === value
  );
}

const SLOTS = 1 << 14;
/** So many values are sorted before a table for them is even empty. */
const FEW = 1 << 12;

/** A hash table that serves column after column. */
interface Space {
  readonly keys: Float64Array;
  readonly counts: Float64Array;
  readonly slots: Int32Array;
}

function makeSpace(): Space {
  return {
    keys: new Float64Array(SLOTS),
    counts: new Float64Array(SLOTS),
    slots: new Int32Array(SLOTS / 2),
  };
}

/** The distinct values of a column, or of an even sample of it, ascending, and how often each occurs. */
function countDistinct(values: Float64Array, space: Space): Distinct {
  const step = Math.max(1, values.length / SAMPLE);
  if (values.length <= FEW) return countBySorting(values, step);
  return countByHash(values, step, space) ?? countBySorting(values, step);
}

/** Counts in a hash table, which pays as long as values repeat; undefined if they hardly do. */
function countByHash(values: Float64Array, step: number, space: Space): Distinct | undefined {
  const { keys, counts, slots } = space;
  counts.fill(0);
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  let used = 0;
  let lost = 0;
  const all = step === 1;
  for (let at = 0, k = 0; at < values.length; at += step, k++) {
    const i = all ? k : Math.floor(at);
    const value = values[i];
    if (Number.isNaN(value)) {
      lost++;
      continue;
    }
    let slot = 0;
    // −0 and 0 are one value.
    if (value !== 0) {
      const hash = Math.imul(words[2 * i] ^ Math.imul(words[2 * i + 1], 0x85ebca6b), 0x9e3779b1);
      slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    }
    while (counts[slot] > 0 && keys[slot] !== value) slot = (slot + 1) & (SLOTS - 1);
    if (counts[slot]++ > 0) continue;
    if (used === slots.length) return undefined;
    keys[slot] = value;
    slots[used++] = slot;
  }
  const found = Array.from(slots.subarray(0, used)).sort((a, b) => keys[a] - keys[b]);
  return {
    distinct: Float64Array.from(found, (slot) => keys[slot] + 0),
    counts: Float64Array.from(found, (slot) => counts[slot]),
    lost,
  };
}

function countBySorting(values: Float64Array, step: number): Distinct {
  const taken: Float64Array = new Float64Array(Math.ceil(values.length / step));
  let length = 0;
  let lost = 0;
  for (let at = 0; at < values.length; at += step) {
    const value = values[Math.floor(at)];
    if (Number.isNaN(value)) lost++;
    else taken[length++] = value + 0;
  }
  const sorted = taken.subarray(0, length).sort();
  const counts = new Float64Array(length);
  let last = -1;
  for (let i = 0; i < length; i++) {
    if (i === 0 || sorted[i] !== sorted[last]) sorted[++last] = sorted[i];
    counts[last]++;
  }
  return { distinct: sorted.subarray(0, last + 1), counts: counts.subarray(0, last + 1), lost };
}

/**
 * Where to cut: LightGBM's rule, whose bins hold about equally many rows, but where a frequent value gets a bin of
 * its own and zero always does, with the bins divided between the negative and the positive side by their rows.
 */
function boundaries(distinct: Float64Array, counts: Float64Array, most: number): Float64Array {
  let negative = 0;
  while (negative < distinct.length && distinct[negative] < 0) negative++;
  const zeros = distinct[negative] === 0 ? 1 : 0;
  const rowsBelow = sum(counts, 0, negative);
  const rowsAbove = sum(counts, negative + zeros, distinct.length);
  if (rowsBelow === 0 && zeros === 0)
    return Float64Array.from(greedy(distinct, counts, 0, distinct.length, most));
  const out: number[] = [];
  let room = most - zeros;
  if (rowsBelow > 0) {
    const share =
      rowsAbove > 0 ? Math.max(1, Math.floor((rowsBelow / (rowsBelow + rowsAbove)) * room)) : room;
    out.push(...greedy(distinct, counts, 0, negative, share));
    room -= out.length + 1;
    if (negative < distinct.length) out.push(between(distinct[negative - 1], distinct[negative]));
  }
  if (rowsAbove > 0) {
    const first = negative + zeros;
    if (zeros > 0) out.push(between(0, distinct[first]));
    out.push(...greedy(distinct, counts, first, distinct.length, Math.max(1, room)));
  }
  return Float64Array.from(out);
}

/** Upper boundaries of the bins of distinct values from … to − 1, the last one left out. */
function greedy(
  distinct: Float64Array,
  counts: Float64Array,
  from: number,
  to: number,
  most: number,
): number[] {
  const out: number[] = [];
  const rows = sum(counts, from, to);
  if (to - from <= most) {
    let held = 0;
    for (let k = from; k + 1 < to; k++) {
      held += counts[k];
      if (held < FEWEST_ROWS_IN_BIN) continue;
      out.push(between(distinct[k], distinct[k + 1]));
      held = 0;
    }
    return out;
  }
  const bins = Math.max(1, Math.min(most, Math.floor(rows / FEWEST_ROWS_IN_BIN)));
  const frequent = (k: number): boolean => counts[k] >= rows / bins;
  let restBins = bins;
  let restRows = rows;
  for (let k = from; k < to; k++) {
    if (!frequent(k)) continue;
    restBins--;
    restRows -= counts[k];
  }
  let share = restRows / Math.max(1, restBins);
  let held = 0;
  for (let k = from; k + 1 < to && out.length < bins - 1; k++) {
    if (!frequent(k)) restRows -= counts[k];
    held += counts[k];
    const full = held >= share || (frequent(k + 1) && held >= Math.max(1, share / 2));
    if (!frequent(k) && !full) continue;
    out.push(between(distinct[k], distinct[k + 1]));
    held = 0;
    if (frequent(k)) continue;
    restBins--;
    share = restRows / Math.max(1, restBins);
  }
  return out;
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let k = from; k < to; k++) total += values[k];
  return total;
}
