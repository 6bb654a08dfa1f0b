import { check, checkNumber } from "../../core/checks";
import type { CategoricalColumn } from "../../data/table";
import type { Names } from "../../data/tally/names";
import { type Contacts, chooseContacts, type Limits } from "../../evaluate/decision/choose-contacts";
import {
  type ContactValue,
  chanceTaken,
  contactValue,
  type Offer,
  type Prospects,
} from "../../evaluate/decision/offer";
import { commonRules, referenceRule } from "../../evaluate/decision/rules";
import { chanceWithin, type Spending } from "./spending";

/** An offer among others. */
export interface NamedOffer extends Offer {
  readonly name: string;
}

export interface PlanOptions extends Limits {
  /**
   * The chance, in (0, 1), with which actual spending must stay within the budget, offers being taken or not by luck;
   * without, the budget bounds expected spending.
   */
  readonly certainty?: number;
  /** Whether to show what the reference system's rule would do, whose thresholds are of its own currency. */
  readonly reference?: boolean;
}

/** Whom a retention budget goes to. Arrays have one entry a customer, in the order given. */
export interface RetentionPlan extends ContactValue {
  readonly customers: Names;
  readonly churn: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** The name of the offer that suits each customer best; `profit` and `cost` are of it. */
  readonly offer: CategoricalColumn;
  /** 1 for the customer to be contacted first; 0 for those not to be. */
  readonly rank: Int32Array;
  readonly contacted: number;
  /** Expected of all contacts together. */
  readonly totalProfit: number;
  readonly totalCost: number;
  /** No choice within the limits brings more; equal to `totalProfit` where this one is proven to be the best. */
  readonly profitBound: number;
  /** The chance that actual spending stays within the budget; 1 without one. */
  readonly withinBudget: number;
  /** What others would do with the same budget, by the same figures. */
  readonly rules: readonly RuleOutcome[];
  /** The chance to leave from which a contact pays, for a customer of the median value; undefined if it never does. */
  readonly breakEvenChurn?: number;
}

export interface RuleOutcome {
  readonly name: string;
  readonly contacted: number;
  readonly profit: number;
  readonly cost: number;
}

/** Chooses whom to contact with which offer, within limits, and what other rules would bring with the first offer. */
export function planRetention(
  prospects: Prospects & { readonly customers: Names },
  offers: Offer | readonly NamedOffer[],
  options: PlanOptions = {},
): RetentionPlan {
  const { customers, churn, value } = prospects;
  const named: readonly NamedOffer[] = "acceptance" in offers ? [{ ...offers, name: "offer" }] : offers;
  check(named.length > 0, "plan contacts", "there must be an offer");
  const each = named.map((offer) => contactValue(prospects, offer));
  const chosen = chosenWithin(prospects, named, each, options);
  const { budget = Infinity, contacts = Infinity } = options;
  const best = new Int32Array(customers.length);
  if (each.length > 1)
    for (let i = 0; i < best.length; i++)
      best[i] = each.reduce((high, value, k) => (value.profit[i] > each[high].profit[i] ? k : high), 0);
  const rank = new Int32Array(customers.length);
  chosen.rows.forEach((i, k) => {
    rank[i] = k + 1;
    best[i] = chosen.offers[k];
  });
  const breakEvenChurn = breakEven(value, named[0]);
  const rules = [...commonRules(prospects), ...(options.reference ? [referenceRule(prospects)] : [])];
  return {
    customers,
    churn,
    value,
    offer: { name: "offer", type: "categorical", codes: best, levels: named.map(({ name }) => name) },
    ...ofBest(each, best),
    rank,
    contacted: chosen.rows.length,
    totalProfit: chosen.profit,
    totalCost: chosen.cost,
    profitBound: chosen.bound,
    withinBudget: chanceOf(prospects, named, chosen, budget),
    rules: rules.map(({ name, rows }) => within(name, rows, each[0], { budget, contacts })),
    ...(breakEvenChurn === undefined ? {} : { breakEvenChurn }),
  };
}

/** What each customer's offer brings and costs. */
function ofBest(each: readonly ContactValue[], best: Int32Array): ContactValue {
  if (each.length === 1) return each[0];
  const [profit, cost] = [new Float64Array(best.length), new Float64Array(best.length)];
  for (let i = 0; i < best.length; i++) {
    profit[i] = each[best[i]].profit[i];
    cost[i] = each[best[i]].cost[i];
  }
  return { profit, cost };
}

/** The choice within the limits; where spending must be certain, within the largest expected spending that makes it so. */
function chosenWithin(
  prospects: Prospects,
  offers: readonly NamedOffer[],
  each: readonly ContactValue[],
  { budget = Infinity, contacts, certainty }: PlanOptions,
): Contacts {
  const choose = (money: number): Contacts =>
    chooseContacts(each, { budget: money, ...(contacts === undefined ? {} : { contacts }) });
  const first = choose(budget);
  if (certainty === undefined || budget === Infinity) return first;
  checkNumber(certainty, 0, 1, "plan contacts", "certainty", "both");
  const sure = (contacts: Contacts): boolean => chanceOf(prospects, offers, contacts, budget) >= certainty;
  if (sure(first)) return first;
  let best = choose(0);
  let [low, high] = [0, first.cost];
  for (let step = 0; step < 20; step++) {
    const at = choose((low + high) / 2);
    if (sure(at)) {
      low = (low + high) / 2;
      if (at.profit > best.profit) best = at;
    } else high = (low + high) / 2;
  }
  // What may be spent for certain bounds less than what may be spent on average.
  return { ...best, bound: first.bound };
}

function chanceOf(
  prospects: Prospects,
  offers: readonly Offer[],
  { rows, offers: which }: Contacts,
  budget: number,
): number {
  if (budget === Infinity || rows.length === 0) return 1;
  const at = (k: number): Spending => {
    const offer = offers[which[k]];
    return {
      sure: offer.contactCost,
      perhaps: offer.offerCost,
      chance: chanceTaken(prospects, rows[k], offer),
    };
  };
  return chanceWithin({ length: rows.length, at }, budget);
}

/** A rule's contacts as far as the limits reach. */
export function within(
  name: string,
  rows: ArrayLike<number>,
  each: ContactValue,
  limits: Limits,
): RuleOutcome {
  const { budget = Infinity, contacts = Infinity } = limits;
  let [contacted, profit, cost] = [0, 0, 0];
  for (let k = 0; k < rows.length && contacted < contacts; k++) {
    const i = rows[k];
    if (cost + each.cost[i] > budget) break;
    contacted++;
    profit += each.profit[i];
    cost += each.cost[i];
  }
  return { name, contacted, profit, cost };
}

/** p γ (V − δ) − (1 − p) ψ δ − c = 0, solved for p at the median value. */
function breakEven(value: ArrayLike<number>, offer: Offer): number | undefined {
  const sorted = new Float64Array(value).sort();
  const median = sorted[Math.floor(sorted.length / 2)];
  const stayers = (offer.stayerAcceptance ?? 1) * offer.offerCost;
  const gain = offer.acceptance * (median - offer.offerCost) + stayers;
  const chance = (offer.contactCost + stayers) / gain;
  return gain > 0 && chance <= 1 ? chance : undefined;
}
