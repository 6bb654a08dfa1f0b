import { takeValues } from "../../core/matrix";
import type { CalibrationMethod, Calibrator } from "../calibrate/calibrator";
import { outOfFold } from "../out-of-fold";

/** A member's out-of-fold probabilities, corrected where that pays. */
export interface Corrected {
  /** Absent: left as they are. */
  readonly calibrator?: Calibrator;
  /** Each row corrected by a calibrator that was fitted without its fold. */
  readonly predictions: Float64Array;
}

/** The corrections that are tried; isotonic ones would want thousands of rows. */
export type CorrectionMethod = Exclude<CalibrationMethod, "isotonic">;

/** Fits a correction to all rows, or to all but those of the test fold numbered. */
export type FitCorrection = (method: CorrectionMethod, test?: number) => Calibrator;

/**
 * The calibration whose log loss on each of the test folds, fitted to the others, is lowest, if it is lower than without
 * by a standard error of the difference at least; else none.
 */
export function correct(
  predictions: Float64Array,
  y: Float64Array,
  tests: readonly Int32Array[],
  fit: FitCorrection,
): Corrected {
  let best: { calibrator: Calibrator; predictions: Float64Array } | undefined;
  let lowest = 0;
  const before = rowLosses(predictions, y);
  for (const method of ["sigmoid", "beta"] as const) {
    const calibrator = fit(method);
    // On the rows it was fitted to, a correction gains more than on others: what fails there need not be cross-fitted.
    if (!clearlyLower(rowLosses(calibrator.apply(predictions), y), before, lowest)) continue;
    const parts = tests.map((test, k) => ({
      test,
      predictions: fit(method, k).apply(takeValues(predictions, test)),
    }));
    const out = outOfFold(parts, y.length);
    const mean = clearlyLower(rowLosses(out, y), before, lowest);
    if (mean === undefined) continue;
    best = { calibrator, predictions: out };
    lowest = mean;
  }
  if (!best) return { predictions };
  // A level map would leave no order at all.
  const [low, high] = best.calibrator.apply(Float64Array.of(0.01, 0.99));
  return high > low ? best : { predictions };
}

/** By how much losses changed on average, if they fell by more than a standard error of that and lie below `lowest`. */
function clearlyLower(after: Float64Array, before: Float64Array, lowest: number): number | undefined {
  const rows = after.length;
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += after[i] - before[i];
  const mean = sum / rows;
  let squares = 0;
  for (let i = 0; i < rows; i++) squares += (after[i] - before[i] - mean) ** 2;
  return mean < lowest && mean <= -Math.sqrt(squares / (rows - 1) / rows) ? mean : undefined;
}

export function meanLogLoss(predictions: Float64Array, y: Float64Array): number {
  return rowLosses(predictions, y).reduce((sum, one) => sum + one, 0) / y.length;
}

/** Each row's log loss. */
export function rowLosses(predictions: Float64Array, y: Float64Array): Float64Array {
  const out = new Float64Array(y.length);
  for (let i = 0; i < out.length; i++) {
    const chance = y[i] === 1 ? predictions[i] : 1 - predictions[i];
    out[i] = -Math.log(Math.max(1e-15, chance));
  }
  return out;
}
