import { check, checkSameLength } from "../core/checks";
import type {
  AdamState,
  AdamStep,
  Binary,
  Engine,
  MatMulOptions,
  Normalised,
  Pointwise,
  Tensor,
} from "./engine";
import {
  crossEntropyRows,
  hardMaxRows,
  normaliseColumns,
  normaliseColumnsGradient,
  normaliseRow,
  normaliseRowGradient,
  softmaxRows,
  softmaxRowsGradient,
} from "./simd-blocks";
import { simdMemory } from "./simd-memory";
import { addRow, gradientLoops, loops, multiplyRow } from "./simd-pointwise";

interface Held extends Tensor {
  readonly at: number;
}

/**
 * telelink's own engine: products in a WebAssembly SIMD kernel, the rest in loops over one array. Nothing to install,
 * the same bits on every machine, and the quickest for nets of up to a few hundred units, where other backends spend
 * their time between operations. `plain` computes the products in TypeScript instead, to the same bits.
 */
export function simdEngine(options: { readonly plain?: boolean } = {}): Engine {
  const memory = simdMemory(options.plain);
  const { gemm, reserve, values } = memory;
  const bottom = memory.mark();
  let kept = 0;
  let made = 0;
  let depth = 0;

  const make = (rows: number, columns: number): Held => {
    check(depth > 0, "compute a net", "tensors must be made within a step");
    made++;
    return { rows, columns, at: reserve(rows * columns) };
  };
  const at = (a: Tensor): number => (a as Held).at;
  const like = (a: Tensor): Held => make(a.rows, a.columns);
  const keep = (numbers: Float32Array, rows: number, columns: number): Tensor => {
    checkSameLength(numbers.length, rows * columns, "keep tensor", "values and rows × columns");
    check(depth === 0, "keep tensor", "tensors are kept between steps, not within one");
    kept++;
    const place = reserve(numbers.length);
    values().set(numbers, place);
    return { rows, columns, at: place } as Held;
  };

  return {
    backend: "simd",
    version: memory.simd ? "telelink kernels, WebAssembly SIMD" : "telelink kernels, plain",
    keep,
    free: () => {
      kept--;
      if (kept === 0 && depth === 0) memory.release(bottom);
    },
    put: (numbers, rows, columns) => {
      checkSameLength(numbers.length, rows * columns, "put tensor", "values and rows × columns");
      const y = make(rows, columns);
      values().set(numbers, y.at);
      return y;
    },
    read: (a) => values().slice(at(a), at(a) + a.rows * a.columns),
    write: (a, numbers) => {
      checkSameLength(numbers.length, a.rows * a.columns, "write tensor", "values and tensor");
      values().set(numbers, at(a));
    },
    step: (body) => {
      const mark = memory.mark();
      const before = made;
      depth++;
      try {
        return body();
      } finally {
        depth--;
        made = before;
        memory.release(mark);
      }
    },
    live: () => kept + made,
    close: () => memory.release(bottom),

    matMul: (a, b, { transposeA = false, transposeB = false, groups = 1 }: MatMulOptions = {}) => {
      const aRows = a.rows / groups;
      const bRows = b.rows / groups;
      const m = transposeA ? a.columns : aRows;
      const k = transposeA ? aRows : a.columns;
      const n = transposeB ? bRows : b.columns;
      checkSameLength(k, transposeB ? b.columns : bRows, "multiply matrices", "the inner sides");
      const y = make(m * groups, n);
      for (let g = 0; g < groups; g++) {
        gemm(
          m,
          n,
          k,
          at(a) + g * aRows * a.columns,
          transposeA ? 1 : a.columns,
          transposeA ? a.columns : 1,
          at(b) + g * bRows * b.columns,
          transposeB ? 1 : b.columns,
          transposeB ? b.columns : 1,
          y.at + g * m * n,
          n,
          false,
        );
      }
      return y;
    },
    binary: (op: Binary, a, b, groups = 1) => {
      const y = like(a);
      const f = values();
      combine(f, op, a as Held, b as Held, y, groups);
      return y;
    },
    affine: (a, scale, shift) => {
      const y = like(a);
      const f = values();
      const x = at(a);
      for (let i = 0; i < a.rows * a.columns; i++) f[y.at + i] = f[x + i] * scale + shift;
      return y;
    },
    map: (kind: Pointwise, a, bias, groups = 1) => {
      const y = like(a);
      const f = values();
      const count = a.rows * a.columns;
      if (bias) {
        combine(f, "add", a as Held, bias as Held, y, groups);
        if (kind !== "linear") loops[kind](f, y.at, y.at, count);
      } else loops[kind](f, at(a), y.at, count);
      return y;
    },
    mapGradient: (kind, x, y, dy) => {
      const dx = like(y);
      gradientLoops[kind](values(), at(x), at(y), at(dy), dx.at, y.rows * y.columns);
      return dx;
    },

    sumRows: (a, groups = 1) => {
      const y = make(groups, a.columns);
      const f = values();
      const rows = a.rows / groups;
      const sums = new Float64Array(a.columns);
      for (let g = 0; g < groups; g++) {
        sums.fill(0);
        for (let i = 0; i < rows; i++) {
          const x = at(a) + (g * rows + i) * a.columns;
          for (let j = 0; j < sums.length; j++) sums[j] += f[x + j];
        }
        f.set(sums, y.at + g * a.columns);
      }
      return y;
    },
    sumColumns: (a) => {
      const y = make(a.rows, 1);
      const f = values();
      for (let i = 0; i < a.rows; i++) {
        const x = at(a) + i * a.columns;
        let sum = 0;
        for (let j = 0; j < a.columns; j++) sum += f[x + j];
        f[y.at + i] = sum;
      }
      return y;
    },

    softmax: (a, blocks) => {
      const y = like(a);
      softmaxRows(values(), at(a), y.at, a.rows, a.columns, blocks);
      return y;
    },
    softmaxGradient: (y, dy, blocks) => {
      const dx = like(y);
      softmaxRowsGradient(values(), at(y), at(dy), dx.at, y.rows, y.columns, blocks);
      return dx;
    },
    crossEntropy: (logits, targets, blocks) => {
      const gradient = like(logits);
      const loss = make(1, 1);
      const f = values();
      const { rows, columns } = logits;
      f[loss.at] = crossEntropyRows(f, at(logits), at(targets), gradient.at, rows, columns, blocks);
      return { loss, gradient };
    },
    hardMax: (a, blocks) => {
      const y = like(a);
      hardMaxRows(values(), at(a), y.at, a.rows, a.columns, blocks);
      return y;
    },

    normalise: (a, over, groups = 1): Normalised => {
      const value = like(a);
      const across = over === "columns";
      const mean = across ? make(groups, a.columns) : make(a.rows, 1);
      const inverse = across ? make(groups, a.columns) : make(a.rows, 1);
      const f = values();
      const size = a.columns;
      if (across) {
        const rows = a.rows / groups;
        for (let g = 0; g < groups; g++) {
          const from = g * rows * size;
          const row = g * size;
          normaliseColumns(f, at(a) + from, value.at + from, mean.at + row, inverse.at + row, rows, size);
        }
      } else {
        for (let i = 0; i < a.rows; i++)
          normaliseRow(f, at(a) + i * size, value.at + i * size, mean.at + i, inverse.at + i, size);
      }
      return { value, mean, inverse };
    },
    normaliseGradient: (y, dy, over, groups = 1) => {
      const dx = like(dy);
      const f = values();
      const size = dy.columns;
      const value = at(y.value);
      const inverse = at(y.inverse);
      if (over === "columns") {
        const rows = dy.rows / groups;
        for (let g = 0; g < groups; g++) {
          const from = g * rows * size;
          normaliseColumnsGradient(
            f,
            value + from,
            inverse + g * size,
            at(dy) + from,
            dx.at + from,
            rows,
            size,
          );
        }
      } else {
        for (let i = 0; i < dy.rows; i++) {
          const row = i * size;
          normaliseRowGradient(f, value + row, inverse + i, at(dy) + row, dx.at + row, size);
        }
      }
      return dx;
    },

    concat: (parts) => {
      const columns = parts.reduce((sum, part) => sum + part.columns, 0);
      const { rows } = parts[0];
      const y = make(rows, columns);
      const f = values();
      let left = 0;
      for (const part of parts) {
        copyColumns(f, at(part), part.columns, y.at + left, columns, rows, part.columns);
        left += part.columns;
      }
      return y;
    },
    slice: (a, from, to) => {
      const y = make(a.rows, to - from);
      copyColumns(values(), at(a) + from, a.columns, y.at, y.columns, a.rows, y.columns);
      return y;
    },
    pad: (a, from, columns) => {
      const y = make(a.rows, columns);
      const f = values();
      f.fill(0, y.at, y.at + a.rows * columns);
      copyColumns(f, at(a), a.columns, y.at + from, columns, a.rows, a.columns);
      return y;
    },
    reshape: (a, rows, columns) => {
      checkSameLength(a.rows * a.columns, rows * columns, "reshape tensor", "the old and the new shape");
      return { rows, columns, at: at(a) } as Held;
    },
    permute: (a, shape, order, rows, columns) => {
      const y = make(rows, columns);
      permuteAxes(values(), at(a), y.at, shape, order);
      return y;
    },

    adamState: (parameters): AdamState => {
      const zeros = (): Tensor[] =>
        parameters.map((one) => keep(new Float32Array(one.rows * one.columns), one.rows, one.columns));
      return { first: zeros(), second: zeros() };
    },
    adam: (parameters, gradients, state, how) => {
      const f = values();
      parameters.forEach((one, i) => {
        adamStep(
          f,
          at(one),
          at(gradients[i]),
          at(state.first[i]),
          at(state.second[i]),
          one.rows * one.columns,
          how,
          how.decayed[i] ? how.decay : 0,
        );
      });
    },
    average: (averages, parameters, share) => {
      const f = values();
      averages.forEach((one, i) => {
        const y = at(one);
        const x = at(parameters[i]);
        for (let j = 0; j < one.rows * one.columns; j++) f[y + j] = f[y + j] * share + f[x + j] * (1 - share);
      });
    },
  };
}

