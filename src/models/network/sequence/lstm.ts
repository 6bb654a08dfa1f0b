import { fitSequence } from "./fit-sequence";
import { type SequenceOptions, sequenceSettings } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000) that reads each
 * sequence step by step, then two dense layers that also see the fixed columns. Beside `gru` it carries a memory of its
 * own and costs a third more. Gives a probability, or quantiles of one or several quantities.
 *
 * @example
 * const usage = sequences(40, 3, ["calls"], Float32Array.from({ length: 120 }, (_, i) => ((i * 7) % 5) / 5));
 * const y = targetColumns({ churn: Array.from({ length: 40 }, (_, i) => i % 2) });
 * const model = await lstm({ epochs: 2 })({ x: usage, y }, seeded(1));
 * model.shape.architecture; // → "lstm"
 */
export function lstm(options: SequenceOptions = {}): FitSequences {
  const asked = sequenceSettings("lstm", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
