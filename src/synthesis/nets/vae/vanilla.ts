import { binaryCrossEntropy, type Stack, stackOutput, stackWeights } from "../../../neural/layers";
import { noise } from "../../../neural/noise";
import { adam } from "../../../neural/optimiser";
import { tape } from "../../../neural/tape";
import { hold } from "../../../neural/weights";
import type { FitSynthesiser } from "../../synthesiser";
import type { NetSynthesiser } from "../block-model";
import { encodeLabels, labelBatch } from "../blocks/labels";
import { netMethod } from "../net-method";
import type { NetOptions } from "../net-options";
import { decoderWeights, reluDecoder } from "./vae-net";

export interface VanillaOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000. @default 100 */
  readonly epochs?: number;
  /** Latent numbers per row. @default 10 */
  readonly latent?: number;
  /** Rows per step. @default 32 */
  readonly batch?: number;
  /** Adam's rate for both nets. @default 0.0002 */
  readonly rate?: number;
}

/** The generator of a plain GAN. */
export type Vanilla = NetSynthesiser<"vanilla">;

/**
 * A plain GAN as beginners build it, for comparison (Goodfellow et al., 2014): levels become label codes and all columns
 * are scaled to [0, 1]; 10 latent numbers, a generator 64-128-sigmoid and a discriminator 128-64-sigmoid with
 * cross-entropy. It does not know what a level is; beginners look for no rules: `search: false`.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const model = await vanilla({ epochs: 2 })(plans, seeded(1));
 * model.sample(20, seeded(2)).rows; // → 20
 */
export function vanilla(options: VanillaOptions = {}): FitSynthesiser<Vanilla> {
  const { epochs = 100, latent = 10, batch = 32, rate = 2e-4 } = options;
  const settings = { latent, batch, rate, usual: { epochs } };
  return netMethod("vanilla", options, settings, (engine, prepared, rng) => {
    const data = encodeLabels(prepared.variables, rng.fork("unknown"));
    const width = data.scalars.length;
    const generator: Stack = { name: "decoder", sizes: [latent, 64, 128, width], activation: "relu" };
    const discriminator: Stack = { name: "d", sizes: [width, 128, 64, 1], activation: "relu" };
    const making = hold(engine, stackWeights(generator, rng.fork("generator")));
    const judged = hold(engine, stackWeights(discriminator, rng.fork("discriminator")));
    const moveG = adam(engine, making, { rate, beta1: 0.5 });
    const moveD = adam(engine, judged, { rate, beta1: 0.5 });
    const draws = noise(rng.fork("noise"));
    const step = (batchRows: Int32Array): Record<string, number> =>
      engine.step(() => {
        const rows = batchRows.length;
        const t = tape(engine);
        const z = engine.put(draws.normal(new Float32Array(rows * latent)), rows, latent);
        const fake = t.map("sigmoid", stackOutput(t, generator, making, t.constant(z)));
        const real = engine.put(labelBatch(data, batchRows), rows, width);
        const ones = engine.put(new Float32Array(rows).fill(1), rows, 1);
        const zeros = engine.affine(ones, 0, 0);
        const own = tape(engine);
        const verdict = (x: typeof real, labels: typeof real) =>
          binaryCrossEntropy(own, stackOutput(own, discriminator, judged, own.constant(x)), labels, ones);
        const lossD = own.affine(own.add(verdict(real, ones), verdict(fake.value, zeros)), 0.5);
        own.backward(lossD);
        moveD.step(own);
        // The generator moves so that its rows pass for real; the discriminator's own derivatives are not used.
        const lossG = binaryCrossEntropy(t, stackOutput(t, discriminator, judged, fake), ones, ones);
        t.backward(lossG);
        moveG.step(t);
        return { generator: engine.read(lossG.value)[0], discriminator: engine.read(lossD.value)[0] };
      });
    const made = () => ({
      blocks: data.blocks,
      decoder: { layers: reluDecoder, weights: decoderWeights(making.read()) },
      latentSize: latent,
      output: { scalars: width, scalarActivation: "sigmoid" as const, choice: "rounded" as const },
    });
    return { step, kept: making, made, holds: [making, judged, moveG, moveD] };
  });
}
