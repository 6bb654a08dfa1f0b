import { check, checkNumber } from "../../core/checks";
import { mean, sampleVariance } from "../../core/math/statistics";
import { matrix } from "../../core/matrix";
import { type Rng, seeded } from "../../core/rng";
import { wordList } from "../../data/infer/names";
import { kFold } from "../../data/split";
import { type Column, cellText, isCategorical, type Table } from "../../data/table";
import { chooseContacts, type Limits } from "../../evaluate/decision/choose-contacts";
import { chanceTaken, contactValue, type Offer, type Prospects } from "../../evaluate/decision/offer";
import { doublyRobustScores, type PolicyValue, policyValue } from "../../evaluate/uplift/policy-value";
import { logisticRegression } from "../../models/linear/logistic";
import { type Campaign, takeCampaign } from "../../models/uplift/campaign";
import { churnEffect } from "../../models/uplift/churn-effect";
import { numbersOf } from "../value/cell-values";
import { Faults, findColumn } from "../value/own-columns";
import { type Customers, prospectsFrom } from "./prospects";

/** A past campaign in which chance decided who was contacted: scores of before it, and what came of it. */
export interface PastCampaign extends Customers {
  /** 1 where the customer was contacted. */
  readonly treated: Float64Array;
  /** 1 where the customer left. */
  readonly left: Float64Array;
}

/** What a past campaign says of an offer and of the plan. */
export interface CampaignLesson {
  readonly customers: number;
  readonly contacted: number;
  /** The share of those who would leave whom the contact keeps, with its 95 % interval. */
  readonly acceptance: { readonly value: number; readonly low: number; readonly high: number };
  /**
   * What planning so would have brought on the past campaign's customers, a customer, over contacting nobody: each fold
   * planned by the share that the other folds show, and valued doubly robustly.
   */
  readonly tested: PolicyValue;
}

const folds = 5;
/** Fewer customers in either group, or fewer leavers, say nothing of an offer. */
const leastRows = 100;
const leastLeavers = 20;

/** A past campaign from a table: customers with churn and value as scored before it, who was contacted, and who left. */
export function pastCampaignFrom(
  table: Table,
  options: {
    readonly churn?: string;
    readonly value?: string;
    readonly customer?: string;
    readonly treated?: string;
    readonly left?: string;
  } = {},
): PastCampaign {
  const action = "read the past campaign";
  const find = (purpose: string, given: string | undefined, usual: readonly string[]): Column =>
    findColumn(table, { purpose, given, usual }, action);
  const contacted = find("contact", options.treated, ["contacted", "treated", "treatment", "offered"]);
  const outcome = find("leaving", options.left, ["left", "churned", "has left", "outcome"]);
  const known = prospectsFrom(table, options);
  const faults = new Faults(action);
  const flags = (column: Column): Float64Array => {
    const numbers = flagsOf(column);
    numbers.forEach((value, i) => {
      if (value !== 0 && value !== 1)
        faults.add(
          i,
          `${column.name} must be 0 or 1, no or yes (of several offers or groups, compare two at a time)`,
          cellText(column, i),
        );
    });
    return numbers;
  };
  const [treated, left] = [flags(contacted), flags(outcome)];
  faults.settle();
  return {
    ...known,
    treated,
    left,
    columns: { ...known.columns, contacted: contacted.name, left: outcome.name },
  };
}

const yes = wordList(
  "1, yes, y, true, t, treated, treatment, test, contacted, offered, left, churned, churn",
);
const no = wordList(
  "0, no, n, false, f, control, holdout, none, not contacted, untreated, stayed, retained, active",
);

function flagsOf(column: Column): Float64Array {
  if (!isCategorical(column)) return numbersOf(column).values;
  const flags = column.levels.map((level) => {
    const word = level.trim().toLowerCase();
    return yes.includes(word) ? 1 : no.includes(word) ? 0 : Number.NaN;
  });
  return Float64Array.from(column.codes, (code) => flags[code] ?? Number.NaN);
}

