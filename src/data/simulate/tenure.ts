import type { Rng } from "../../core/rng";

/** The carrier's age in months: nobody has been there longer. */
export const oldest = 72;

/**
 * How many customers of each tenure at the close there would be if none left: IBM Telco's tenures (many newcomers, a
 * large founding cohort at 72 months) divided by the share that stays through the months simulated.
 */
const weights: Float64Array = new Float64Array(oldest + 1);
for (const [from, to, weight] of [
  [0, 0, 9],
  [1, 1, 233],
  [2, 2, 127],
  [3, 3, 129],
  [4, 4, 113],
  [5, 6, 94],
  [7, 9, 127],
  [10, 12, 136],
  [13, 18, 137],
  [19, 24, 151],
  [25, 36, 130],
  [37, 48, 101],
  [49, 60, 90],
  [61, 66, 89],
  [67, 69, 104],
  [70, 70, 123],
  [71, 71, 184],
  [72, 72, 389],
])
  weights.fill(weight, from, to + 1);
const total = weights.reduce((a, b) => a + b, 0);

/** Months completed at the close, from 0 (joined, not yet billed) to `oldest`. */
export function drawTenure(rng: Rng): number {
  let left = rng.uniform() * total;
  for (let months = 0; months < oldest; months++) {
    left -= weights[months];
    if (left < 0) return months;
  }
  return oldest;
}
