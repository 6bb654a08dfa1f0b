import type { ModelCard } from "../card";
import { churnEffectFromJSON } from "./churn-effect";
import { effectModelFromJSON } from "./effect-model";
import { tLearnerFromJSON } from "./t-learner";
import { xLearnerFromJSON } from "./x-learner";

/** Models of effects; their learners take a campaign and not a target, so that no search or command asks by kind. */
export const upliftCards: readonly ModelCard[] = [
  { kind: "churn-effect", title: "Churn-scaled effect", fromJSON: churnEffectFromJSON },
  { kind: "r-learner", title: "R-learner", fromJSON: effectModelFromJSON },
  { kind: "t-learner", title: "T-learner", fromJSON: tLearnerFromJSON },
  { kind: "transformed-outcome", title: "Transformed outcome", fromJSON: effectModelFromJSON },
  { kind: "x-learner", title: "X-learner", fromJSON: xLearnerFromJSON },
];
