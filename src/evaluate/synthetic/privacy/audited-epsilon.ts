import { betaInc } from "../../../core/math/special";

/**
 * A lower bound of ε, right but for a chance of 1 in 1,000: how differently an event happens for tables with and without
 * one row. The event, a statistic of the model above a threshold, is chosen on half of the fits and counted on the other
 * half (Jagielski, Ullman and Oprea, 2020). As many fits of both, an even number; 0 where nothing is proven.
 */
export function auditedEpsilon(
  withRow: readonly number[],
  without: readonly number[],
  delta: number,
): number {
  const half = withRow.length / 2;
  const bound = (from: number, to: number, threshold: number, luck: number): number => {
    const above = (all: readonly number[]): number =>
      all.slice(from, to).filter((value) => value > threshold).length;
    const trials = to - from;
    const pairs = [
      [above(withRow), above(without)],
      [trials - above(without), trials - above(withRow)],
    ];
    return Math.max(
      ...pairs.map(([more, less]) => {
        const low = lowestChance(more, trials, luck) - delta;
        const high = 1 - lowestChance(trials - less, trials, luck);
        return low > 0 ? Math.log(low / high) : 0;
      }),
    );
  };
  const chosen = (threshold: number): number => bound(0, half, threshold, 0.05);
  const thresholds = [...new Set([...withRow.slice(0, half), ...without.slice(0, half)])];
  const best = thresholds.reduce((a, b) => (chosen(b) > chosen(a) ? b : a));
  return Math.max(0, bound(half, 2 * half, best, 0.00025));
}

/** The chance below which a share of `hits` among `trials` would be seen by luck only (Clopper and Pearson, 1934). */
export function lowestChance(hits: number, trials: number, luck: number): number {
  if (hits === 0) return 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    // P(at least `hits`) at this chance
    if (betaInc(hits, trials - hits + 1, middle) < luck) low = middle;
    else high = middle;
  }
  return low;
}
