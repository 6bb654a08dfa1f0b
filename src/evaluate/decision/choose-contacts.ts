import { check, checkFinite, checkInteger, checkNumber, checkSameLength } from "../../core/checks";
import { bestWithin, Candidates } from "./best-within";
import type { ContactValue } from "./offer";

export interface Limits {
  /** Most money to be spent, in expectation; without, as much as pays. */
  readonly budget?: number;
  /** Most customers to be contacted; without, as many as pay. */
  readonly contacts?: number;
}

/** Whom to contact. */
export interface Contacts {
  /** Row numbers, the most rewarding first. */
  readonly rows: Uint32Array;
  /** With which of the offers each of them is contacted, by its place. */
  readonly offers: Uint32Array;
  readonly profit: number;
  readonly cost: number;
  /** No choice within the limits brings more than this; equal to `profit` where the choice is proven to be the best. */
  readonly bound: number;
}

/**
 * The customers to contact, and with which of several offers, so that the expected profit is the highest within the
 * limits: a knapsack problem with a count, solved by Lagrange's multipliers and, among the customers that they leave
 * undecided, by branch and bound (Martello and Toth, 1990, chapter 2). `bound` says how far from the best it may be.
 *
 * @example
 * const value = { profit: Float64Array.of(5, -1, 9), cost: Float64Array.of(1, 1, 9) };
 * chooseContacts(value).rows; // → [2, 0]
 * chooseContacts(value, { budget: 3 }); // → { rows: [0], profit: 5, cost: 1 }
 */
export function chooseContacts(value: ContactValue | readonly ContactValue[], limits: Limits = {}): Contacts {
  const action = "choose contacts";
  const offers: readonly ContactValue[] = "profit" in value ? [value] : value;
  const { budget = Infinity, contacts = Infinity } = limits;
  if (budget !== Infinity) checkNumber(budget, 0, Infinity, action, "budget");
  if (contacts !== Infinity) checkInteger(contacts, 0, Number.MAX_SAFE_INTEGER, action, "contacts");
  check(offers.length > 0, action, "there must be an offer");
  for (const { profit, cost } of offers) {
    checkSameLength(profit.length, cost.length, action, "profits and costs");
    checkSameLength(profit.length, offers[0].profit.length, action, "the offers' customers");
    checkFinite(profit, action, "profits");
    for (let i = 0; i < cost.length; i++)
      if (!(cost[i] >= 0)) check(false, action, `costs must not be negative, got ${cost[i]} in row ${i}`);
  }
  const found = bestWithin(new Candidates(offers, budget), budget, contacts);
  const { chosen } = found;
  const profits = new Float64Array(chosen.length);
  const worths = new Float64Array(chosen.length);
  const order = new Uint32Array(chosen.length);
  for (let k = 0; k < chosen.length; k++) {
    const { profit, cost } = offers[chosen.offers[k]];
    const row = chosen.rows[k];
    order[k] = k;
    profits[k] = profit[row];
    // Where the budget binds, by what a unit of it brings.
    worths[k] = found.price <= 0 ? profit[row] : cost[row] > 0 ? profit[row] / cost[row] : Infinity;
  }
  order.sort((a, b) => worths[b] - worths[a] || profits[b] - profits[a] || chosen.rows[a] - chosen.rows[b]);
  let [profit, cost] = [0, 0];
  for (const k of order) {
    profit += profits[k];
    cost += offers[chosen.offers[k]].cost[chosen.rows[k]];
  }
  return {
    rows: order.map((k) => chosen.rows[k]),
    offers: order.map((k) => chosen.offers[k]),
    profit,
    cost,
    // Sums in another order differ in their last digits.
    bound: found.bound <= profit * (1 + 1e-12) ? profit : found.bound,
  };
}
