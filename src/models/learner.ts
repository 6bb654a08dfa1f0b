import { check } from "../core/checks";
import type { Fit } from "../core/model";
import type { LearnerCard } from "./card";
import { allLearners, type learnerCards } from "./registry";

export type Cards = (typeof learnerCards)[number];

/** The name of a learner: the same in JSON, for threads, at the command line and as its models' `kind`. */
export type LearnerKind = Cards["kind"];

/** Each learner's options, by its kind. */
export type LearnerOptions = {
  readonly [K in LearnerKind]: Extract<Cards, { readonly kind: K }> extends LearnerCard<K, infer O>
    ? O
    : never;
};

/** The model that each learner makes, by its kind. */
export type LearnerModels = {
  readonly [K in LearnerKind]: Extract<Cards, { readonly kind: K }> extends LearnerCard<K, infer _O, infer M>
    ? M
    : never;
};

/** A learner as data. */
export interface LearnerSpec<K extends LearnerKind = LearnerKind> {
  readonly kind: K;
  readonly options?: LearnerOptions[K];
}

/** The learner that a spec describes; throws on an unknown kind and on what the learner says of its options. */
export function learnerFrom<K extends LearnerKind>(spec: LearnerSpec<K>): Fit<LearnerModels[K]> {
  return learnerCard(spec.kind).fit(spec.options ?? {}) as Fit<LearnerModels[K]>;
}

/** The card of a kind of learner; throws, listing the kinds, where there is none. */
export function learnerCard(kind: string): LearnerCard<string, object> {
  const all = allLearners();
  const card = all.find((card) => card.kind === kind);
  const kinds = all.map((card) => card.kind).join(", ");
  check(card !== undefined, "make learner", `kind must be one of ${kinds}`, kind);
  return card;
}
