import { leakySlope, type Pointwise, seluAlpha, seluScale } from "../engine";
import type { Tf, Values } from "./raw";

const seluFloor = seluScale * seluAlpha;

/** f of each value. */
export function pointwise(tf: Tf, f: Pointwise, x: Values): Values {
  switch (f) {
    case "linear":
      return x;
    case "relu":
      return tf.relu(x);
    case "leakyRelu":
      return tf.leakyRelu(x, leakySlope);
    case "selu":
      return tf.selu(x);
    case "tanh":
      return tf.tanh(x);
    case "sigmoid":
      return tf.sigmoid(x);
    case "softplus":
      return tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));
    case "exp":
      return tf.exp(x);
    case "log":
      return tf.log(x);
    case "cos":
      return tf.cos(x);
    case "square":
      return tf.square(x);
    case "sqrt":
      return tf.sqrt(x);
    case "abs":
      return tf.abs(x);
    case "reciprocal":
      return tf.reciprocal(x);
  }
}

/** f′ at x, where y = f(x). */
export function slope(tf: Tf, f: Pointwise, x: Values, y: Values): Values {
  switch (f) {
    case "linear":
      return tf.onesLike(y);
    case "relu":
      return tf.step(y);
    case "leakyRelu":
      return tf.step(y, leakySlope);
    case "selu":
      // λ above zero, y + λα below.
      return tf.add(tf.minimum(y, 0), tf.add(tf.mul(tf.step(y), seluScale - seluFloor), seluFloor));
    case "tanh":
      return tf.sub(1, tf.square(y));
    case "sigmoid":
      return tf.mul(y, tf.sub(1, y));
    case "softplus":
      return tf.sub(1, tf.exp(tf.neg(y)));
    case "exp":
      return y;
    case "log":
      return tf.reciprocal(x);
    case "cos":
      return tf.neg(tf.sin(x));
    case "square":
      return tf.mul(x, 2);
    case "sqrt":
      return tf.div(0.5, y);
    case "abs":
      return tf.sign(x);
    case "reciprocal":
      return tf.neg(tf.square(y));
  }
}
