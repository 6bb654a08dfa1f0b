/** What seeds or draws can do to a figure: its least, middle and greatest value. */
export interface Band {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** The band of some values, of which there must be at least one. */
export function bandOf(values: readonly number[]): Band {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { low: sorted[0], median, high: sorted[sorted.length - 1] };
}

/** Fewer give no verdict: the range of n holds (n − 1) / (n + 1) of all runs there could be on average, 90 % for 20. */
export const leastSeeds = 20;
