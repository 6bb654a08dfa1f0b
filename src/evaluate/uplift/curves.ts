import { check } from "../../core/checks";
import { checkTargets } from "../check-scored";
import { descending } from "../ranking";

/** A curve over how many rows are treated, those of the highest predicted effect first; it starts at (0, 0). */
export interface UpliftCurve {
  readonly rows: Float64Array;
  readonly gain: Float64Array;
}

/** A campaign's outcomes and who was treated, row by row. */
export interface CampaignOutcomes {
  /** 1 for what was hoped for and 0 for not, or amounts. */
  readonly y: ArrayLike<number>;
  readonly treated: ArrayLike<number>;
}

interface Counts {
  readonly rows: Float64Array;
  readonly treated: Float64Array;
  readonly treatedSum: Float64Array;
  readonly controlSum: Float64Array;
}

/** Throws unless outcomes and effects are finite, and both groups occur. */
export function checkCampaign(outcomes: CampaignOutcomes, effect: ArrayLike<number>, action: string): void {
  const { y, treated } = outcomes;
  checkTargets(y, effect, undefined, action);
  check(
    treated.length === y.length,
    action,
    "treatments and outcomes must have the same length",
    treated.length,
  );
  let count = 0;
  for (let i = 0; i < treated.length; i++) {
    if (treated[i] !== 0 && treated[i] !== 1)
      check(false, action, `treatments must be 0 or 1, got ${treated[i]} at position ${i}`);
    count += treated[i];
  }
  check(count > 0 && count < treated.length, action, "some rows must be treated and some not", count);
}

/** Counts and sums of both groups after each distinct predicted effect, from the highest down. */
function cumulated({ y, treated }: CampaignOutcomes, effect: ArrayLike<number>): Counts {
  const order = descending(effect);
  const ends: [number, number, number, number][] = [];
  let [count, treatedSum, controlSum] = [0, 0, 0];
  order.forEach((i, k) => {
    count += treated[i];
    if (treated[i] === 1) treatedSum += y[i];
    else controlSum += y[i];
    if (k + 1 === order.length || effect[order[k + 1]] !== effect[i])
      ends.push([k + 1, count, treatedSum, controlSum]);
  });
  const take = (j: number): Float64Array => Float64Array.from([0, ...ends.map((end) => end[j])]);
  return { rows: take(0), treated: take(1), treatedSum: take(2), controlSum: take(3) };
}

/**
 * Radcliffe's Qini curve (2007): the outcomes gained among the treated of the first rows, over what as many of those
 * held back would have brought.
 *
 * @example
 * const outcomes = { y: [1, 0, 0, 0], treated: [1, 0, 1, 0] };
 * qiniCurve(outcomes, [0.9, 0.8, 0.1, 0.05]).gain; // → [0, 1, 1, 1, 1]
 */
export function qiniCurve(outcomes: CampaignOutcomes, effect: ArrayLike<number>): UpliftCurve {
  checkCampaign(outcomes, effect, "draw Qini curve");
  const { rows, treated, treatedSum, controlSum } = cumulated(outcomes, effect);
  const gain = rows.map((n, k) => {
    const control = n - treated[k];
    return treatedSum[k] - (control > 0 ? (controlSum[k] * treated[k]) / control : 0);
  });
  return { rows, gain };
}

/**
 * The uplift curve: the difference of both groups' mean outcomes among the first rows, times their number.
 *
 * @example
 * const outcomes = { y: [1, 0, 0, 0], treated: [1, 0, 1, 0] };
 * // Of the first two, the treated one stayed and the other did not: a difference of 1, times 2.
 * upliftCurve(outcomes, [0.9, 0.8, 0.1, 0.05]); // → { rows: [0, 1, 2, 3, 4], gain: [0, 1, 2, 1.5, 2] }
 */
export function upliftCurve(outcomes: CampaignOutcomes, effect: ArrayLike<number>): UpliftCurve {
  checkCampaign(outcomes, effect, "draw uplift curve");
  const { rows, treated, treatedSum, controlSum } = cumulated(outcomes, effect);
  const gain = rows.map((n, k) => {
    const control = n - treated[k];
    const ifTreated = treated[k] > 0 ? treatedSum[k] / treated[k] : 0;
    return (ifTreated - (control > 0 ? controlSum[k] / control : 0)) * n;
  });
  return { rows, gain };
}

/** The area between a curve and the straight line to its end: what choosing is worth over treating at random. */
export function areaOverRandom({ rows, gain }: UpliftCurve): number {
  let area = 0;
  for (let k = 1; k < rows.length; k++) area += ((gain[k] + gain[k - 1]) / 2) * (rows[k] - rows[k - 1]);
  const last = rows.length - 1;
  return area - (rows[last] * gain[last]) / 2;
}
