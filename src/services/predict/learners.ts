import { check, checkOneOf } from "../../core/checks";
import { count, percent } from "../../core/format";
import type { Fit, Model } from "../../core/model";
import { scorerNamed } from "../../evaluate/scorers";
import { encode, everyColumn } from "../../features/encode";
import { type AutoOptions, auto } from "../../models/auto/auto";
import { memberGroups, membersOf, numberGroups } from "../../models/auto/auto-members";
import { autoNumbers } from "../../models/auto/auto-numbers";
import { type CalibratedModel, calibratedPipeline } from "../../models/calibrate/calibrate";
import type { CalibrationMethod } from "../../models/calibrate/calibrator";
import type { ClassWeights } from "../../models/class-weights";
import { leastRows } from "../../models/discovery/discover";
import type { LearnerKind } from "../../models/learner";
import { learnerNamed } from "../../models/learner-names";
import type { Network } from "../../models/network/network";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";
import { allLearners } from "../../models/registry";
import { randomSearch } from "../../models/search/random-search";

/** A pipeline that may say how it came about, and bring predictions of its training rows that it may be judged by. */
export interface JudgedPipeline extends Pipeline {
  readonly heldOut?: HeldOutPredictions;
  /** Sentences for a reader. */
  readonly story?: readonly string[];
}
export type Learner = FitTable<JudgedPipeline>;

/** Predictions of rows by models that neither saw them nor were chosen by them. */
export interface HeldOutPredictions {
  readonly predictions: Float64Array;
  /** The rows of each fold. */
  readonly folds: readonly Int32Array[];
  /** What was chosen without the fold that is predicted, in words; absent: there was nothing to choose. */
  readonly chosen?: string;
}

/** What some learners take beside their name. */
export interface LearnerChoices {
  /** How many settings of random options to compare by cross-validation; not with "auto". */
  readonly search?: number;
  /** With "auto": the groups of learners to blend, of `memberGroups` for classes and `numberGroups` for numbers. */
  readonly members?: readonly string[];
  /** What rows of class 0 and of class 1 count; not with "auto". */
  readonly classWeights?: ClassWeights;
  /** With "auto": the folds by which it chooses and is judged; defaults to its own. */
  readonly folds?: number;
  /** How probabilities of two classes are corrected; not with "auto". */
  readonly calibrate?: string;
}

/**
 * The learner of tables asked for by name: "auto", or a kind of the registry (or an alias of one) behind the encoding
 * that suits it. Throws, listing the names, where there is none for this kind of target.
 */
export function tableLearner(
  name: string,
  target: "classes" | "numbers",
  { search, members, classWeights, calibrate, folds }: LearnerChoices = {},
): Learner {
  const choices = { "class weights": classWeights, calibration: calibrate };
  for (const [what, asked] of Object.entries(choices)) {
    check(asked === undefined || target === "classes", "train", `${what} needs a target of classes`);
    const itself =
      "auto, which calibrates by itself and whose threshold heeds the rare class; --model names a learner";
    check(asked === undefined || name !== "auto", "train", `${what} must be left out with ${itself}`);
  }
  checkAuto(name, { search, members });
  if (name === "auto") {
    const options = folds === undefined ? {} : { folds };
    return target === "classes" ? autoWithStory(members, options) : autoNumbersWithStory(members, options);
  }
  const card = learnerNamed(name, target, "; --classes learns numbers as classes");
  const { classes, numbers = card.targets.amounts } = card.targets;
  check(
    classWeights === undefined || "classWeights" in card.options,
    "train",
    `a learner must take class weights, as ${weighing().join(", ")} do`,
    card.kind,
  );
  const options = {
    ...(target === "classes" ? classes : numbers),
    ...(classWeights === undefined ? {} : { classWeights }),
  };
  const learner = search === undefined ? card.fit(options) : searched(card, options, search, target);
  const plain: FitTable<Pipeline> = pipeline({
    encode: encode({ ...everyColumn, ...(card.encode === "codes" ? { categories: "codes" } : {}) }),
    learner,
  });
  const fit = calibrate === undefined ? plain : calibratedPipeline(plain, { method: methodNamed(calibrate) });
  return async (table, y, rng, watch) => {
    const made = await fit(table, y, rng, watch);
    const model = made.model.kind === "calibrated" ? (made.model as CalibratedModel).model : made.model;
    const weighted = classWeights && calibrate === undefined ? [weightedChances] : [];
    return { ...made, story: [...story(card.title, model, search), ...weighted] };
  };
}

