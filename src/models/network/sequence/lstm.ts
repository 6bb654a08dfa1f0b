import { fitSequence } from "./fit-sequence";
import { type SequenceOptions, sequenceSettings } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * Long short-term memory (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000) that reads each
 * sequence step by step, then two dense layers that also see the fixed columns. Beside `gru` it carries a memory of its
 * own and costs a third more. Gives a probability, or quantiles of one or several quantities.
 */
export function lstm(options: SequenceOptions = {}): FitSequences {
  const asked = sequenceSettings("lstm", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
