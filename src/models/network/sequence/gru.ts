import { fitSequence } from "./fit-sequence";
import { type SequenceOptions, sequenceSettings } from "./options";
import { type FitSequences, sequenceNetworkOf } from "./sequence-network";

/**
 * Gated recurrent units (Cho et al., 2014) that read each sequence step by step, then two dense layers that also see the
 * fixed columns. Gives a probability, or quantiles of one or several quantities.
 */
export function gru(options: SequenceOptions = {}): FitSequences {
  const asked = sequenceSettings("gru", options);
  return async (train, rng, watch) => sequenceNetworkOf(await fitSequence(asked, train, rng, watch));
}
