import { check, checkNumber } from "../core/checks";
import type { ScoreOptions } from "../core/metric";
import { type Confusion, confusion, fBetaOf } from "./confusion";
import { type CampaignOptions, expectedMaximumProfit } from "./maximum-profit";
import { ranked } from "./ranking";

/** What each outcome of a decision costs, in any one unit; gains are negative. */
export interface Costs {
  /** Of acting on a row of class 0. */
  readonly falsePositive: number;
  /** Of leaving a row of class 1 alone. */
  readonly falseNegative: number;
  /** @default 0 */
  readonly truePositive?: number;
  /** @default 0 */
  readonly trueNegative?: number;
}

/** By what a threshold is chosen. */
export type ThresholdRule =
  /** The highest F-beta; 1 weighs precision and recall alike, 2 recall more. */
  | { readonly fBeta: number }
  /** The highest precision with at least this recall. */
  | { readonly recallAtLeast: number }
  /** The highest recall with at least this precision. */
  | { readonly precisionAtLeast: number }
  /** The lowest mean cost. */
  | { readonly costs: Costs }
  /** The share of customers that a retention campaign with expected maximum profit targets. */
  | { readonly campaign: CampaignOptions };

export interface ChosenThreshold {
  /** Scores at or above it are taken for class 1. Infinity: none is. */
  readonly threshold: number;
  /** What the rule looks at: F-beta, precision, recall, mean cost, or profit per customer. */
  readonly value: number;
  readonly confusion: Confusion;
}

/**
 * The best threshold for scores of rows that the model did not see: out-of-fold predictions of the training rows,
 * never those of the test rows. It lies half-way to the next lower score, so that new rows near it fall as these did;
 * of equally good stretches of scores the middle one is taken. A campaign ignores weights. Throws when the rule can't
 * be met.
 *
 * @example
 * const chosen = chooseThreshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], { fBeta: 1 });
 * chosen; // → { threshold: 0.225, value: 0.8 }
 * chooseThreshold([0, 1], [0.9, 0.1], { precisionAtLeast: 0.9 }); // throws "precision"
 */
export function chooseThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  rule: ThresholdRule,
  options: ScoreOptions = {},
): ChosenThreshold {
  const action = "choose threshold";
  if ("campaign" in rule) {
    const { threshold, profit } = expectedMaximumProfit(labels, scores, rule.campaign);
    return { threshold, value: profit, confusion: confusion(labels, scores, { ...options, threshold }) };
  }
  const figure = figureOf(rule, action);
  const all = ranked(labels, scores, options.weights, action);
  const { truePositives: tp, falsePositives: fp } = all;
  const n = tp.length;
  let best = -Infinity;
  let equals: number[] = [];
  // Position k takes the k highest distinct scores for class 1.
  for (let k = 0; k <= n; k++) {
    const value = figure(confusionAt(tp, fp, k));
    if (value === undefined || value < best) continue;
    if (value > best) equals = [];
    best = value;
    equals.push(k);
  }
  check(equals.length > 0, action, `no threshold reaches ${JSON.stringify(rule)}`);
  const k = equals[Math.floor(equals.length / 2)];
  return {
    threshold: k === 0 ? Infinity : k === n ? all.scores[n - 1] : between(all.scores[k], all.scores[k - 1]),
    value: "costs" in rule ? -best : best,
    confusion: confusionAt(tp, fp, k),
  };
}

/**
 * The threshold that costs least when scores are true probabilities, without looking at any row (Elkan, 2001).
 * Throws unless acting on class 1 and leaving class 0 alone are the cheaper choices.
 *
 * @example
 * // An offer for nothing costs 1, a lost customer 9.
 * costThreshold({ falsePositive: 1, falseNegative: 9 }); // → 0.1
 */
export function costThreshold(costs: Costs): number {
  const {
    falsePositive,
    falseNegative,
    truePositive = 0,
    trueNegative = 0,
  } = checkedCosts(costs, "find cost threshold");
  const wrongZero = falsePositive - trueNegative;
  const wrongOne = falseNegative - truePositive;
  check(
    wrongZero > 0 && wrongOne > 0,
    "find cost threshold",
    "wrong decisions must cost more than right ones",
  );
  return wrongZero / (wrongZero + wrongOne);
}

/** The figure to maximise; undefined where the rule's floor is not reached. */
function figureOf(
  rule: Exclude<ThresholdRule, { campaign: CampaignOptions }>,
  action: string,
): (c: Confusion) => number | undefined {
  if ("fBeta" in rule) {
    checkNumber(rule.fBeta, 0, Infinity, action, "fBeta", "low");
    return (c) => fBetaOf(c, rule.fBeta);
  }
  if ("recallAtLeast" in rule) {
    checkNumber(rule.recallAtLeast, 0, 1, action, "recallAtLeast", "low");
    return (c) => (recallOf(c) >= rule.recallAtLeast ? precisionOf(c) : undefined);
  }
  if ("precisionAtLeast" in rule) {
    checkNumber(rule.precisionAtLeast, 0, 1, action, "precisionAtLeast", "low");
    return (c) => (precisionOf(c) >= rule.precisionAtLeast ? recallOf(c) : undefined);
  }
  const {
    falsePositive,
    falseNegative,
    truePositive = 0,
    trueNegative = 0,
  } = checkedCosts(rule.costs, action);
  return (c) =>
    -(
      c.falsePositives * falsePositive +
      c.falseNegatives * falseNegative +
      c.truePositives * truePositive +
      c.trueNegatives * trueNegative
    ) /
    (c.falsePositives + c.falseNegatives + c.truePositives + c.trueNegatives);
}

function confusionAt(tp: Float64Array, fp: Float64Array, k: number): Confusion {
  const last = tp.length - 1;
  const truePositives = k === 0 ? 0 : tp[k - 1];
  const falsePositives = k === 0 ? 0 : fp[k - 1];
  return {
    truePositives,
    falsePositives,
    trueNegatives: fp[last] - falsePositives,
    falseNegatives: tp[last] - truePositives,
  };
}

function precisionOf(c: Confusion): number {
  return c.truePositives === 0 ? 0 : c.truePositives / (c.truePositives + c.falsePositives);
}

function recallOf(c: Confusion): number {
  return c.truePositives / (c.truePositives + c.falseNegatives);
}

/** The middle, or the upper number where rounding leaves none between. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  return middle > low ? middle : high;
}

function checkedCosts(costs: Costs, action: string): Costs {
  for (const [name, value] of Object.entries(costs))
    checkNumber(value, -Infinity, Infinity, action, `costs.${name}`, "both");
  return costs;
}
