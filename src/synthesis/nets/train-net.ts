import { checkInteger, checkNumber } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Engine } from "../../neural/engine";
import { type History, runEpochs } from "../../neural/train";
import type { Parameters, Weights } from "../../neural/weights";
import type { BlockModelParts } from "./block-model";
import { trainingOf } from "./net-options";
import type { Prepared } from "./prepare";

/** Throws unless sizes and rate are those of a net. */
export function checkNet(
  method: string,
  { latent, batch, rate, units = 1 }: { latent: number; batch: number; rate: number; units?: number },
  leastBatch = 1,
): void {
  const action = `make ${method}`;
  checkInteger(latent, 1, 1000, action, "latent");
  checkInteger(units, 1, 10_000, action, "units");
  checkInteger(batch, leastBatch, 1e6, action, "batch");
  checkNumber(rate, 0, Infinity, action, "rate", "low");
}

/** What one step over a batch of rows does, `done` being the share of all steps that were; its losses by name. */
export type Step = (rows: Int32Array, done: number) => Record<string, number>;

/** Trains until the epochs are done or a stop signal comes, and leaves the best weights in `kept`. */
export function trainNet(
  step: Step,
  kept: Parameters,
  plan: {
    readonly rows: number;
    readonly epochs: number;
    readonly batch: number;
    readonly wholeBatches?: boolean;
  },
  rng: Rng,
  watch: Watch,
): Promise<History> {
  const state = { step, snapshot: () => kept.read(), restore: (weights: Weights) => kept.write(weights) };
  return runEpochs(state, plan, rng.fork("epochs"), watch);
}

/** What every model of a net takes over from its table and its training. */
export function partsOf(
  { schema, structure, drawn }: Prepared,
  history: History,
  epochs: number,
  { backend }: Engine,
): Pick<BlockModelParts, "schema" | "structure" | "variables" | "training"> {
  return { schema, structure, variables: drawn, training: trainingOf(history, epochs, backend) };
}
