import { normalQuantile } from "../../core/math/normal-distribution";
import { type Matrix, takeRows, takeValues } from "../../core/matrix";
import type { Fit, Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { type LoadOptions, loadSource } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import { savedFigures } from "../../data/sources/table-results";
import { kFold } from "../../data/split";
import { columnNamed, dropColumns, isCategorical, type Table } from "../../data/table";
import type { Interval } from "../../evaluate/bootstrap";
import { descending } from "../../evaluate/ranking";
import { doublyRobustScores, type PolicyValue, policyValue } from "../../evaluate/uplift/policy-value";
import { qiniScore } from "../../evaluate/uplift/scores";
import { bootstrapRows } from "../../evaluate/value/bootstrap-rows";
import { encode } from "../../features/encode";
import { ridge } from "../../models/linear/linear";
import { logisticRegression } from "../../models/linear/logistic";
import { type Campaign, type FitUplift, takeCampaign } from "../../models/uplift/campaign";
import { rLearner } from "../../models/uplift/r-learner";
import { tLearner } from "../../models/uplift/t-learner";
import { xLearner } from "../../models/uplift/x-learner";
import { isMissing, type Missing, orMissing } from "../missing";
import { boosted } from "./effects";

/** The customers of Hillstrom's campaign: who got which e-mail by lot, and what came of it in two weeks. */
export interface MailingData {
  readonly x: Matrix;
  /** 0 none, 1 men's, 2 women's e-mail. */
  readonly action: Float64Array;
  readonly visit: Float64Array;
  readonly spend: Float64Array;
  readonly sources: readonly SourceInfo[];
}

/** The e-mails, by action. */
export const mails: readonly string[] = ["No e-mail", "Men's e-mail", "Women's e-mail"];

/** What is known of an action: who got it, and what they did. */
export interface Arm {
  readonly name: string;
  readonly customers: number;
  readonly visits: number;
  readonly spend: number;
  readonly standardError: number;
}

/** A way to say who gets which e-mail, and what that brings a customer over the better e-mail to everybody, in dollars. */
export interface MailingPolicy {
  readonly name: string;
  /** Doubly robust, on customers of whom nothing in the policy was learned or chosen. */
  readonly judged: PolicyValue;
  /** Share of customers with each action. */
  readonly shares: readonly number[];
}

/** A learner of whom the women's e-mail brings to visit, on customers it did not learn from. */
export interface MailingLearner {
  readonly name: string;
  readonly validated: number;
  readonly qini: Interval;
}

export interface MailingStudy {
  readonly arms: readonly Arm[];
  readonly policies: readonly MailingPolicy[];
  /** The policy that validation chose in each fold. */
  readonly chosen: readonly string[];
  /** The better e-mail to the half of customers with the highest foretold effect, over a random half, a customer. */
  readonly half: PolicyValue;
  readonly learners: readonly MailingLearner[];
  readonly chosenLearner: string;
  readonly peers: MailingPeers;
}

/** Figures of Python's libraries on the same rows. */
export interface MailingPeers {
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: { readonly teach: number; readonly judge: number };
  readonly peers: readonly { readonly library: string; readonly name: string; readonly qini: number }[];
}

/** Hillstrom's campaign, where it is. */
export function mailingData(options: LoadOptions = {}): Promise<MailingData | Missing> {
  return orMissing(["hillstrom"], options, async () => {
    const { table, source } = await loadSource("hillstrom", { ...options, simulate: false });
    return { ...mailingFrom(table), sources: [source] };
  });
}

/** The campaign of a table with Hillstrom's columns. */
export function mailingFrom(table: Table): Omit<MailingData, "sources"> {
  const numbers = (name: string): Float64Array => {
    const one = columnNamed(table, name);
    if (isCategorical(one))
      return Float64Array.from(one.codes, (code) =>
        Number(one.levels[code] === "1" || one.levels[code] === "Yes"),
      );
    if (one.type !== "numeric")
      throw new TypeError(`Cannot read the campaign: ${name} must be numeric, got ${one.type}`);
    return one.values;
  };
  const treatment = columnNamed(table, "treatment");
  if (!isCategorical(treatment))
    throw new TypeError("Cannot read the campaign: treatment must be categorical");
  const actions = treatment.levels.map((level) =>
    level.startsWith("Mens") ? 1 : level.startsWith("Womens") ? 2 : 0,
  );
  // The segment repeats the history's amount.
  const known = dropColumns(table, ["history_segment", "treatment", "conversion", "visit", "spend"]);
  return {
    x: encode()(known).transform(known),
    action: Float64Array.from(treatment.codes, (code) => actions[code]),
    visit: numbers("visit"),
    spend: numbers("spend"),
  };
}

export interface MailingOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** Bootstrap samples behind each Qini's interval. @default 40 */
  readonly samples?: number;
  readonly progress?: (step: Progress) => void;
}

