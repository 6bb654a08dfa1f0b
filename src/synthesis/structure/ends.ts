import { takeValues } from "../../core/matrix";
import type { People } from "./people";
import { sharedValues } from "./shared-values";

/** Where a column's values end, and the values with what lies there replaced. */
export interface Tamed {
  readonly low: number;
  readonly high: number;
  /** The values, but that the outermost ones are those to be expected there. */
  readonly values: Float64Array;
  /** The rows that have a value, by it. */
  readonly order: readonly number[];
  /** Of these those (from, to) that have their own one still. */
  readonly own: readonly [number, number];
}

/** A row may lie so many times as far out as is to be expected, judged by so many times the rows, to count as it is. */
const mostBeyond = 2;
const reach = 4;

/** What no value of a column exceeds, none shall: nothing above 0, a share, a percentage or a score. */
const naturalMost = [0, 1, 100];

/**
 * The values without what the outermost rows of fewer than `least` people on each side tell: these get the values to be
 * expected at their ranks in an exponential tail (spacings of order statistics, Rényi 1953) as wide as they are on average, where none counts
 * for more than twice what the rows further in let expect. A value that ends the column for `least` people or more stays its
 * end; what is never negative stays so, as does what is never positive, above 1 or above 100.
 */
export function tamed(values: Float64Array, least: number, people?: People): Tamed {
  const order = Array.from(values.keys())
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => values[a] - values[b]);
  const n = order.length;
  if (n === 0) return { low: 0, high: 0, values, order, own: [0, 0] };
  const out = values.slice();
  const replaced = { low: 0, high: 0 };
  const end = (at: (rank: number) => number, sign: 1 | -1): number => {
    let sharing = people ? 0 : Math.min(least, n);
    const seen = new Set<number>();
    while (people && sharing < n && seen.size < least) seen.add(people.of[order[at(sharing++)]]);
    sharing = Math.min(sharing, Math.floor((n + 1) / 2));
    const last = values[order[at(sharing - 1)]];
    if (values[order[at(0)]] === last || least <= 1) return last;
    const inner = Math.min(reach * sharing, Math.max(sharing + 1, Math.floor(n / 2))) - 1;
    const spacing =
      inner < n ? Math.abs(last - values[order[at(inner)]]) / (harmonic(inner) - harmonic(sharing - 1)) : 0;
    let step = 0;
    for (let rank = 0; rank < sharing - 1; rank++) {
      const usual = spacing * (harmonic(sharing - 1) - harmonic(rank));
      step += Math.min(mostBeyond * usual, Math.abs(values[order[at(rank)]] - last)) / (sharing - 1);
    }
    const bound =
      sign < 0 ? (last >= 0 ? 0 : undefined) : naturalMost.find((one) => one >= values[order[at(0)]]);
    const expected = (rank: number): number => {
      const beyond = last + sign * step * (harmonic(sharing - 1) - harmonic(rank));
      return bound !== undefined && sign * (beyond - bound) > 0 ? bound : beyond;
    };
    for (let rank = 0; rank < sharing - 1; rank++) out[order[at(rank)]] = expected(rank);
    replaced[sign > 0 ? "high" : "low"] = sharing - 1;
    return expected(0);
  };
  const high = end((rank) => n - 1 - rank, 1);
  const low = end((rank) => rank, -1);
  return { low: Math.min(low, high), high, values: out, order, own: [replaced.low, n - replaced.high] };
}

/** The values as `least` people or more tell them: the outermost `tamed`, those between as means (`sharedValues`). */
export function toldValues(values: Float64Array, least: number, people?: People): Tamed {
  const ends = tamed(values, least, people);
  const { low, high, order, own } = ends;
  const [from, to] = own;
  const at = (rank: number): number => ends.values[order[rank]];
  const rows = order.slice(from, to);
  const told = sharedValues(
    takeValues(ends.values, rows),
    least,
    [from > 0 ? at(from - 1) : low, to < order.length ? at(to) : high],
    people && rows.map((i) => people.of[i]),
  );
  const out = ends.values.slice();
  rows.forEach((i, k) => {
    out[i] = told[k];
  });
  return { ...ends, values: out };
}

function harmonic(n: number): number {
  if (n > 1000) return Math.log(n) + 0.5772156649015329 + 1 / (2 * n) - 1 / (12 * n * n);
  let sum = 0;
  for (let k = 1; k <= n; k++) sum += 1 / k;
  return sum;
}
