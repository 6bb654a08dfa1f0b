import { joinColumns, type Matrix, matrix, takeRows, takeValues } from "../../core/matrix";
import type { Fit, Progress } from "../../core/model";
import type { Rng } from "../../core/rng";
import { kFold } from "../../data/split";
import type { Offer } from "../../evaluate/decision/offer";
import { doublyRobustScores } from "../../evaluate/uplift/policy-value";
import { gradientBoosting } from "../../models/boosting/boosting";
import { ridge } from "../../models/linear/linear";
import { logisticRegression } from "../../models/linear/logistic";
import { type FitUplift, takeCampaign } from "../../models/uplift/campaign";
import { type ChurnEffectModel, churnEffect } from "../../models/uplift/churn-effect";
import { rLearner } from "../../models/uplift/r-learner";
import { type TLearnerModel, tLearner } from "../../models/uplift/t-learner";
import { transformedOutcome } from "../../models/uplift/transformed-outcome";
import { xLearner } from "../../models/uplift/x-learner";
import type { CampaignHalf, RetentionData } from "./campaign";

/**
 * Months of the coming year at stake with a customer whose chance to leave within the half year is `churn`: who leaves
 * does so about its middle, and who is kept is as likely to leave in the half year after.
 */
function monthsAtStake(churn: number): number {
  return 2.5 + 6 * (1 - churn / 2);
}

/** The learner whose effects are a share of the chance to leave and to take the offer. */
export const scaled = "Share of leavers who take";
const reachColumn = "chance to leave and to take";

/** What is believed of customers: of the past ones out of fold, so that decisions on them can be judged. */
export interface Beliefs {
  readonly churn: Float64Array;
  readonly value: Float64Array;
  readonly taken: Float64Array;
  /** By learner, in the order of trying. */
  readonly effects: ReadonlyMap<string, Float64Array>;
}

export interface Learned {
  readonly past: Beliefs;
  readonly next: Beliefs;
  /** The past campaign's doubly robust scores, in money: left alone, and offered. */
  readonly scores: readonly Float64Array[];
  /** Of those who would leave and take the offer, the share whom it keeps, as the past campaign shows it. */
  readonly kappa: { readonly value: number; readonly standardError: number };
  /** The matrices that effects are learned and predicted from: all columns and the chance to leave. */
  readonly pastX: Matrix;
  readonly nextX: Matrix;
  readonly milliseconds: ReadonlyMap<string, number>;
}

