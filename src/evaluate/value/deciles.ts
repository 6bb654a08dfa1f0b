import { check, checkInteger } from "../../core/checks";
import { checkTargets } from "../check-scored";
import { descending } from "../ranking";

/** A part of the rows by prediction. */
export interface ValueBin {
  /** From 1, the highest predictions. */
  readonly bin: number;
  readonly rows: number;
  readonly predicted: number;
  readonly actual: number;
  /** Standard error of `actual`. */
  readonly standardError: number;
}

/** Mean prediction beside mean outcome in equal parts of the rows, the highest predictions first; ten by default. */
export function valueBins(
  targets: ArrayLike<number>,
  predicted: ArrayLike<number>,
  bins = 10,
): readonly ValueBin[] {
  const action = "compare predicted and actual values";
  checkTargets(targets, predicted, undefined, action);
  checkInteger(bins, 1, targets.length, action, "bins");
  const order = descending(predicted);
  return Array.from({ length: bins }, (_, b) => {
    const from = Math.round((b * order.length) / bins);
    const rows = order.subarray(from, Math.round(((b + 1) * order.length) / bins));
    let [given, seen, squares] = [0, 0, 0];
    for (const i of rows) {
      given += predicted[i];
      seen += targets[i];
    }
    const actual = seen / rows.length;
    for (const i of rows) squares += (targets[i] - actual) ** 2;
    const standardError = rows.length > 1 ? Math.sqrt(squares / (rows.length - 1) / rows.length) : 0;
    return { bin: b + 1, rows: rows.length, predicted: given / rows.length, actual, standardError };
  });
}

/**
 * The mean relative error of the tenths' mean predictions (Wang, Liu and Miao, 2019, "decile MAPE"): how far a group's
 * value is off when customers are grouped by prediction. Tenths without any actual value are left out.
 */
export function decileError(targets: ArrayLike<number>, predicted: ArrayLike<number>): number {
  const bins = valueBins(targets, predicted, Math.min(10, targets.length)).filter((bin) => bin.actual !== 0);
  check(bins.length > 0, "score decile error", "some targets must not be 0");
  return bins.reduce((sum, bin) => sum + Math.abs(bin.predicted / bin.actual - 1), 0) / bins.length;
}