/**
 * Who should get which e-mail. Policies of spending are valued by cross-fitted doubly robust scores, so that the lot of the
 * campaign stands in for trying them out; learners of visits are judged on the rows of odd place, as their peers are.
 */
export async function mailingStudy(
  data: MailingData | Missing,
  options: MailingOptions = {},
): Promise<MailingStudy | Missing> {
  if (isMissing(data)) return data;
  const { seed = 42, samples = 40, progress } = options;
  const rng = seeded(seed).fork("mailing");
  const n = data.action.length;
  const every = (rest: number): Int32Array =>
    Int32Array.from({ length: Math.floor((n - rest + 1) / 2) }, (_, k) => 2 * k + rest);
  const [teach, judge] = [every(0), every(1)];
  const learners = await visitLearners(data, { teach, judge }, { samples, progress }, rng.fork("visits"));
  const { policies, chosen, half } = await spendPolicies(data, rng.fork("spend"));
  return {
    arms: mails.map((name, a) => armOf(data, name, a)),
    policies,
    chosen,
    half,
    learners,
    chosenLearner: learners.reduce((a, b) => (b.validated > a.validated ? b : a)).name,
    peers: savedFigures<MailingPeers>("hillstrom"),
  };
}

function armOf({ action, visit, spend }: MailingData, name: string, arm: number): Arm {
  const rows = Int32Array.from(action.keys()).filter((i) => action[i] === arm);
  const mean = (of: Float64Array): number => rows.reduce((sum, i) => sum + of[i], 0) / rows.length;
  const average = mean(spend);
  const squares = rows.reduce((sum, i) => sum + (spend[i] - average) ** 2, 0);
  return {
    name,
    customers: rows.length,
    visits: mean(visit),
    spend: average,
    standardError: Math.sqrt(squares / (rows.length - 1) / rows.length),
  };
}

async function visitLearners(
  { x, action, visit }: MailingData,
  { teach, judge }: { readonly teach: Int32Array; readonly judge: Int32Array },
  { samples, progress }: Pick<MailingOptions, "samples" | "progress">,
  rng: Rng,
): Promise<MailingLearner[]> {
  const some = (rows: Int32Array): Campaign => {
    const kept = rows.filter((i) => action[i] !== 1);
    return {
      x: takeRows(x, kept),
      y: takeValues(visit, kept),
      treated: takeValues(action, kept).map((a) => (a === 2 ? 1 : 0)),
      propensity: 0.5,
    };
  };
  const [known, judging] = [some(teach), some(judge)];
  const chance = boosted("logistic");
  const learners: Readonly<Record<string, FitUplift>> = {
    "T-learner, logistic regression": tLearner({ outcome: logisticRegression() }),
    "T-learner, boosting": tLearner({ outcome: chance }),
    "X-learner, boosting": xLearner({ outcome: chance, effect: boosted("squared") }),
    "R-learner, boosting": rLearner({ outcome: chance, effect: boosted("squared"), folds: 3 }),
  };
  const splits = kFold(known.y.length, 2, rng.fork("folds"));
  const out: MailingLearner[] = [];
  for (const [name, learner] of Object.entries(learners)) {
    const own = new Float64Array(known.y.length);
    for (const [k, { train, test }] of splits.entries())
      (await learner(takeCampaign(known, train), rng.fork(name).fork(k)))
        .predict(takeRows(known.x, test))
        .forEach((e, j) => {
          own[test[j]] = e;
        });
    const effect = (await learner(known, rng.fork(name))).predict(judging.x);
    const { qini } = bootstrapRows(
      effect.length,
      (rows) => ({
        qini: qiniScore(
          { y: takeValues(judging.y, rows), treated: takeValues(judging.treated, rows) },
          takeValues(effect, rows),
        ),
      }),
      rng.fork("bootstrap"),
      { samples },
    );
    out.push({ name, validated: qiniScore(known, own), qini });
    progress?.({ phase: name, done: out.length, total: Object.keys(learners).length });
  }
  return out;
}

/** How policies are found: forecasts of spending, the simplest first. */
const forecasters: Readonly<Record<string, Fit>> = {
  "Better e-mail by a linear forecast": ridge({ alpha: 3000 }),
  "Better e-mail by boosting": boosted("squared"),
};

/** The policies that forecasts make, the simplest first. */
export const forecasts: readonly string[] = Object.keys(forecasters);

/** Each row's policies and scores, all by models of the rows of other folds. */
interface Decided {
  readonly scores: readonly Float64Array[];
  readonly policies: ReadonlyMap<string, Uint8Array>;
}