/** Learns chances, effects and their judges from the past campaign, and applies them to the next customers. */
export async function learnEffects(
  { past, next }: RetentionData,
  offer: Offer,
  rng: Rng,
  progress?: (step: Progress) => void,
): Promise<Learned> {
  const chance = boosted("logistic");
  const [churn, taken] = await Promise.all([
    bothWays({ past, next }, 0, (half) => half.y.map((stayed) => 1 - stayed), chance, rng.fork("churn")),
    bothWays({ past, next }, 1, (half) => half.accepted, logisticRegression({ C: 0.1 }), rng.fork("taken")),
  ]);
  // Only who would leave and takes the offer is kept by it.
  const reach = (of: "past" | "next"): Float64Array => churn[of].map((p, i) => p * taken[of][i]);
  const seen = (x: Matrix, of: "past" | "next"): Matrix =>
    withColumn(withColumn(x, "chance to leave", churn[of]), reachColumn, reach(of));
  const [pastX, nextX] = [seen(past.x, "past"), seen(next.x, "next")];
  const known = { ...past, x: pastX };
  const folds = kFold(past.y.length, 3, rng.fork("effects"));
  const learners = learnersOf(chance);
  const effects = { past: new Map<string, Float64Array>(), next: new Map<string, Float64Array>() };
  const milliseconds = new Map<string, number>();
  const stays = [new Float64Array(past.y.length), new Float64Array(past.y.length)];
  let kappa = { value: 0, standardError: 0 };
  for (const [name, learner] of Object.entries(learners)) {
    const own = new Float64Array(past.y.length);
    for (const [k, { train, test }] of folds.entries()) {
      const model = await learner(takeCampaign(known, train), rng.fork(name).fork(k));
      const x = takeRows(pastX, test);
      model.predict(x).forEach((effect, j) => {
        own[test[j]] = effect;
      });
      if (model.kind !== "t-learner") continue;
      const both = (model as TLearnerModel).outcomes(x);
      test.forEach((i, j) => {
        stays[0][i] = both.control[j];
        stays[1][i] = both.treated[j];
      });
    }
    const start = performance.now();
    const model = await learner(known, rng.fork(name));
    milliseconds.set(name, performance.now() - start);
    if (model.kind === "churn-effect") {
      const { kappa: value, kappaError: standardError } = model as ChurnEffectModel;
      kappa = { value, standardError };
    }
    effects.past.set(name, own);
    effects.next.set(name, model.predict(nextX));
    progress?.({ phase: name, done: effects.next.size, total: Object.keys(learners).length + 2 });
  }
  const pastValue = past.margin.map((m, i) => m * monthsAtStake(churn.past[i]));
  const nextValue = next.margin.map((m, i) => m * monthsAtStake(churn.next[i]));
  const spent = (share: number): number => offer.contactCost + share * offer.offerCost;
  const scores = doublyRobustScores(
    {
      y: past.y.map((stayed, i) => stayed * pastValue[i] - past.treated[i] * spent(past.accepted[i])),
      action: past.treated,
      chances: [0.5, 0.5],
    },
    [
      stays[0].map((p, i) => p * pastValue[i]),
      stays[1].map((p, i) => p * pastValue[i] - spent(taken.past[i])),
    ],
  );
  return {
    past: { churn: churn.past, value: pastValue, taken: taken.past, effects: effects.past },
    next: { churn: churn.next, value: nextValue, taken: taken.next, effects: effects.next },
    scores,
    kappa,
    pastX,
    nextX,
    milliseconds,
  };
}

/** The learners of effects, the simplest first. */
function learnersOf(chance: Fit): Readonly<Record<string, FitUplift>> {
  return {
    [scaled]: churnEffect({ outcome: chance, churn: reachColumn, folds: 3 }),
    "T-learner": tLearner({ outcome: chance }),
    "X-learner": xLearner({ outcome: chance, effect: boosted("squared") }),
    "R-learner": rLearner({ outcome: chance, effect: ridge({ alpha: 20 }), folds: 3 }),
    "Transformed outcome": transformedOutcome({ effect: boosted("squared") }),
  };
}

/**
 * What is learned in one arm of the past campaign: of its own customers by models that did not see them, of the next by
 * a model of all.
 */
async function bothWays(
  { past, next }: { readonly past: CampaignHalf; readonly next: CampaignHalf },
  arm: 0 | 1,
  target: (half: CampaignHalf) => Float64Array,
  learner: Fit,
  rng: Rng,
): Promise<{ readonly past: Float64Array; readonly next: Float64Array }> {
  const y = target(past);
  const held = Int32Array.from(past.treated.keys()).filter((i) => past.treated[i] === arm);
  const fitOn = (rows: Int32Array, label: string): ReturnType<Fit> =>
    learner({ x: takeRows(past.x, rows), y: takeValues(y, rows) }, rng.fork(label));
  const own = new Float64Array(y.length);
  for (const [k, { test }] of kFold(y.length, 4, rng.fork("folds")).entries()) {
    const out = new Set(test);
    const model = await fitOn(
      held.filter((i) => !out.has(i)),
      `fold ${k}`,
    );
    model.predict(takeRows(past.x, test)).forEach((p, j) => {
      own[test[j]] = p;
    });
  }
  return { past: own, next: (await fitOn(held, "all")).predict(next.x) };
}

function withColumn(x: Matrix, name: string, values: Float64Array): Matrix {
  return joinColumns(x, matrix(x.rows, 1, values, [{ name }]));
}

export function boosted(loss: "logistic" | "squared"): Fit {
  return gradientBoosting({ loss, trees: 100, learnRate: 0.06, leaves: 6, minRows: 150, l2: 10 });
}
