import { normalCdf } from "../../core/math/normal-distribution";

/** A contact that costs `sure`, and `perhaps` more with a chance: money, and the chance that an offer is taken. */
export interface Spending {
  readonly sure: number;
  readonly perhaps: number;
  readonly chance: number;
}

/** Up to so many contacts with one price of the offer the chance is exact. */
const mostExact = 2000;

/** Contacts, worked out when they are asked for: there may be millions. */
export interface Spendings {
  readonly length: number;
  at(k: number): Spending | undefined;
}

/**
 * The chance that all contacts together cost at most `budget`, each offer being taken or not by itself: exact where one
 * price is offered to up to 2,000 customers, else by the normal distribution.
 */
export function chanceWithin(contacts: Spendings, budget: number): number {
  let [sure, most, mean, variance] = [0, 0, 0, 0];
  let one = true;
  const price = contacts.at(0)?.perhaps ?? 0;
  for (let k = 0; k < contacts.length; k++) {
    const spending = contacts.at(k) as Spending;
    one &&= spending.perhaps === price;
    sure += spending.sure;
    most += spending.sure + spending.perhaps;
    mean += spending.sure + spending.chance * spending.perhaps;
    variance += spending.perhaps ** 2 * spending.chance * (1 - spending.chance);
  }
  const slack = 1e-9 * Math.max(1, budget);
  if (most <= budget + slack) return 1;
  if (sure > budget + slack) return 0;
  if (contacts.length <= mostExact && one)
    return atMost(contacts, Math.floor((budget + slack - sure) / price));
  return variance > 0 ? normalCdf((budget - mean) / Math.sqrt(variance)) : mean <= budget + slack ? 1 : 0;
}

/** The chance that at most `most` offers are taken: the Poisson binomial distribution, one contact after the other. */
function atMost(contacts: Spendings, most: number): number {
  // The last entry gathers all counts above.
  const chances = new Float64Array(most + 2);
  chances[0] = 1;
  for (let i = 0; i < contacts.length; i++) {
    const { chance } = contacts.at(i) as Spending;
    chances[most + 1] += chance * chances[most];
    for (let k = most; k > 0; k--) chances[k] += chance * (chances[k - 1] - chances[k]);
    chances[0] *= 1 - chance;
  }
  return Math.max(0, 1 - chances[most + 1]);
}
