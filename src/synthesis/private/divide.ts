import { countUpTo } from "../../core/math/sorted";
import type { Account } from "./budget";
import { noisyCounts } from "./noise/mechanisms";
import { ontoSimplex } from "./simplex";

/** Positions from the first to the last, both included, with the rows that are estimated to lie there. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** Each heavy segment is divided into this many; more leave it coarser for the same noise, fewer cost more rounds. */
const parts = 8;
/** Most rounds: 8^5 segments tell values apart to 1 part in 32,768. */
const mostRounds = 5;

/** How many rounds of counts it takes to divide positions from `low` to `high`: known before any row is looked at. */
export function roundsOf(low: number, high: number): number {
  return Math.max(1, Math.min(mostRounds, Math.ceil(Math.log(high - low + 1) / Math.log(parts) - 1e-9)));
}

/**
 * Divides the positions from `low` to `high` where the rows are: every round counts the parts of the segments that
 * were heavy, with noise (as in PrivTree, Zhang et al., 2016, but with a fixed number of rounds). Parts of a round exclude
 * each other, so a round costs `rho` / rounds however many there are. Values that many rows share end up alone.
 */
export function divide(
  sorted: Float64Array,
  [low, high]: readonly [number, number],
  heavy: number,
  rho: number,
  account: Account,
): { readonly segments: readonly Segment[]; readonly variance: number } {
  const rounds = roundsOf(low, high);
  let variance = 0;
  let segments: readonly Segment[] = around(low, high);
  for (let round = 0; round < rounds; round++) {
    const limit = Math.max(heavy, 4 * Math.sqrt(variance));
    const cut = segments.map((segment) =>
      segment.to > segment.from && (round === 0 || segment.rows > limit) ? partsOf(segment) : [segment],
    );
    const asked = cut.flatMap((own, s) =>
      own.length > 1 || round === 0 ? own.map((part) => ({ part, s })) : [],
    );
    const noisy = noisyCounts(
      asked.map(({ part }) => countUpTo(sorted, part.to) - countUpTo(sorted, part.from - 1)),
      rho / rounds,
      account,
    );
    variance = noisy.variance;
    let at = 0;
    segments = cut.flatMap((own, s) => {
      if (own.length === 1 && round > 0) return own;
      const counts = noisy.counts.subarray(at, at + own.length);
      at += own.length;
      const sum = counts.reduce((all, count) => all + count, 0);
      const rows = settled(own, counts, round === 0 ? Math.max(0, sum) : segments[s].rows, variance);
      return own.map((part, k) => ({ ...part, rows: rows[k] }));
    });
  }
  return { segments, variance };
}

/**
 * The parts' rows, which sum to `total`: the counts, drawn towards equal density as far as their differences from it may
 * be noise (James and Stein, 1961), and none below 0.
 */
function settled(
  parts: readonly Segment[],
  counts: Float64Array,
  total: number,
  variance: number,
): Float64Array {
  const size = parts.reduce((all, { from, to }) => all + to - from + 1, 0);
  const even = Float64Array.from(parts, ({ from, to }) => (total * (to - from + 1)) / size);
  const missing = (total - counts.reduce((all, count) => all + count, 0)) / counts.length;
  const off = counts.map((count, k) => count + missing - even[k]);
  const distance = off.reduce((all, value) => all + value * value, 0);
  const kept = distance > 0 ? Math.max(0, 1 - (Math.max(0, counts.length - 3) * variance) / distance) : 0;
  return ontoSimplex(
    even.map((rows, k) => rows + kept * off[k]),
    total,
  );
}

/** The segments that a first round begins from: 0 stands alone, as a value that often means "none". */
function around(low: number, high: number): Segment[] {
  if (low > 0 || high < 0) return [{ from: low, to: high, rows: 0 }];
  const pieces = [
    [low, -1],
    [0, 0],
    [1, high],
  ];
  return pieces.filter(([from, to]) => from <= to).map(([from, to]) => ({ from, to, rows: 0 }));
}

function partsOf({ from, to }: Segment): Segment[] {
  const size = to - from + 1;
  const count = Math.min(parts, size);
  const edge = (k: number): number => from + Math.floor((k * size) / count);
  return Array.from({ length: count }, (_, k) => ({ from: edge(k), to: edge(k + 1) - 1, rows: 0 }));
}

/** The segments' numbers of bins: neighbours are joined until each bin has `least` rows or is alone above it. */
export function joinSegments(segments: readonly Segment[], least: number): number[] {
  const total = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const bins: number[] = [];
  let bin = 0;
  let held = 0;
  let left = total;
  for (const { rows } of segments) {
    // A heavy value gets a bin of its own, unless what stands before it is too light to be one.
    if (held > 0 && (held >= least || (rows >= least && held >= least / 2)) && left >= least / 2) {
      bin++;
      held = 0;
    }
    bins.push(bin);
    held += rows;
    left -= rows;
  }
  return bins;
}
