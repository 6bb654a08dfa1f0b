import { normalQuantile } from "../../core/math/normal-distribution";
import type { Progress } from "../../core/model";
import { seeded } from "../../core/rng";
import { chooseContacts, type Limits } from "../../evaluate/decision/choose-contacts";
import { type ContactValue, contactValue, effectValue, type Offer } from "../../evaluate/decision/offer";
import { type ProfitCurve, profitCurve } from "../../evaluate/decision/profit-curve";
import { commonRules, referenceRule } from "../../evaluate/decision/rules";
import { descending, rocAuc, spearman } from "../../evaluate/ranking";
import { qiniCurve, type UpliftCurve } from "../../evaluate/uplift/curves";
import { type PolicyValue, policyValue } from "../../evaluate/uplift/policy-value";
import { qiniScore, type UpliftBin, upliftBins, upliftScore } from "../../evaluate/uplift/scores";
import { within } from "../../services/contact/plan";
import type { CampaignHalf, RetentionData } from "./campaign";
import { type Beliefs, boosted, type Learned, learnEffects, scaled } from "./effects";

/** A way to estimate what an offer changes, on customers it did not learn from. */
export interface EffectModel {
  readonly name: string;
  readonly effect: Float64Array;
  /** Against what happened in the campaign, and (Spearman) against the true effects. */
  readonly qini: number;
  readonly auuc: number;
  readonly trueRank: number;
  /** Of all who can be kept (the sum of the true effects above 0), the share that contacting the first third keeps. */
  readonly keptByThird: number;
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
  /** "rule" as people have them, "model" of expected profit, the "ceiling" of what columns can tell, or "oracle". */
  readonly kind: "rule" | "model" | "ceiling" | "oracle";
  /**
   * What the rule would have brought in the past campaign over contacting nobody, by cross-fitted doubly robust scores, in
   * money of as many customers as are decided on: what rules are chosen by, and all that a carrier would know.
   */
  readonly tested?: { readonly withinBudget: PolicyValue; readonly unlimited: PolicyValue };
}

