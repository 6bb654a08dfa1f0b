import type { Rng } from "../core/rng";
import type { Pointwise, Tensor } from "./engine";
import type { Noise } from "./noise";
import type { Tape, Var } from "./tape";
import { type Initialiser, initial, type Parameters, type Weight } from "./weights";

/** A stack of dense layers; the last one is linear. */
export interface Stack {
  /** What its weights' names begin with. */
  readonly name: string;
  /** The units of each layer, inputs first. */
  readonly sizes: readonly number[];
  readonly activation: Pointwise;
  /** Copies of the stack that train side by side on blocks of rows, each with its own weights. @default 1 */
  readonly members?: number;
}

/** First weights of a stack: `name.0.w`, `name.0.b`, … */
export function stackWeights(
  stack: Stack,
  rng: Rng,
  how: Initialiser = "glorotUniform",
): Record<string, Weight> {
  const { name, sizes, members = 1 } = stack;
  const weights: Record<string, Weight> = {};
  for (let i = 0; i + 1 < sizes.length; i++) {
    const [from, to] = [sizes[i], sizes[i + 1]];
    weights[`${name}.${i}.w`] = initial(how, from * members, to, rng.fork(`${name} ${i}`), members);
    weights[`${name}.${i}.b`] = initial("zeros", members, to, rng);
  }
  return weights;
}

/** Dropout while training: a mask from `noise`; the values themselves without one. */
export function dropout(t: Tape, x: Var, rate: number, noise: Noise | undefined): Var {
  if (!noise || rate === 0) return x;
  const { rows, columns } = x.value;
  const mask = noise.mask(new Float32Array(rows * columns), rate);
  return t.multiply(x, t.constant(t.engine.put(mask, rows, columns)));
}

/** The outputs of a stack. `rates` are the dropout rates after each hidden layer, used only with `noise`. */
export function stackOutput(
  t: Tape,
  stack: Stack,
  parameters: Parameters,
  x: Var,
  rates: readonly number[] = [],
  noise?: Noise,
): Var {
  const { name, sizes, activation, members = 1 } = stack;
  let h = x;
  for (let i = 0; i + 1 < sizes.length; i++) {
    const last = i + 2 === sizes.length;
    const w = t.parameter(parameters.get(`${name}.${i}.w`));
    const b = t.parameter(parameters.get(`${name}.${i}.b`));
    h = t.dense(h, w, b, last ? "linear" : activation, members);
    if (!last) h = dropout(t, h, rates[i] ?? 0, noise);
  }
  return h;
}

/** Mean binary cross-entropy of logits (rows × 1) against labels 0/1, weighted. */
export function binaryCrossEntropy(t: Tape, logits: Var, labels: Tensor, weights: Tensor): Var {
  return weightedMean(t, crossEntropies(t, logits, labels), weights);
}

/**
 * As `binaryCrossEntropy`, each row counting (1 − p of its label)^gamma as much, so that easy rows matter less (Lin et
 * al., 2017, without their α: that is what weights are for).
 */
export function focalLoss(t: Tape, logits: Var, labels: Tensor, weights: Tensor, gamma: number): Var {
  const y = t.constant(labels);
  // The log odds of the label: z where it is 1, −z where it is 0. Then 1 − p of the label is e^−softplus(odds).
  const odds = t.multiply(logits, t.affine(y, 2, -1));
  const ease = t.map("exp", t.affine(t.map("softplus", odds), -gamma));
  return weightedMean(t, t.multiply(crossEntropies(t, logits, labels), ease), weights);
}

function crossEntropies(t: Tape, logits: Var, labels: Tensor): Var {
  return t.subtract(t.map("softplus", logits), t.multiply(logits, t.constant(labels)));
}

function weightedMean(t: Tape, each: Var, weights: Tensor): Var {
  return t.affine(t.sum(t.multiply(each, t.constant(weights))), 1 / each.value.rows);
}

/** Mean squared difference, weighted. */
export function squaredLoss(t: Tape, outputs: Var, targets: Tensor, weights: Tensor): Var {
  return weightedMean(t, t.map("square", t.subtract(outputs, t.constant(targets))), weights);
}

/** Mean absolute difference, weighted. */
export function absoluteLoss(t: Tape, outputs: Var, targets: Tensor, weights: Tensor): Var {
  return weightedMean(t, t.map("abs", t.subtract(outputs, t.constant(targets))), weights);
}

/**
 * Mean pinball loss (Koenker and Bassett, 1978) of quantiles: `levels` holds, for each column of the outputs, the level
 * in (0, 1) that it is meant as; `targets` has the shape of the outputs.
 */
export function pinballLoss(t: Tape, outputs: Var, targets: Tensor, levels: Tensor): Var {
  const { rows, columns } = outputs.value;
  const over = t.subtract(outputs, t.constant(targets));
  // level · (y − q) where the target is above, and (1 − level) · (q − y) where it is below.
  const each = t.subtract(t.map("relu", over), t.multiply(over, t.constant(levels)));
  return t.affine(t.sum(each), 1 / (rows * columns));
}
