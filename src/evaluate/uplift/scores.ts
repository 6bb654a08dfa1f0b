import { check, checkInteger } from "../../core/checks";
import { descending } from "../ranking";
import { areaOverRandom, type CampaignOutcomes, checkCampaign, qiniCurve, upliftCurve } from "./curves";

/**
 * The Qini coefficient of binary outcomes: the area between Qini curve and random treatment, relative to that of the
 * perfect order; 0 for random effects. It equals scikit-uplift's `qini_auc_score`.
 *
 * @example
 * const outcomes = { y: [1, 0, 0, 1], treated: [1, 0, 1, 0] };
 * qiniScore(outcomes, [0.9, 0.8, 0.1, 0.05]) > 0; // → true
 */
export function qiniScore(outcomes: CampaignOutcomes, effect: ArrayLike<number>): number {
  const action = "score Qini";
  checkBinary(outcomes, effect, action);
  const { y, treated } = outcomes;
  // Treated who responded first, those who responded untreated last: the outcome's own sign of the effect.
  const best = Float64Array.from({ length: y.length }, (_, i) => y[i] * (treated[i] === 1 ? 1 : -1));
  const perfect = areaOverRandom(qiniCurve(outcomes, best));
  check(perfect > 0, action, "outcomes must differ");
  return areaOverRandom(qiniCurve(outcomes, effect)) / perfect;
}

/**
 * The area under the uplift curve of binary outcomes (AUUC) over random treatment, relative to that of the perfect
 * order. It equals scikit-uplift's `uplift_auc_score`.
 *
 * @example
 * const outcomes = { y: [1, 0, 0, 1], treated: [1, 0, 1, 0] };
 * upliftScore(outcomes, [0.9, 0.8, 0.1, 0.05]) > 0; // → true
 */
export function upliftScore(outcomes: CampaignOutcomes, effect: ArrayLike<number>): number {
  const action = "score uplift";
  checkBinary(outcomes, effect, action);
  const { y, treated } = outcomes;
  let [untreatedResponses, treatedFailures] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    if (treated[i] === 1) treatedFailures += 1 - y[i];
    else untreatedResponses += y[i];
  }
  const first = untreatedResponses > treatedFailures ? y : treated;
  const best = Float64Array.from({ length: y.length }, (_, i) => (y[i] === treated[i] ? 2 : 0) + first[i]);
  const perfect = areaOverRandom(upliftCurve(outcomes, best));
  check(perfect > 0, action, "outcomes must differ");
  return areaOverRandom(upliftCurve(outcomes, effect)) / perfect;
}

/** One tenth (or another part) of the rows by predicted effect. */
export interface UpliftBin {
  /** From 1, the highest effects. */
  readonly bin: number;
  readonly predicted: number;
  readonly treated: { readonly rows: number; readonly mean: number };
  readonly control: { readonly rows: number; readonly mean: number };
  /** Difference of the means with its standard error; NaN is never given: undefined where a group is too small. */
  readonly observed?: { readonly effect: number; readonly standardError: number };
}

/** Predicted beside observed effects in equal parts of the rows, the highest predictions first. */
export function upliftBins(
  outcomes: CampaignOutcomes,
  effect: ArrayLike<number>,
  bins = 10,
): readonly UpliftBin[] {
  const action = "compare predicted and observed effects";
  checkCampaign(outcomes, effect, action);
  checkInteger(bins, 1, effect.length, action, "bins");
  const order = descending(effect);
  return Array.from({ length: bins }, (_, b) => {
    const from = Math.round((b * order.length) / bins);
    const rows = order.subarray(from, Math.round(((b + 1) * order.length) / bins));
    const { treated, control } = groupMeans(outcomes, rows);
    const predicted = rows.reduce((sum, i) => sum + effect[i], 0) / rows.length;
    const both = { bin: b + 1, predicted, treated, control };
    if (treated.rows < 2 || control.rows < 2) return both;
    const standardError = Math.sqrt(treated.variance / treated.rows + control.variance / control.rows);
    return { ...both, observed: { effect: treated.mean - control.mean, standardError } };
  });
}

interface Mean {
  readonly rows: number;
  readonly mean: number;
  /** Dividing by n − 1. */
  readonly variance: number;
}

function groupMeans({ y, treated }: CampaignOutcomes, rows: Uint32Array): { treated: Mean; control: Mean } {
  const mean = (group: number): Mean => {
    let [count, sum, squares] = [0, 0, 0];
    for (const i of rows) {
      if (treated[i] !== group) continue;
      count++;
      sum += y[i];
    }
    const average = count > 0 ? sum / count : 0;
    for (const i of rows) if (treated[i] === group) squares += (y[i] - average) ** 2;
    return { rows: count, mean: average, variance: count > 1 ? squares / (count - 1) : 0 };
  };
  return { treated: mean(1), control: mean(0) };
}

function checkBinary(outcomes: CampaignOutcomes, effect: ArrayLike<number>, action: string): void {
  checkCampaign(outcomes, effect, action);
  for (let i = 0; i < outcomes.y.length; i++)
    if (outcomes.y[i] !== 0 && outcomes.y[i] !== 1)
      check(false, action, `outcomes must be 0 or 1, got ${outcomes.y[i]} at position ${i}`);
}
