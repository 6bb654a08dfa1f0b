import { fitSequence } from "./fit-sequence";
import { sequenceSettings, type TransformerOptions } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * A small Transformer (Vaswani et al., 2017) whose steps look at each other, then two dense layers that also see the
 * fixed columns. Gives a probability, or quantiles of one or several quantities.
 *
 * @example
 * const usage = sequences(40, 3, ["calls"], Float32Array.from({ length: 120 }, (_, i) => ((i * 7) % 5) / 5));
 * const y = targetColumns({ churn: Array.from({ length: 40 }, (_, i) => i % 2) });
 * const model = await transformer({ epochs: 2, width: 8, heads: 2 })({ x: usage, y }, seeded(1));
 * model.shape.heads; // → 2
 */
export function transformer(options: TransformerOptions = {}): FitSequences {
  const asked = sequenceSettings("transformer", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
