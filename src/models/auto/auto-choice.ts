import { takeValues } from "../../core/matrix";
import type { Split } from "../../data/split";
import type { Calibrator } from "../calibrate/calibrator";
import { type Corrected, correct, meanBrier, rowLosses } from "./auto-calibration";
import { mixed, sparseWeights } from "./blend";

/** What a member says of rows that it did not see. */
export interface HeldOut {
  /** Numbers of trees after which it was asked; empty: it has none to choose. */
  readonly stages: readonly number[];
  /** Its probabilities of all rows, once a stage, or once. */
  readonly perStage: readonly Float64Array[];
  /** Whether it belongs to the simple learners that the blend has to beat. */
  readonly simple: boolean;
}

/** What was chosen for one member. */
export interface ChosenMember {
  /** Position among its stages. */
  readonly stage: number;
  readonly calibrator?: Calibrator;
  /** Share in the blend; 0: left out. */
  readonly weight: number;
}

/** Members of less weight are left out: they would cost time at every prediction for nothing. */
const leastWeight = 0.02;

/**
 * Numbers of trees, calibrations and weights with the smallest loss on the rows of `folds`. Where the blend of all
 * members is not better than that of the simple ones by a standard error, beyond what its further weights gain by
 * chance (Akaike, 1974: one unit of likelihood each), the simple ones stay: few rows can't tell more.
 */
export function choose(
  members: readonly HeldOut[],
  y: Float64Array,
  folds: readonly Int32Array[],
): ChosenMember[] {
  const rows = Int32Array.from(folds.flatMap((fold) => [...fold])).sort();
  const position = new Int32Array(y.length);
  rows.forEach((row, at) => {
    position[row] = at;
  });
  const own = takeValues(y, rows);
  const within = folds.map((test, k): Split => {
    const train = Int32Array.from(folds.flatMap((fold, j) => (j === k ? [] : [...fold])));
    return { train: train.map((row) => position[row]), test: test.map((row) => position[row]) };
  });
  const settled = members.map(({ perStage }): { stage: number } & Corrected => {
    const stages = perStage.map((one) => takeValues(one, rows));
    // The Brier loss, because boosted trees grow overconfident long before they rank worse.
    const losses = stages.map((stage) => meanBrier(stage, own));
    const stage = losses.indexOf(Math.min(...losses));
    // A calibrator is judged by fitting it to other folds.
    if (folds.length < 2) return { stage, predictions: stages[stage] };
    return { stage, ...correct(stages[stage], own, within) };
  });
  const weights = weigh(
    settled.map((one) => one.predictions),
    members.map((member) => member.simple),
    own,
  );
  return settled.map(({ stage, calibrator }, m) => ({
    stage,
    weight: weights[m],
    ...(calibrator && { calibrator }),
  }));
}

/** The blend of members as chosen, of all rows. */
export function blendedAs(chosen: readonly ChosenMember[], members: readonly HeldOut[]): Float64Array {
  const parts = chosen.flatMap(({ stage, calibrator, weight }, m) => {
    if (weight === 0) return [];
    const predicted = members[m].perStage[stage];
    return [{ weight, predicted: calibrator ? calibrator.apply(predicted) : predicted }];
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
export function crossFitted(
  members: readonly HeldOut[],
  y: Float64Array,
  folds: readonly Int32Array[],
): Float64Array {
  const out = new Float64Array(y.length);
  folds.forEach((fold, k) => {
    const others = folds.filter((_, j) => j !== k);
    const predicted = blendedAs(choose(members, y, others), members);
    for (const i of fold) out[i] = predicted[i];
  });
  return out;
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