export interface RetentionStudy {
  readonly offer: Offer;
  readonly budget: number;
  readonly churnAuc: number;
  readonly effects: readonly EffectModel[];
  readonly rules: readonly RuleResult[];
  /** The names of what the past campaign chooses: a rule for the budget, a model of profit without limit, its learner. */
  readonly chosen: { readonly withinBudget: string; readonly unlimited: string; readonly effect: string };
  /** Profit believed of the plan without limit, with the interval that the doubt about that share leaves it. */
  readonly plan: { readonly value: number; readonly low: number; readonly high: number };
  /** Of those who would leave and take the offer, the share whom it keeps, as the past campaign shows it. */
  readonly kappa: { readonly value: number; readonly standardError: number };
  /** Predicted chance of leaving, value at stake, effect (of the learner chosen) and chance to take, per customer. */
  readonly churn: Float64Array;
  readonly value: Float64Array;
  readonly effect: Float64Array;
  readonly taken: Float64Array;
  /** What contacting each customer is believed to bring by the learner chosen, and what it truly brings. */
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

/** The names of rules that views look for. */
export const ruleNames = {
  plain: "Profit from churn and value",
  everybody: "Everybody, likeliest leavers first",
  valuable: "Top tenth by value",
  half: "Churn above 0.5",
  reference: "Reference rule",
  ceiling: "Ceiling: taught the true effects",
  oracle: "Whoever knows each effect",
} as const;

/** Learns from the past campaign whom an offer keeps, decides on the next customers, and counts by the truth. */
export async function retentionStudy(
  data: RetentionData,
  options: RetentionStudyOptions = {},
): Promise<RetentionStudy> {
  const { past, next } = data;
  const { seed = 42, offer = studyOffer, budget = next.y.length, progress } = options;
  const rng = seeded(seed).fork("retention");
  const learned = await learnEffects(data, offer, rng, progress);
  const truth = trueValue(next, offer);
  const ceiling = await boosted("squared")(
    { x: learned.pastX, y: trueValue(past, offer).profit },
    rng.fork("ceiling"),
  );
  const { cost } = effectValue({ ...learned.next, effect: learned.next.churn }, offer);
  const attainable = { profit: ceiling.predict(learned.nextX), cost };
  const scale = next.y.length / past.y.length;
  const limits = { budget };
  const tested = new Map(
    rulesOf(learned.past, offer).map(({ name, rows, free, each }) => [
      name,
      {
        withinBudget: bring(learned, rows, each, { budget: budget / scale }),
        unlimited: bring(learned, free, each, {}),
      },
    ]),
  );
  const worth = (value: PolicyValue): PolicyValue => {
    const n = next.y.length;
    return {
      value: n * value.value,
      standardError: n * value.standardError,
      low: n * value.low,
      high: n * value.high,
    };
  };
  const rules = rulesOf(learned.next, offer).map(({ name, kind, rows, free }): RuleResult => {
    const found = tested.get(name);
    return {
      ...judged(name, kind, { rows, free }, truth, limits),
      ...(found
        ? {
            tested: {
              withinBudget: worth(policyValue(learned.scores, found.withinBudget, nobody(past))),
              unlimited: worth(policyValue(learned.scores, found.unlimited, nobody(past))),
            },
          }
        : {}),
    };
  });
  const pick = (which: "withinBudget" | "unlimited", among: readonly RuleResult[]): string =>
    simplest(
      among.map(({ name }) => ({ name, policy: tested.get(name)?.[which] ?? nobody(past) })),
      learned,
    );
  const models = rules.filter((rule) => rule.kind === "model");
  const unlimited = pick("unlimited", models);
  const byLearner = models.filter((model) => model.name !== ruleNames.plain);
  const effect = learnerOf(pick("unlimited", byLearner));
  const chosenEffect = learned.next.effects.get(effect) as Float64Array;
  const believed = effectValue({ ...learned.next, effect: chosenEffect }, offer);
  for (const [name, kind, each] of [
    [ruleNames.ceiling, "ceiling", attainable],
    [ruleNames.oracle, "oracle", truth],
  ] as const)
    rules.push(judged(name, kind, orders(each), truth, limits));
  return {
    offer,
    budget,
    churnAuc: rocAuc(
      leftUntreated(next, next.y).map((stayed) => 1 - stayed),
      leftUntreated(next, learned.next.churn),
    ),
    effects: effectsOf(next, learned),
    rules,
    chosen: {
      withinBudget: pick(
        "withinBudget",
        rules.filter((rule) => rule.tested),
      ),
      unlimited,
      effect,
    },
    kappa: learned.kappa,
    churn: learned.next.churn,
    value: learned.next.value,
    effect: chosenEffect,
    taken: learned.next.taken,
    believed,
    plan: planOf(believed, learned.kappa),
    truth,
  };
}

interface Rule {
  readonly name: string;
  readonly kind: "rule" | "model";
  /** Whom it contacts with the budget in mind, and without. */
  readonly rows: Uint32Array;
  readonly free: Uint32Array;
  /** What it believes of costs. */
  readonly each: ContactValue;
}

const byModel = "Profit by ";
const learnerOf = (rule: string): string => rule.slice(byModel.length);

/** Every rule that a carrier could follow, the simplest model first. */
function rulesOf(known: Beliefs, offer: Offer): Rule[] {
  const { churn, value, taken } = known;
  const plain = contactValue({ churn, value }, offer);
  const byRows = (name: string, rows: Uint32Array): Rule => ({
    name,
    kind: "rule",
    rows,
    free: rows,
    each: plain,
  });
  const byProfit = (name: string, each: ContactValue): Rule => ({
    name,
    kind: "model",
    ...orders(each),
    each,
  });
  return [
    ...[...commonRules({ churn, value }), referenceRule({ churn, value })].map(({ name, rows }) =>
      byRows(name, rows),
    ),
    byRows(ruleNames.everybody, descending(churn)),
    byProfit(ruleNames.plain, plain),
    ...Array.from(known.effects, ([name, effect]) =>
      byProfit(`${byModel}${name}`, effectValue({ effect, value, taken }, offer)),
    ),
  ];
}

/** Whom it pays to contact: first what a dollar brings most where money is short, first what brings most where it is not. */
function orders(each: ContactValue): { readonly rows: Uint32Array; readonly free: Uint32Array } {
  const { rows: free } = chooseContacts(each);
  const perDollar = each.profit.map((profit, i) => profit / Math.max(each.cost[i], 1e-9));
  return { free, rows: descending(perDollar).filter((i) => perDollar[i] > 0) };
}

/** The contacts of a rule on the past customers, as actions. */
function bring(
  { past }: Learned,
  rows: Uint32Array,
  each: ContactValue,
  { budget = Infinity }: Limits,
): Uint8Array {
  const policy = new Uint8Array(past.churn.length);
  let spent = 0;
  for (const i of rows) {
    spent += each.cost[i];
    if (spent > budget * (1 + 1e-9)) break;
    policy[i] = 1;
  }
  return policy;
}

function nobody(past: CampaignHalf): Uint8Array {
  return new Uint8Array(past.y.length);
}

/**
 * Of policies tested on the past campaign, the first that is not told from the best (by the paired difference, one in
 * twenty, corrected for how many were tried): the best of many is partly the luckiest, and replaces nothing simpler.
 */
function simplest(
  candidates: readonly { readonly name: string; readonly policy: Uint8Array }[],
  { scores }: Learned,
): string {
  const order = [...candidates].sort((a, b) => rank(a.name) - rank(b.name));
  const value = (one: { readonly policy: Uint8Array }): number => policyValue(scores, one.policy).value;
  const best = order.reduce((a, b) => (value(b) > value(a) ? b : a));
  const sure = normalQuantile(1 - 0.05 / order.length);
  const close = order.find(({ policy }) => {
    const less = policyValue(scores, best.policy, policy);
    return less.value <= sure * less.standardError;
  });
  return (close ?? best).name;
}

/** What contacting all who pay is believed to bring; effects are as uncertain as the share of leavers kept. */
function planOf(
  each: ContactValue,
  { value: kappa, standardError }: RetentionStudy["kappa"],
): RetentionStudy["plan"] {
  let [value, gain] = [0, 0];
  each.profit.forEach((profit, i) => {
    if (profit <= 0) return;
    value += profit;
    gain += profit + each.cost[i];
  });
  const reach = (1.959964 * standardError * gain) / Math.max(Math.abs(kappa), 1e-9);
  return { value, low: value - reach, high: value + reach };
}

/** What the campaign has scaled comes first, what needs no campaign second. */
function rank(name: string): number {
  if (name === `${byModel}${scaled}`) return 0;
  if (name === ruleNames.plain) return 1;
  return name.startsWith(byModel) ? 2 : 3;
}

function effectsOf(next: CampaignHalf, { next: known, milliseconds }: Learned): EffectModel[] {
  const observed = { y: next.y, treated: next.treated };
  const trueEffect = next.truth.churn.map((p, i) => p - next.truth.churnIfOffered[i]);
  const all = trueEffect.reduce((sum, e) => sum + Math.max(0, e), 0);
  return Array.from(known.effects, ([name, effect]) => ({
    name,
    effect,
    milliseconds: milliseconds.get(name) ?? 0,
    qini: qiniScore(observed, effect),
    auuc: upliftScore(observed, effect),
    trueRank: spearman(trueEffect, effect),
    keptByThird:
      descending(effect)
        .subarray(0, Math.round(effect.length / 3))
        .reduce((sum, i) => sum + trueEffect[i], 0) / all,
    curve: qiniCurve(observed, effect),
    bins: upliftBins(observed, effect),
  }));
}

/** What an offer truly brings: added revenue less what serving it costs, less offer and contact. */
function trueValue(half: CampaignHalf, offer: Offer): ContactValue {
  const cost = half.truth.taken.map((taken) => offer.contactCost + taken * offer.offerCost);
  const profit = half.truth.revenueGain.map(
    (gain, i) => gain * Math.max(0, half.margin[i] / Math.max(half.revenue[i], 1e-9)) - cost[i],
  );
  return { profit, cost };
}

function judged(
  name: string,
  kind: RuleResult["kind"],
  { rows, free }: { readonly rows: Uint32Array; readonly free: Uint32Array },
  truth: ContactValue,
  limits: Limits,
): RuleResult {
  const { contacted, profit, cost } = within(name, rows, truth, limits);
  const all = within(name, free, truth, {});
  return {
    name,
    kind,
    rows: free,
    curve: profitCurve(free, truth.profit, truth.cost),
    contacted: all.contacted,
    profit: all.profit,
    withinBudget: { contacted, profit, cost },
  };
}

function leftUntreated(half: CampaignHalf, values: Float64Array): Float64Array {
  return values.filter((_, i) => half.treated[i] === 0);
}
