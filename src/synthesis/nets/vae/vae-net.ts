import type { Tensor } from "../../../neural/engine";
import { type Stack, stackOutput } from "../../../neural/layers";
import type { Tape, Var } from "../../../neural/tape";
import type { Parameters, Weights } from "../../../neural/weights";
import type { DecoderLayer } from "../blocks/decoder";

/** An encoder to means and log variances of latent numbers, and a decoder back. */
export interface VaeNet {
  readonly encoder: Stack;
  readonly decoder: Stack;
  readonly latent: number;
}

/** A net with its parameters on an engine. */
export interface HeldVae {
  readonly net: VaeNet;
  readonly held: Parameters;
}

/** Encoded rows, and standard normal numbers to draw their latent ones by. */
export interface VaeBatch {
  readonly x: Tensor;
  readonly noisy: Tensor;
}

export function vaeNet(width: number, units: number, latent: number): VaeNet {
  return {
    encoder: { name: "encoder", sizes: [width, units, units, 2 * latent], activation: "relu" },
    decoder: { name: "decoder", sizes: [latent, units, units, width], activation: "relu" },
    latent,
  };
}

/** The layers of such a decoder, as `decode` knows them. */
export const reluDecoder: readonly DecoderLayer[] = [
  { activation: "relu", keepsInput: false },
  { activation: "relu", keepsInput: false },
  { activation: "linear", keepsInput: false },
];

/** Its weights, by the names that `decode` knows. */
export function decoderWeights(all: Weights): Weights {
  return Object.fromEntries(
    Object.entries(all)
      .filter(([name]) => name.startsWith("decoder."))
      .map(([name, weight]) => [name.slice("decoder.".length), weight]),
  );
}

/** Means and log variances of the rows' latent numbers. */
export function posterior(
  t: Tape,
  net: VaeNet,
  held: Parameters,
  x: Tensor,
): { mean: Var; logVariance: Var } {
  const both = stackOutput(t, net.encoder, held, t.constant(x));
  return { mean: t.slice(both, 0, net.latent), logVariance: t.slice(both, net.latent, 2 * net.latent) };
}

/** A draw of the latent numbers from standard normal noise (Kingma and Welling, 2014). */
export function reparameterised(t: Tape, mean: Var, logVariance: Var, noisy: Tensor): Var {
  const deviation = t.map("exp", t.affine(logVariance, 0.5));
  return t.add(mean, t.multiply(deviation, t.constant(noisy)));
}

/** How far the latent numbers' distribution is from the standard normal one, per row, in nats. */
export function divergenceOf(t: Tape, mean: Var, logVariance: Var): Var {
  const { rows, columns } = mean.value;
  const spread = t.subtract(t.add(t.map("square", mean), t.map("exp", logVariance)), logVariance);
  // Each latent number has 1 taken off: the divergence of a standard normal one is 0.
  return t.affine(t.sum(spread), 0.5 / rows, -0.5 * columns);
}
