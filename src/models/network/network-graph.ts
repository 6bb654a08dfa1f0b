import type { Rng } from "../../core/rng";
import type { Pointwise } from "../../neural/engine";
import { dropout } from "../../neural/layers";
import { type Noise, noise } from "../../neural/noise";
import type { Tape, Var } from "../../neural/tape";
import { type Initialiser, initial, type Parameters, type Weight, type Weights } from "../../neural/weights";
import { type EncodedRows, type NetworkInputs, plainWidth } from "./network-inputs";

/** The shape of a net: everything that its weights' sizes depend on. */
export interface NetworkShape {
  /** Numbers that go through periodic functions. */
  readonly numbers: number;
  /** Inputs that enter as they are. */
  readonly plain: number;
  readonly hidden: readonly number[];
  readonly activation: Pointwise;
  /** Nets trained side by side; their predictions are averaged. */
  readonly members: number;
  /**
   * "all": the members share every matrix and differ by scalings of its inputs and outputs (TabM, Gorishniy et al.,
   * 2025). "none": each has weights of its own.
   */
  readonly shared: "all" | "none";
  /** Periodic functions of each number, and how many sums of them enter the net. */
  readonly frequencies: number;
  readonly sums: number;
  /** The standard deviation of the first frequencies, in waves per unit of a scaled number. */
  readonly frequencyScale: number;
  /** Whether each input has a scale that is learned. */
  readonly scaled: boolean;
}

/** The part of the shape that follows from the columns. */
export function inputShape(inputs: NetworkInputs): Pick<NetworkShape, "numbers" | "plain"> {
  return { numbers: inputs.numbers.filter((number) => !number.edges).length, plain: plainWidth(inputs) };
}

function inputWidth(shape: NetworkShape): number {
  return shape.plain + shape.numbers * (shape.frequencies > 0 ? shape.sums + 1 : 1);
}

/** First weights; biases 0, scalings 1 but for the first of shared members: ±1, which makes them differ. */
export function networkWeights(shape: NetworkShape, rng: Rng, initialiser?: Initialiser): Weights {
  const { numbers, hidden, members, shared, frequencies, sums } = shape;
  const nets = shared === "all" ? 1 : members;
  const weights: Record<string, Weight> = {};
  const how = initialiser ?? (shape.activation === "selu" ? "lecunNormal" : "heUniform");
  if (frequencies > 0 && numbers > 0) {
    const groups = nets * numbers;
    const waves = initial("ones", groups, frequencies, rng);
    noise(rng.fork("waves")).normal(waves.values);
    for (let i = 0; i < waves.values.length; i++) waves.values[i] *= 2 * Math.PI * shape.frequencyScale;
    const phases = initial("ones", groups, frequencies, rng);
    noise(rng.fork("phases")).uniform(phases.values);
    for (let i = 0; i < phases.values.length; i++) phases.values[i] *= 2 * Math.PI;
    weights["waves.w"] = waves;
    weights["waves.b"] = phases;
    weights["sums.w"] = initial("heUniform", groups * frequencies, sums, rng.fork("sums"), groups);
    weights["sums.b"] = initial("zeros", groups, sums, rng);
  }
  const sizes = [inputWidth(shape), ...hidden];
  if (shape.scaled) weights.scale = initial("ones", nets, sizes[0], rng);
  for (let i = 0; i < hidden.length; i++) {
    weights[`${i}.w`] = initial(how, sizes[i] * nets, sizes[i + 1], rng.fork(`layer ${i}`), nets);
    if (shared === "all" && members > 1) {
      const inputs = initial("ones", members, sizes[i], rng);
      if (i === 0) {
        const signs = noise(rng.fork("signs")).uniform(new Float32Array(inputs.values.length));
        for (let j = 0; j < signs.length; j++) inputs.values[j] = signs[j] < 0.5 ? -1 : 1;
      }
      weights[`${i}.r`] = inputs;
      weights[`${i}.s`] = initial("ones", members, sizes[i + 1], rng);
    }
    weights[`${i}.b`] = initial("zeros", members, sizes[i + 1], rng);
  }
  const last = sizes[sizes.length - 1];
  weights["out.w"] = initial(initialiser ?? "heUniform", last * members, 1, rng.fork("out"), members);
  weights["out.b"] = initial("zeros", members, 1, rng);
  return weights;
}

