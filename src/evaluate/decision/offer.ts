import { check, checkNumber, checkSameLength } from "../../core/checks";

/** What contacting customers costs and does. Money in one currency; shares in [0, 1]. */
export interface Offer {
  /** Cost of reaching a customer, whatever comes of it. */
  readonly contactCost: number;
  /** Cost of the offer to one who takes it: a discount, a gift. */
  readonly offerCost: number;
  /** The share of those about to leave who take the offer and stay. */
  readonly acceptance: number;
  /** The share of those who would stay anyway and take it all the same; defaults to 1, the careful assumption. */
  readonly stayerAcceptance?: number;
}

/** What is believed of each customer, one value a customer. */
export interface Prospects {
  /** Chance of leaving without a contact, of one who is still there. */
  readonly churn: ArrayLike<number>;
  /** What staying is worth beyond leaving: the discounted margin to come, that nobody brings who is gone already. */
  readonly value: ArrayLike<number>;
  /** Chance that each customer is still there and can take an offer; 1 when absent. */
  readonly alive?: ArrayLike<number>;
}

/** Expected profit and spending of contacting each customer, against leaving them alone. */
export interface ContactValue {
  readonly profit: Float64Array;
  /** Expected spending: the contact, and the offer as often as it is taken. */
  readonly cost: Float64Array;
}

/** Throws unless costs are not negative and shares within [0, 1]. */
export function checkOffer(offer: Offer, action: string): void {
  checkNumber(offer.contactCost, 0, Infinity, action, "contactCost");
  checkNumber(offer.offerCost, 0, Infinity, action, "offerCost");
  checkNumber(offer.acceptance, 0, 1, action, "acceptance");
  checkNumber(offer.stayerAcceptance ?? 1, 0, 1, action, "stayerAcceptance");
}

/**
 * Expected profit of a contact from churn, value and acceptance alone: churn · acceptance · (value − offer) − (1 −
 * churn) · stayers' acceptance · offer − contact (Neslin, Gupta, Kamakura, Lu and Mason, 2006, for each customer).
 */
export function contactValue(prospects: Prospects, offer: Offer): ContactValue {
  const action = "value contacts";
  checkOffer(offer, action);
  const { churn, value, alive } = prospects;
  checkSameLength(churn.length, value.length, action, "churn and values");
  if (alive) checkSameLength(churn.length, alive.length, action, "churn and chances to be there");
  const { contactCost, offerCost, acceptance } = offer;
  const profit = new Float64Array(churn.length);
  const cost = new Float64Array(churn.length);
  for (let i = 0; i < churn.length; i++) {
    const p = churn[i];
    if (!(p >= 0 && p <= 1)) check(false, action, `churn must be from 0 to 1, got ${p} in row ${i}`);
    if (!Number.isFinite(value[i]))
      check(false, action, `values must be finite, got ${value[i]} in row ${i}`);
    cost[i] = contactCost + chanceTaken(prospects, i, offer) * offerCost;
    profit[i] = p * acceptance * value[i] - cost[i];
  }
  return { profit, cost };
}

/** The chance that a contacted customer takes the offer: a leaver who is kept, or a stayer all the same. */
export function chanceTaken({ churn, alive }: Prospects, i: number, offer: Offer): number {
  const { acceptance, stayerAcceptance = 1 } = offer;
  return (alive ? alive[i] : 1) * (churn[i] * acceptance + (1 - churn[i]) * stayerAcceptance);
}

/** What an uplift model believes of each customer. */
export interface EffectProspects {
  /** By how much a contact changes the chance of staying: may be negative. */
  readonly effect: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  /** Chance of taking the offer; one for all, or one a customer. */
  readonly taken: ArrayLike<number> | number;
}

/** Expected profit of a contact from its effect: effect · value − taken · offer − contact. */
export function effectValue(
  prospects: EffectProspects,
  offer: Pick<Offer, "contactCost" | "offerCost">,
): ContactValue {
  const action = "value contacts";
  const { effect, value, taken } = prospects;
  checkNumber(offer.contactCost, 0, Infinity, action, "contactCost");
  checkNumber(offer.offerCost, 0, Infinity, action, "offerCost");
  checkSameLength(effect.length, value.length, action, "effects and values");
  if (typeof taken !== "number")
    checkSameLength(taken.length, value.length, action, "chances to take and values");
  const profit = new Float64Array(effect.length);
  const cost = new Float64Array(effect.length);
  for (let i = 0; i < effect.length; i++) {
    const share = typeof taken === "number" ? taken : taken[i];
    if (!(share >= 0 && share <= 1))
      check(false, action, `taken must be from 0 to 1, got ${share} in row ${i}`);
    if (!Number.isFinite(effect[i] * value[i]))
      check(false, action, `effects and values must be finite, got ${effect[i]} and ${value[i]} in row ${i}`);
    cost[i] = offer.contactCost + share * offer.offerCost;
    profit[i] = effect[i] * value[i] - cost[i];
  }
  return { profit, cost };
}
