import { takeValues } from "../../core/matrix";
import type { Split } from "../../data/split";
import { type CalibrationMethod, type Calibrator, fitCalibrator } from "../calibrate/calibrator";

/** A member's out-of-fold probabilities, corrected where that pays. */
export interface Corrected {
  /** Absent: left as they are. */
  readonly calibrator?: Calibrator;
  /** Each row corrected by a calibrator that was fitted without its fold. */
  readonly predictions: Float64Array;
}

/**
 * The calibration whose cross-fitted log loss is lowest, if it is lower than without by a standard error of the
 * difference at least; else none.
 */
export function correct(predictions: Float64Array, y: Float64Array, splits: readonly Split[]): Corrected {
  let best: { method: CalibrationMethod; predictions: Float64Array } | undefined;
  let lowest = 0;
  for (const method of ["sigmoid", "beta"] as const) {
    const out = new Float64Array(y.length);
    for (const { train, test } of splits) {
      const fitted = fitCalibrator(method, takeValues(predictions, train), takeValues(y, train));
      fitted.apply(takeValues(predictions, test)).forEach((p, k) => {
        out[test[k]] = p;
      });
    }
    const before = rowLosses(predictions, y);
    const gained = rowLosses(out, y).map((loss, i) => loss - before[i]);
    const mean = gained.reduce((sum, one) => sum + one, 0) / y.length;
    const variance = gained.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (y.length - 1);
    if (mean >= lowest || mean > -Math.sqrt(variance / y.length)) continue;
    best = { method, predictions: out };
    lowest = mean;
  }
  if (!best) return { predictions };
  const calibrator = fitCalibrator(best.method, predictions, y);
  // A level map would leave no order at all.
  const [low, high] = calibrator.apply(Float64Array.of(0.01, 0.99));
  return high > low ? { calibrator, predictions: best.predictions } : { predictions };
}

export function meanLogLoss(predictions: Float64Array, y: Float64Array): number {
  return rowLosses(predictions, y).reduce((sum, one) => sum + one, 0) / y.length;
}

export function meanBrier(predictions: Float64Array, y: Float64Array): number {
  return predictions.reduce((sum, p, i) => sum + (p - y[i]) ** 2, 0) / y.length;
}

/** Each row's log loss. */
export function rowLosses(predictions: Float64Array, y: Float64Array): Float64Array {
  return predictions.map((p, i) => -Math.log(Math.max(1e-15, y[i] === 1 ? p : 1 - p)));
}