function combine(f: Float32Array, op: Binary, a: Held, b: Held, y: Held, groups: number): void {
  const count = a.rows * a.columns;
  const sign = op === "subtract" ? -1 : 1;
  const times = op === "multiply";
  if (b.rows === a.rows && b.columns === a.columns) {
    if (times) for (let i = 0; i < count; i++) f[y.at + i] = f[a.at + i] * f[b.at + i];
    else if (sign > 0) for (let i = 0; i < count; i++) f[y.at + i] = f[a.at + i] + f[b.at + i];
    else for (let i = 0; i < count; i++) f[y.at + i] = f[a.at + i] - f[b.at + i];
  } else if (b.rows === groups && b.columns === a.columns) {
    const rows = a.rows / groups;
    check(op !== "subtract", "combine tensors", "rows are added or multiplied, not subtracted");
    const row = times ? multiplyRow : addRow;
    for (let g = 0; g < groups; g++) {
      const from = g * rows * a.columns;
      row(f, a.at + from, b.at + g * a.columns, y.at + from, rows, a.columns);
    }
  } else {
    const single = b.rows === 1 && b.columns === 1;
    check(
      single || (b.rows === a.rows && b.columns === 1),
      "combine tensors",
      `the second must be spread over ${a.rows} × ${a.columns}`,
      `${b.rows} × ${b.columns}`,
    );
    for (let i = 0; i < a.rows; i++) {
      const value = f[b.at + (single ? 0 : i)];
      const from = i * a.columns;
      if (times) for (let j = from; j < from + a.columns; j++) f[y.at + j] = f[a.at + j] * value;
      else for (let j = from; j < from + a.columns; j++) f[y.at + j] = f[a.at + j] + sign * value;
    }
  }
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
    for (let j = 0; j < columns; j++) f[target + j] = f[source + j];
  }
}

