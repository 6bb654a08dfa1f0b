import { normal, type Rng, seeded } from "../../src/core/rng";
import type { Pointwise, Tensor } from "../../src/neural/engine";
import {
  absoluteLoss,
  binaryCrossEntropy,
  dropout,
  focalLoss,
  pinballLoss,
  squaredLoss,
  stackOutput,
} from "../../src/neural/layers";
import { noise } from "../../src/neural/noise";
import type { Tape, Var } from "../../src/neural/tape";
import type { Parameters } from "../../src/neural/weights";

type Shape = readonly [rows: number, columns: number];

/** A computation whose derivatives are checked, and whose bits are compared between twins. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Shape[];
  readonly compute: (t: Tape, x: readonly Var[]) => Var;
  /** Where the inputs are drawn from; standard normal when absent. */
  readonly draw?: (rng: Rng) => number;
}

const away = (rng: Rng): number => {
  // Kinks at 0 have no derivative to compare with.
  const x = normal(rng);
  return x + (x < 0 ? -0.3 : 0.3);
};
const positive = (rng: Rng): number => 0.5 + Math.abs(normal(rng));

export const pointwise: readonly [Pointwise, ((rng: Rng) => number)?][] = [
  ["linear"],
  ["relu", away],
  ["leakyRelu", away],
  ["selu", away],
  ["tanh"],
  ["sigmoid"],
  ["softplus"],
  ["exp"],
  ["log", positive],
  ["cos"],
  ["square"],
  ["sqrt", positive],
  ["abs", away],
  ["reciprocal", positive],
];

const spreads: readonly { what: string; shape: Shape; groups?: number; rows?: boolean }[] = [
  { what: "the same shape", shape: [6, 4] },
  { what: "one row", shape: [1, 4], rows: true },
  { what: "one row of each group", shape: [3, 4], groups: 3, rows: true },
  { what: "one column", shape: [6, 1] },
  { what: "one number", shape: [1, 1] },
];

const six = {
  labels: Float32Array.of(0, 1, 0, 1, 1, 0),
  targets: Float32Array.of(0.3, -4, 2.5, 7, -9, 11),
  weights: Float32Array.of(1, 0.5, 2, 1, 1.5, 1),
};

/** A loss of six rows. */
function rowLoss(
  name: string,
  of: keyof typeof six,
  compute: (t: Tape, out: Var, wanted: Tensor, weights: Tensor) => Var,
): Case {
  return {
    name,
    inputs: [[6, 1]],
    compute: (t, [z]) =>
      t.affine(compute(t, z, t.engine.put(six[of], 6, 1), t.engine.put(six.weights, 6, 1)), 6),
  };
}

const losses: readonly Case[] = [
  rowLoss("binaryCrossEntropy", "labels", binaryCrossEntropy),
  ...[0, 0.5, 2].map((gamma) =>
    rowLoss(`focalLoss with gamma ${gamma}`, "labels", (t, out, labels, weights) =>
      focalLoss(t, out, labels, weights, gamma),
    ),
  ),
  rowLoss("squaredLoss", "targets", squaredLoss),
  rowLoss("absoluteLoss", "targets", absoluteLoss),
  {
    name: "pinballLoss of two levels",
    inputs: [[3, 2]],
    compute: (t, [q]) =>
      pinballLoss(t, q, t.engine.put(six.targets, 3, 2), t.engine.put(Float32Array.of(0.1, 0.8), 1, 2)),
  },
];

