import { joinValues, type Labelled } from "../../core/matrix";
import type { ModelJson, Watch } from "../../core/model";
import { type MapOptions, mapThreads, watched } from "../../core/pool";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import { type DiscoverOptions, discover } from "../discovery/discover";
import type { DiscoveryJson } from "../discovery/discovery";
import type { LearnerSpec } from "../learner";
import { loadModel } from "../load";
import type { ChosenMember, HeldOut } from "./auto-choice";
import type { AutoMember } from "./auto-members";
import type { HeldResult } from "./auto-stages";
import {
  type AutoFold,
  type AutoRows,
  type DiscoverTask,
  discoverRows,
  fitWhole,
  type HeldTask,
  predictHeld,
  type WholeTask,
} from "./auto-task";

/** A fold's rows among all, encoded by its training rows. */
export type Part = AutoRows & Split;

/** Rows encoded for a run: by all of them, and by each fold's training rows where that differs. */
export interface Encoded {
  readonly whole: Labelled;
  readonly parts: readonly Part[];
}

/** A member with all that was chosen for it, and its model of all rows where that was made in passing. */
export interface Trial extends ChosenMember {
  readonly member: AutoMember;
  readonly model?: ModelJson;
}

/** What was found in all rows, and in each fold's training rows. */
interface Found {
  readonly whole: DiscoveryJson;
  readonly parts: readonly DiscoveryJson[];
}

/** Features found in other rows, for the matrices of these: the columns they are made of are those of the same name. */
export function foundIn(found: DiscoveryJson, { whole, parts }: Encoded): Found {
  const own = named(found, whole);
  return { whole: own, parts: parts.map(({ all }) => (all === whole ? own : named(found, all))) };
}

function named({ columns, features, ...rest }: DiscoveryJson, { x }: Labelled): DiscoveryJson {
  const names = x.features.map(({ name }) => name);
  const at = [...columns.map((name) => names.indexOf(name)), ...features.map((_, k) => names.length + k)];
  const moved = features.map((one) => ({ ...one, columns: one.columns.map((j) => at[j]) }));
  return { ...rest, columns: names, features: moved };
}

export interface Runner {
  /** Nothing anywhere if all rows show nothing. */
  discover(options: DiscoverOptions | false, rng: Rng): Promise<Found>;
  /** Each member's probabilities of rows that it did not see. */
  predict(
    members: readonly AutoMember[],
    found: Found,
    rng: Rng,
  ): Promise<(HeldOut & Pick<HeldResult, "model">)[]>;
  /** The members fitted to all rows. */
  fit(chosen: readonly Trial[], discovery: DiscoveryJson, rng: Rng): Promise<ReturnType<typeof loadModel>[]>;
}

/** The work that goes to threads. */
export function runner(
  { whole, parts }: Encoded,
  threads: number | undefined,
  watch: Watch | undefined,
): Runner {
  return {
    async discover(options, rng) {
      const nothing = foundIn({ kind: "discovery", version: 1, columns: [], features: [] }, { whole, parts });
      const told = teller(watch, "discover", parts.length + 1);
      if (!options) return nothing;
      const all = await discover(
        whole,
        rng.fork(parts.length),
        { threads, ...options },
        watch?.signal && { signal: watch.signal },
      );
      told.finished?.(0, all);
      // Where all rows show nothing, the model has no features, and is judged by models without.
      if (all.features.length === 0) return nothing;
      // The folds keep all threads busy already; none looks for more than there is in the model.
      const own = { ...options, threads: 1, most: all.features.length };
      const tasks = parts.map((rows, k): DiscoverTask => ({ rows, options: own, key: rng.fork(k).key }));
      return { whole: all.toJSON(), parts: await mapThreads(discoverRows, tasks, threads, told) };
    },

    async predict(members, found, rng) {
      const folds = parts.map((part, k): AutoFold => ({ ...part, discovery: found.parts[k] }));
      const alike = folds.every(({ all, discovery }) => all === whole && discovery === found.whole);
      const tasks = members.flatMap((member, m) =>
        heldTasks(member, folds, alike, rng.fork(member.name)).map((task) => ({ ...task, m })),
      );
      // The longest first, so that threads end together.
      tasks.sort((a, b) => b.folds.length - a.folds.length);
      const done = await mapThreads(predictHeld, tasks, threads, teller(watch, "compare", tasks.length));
      return members.map((member, m) => {
        const own = done.filter((_, t) => tasks[t].m === m);
        const predictions = own[0].predictions.map((_, s) => {
          const all = joinValues(own.map((one) => one.predictions[s]));
          const out = new Float64Array(all.length);
          let at = 0;
          for (const { test } of parts) for (const row of test) out[row] = all[at++];
          return out;
        });
        const { chosen, model } = own[0];
        return {
          predictions,
          simple: member.simple === true,
          ...(chosen && { chosen }),
          ...(model && { model }),
        };
      });
    },

    async fit(chosen, discovery, rng) {
      const missing = chosen.filter(({ model }) => !model);
      const tasks = missing.map(({ member, trees }): WholeTask => {
        const { name, learner } = member;
        const options = trees === undefined ? learner.options : { ...learner.options, trees };
        const key = rng.fork(name).fork("all").key;
        return { all: whole, discovery, learner: { ...learner, options }, key };
      });
      const done = await mapThreads(fitWhole, tasks, threads, teller(watch, "train", tasks.length));
      return chosen.map((trial) => loadModel(trial.model ?? done[missing.indexOf(trial)]));
    },
  };
}

/** Trees of a forest from which on every row has some that did not see it. */
const outOfBagTrees = 100;

/** What there is to do to predict held-out rows by one member: in one go where it can answer for all folds at once. */
function heldTasks(
  { learner, tuneTrees }: AutoMember,
  folds: readonly AutoFold[],
  alike: boolean,
  rng: Rng,
): HeldTask[] {
  const keys = folds.map((_, k) => rng.fork(k).key);
  if (tuneTrees) return [{ learner, folds, keys, alike, stages: stagesOf(learner) }];
  const { options } = learner as LearnerSpec<"random-forest">;
  const bags = learner.kind === "random-forest" && options?.bootstrap !== false;
  if (alike && bags && (options?.trees ?? outOfBagTrees) >= outOfBagTrees)
    return [{ learner, folds, keys: [rng.fork("all").key], alike, outOfBag: true }];
  return folds.map((fold, k) => ({ learner, folds: [fold], keys: [keys[k]], alike }));
}

/** Numbers of trees to choose from: 12, and a quarter more each time, up to what the options say. */
function stagesOf(learner: LearnerSpec): number[] {
  const { trees: most = 100 } = (learner.options ?? {}) as { readonly trees?: number };
  const stages: number[] = [];
  for (let trees = 12; trees < most; trees = Math.ceil(trees * 1.25)) stages.push(trees);
  return [...stages, most];
}

/** Tells how many pieces of work are done, from none on. */
function teller(watch: Watch | undefined, phase: string, total: number): MapOptions<unknown> {
  watch?.progress?.({ phase, done: 0, total });
  return watched(watch, phase, total);
}
