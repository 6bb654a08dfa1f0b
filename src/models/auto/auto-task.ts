import { joinValues, type Labelled, takeLabelled, takeRows, takeValues } from "../../core/matrix";
import type { ModelJson } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import { FoldBoosting } from "../boosting/boosting-folds";
import { type DiscoverOptions, discover } from "../discovery/discover";
import { type DiscoveryJson, discoveryFromJSON } from "../discovery/discovery";
import type { Forest } from "../forest/forest-model";
import { type LearnerSpec, learnerFrom } from "../learner";
import { type HeldResult, lowestStages } from "./auto-stages";

/** All rows, in memory that threads share, and those to learn from (all if absent). */
export interface AutoRows {
  readonly all: Labelled;
  readonly train?: Int32Array;
}

/** One fold's rows, encoded by its training rows. */
export interface AutoFold extends Split {
  readonly all: Labelled;
  readonly discovery: DiscoveryJson;
}

export interface DiscoverTask {
  readonly rows: AutoRows;
  readonly options: DiscoverOptions;
  readonly key: Rng["key"];
}

/** Discovers features in the rows to learn from; what a thread runs. */
export const discoverRows: Task<DiscoverTask, DiscoveryJson> = task(
  "models/auto/auto-task",
  "discoverRows",
  async ({ rows, options, key }: DiscoverTask) =>
    (await discover(learned(rows), fromKey(key), options)).toJSON(),
);

function learned({ all, train }: AutoRows): Labelled {
  return train ? takeLabelled(all, train) : all;
}

export interface HeldTask {
  readonly learner: LearnerSpec;
  /** The folds whose rows are to be predicted, and the stream of each. */
  readonly folds: readonly AutoFold[];
  readonly keys: readonly Rng["key"][];
  /** Whether the folds' rows are encoded alike, with the same features. */
  readonly alike: boolean;
  /** Numbers of trees to choose from, ascending: then `folds` must be all folds. */
  readonly stages?: readonly number[];
  /** Whether one forest of all rows answers, each row by the trees that did not see it; `keys` is then its own. */
  readonly outOfBag?: boolean;
}

/** What one member predicts of held-out rows; what a thread runs. */
export const predictHeld: Task<HeldTask, HeldResult> = task(
  "models/auto/auto-task",
  "predictHeld",
  async (input: HeldTask) => {
    if (input.stages) return boostHeld(input, input.stages);
    if (input.outOfBag) return bagHeld(input);
    const [fold] = input.folds;
    const { x } = fold.all;
    const held = discoveryFromJSON(fold.discovery).transform(takeRows(x, fold.test));
    const model = await learnerFrom(input.learner)(widened(fold), fromKey(input.keys[0]));
    return { predictions: [model.predict(held)] };
  },
);

/** The rows to learn from, with the features found. */
function widened(rows: AutoRows & { readonly discovery: DiscoveryJson }): Labelled {
  const own = learned(rows);
  return { ...own, x: discoveryFromJSON(rows.discovery).transform(own.x) };
}

async function boostHeld({ learner, folds, keys, alike }: HeldTask, stages: readonly number[]) {
  const { options = {} } = learner as LearnerSpec<"gradient-boosting">;
  const streams = keys.map(fromKey);
  const groups = alike ? [folds] : folds.map((fold) => [fold]);
  const grown = await Promise.all(
    groups.map(([first, ...rest], g) => {
      const x = discoveryFromJSON(first.discovery).transform(first.all.x);
      const own = alike ? streams : [streams[g]];
      return FoldBoosting.on({ ...first.all, x }, options, [first, ...rest], own);
    }),
  );
  try {
    const rows = folds.map(({ all, test }) => takeValues(all.y, test));
    return await lowestStages(stages, rows, (k, trees) =>
      alike ? grown[0].grow(k, trees) : grown[k].grow(0, trees),
    );
  } finally {
    for (const one of grown) await one.close();
  }
}

async function bagHeld({ learner, folds, keys }: HeldTask): Promise<HeldResult> {
  const { options } = learner as LearnerSpec<"random-forest">;
  const spec: LearnerSpec<"random-forest"> = {
    kind: "random-forest",
    options: { ...options, outOfBag: true },
  };
  const { all, discovery } = folds[0];
  const model: Forest = await learnerFrom(spec)(widened({ all, discovery }), fromKey(keys[0]));
  const outOfBag = model.outOfBag as Float64Array;
  const predictions = joinValues(folds.map(({ test }) => takeValues(outOfBag, test)));
  return { predictions: [predictions], model: model.toJSON() };
}

export interface WholeTask extends AutoRows {
  readonly discovery: DiscoveryJson;
  readonly learner: LearnerSpec;
  readonly key: Rng["key"];
}

/** Fits one member to all rows and returns it as JSON; what a thread runs. */
export const fitWhole: Task<WholeTask, ModelJson> = task(
  "models/auto/auto-task",
  "fitWhole",
  async (input: WholeTask) => (await learnerFrom(input.learner)(widened(input), fromKey(input.key))).toJSON(),
);