/** What class weights do to probabilities, for a reader. */
export const weightedChances =
  "Probabilities are those of classes that are as frequent as they are weighted; --calibrate brings them back to the rows as they are.";

/** Throws where auto is given a search, or another learner members. */
export function checkAuto(
  name: string,
  { search, members }: Pick<LearnerChoices, "search" | "members">,
): void {
  const rule = "search must be left out with auto, which chooses by itself; --model names a learner";
  if (name === "auto") check(search === undefined, "train", rule, search);
  else check(members === undefined, "train", "only auto has members", name);
}

/** The kinds of learners that take class weights. */
function weighing(): string[] {
  return allLearners().flatMap(({ kind, options }) => ("classWeights" in options ? [kind] : []));
}

function methodNamed(name: string): CalibrationMethod {
  checkOneOf(name, ["sigmoid", "beta", "isotonic"], "train", "calibration of two classes");
  return name;
}

/** The best of random settings; of `options`, those that are not searched hold. */
function searched(
  { kind, search }: ReturnType<typeof learnerNamed>,
  options: object,
  candidates: number,
  target: "classes" | "numbers",
): Fit<Model> {
  const scorer = scorerNamed(target === "classes" ? "logLoss" : "rootMeanSquaredError");
  const held = Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(search, name)));
  return randomSearch(kind as LearnerKind, { candidates, scorer, options: held });
}

/** "auto", or the kind of the learner asked for by that name. */
export function kindAsked(name: string, target: "classes" | "numbers" | "multiclass"): string {
  return name === "auto" ? name : learnerNamed(name, target === "numbers" ? target : "classes").kind;
}

/** `auto`, with its story. */
function autoWithStory(groups: readonly string[] | undefined, options: Pick<AutoOptions, "folds">): Learner {
  const learner = auto({ ...options, ...(groups && { members: membersOf(memberGroups, groups) }) });
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { features, members, outOfFold, folds, raced } = made.report;
    const few = `Sums, differences and ratios of columns were not looked for: that takes ${leastRows} rows, and there are ${y.length}.`;
    const found = y.length < leastRows ? [few] : features.map((feature) => feature.sentence);
    const race = `${count(raced)} rows chose the members and features to learn with; the ${count(y.length - raced)} others judge.`;
    const story = [...(raced > 0 ? [race] : []), ...found, mixture(members)];
    const chosen = `${raced > 0 ? "" : "features, "}numbers of trees, calibrations and weights`;
    return { ...made, heldOut: { predictions: outOfFold, folds, chosen }, story };
  };
}

/** `autoNumbers`, with its story. */
function autoNumbersWithStory(
  groups: readonly string[] | undefined,
  options: Pick<AutoOptions, "folds">,
): Learner {
  const learner = autoNumbers({ ...options, ...(groups && { members: membersOf(numberGroups, groups) }) });
  return async (table, y, rng, watch) => {
    const made = await learner(table, y, rng, watch);
    const { members, outOfFold, folds } = made.report;
    return {
      ...made,
      heldOut: { predictions: outOfFold, folds, chosen: "weights" },
      story: [mixture(members)],
    };
  };
}

/** What there is to say of a single model. */
function story(title: string, model: Model, search: number | undefined): readonly string[] {
  if (model.kind === "network") {
    const { shape, training } = model as Network;
    const found = search === undefined ? "" : `, the best of ${search}`;
    return [
      `The model is ${shape.members} nets of ${shape.hidden.join("-")} units${found}, trained in ${training.epochs} epochs at a rate of ${Number(training.rate.toPrecision(2))} on ${training.backend}.`,
    ];
  }
  return search === undefined ? [] : [`The model is the best of ${search}: ${title.toLowerCase()}.`];
}

/** What a blend is made of, in a sentence. */
export function mixture(members: readonly { readonly name: string; readonly weight: number }[]): string {
  const parts = members
    .filter((member) => member.weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map((member) => `${percent(member.weight, 0)} ${member.name}`);
  return `The model is ${parts.join(", ")}.`;
}
