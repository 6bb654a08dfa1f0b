import { chanceTaken, type Offer } from "../../evaluate/decision/offer";
import { referenceThresholds } from "../../evaluate/decision/rules";

export const risks = ["High", "Medium", "Low"] as const;
export type Risk = (typeof risks)[number];

/**
 * Who gets an offer: "profit", whoever is expected to bring more than it costs; "reference", the reference system's nine
 * cases by risk and by a value above 30,000 and 40,000 in its own currency.
 */
export const decisionRules = ["profit", "reference"] as const;
export type DecisionRule = (typeof decisionRules)[number];

/** The thresholds and costs that turn a probability and a value into a decision. */
export interface DecisionRules extends Offer {
  readonly rule: DecisionRule;
  /** A churn probability above it is a high risk; the reference system's 0.3. */
  readonly riskHigh: number;
  /** A churn probability above it is a medium risk; the reference system's 0.15. */
  readonly riskMedium: number;
  /** Under the rule "reference", a customer worth more is a valuable one; the reference system's 40,000. */
  readonly clvHigh: number;
  /** Likewise, a customer worth more is worth keeping; the reference system's 30,000. */
  readonly clvMedium: number;
}

/** The rules where nothing else is said. */
export const standardRules: DecisionRules = {
  rule: "profit",
  riskHigh: referenceThresholds.churn[1],
  riskMedium: referenceThresholds.churn[0],
  clvHigh: referenceThresholds.value[1],
  clvMedium: referenceThresholds.value[0],
  acceptance: 0.3,
  offerCost: 10,
  contactCost: 1,
};

/** What can be recommended: by profit, then for each risk in the order of `risks`, by value: low, medium, high. */
export const actions: readonly string[] = [
  "Contact with a retention offer",
  "No offer: it would cost more than it brings",
  "Send a retention offer",
  "Call with a retention offer",
  "Call today: personal offer by a senior agent",
  "Watch next month's usage",
  "Send a loyalty benefit",
  "Check in by phone and offer a loyalty benefit",
  "Nothing to do",
  "Thank them and suggest a longer contract",
  "Suggest premium services",
];

/** What to do about a customer. */
export interface Decision {
  /** The place in `risks`. */
  readonly risk: number;
  /** The place in `actions`. */
  readonly action: number;
  /** Whether the action is to contact the customer with a retention offer. */
  readonly contact: boolean;
  /** What contacting the customer with the retention offer is expected to bring, after its costs. */
  readonly expectedProfit: number;
}

/**
 * The one decision on a customer that command, API and page give: risk from the probability of leaving, the expected
 * profit of the offer as Verbraken, Verbeke and Baesens (2013, section 4) reckon it, and the action by the rule.
 *
 * @example
 * // Half of 0.3 × 200 to keep; the offer of 10 for whoever takes it, 1 for the contact.
 * decide(0.5, 200, standardRules); // → { risk: 0, contact: true, expectedProfit: 22.5 }
 * decide(0.05, 200, standardRules).contact; // → false
 */
export function decide(probability: number, value: number, rules: DecisionRules): Decision {
  const risk = riskOf(probability, rules);
  if (Number.isNaN(value)) return decideByRisk(risk);
  const taken = chanceTaken({ churn: [probability], value: [value] }, 0, rules);
  const expectedProfit = probability * rules.acceptance * value - taken * rules.offerCost - rules.contactCost;
  if (rules.rule === "profit") {
    const contact = expectedProfit > 0;
    return { risk, action: contact ? 0 : 1, contact, expectedProfit };
  }
  const worth = value > rules.clvHigh ? 2 : value > rules.clvMedium ? 1 : 0;
  return { risk, action: 2 + 3 * risk + worth, contact: risk === 0, expectedProfit };
}

/** The decision on a customer of whom nobody knows what they are worth: the risk alone is left to go by. */
function decideByRisk(risk: number): Decision {
  return { risk, action: [0, 5, 8][risk], contact: risk === 0, expectedProfit: Number.NaN };
}

/** The place in `risks` of a probability of leaving. */
export function riskOf(probability: number, { riskHigh, riskMedium }: DecisionRules): number {
  return probability > riskHigh ? 0 : probability > riskMedium ? 1 : 2;
}
