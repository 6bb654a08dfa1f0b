import { check, checkInteger, checkNumber } from "../../../core/checks";
import { permutation } from "../../../core/rng";
import type { Engine, Tensor } from "../../../neural/engine";
import { stackOutput, stackWeights } from "../../../neural/layers";
import { type Noise, noise } from "../../../neural/noise";
import { adam, cosineRate } from "../../../neural/optimiser";
import { type Tape, tape, type Var } from "../../../neural/tape";
import { hold } from "../../../neural/weights";
import type { FitSynthesiser } from "../../synthesiser";
import type { NetSynthesiser } from "../block-model";
import { oneHotBatch, sharesOf } from "../blocks/blocks";
import { calibrateMargins } from "../blocks/calibrate";
import { drawLatents } from "../latent";
import { fitMixture } from "../mixture";
import { netMethod } from "../net-method";
import type { NetOptions } from "../net-options";
import { encodeBlocks } from "../prepare";
import {
  decoderWeights,
  divergenceOf,
  type HeldVae,
  posterior,
  reluDecoder,
  reparameterised,
  type VaeBatch,
  vaeNet,
} from "./vae-net";

export interface VaeOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000; defaults to what makes 2,300 steps, within 10 to 500. */
  readonly epochs?: number;
  /** Latent numbers per row. @default 24 */
  readonly latent?: number;
  /** Units of the two hidden layers of encoder and decoder. @default 128 */
  readonly units?: number;
  /** Rows per step. @default 250 */
  readonly batch?: number;
  /** Adam's rate, falling along a cosine. @default 0.002 */
  readonly rate?: number;
  /**
   * The weight of the latent numbers' divergence from the normal distribution. Less is more faithful and memorises more.
   * @default 0.7
   */
  readonly beta?: number;
  /** The most normal distributions whose mixture latent numbers are drawn from. @default 10 */
  readonly components?: number;
}

/** A variational autoencoder's decoder and the distribution of its latent numbers. */
export type Vae = NetSynthesiser<"vae">;

/**
 * A variational autoencoder (Kingma and Welling, 2014) over softmax blocks: numbers as quantile stretches, discovered
 * formulas and structural zeros taken out beforehand. Latent numbers are drawn from a mixture of normal distributions
 * fitted to the training rows' posteriors, which the standard normal prior misses; values are drawn from the
 * probabilities with low discrepancy, never their maximum.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const model = await vae({ epochs: 2 })(plans, seeded(1));
 * model.sample(20, seeded(2)).rows; // → 20
 */
export function vae(options: VaeOptions = {}): FitSynthesiser<Vae> {
  const { latent = 24, units = 128, batch = 250 } = options;
  const { rate = 2e-3, beta = 0.7, components = 10 } = options;
  checkInteger(components, 1, 100, "make vae", "components");
  checkNumber(beta, 0, 100, "make vae", "beta");
  const settings = { latent, batch, rate, units, usual: { steps: usualSteps } };
  return netMethod("vae", options, settings, (engine, prepared, rng) => {
    const blocks = encodeBlocks(prepared);
    const widths = blocks.map((block) => block.classes.length);
    const width = widths.reduce((sum, own) => sum + own, 0);
    const net = vaeNet(width, units, latent);
    const held = hold(engine, {
      ...stackWeights(net.encoder, rng.fork("encoder")),
      ...stackWeights(net.decoder, rng.fork("decoder")),
    });
    const optimiser = adam(engine, held, { rate });
    const draws = noise(rng.fork("noise"));
    const schedule = cosineRate();
    const put = (rows: Int32Array): Tensor => engine.put(oneHotBatch(blocks, rows), rows.length, width);
    const step = (rows: Int32Array, done: number): Record<string, number> =>
      engine.step(() => {
        const t = tape(engine);
        const normal = draws.normal(new Float32Array(rows.length * latent));
        const noisy = engine.put(normal, rows.length, latent);
        const { loss, misfit, divergence } = vaeLoss(
          t,
          { net, held },
          { x: put(rows), noisy },
          { widths, beta },
        );
        t.backward(loss);
        optimiser.step(t, schedule(done));
        return { misfit: engine.read(misfit.value)[0], divergence: engine.read(divergence.value)[0] };
      });
    const made = () => {
      const some = permutation(rng.fork("mixture rows"), prepared.rows).subarray(0, mostMixtureRows);
      const points = posteriorSamples(engine, { net, held }, put, some, noise(rng.fork("posterior")));
      check(
        points.every(Number.isFinite),
        "fit vae",
        "the latent numbers must be finite: lower the rate, or look for extreme values in the columns",
        rate,
      );
      const prior = fitMixture(points, some.length, latent, { components }, rng.fork("mixture"));
      const latents = drawLatents(prior, calibrationRows, latent, rng.fork("calibrate"));
      const decoder = { layers: reluDecoder, weights: decoderWeights(held.read()) };
      return {
        blocks: blocks.map(({ classes }) => ({ classes })),
        shares: blocks.map(sharesOf),
        decoder: calibrateMargins(decoder, blocks, latents, calibrationRows),
        latentSize: latent,
        prior,
      };
    };
    return { step, kept: held, made, holds: [optimiser, held] };
  });
}

/**
 * The evidence lower bound's two parts per row, and misfit + β · divergence: cross-entropy of all blocks (Kingma and
 * Welling, 2014, with β as in Higgins et al., 2017).
 */
export function vaeLoss(
  t: Tape,
  { net, held }: HeldVae,
  { x, noisy }: VaeBatch,
  { widths, beta }: { readonly widths: readonly number[]; readonly beta: number },
): { loss: Var; misfit: Var; divergence: Var } {
  const { mean, logVariance } = posterior(t, net, held, x);
  const z = reparameterised(t, mean, logVariance, noisy);
  const logits = stackOutput(t, net.decoder, held, z);
  const misfit = t.affine(t.crossEntropy(logits, x, widths), 1 / x.rows);
  const divergence = divergenceOf(t, mean, logVariance);
  return { loss: t.add(misfit, t.affine(divergence, beta)), misfit, divergence };
}

const usualSteps = 2300;
const calibrationRows = 10_000;
const posteriorRows = 1000;
/** More rows tell a mixture nothing new. */
const mostMixtureRows = 20_000;

/** A draw of the rows' latent numbers. */
function posteriorSamples(
  engine: Engine,
  { net, held }: HeldVae,
  put: (rows: Int32Array) => Tensor,
  rows: Int32Array,
  draws: Noise,
): Float32Array {
  const out = new Float32Array(rows.length * net.latent);
  for (let from = 0; from < rows.length; from += posteriorRows) {
    const batch = rows.subarray(from, from + posteriorRows);
    const count = batch.length;
    engine.step(() => {
      const t = tape(engine);
      const { mean, logVariance } = posterior(t, net, held, put(batch));
      const normal = draws.normal(new Float32Array(count * net.latent));
      const z = reparameterised(t, mean, logVariance, engine.put(normal, count, net.latent));
      out.set(engine.read(z.value), from * net.latent);
    });
  }
  return out;
}
