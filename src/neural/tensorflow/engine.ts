import { type Engine, leakySlope, type MatMulOptions } from "../engine";
import { blockOperations } from "./blocks";
import { optimiserOperations } from "./optimiser";
import { curves } from "./pointwise";
import type { Tf } from "./raw";
import { Tensors } from "./tensors";

/** Nets on TensorFlow's C library, whose backend must be set already. What the ops of one step make is freed by its scope. */
export function tensorflowEngine(tf: Tf, version: string): Engine {
  const tensors = new Tensors(tf);
  return {
    backend: "native",
    version,
    ...tensors.memory(),
    ...matrixOperations(tensors),
    ...blockOperations(tensors),
    ...shapeOperations(tensors),
    ...optimiserOperations(tensors),
  };
}

function matrixOperations(
  tensors: Tensors,
): Pick<Engine, "matMul" | "binary" | "affine" | "map" | "mapGradient" | "sumRows" | "sumColumns"> {
  const { tf, of, raw } = tensors;
  return {
    matMul: (a, b, { transposeA = false, transposeB = false, groups = 1 }: MatMulOptions = {}) => {
      const x = tensors.grouped(a, groups);
      const z = tensors.grouped(b, groups);
      const m = transposeA ? a.columns : a.rows / groups;
      const n = transposeB ? b.rows / groups : b.columns;
      return tensors.flat(tf.matMul(x, z, transposeA, transposeB), m * groups, n);
    },
    binary: (op, a, b, groups = 1) => {
      const spreads = groups > 1 && b.rows === groups && b.rows !== a.rows;
      const x = spreads ? tensors.grouped(a, groups) : of(a);
      const z = spreads ? tensors.spread(b, groups) : of(b);
      const y = op === "add" ? tf.add(x, z) : op === "subtract" ? tf.sub(x, z) : tf.mul(x, z);
      return tensors.flat(y, a.rows, a.columns);
    },
    affine: (a, scale, shift) => {
      const scaled = scale === 1 ? of(a) : tf.mul(of(a), scale);
      return tensors.like(a, shift === 0 ? scaled : tf.add(scaled, shift));
    },
    map: (f, a, bias, groups = 1) => {
      const x = bias
        ? tensors.flat(
            tf.add(groups > 1 ? tensors.grouped(a, groups) : of(a), tensors.spread(bias, groups)),
            a.rows,
            a.columns,
          )
        : a;
      return tensors.like(a, curves[f].of(tf, of(x)));
    },
    mapGradient: (f, x, y, dy) => {
      if (f === "relu") return tensors.like(y, raw.slope("ReluGrad", of(y), of(dy)));
      if (f === "leakyRelu") return tensors.like(y, raw.slope("LeakyReluGrad", of(y), of(dy), leakySlope));
      return tensors.like(y, tf.mul(of(dy), curves[f].slope(tf, of(x), of(y))));
    },

    sumRows: (a, groups = 1) =>
      tensors.flat(
        groups === 1 ? tf.sum(of(a), 0, true) : tf.sum(tensors.grouped(a, groups), 1),
        groups,
        a.columns,
      ),
    sumColumns: (a) => tensors.wrap(tf.sum(of(a), 1, true), a.rows, 1),
  };
}

function shapeOperations(tensors: Tensors): Pick<Engine, "concat" | "slice" | "pad" | "reshape" | "permute"> {
  const { tf, of } = tensors;
  return {
    concat: (parts) => {
      const columns = parts.reduce((sum, tensor) => sum + tensor.columns, 0);
      return tensors.wrap(tf.concat(parts.map(of), 1), parts[0].rows, columns);
    },
    slice: (a, from, to) => tensors.wrap(tf.slice(of(a), [0, from], [a.rows, to - from]), a.rows, to - from),
    pad: (a, from, columns) =>
      tensors.wrap(
        tf.pad(of(a), [
          [0, 0],
          [from, columns - from - a.columns],
        ]),
        a.rows,
        columns,
      ),
    reshape: (a, rows, columns) => tensors.wrap(tf.reshape(of(a), [rows, columns]), rows, columns),
    permute: (a, shape, order, rows, columns) => {
      const seen = tf.reshape(of(a), [...shape]);
      return tensors.wrap(tf.reshape(tf.transpose(seen, [...order]), [rows, columns]), rows, columns);
    },
  };
}
