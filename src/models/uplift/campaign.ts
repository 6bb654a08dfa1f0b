import { check, checkNumber, checkSameLength } from "../../core/checks";
import { type Labelled, type Matrix, takeRows, takeValues } from "../../core/matrix";
import type { Model, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";

/** What a past campaign shows: who was treated and what happened. */
export interface Campaign {
  readonly x: Matrix;
  /** 1 where the row was treated (contacted), 0 where it was held back. */
  readonly treated: Float64Array;
  /** What was hoped for: 1 stayed and 0 left, or an amount. */
  readonly y: Float64Array;
  /**
   * Each row's chance of being treated, or the chance of all, in (0, 1): known in a randomised campaign. The share
   * treated when absent, which is right only if chance alone decided.
   */
  readonly propensity?: Float64Array | number;
}

/** A model of what treating a row changes: `predict` gives the expected outcome if treated less that if not. */
export type UpliftModel = Model;

/** An uplift learner: same campaign, same stream, same model. */
export type FitUplift<M extends UpliftModel = UpliftModel> = (
  campaign: Campaign,
  rng: Rng,
  watch?: Watch,
) => Promise<M>;

/** Each row's chance of being treated. RangeError unless both groups occur and chances lie inside (0, 1). */
export function propensities(campaign: Campaign, action: string): Float64Array {
  checkLabelled(campaign, action);
  const { treated, propensity } = campaign;
  checkSameLength(treated.length, campaign.y.length, action, "treatments and outcomes");
  let count = 0;
  for (let i = 0; i < treated.length; i++) {
    if (treated[i] !== 0 && treated[i] !== 1)
      check(false, action, `treatments must be 0 or 1, got ${treated[i]} in row ${i}`);
    count += treated[i];
  }
  check(count > 0 && count < treated.length, action, "some rows must be treated and some not", count);
  if (propensity === undefined || typeof propensity === "number") {
    const share = propensity ?? count / treated.length;
    checkNumber(share, 0, 1, action, "propensity", "both");
    return new Float64Array(treated.length).fill(share);
  }
  checkSameLength(propensity.length, treated.length, action, "propensities and treatments");
  for (let i = 0; i < propensity.length; i++)
    if (!(propensity[i] > 0 && propensity[i] < 1))
      check(false, action, `propensities must be above 0 and below 1, got ${propensity[i]} in row ${i}`);
  return propensity;
}

/** The rows that were treated (1) or not (0), as a learner takes them. */
export function arm(campaign: Campaign, treated: 0 | 1): Labelled & { readonly rows: Int32Array } {
  const rows = Int32Array.from(campaign.treated.keys()).filter((i) => campaign.treated[i] === treated);
  return { x: takeRows(campaign.x, rows), y: takeValues(campaign.y, rows), rows };
}

/** The campaign's rows at `indices`. */
export function takeCampaign(campaign: Campaign, indices: ArrayLike<number>): Campaign {
  const { propensity } = campaign;
  return {
    x: takeRows(campaign.x, indices),
    treated: takeValues(campaign.treated, indices),
    y: takeValues(campaign.y, indices),
    ...(propensity === undefined
      ? {}
      : { propensity: typeof propensity === "number" ? propensity : takeValues(propensity, indices) }),
  };
}
