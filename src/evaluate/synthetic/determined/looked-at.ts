import type { Shared, SharedNumber } from "../align";

/** What is looked at: rows learnt from, real rows judged and synthetic ones, one after the other. */
export interface LookedAt {
  readonly shared: readonly Shared[];
  /** Where rows learnt, judged and synthetic ones end. */
  readonly ends: readonly [number, number, number];
  readonly dates: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly pairs: readonly Pair[];
  /** Half of the last decimal in which each number is written: no rule tells it nearer. */
  readonly rounded: ReadonlyMap<string, number>;
  /** Lets go for a moment, and throws where the work is to stop. */
  readonly breathe: () => Promise<void>;
}

/** Two numbers or two dates that may be held against each other. */
export interface Pair {
  readonly of: readonly [string, string];
  readonly difference: Float64Array;
}

/** A column that follows from others in real rows, and does not in synthetic ones. */
export interface NotDetermined {
  /** A column, whether one is 0 or missing, or the days between two dates. */
  readonly what: string;
  /** The columns that say it themselves. */
  readonly of: readonly string[];
  /** The columns by which a tree or a regression tells it. */
  readonly by: readonly string[];
  /** Of a number that a regression tells, how far off it may be: an amount, or of products a share. */
  readonly within?: number;
  readonly relative?: boolean;
  /** Of a number that rises, or falls, with another one (the shares are of rows beside each other), or is no more than that; of a text that holds what others say. */
  readonly order?: "rises" | "falls" | "is at most" | "holds";
  /** The share of real rows, none of which was learnt from, in which it is told right; and of synthetic rows. */
  readonly real: number;
  readonly synthetic: number;
}

/** In synthetic rows it is wrong in so many more, and more than so many standard errors. */
export const [leastMore, errors] = [0.03, 4];

/** How many standard errors allow for the difference of two shares of so many rows. */
export function allowed(real: number, judged: number, synthetic: number, made: number): number {
  return errors * Math.sqrt((real * (1 - real) + 1 / judged) / judged + (synthetic * (1 - synthetic)) / made);
}

/** Of pairs of numbers and of dates as many differences are looked at. */
const mostDifferences = 60;

/** Pairs of dates, and of numbers whose middle halves overlap. */
export function comparable(
  numbers: readonly SharedNumber[],
  dates: ReadonlySet<string>,
  values: ReadonlyMap<string, Float64Array>,
): readonly Pair[] {
  const middle = numbers.map(({ values }) => {
    const sorted = values[0].filter((value) => !Number.isNaN(value)).sort();
    return [sorted[sorted.length >> 2] ?? Number.NaN, sorted[(3 * sorted.length) >> 2] ?? Number.NaN];
  });
  const out: Pair[] = [];
  for (let b = 1; b < numbers.length; b++) {
    for (let a = 0; a < b && out.length < mostDifferences; a++) {
      const alike = dates.has(numbers[a].name) === dates.has(numbers[b].name);
      const overlap = middle[a][0] <= middle[b][1] && middle[b][0] <= middle[a][1];
      if (!alike || !overlap) continue;
      const of = [numbers[a].name, numbers[b].name] as const;
      const [low, high] = of.map((name) => values.get(name) ?? new Float64Array(0));
      out.push({ of, difference: high.map((value, i) => value - low[i]) });
    }
  }
  return out;
}
