import { check, checkFinite, checkSameLength } from "../../core/checks";
import { type Censored, checkCensored, distinct, lastUpTo } from "../../models/survival/censored";
import { endWeights } from "./censoring";

export interface ConcordanceOptions {
  /**
   * Weigh pairs by the inverse squared chance of not being censored, as estimated on these lifetimes (Uno and others,
   * 2011); without, the index of Harrell (1982), which depends on how much was censored.
   */
  readonly censoring?: Censored;
  /** Count only pairs whose earlier end came before this time. Needed with `censoring` where the last times are few. */
  readonly horizon?: number;
}

/**
 * The share of comparable pairs in which the one of higher risk ended first; equal risks count half. A pair is
 * comparable if the earlier of the two ended (at one time: if only one of the two did). O(n log n).
 *
 * @example
 * const seen = { time: Float64Array.of(1, 2, 3), event: Float64Array.of(1, 0, 1) };
 * concordanceIndex(seen, [3, 1, 2]); // → 1
 * concordanceIndex(seen, [1, 3, 3]); // → 0
 */
export function concordanceIndex(
  data: Censored,
  risk: ArrayLike<number>,
  options: ConcordanceOptions = {},
): number {
  const action = "score concordance";
  checkCensored(data, action);
  checkSameLength(data.time.length, risk.length, action, "times and risks");
  checkFinite(risk, action, "risks");
  const { time, event } = data;
  const { censoring, horizon = Infinity } = options;
  const weights = censoring
    ? endWeights(censoring, data, horizon, action).map((w) => w * w)
    : event.map((e, i) => (e === 1 && time[i] < horizon ? 1 : 0));
  if (horizon < Infinity) for (let i = 0; i < time.length; i++) if (time[i] >= horizon) weights[i] = 0;

  const levels = distinct(Float64Array.from(risk));
  // A Fenwick tree over the distinct risks counts, of those who lived on, how many have a lower one.
  const tree = new Float64Array(levels.length + 1);
  const below = (level: number): number => {
    let sum = 0;
    for (let k = level; k > 0; k -= k & -k) sum += tree[k];
    return sum;
  };
  const add = (level: number): void => {
    for (let k = level + 1; k < tree.length; k += k & -k) tree[k]++;
  };
  const order = Uint32Array.from(time.keys()).sort((a, b) => time[b] - time[a] || a - b);
  let concordant = 0;
  let comparable = 0;
  let alive = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && time[order[to]] === time[order[from]]) to++;
    const group = order.subarray(from, to);
    // Those censored at this time outlived those who ended at it.
    for (const i of group) {
      if (event[i] === 1) continue;
      add(lastUpTo(levels, risk[i]));
      alive++;
    }
    for (const i of group) {
      if (weights[i] === 0) continue;
      const level = lastUpTo(levels, risk[i]);
      const lower = below(level);
      const equal = below(level + 1) - lower;
      concordant += weights[i] * (lower + equal / 2);
      comparable += weights[i] * alive;
    }
    for (const i of group) {
      if (event[i] !== 1) continue;
      add(lastUpTo(levels, risk[i]));
      alive++;
    }
    from = to;
  }
  check(comparable > 0, action, "there must be comparable pairs");
  return concordant / comparable;
}
