import { checkInteger, checkNumber } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { asTable } from "../../data/polars";
import { withEngine } from "../../neural/backend";
import type { Engine } from "../../neural/engine";
import { runEpochs } from "../../neural/train";
import type { Parameters } from "../../neural/weights";
import type { FitSynthesiser } from "../synthesiser";
import { type BlockModelParts, blockModel, type NetSynthesiser } from "./block-model";
import { epochsFor, type NetOptions, trainingOf } from "./net-options";
import { type Prepared, prepare } from "./prepare";

/** How a method trains: what its options say, or what it takes where they say nothing. */
interface NetSettings {
  readonly latent: number;
  readonly batch: number;
  readonly rate: number;
  readonly units?: number;
  /** Passes over the rows, where no options say; or how many steps they make together. */
  readonly usual: { readonly epochs: number } | { readonly steps: number };
  /** Fewest rows in a step. @default 1 */
  readonly leastBatch?: number;
  /** Whether rows that fill no batch wait for the next pass. @default false */
  readonly wholeBatches?: boolean;
}

/** A net on its engine, before it is trained. */
interface NetTrained {
  /** What one step over a batch of rows does, `done` being the share of all steps that were; its losses by name. */
  readonly step: (rows: Int32Array, done: number) => Record<string, number>;
  /** The best weights are left in these. */
  readonly kept: Parameters;
  /** The model, once they are. */
  readonly made: () => Omit<BlockModelParts, "schema" | "structure" | "variables" | "training">;
  /** What holds the engine's memory. */
  readonly holds: readonly { free(): void }[];
}

/** A method that trains a net on a table, until its epochs are done or a stop signal comes. Throws where sizes and rate are no net's. */
export function netMethod<K extends string>(
  kind: K,
  options: NetOptions,
  settings: NetSettings,
  begin: (engine: Engine, prepared: Prepared, rng: Rng) => NetTrained,
): FitSynthesiser<NetSynthesiser<K>> {
  const { latent, batch, rate, units = 1, usual, leastBatch = 1, wholeBatches = false } = settings;
  const action = `make ${kind}`;
  checkInteger(latent, 1, 1000, action, "latent");
  checkInteger(units, 1, 10_000, action, "units");
  checkInteger(batch, leastBatch, 1e6, action, "batch");
  checkNumber(rate, 0, Infinity, action, "rate", "low");
  return async (given, rng, watch = {}) => {
    const from = asTable(given);
    const some = "epochs" in usual ? usual.epochs : epochsFor(usual.steps, from.rows, batch);
    const { epochs = some } = options;
    const prepared = prepare(from, rng, watch, kind, { ...options, epochs });
    const { schema, structure, drawn, rows } = prepared;
    return withEngine(options.backend, async (engine) => {
      const { step, kept, made, holds } = begin(engine, prepared, rng);
      try {
        const training = { step, snapshot: () => kept.read(), restore: kept.write };
        const plan = { rows, epochs, batch, wholeBatches };
        const history = await runEpochs(training, plan, rng.fork("epochs"), watch);
        const trained = trainingOf(history, epochs, engine.backend);
        return blockModel(kind, { schema, structure, variables: drawn, training: trained, ...made() });
      } finally {
        for (const one of holds) one.free();
      }
    });
  };
}
