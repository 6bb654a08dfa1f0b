import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import { gru } from "../../models/network/sequence/gru";
import { lstm } from "../../models/network/sequence/lstm";
import type { LabelledSequences, Sequences } from "../../models/network/sequence/sequences";
import { transformer } from "../../models/network/sequence/transformer";

/** Nets that read months in order. */
export const monthReaders = { GRU: gru, LSTM: lstm, Transformer: transformer } as const;
export type MonthReader = keyof typeof monthReaders;

export interface ReadTask {
  readonly net: MonthReader;
  readonly train: LabelledSequences;
  readonly validation: LabelledSequences;
  readonly test: Sequences;
  readonly epochs: number;
  readonly key: Rng["key"];
}

/** Trains one net and foretells the test customers' chance of leaving; what a thread runs. */
export const readMonths: Task<ReadTask, { probability: Float64Array; milliseconds: number }> = task(
  "studies/usage/read-months",
  "readMonths",
  async ({ net, train, validation, test, epochs, key }: ReadTask) => {
    const start = performance.now();
    const model = await monthReaders[net]({ epochs, validation, dropout: 0.2 })(train, fromKey(key));
    return { probability: model.predict(test).values, milliseconds: performance.now() - start };
  },
);