/** Throws where the contacted differ from the others by more than a lot would bring about, and by enough to matter. */
function checkByLot(of: Float64Array, treated: Float64Array, what: string, action: string): void {
  const [held, contacted] = [0, 1].map((group) => {
    const own = of.filter((_, i) => treated[i] === group);
    return { rows: own.length, mean: mean(own), variance: sampleVariance(own) };
  });
  const apart = contacted.mean - held.mean;
  const error = Math.sqrt(contacted.variance / contacted.rows + held.variance / held.rows);
  const spread = Math.sqrt((contacted.variance + held.variance) / 2);
  check(
    Math.abs(apart) <= Math.max(4 * error, 0.1 * spread),
    action,
    `who was contacted must have been drawn by lot, but their ${what} differ (without a lot, state the share with --acceptance)`,
    `${contacted.mean.toPrecision(3)} against ${held.mean.toPrecision(3)}`,
  );
}

/** What the campaign says of the offer, and of planning with it within limits for `next` customers. */
export async function learnFromCampaign(
  past: PastCampaign,
  offer: Offer,
  {
    limits = {},
    next = past.churn.length,
    rng = seeded(42).fork("past campaign"),
  }: { readonly limits?: Limits; readonly next?: number; readonly rng?: Rng } = {},
): Promise<CampaignLesson> {
  const action = "learn from the past campaign";
  const { treated, left, value } = past;
  const n = treated.length;
  const contacted = treated.reduce((sum, t) => sum + t, 0);
  const leavers = left.reduce((sum, y) => sum + y, 0);
  check(
    Math.min(contacted, n - contacted) >= leastRows,
    action,
    `at least ${leastRows} customers must have been contacted and ${leastRows} not`,
    `${contacted} and ${n - contacted}`,
  );
  check(leavers >= leastLeavers, action, `at least ${leastLeavers} customers must have left`, leavers);
  checkNumber(next, 1, Infinity, action, "next");
  const churn = Float64Array.from(past.churn);
  checkByLot(churn, treated, "chances to leave", action);
  checkByLot(Float64Array.from(value), treated, "values", action);
  const campaign: Campaign = {
    x: matrix(n, 1, churn, [{ name: "chance to leave" }]),
    treated,
    y: left.map((y) => 1 - y),
  };
  const learner = churnEffect({ outcome: logisticRegression(), folds });
  const share = (kappa: number): number => Math.max(0, Math.min(1, kappa));
  const { kappa, kappaError } = await learner(campaign, rng.fork("all"));
  const policy = new Uint8Array(n);
  const expected = [new Float64Array(n), new Float64Array(n)];
  const spent = (i: number, acceptance: number): number =>
    offer.contactCost + chanceTaken(past, i, { ...offer, acceptance }) * offer.offerCost;
  for (const [k, { train, test }] of kFold(n, folds, rng.fork("folds")).entries()) {
    const acceptance = share((await learner(takeCampaign(campaign, train), rng.fork(k))).kappa);
    const own: Prospects = {
      churn: Float64Array.from(test, (i) => churn[i]),
      value: Float64Array.from(test, (i) => value[i]),
      ...(past.alive ? { alive: Float64Array.from(test, (i) => past.alive?.[i] ?? 1) } : {}),
    };
    const { budget = Infinity, contacts = Infinity } = limits;
    const part = test.length / next;
    const { rows } = chooseContacts(contactValue(own, { ...offer, acceptance }), {
      ...(budget < Infinity ? { budget: budget * part } : {}),
      ...(contacts < Infinity ? { contacts: Math.round(contacts * part) } : {}),
    });
    for (const j of rows) policy[test[j]] = 1;
    for (const i of test) {
      expected[0][i] = (1 - churn[i]) * value[i];
      expected[1][i] = (1 - churn[i] * (1 - acceptance)) * value[i] - spent(i, acceptance);
    }
  }
  const rate = contacted / n;
  const scores = doublyRobustScores(
    {
      y: left.map((y, i) => (1 - y) * value[i] - treated[i] * spent(i, share(kappa))),
      action: treated,
      chances: [1 - rate, rate],
    },
    expected,
  );
  const reach = 1.959964 * kappaError;
  return {
    customers: n,
    contacted,
    acceptance: { value: kappa, low: kappa - reach, high: kappa + reach },
    tested: policyValue(scores, policy, new Uint8Array(n)),
  };
}
