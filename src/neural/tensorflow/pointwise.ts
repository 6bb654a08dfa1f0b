import { leakySlope, type Pointwise, seluAlpha, seluScale } from "../engine";
import type { Tf, Values } from "./raw";

const seluFloor = seluScale * seluAlpha;

interface Curve {
  /** f of each value. */
  of(tf: Tf, x: Values): Values;
  /** f′ at x, where y = f(x). */
  slope(tf: Tf, x: Values, y: Values): Values;
}

export const curves: Readonly<Record<Pointwise, Curve>> = {
  linear: { of: (_, x) => x, slope: (tf, _, y) => tf.onesLike(y) },
  relu: { of: (tf, x) => tf.relu(x), slope: (tf, _, y) => tf.step(y) },
  leakyRelu: { of: (tf, x) => tf.leakyRelu(x, leakySlope), slope: (tf, _, y) => tf.step(y, leakySlope) },
  selu: {
    of: (tf, x) => tf.selu(x),
    // λ above zero, y + λα below.
    slope: (tf, _, y) =>
      tf.add(tf.minimum(y, 0), tf.add(tf.mul(tf.step(y), seluScale - seluFloor), seluFloor)),
  },
  tanh: { of: (tf, x) => tf.tanh(x), slope: (tf, _, y) => tf.sub(1, tf.square(y)) },
  sigmoid: { of: (tf, x) => tf.sigmoid(x), slope: (tf, _, y) => tf.mul(y, tf.sub(1, y)) },
  softplus: {
    of: (tf, x) => tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1))),
    slope: (tf, _, y) => tf.sub(1, tf.exp(tf.neg(y))),
  },
  exp: { of: (tf, x) => tf.exp(x), slope: (_, __, y) => y },
  log: { of: (tf, x) => tf.log(x), slope: (tf, x) => tf.reciprocal(x) },
  cos: { of: (tf, x) => tf.cos(x), slope: (tf, x) => tf.neg(tf.sin(x)) },
  square: { of: (tf, x) => tf.square(x), slope: (tf, x) => tf.mul(x, 2) },
  sqrt: { of: (tf, x) => tf.sqrt(x), slope: (tf, _, y) => tf.div(0.5, y) },
  abs: { of: (tf, x) => tf.abs(x), slope: (tf, x) => tf.sign(x) },
  reciprocal: { of: (tf, x) => tf.reciprocal(x), slope: (tf, _, y) => tf.neg(tf.square(y)) },
};
