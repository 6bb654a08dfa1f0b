import type { ModelCard } from "../card";
import { acceleratedFailureTimeFromJSON } from "./accelerated-failure-time";
import { coxFromJSON } from "./cox-model";
import { discreteHazardFromJSON } from "./discrete-hazard";
import { fineGrayFromJSON } from "./fine-gray";
import { survivalForestFromJSON } from "./survival-forest-model";

/** Models of lifetimes; their learners take lifetimes and not a target, so that no search or command asks by kind. */
export const survivalCards: readonly ModelCard[] = [
  {
    kind: "accelerated-failure-time",
    title: "Accelerated failure time",
    fromJSON: acceleratedFailureTimeFromJSON,
  },
  { kind: "cox", title: "Cox's proportional hazards", fromJSON: coxFromJSON },
  { kind: "discrete-hazard", title: "Discrete-time hazard", fromJSON: discreteHazardFromJSON },
  { kind: "fine-gray", title: "Fine and Gray's competing risks", fromJSON: fineGrayFromJSON },
  { kind: "survival-forest", title: "Random survival forest", fromJSON: survivalForestFromJSON },
];
