import type { Settings } from "./settings";

export const risks = ["High", "Medium", "Low"] as const;
export type Risk = (typeof risks)[number];

/** What to do about a customer. */
export interface Decision {
  readonly risk: Risk;
  readonly action: string;
  /** What contacting the customer with the retention offer is expected to bring, after its costs. */
  readonly expectedProfit: number;
}

/**
 * Risk from the probability of leaving, the action from risk and value, and the expected profit of the offer as
 * Verbraken, Verbeke and Baesens (2013, section 4) reckon it: a share of the contacted leavers takes the offer and stays
 * with the value less the offer; contacted stayers take it and would have stayed.
 */
export function decide(probability: number, value: number, settings: Settings): Decision {
  const risk: Risk =
    probability > settings.riskHigh ? "High" : probability > settings.riskMedium ? "Medium" : "Low";
  const worth = value > settings.clvHigh ? 2 : value > settings.clvMedium ? 1 : 0;
  const { acceptance, offerCost, contactCost } = settings;
  const expectedProfit =
    probability * acceptance * (value - offerCost) - (1 - probability) * offerCost - contactCost;
  return { risk, action: actions[risk][worth], expectedProfit };
}

const actions: Readonly<Record<Risk, readonly [string, string, string]>> = {
  High: [
    "Send a retention offer",
    "Call with a retention offer",
    "Call today: personal offer by a senior agent",
  ],
  Medium: [
    "Watch next month's usage",
    "Send a loyalty benefit",
    "Check in by phone and offer a loyalty benefit",
  ],
  Low: ["Nothing to do", "Thank them and suggest a longer contract", "Suggest premium services"],
};
