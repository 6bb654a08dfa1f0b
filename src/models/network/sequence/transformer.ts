import { fitSequence } from "./fit-sequence";
import { sequenceSettings, type TransformerOptions } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * A small Transformer (Vaswani et al., 2017) whose steps look at each other, then two dense layers that also see the
 * fixed columns. Gives a probability, or quantiles of one or several quantities.
 */
export function transformer(options: TransformerOptions = {}): FitSequences {
  const asked = sequenceSettings("transformer", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
