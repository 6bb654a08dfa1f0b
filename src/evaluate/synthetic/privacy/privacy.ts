import { check } from "../../../core/checks";
import { quantileSorted } from "../../../core/math/statistics";
import { asTable, type PolarsFrame } from "../../../data/polars";
import { schemaOf } from "../../../data/schema";
import { type Table, takeTableRows } from "../../../data/table";
import { wilson } from "../../intervals";
import { alignTables } from "../align";
import { nearestRecords } from "../nearest";

/** How near synthetic rows come to training rows, beside how near they come to rows that were never seen. */
export interface DistancePrivacy {
  /** Distance to the closest record, from synthetic to training rows: median, 5 % quantile, minimum. */
  readonly closest: { readonly median: number; readonly low: number; readonly least: number };
  /** The same from held-out to training rows: what independent people have. */
  readonly closestHoldout: { readonly median: number; readonly low: number; readonly least: number };
  /**
   * The share of synthetic rows nearer to a training than to a held-out row, ties counting half. Without memory it is
   * `expectedShare`, the training rows' share of all real rows.
   */
  readonly closerShare: number;
  readonly expectedShare: number;
  /** (share − expected) / (1 − expected): 0 for independent rows, 1 for copies. */
  readonly memorisation: number;
  /** The ends of its 95 % interval (Wilson), for as many independent rows as the fewer of synthetic and held-out ones. */
  readonly memorisationLow: number;
  readonly memorisationHigh: number;
  /** The share of synthetic rows equal to a training row, and of held-out rows equal to one. */
  readonly copies: number;
  readonly copiesHoldout: number;
  /** The 5 % quantile of nearest ÷ second nearest distance, for synthetic and for held-out rows. */
  readonly neighbourRatio: number;
  readonly neighbourRatioHoldout: number;
}

export interface DistanceOptions {
  /** Held-out rows whose own distances are measured, the first ones; defaults to all. Fewer are for large tables. */
  readonly compared?: number;
}

/**
 * Distances between synthetic, training and held-out rows; exact, over all rows.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * const [learned, held] = [train, test].map((one) => takeTableRows(one.table, Array.from({ length: 80 }, (_, i) => i)));
 * (await distancePrivacy(learned, held, learned)).copies; // → 1
 */
export async function distancePrivacy(
  givenTrain: Table | PolarsFrame,
  givenHoldout: Table | PolarsFrame,
  givenSynthetic: Table | PolarsFrame,
  options: DistanceOptions = {},
): Promise<DistancePrivacy> {
  const train = asTable(givenTrain);
  const holdout = asTable(givenHoldout, schemaOf(train));
  const synthetic = asTable(givenSynthetic, schemaOf(train));
  const { compared = holdout.rows } = options;
  const action = "measure distances";
  check(train.rows > 0 && holdout.rows > 0 && synthetic.rows > 0, action, "all three tables must have rows");
  const first = compared < holdout.rows ? takeTableRows(holdout, range(compared)) : holdout;
  const columns = alignTables([train, holdout, synthetic, first], action);
  const ranges = 0;
  const toTrain = await nearestRecords(columns, 2, 0, { ranges });
  const toHoldout = await nearestRecords(columns, 2, 1, { ranges });
  const real = await nearestRecords(columns, 3, 0, { ranges });
  let nearer = 0;
  for (let i = 0; i < synthetic.rows; i++) {
    const [a, b] = [toTrain.distance[i], toHoldout.distance[i]];
    nearer += a < b ? 1 : a === b ? 0.5 : 0;
  }
  const closerShare = nearer / synthetic.rows;
  const expectedShare = train.rows / (train.rows + holdout.rows);
  const memorised = (share: number): number => (share - expectedShare) / (1 - expectedShare);
  // Drawn rows near the same unseen row are not independent: the fewer of both count.
  const independent = Math.min(synthetic.rows, holdout.rows);
  const [low, high] = wilson(closerShare * independent, independent);
  return {
    closest: summary(toTrain.distance),
    closestHoldout: summary(real.distance),
    closerShare,
    expectedShare,
    memorisation: memorised(closerShare),
    memorisationLow: memorised(low),
    memorisationHigh: memorised(high),
    copies: shareOf(toTrain.distance, (distance) => distance === 0),
    copiesHoldout: shareOf(real.distance, (distance) => distance === 0),
    neighbourRatio: lowRatio(toTrain.distance, toTrain.second),
    neighbourRatioHoldout: lowRatio(real.distance, real.second),
  };
}

function range(length: number): Int32Array {
  return Int32Array.from({ length }, (_, i) => i);
}

function summary(distances: Float64Array): DistancePrivacy["closest"] {
  const sorted = distances.slice().sort();
  return { median: quantileSorted(sorted, 0.5), low: quantileSorted(sorted, 0.05), least: sorted[0] };
}

/** The 5 % quantile of nearest ÷ second nearest; two distances of 0 count as 0: the row is certainly near. */
function lowRatio(nearest: Float64Array, second: Float64Array): number {
  const ratios = nearest.map((distance, i) => (second[i] > 0 ? distance / second[i] : 0)).sort();
  return quantileSorted(ratios, 0.05);
}

function shareOf(values: Float64Array, holds: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (holds(value)) count++;
  return count / values.length;
}
