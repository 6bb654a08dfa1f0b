import { type EncodedBlock, sharesOf } from "./blocks";
import type { Decoder } from "./decoder";
import { blocksOnly, netOutputs } from "./outputs";

const rounds = 8;
/** A class is never taken to be rarer than this: its logit stays finite. */
const least = 1e-6;

/**
 * The decoder with the biases of its last layer moved until the mean probabilities over `latents` are the training
 * rows' shares (iterative proportional fitting): margins are then right whatever the net has missed of them.
 */
export function calibrateMargins(
  decoder: Decoder,
  blocks: readonly EncodedBlock[],
  latents: Float32Array,
  rows: number,
): Decoder {
  const shares = blocks.flatMap(sharesOf);
  const name = `${decoder.layers.length - 1}.b`;
  const bias = decoder.weights[name];
  const values = bias.values.slice();
  const out: Decoder = { ...decoder, weights: { ...decoder.weights, [name]: { ...bias, values } } };
  for (let round = 0; round < rounds; round++) {
    const means = new Float64Array(values.length);
    const probabilities = netOutputs(out, blocksOnly, blocks, latents, rows);
    for (let i = 0; i < rows; i++)
      for (let c = 0; c < means.length; c++) means[c] += probabilities[i * means.length + c] / rows;
    for (let c = 0; c < means.length; c++)
      values[c] += Math.log(Math.max(shares[c], least) / Math.max(means[c], least));
  }
  return out;
}
