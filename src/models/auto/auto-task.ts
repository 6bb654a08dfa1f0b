import { expit } from "../../core/math/special";
import { type Labelled, takeLabelled, takeRows } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { BoostedTrees } from "../boosting/boosting-model";
import { type DiscoverOptions, discover } from "../discovery/discover";
import { type Discovery, type DiscoveryJson, discoveryFromJSON } from "../discovery/discovery";
import { type LearnerSpec, learnerFrom } from "../learner";
import type { SharedFold } from "../search/search-task";
import { addLeaves } from "../trees/trees";

export interface DiscoverTask {
  readonly rows: SharedFold;
  /** False: no search. */
  readonly options: DiscoverOptions | false;
  readonly key: Rng["key"];
}

/** Discovers features in the rows to learn from; what a thread runs. */
export const discoverRows: Task<DiscoverTask, DiscoveryJson> = task(
  "models/auto/auto-task",
  "discoverRows",
  async ({ rows, options, key }: DiscoverTask) => {
    // The folds keep all threads busy already.
    if (!options) return nothingFound(rows);
    return (await discover(learned(rows), fromKey(key), { ...options, threads: 1 })).toJSON();
  },
);

/** What discovery says that was not asked to search. */
export function nothingFound({ train }: SharedFold): DiscoveryJson {
  return {
    kind: "discovery",
    version: 1,
    columns: train.x.features.map(({ name }) => name),
    features: [],
  };
}

/** The rows to learn from. */
function learned({ train, trainRows }: SharedFold): Labelled {
  return trainRows ? takeLabelled(train, trainRows) : train;
}

export interface MemberTask {
  readonly rows: SharedFold;
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
    const { test, testRows } = input.rows;
    const held = found.transform(testRows ? takeRows(test, testRows) : test);
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
  const found = discoveryFromJSON(input.discovery);
  const own = learned(input.rows);
  const model = await learnerFrom(input.learner)({ ...own, x: found.transform(own.x) }, fromKey(input.key));
  return { found, model };
}
