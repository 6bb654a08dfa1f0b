import { checkSameLength } from "../../core/checks";
import type { Engine } from "../engine";
import { at, type Held, type SimdTensors } from "./tensors";

/** Columns put beside each other, cut out, padded; other shapes and orders of the same numbers. */
export function shapeOperations(
  tensors: SimdTensors,
): Pick<Engine, "concat" | "slice" | "pad" | "reshape" | "permute"> {
  return {
    concat: (parts) => {
      const columns = parts.reduce((sum, part) => sum + part.columns, 0);
      const { rows } = parts[0];
      const y = tensors.make(rows, columns);
      let left = 0;
      for (const part of parts) {
        copyColumns(tensors.values(), at(part), part.columns, y.at + left, columns, rows, part.columns);
        left += part.columns;
      }
      return y;
    },
    slice: (a, from, to) => {
      const y = tensors.make(a.rows, to - from);
      copyColumns(tensors.values(), at(a) + from, a.columns, y.at, y.columns, a.rows, y.columns);
      return y;
    },
    pad: (a, from, columns) => {
      const y = tensors.make(a.rows, columns);
      const f = tensors.values();
      f.fill(0, y.at, y.at + a.rows * columns);
      copyColumns(f, at(a), a.columns, y.at + from, columns, a.rows, a.columns);
      return y;
    },
    reshape: (a, rows, columns) => {
      checkSameLength(a.rows * a.columns, rows * columns, "reshape tensor", "the old and the new shape");
      return { rows, columns, at: at(a) } as Held;
    },
    permute: (a, shape, order, rows, columns) => {
      const y = tensors.make(rows, columns);
      permuteAxes(tensors.values(), at(a), y.at, shape, order);
      return y;
    },
  };
}

function copyColumns(
  f: Float32Array,
  from: number,
  fromStride: number,
  to: number,
  toStride: number,
  rows: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const source = from + i * fromStride;
    const target = to + i * toStride;
    // A call costs about as much as a dozen numbers copied one by one.
    if (columns > 16) f.copyWithin(target, source, source + columns);
    else for (let j = 0; j < columns; j++) f[target + j] = f[source + j];
  }
}

/** Writes the numbers seen as an array of `shape` in the order of the axes in `order`; up to four axes. */
function permuteAxes(
  f: Float32Array,
  from: number,
  to: number,
  shape: readonly number[],
  order: readonly number[],
): void {
  const lead = 4 - shape.length;
  const sides = [...Array<number>(lead).fill(1), ...shape];
  const steps = [0, 0, 0, 1];
  for (let i = 2; i >= 0; i--) steps[i] = steps[i + 1] * sides[i + 1];
  const axes = [...Array.from({ length: lead }, (_, i) => i), ...order.map((value) => value + lead)];
  const [n0, n1, n2, n3] = axes.map((axis) => sides[axis]);
  const [s0, s1, s2, s3] = axes.map((axis) => steps[axis]);
  let target = to;
  for (let i = 0; i < n0; i++)
    for (let j = 0; j < n1; j++)
      for (let k = 0; k < n2; k++) {
        const source = from + i * s0 + j * s1 + k * s2;
        for (let l = 0; l < n3; l++) f[target++] = f[source + l * s3];
      }
}
