import type { Rng } from "../../core/rng";
import { greatestCommonDivisor } from "../structure/grids";

/** Rows per bucket of like rows, about: wide enough that two columns sorted alike are not tied to each other. */
const bucketRows = 16;
const mostBuckets = 4096;
const golden = 0.6180339887498949;

/**
 * Rows in the order of `key`, shuffled among neighbours. Draws that are evenly spread along this order keep the sums
 * over rows of like expectation near their expectation (low discrepancy), which independent draws do not.
 */
export function spreadOrder(key: Float64Array, rows: number, rng: Rng): Int32Array {
  const shuffled = shuffledRows(rng, rows);
  const buckets = Math.min(mostBuckets, Math.floor(rows / bucketRows));
  if (buckets < 2) return shuffled;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < rows; i++) {
    if (key[i] < low) low = key[i];
    if (key[i] > high) high = key[i];
  }
  if (!(high > low)) return shuffled;
  const scale = (buckets - 1e-9) / (high - low);
  const starts = new Int32Array(buckets + 1);
  const bucket = new Uint16Array(rows);
  for (let i = 0; i < rows; i++) {
    bucket[i] = (key[i] - low) * scale;
    starts[bucket[i] + 1]++;
  }
  for (let b = 0; b < buckets; b++) starts[b + 1] += starts[b];
  const out = new Int32Array(rows);
  for (let r = 0; r < rows; r++) out[starts[bucket[shuffled[r]]]++] = shuffled[r];
  return out;
}

/**
 * The rows in random order (Fisher and Yates), by 32-bit draws of a generator of its own (xorshift, Marsaglia, 2003) that
 * the stream seeds: orders are drawn for every variable, and need no more than this.
 */
function shuffledRows(rng: Rng, rows: number): Int32Array {
  const out = new Int32Array(rows);
  for (let i = 0; i < rows; i++) out[i] = i;
  let state = Math.floor(rng.uniform() * 4294967295) + 1;
  for (let i = rows - 1; i > 0; i--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const j = Math.floor((state >>> 0) * 2.3283064365386963e-10 * (i + 1));
    const kept = out[i];
    out[i] = out[j];
    out[j] = kept;
  }
  return out;
}

/**
 * One class per row from `probabilities[class][row]`, by systematic sampling along the order of the expected class:
 * over every run of that order each class comes out as often as expected, to within one. A row whose probabilities are
 * all 0 gets −1.
 */
export function drawClasses(
  probabilities: readonly Float64Array[],
  rows: number,
  rng: Rng,
  out: Int32Array,
): void {
  const count = probabilities.length;
  if (count === 2) {
    drawTwo(probabilities[0], probabilities[1], rows, rng, out);
    return;
  }
  const key = new Float64Array(rows);
  for (let c = 1; c < count; c++) {
    const own = probabilities[c];
    for (let i = 0; i < rows; i++) key[i] += c * own[i];
  }
  const order = spreadOrder(key, rows, rng);
  // Classes are split off one after another; each split is a systematic draw of its own among the rows that are left.
  const left = new Float64Array(rows).fill(1);
  out.fill(-1, 0, rows);
  let open = rows;
  for (let c = 0; c < count; c++) {
    const own = probabilities[c];
    let sum = rng.uniform();
    let still = 0;
    for (let r = 0; r < open; r++) {
      const i = order[r];
      const p = own[i];
      if (p > 0) {
        // The last class that can be takes what is left whatever rounding says.
        const share = c === count - 1 ? 1 : p / left[i];
        sum += share > 1 - 1e-12 ? 1 : share;
        if (sum >= 1) {
          sum -= 1;
          out[i] = c;
          continue;
        }
        left[i] -= p;
      }
      order[still++] = i;
    }
    open = still;
  }
  for (let r = 0; r < open; r++) {
    // Rounding left a row without a class: its likeliest one.
    const i = order[r];
    let best = 0;
    for (let c = 0; c < count; c++) {
      if (probabilities[c][i] > best) {
        best = probabilities[c][i];
        out[i] = c;
      }
    }
  }
}

/** `drawClasses` for two classes, in one pass. */
function drawTwo(first: Float64Array, second: Float64Array, rows: number, rng: Rng, out: Int32Array): void {
  const order = spreadOrder(second, rows, rng);
  let sum = rng.uniform();
  for (let r = 0; r < rows; r++) {
    const i = order[r];
    const p = first[i];
    let chosen = second[i] > 0 ? 1 : p > 0 ? 0 : -1;
    if (p > 0) {
      sum += p > 1 - 1e-12 ? 1 : p;
      if (sum >= 1) {
        sum -= 1;
        chosen = 0;
      }
    }
    out[i] = chosen;
  }
}

/**
 * Numbers in (0, 1), one per row of each group, evenly spread within the group and along the order of `key` in it:
 * each of m equal parts of (0, 1) gets exactly one of the group's m rows.
 */
export function drawUniforms(
  groups: Int32Array,
  groupCount: number,
  key: Float64Array | undefined,
  rows: number,
  rng: Rng,
): Float64Array {
  const order = key ? spreadOrder(key, rows, rng) : shuffledRows(rng, rows);
  const members = new Int32Array(groupCount);
  for (let i = 0; i < rows; i++) if (groups[i] >= 0) members[groups[i]]++;
  const places = Array.from(members, (m) => spreadPlaces(m, rng.uniform()));
  const next = new Int32Array(groupCount);
  const out = new Float64Array(rows);
  for (const i of order) {
    const g = groups[i];
    if (g < 0) continue;
    out[i] = (places[g][next[g]++] + rng.uniform()) / members[g];
  }
  return out;
}

/**
 * The numbers 0 … m − 1 in steps of about the golden ratio of m, around and around: any run of them is spread evenly
 * (a rank-1 lattice).
 */
function spreadPlaces(m: number, start: number): Int32Array {
  let step = Math.max(1, Math.round(m * golden));
  while (greatestCommonDivisor(step, m) !== 1) step++;
  const out = new Int32Array(m);
  let at = Math.floor(start * m);
  for (let k = 0; k < m; k++) {
    out[k] = at;
    at += step;
    if (at >= m) at -= m;
  }
  return out;
}
