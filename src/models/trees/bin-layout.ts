import { column, type Matrix } from "../../core/matrix";
import type { ColumnBins } from "./binning";

/**
 * Where a column's bins are found in the rows of bytes. A byte holds one column; or several that never leave their
 * common bin in the same row ("bundled": one-hot columns are); or several of few bins, as digits ("joint"). A
 * histogram over bytes then serves all columns of a byte at once.
 */
export interface ColumnPlace {
  readonly column: number;
  readonly bins: ColumnBins;
  /** Bins, the one for missing values included. */
  readonly total: number;
  readonly kind: "single" | "bundled" | "joint";
  readonly group: number;
  /** Bundled: the code of the first bin that isn't the common one. Joint: by what the bin is multiplied. */
  readonly first: number;
}

export interface BinLayout {
  /** Per column of the matrix, in its order; a column of one bin has no place. */
  readonly places: readonly ColumnPlace[];
  /** Bytes per row. */
  readonly groups: number;
}

const CODES = 256;
const BUNDLE_SHARE = 0.8;
const SAMPLE = 20_000;
const MOST_BUNDLES = 64;

/**
 * Places binned columns in bytes. Which ones exclude each other is judged by a sample of the rows: whoever fills in
 * the bytes finds out, and asks again with the columns that don't in `apart`.
 */
export function layBins(x: Matrix, all: readonly ColumnBins[], apart: ReadonlySet<number>): BinLayout {
  const total = (j: number): number => all[j].count + (all[j].hasMissing ? 1 : 0);
  const useful = Array.from(all.keys()).filter((j) => total(j) > 1);
  const { bundles, rest } = bundle(x, all, useful, total, apart);
  const joints = joinDigits(rest, total);
  const places: ColumnPlace[] = [];
  let group = 0;
  for (const members of bundles) {
    let first = 1;
    for (const j of members) {
      places.push({ column: j, bins: all[j], total: total(j), kind: "bundled", group, first });
      first += total(j) - 1;
    }
    group++;
  }
  for (const members of joints) {
    let first = 1;
    const kind = members.length > 1 ? "joint" : "single";
    for (const j of members) {
      places.push({ column: j, bins: all[j], total: total(j), kind, group, first });
      first *= total(j);
    }
    group++;
  }
  places.sort((a, b) => a.column - b.column);
  // Even without columns to split by, rows have a byte: a histogram of it holds their sums.
  return { places, groups: Math.max(1, group) };
}

/** Exclusive feature bundling (Ke et al., 2017, section 4). */
function bundle(
  x: Matrix,
  all: readonly ColumnBins[],
  useful: readonly number[],
  total: (j: number) => number,
  apart: ReadonlySet<number>,
): { bundles: number[][]; rest: number[] } {
  const made: { members: number[]; codes: number; taken: Uint8Array }[] = [];
  const rest: number[] = [];
  const sparse = useful.filter(
    (j) => all[j].commonShare >= BUNDLE_SHARE && total(j) < CODES && !apart.has(j),
  );
  sparse.sort((a, b) => all[a].commonShare - all[b].commonShare || a - b);
  if (sparse.length < 2) return { bundles: [], rest: [...useful] };
  for (const j of sparse) {
    const rows = uncommonRows(x, j, all[j]);
    const fits = made.find((one) => one.codes + total(j) - 1 <= CODES && allFree(rows, one.taken));
    const home = fits ?? { members: [], codes: 1, taken: new Uint8Array(Math.min(x.rows, SAMPLE)) };
    if (!fits) {
      if (made.length === MOST_BUNDLES) {
        rest.push(j);
        continue;
      }
      made.push(home);
    }
    home.members.push(j);
    home.codes += total(j) - 1;
    for (let k = 0; k < rows.length; k++) home.taken[rows[k]] = 1;
  }
  const bundles = made.filter((one) => one.members.length > 1).map((one) => one.members);
  const bundled = new Set(bundles.flat());
  return { bundles, rest: useful.filter((j) => !bundled.has(j)) };
}

function allFree(rows: Int32Array, taken: Uint8Array): boolean {
  for (let k = 0; k < rows.length; k++) if (taken[rows[k]] !== 0) return false;
  return true;
}

/** Which of the sampled rows aren't in a column's common bin. */
function uncommonRows(x: Matrix, j: number, bins: ColumnBins): Int32Array {
  const values = column(x, j);
  const sampled = Math.min(x.rows, SAMPLE);
  const step = x.rows / sampled;
  const out = new Int32Array(sampled);
  let length = 0;
  const [above, upTo] = commonInterval(bins);
  for (let k = 0; k < sampled; k++) {
    const value = values[step === 1 ? k : Math.floor(k * step)];
    out[length] = k;
    length += value > above && value <= upTo ? 0 : 1;
  }
  return out.subarray(0, length);
}

/** The values of the common bin are those in (above, upTo]; none, if that is the bin of missing values. */
function commonInterval(bins: ColumnBins): readonly [number, number] {
  const { common, upper, levels, count } = bins;
  if (common === count) return [0, -1];
  if (levels) return [levels[common] - 0.5, levels[common]];
  return [common === 0 ? -Infinity : upper[common - 1], common === upper.length ? Infinity : upper[common]];
}

/** Packs columns into products of at most 256 codes: the largest first, each where it still fits. */
function joinDigits(columns: readonly number[], total: (j: number) => number): number[][] {
  const made: { members: number[]; codes: number }[] = [];
  for (const j of [...columns].sort((a, b) => total(b) - total(a) || a - b)) {
    const fits = made.find((one) => one.codes * total(j) <= CODES);
    if (fits) {
      fits.members.push(j);
      fits.codes *= total(j);
    } else made.push({ members: [j], codes: total(j) });
  }
  return made.map((one) => one.members);
}

/** The bin of each code of a column's group: 256 entries. */
export function binsOfCodes(place: ColumnPlace): Uint8Array {
  const { kind, first, total, bins } = place;
  return Uint8Array.from({ length: CODES }, (_, code) => {
    if (kind === "single") return Math.min(code, total - 1);
    if (kind === "joint") return Math.floor(code / first) % total;
    const rank = code - first;
    if (rank < 0 || rank >= total - 1) return bins.common;
    return rank < bins.common ? rank : rank + 1;
  });
}
