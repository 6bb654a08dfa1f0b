import { check, checkNumber } from "../core/checks";
import { betaInc } from "../core/math/special";
import { ranked } from "./ranking";

/** A retention campaign by Verbraken, Verbeke and Baesens' (2013) model; amounts in any one currency. */
export interface CampaignOptions {
  /** What a customer who stays is worth. @default 200 */
  readonly customerValue?: number;
  /** What an offer costs that is accepted, below `customerValue`. @default 10 */
  readonly offerCost?: number;
  /** What contacting a customer costs. @default 1 */
  readonly contactCost?: number;
  /**
   * The chance that a leaver accepts the offer follows a beta distribution of these parameters; defaults to [6, 14],
   * a mean of 0.3.
   */
  readonly acceptance?: readonly [alpha: number, beta: number];
}

export interface MaximumProfit {
  /** Mean profit per customer of the base, targeted or not. */
  readonly profit: number;
  /** Share of customers to target, those with the highest scores. */
  readonly fraction: number;
  /** Scores at or above it are to be targeted: the least that keeps to `fraction`; Infinity for nobody. */
  readonly threshold: number;
}

/**
 * The expected maximum profit (EMPC): for each acceptance rate the best share of customers is targeted, and profits
 * are averaged over the rates' distribution. Labels are 1 for leavers; higher scores mean likelier to leave.
 *
 * @example
 * const labels = Array.from({ length: 100 }, (_, i) => Number(i < 20));
 * const scores = labels.map((label, i) => label - i / 1000);
 * // All twenty leavers and nobody else: 0.2 × (0.3 × (200 − 10) − 1).
 * expectedMaximumProfit(labels, scores); // → { profit: 11.2, fraction: 0.2 }
 */
export function expectedMaximumProfit(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CampaignOptions = {},
): MaximumProfit {
  const action = "find expected maximum profit";
  const { value, delta, phi, alpha, beta } = campaign(options, action);
  const { rows, hull, scores: at } = targetings(labels, scores, action);
  let profit = 0;
  let fraction = 0;
  // Between the acceptance rates where neighbouring corners of the hull earn the same, one corner is best.
  const rates = hull.map((corner, k) => {
    if (k === 0) return 0;
    const gained = corner.leavers - hull[k - 1].leavers;
    const wasted = corner.stayers - hull[k - 1].stayers;
    return Math.min(1, ((delta + phi) * wasted) / (gained * (1 - delta)) + phi / (1 - delta));
  });
  hull.forEach(({ leavers, stayers }, k) => {
    const from = rates[k];
    const to = k + 1 < hull.length ? rates[k + 1] : 1;
    if (!(to > from)) return;
    const share = betaInc(alpha, beta, to) - betaInc(alpha, beta, from);
    const rate = (alpha / (alpha + beta)) * (betaInc(alpha + 1, beta, to) - betaInc(alpha + 1, beta, from));
    profit += value * ((1 - delta) * leavers * rate - (phi * leavers + (delta + phi) * stayers) * share);
    fraction += (leavers + stayers) * share;
  });
  return { profit, fraction, threshold: thresholdAt(rows, at, fraction) };
}

/**
 * The maximum profit (MPC): the acceptance rate is taken to be its mean.
 *
 * @example
 * const labels = Array.from({ length: 100 }, (_, i) => Number(i < 20));
 * const scores = labels.map((label, i) => label - i / 1000);
 * maximumProfit(labels, scores, { contactCost: 0, offerCost: 100 }); // → { profit: 6, fraction: 0.2 }
 */
export function maximumProfit(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: CampaignOptions = {},
): MaximumProfit {
  const action = "find maximum profit";
  const { value, delta, phi, alpha, beta } = campaign(options, action);
  const { rows, scores: at } = targetings(labels, scores, action);
  const rate = alpha / (alpha + beta);
  let best = { profit: 0, fraction: 0, threshold: Infinity };
  rows.forEach(({ leavers, stayers }, k) => {
    const profit = value * ((rate * (1 - delta) - phi) * leavers - (delta + phi) * stayers);
    if (k > 0 && profit > best.profit) best = { profit, fraction: leavers + stayers, threshold: at[k - 1] };
  });
  return best;
}

/** Shares of all customers that are targeted leavers and targeted stayers. */
interface Targeted {
  readonly leavers: number;
  readonly stayers: number;
}

/** Every targeting from nobody to all by falling score, and those on the convex hull. */
function targetings(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  action: string,
): { readonly rows: Targeted[]; readonly hull: Targeted[]; readonly scores: Float64Array } {
  const all = ranked(labels, scores, undefined, action);
  const rows: Targeted[] = [{ leavers: 0, stayers: 0 }];
  for (let k = 0; k < all.scores.length; k++)
    rows.push({
      leavers: all.truePositives[k] / labels.length,
      stayers: all.falsePositives[k] / labels.length,
    });
  const hull: Targeted[] = [];
  for (const point of rows) {
    while (hull.length > 1 && !turnsDown(hull[hull.length - 2], hull[hull.length - 1], point)) hull.pop();
    hull.push(point);
  }
  // A last stretch that finds no further leaver never pays.
  while (hull.length > 1 && hull[hull.length - 1].leavers === hull[hull.length - 2].leavers) hull.pop();
  return { rows, hull, scores: all.scores };
}

/** Whether the way a → b → c bends towards the stayers, so that b lies above the line from a to c. */
function turnsDown(a: Targeted, b: Targeted, c: Targeted): boolean {
  const [bx, by] = [b.stayers - a.stayers, b.leavers - a.leavers];
  const [cx, cy] = [c.stayers - b.stayers, c.leavers - b.leavers];
  return by * cx - bx * cy > 1e-15;
}

function thresholdAt(rows: readonly Targeted[], scores: Float64Array, fraction: number): number {
  let k = 0;
  while (k + 1 < rows.length && rows[k + 1].leavers + rows[k + 1].stayers <= fraction + 1e-12) k++;
  return k === 0 ? Infinity : scores[k - 1];
}

function campaign(
  options: CampaignOptions,
  action: string,
): {
  readonly value: number;
  readonly delta: number;
  readonly phi: number;
  readonly alpha: number;
  readonly beta: number;
} {
  const { customerValue = 200, offerCost = 10, contactCost = 1, acceptance = [6, 14] } = options;
  checkNumber(customerValue, 0, Infinity, action, "customerValue", "low");
  checkNumber(offerCost, 0, customerValue, action, "offerCost", "high");
  checkNumber(contactCost, 0, Infinity, action, "contactCost");
  const [alpha, beta] = acceptance;
  checkNumber(alpha, 0, Infinity, action, "acceptance", "low");
  checkNumber(beta, 0, Infinity, action, "acceptance", "low");
  check(offerCost + contactCost > 0, action, "offer and contact must cost something together");
  return {
    value: customerValue,
    delta: offerCost / customerValue,
    phi: contactCost / customerValue,
    alpha,
    beta,
  };
}
