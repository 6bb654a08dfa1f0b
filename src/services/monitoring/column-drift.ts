import { quantileSorted } from "../../core/math/statistics";
import { poisson, type Rng } from "../../core/rng";
import type { Interval } from "../../evaluate/bootstrap";
import {
  type DriftCounts,
  type DriftedColumn,
  driftReport,
  stabilityIndex,
  type TrainedColumn,
} from "../predict/drift";

/** A column's bin or level, and the shares of present values in it. */
export interface ShareBeside {
  readonly value: string;
  readonly trained: number;
  readonly now: number;
}

/** How far a column of customers is from what it was in training. */
export interface ColumnDrift extends DriftedColumn {
  /** Population stability index. */
  readonly psi: Interval;
  /** Numbers: the largest difference of the distribution functions at the edges of the bins, so at least so much. */
  readonly kolmogorovSmirnov?: Interval;
  readonly shares: readonly ShareBeside[];
}

const samples = 200;
const mostShares = 12;

/**
 * Each column beside training. Intervals are 95 % bootstrap ones: counts are drawn anew (Poisson), and the bias that
 * this adds to an index which can't fall below 0 is taken off.
 */
export function columnDrifts(
  profile: readonly TrainedColumn[],
  counts: readonly DriftCounts[],
  rng: Rng,
): ColumnDrift[] {
  return driftReport(profile, counts).map((column) => {
    const trained = profile.find((each) => each.name === column.column) as TrainedColumn;
    const found = counts.find((each) => each.name === column.column) as DriftCounts;
    const own = rng.fork(column.column);
    const index = (drawn: DriftCounts): number => stabilityIndex(trained.shares, drawn);
    return {
      ...column,
      psi: interval(found, index, own.fork("psi")),
      ...(trained.edges && trained.edges.length > 0
        ? {
            kolmogorovSmirnov: interval(
              found,
              (drawn) => distance(trained.shares, drawn.counts),
              own.fork("ks"),
            ),
          }
        : {}),
      shares: sharesOf(trained, found),
    };
  });
}

function interval(found: DriftCounts, figure: (drawn: DriftCounts) => number, rng: Rng): Interval {
  const estimate = figure(found);
  const drawn = Float64Array.from({ length: samples }, () =>
    figure({
      ...found,
      counts: found.counts.map((count) => (count === 0 ? 0 : poisson(rng, count))),
      unseen: found.unseen === 0 ? 0 : poisson(rng, found.unseen),
    }),
  ).sort();
  const bias = drawn.reduce((sum, value) => sum + value, 0) / samples - estimate;
  const at = (p: number): number => Math.max(0, quantileSorted(drawn, p) - bias);
  return { estimate, low: Math.min(estimate, at(0.025)), high: Math.max(estimate, at(0.975)) };
}

function distance(expected: readonly number[], counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let [difference, most] = [0, 0];
  for (const [k, count] of counts.entries()) {
    difference += count / total - expected[k];
    most = Math.max(most, Math.abs(difference));
  }
  return most;
}

function sharesOf({ edges, levels, shares }: TrainedColumn, { counts, unseen }: DriftCounts): ShareBeside[] {
  const total = Math.max(1, counts.reduce((sum, count) => sum + count, 0) + unseen);
  const word = (value: number): string => String(Number(value.toPrecision(4)));
  const name = (k: number): string => {
    if (levels) return levels[k];
    const ends = edges ?? [];
    if (ends.length === 0) return "any";
    if (k === 0) return `below ${word(ends[0])}`;
    return k === ends.length ? `${word(ends[k - 1])} or more` : `${word(ends[k - 1])} to ${word(ends[k])}`;
  };
  const all = shares.map((trained, k) => ({ value: name(k), trained, now: counts[k] / total }));
  const rest = all.splice(mostShares);
  if (rest.length > 0)
    all.push({
      value: `${rest.length} others`,
      trained: rest.reduce((sum, one) => sum + one.trained, 0),
      now: rest.reduce((sum, one) => sum + one.now, 0),
    });
  return unseen > 0 ? [...all, { value: "unseen in training", trained: 0, now: unseen / total }] : all;
}
