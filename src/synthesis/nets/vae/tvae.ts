import { stackOutput, stackWeights } from "../../../neural/layers";
import { noise } from "../../../neural/noise";
import { adam } from "../../../neural/optimiser";
import { type Tape, tape, type Var } from "../../../neural/tape";
import { hold, type Weight, type Weights } from "../../../neural/weights";
import type { FitSynthesiser } from "../../synthesiser";
import type { NetSynthesiser } from "../block-model";
import { encodeModes, type ModeRows, modeBatch } from "../blocks/mode-blocks";
import { netMethod } from "../net-method";
import type { NetOptions } from "../net-options";
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

export interface TvaeOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000. @default 300 */
  readonly epochs?: number;
  /** Latent numbers per row. @default 128 */
  readonly latent?: number;
  /** Units of the two hidden layers of encoder and decoder. @default 128 */
  readonly units?: number;
  /** Rows per step. @default 500 */
  readonly batch?: number;
  /** Adam's rate. @default 0.001 */
  readonly rate?: number;
}

/** TVAE's decoder. */
export type Tvae = NetSynthesiser<"tvae">;

const decay = 1e-5;
/** What the misfit counts beside the divergence. */
const misfitWeight = 2;
/** Bounds of the scalars' standard deviations. */
const [leastDeviation, mostDeviation] = [0.01, 1];

/**
 * TVAE as published (Xu et al., 2019): a variational autoencoder over the same representation as CTGAN's, the usual
 * defaults. Classes are the greatest of their block, scalars normal around what the decoder gives. What is
 * published knows no rules: `search: false`.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const model = await tvae({ epochs: 1 })(plans, seeded(1));
 * model.sample(20, seeded(2)).rows; // → 20
 */
export function tvae(options: TvaeOptions = {}): FitSynthesiser<Tvae> {
  const { epochs = 300, latent = 128, units = 128, batch = 500, rate = 1e-3 } = options;
  const settings = { latent, batch, rate, units, usual: { epochs } };
  return netMethod("tvae", options, settings, (engine, prepared, rng) => {
    const data = encodeModes(prepared.variables, prepared.rows, rng.fork("modes"));
    const net = vaeNet(data.width, units, latent);
    const scalars = data.scalars.length;
    const weights: Weights = {
      ...stackWeights(net.encoder, rng.fork("encoder"), "heUniform"),
      ...stackWeights(net.decoder, rng.fork("decoder"), "heUniform"),
      ...(scalars > 0 && { deviations: deviationsFrom(scalars) }),
    };
    const held = hold(engine, weights);
    const move = adam(engine, held, { rate, decay });
    const draws = noise(rng.fork("noise"));
    const step = (rows: Int32Array): Record<string, number> => {
      const losses = engine.step(() => {
        const t = tape(engine);
        const x = engine.put(modeBatch(data, rows), rows.length, data.width);
        const noisy = engine.put(draws.normal(new Float32Array(rows.length * latent)), rows.length, latent);
        const { loss, misfit, divergence } = tvaeLoss(t, { net, held }, { x, noisy }, data);
        t.backward(loss);
        move.step(t);
        return { misfit: engine.read(misfit.value)[0], divergence: engine.read(divergence.value)[0] };
      });
      if (scalars > 0) {
        const tensor = held.get("deviations");
        const bounded = engine
          .read(tensor)
          .map((own) => Math.max(leastDeviation, Math.min(mostDeviation, own)));
        engine.write(tensor, bounded);
      }
      return losses;
    };
    const made = () => {
      const trained = held.read();
      return {
        blocks: data.blocks.map(({ classes }) => ({ classes })),
        decoder: { layers: reluDecoder, weights: decoderWeights(trained) },
        latentSize: latent,
        output: {
          scalars,
          scalarActivation: "tanh" as const,
          choice: "greatest" as const,
          ...(scalars > 0 && { deviations: Array.from(trained.deviations.values) }),
        },
      };
    };
    return { step, kept: held, made, holds: [move, held] };
  });
}

function deviationsFrom(scalars: number): Weight {
  return { rows: 1, columns: scalars, values: new Float32Array(scalars).fill(0.1) };
}

/** The evidence lower bound's parts per row: normal scalars with learnt deviations, cross-entropy of the blocks. */
export function tvaeLoss(
  t: Tape,
  { net, held }: HeldVae,
  { x, noisy }: VaeBatch,
  { scalars, widths, width }: Pick<ModeRows, "scalars" | "widths" | "width">,
): { loss: Var; misfit: Var; divergence: Var } {
  const { engine } = t;
  const count = scalars.length;
  const { mean, logVariance } = posterior(t, net, held, x);
  const made = stackOutput(t, net.decoder, held, reparameterised(t, mean, logVariance, noisy));
  const hot = engine.slice(x, count, width);
  let total = t.crossEntropy(count > 0 ? t.slice(made, count, width) : made, hot, widths);
  if (count > 0) {
    const deviations = t.parameter(held.get("deviations"));
    const off = t.subtract(t.map("tanh", t.slice(made, 0, count)), t.constant(engine.slice(x, 0, count)));
    const precision = t.map("square", t.map("reciprocal", deviations));
    const squares = t.affine(t.sum(t.multiply(t.map("square", off), precision)), 0.5);
    const logs = t.affine(t.sum(t.map("log", deviations)), x.rows);
    total = t.add(total, t.add(squares, logs));
  }
  const misfit = t.affine(total, misfitWeight / x.rows);
  const divergence = divergenceOf(t, mean, logVariance);
  return { loss: t.add(misfit, divergence), misfit, divergence };
}
