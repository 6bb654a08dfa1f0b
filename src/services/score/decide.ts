export const risks = ["High", "Medium", "Low"] as const;
export type Risk = (typeof risks)[number];

/** The thresholds and costs that turn a probability and a value into a decision. */
export interface DecisionRules {
  /** A churn probability above it is a high risk; the reference system's 0.3. */
  readonly riskHigh: number;
  /** A churn probability above it is a medium risk; the reference system's 0.15. */
  readonly riskMedium: number;
  /** A customer worth more is a valuable one; the reference system's 40,000. */
  readonly clvHigh: number;
  /** A customer worth more is worth keeping; the reference system's 30,000. */
  readonly clvMedium: number;
  /** The share of contacted leavers who take the offer and stay. */
  readonly acceptance: number;
  /** What the offer costs when it is taken. */
  readonly offerCost: number;
  /** What contacting a customer costs. */
  readonly contactCost: number;
}

/** The rules where nothing else is said. */
export const standardRules: DecisionRules = {
  riskHigh: 0.3,
  riskMedium: 0.15,
  clvHigh: 40_000,
  clvMedium: 30_000,
  acceptance: 0.3,
  offerCost: 10,
  contactCost: 1,
};

/** What to do about a customer. */
export interface Decision {
  readonly risk: Risk;
  readonly action: string;
  /** What contacting the customer with the retention offer is expected to bring, after its costs. */
  readonly expectedProfit: number;
}

/** What can be recommended: for each risk in the order of `risks`, by value: low, medium, high. */
export const actions: readonly string[] = [
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

/** Risk from the probability of leaving, the action from risk and value, and the expected profit of the offer. */
export function decide(probability: number, value: number, rules: DecisionRules): Decision {
  const risk = riskOf(probability, rules);
  return {
    risk: risks[risk],
    action: actions[actionOf(risk, value, rules)],
    expectedProfit: expectedProfit(probability, value, rules),
  };
}

/** The place in `risks` of a probability of leaving. */
export function riskOf(probability: number, { riskHigh, riskMedium }: DecisionRules): number {
  return probability > riskHigh ? 0 : probability > riskMedium ? 1 : 2;
}

/** The place in `actions` for a risk and a value. */
export function actionOf(risk: number, value: number, { clvHigh, clvMedium }: DecisionRules): number {
  return 3 * risk + (value > clvHigh ? 2 : value > clvMedium ? 1 : 0);
}

/**
 * What contacting the customer with the offer is expected to bring, as Verbraken, Verbeke and Baesens (2013, section 4)
 * reckon it: a share of the contacted leavers takes the offer and stays with the value less the offer; contacted stayers
 * take it and would have stayed.
 */
export function expectedProfit(probability: number, value: number, rules: DecisionRules): number {
  const { acceptance, offerCost, contactCost } = rules;
  return probability * acceptance * (value - offerCost) - (1 - probability) * offerCost - contactCost;
}
