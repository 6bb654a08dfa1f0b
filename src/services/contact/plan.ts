import { check } from "../../core/checks";
import { cellText, type Table } from "../../data/table";
import { chooseContacts, type Limits } from "../../evaluate/decision/choose-contacts";
import { type ContactValue, contactValue, type Offer, type Prospects } from "../../evaluate/decision/offer";
import { commonRules } from "../../evaluate/decision/rules";
import { cellNumber, Faults, findColumn } from "../value/own-columns";
import { customerNames } from "../value/transactions";

/** Whom a retention budget goes to. Arrays have one entry a customer, in the order given. */
export interface RetentionPlan extends ContactValue {
  readonly customers: readonly string[];
  readonly churn: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** 1 for the customer to be contacted first; 0 for those not to be. */
  readonly rank: Int32Array;
  readonly contacted: number;
  /** Expected of all contacts together. */
  readonly totalProfit: number;
  readonly totalCost: number;
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

/** Chances to leave and values from a table that already has them; `churn` and `value` name the columns. */
export function prospectsFrom(
  table: Table,
  options: { readonly customer?: string; readonly churn?: string; readonly value?: string } = {},
): Prospects & { readonly customers: readonly string[] } {
  const action = "read customers";
  check(table.rows > 0, action, "there must be rows");
  const customer = findColumn(table, "customer", options.customer, customerNames, action);
  const chance = findColumn(table, "chance to leave", options.churn, churnNames, action);
  const worth = findColumn(table, "value", options.value, valueNames, action);
  const faults = new Faults(action);
  const churn = new Float64Array(table.rows);
  const value = new Float64Array(table.rows);
  const seen = new Map<string, number>();
  const customers: string[] = [];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const earlier = seen.get(who);
    if (who === "") faults.add(i, "the customer must be named");
    else if (earlier !== undefined)
      faults.add(i, `a customer must have one row (row ${earlier + 1} has the same)`, who);
    seen.set(who, i);
    customers.push(who);
    churn[i] = cellNumber(chance, i);
    value[i] = cellNumber(worth, i);
    if (!(churn[i] >= 0 && churn[i] <= 1))
      faults.add(i, `${chance.name} must be a chance from 0 to 1`, cellText(chance, i));
    if (!Number.isFinite(value[i])) faults.add(i, `${worth.name} must be a number`, cellText(worth, i));
  }
  faults.throwIfAny();
  return { customers, churn, value };
}

export const churnNames: readonly string[] = [
  "churn probability",
  "churn",
  "probability",
  "p churn",
  "score",
];
export const valueNames: readonly string[] = ["value", "clv", "customer value", "lifetime value"];

/** Chooses whom to contact with an offer, within limits, and what other rules would bring with them. */
export function planRetention(
  prospects: Prospects & { readonly customers: readonly string[] },
  offer: Offer,
  limits: Limits = {},
): RetentionPlan {
  const { customers, churn, value } = prospects;
  const each = contactValue(prospects, offer);
  const chosen = chooseContacts(each, limits);
  const rank = new Int32Array(customers.length);
  chosen.rows.forEach((i, k) => {
    rank[i] = k + 1;
  });
  const breakEvenChurn = breakEven(value, offer);
  return {
    customers,
    churn,
    value,
    ...each,
    rank,
    contacted: chosen.rows.length,
    totalProfit: chosen.profit,
    totalCost: chosen.cost,
    rules: commonRules(prospects).map(({ name, rows }) => within(name, rows, each, limits)),
    ...(breakEvenChurn === undefined ? {} : { breakEvenChurn }),
  };
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
  const sorted = Float64Array.from(value).sort();
  const median = sorted[Math.floor(sorted.length / 2)];
  const stayers = (offer.stayerAcceptance ?? 1) * offer.offerCost;
  const gain = offer.acceptance * (median - offer.offerCost) + stayers;
  const chance = (offer.contactCost + stayers) / gain;
  return gain > 0 && chance <= 1 ? chance : undefined;
}