/** One output for each member and row: members · rows × 1, member after member. */
export function networkOutput(
  t: Tape,
  shape: NetworkShape,
  net: Parameters,
  batch: EncodedRows,
  rates: readonly number[] = [],
  masks?: Noise,
): Var {
  const { members, shared, hidden } = shape;
  const { rows } = batch;
  const weight = (name: string): Var => t.parameter(net.get(name));
  const nets = shared === "all" ? 1 : members;
  let h = inputsOf(t, shape, net, batch, nets);
  // Absent in nets whose inputs are taken as given.
  if (net.has("scale")) h = t.multiply(h, weight("scale"), nets);
  if (shared === "all" && members > 1) h = repeated(t, h, members);
  for (let i = 0; i < hidden.length; i++) {
    const w = weight(`${i}.w`);
    const b = weight(`${i}.b`);
    if (shared === "none" || members === 1) h = t.dense(h, w, b, shape.activation, members);
    else {
      const product = t.matMul(t.multiply(h, weight(`${i}.r`), members), w);
      h = t.map(shape.activation, t.add(t.multiply(product, weight(`${i}.s`), members), b, members));
    }
    h = dropout(t, h, rates[i] ?? 0, masks);
  }
  const out = t.dense(h, weight("out.w"), weight("out.b"), "linear", members);
  return t.reshape(out, members * rows, 1);
}

/** Plain inputs, numbers and sums of their periodic functions side by side, for each of `nets` nets. */
function inputsOf(t: Tape, shape: NetworkShape, net: Parameters, batch: EncodedRows, nets: number): Var {
  const { rows } = batch;
  const { numbers, plain, frequencies, sums } = shape;
  const parts: Var[] = [];
  if (numbers > 0) {
    const beside = t.constant(t.engine.put(tiled(batch.numbers, nets), nets * rows, numbers));
    parts.push(beside);
    if (frequencies > 0) {
      const groups = nets * numbers;
      // Net after net, number after number, row after row.
      const x = t.permute(beside, [nets, rows, numbers], [0, 2, 1], groups * rows, 1);
      const angles = t.add(
        t.matMul(x, t.parameter(net.get("waves.w")), { groups }),
        t.parameter(net.get("waves.b")),
        groups,
      );
      const waves = t.map("cos", angles);
      const mixed = t.dense(
        waves,
        t.parameter(net.get("sums.w")),
        t.parameter(net.get("sums.b")),
        "linear",
        groups,
      );
      parts.push(t.permute(mixed, [nets, numbers, rows, sums], [0, 2, 1, 3], nets * rows, numbers * sums));
    }
  }
  if (plain > 0) parts.push(t.constant(t.engine.put(tiled(batch.plain, nets), nets * rows, plain)));
  return parts.length === 1 ? parts[0] : t.concat(parts);
}

function tiled(values: Float32Array, times: number): Float32Array {
  if (times === 1) return values;
  const out = new Float32Array(values.length * times);
  for (let i = 0; i < times; i++) out.set(values, i * values.length);
  return out;
}

/** The rows of `x`, `times` over; the derivative sums over the copies. */
function repeated(t: Tape, x: Var, times: number): Var {
  const { rows, columns } = x.value;
  const nothing = t.constant(t.engine.put(new Float32Array(times * rows * columns), times, rows * columns));
  return t.reshape(t.add(nothing, t.reshape(x, 1, rows * columns)), times * rows, columns);
}
