import { check } from "../../core/checks";
import { encode } from "../../features/encode";
import { auto } from "../../models/auto";
import { autoNumbers } from "../../models/auto-numbers";
import { gradientBoosting } from "../../models/boosting";
import { randomForest } from "../../models/forest";
import { ridge } from "../../models/linear";
import { logisticRegression } from "../../models/logistic";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";

export type TargetKind = "classes" | "numbers";

/** A pipeline that may say how it came about, and predict its own training rows by models that did not see them. */
export interface JudgedPipeline extends Pipeline {
  readonly outOfFold?: Float64Array;
  /** Sentences for a reader. */
  readonly story?: readonly string[];
}
export type Learner = FitTable<JudgedPipeline>;

/** The learners that can be asked for by name, each behind the encoding that suits it; "auto" takes the best. */
const named: { readonly [name: string]: { readonly [kind in TargetKind]?: () => Learner } } = {
  auto: {
    classes: withoutChoices,
    numbers: numbersWithoutChoices,
  },
  logistic: { classes: () => pipeline({ encode: encode(), learner: logisticRegression() }) },
  linear: { numbers: () => pipeline({ encode: encode(), learner: ridge() }) },
  boosting: {
    classes: () => pipeline({ encode: codes(), learner: gradientBoosting() }),
    numbers: () => pipeline({ encode: codes(), learner: gradientBoosting({ loss: "squared" }) }),
  },
  forest: {
    classes: () => pipeline({ encode: codes(), learner: randomForest({ minRows: 3 }) }),
    numbers: () => pipeline({ encode: codes(), learner: randomForest({ criterion: "squared", minRows: 3 }) }),
  },
};

/** The names, for a target of classes or of numbers. */
export function learnerNames(kind: TargetKind): string[] {
  return Object.keys(named).filter((name) => named[name][kind]);
}

/** The learner called `name`; throws, listing the names, where there is none for this kind of target. */
export function learnerNamed(name: string, kind: TargetKind): Learner {
  const make = Object.hasOwn(named, name) ? named[name][kind] : undefined;
  check(
    make !== undefined,
    "train",
    `for ${kind} the model must be one of ${learnerNames(kind).join(", ")}`,
    name,
  );
  return make();
}

/** `auto`, with its story. */
function withoutChoices(): Learner {
  const learner = auto();
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { features, members, outOfFold } = made.report;
    const story = [...features.map((one) => one.sentence), mixture(members)];
    return { ...made, outOfFold, story };
  };
}

/** `autoNumbers`, with its story. */
function numbersWithoutChoices(): Learner {
  const learner = autoNumbers();
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { members, outOfFold } = made.report;
    return { ...made, outOfFold, story: [mixture(members)] };
  };
}

/** What a blend is made of, in a sentence. */
function mixture(members: readonly { readonly name: string; readonly weight: number }[]): string {
  const parts = members
    .filter((one) => one.weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map((one) => `${Math.round(100 * one.weight)} % ${one.name}`);
  return `The model is ${parts.join(", ")}.`;
}

function codes(): ReturnType<typeof encode> {
  return encode({ categories: "codes" });
}
