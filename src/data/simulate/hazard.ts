import { normal, type Rng } from "../../core/rng";
import {
  choose,
  electronicCheck,
  fibre,
  logistic,
  mailedCheck,
  monthToMonth,
  noInternet,
  type Profile,
  seniorAge,
} from "./profile";

/** Why a customer is about to leave: what his last months look like follows from it. */
export type Reason = "none" | "bill" | "service" | "international" | "other";

export const reasons: readonly Reason[] = ["none", "bill", "service", "international", "other"];

/** So long before the close prices of plans changed: since then holders of the international plan leave more often. */
export const reformMonths = 6;

/**
 * What the customer's services and billing do to his monthly chance of turning from content to about to leave;
 * `turnChance` multiplies it with what contract and tenure do. Coefficients began as log odds of a year's churn in IBM
 * Telco (in a window of steady joining, odds are proportional to hazards) and were then moved until the view cut
 * from the base has the published churn of each level.
 */
export function riskOf(who: Profile): number {
  const is = (holds: boolean): number => (holds ? 1 : 0);
  const fib = is(who.internet === fibre);
  const none = is(who.internet === noInternet);
  const eta =
    0.681 * fib -
    0.879 * none +
    0.866 * is(who.payment === electronicCheck) -
    0.086 * is(who.payment === mailedCheck) +
    0.523 * who.paperless +
    0.227 * is(who.age >= seniorAge) -
    0.439 * who.dependents +
    0.37 * who.multipleLines -
    1.001 * who.security -
    0.135 * who.backup +
    0.018 * who.protection -
    0.842 * who.support +
    0.304 * who.television +
    0.312 * who.movies +
    0.547 * is(who.phone === 0);
  return Math.exp(eta);
}

/** The plans' factor on that chance, from `reformMonths` before the close on: what churn-bigml shows of them. */
export function planFactor(who: Profile): number {
  if (who.internationalPlan) return who.voiceMailPlan ? 9.5 : 10.5;
  return who.voiceMailPlan ? 0.16 : 0.84;
}

/** Standard deviation of the logarithm of what no column tells about a customer's risk. */
const hidden = 0.8;

/** A factor on the risk that nothing recorded explains; 1 on average. */
export function drawHiddenFactor(rng: Rng): number {
  return hiddenFactor(normal(rng));
}

/** The factor that lies so many standard deviations above the median customer's. */
export function hiddenFactor(deviations: number): number {
  return Math.exp(hidden * deviations - (hidden * hidden) / 2);
}

/** A content customer's chance, in the month that completes `tenureMonths`, of turning to about to leave. */
export function turnChance(risk: number, contract: number, tenureMonths: number): number {
  const lt = Math.log1p(Math.min(tenureMonths, 72));
  const bound = contract === monthToMonth ? 0 : (contract === 1 ? -2.729 : -3.98) + 0.343 * lt;
  return Math.min(0.6, (risk * Math.exp(0.23 - 0.717 * lt + bound) * tenureFactor(tenureMonths)) / 12);
}

/**
 * What the logarithm of tenure leaves over, fitted to the churn that IBM Telco shows at each tenure: the first bill
 * drives many away, and risk falls more slowly than the logarithm says, because those at risk go first.
 */
function tenureFactor(tenureMonths: number): number {
  return tenureFactors.find(([upTo]) => tenureMonths <= upTo)?.[1] ?? 4.5;
}
const tenureFactors: readonly (readonly [number, number])[] = [
  [1, 1.756],
  [3, 0.5],
  [4, 0.928],
  [6, 0.794],
  [9, 1.499],
  [12, 2.28],
  [18, 3.187],
  [24, 3.7],
  [60, 4.5],
  [66, 3.135],
];

/** The reason of a customer about to leave, by how common each is among holders of the same plans in churn-bigml. */
export function drawReason(rng: Rng, who: Profile): Reason {
  return reasons[choose(rng, reasonShares(who).map(Math.log)) + 1];
}

/** How common bill, service, international calls and anything else are as reasons of such a customer, up to a factor. */
export function reasonShares(who: Profile): readonly number[] {
  const rest = who.internationalPlan ? 0.64 : 1;
  const bill = who.voiceMailPlan ? 0 : 0.085 * rest;
  const international = who.internationalPlan ? 0.36 : 0;
  return [bill, 0.034 * rest, international, who.internationalPlan ? 0.004 : 0.02];
}

/** What an offer does: it multiplies the chances of turning and of leaving, for better or worse. */
export interface Response {
  /** 0 indifferent, 1 persuadable, 2 sleeping dog: an offer wakes the thought of leaving. */
  readonly kind: number;
  /** Factor on the chances of turning and of leaving while the offer lasts. */
  readonly factor: number;
  /** Chance that the offer is taken up. */
  readonly acceptance: number;
}

export const responseKinds: readonly string[] = ["indifferent", "persuadable", "sleeping dog"];

/** How the customer would respond to an offer of a lower price: bargain hunters gladly, the settled not at all. */
export function drawResponse(rng: Rng, who: Profile, tenureMonths: number): Response {
  const free = who.contract === monthToMonth ? 1 : 0;
  const automatic = who.payment < electronicCheck ? 1 : 0;
  const dear = who.monthlyCharge > 70 ? 1 : 0;
  const senior = who.age >= seniorAge ? 1 : 0;
  const persuadable = logistic(-1.6 + 1.1 * free + 0.6 * dear - 0.7 * senior + 0.4 * who.paperless);
  const dog =
    (1 - persuadable) * logistic(-2.4 + 0.9 * automatic + 0.8 * (1 - free) + (tenureMonths > 36 ? 0.6 : 0));
  const u = rng.uniform();
  const strength = rng.uniform();
  if (u < persuadable) return { kind: 1, factor: 0.25 + 0.3 * strength, acceptance: 0.7 };
  if (u < persuadable + dog) return { kind: 2, factor: 1.4 + 0.8 * strength, acceptance: 0.1 };
  return { kind: 0, factor: 1, acceptance: 0.35 };
}