function permuteAxes(
  f: Float32Array,
  from: number,
  to: number,
  shape: readonly number[],
  order: readonly number[],
): void {
  // Up to four axes: missing ones count as of length 1 in front.
  const lead = 4 - shape.length;
  const sides = [...Array<number>(lead).fill(1), ...shape];
  const steps = [0, 0, 0, 1];
  for (let i = 2; i >= 0; i--) steps[i] = steps[i + 1] * sides[i + 1];
  const axes = [...Array.from({ length: lead }, (_, i) => i), ...order.map((one) => one + lead)];
  const [n0, n1, n2, n3] = axes.map((one) => sides[one]);
  const [s0, s1, s2, s3] = axes.map((one) => steps[one]);
  let target = to;
  for (let i = 0; i < n0; i++)
    for (let j = 0; j < n1; j++)
      for (let k = 0; k < n2; k++) {
        const source = from + i * s0 + j * s1 + k * s2;
        for (let l = 0; l < n3; l++) f[target++] = f[source + l * s3];
      }
}

function adamStep(
  f: Float32Array,
  w: number,
  g: number,
  first: number,
  second: number,
  count: number,
  how: AdamStep,
  decay: number,
): void {
  const { beta1, beta2, epsilon } = how;
  const rate = how.rate / (1 - beta1 ** how.step);
  const unbias = 1 / Math.sqrt(1 - beta2 ** how.step);
  for (let i = 0; i < count; i++) {
    const slope = f[g + i];
    const m = f[first + i] * beta1 + slope * (1 - beta1);
    const v = f[second + i] * beta2 + slope * slope * (1 - beta2);
    f[first + i] = m;
    f[second + i] = v;
    f[w + i] = f[w + i] * (1 - decay) - (rate * m) / (Math.sqrt(v) * unbias + epsilon);
  }
}
