import { checkNumber } from "../core/checks";
import type { Rng } from "../core/rng";
import { type Table, takeTableRows } from "../data/table";

export interface SampledRowsOptions {
  /**
   * The share of the rows that are left out, at random by the seed; from 0 to 0.9, defaults to 0.125. Every count that can
   * be read off the synthetic rows is then that of a table somewhat unlike the training rows: whoever knows all of them but
   * one learns next to nothing of that one. With 0 counts are exact.
   */
  readonly leftOut?: number;
}

/** The rows in an order without those that are left out. */
export function sampledRows(
  from: Table,
  order: Int32Array,
  rng: Rng,
  { leftOut = 0.125 }: SampledRowsOptions = {},
): Table {
  checkNumber(leftOut, 0, 0.9, "fit", "leftOut");
  const kept = order.filter(() => rng.uniform() >= leftOut);
  return takeTableRows(from, kept.length > 0 ? kept : order);
}
