import { checkInteger } from "../../core/checks";
import { type Matrix, takeRows, takeValues } from "../../core/matrix";
import { seeded } from "../../core/rng";
import { simulate } from "../../data/simulate/simulate";
import { type SourceInfo, simulatorSource } from "../../data/sources/sources";
import { trainTestSplit } from "../../data/split";
import type { Campaign } from "../../models/uplift/campaign";
import { type Landmark, landmark } from "../clv/landmarks";

/** Half of the customers of a randomised campaign: what is known of them, what was done, and the truth. */
export interface CampaignHalf extends Campaign {
  readonly x: Matrix;
  /** 1 for an offer accepted; 0 for all others. */
  readonly accepted: Float64Array;
  /** Revenue and margin of a month as things stand. */
  readonly revenue: Float64Array;
  readonly margin: Float64Array;
  readonly truth: CampaignTruth;
}

/** What only the simulator knows. */
export interface CampaignTruth {
  /** Chance of leaving within the campaign, left alone and offered. */
  readonly churn: Float64Array;
  readonly churnIfOffered: Float64Array;
  /** Revenue that an offer adds, in expectation, over the twelve months after. */
  readonly revenueGain: Float64Array;
  /** Chance of taking the offer. */
  readonly taken: Float64Array;
}

/** A campaign to learn from, and other customers to decide on. */
export interface RetentionData {
  readonly past: CampaignHalf;
  readonly next: CampaignHalf;
  readonly months: number;
  readonly source: SourceInfo;
}

export interface RetentionDataOptions {
  /** Customers of the base, those who left included. @default 40000 */
  readonly customers?: number;
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
}

/** A simulated base whose customers at the close went through a randomised campaign: one half to learn, one to decide. */
export function retentionData(options: RetentionDataOptions = {}): RetentionData {
  const { customers = 40_000, seed = 42 } = options;
  checkInteger(customers, 1000, 5_000_000, "simulate customers", "customers");
  const base = simulate({ customers, seed, months: 12 });
  const close = landmark(base, 12);
  const { campaign, truth } = base;
  const parts = trainTestSplit(close.rows.length, { test: 0.5 }, seeded(seed).fork("halves"));
  const taken = chancesToTake(base, close);
  const half = (rows: Int32Array): CampaignHalf => {
    const ids = Int32Array.from(rows, (k) => close.rows[k]);
    const of = (field: ArrayLike<number>): Float64Array => Float64Array.from(ids, (i) => field[i]);
    const revenue = takeValues(close.revenue, rows);
    return {
      x: takeRows(close.x, rows),
      treated: of(campaign.treated),
      y: of(campaign.churned).map((left) => 1 - left),
      propensity: 0.5,
      accepted: of(campaign.accepted),
      revenue,
      margin: takeValues(close.cost, rows).map((cost, k) => revenue[k] - cost),
      truth: {
        churn: of(truth.churn),
        churnIfOffered: of(truth.churnIfOffered),
        revenueGain: of(truth.expectedRevenueIfOffered).map((v, k) => v - truth.expectedRevenue[ids[k]]),
        taken: takeValues(taken, rows),
      },
    };
  };
  return {
    past: half(parts.train),
    next: half(parts.test),
    months: campaign.months,
    source: simulatorSource(`Simulated customers and a randomised campaign (seed ${seed})`, customers, [
      close.x.values,
      campaign.churned,
    ]),
  };
}

/** Each customer's chance to take the offer: the share that did among those who respond alike. */
function chancesToTake(base: ReturnType<typeof simulate>, close: Landmark): Float64Array {
  const offered = new Float64Array(3);
  const took = new Float64Array(3);
  for (const i of close.rows) {
    if (base.campaign.treated[i] !== 1) continue;
    offered[base.truth.response[i]]++;
    took[base.truth.response[i]] += base.campaign.accepted[i];
  }
  return Float64Array.from(
    close.rows,
    (i) => took[base.truth.response[i]] / Math.max(1, offered[base.truth.response[i]]),
  );
}
