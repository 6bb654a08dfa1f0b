import { check, checkInteger, checkNumber } from "../../core/checks";
import type { ModelJson, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import type { Table } from "../../data/table";
import { withEngine } from "../../neural/backend";
import { stackWeights } from "../../neural/layers";
import { noise } from "../../neural/noise";
import { adam } from "../../neural/optimiser";
import { tape, type Var } from "../../neural/tape";
import { runEpochs } from "../../neural/train";
import { hold, type Weights } from "../../neural/weights";
import type { Wishes } from "../drawing/wishes";
import type { FitSynthesiser } from "../synthesiser";
import { blockModel, loadBlockModel, type NetSynthesiser } from "./block-model";
import { conditionWidth, drawConditions } from "./condition";
import { criticVerdict, dropoutMasks, gradientPenalty } from "./critic";
import { gumbelSoftmax } from "./discriminator";
import { type Generator, generate, generatorLayers, generatorWeights, settledGenerator } from "./gan-net";
import { drawLatents } from "./latent";
import { conditionOf, encodeModes, modeBatch } from "./mode-blocks";
import { type NetOptions, trainingOf } from "./net-options";
import { prepare } from "./prepare";
import { trainingSampler } from "./training-sampler";

export interface CtganOptions extends NetOptions {
  /** Passes over the rows, 1 to 10,000; defaults to 300. */
  readonly epochs?: number;
  /** Latent numbers per row; defaults to 128. */
  readonly latent?: number;
  /** Units of each of the two hidden layers of both nets; defaults to 256. */
  readonly units?: number;
  /** Rows per step, a multiple of `pac`; defaults to 500. */
  readonly batch?: number;
  /** Rows that the critic judges together, so that it notices rows too much alike (PacGAN); defaults to 10. */
  readonly pac?: number;
  /** Adam's rate for both nets; defaults to 0.0002. */
  readonly rate?: number;
}

/** CTGAN's generator. */
export interface Ctgan extends NetSynthesiser {
  readonly kind: "ctgan";
}

const decay = 1e-6;
/** The temperature of the made rows' classes. */
const temperature = 0.2;
const settlingRows = 10_000;
const noWishes: Wishes = { cells: new Map(), columns: new Map(), last: -1 };

/**
 * CTGAN as published (Xu et al., 2019): numbers by modes, a condition vector with training by sampling, Wasserstein loss
 * with gradient penalty over packs of rows; the usual defaults. No rules are searched for. A level that is asked for by
 * `where` is told to the generator.
 */
export function ctgan(options: CtganOptions = {}): FitSynthesiser<Ctgan> {
  const { epochs = 300, latent = 128, units = 256, batch = 500, pac = 10, rate = 2e-4 } = options;
  checkInteger(latent, 1, 1000, "make ctgan", "latent");
  checkInteger(units, 1, 10_000, "make ctgan", "units");
  checkInteger(pac, 1, 1000, "make ctgan", "pac");
  checkInteger(batch, 1, 1e6, "make ctgan", "batch");
  check(batch % pac === 0, "make ctgan", `batch must be a multiple of pac (${pac})`, batch);
  checkNumber(rate, 0, Infinity, "make ctgan", "rate", "low");
  return async (from: Table, rng: Rng, watch: Watch = {}) => {
    const prepared = prepare(from, rng, watch, "ctgan", { search: false, ...options, epochs });
    const data = encodeModes(prepared.variables, prepared.rows, rng.fork("modes"));
    const condition = conditionOf(prepared.variables, data);
    const told = conditionWidth(condition);
    const net: Generator = { inputs: latent + told, hidden: [units, units], outputs: data.width };
    const sampler = trainingSampler(data.blocks, condition, prepared.rows);
    return withEngine("large", options.backend, async (engine) => {
      const generator = hold(engine, generatorWeights(net, rng.fork("generator"), "heUniform"));
      const sizes = [(data.width + told) * pac, units, units, 1];
      const critic = hold(
        engine,
        stackWeights({ name: "c", sizes, activation: "leakyRelu" }, rng.fork("critic"), "heUniform"),
      );
      const moveG = adam(engine, generator, { rate, beta1: 0.5, beta2: 0.9, decay });
      const moveC = adam(engine, critic, { rate, beta1: 0.5, beta2: 0.9, decay });
      const draws = noise(rng.fork("noise"));
      const packs = batch / pac;
      const step = (): Record<string, number> =>
        engine.step(() => {
          const t = tape(engine);
          const drawn = sampler(batch, draws);
          const conditions = engine.put(drawn.conditions, batch, told);
          const z = engine.put(draws.normal(new Float32Array(batch * latent)), batch, latent);
          const input = told > 0 ? engine.concat([z, conditions]) : z;
          const outputs = generate(t, net, generator, t.constant(input));
          const made = activated(outputs);
          const pack = (rows: Var): Var => t.reshape(rows, packs, sizes[0]);
          const withTold = (rows: Var, what: typeof conditions): Var =>
            told > 0 ? t.concat([rows, t.constant(what)]) : rows;
          const fake = pack(withTold(made, conditions));
          // The critic learns from the rows as they are; the generator then from the critic as it has become.
          const theirs = engine.put(drawn.realConditions, batch, told);
          const rows = engine.put(modeBatch(data, drawn.rows), batch, data.width);
          const real = pack(withTold(t.constant(rows), theirs)).value;
          const own = tape(engine);
          const masks = (): ReturnType<typeof dropoutMasks> => dropoutMasks(engine, draws, packs, units);
          const verdict = (x: typeof real): Var =>
            own.affine(own.sum(criticVerdict(own, critic, own.constant(x), masks(), true)), 1 / packs);
          const distance = own.subtract(verdict(real), verdict(fake.value));
          const penalty = gradientPenalty(own, critic, real, fake.value, masks(), draws);
          own.backward(own.subtract(penalty, distance));
          moveC.step(own);
          const judged = t.affine(t.sum(criticVerdict(t, critic, fake, masks(), false)), -1 / packs);
          let loss = judged;
          let missed: Var | undefined;
          if (told > 0) {
            const logits = t.slice(outputs, data.scalars.length, data.width);
            const hots = data.width - data.scalars.length;
            missed = t.affine(
              t.crossEntropy(logits, engine.put(drawn.targets, batch, hots), data.widths),
              1 / batch,
            );
            loss = t.add(loss, missed);
          }
          t.backward(loss);
          moveG.step(t);
          const [generatorLoss] = engine.read(loss.value);
          const [distanceNow] = engine.read(distance.value);
          return { generator: generatorLoss, critic: distanceNow };

          function activated(raw: Var): Var {
            const hot = t.slice(raw, data.scalars.length, data.width);
            const soft = gumbelSoftmax(t, hot, data.widths, temperature, draws).soft;
            if (data.scalars.length === 0) return soft;
            return t.concat([t.map("tanh", t.slice(raw, 0, data.scalars.length)), soft]);
          }
        });
      try {
        const history = await runEpochs(
          { step, snapshot: () => generator.read(), restore: (kept: Weights) => generator.write(kept) },
          { rows: prepared.rows, epochs, batch, wholeBatches: true },
          rng.fork("epochs"),
          watch,
        );
        const z = drawLatents(undefined, settlingRows, latent, rng.fork("settle"));
        const asked = drawConditions(condition, data.blocks, settlingRows, noWishes, rng.fork("asked"));
        const weights = settledGenerator(engine, net, generator.read(), settlingRows, [z, asked]);
        return blockModel("ctgan", {
          schema: prepared.schema,
          structure: prepared.structure,
          variables: prepared.drawn,
          blocks: data.blocks.map(({ classes }) => ({ classes })),
          decoder: { layers: generatorLayers(net), weights },
          latentSize: latent,
          output: { scalars: data.scalars.length, scalarActivation: "tanh", choice: "drawn" },
          condition,
          training: trainingOf(history, epochs, engine.backend),
        });
      } finally {
        for (const one of [generator, critic, moveG, moveC]) one.free();
      }
    });
  };
}

/** The model that `toJSON` wrote. Throws when the JSON is of another kind or version. */
export function loadCtgan(json: ModelJson): Ctgan {
  return loadBlockModel("ctgan", json);
}
