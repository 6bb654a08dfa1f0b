import { joinColumns, type Matrix, matrix, takeRows, takeValues } from "../../core/matrix";
import type { Fit, Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { kFold } from "../../data/split";
import { chooseContacts, type Limits } from "../../evaluate/decision/choose-contacts";
import { type ContactValue, contactValue, effectValue, type Offer } from "../../evaluate/decision/offer";
import { type ProfitCurve, profitCurve } from "../../evaluate/decision/profit-curve";
import { commonRules, referenceRule } from "../../evaluate/decision/rules";
import { descending, rocAuc, spearman } from "../../evaluate/ranking";
import { qiniCurve, type UpliftCurve } from "../../evaluate/uplift/curves";
import { qiniScore, type UpliftBin, upliftBins, upliftScore } from "../../evaluate/uplift/scores";
import { gradientBoosting } from "../../models/boosting/boosting";
import { ridge } from "../../models/linear/linear";
import { logisticRegression } from "../../models/linear/logistic";
import type { FitUplift } from "../../models/uplift/campaign";
import { rLearner } from "../../models/uplift/r-learner";
import { tLearner } from "../../models/uplift/t-learner";
import { transformedOutcome } from "../../models/uplift/transformed-outcome";
import { xLearner } from "../../models/uplift/x-learner";
import { within } from "../../services/contact/plan";
import type { RetentionData } from "./campaign";

/** A way to estimate what an offer changes, on customers it did not learn from. */
export interface EffectModel {
  readonly name: string;
  readonly effect: Float64Array;
  /** Against what happened in the campaign, and (Spearman) against the true effects. */
  readonly qini: number;
  readonly auuc: number;
  readonly trueRank: number;
  readonly curve: UpliftCurve;
  readonly bins: readonly UpliftBin[];
  readonly milliseconds: number;
}

/** Whom a rule contacts, and what that truly brings. */
export interface RuleResult {
  readonly name: string;
  /** In which order, and to which number, the rule contacts when nothing limits it. */
  readonly rows: Uint32Array;
  readonly curve: ProfitCurve;
  /** Without limit, and within the budget. */
  readonly contacted: number;
  readonly profit: number;
  readonly withinBudget: { readonly contacted: number; readonly profit: number; readonly cost: number };
  /** "rule" as people have them, "model" of expected profit, or "oracle". */
  readonly kind: "rule" | "model" | "oracle";
}

export interface RetentionStudy {
  readonly offer: Offer;
  readonly budget: number;
  readonly churnAuc: number;
  readonly effects: readonly EffectModel[];
  readonly rules: readonly RuleResult[];
  /** Predicted chance of leaving, value at stake, effect (of the best model by Qini) and chance to take, per customer. */
  readonly churn: Float64Array;
  readonly value: Float64Array;
  readonly effect: Float64Array;
  readonly taken: Float64Array;
  /** What contacting each customer is believed to bring, and what it truly brings. */
  readonly believed: ContactValue;
  readonly truth: ContactValue;
}

export interface RetentionStudyOptions {
  readonly seed?: number;
  readonly offer?: Offer;
  /** Money for the campaign; defaults to a dollar a customer. */
  readonly budget?: number;
  readonly progress?: (step: Progress) => void;
}

/** What the offer costs here: two dollars to reach a customer, fifteen off the bill for who takes it. */
export const studyOffer: Offer = { contactCost: 2, offerCost: 15, acceptance: 0.35, stayerAcceptance: 0.4 };

// Who leaves within the half year does so in its middle; the rest of the coming year is then lost.
const monthsAtStake = 8.5;

/** Learns from the past campaign whom an offer keeps, decides on the next customers, and counts by the truth. */
export async function retentionStudy(
  data: RetentionData,
  options: RetentionStudyOptions = {},
): Promise<RetentionStudy> {
  const { past, next } = data;
  const { seed = 42, offer = studyOffer, budget = next.y.length, progress } = options;
  const rng = seeded(seed).fork("retention");
  const chance = boosted("logistic");
  const effects: EffectModel[] = [];
  const learners: Readonly<Record<string, FitUplift>> = {
    "T-learner": tLearner({ outcome: chance }),
    "X-learner": xLearner({ outcome: chance, effect: boosted("squared") }),
    "R-learner": rLearner({ outcome: chance, effect: ridge({ alpha: 20 }), folds: 3 }),
    "Transformed outcome": transformedOutcome({ effect: boosted("squared") }),
  };
  const observed = { y: next.y, treated: next.treated };
  const trueEffect = next.truth.churn.map((p, i) => p - next.truth.churnIfOffered[i]);
  const { churn, pastChurn, taken } = await beliefs(data, chance, rng);
  // Only who is about to leave can be kept: every learner of effects sees the chance of leaving too.
  const known = { ...past, x: withColumn(past.x, pastChurn) };
  const nextX = withColumn(next.x, churn);
  for (const [name, learner] of Object.entries(learners)) {
    const start = performance.now();
    const effect = (await learner(known, rng.fork(name))).predict(nextX);
    effects.push({
      name,
      effect,
      milliseconds: performance.now() - start,
      qini: qiniScore(observed, effect),
      auuc: upliftScore(observed, effect),
      trueRank: spearman(trueEffect, effect),
      curve: qiniCurve(observed, effect),
      bins: upliftBins(observed, effect),
    });
    progress?.({ phase: name, done: effects.length, total: Object.keys(learners).length + 2 });
  }
  const value = next.margin.map((m) => m * monthsAtStake);
  const best = effects.reduce((a, b) => (b.qini > a.qini ? b : a));
  const believed = effectValue({ effect: best.effect, value, taken }, offer);
  const truth = trueValue(data, offer);
  const limits = { budget };
  const byProfit = (each: ContactValue): Uint32Array => chooseContacts(each).rows;
  const rules: [string, RuleResult["kind"], Uint32Array][] = [
    ...[...commonRules({ churn, value }), referenceRule({ churn, value })].map(
      ({ name, rows }): [string, "rule", Uint32Array] => [name, "rule", rows],
    ),
    ["Everybody, likeliest leavers first", "rule", descending(churn)],
    ["Profit from churn and value", "model", byProfit(contactValue({ churn, value }, offer))],
    ...effects.map(({ name, effect }): [string, "model", Uint32Array] => [
      `Profit by ${name}`,
      "model",
      byProfit(effectValue({ effect, value, taken }, offer)),
    ]),
    ["Whoever knows each effect", "oracle", byProfit(truth)],
  ];
  return {
    offer,
    budget,
    churnAuc: rocAuc(untreatedLeft(data), untreated(data, churn)),
    effects,
    rules: rules.map(([name, kind, rows]) => judged(name, kind, rows, truth, limits)),
    churn,
    value,
    effect: best.effect,
    taken,
    believed,
    truth,
  };
}

/**
 * Chances of leaving alone, learned where nobody was contacted (for the past customers by models that did not see
 * them), and of taking the offer, learned where all were contacted.
 */
async function beliefs(
  { past, next }: RetentionData,
  chance: Fit,
  rng: Rng,
): Promise<{ churn: Float64Array; pastChurn: Float64Array; taken: Float64Array }> {
  const held = Int32Array.from(past.treated.keys()).filter((i) => past.treated[i] === 0);
  const offered = Int32Array.from(past.treated.keys()).filter((i) => past.treated[i] === 1);
  const fitOn = (rows: Int32Array, label: string): ReturnType<Fit> =>
    chance(
      { x: takeRows(past.x, rows), y: takeValues(past.y, rows).map((stayed) => 1 - stayed) },
      rng.fork(label),
    );
  const pastChurn = new Float64Array(past.y.length);
  for (const [k, { test }] of kFold(past.y.length, 4, rng.fork("folds")).entries()) {
    const out = new Set(test);
    const model = await fitOn(
      held.filter((i) => !out.has(i)),
      `churn ${k}`,
    );
    model.predict(takeRows(past.x, test)).forEach((p, j) => {
      pastChurn[test[j]] = p;
    });
  }
  const taking = await logisticRegression({ C: 0.1 })(
    { x: takeRows(past.x, offered), y: takeValues(past.accepted, offered) },
    rng.fork("taken"),
  );
  return {
    churn: (await fitOn(held, "churn")).predict(next.x),
    pastChurn,
    taken: taking.predict(next.x),
  };
}

function withColumn(x: Matrix, churn: Float64Array): Matrix {
  return joinColumns(x, matrix(x.rows, 1, churn, [{ name: "chance to leave" }]));
}

/** What an offer truly brings: added revenue less what serving it costs, less offer and contact. */
function trueValue({ next }: RetentionData, offer: Offer): ContactValue {
  const cost = next.truth.taken.map((taken) => offer.contactCost + taken * offer.offerCost);
  const profit = next.truth.revenueGain.map(
    (gain, i) => gain * Math.max(0, next.margin[i] / Math.max(next.revenue[i], 1e-9)) - cost[i],
  );
  return { profit, cost };
}

function judged(
  name: string,
  kind: RuleResult["kind"],
  rows: Uint32Array,
  truth: ContactValue,
  limits: Limits,
): RuleResult {
  const { contacted, profit, cost } = within(name, rows, truth, limits);
  const all = within(name, rows, truth, {});
  return {
    name,
    kind,
    rows,
    curve: profitCurve(rows, truth.profit, truth.cost),
    contacted: all.contacted,
    profit: all.profit,
    withinBudget: { contacted, profit, cost },
  };
}

function untreated({ next }: RetentionData, values: Float64Array): Float64Array {
  return values.filter((_, i) => next.treated[i] === 0);
}

function untreatedLeft(data: RetentionData): Float64Array {
  return untreated(data, data.next.y).map((stayed) => 1 - stayed);
}

function boosted(loss: "logistic" | "squared"): Fit {
  return gradientBoosting({ loss, trees: 100, learnRate: 0.06, leaves: 6, minRows: 150, l2: 10 });
}
