import type * as TensorFlow from "@tensorflow/tfjs-core";
import { checkSameLength } from "../core/checks";
import {
  type AdamState,
  type Engine,
  leakySlope,
  type MatMulOptions,
  type Pointwise,
  seluAlpha,
  seluScale,
  type Tensor,
} from "./engine";

const seluFloor = seluScale * seluAlpha;

type Tf = typeof TensorFlow;
type Values = TensorFlow.Tensor;

/** A kept tensor changes what it holds at every step of an optimiser. */
interface Held extends Tensor {
  held: Values;
}

/** Nets on TensorFlow's C library, whose backend must be set already. What the ops of one step make is freed by its scope. */
export function tensorflowEngine(tf: Tf, version: string): Engine {
  const of = (a: Tensor): Values => (a as Held).held;
  const wrap = (held: Values, rows: number, columns: number): Held => {
    made++;
    return { rows, columns, held };
  };
  const like = (a: Tensor, held: Values): Held => wrap(held, a.rows, a.columns);
  let kept = 0;
  let made = 0;
  const constants = new Map<string, Values>();
  /** A tensor that depends on nothing but its name, made once. */
  const constant = (name: string, produce: () => Values): Values => {
    const known = constants.get(name);
    if (known && !known.isDisposed) return known;
    const fresh = tf.keep(produce());
    constants.set(name, fresh);
    return fresh;
  };
  const grouped = (a: Tensor, groups: number): Values =>
    groups === 1 ? of(a) : tf.reshape(of(a), [groups, a.rows / groups, a.columns]);
  const spread = (b: Tensor, groups: number): Values =>
    groups > 1 && b.rows === groups ? tf.reshape(of(b), [groups, 1, b.columns]) : of(b);
  const flat = (held: Values, rows: number, columns: number): Held =>
    wrap(held.rank === 2 ? held : tf.reshape(held, [rows, columns]), rows, columns);

  /** 0/1 matrix that says which columns share a block: a product with it sums within blocks. */
  const sameBlock = (blocks: readonly number[]): Values =>
    constant(`same ${blocks}`, () => {
      const size = blocks.reduce((sum, width) => sum + width, 0);
      const values = new Float32Array(size * size);
      let from = 0;
      for (const width of blocks) {
        for (let i = from; i < from + width; i++) values.fill(1, i * size + from, i * size + from + width);
        from += width;
      }
      return tf.tensor(values, [size, size]);
    });
  const blockSum = (a: Values, blocks: readonly number[]): Values =>
    blocks.length === 1
      ? tf.sum(a, 1, true)
      : tf.matMul(a as TensorFlow.Tensor2D, sameBlock(blocks) as TensorFlow.Tensor2D);
  /** The columns of each block, filled up to the widest one by repeating its first: rows × blocks × widest. */
  const padded = (a: Tensor, blocks: readonly number[]): Values => {
    const widest = Math.max(...blocks);
    const indices = constant(`pad ${blocks}`, () => {
      const places: number[] = [];
      let from = 0;
      for (const width of blocks) {
        for (let j = 0; j < widest; j++) places.push(j < width ? from + j : from);
        from += width;
      }
      return tf.tensor1d(places, "int32");
    });
    return tf.reshape(tf.gather(of(a), indices as TensorFlow.Tensor1D, 1), [a.rows, blocks.length, widest]);
  };
  /** Per column the greatest value of its block: taken off before exp, which then cannot overflow. */
  const blockMax = (a: Tensor, blocks: readonly number[]): Values => {
    if (blocks.length === 1) return tf.max(of(a), 1, true);
    const most = tf.max(padded(a, blocks), 2);
    const owner = constant(`owner ${blocks}`, () =>
      tf.tensor1d(
        blocks.flatMap((width, i) => Array<number>(width).fill(i)),
        "int32",
      ),
    );
    return tf.gather(most, owner as TensorFlow.Tensor1D, 1);
  };
  const softmaxParts = (a: Tensor, blocks: readonly number[]) => {
    const shifted = tf.sub(of(a), blockMax(a, blocks));
    const e = tf.exp(shifted);
    const total = blockSum(e, blocks);
    return { shifted, total, value: tf.div(e, total) };
  };

  const keep = (values: Float32Array, rows: number, columns: number): Held => {
    checkSameLength(values.length, rows * columns, "keep tensor", "values and rows × columns");
    kept++;
    return { rows, columns, held: tf.keep(tf.tensor(values.slice(), [rows, columns])) };
  };
  const replace = (one: Tensor, held: Values): void => {
    of(one).dispose();
    (one as Held).held = tf.keep(held);
  };
  const concatFlat = (parts: readonly Tensor[]): Values =>
    parts.length === 1
      ? tf.reshape(of(parts[0]), [-1])
      : tf.concat(parts.map((one) => tf.reshape(of(one), [-1])));
  const splitFlat = (all: Values, into: readonly Tensor[]): void => {
    if (into.length === 1) {
      // A reshape shares its data, and so survives the scope only as a tensor of its own.
      replace(into[0], tf.reshape(all, [into[0].rows, into[0].columns]));
      return;
    }
    const sizes = into.map((one) => one.rows * one.columns);
    tf.split(all, sizes).forEach((part, i) => {
      replace(into[i], tf.reshape(part, [into[i].rows, into[i].columns]));
    });
  };

  return {
    backend: "native",
    version,
    keep,
    free: (one) => {
      kept--;
      of(one).dispose();
    },
    put: (values, rows, columns) => {
      checkSameLength(values.length, rows * columns, "put tensor", "values and rows × columns");
      return wrap(tf.tensor(values, [rows, columns]), rows, columns);
    },
    read: (a) => Float32Array.from(of(a).dataSync()),
    write: (one, values) => {
      checkSameLength(values.length, one.rows * one.columns, "write tensor", "values and tensor");
      replace(one, tf.tensor(values.slice(), [one.rows, one.columns]));
    },
    step: (body) => {
      const before = made;
      tf.engine().startScope();
      try {
        return body();
      } finally {
        tf.engine().endScope();
        made = before;
      }
    },
    live: () => kept + made,
    close: () => {
      for (const one of constants.values()) one.dispose();
      constants.clear();
    },

    matMul: (a, b, { transposeA = false, transposeB = false, groups = 1 }: MatMulOptions = {}) => {
      const x = grouped(a, groups);
      const z = grouped(b, groups);
      const m = transposeA ? a.columns : a.rows / groups;
      const n = transposeB ? b.rows / groups : b.columns;
      return flat(tf.matMul(x, z, transposeA, transposeB), m * groups, n);
    },
    binary: (op, a, b, groups = 1) => {
      const spreads = groups > 1 && b.rows === groups && b.rows !== a.rows;
      const x = spreads ? grouped(a, groups) : of(a);
      const z = spreads ? spread(b, groups) : of(b);
      const y = op === "add" ? tf.add(x, z) : op === "subtract" ? tf.sub(x, z) : tf.mul(x, z);
      return flat(y, a.rows, a.columns);
    },
    affine: (a, scale, shift) => {
      const scaled = scale === 1 ? of(a) : tf.mul(of(a), scale);
      return like(a, shift === 0 ? scaled : tf.add(scaled, shift));
    },
    map: (f, a, bias, groups = 1) => {
      const x = bias
        ? flat(tf.add(groups > 1 ? grouped(a, groups) : of(a), spread(bias, groups)), a.rows, a.columns)
        : (a as Held);
      return like(a, pointwise(tf, f, x.held));
    },
    mapGradient: (f, x, y, dy) => like(y, tf.mul(of(dy), slope(tf, f, of(x), of(y)))),

    sumRows: (a, groups = 1) =>
      flat(groups === 1 ? tf.sum(of(a), 0, true) : tf.sum(grouped(a, groups), 1), groups, a.columns),
    sumColumns: (a) => wrap(tf.sum(of(a), 1, true), a.rows, 1),

    softmax: (a, blocks) => like(a, softmaxParts(a, blocks).value),
    softmaxGradient: (y, dy, blocks) => {
      const product = tf.mul(of(y), of(dy));
      return like(y, tf.sub(product, tf.mul(of(y), blockSum(product, blocks))));
    },
    crossEntropy: (logits, targets, blocks) => {
      const { shifted, total, value } = softmaxParts(logits, blocks);
      const loss = tf.sum(tf.mul(of(targets), tf.sub(tf.log(total), shifted)));
      const gradient = tf.sub(tf.mul(value, blockSum(of(targets), blocks)), of(targets));
      return { loss: wrap(tf.reshape(loss, [1, 1]), 1, 1), gradient: like(logits, gradient) };
    },
    hardMax: (a, blocks) => {
      const widest = Math.max(...blocks);
      const chosen = tf.argMax(padded(a, blocks), 2) as TensorFlow.Tensor2D;
      const hot = tf.oneHot(chosen, widest, 1, 0, "float32");
      const back = constant(`back ${blocks}`, () =>
        tf.tensor1d(
          blocks.flatMap((width, i) => Array.from({ length: width }, (_, j) => i * widest + j)),
          "int32",
        ),
      );
      const wide = tf.reshape(hot, [a.rows, blocks.length * widest]);
      return like(a, tf.gather(wide, back as TensorFlow.Tensor1D, 1));
    },

    concat: (parts) => {
      const columns = parts.reduce((sum, one) => sum + one.columns, 0);
      return wrap(tf.concat(parts.map(of), 1), parts[0].rows, columns);
    },
    slice: (a, from, to) => wrap(tf.slice(of(a), [0, from], [a.rows, to - from]), a.rows, to - from),
    pad: (a, from, columns) =>
      wrap(
        tf.pad(of(a), [
          [0, 0],
          [from, columns - from - a.columns],
        ]),
        a.rows,
        columns,
      ),
    reshape: (a, rows, columns) => wrap(tf.reshape(of(a), [rows, columns]), rows, columns),
    permute: (a, shape, order, rows, columns) => {
      const seen = tf.reshape(of(a), [...shape]);
      return wrap(tf.reshape(tf.transpose(seen, [...order]), [rows, columns]), rows, columns);
    },

    // All parameters in one vector: a dozen operations whatever their number.
    adamState: (parameters): AdamState => {
      const size = parameters.reduce((sum, one) => sum + one.rows * one.columns, 0);
      const zeros = (): Tensor[] => [keep(new Float32Array(size), 1, size)];
      return { first: zeros(), second: zeros() };
    },
    adam: (parameters, gradients, state, how) => {
      tf.tidy(() => {
        const { beta1, beta2, epsilon, decay } = how;
        const w = concatFlat(parameters);
        const g = concatFlat(gradients);
        const first = tf.add(tf.mul(concatFlat(state.first), beta1), tf.mul(g, 1 - beta1));
        const second = tf.add(tf.mul(concatFlat(state.second), beta2), tf.mul(tf.square(g), 1 - beta2));
        const scale = Math.sqrt(1 - beta2 ** how.step);
        const rate = (how.rate / (1 - beta1 ** how.step)) * scale;
        const move = tf.div(tf.mul(first, rate), tf.add(tf.sqrt(second), epsilon * scale));
        const sizes = parameters.map((one) => one.rows * one.columns);
        const shrunk =
          decay === 0
            ? w
            : tf.mul(
                w,
                tf.add(
                  tf.mul(
                    constant(`decayed ${sizes} ${how.decayed}`, () =>
                      tf.tensor1d(
                        sizes.flatMap((size, i) => Array<number>(size).fill(how.decayed[i] ? 1 : 0)),
                      ),
                    ),
                    -decay,
                  ),
                  1,
                ),
              );
        splitFlat(tf.sub(shrunk, move), parameters);
        splitFlat(first, state.first);
        splitFlat(second, state.second);
      });
    },
    average: (averages, parameters, share) => {
      tf.tidy(() => {
        const y = tf.add(tf.mul(concatFlat(averages), share), tf.mul(concatFlat(parameters), 1 - share));
        splitFlat(y, averages);
      });
    },
  };
}

function pointwise(tf: Tf, f: Pointwise, x: Values): Values {
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
function slope(tf: Tf, f: Pointwise, x: Values, y: Values): Values {
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
