import { checkInteger, checkNumber } from "../../core/checks";
import { quantileSorted } from "../../core/math/statistics";
import { integer, type Rng } from "../../core/rng";
import type { BootstrapOptions, Interval } from "../bootstrap";

/**
 * Percentile intervals of figures computed from any subset of rows: `figures` is called with row numbers, first with
 * all in order for the estimates, then with each bootstrap sample.
 */
export function bootstrapRows<Name extends string>(
  rows: number,
  figures: (rows: Int32Array) => Readonly<Record<Name, number>>,
  rng: Rng,
  options: BootstrapOptions = {},
): Record<Name, Interval> {
  const { samples = 1000, level = 0.95 } = options;
  const action = "draw bootstrap samples";
  checkInteger(rows, 1, 2 ** 31 - 1, action, "rows");
  checkInteger(samples, 10, 1e6, action, "samples");
  checkNumber(level, 0, 1, action, "level", "both");
  const estimates = figures(Int32Array.from({ length: rows }, (_, i) => i));
  const names = Object.keys(estimates) as Name[];
  const drawn = names.map(() => new Float64Array(samples));
  const sample = new Int32Array(rows);
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < rows; i++) sample[i] = integer(rng, rows);
    const found = figures(sample);
    names.forEach((name, k) => {
      drawn[k][s] = found[name];
    });
  }
  const entries = names.map((name, k) => {
    const sorted = drawn[k].sort();
    const low = quantileSorted(sorted, (1 - level) / 2);
    return [name, { estimate: estimates[name], low, high: quantileSorted(sorted, (1 + level) / 2) }];
  });
  return Object.fromEntries(entries) as Record<Name, Interval>;
}
