import { checkNumber } from "../../../core/checks";
import { stackWeights } from "../../../neural/layers";
import { noise } from "../../../neural/noise";
import { adam, cosineRate } from "../../../neural/optimiser";
import { tape } from "../../../neural/tape";
import { hold } from "../../../neural/weights";
import type { FitSynthesiser } from "../../synthesiser";
import type { NetSynthesiser } from "../block-model";
import { type EncodedBlock, fillUnknown, oneHotBatch, sharesOf } from "../blocks/blocks";
import { calibrateMargins } from "../blocks/calibrate";
import { momentLoss, momentTargets } from "../blocks/moments";
import { drawLatents } from "../latent";
import { netMethod } from "../net-method";
import type { NetOptions } from "../net-options";
import { encodeBlocks, type Prepared } from "../prepare";
import { discreteRows, discriminatorMatrices, discriminatorTape, judge } from "./discriminator";
import { type Generator, generate, generatorLayers, generatorWeights, settledGenerator } from "./gan-net";
import { spectralNorm } from "./spectral";

export interface GanOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000; defaults to what makes 1,200 steps, within 10 to 500. */
  readonly epochs?: number;
  /** Latent numbers per row. @default 32 */
  readonly latent?: number;
  /** Units of each of the two hidden layers of both nets. @default 96 */
  readonly units?: number;
  /** Rows per step. @default 500 */
  readonly batch?: number;
  /** Adam's rate for the generator, falling along a cosine. The discriminator has a tenth of it. @default 0.006 */
  readonly rate?: number;
  /** What the discriminator's verdict counts beside the moments. With 0 there is no discriminator. @default 1 */
  readonly adversary?: number;
}

/** A generator's net. */
export type Gan = NetSynthesiser<"gan">;

const usualSteps = 1200;
const settlingRows = 10_000;
/** How much of the averaged weights stays at each step. */
const averageKeep = 0.99;
/** The temperature of the discriminator's rows. */
const temperature = 0.5;

/**
 * A generative adversarial net over softmax blocks: a generator with batch normalisation, a discriminator with spectral
 * normalisation and the hinge loss, rows made discrete by Gumbel noise with a straight-through gradient, and the shares
 * of all classes and pairs of classes held to the training rows' (of the target's rare class once more). What it learns
 * well it learns from these moments; the discriminator adds a little beyond pairs. Values are drawn from the
 * probabilities with low discrepancy.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const model = await gan({ epochs: 2 })(plans, seeded(1));
 * model.sample(20, seeded(2)).rows; // → 20
 */
export function gan(options: GanOptions = {}): FitSynthesiser<Gan> {
  const { latent = 32, units = 96, batch = 500, rate = 6e-3, adversary = 1 } = options;
  checkNumber(adversary, 0, 1000, "make gan", "adversary");
  const usual = { steps: usualSteps };
  const settings = { latent, batch, rate, units, usual, leastBatch: 4, wholeBatches: true };
  return netMethod("gan", options, settings, (engine, prepared, rng) => {
    const blocks = encodeBlocks(prepared).map((block) => fillUnknown(block, rng.fork("unknown")));
    const widths = blocks.map((block) => block.classes.length);
    const width = widths.reduce((sum, own) => sum + own, 0);
    const net: Generator = { inputs: latent, hidden: [units, units], outputs: width };
    const generator = hold(engine, generatorWeights(net, rng.fork("generator")));
    const averages = hold(engine, generator.read());
    const discriminator = hold(
      engine,
      stackWeights(
        { name: "d", sizes: [width, units, units, 1], activation: "leakyRelu" },
        rng.fork("discriminator"),
      ),
    );
    const spectral = spectralNorm(engine, discriminator, discriminatorMatrices, rng.fork("spectral"));
    const moveG = adam(engine, generator, { rate, beta1: 0.5, beta2: 0.9 });
    const moveD = adam(engine, discriminator, { rate: rate / 10, beta1: 0.5, beta2: 0.9 });
    const targets = momentTargets(engine, blocks, prepared.rows, rareClass(prepared, blocks));
    const draws = noise(rng.fork("noise"));
    const schedule = cosineRate();
    const size = Math.max(4, Math.min(batch, prepared.rows));
    const step = (rows: Int32Array, done: number): Record<string, number> => {
      if (adversary > 0) spectral.iterate();
      const losses = engine.step(() => {
        const t = tape(engine);
        const z = engine.put(draws.normal(new Float32Array(size * latent)), size, latent);
        const logits = generate(t, net, generator, t.constant(z));
        const probabilities = t.softmax(logits, widths);
        const moments = momentLoss(t, probabilities, targets);
        let loss = moments;
        let verdict = 0;
        if (adversary > 0) {
          const made = discreteRows(t, logits, widths, temperature, draws);
          const real = engine.put(oneHotBatch(blocks, rows), rows.length, width);
          const its = discriminatorTape(engine, discriminator, spectral, real, made.value);
          moveD.step(its.t, schedule(done));
          verdict = engine.read(its.loss)[0];
          const judged = judge(t, discriminator, spectral, made, false);
          loss = t.add(loss, t.affine(t.sum(judged), -adversary / judged.value.rows));
        }
        t.backward(loss);
        moveG.step(t, schedule(done));
        const figures = { moments: engine.read(moments.value)[0] };
        return adversary > 0 ? { ...figures, discriminator: verdict } : figures;
      });
      engine.average(averages.tensors, generator.tensors, averageKeep);
      return losses;
    };
    const made = () => {
      const z = drawLatents(undefined, settlingRows, latent, rng.fork("settle"));
      const weights = settledGenerator(engine, net, averages.read(), settlingRows, [z]);
      const decoder = calibrateMargins({ layers: generatorLayers(net), weights }, blocks, z, settlingRows);
      return {
        blocks: blocks.map(({ classes }) => ({ classes })),
        shares: blocks.map(sharesOf),
        decoder,
        latentSize: latent,
      };
    };
    const holds = [generator, averages, discriminator, spectral, moveG, moveD, targets];
    return { step, kept: averages, made, holds };
  });
}

/** The output of the target's rarer class, where the target is a column of few levels. */
function rareClass({ variables, target }: Prepared, blocks: readonly EncodedBlock[]): number | undefined {
  const j = variables.findIndex((variable) => variable.name === target);
  if (j < 0 || variables[j].kind !== "levels" || blocks[j].classes.length > 10) return undefined;
  const counts = new Int32Array(blocks[j].classes.length);
  for (const code of blocks[j].codes) counts[code]++;
  const from = blocks.slice(0, j).reduce((sum, block) => sum + block.classes.length, 0);
  return from + counts.indexOf(Math.min(...counts));
}
