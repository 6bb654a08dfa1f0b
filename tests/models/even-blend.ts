import type { Fit } from "../../src/core/model";
import { type Blend, type BlendMember, blendOf } from "../../src/models/auto/blend";

/** A blend in which every learner counts the same. */
export function evenBlend(learners: Readonly<Record<string, Fit>>): Fit<Blend> {
  return async (train, rng, watch) => {
    const members: BlendMember[] = [];
    const all = Object.entries(learners);
    for (const [name, learner] of all)
      members.push({ name, weight: 1 / all.length, model: await learner(train, rng.fork(name), watch) });
    return blendOf(members);
  };
}
