import { blendCard } from "./auto/blend-card";
import { boostingCard } from "./boosting/card";
import { calibratedCard } from "./calibrate/card";
import type { LearnerCard, ModelCard } from "./card";
import { hurdleCard, renewalCard, zilnCard } from "./clv/cards";
import { derivedCard } from "./discovery/card";
import { extraTreesCard, randomForestCard } from "./forest/cards";
import { elasticNetCard, lassoCard, linearRegressionCard, logisticCard, ridgeCard } from "./linear/cards";
import { multiclassCard } from "./multiclass/card";
import { networkCard } from "./network/card";
import { splineCard } from "./spline/card";
import { survivalCards } from "./survival/cards";
import { upliftCards } from "./uplift/cards";

/**
 * Every learner of matrices, one line each: the loader, searches, `train --model`, explanations, exports, the
 * conformance suite and the option reference all come from here.
 */
export const learnerCards = [
  logisticCard,
  splineCard,
  linearRegressionCard,
  ridgeCard,
  lassoCard,
  elasticNetCard,
  randomForestCard,
  extraTreesCard,
  boostingCard,
  networkCard,
  zilnCard,
] as const;

/** Further kinds of model, made of other models or by learners that take more than a target. */
const otherCards: readonly ModelCard[] = [
  blendCard,
  calibratedCard,
  derivedCard,
  hurdleCard,
  renewalCard,
  multiclassCard,
  ...survivalCards,
  ...upliftCards,
];

/** The learners' cards without the types of their options. */
export function allLearners(): readonly LearnerCard<string, object>[] {
  return learnerCards as readonly LearnerCard<string, object>[];
}

/** Every card. */
export function allCards(): readonly ModelCard[] {
  return [...allLearners(), ...otherCards];
}

/** The card of a model's kind, or of what the kind was called in files of earlier versions. */
export function cardOf(kind: unknown): ModelCard | undefined {
  const all = allCards();
  return (
    all.find((card) => card.kind === kind) ??
    all.find((card) => typeof kind === "string" && card.formerKinds?.includes(kind))
  );
}
