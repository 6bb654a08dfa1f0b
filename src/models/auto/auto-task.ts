import { expit } from "../../core/math/special";
import { type Labelled, takeLabelled, takeRows } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { BoostedTrees } from "../boosting/boosting-model";
import { type DiscoverOptions, discover } from "../discovery/discover";
import { type Discovery, type DiscoveryJson, discoveryFromJSON } from "../discovery/discovery";
import { type LearnerSpec, learnerFrom } from "../learner";
import { addLeaves } from "../trees/trees";

/** Rows in memory that threads share: those to learn from, and those held out, if any. */
export interface AutoRows {
  readonly data: Labelled;
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface DiscoverTask {
  readonly rows: AutoRows;
  /** False: no search. */
  readonly options: DiscoverOptions | false;
  readonly key: Rng["key"];
}

/** Discovers features in the rows to learn from; what a thread runs. */
export const discoverRows: Task<DiscoverTask, DiscoveryJson> = task(
  "models/auto/auto-task",
  "discoverRows",
  async ({ rows, options, key }: DiscoverTask) => {
    const train = takeLabelled(rows.data, rows.train);
    // The folds keep all threads busy already.
    const found: Discovery = options
      ? await discover(train, fromKey(key), { ...options, threads: 1 })
      : nothingFound(train);
    return found.toJSON();
  },
);

/** What discovery says that was not asked to search. */
function nothingFound(train: Labelled): Discovery {
  return discoveryFromJSON({
    kind: "discovery",
    version: 1,
    columns: train.x.features.map(({ name }) => name),
    features: [],
  });
}

export interface MemberTask {
  readonly rows: AutoRows;
  readonly discovery: DiscoveryJson;
  readonly learner: LearnerSpec;
  readonly key: Rng["key"];
  /** Numbers of trees, ascending, after each of which the held-out rows are predicted; empty: by the whole model. */
  readonly stages: readonly number[];
}

/** Fits one member and predicts the held-out rows, once a stage; what a thread runs. */
export const predictHeld: Task<MemberTask, Float64Array[]> = task(
  "models/auto/auto-task",
  "predictHeld",
  async (input: MemberTask) => {
    const { found, model } = await fitMember(input);
    const { data, test } = input.rows;
    const held = found.transform(takeRows(data.x, test));
    if (input.stages.length === 0) return [model.predict(held)];
    const { trees, base } = model as BoostedTrees;
    const scores = new Float64Array(held.rows).fill(base);
    let grown = 0;
    return input.stages.map((stage) => {
      // A model that ended early stays what it is.
      const to = Math.min(stage, trees.roots.length - 1);
      addLeaves(
        { ...trees, roots: trees.roots.subarray(grown, to + 1) },
        held,
        scores,
        "predict held-out rows",
      );
      grown = to;
      return scores.map(expit);
    });
  },
);

/** Fits one member to all rows and returns it as JSON; what a thread runs. */
export const fitWhole: Task<MemberTask, ModelJson> = task(
  "models/auto/auto-task",
  "fitWhole",
  async (input: MemberTask) => (await fitMember(input)).model.toJSON(),
);

async function fitMember(input: MemberTask): Promise<{ found: Discovery; model: Model }> {
  const { data, train } = input.rows;
  const found = discoveryFromJSON(input.discovery);
  const own = takeLabelled(data, train);
  const model = await learnerFrom(input.learner)({ ...own, x: found.transform(own.x) }, fromKey(input.key));
  return { found, model };
}
