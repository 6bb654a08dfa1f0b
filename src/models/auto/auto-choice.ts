import { joinValues, takeValues } from "../../core/matrix";
import { type Calibrator, fitCalibrator } from "../calibrate/calibrator";
import { outOfFold } from "../out-of-fold";
import {
  type Corrected,
  type CorrectionMethod,
  correct,
  type FitCorrection,
  rowLosses,
} from "./auto-calibration";
import type { HeldResult } from "./auto-stages";
import { mixed, sparseWeights } from "./blend";

/** What a member says of rows that it did not see. */
export interface HeldOut {
  /** Its probabilities of all rows, once for each number of trees that was chosen, or once. */
  readonly predictions: readonly Float64Array[];
  /** For each fold the number of trees chosen without it, and which predictions are by it; last, chosen by all. */
  readonly chosen?: HeldResult["chosen"];
  /** Whether it belongs to the simple learners that the blend has to beat. */
  readonly simple: boolean;
}

/** What was chosen for one member. */
export interface ChosenMember {
  readonly trees?: number;
  readonly calibrator?: Calibrator;
  /** Share in the blend; 0: left out. */
  readonly weight: number;
  /** Its probabilities of all rows, before they are corrected. */
  readonly predicted: Float64Array;
}

/** Members of less weight are left out: they would cost time at every prediction for nothing. */
const leastWeight = 0.02;

/** Chooses calibrations and weights on the rows of all folds, or of all but the one numbered. */
export type Choose = (without?: number) => ChosenMember[];

/**
 * Calibrations and weights with the smallest loss on the rows of all folds but one. Where the blend of all members is
 * not better than that of the simple ones by a standard error, beyond what its further weights gain by chance (Akaike,
 * 1974: one unit of likelihood each), the simple ones stay: few rows can't tell more.
 */
export function chooser(members: readonly HeldOut[], y: Float64Array, folds: readonly Int32Array[]): Choose {
  const rowsWithout = (out: readonly number[]): Int32Array =>
    joinValues(folds.filter((_, k) => !out.includes(k))).sort();
  const fitted = new Map<string, Calibrator>();
  // Fold 2 judged by a correction that does without fold 1 asks for what fold 1 does without fold 2.
  const fittedWithout = (
    m: number,
    at: number,
    method: CorrectionMethod,
    out: readonly number[],
  ): Calibrator => {
    const key = [m, at, method, ...out.filter((k) => k < folds.length).sort()].join();
    const known = fitted.get(key);
    if (known) return known;
    const rows = rowsWithout(out);
    const predicted = takeValues(members[m].predictions[at], rows);
    const fresh = fitCalibrator(method, predicted, takeValues(y, rows));
    fitted.set(key, fresh);
    return fresh;
  };

  return (without = folds.length) => {
    const kept = [...folds.keys()].filter((k) => k !== without);
    const rows = rowsWithout([without]);
    const position = new Int32Array(y.length);
    rows.forEach((row, at) => {
      position[row] = at;
    });
    const own = takeValues(y, rows);
    const tests = kept.map((k) => folds[k].map((row) => position[row]));
    const settled = members.map(({ predictions, chosen }, m) => {
      const stage = chosen?.[without];
      const at = stage?.at ?? 0;
      const predicted = predictions[at];
      const held = takeValues(predicted, rows);
      const fit: FitCorrection = (method, test) =>
        fittedWithout(m, at, method, test === undefined ? [without] : [without, kept[test]]);
      // A calibrator is judged by fitting it to other folds.
      const corrected: Corrected = kept.length < 2 ? { predictions: held } : correct(held, own, tests, fit);
      return { predicted, corrected, ...(stage && { trees: stage.trees }) };
    });
    const weights = weigh(
      settled.map((one) => one.corrected.predictions),
      members.map((member) => member.simple),
      own,
    );
    return settled.map(({ corrected: { calibrator }, ...one }, m) => ({
      ...one,
      weight: weights[m],
      ...(calibrator && { calibrator }),
    }));
  };
}

/** The blend of members as chosen, of the rows numbered; all if absent. */
export function blendedAs(chosen: readonly ChosenMember[], rows?: Int32Array): Float64Array {
  const parts = chosen.flatMap(({ predicted, calibrator, weight }) => {
    if (weight === 0) return [];
    const own = rows ? takeValues(predicted, rows) : predicted;
    return [{ weight, predicted: calibrator ? calibrator.apply(own) : own }];
  });
  return mixed(
    parts.map((part) => part.predicted),
    parts.map((part) => part.weight),
  );
}

/**
 * Each row's probability by the blend as it is chosen without the row's fold: what the blend can be judged by, since
 * nothing was chosen on what is scored.
 */
export function crossFitted(choose: Choose, folds: readonly Int32Array[], rows: number): Float64Array {
  return outOfFold(
    folds.map((test, k) => ({ test, predictions: blendedAs(choose(k), test) })),
    rows,
  );
}

function weigh(
  predictions: readonly Float64Array[],
  simple: readonly boolean[],
  y: Float64Array,
): Float64Array {
  const all = sparseWeights(predictions, y, undefined, leastWeight);
  const plain = [...simple.keys()].filter((m) => simple[m]);
  if (plain.length === 0 || plain.length === predictions.length) return all;
  const kept = sparseWeights(
    plain.map((m) => predictions[m]),
    y,
    undefined,
    leastWeight,
  );
  const few = new Float64Array(all.length);
  plain.forEach((m, k) => {
    few[m] = kept[k];
  });
  const rich = rowLosses(mixed(predictions, all), y);
  const gains = rowLosses(mixed(predictions, few), y).map((loss, i) => loss - rich[i]);
  const mean = gains.reduce((sum, one) => sum + one, 0) / y.length;
  const variance = gains.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, y.length - 1);
  const further = predictions.length - plain.length;
  return mean > Math.sqrt(variance / y.length) + further / y.length ? all : few;
}
