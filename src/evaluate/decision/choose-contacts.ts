import { check, checkFinite, checkInteger, checkNumber, checkSameLength } from "../../core/checks";
import { bestWithin, type Option } from "./best-within";
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
  const options = optionsOf(offers, budget);
  const found = bestWithin(options, budget, contacts);
  const scarce = found.price > 0;
  const worth = ({ profit, cost }: Option): number =>
    scarce ? (cost > 0 ? profit / cost : Infinity) : profit;
  const chosen = [...found.chosen].sort(
    (a, b) => worth(b) - worth(a) || b.profit - a.profit || a.row - b.row,
  );
  const profit = chosen.reduce((sum, option) => sum + option.profit, 0);
  return {
    rows: Uint32Array.from(chosen, (option) => option.row),
    offers: Uint32Array.from(chosen, (option) => option.offer),
    profit,
    cost: chosen.reduce((sum, option) => sum + option.cost, 0),
    // Sums in another order differ in their last digits.
    bound: found.bound <= profit * (1 + 1e-12) ? profit : found.bound,
  };
}

/** For each customer of whom an offer pays and can be afforded, the offers that do and can. */
function optionsOf(offers: readonly ContactValue[], budget: number): Option[][] {
  const options: Option[][] = [];
  for (let row = 0; row < offers[0].profit.length; row++) {
    let own: Option[] | undefined;
    for (let offer = 0; offer < offers.length; offer++) {
      const profit = offers[offer].profit[row];
      const cost = offers[offer].cost[row];
      if (!(profit > 0) || cost > budget) continue;
      own ??= [];
      own.push({ row, offer, profit, cost });
    }
    if (own) options.push(own);
  }
  return options;
}
