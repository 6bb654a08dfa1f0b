import { fitSequence } from "./fit-sequence";
import { type SequenceOptions, sequenceSettings } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * Gated recurrent units (Cho et al., 2014) that read each sequence step by step, then two dense layers that also see the
 * fixed columns. Gives a probability, or quantiles of one or several quantities.
 *
 * @example
 * const usage = sequences(40, 3, ["calls"], Float32Array.from({ length: 120 }, (_, i) => ((i * 7) % 5) / 5));
 * const y = targetColumns({ churn: Array.from({ length: 40 }, (_, i) => i % 2) });
 * const model = await gru({ epochs: 2 })({ x: usage, y }, seeded(1));
 * model.predict(usage).rows; // → 40
 */
export function gru(options: SequenceOptions = {}): FitSequences {
  const asked = sequenceSettings("gru", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