export const cases: readonly Case[] = [
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) =>
      [1, 3].map(
        (groups): Case => ({
          name: `matMul of ${groups} group(s)${transposeA ? ", first transposed" : ""}${transposeB ? ", second transposed" : ""}`,
          inputs: [
            transposeA ? [4 * groups, 5] : [5 * groups, 4],
            transposeB ? [9 * groups, 4] : [4 * groups, 9],
          ],
          compute: (t, [a, b]) => t.matMul(a, b, { transposeA, transposeB, groups }),
        }),
      ),
    ),
  ),
  ...(["add", "subtract", "multiply"] as const).flatMap((op) =>
    spreads
      .filter(({ rows }) => op !== "subtract" || !rows)
      .map(
        ({ what, shape, groups = 1 }): Case => ({
          name: `${op} with ${what}`,
          inputs: [[6, 4], shape],
          compute: (t, [a, b]) => t.binary(op, a, b, groups),
        }),
      ),
  ),
  { name: "affine", inputs: [[3, 4]], compute: (t, [a]) => t.affine(a, -1.7, 0.4) },
  ...pointwise.map(
    ([f, draw]): Case => ({
      name: `map ${f}`,
      inputs: [[3, 7]],
      compute: (t, [a]) => t.map(f, a),
      ...(draw && { draw }),
    }),
  ),
  ...(["linear", "tanh", "sigmoid", "selu"] as const).map(
    (f): Case => ({
      name: `dense with ${f}, in groups`,
      inputs: [
        [6, 3],
        [6, 5],
        [2, 5],
      ],
      compute: (t, [x, w, b]) => t.dense(x, w, b, f, 2),
    }),
  ),
  {
    name: "dense without bias",
    inputs: [
      [6, 3],
      [3, 5],
    ],
    compute: (t, [x, w]) => t.dense(x, w, undefined, "tanh"),
  },
  { name: "sumRows by group", inputs: [[6, 4]], compute: (t, [a]) => t.sumRows(a, 3) },
  { name: "sumColumns", inputs: [[6, 4]], compute: (t, [a]) => t.sumColumns(a) },
  { name: "sum of squares", inputs: [[6, 4]], compute: (t, [a]) => t.sum(t.map("square", a)) },
  { name: "softmax in blocks", inputs: [[5, 9]], compute: (t, [a]) => t.softmax(a, [2, 4, 3]) },
  { name: "softmax of whole rows", inputs: [[5, 9]], compute: (t, [a]) => t.softmax(a, [9]) },
  {
    name: "crossEntropy with weighted and empty blocks",
    inputs: [[2, 6]],
    compute: (t, [a]) => {
      const targets = Float32Array.of(0, 1, 0, 0.5, 0, 0, 0.2, 0.8, 0, 0, 0, 2);
      return t.crossEntropy(a, t.engine.put(targets, 2, 6), [2, 1, 3]);
    },
  },
  { name: "normalise columns", inputs: [[7, 3]], compute: (t, [a]) => t.normalise(a, "columns") },
  {
    name: "normalise columns by group",
    inputs: [[10, 3]],
    compute: (t, [a]) => t.normalise(a, "columns", 2),
  },
  { name: "normalise rows", inputs: [[3, 8]], compute: (t, [a]) => t.normalise(a, "rows") },
  {
    name: "concat and slice",
    inputs: [
      [4, 3],
      [4, 2],
      [4, 4],
    ],
    compute: (t, parts) => t.slice(t.concat(parts), 2, 7),
  },
  {
    name: "reshape",
    inputs: [[4, 6]],
    compute: (t, [a]) => t.matMul(t.reshape(a, 8, 3), t.reshape(a, 3, 8)),
  },
  {
    name: "permute of four axes",
    inputs: [[12, 10]],
    compute: (t, [a]) => t.permute(a, [3, 4, 2, 5], [0, 2, 3, 1], 30, 4),
  },
  {
    name: "permute of three axes",
    inputs: [[6, 5]],
    compute: (t, [a]) => t.permute(a, [3, 2, 5], [1, 0, 2], 2, 15),
  },
  ...losses,
  {
    name: "dropout",
    inputs: [[5, 6]],
    compute: (t, [a]) => dropout(t, a, 0.4, noise(seeded("mask"))),
  },
  {
    name: "a stack of layers with dropout, two members side by side",
    inputs: [
      [6, 3],
      [6, 4],
      [2, 4],
      [8, 2],
      [2, 2],
    ],
    compute: (t, [x, ...weights]) => {
      const names = ["net.0.w", "net.0.b", "net.1.w", "net.1.b"];
      const stack = { name: "net", sizes: [3, 4, 2], activation: "tanh", members: 2 } as const;
      const held = { get: (name: string) => weights[names.indexOf(name)].value } as Parameters;
      return stackOutput(t, stack, held, x, [0.3], noise(seeded("mask")));
    },
  },
  {
    name: "a variable used thrice",
    inputs: [[4, 4]],
    compute: (t, [a]) => t.matMul(t.multiply(a, a), a, { transposeB: true }),
  },
];