/** Forecasts of each row's spending by action, and what the forecasters would do. */
async function decide(
  { x, action, spend }: MailingData,
  from: Int32Array,
  to: Int32Array,
  rng: Rng,
): Promise<{
  readonly expected: readonly Float64Array[];
  readonly policies: ReadonlyMap<string, Uint8Array>;
}> {
  const policies = new Map<string, Uint8Array>();
  mails.forEach((name, a) => {
    policies.set(`${name} to everybody`, new Uint8Array(to.length).fill(a));
  });
  let expected: readonly Float64Array[] | undefined;
  const rows = takeRows(x, to);
  for (const [name, learner] of Object.entries(forecasters)) {
    const forecast: Float64Array[] = [];
    for (const a of mails.keys()) {
      const own = from.filter((i) => action[i] === a);
      const model = await learner({ x: takeRows(x, own), y: takeValues(spend, own) }, rng.fork(name).fork(a));
      forecast.push(model.predict(rows));
    }
    expected ??= forecast;
    policies.set(
      name,
      Uint8Array.from(to, (_, i) =>
        forecast.reduce((high, one, a) => (one[i] > forecast[high][i] ? a : high), 0),
      ),
    );
  }
  return { expected: expected as readonly Float64Array[], policies };
}

/** Policies of the rows in `among`, each row's by models of the other folds. */
async function crossFitted(
  data: MailingData,
  among: Int32Array,
  folds: number,
  rng: Rng,
  each: (fold: {
    readonly from: Int32Array;
    readonly test: Int32Array;
    readonly expected: readonly Float64Array[];
    readonly policies: ReadonlyMap<string, Uint8Array>;
  }) => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<Decided> {
  const expected = mails.map(() => new Float64Array(among.length));
  const policies = new Map<string, Uint8Array>();
  for (const [k, { train, test }] of kFold(among.length, folds, rng.fork("folds")).entries()) {
    const from = train.map((j) => among[j]);
    const found = await decide(
      data,
      from,
      test.map((j) => among[j]),
      rng.fork(k),
    );
    found.expected.forEach((one, a) => {
      one.forEach((v, j) => {
        expected[a][test[j]] = v;
      });
    });
    for (const [name, actions] of await each({ from, test, ...found })) {
      const own = policies.get(name) ?? new Uint8Array(among.length);
      actions.forEach((a, j) => {
        own[test[j]] = a;
      });
      policies.set(name, own);
    }
  }
  const outcomes = {
    y: takeValues(data.spend, among),
    action: takeValues(data.action, among),
    chances: mails.map(() => 1 / mails.length),
  };
  return { scores: doublyRobustScores(outcomes, expected), policies };
}

export const single = "The better e-mail to everybody";
export const validated = "What validation chooses";

/**
 * Policies of spending, each row's by models of other rows, which also chose the better single e-mail and the policy that
 * validation prefers: the first that is not told from the best.
 */
async function spendPolicies(
  data: MailingData,
  rng: Rng,
): Promise<{
  readonly policies: MailingPolicy[];
  readonly chosen: readonly string[];
  readonly half: PolicyValue;
}> {
  const all = Int32Array.from(data.action.keys());
  const chosen: string[] = [];
  const first = new Float64Array(all.length);
  const { scores, policies } = await crossFitted(
    data,
    all,
    4,
    rng,
    async ({ from, test, expected, policies: found }) => {
      const inner = await crossFitted(data, from, 2, rng.fork("inner"), async (fold) => fold.policies);
      const names = [...inner.policies.keys()];
      const policy = (name: string): Uint8Array => inner.policies.get(name) as Uint8Array;
      const value = (name: string): number => policyValue(inner.scores, policy(name)).value;
      const better = (a: string, b: string): string => (value(b) > value(a) ? b : a);
      const everybody = names.filter((name) => !Object.hasOwn(forecasters, name)).reduce(better);
      const best = names.reduce(better);
      const sure = normalQuantile(1 - 0.05 / names.length);
      const close = [everybody, ...Object.keys(forecasters)].find((name) => {
        const less = policyValue(inner.scores, policy(best), policy(name));
        return less.value <= sure * less.standardError;
      });
      chosen.push(close ?? best);
      const mail = mails.findIndex((name) => everybody.startsWith(name));
      const effect = expected[mail].map((v, i) => v - expected[0][i]);
      for (const k of descending(effect).subarray(0, Math.floor(test.length / 2))) first[test[k]] = 1;
      const own = (name: string): Uint8Array => found.get(name) as Uint8Array;
      return new Map([...found, [single, own(everybody)], [validated, own(close ?? best)]]);
    },
  );
  const reference = policies.get(single) as Uint8Array;
  // A random half brings half of the mean effect: each row's score less half of what the e-mail does to it.
  const gains = first.map((f, i) => (f - 0.5) * (scores[reference[i]][i] - scores[0][i]));
  const none = new Float64Array(gains.length);
  return {
    policies: Array.from(policies, ([name, actions]) => ({
      name,
      judged: policyValue(scores, actions, reference),
      shares: mails.map(
        (_, a) => actions.reduce((sum, action) => sum + (action === a ? 1 : 0), 0) / actions.length,
      ),
    })),
    chosen,
    half: policyValue([none, gains], new Uint8Array(gains.length).fill(1)),
  };
}
