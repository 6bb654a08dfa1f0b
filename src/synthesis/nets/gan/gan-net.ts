import type { Rng } from "../../../core/rng";
import type { Engine, Tensor } from "../../../neural/engine";
import { normalise } from "../../../neural/normalise";
import type { Tape, Var } from "../../../neural/tape";
import {
  type Initialiser,
  initial,
  type Parameters,
  type Weight,
  type Weights,
} from "../../../neural/weights";
import type { DecoderLayer } from "../blocks/decoder";

/** Hidden layers with batch normalisation whose inputs go on beside their outputs; a linear layer at the end. */
export interface Generator {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** First weights: `<layer>.w`, `.b`, and `.scale` and `.shift` of the normalisation. */
export function generatorWeights(net: Generator, rng: Rng, how: Initialiser = "glorotUniform"): Weights {
  const weights: Record<string, Weight> = {};
  let from = net.inputs;
  [...net.hidden, net.outputs].forEach((to, k) => {
    weights[`${k}.w`] = initial(how, from, to, rng.fork(k));
    weights[`${k}.b`] = initial("zeros", 1, to, rng);
    if (k < net.hidden.length) {
      weights[`${k}.scale`] = initial("ones", 1, to, rng);
      weights[`${k}.shift`] = initial("zeros", 1, to, rng);
    }
    from += to;
  });
  return weights;
}

/** The outputs, normalised by the batch's own means and deviations. */
export function generate(t: Tape, net: Generator, held: Parameters, z: Var): Var {
  const p = (name: string): Var => t.parameter(held.get(name));
  let h = z;
  net.hidden.forEach((_, k) => {
    const y = t.normalise(t.dense(h, p(`${k}.w`), undefined, "linear"), "columns");
    const scaled = t.map("relu", t.add(t.multiply(y, p(`${k}.scale`)), p(`${k}.shift`)));
    h = t.concat([scaled, h]);
  });
  const last = net.hidden.length;
  return t.dense(h, p(`${last}.w`), p(`${last}.b`), "linear");
}

export function generatorLayers(net: Generator): readonly DecoderLayer[] {
  return [
    ...net.hidden.map((): DecoderLayer => ({ activation: "relu", keepsInput: true })),
    { activation: "linear", keepsInput: false },
  ];
}

/**
 * The same net for use: the means and deviations that the normalisations find in `rows` of inputs (side by side) become part of the weights, so that
 * a row no longer depends on the rows beside it.
 */
export function settledGenerator(
  engine: Engine,
  net: Generator,
  weights: Weights,
  rows: number,
  inputs: readonly Float32Array[],
): Weights {
  const settled: Record<string, Weight> = {};
  engine.step(() => {
    const parts = inputs.filter((part) => part.length > 0);
    let h: Tensor = engine.concat(parts.map((part) => engine.put(part, rows, part.length / rows)));
    net.hidden.forEach((_, k) => {
      const w = weights[`${k}.w`];
      const product = engine.matMul(h, engine.put(w.values, w.rows, w.columns));
      const { mean, inverse } = normalise(engine, product, "columns", 1);
      const [means, inverses] = [engine.read(mean), engine.read(inverse)];
      const factors = weights[`${k}.scale`].values.map((scale, c) => scale * inverses[c]);
      const shifts = weights[`${k}.shift`].values.map((shift, c) => shift - means[c] * factors[c]);
      settled[`${k}.w`] = { ...w, values: w.values.map((value, at) => value * factors[at % w.columns]) };
      settled[`${k}.b`] = { rows: 1, columns: w.columns, values: shifts };
      const scaled = engine.binary("multiply", product, engine.put(factors, 1, w.columns));
      const y = engine.map("relu", scaled, engine.put(shifts, 1, w.columns));
      h = engine.concat([y, h]);
    });
  });
  const last = net.hidden.length;
  return { ...settled, [`${last}.w`]: weights[`${last}.w`], [`${last}.b`]: weights[`${last}.b`] };
}
