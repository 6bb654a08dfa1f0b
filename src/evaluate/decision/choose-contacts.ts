import { check, checkFinite, checkNumber, checkSameLength } from "../../core/checks";
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
  readonly profit: number;
  readonly cost: number;
}

/**
 * The customers to contact: those of positive expected profit, by profit per unit of money where a budget binds (the
 * greedy answer to the knapsack, off by less than one customer's profit), else by profit.
 */
export function chooseContacts({ profit, cost }: ContactValue, limits: Limits = {}): Contacts {
  const action = "choose contacts";
  checkSameLength(profit.length, cost.length, action, "profits and costs");
  checkFinite(profit, action, "profits");
  const { budget = Infinity, contacts = Infinity } = limits;
  if (budget !== Infinity) checkNumber(budget, 0, Infinity, action, "budget");
  if (contacts !== Infinity) checkNumber(contacts, 0, Infinity, action, "contacts");
  const paying = Uint32Array.from(profit.keys()).filter((i) => profit[i] > 0);
  const everything = paying.reduce((sum, i) => sum + cost[i], 0);
  const rate = budget < everything ? profit.map((p, i) => (cost[i] > 0 ? p / cost[i] : Infinity)) : profit;
  paying.sort((a, b) => rate[b] - rate[a] || profit[b] - profit[a] || a - b);
  const rows: number[] = [];
  let [total, spent] = [0, 0];
  for (const i of paying) {
    if (rows.length + 1 > contacts) break;
    if (cost[i] < 0) check(false, action, `costs must not be negative, got ${cost[i]} in row ${i}`);
    if (spent + cost[i] > budget) continue;
    rows.push(i);
    total += profit[i];
    spent += cost[i];
  }
  return { rows: Uint32Array.from(rows), profit: total, cost: spent };
}
