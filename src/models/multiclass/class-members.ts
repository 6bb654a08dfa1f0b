import type { Rng } from "../../core/rng";
import { learnerCard } from "../learner";
import { learnerNamed } from "../learner-names";
import { searchSpace } from "../search/random-search";
import { randomCandidates } from "../search/search-space";
import type { ClassLearner } from "./fit-classes";

/** A learner of several classes under the name that a report gives it. */
export interface ClassesMember {
  readonly name: string;
  readonly learner: ClassLearner;
  /** What is fitted to all rows, where less of it was enough to compare. */
  readonly whole?: ClassLearner;
}

/** What a blend of several classes may be made of, by the learner's kind. */
export const classGroups = {
  "logistic-regression": [
    { name: "logistic regression", learner: { kind: "logistic-regression" } },
    { name: "logistic regression, shrunken", learner: { kind: "logistic-regression", options: { C: 0.01 } } },
  ],
  "gradient-boosting": [
    ...([30, 100, 300] as const).map(
      (trees): ClassesMember => ({
        name: `boosted trees of 4 leaves, ${trees} rounds`,
        learner: { kind: "gradient-boosting", options: { leaves: 4, trees } },
      }),
    ),
    {
      name: "boosted trees of 16 leaves, 60 rounds",
      learner: { kind: "gradient-boosting", options: { leaves: 16, trees: 60 } },
    },
  ],
  "random-forest": [
    {
      name: "random forest",
      learner: { kind: "random-forest", options: { trees: 150, minRows: 5, maxFeatures: 0.5, bins: 255 } },
    },
  ],
} as const satisfies Readonly<Record<string, readonly ClassesMember[]>>;

/** The learner of several classes that is asked for by name; throws, listing the names, where there is none. */
export function classLearnerNamed(name: string): ClassLearner {
  const { kind, targets } = learnerNamed(name, "classes");
  return { kind, options: targets.classes } as ClassLearner;
}

/**
 * So many random settings of a learner, those of its options that are given held: what a search compares. Multinomial
 * logistic regression varies its penalty's strength alone.
 */
export function searchedMembers(learner: ClassLearner, candidates: number, rng: Rng): ClassesMember[] {
  const { kind, options = {} } = learner;
  const card = learnerCard(kind);
  const open = card.search as Readonly<Record<string, unknown>>;
  const held = Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(open, name)));
  const meanwhile = card.whileSearching?.(held) ?? {};
  const space = searchSpace(kind, { ...held, ...meanwhile });
  const { C } = space.vary;
  const vary = kind === "logistic-regression" ? { C } : space.vary;
  return randomCandidates({ ...space, vary }, candidates, rng).map((spec): ClassesMember => {
    const found = spec as ClassLearner;
    const chosen = Object.entries(spec.options ?? {}).filter(([name]) => Object.hasOwn(vary, name));
    const name = chosen.map(([option, value]) => `${option} ${shown(value)}`).join(", ");
    const whole = { ...spec.options } as Record<string, unknown>;
    for (const one of Object.keys(meanwhile)) whole[one] = (held as Record<string, unknown>)[one];
    return { name, learner: found, whole: { kind, options: whole } as ClassLearner };
  });
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(3))) : JSON.stringify(value);
}
