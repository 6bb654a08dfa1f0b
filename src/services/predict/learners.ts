import { check } from "../../core/checks";
import { scorerNamed } from "../../evaluate/scorers";
import { encode } from "../../features/encode";
import { auto } from "../../models/auto/auto";
import { memberGroups, membersOf, numberGroups } from "../../models/auto/auto-members";
import { autoNumbers } from "../../models/auto/auto-numbers";
import { gradientBoosting } from "../../models/boosting/boosting";
import { randomForest } from "../../models/forest/forest";
import { ridge } from "../../models/linear/linear";
import { logisticRegression } from "../../models/linear/logistic";
import { type Network, network } from "../../models/network/network";
import { searchedNetwork } from "../../models/network/network-search";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";

export type TargetKind = "classes" | "numbers";

/** A pipeline that may say how it came about, and predict its own training rows by models that did not see them. */
export interface JudgedPipeline extends Pipeline {
  readonly outOfFold?: Float64Array;
  /** Sentences for a reader. */
  readonly story?: readonly string[];
}
export type Learner = FitTable<JudgedPipeline>;

/** What some learners take beside their name. */
export interface LearnerChoices {
  /** With "network": how many nets of random width, depth, dropout and rate to compare by cross-validation. */
  readonly search?: number;
  /** With "auto": the groups of learners to blend, of `memberGroups` for classes and `numberGroups` for numbers. */
  readonly members?: readonly string[];
}

/** The learners that can be asked for by name, each behind the encoding that suits it; "auto" takes the best. */
const named: {
  readonly [name: string]: { readonly [kind in TargetKind]?: (choices: LearnerChoices) => Learner };
} = {
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
  network: {
    classes: ({ search }) => net("classification", search),
    numbers: ({ search }) => net("regression", search),
  },
};

/** The names, for a target of classes or of numbers. */
export function learnerNames(kind: TargetKind): string[] {
  return Object.keys(named).filter((name) => named[name][kind]);
}

/** The learner called `name`; throws, listing the names, where there is none for this kind of target. */
export function learnerNamed(name: string, kind: TargetKind, choices: LearnerChoices = {}): Learner {
  const make = Object.hasOwn(named, name) ? named[name][kind] : undefined;
  check(
    make !== undefined,
    "train",
    `for ${kind} the model must be one of ${learnerNames(kind).join(", ")}`,
    name,
  );
  check(choices.search === undefined || name === "network", "train", "only network is searched for", name);
  check(choices.members === undefined || name === "auto", "train", "only auto has members", name);
  return make(choices);
}

/** `auto`, with its story. */
function withoutChoices({ members: groups }: LearnerChoices): Learner {
  const learner = auto(groups ? { members: membersOf(memberGroups, groups) } : {});
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { features, members, outOfFold } = made.report;
    const story = [...features.map((one) => one.sentence), mixture(members)];
    return { ...made, outOfFold, story };
  };
}

/** `autoNumbers`, with its story. */
function numbersWithoutChoices({ members: groups }: LearnerChoices): Learner {
  const learner = autoNumbers(groups ? { members: membersOf(numberGroups, groups) } : {});
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { members, outOfFold } = made.report;
    return { ...made, outOfFold, story: [mixture(members)] };
  };
}

/** A net, or the best of some, with its story. */
function net(task: "classification" | "regression", search: number | undefined): Learner {
  const learner =
    search === undefined
      ? network({ task })
      : searchedNetwork({
          candidates: search,
          scorer: scorerNamed(task === "classification" ? "logLoss" : "rootMeanSquaredError"),
          options: { task },
        });
  const fit = pipeline<Network>({ encode: codes(), learner });
  return async (table, y, rng, watch) => {
    const made = await fit(table, y, rng, watch);
    const { shape, training } = made.model;
    const layers = `${shape.hidden.join("-")} units`;
    const found = search === undefined ? "" : `, the best of ${search}`;
    return {
      ...made,
      story: [
        `The model is ${shape.members} nets of ${layers}${found}, trained in ${training.epochs} epochs at a rate of ${Number(training.rate.toPrecision(2))} on ${training.backend}.`,
      ],
    };
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
