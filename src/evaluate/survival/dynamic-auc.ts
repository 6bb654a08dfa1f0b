import { check, checkFinite, checkSameLength } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import { type Censored, checkCensored } from "../../models/survival/censored";
import { kaplanMeier } from "../../models/survival/kaplan-meier";
import { endWeights } from "./censoring";

export interface DynamicAuc {
  /** At each time: the chance that one who ended by then had a higher risk than one who lives on. */
  readonly auc: Float64Array;
  /** Their mean over the times, weighted by how many end between them. */
  readonly mean: number;
}

/**
 * The cumulative/dynamic time-dependent area under the ROC curve with inverse-censoring weights from `train` (Uno and
 * others, 2007; Lambert and Chevret, 2016, for the mean). `risk` has one value per row, or a column per time. Times
 * must rise and lie within the follow-up of `test`.
 *
 * @example
 * const seen = { time: Float64Array.of(1, 2, 3, 4), event: Float64Array.of(1, 1, 1, 1) };
 * dynamicAuc(seen, seen, Float64Array.of(4, 3, 2, 1), [1.5, 2.5]); // → { auc: [1, 1], mean: 1 }
 */
export function dynamicAuc(
  train: Censored,
  test: Censored,
  risk: Float64Array | Matrix,
  times: ArrayLike<number>,
): DynamicAuc {
  const action = "score time-dependent AUC";
  const n = test.time.length;
  checkCensored(train, action);
  checkCensored(test, action);
  checkTimes(times, test, action);
  const values = risk instanceof Float64Array ? risk : risk.values;
  const constant = values.length === n;
  checkSameLength(values.length, constant ? n : n * times.length, action, "risks and rows (× times)");
  checkFinite(values, action, "risks");
  const weights = endWeights(train, test, times[times.length - 1], action);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const auc = new Float64Array(times.length);
  for (let k = 0; k < times.length; k++) {
    const scores = constant ? values : values.subarray(k * n, (k + 1) * n);
    if (k === 0 || !constant) order.sort((a, b) => scores[b] - scores[a]);
    let [ended, living, area] = [0, 0, 0];
    for (let from = 0; from < n; ) {
      let [here, on] = [0, 0];
      let to = from;
      for (; to < n && scores[order[to]] === scores[order[from]]; to++) {
        const i = order[to];
        if (test.time[i] > times[k]) on++;
        else here += weights[i];
      }
      area += on * (ended + here / 2);
      ended += here;
      living += on;
      from = to;
    }
    check(ended > 0, action, `some lifetimes must have ended by ${times[k]}`);
    auc[k] = area / (ended * living);
  }
  return { auc, mean: meanOver(auc, test, times) };
}

function meanOver(auc: Float64Array, test: Censored, times: ArrayLike<number>): number {
  if (auc.length === 1) return auc[0];
  const { at } = kaplanMeier(test);
  let sum = 0;
  let total = 0;
  for (let k = 0; k < auc.length; k++) {
    const drop = (k === 0 ? 1 : at(times[k - 1])) - at(times[k]);
    sum += auc[k] * drop;
    total += drop;
  }
  return sum / total;
}

/** Throws unless times rise and lie within the observed follow-up, with both events and survivors beyond each. */
export function checkTimes(times: ArrayLike<number>, test: Censored, action: string): void {
  check(times.length > 0, action, "there must be at least one time");
  checkFinite(times, action, "times");
  const last = test.time.reduce((high, t) => Math.max(high, t), 0);
  const first = test.time.reduce((low, t) => Math.min(low, t), Infinity);
  for (let k = 0; k < times.length; k++) {
    check(k === 0 || times[k] > times[k - 1], action, "times must rise", times[k]);
    check(
      times[k] >= first && times[k] < last,
      action,
      `times must be at least ${first} and below ${last}, the follow-up`,
      times[k],
    );
  }
}
