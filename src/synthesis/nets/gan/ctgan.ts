import { check, checkInteger } from "../../../core/checks";
import { stackWeights } from "../../../neural/layers";
import { type Noise, noise } from "../../../neural/noise";
import { adam } from "../../../neural/optimiser";
import { type Tape, tape, type Var } from "../../../neural/tape";
import { hold } from "../../../neural/weights";
import type { Wishes } from "../../drawing/wishes";
import type { FitSynthesiser } from "../../synthesiser";
import type { NetSynthesiser } from "../block-model";
import { conditionWidth, drawConditions } from "../blocks/condition";
import { conditionOf, encodeModes, type ModeRows, modeBatch } from "../blocks/mode-blocks";
import { drawLatents } from "../latent";
import { netMethod } from "../net-method";
import type { NetOptions } from "../net-options";
import { criticLoss, generatorLoss } from "./critic";
import { gumbelSoftmax } from "./discriminator";
import { type Generator, generate, generatorLayers, generatorWeights, settledGenerator } from "./gan-net";
import { trainingSampler } from "./training-sampler";

export interface CtganOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000. @default 300 */
  readonly epochs?: number;
  /** Latent numbers per row. @default 128 */
  readonly latent?: number;
  /** Units of each of the two hidden layers of both nets. @default 256 */
  readonly units?: number;
  /** Rows per step, a multiple of `pac`. @default 500 */
  readonly batch?: number;
  /** Rows that the critic judges together, so that it notices rows too much alike (PacGAN). @default 10 */
  readonly pac?: number;
  /** Adam's rate for both nets. @default 0.0002 */
  readonly rate?: number;
}

/** CTGAN's generator. */
export type Ctgan = NetSynthesiser<"ctgan">;

const decay = 1e-6;
/** The temperature of the made rows' classes. */
const temperature = 0.2;
const settlingRows = 10_000;
const noWishes: Wishes = { cells: new Map(), columns: new Map(), last: -1 };

/**
 * CTGAN as published (Xu et al., 2019): numbers by modes, a condition vector with training by sampling, Wasserstein loss
 * with gradient penalty over packs of rows; the usual defaults. What is published knows no rules: `search: false`. A level
 * that is asked for by `where` is told to the generator.
 *
 * @example
 * const { table: plans } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const model = await ctgan({ epochs: 1, units: 16 })(plans, seeded(1));
 * model.sample(20, seeded(2)).rows; // → 20
 */
export function ctgan(options: CtganOptions = {}): FitSynthesiser<Ctgan> {
  const { epochs = 300, latent = 128, units = 256, batch = 500, pac = 10, rate = 2e-4 } = options;
  checkInteger(pac, 1, 1000, "make ctgan", "pac");
  check(batch % pac === 0, "make ctgan", `batch must be a multiple of pac (${pac})`, batch);
  const settings = { latent, batch, rate, units, usual: { epochs }, wholeBatches: true };
  return netMethod("ctgan", options, settings, (engine, prepared, rng) => {
    const data = encodeModes(prepared.variables, prepared.rows, rng.fork("modes"));
    const condition = conditionOf(prepared.variables, data);
    const conditioned = conditionWidth(condition);
    const net: Generator = { inputs: latent + conditioned, hidden: [units, units], outputs: data.width };
    const sampler = trainingSampler(data.blocks, condition, prepared.rows);
    const generator = hold(engine, generatorWeights(net, rng.fork("generator"), "heUniform"));
    const sizes = [(data.width + conditioned) * pac, units, units, 1];
    const critic = hold(
      engine,
      stackWeights({ name: "c", sizes, activation: "leakyRelu" }, rng.fork("critic"), "heUniform"),
    );
    const moveG = adam(engine, generator, { rate, beta1: 0.5, beta2: 0.9, decay });
    const moveC = adam(engine, critic, { rate, beta1: 0.5, beta2: 0.9, decay });
    const draws = noise(rng.fork("noise"));
    const step = (): Record<string, number> =>
      engine.step(() => {
        const drawn = sampler(batch, draws);
        const beside = (rows: Var, t: Tape, conditions: Float32Array): Var => {
          const all =
            conditioned > 0 ? t.concat([rows, t.constant(engine.put(conditions, batch, conditioned))]) : rows;
          return t.reshape(all, batch / pac, sizes[0]);
        };
        const t = tape(engine);
        const z = t.constant(engine.put(draws.normal(new Float32Array(batch * latent)), batch, latent));
        const conditions = t.constant(engine.put(drawn.conditions, batch, conditioned));
        const outputs = generate(t, net, generator, conditioned > 0 ? t.concat([z, conditions]) : z);
        const fake = beside(madeRows(t, outputs, data, draws), t, drawn.conditions);
        // The critic learns from these rows, and then the generator from the critic as it has become.
        const own = tape(engine);
        const rows = engine.put(modeBatch(data, drawn.rows), batch, data.width);
        const real = beside(own.constant(rows), own, drawn.realConditions).value;
        const { loss: theirs, distance } = criticLoss(own, critic, real, fake.value, draws);
        own.backward(theirs);
        moveC.step(own);
        const loss = t.add(generatorLoss(t, critic, fake, draws), toldLoss(t, outputs, data, drawn.targets));
        t.backward(loss);
        moveG.step(t);
        return { generator: engine.read(loss.value)[0], critic: engine.read(distance.value)[0] };
      });
    const made = () => {
      const z = drawLatents(undefined, settlingRows, latent, rng.fork("settle"));
      const asked = drawConditions(condition, data.blocks, settlingRows, noWishes, rng.fork("asked"));
      const weights = settledGenerator(engine, net, generator.read(), settlingRows, [z, asked]);
      return {
        blocks: data.blocks.map(({ classes }) => ({ classes })),
        decoder: { layers: generatorLayers(net), weights },
        latentSize: latent,
        output: { scalars: data.scalars.length, scalarActivation: "tanh" as const, choice: "drawn" as const },
        condition,
      };
    };
    return { step, kept: generator, made, holds: [generator, critic, moveG, moveC] };
  });
}

/** Rows as the critic reads them: tanh for scalars, Gumbel softmax for classes. */
function madeRows(t: Tape, outputs: Var, { scalars, widths, width }: ModeRows, draws: Noise): Var {
  const classes = t.slice(outputs, scalars.length, width);
  const { soft } = gumbelSoftmax(t, classes, widths, temperature, draws);
  return scalars.length > 0 ? t.concat([t.map("tanh", t.slice(outputs, 0, scalars.length)), soft]) : soft;
}

/** How badly the generator gives the classes that it was told, per row. */
function toldLoss(t: Tape, outputs: Var, { scalars, widths, width }: ModeRows, targets: Float32Array): Var {
  const { rows } = outputs.value;
  const wanted = t.engine.put(targets, rows, width - scalars.length);
  return t.affine(t.crossEntropy(t.slice(outputs, scalars.length, width), wanted, widths), 1 / rows);
}
