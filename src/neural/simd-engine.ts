import { check, checkSameLength } from "../core/checks";
import type { AdamState, Binary, Engine, MatMulOptions, Pointwise, Tensor } from "./engine";
import { binaryCodes, type Kernels, pointwiseCodes } from "./kernels";
import { scratchAt, simdMemory } from "./simd-memory";

interface Held extends Tensor {
  /** Where its first number lies. */
  readonly at: number;
}

/**
 * telelink's own engine: WebAssembly SIMD kernels over one array. Nothing to install, the same bits on every machine, and
 * the quickest for nets of up to a few hundred units, where other backends spend their time between operations. `plain`
 * computes in TypeScript instead, to the same bits.
 */
export function simdEngine(options: { readonly plain?: boolean } = {}): Engine {
  const memory = simdMemory(options.plain);
  const { reserve, values } = memory;
  const bottom = memory.mark();
  let kept = 0;
  let made = 0;
  let depth = 0;

  const make = (rows: number, columns: number): Held => {
    check(depth > 0, "compute a net", "tensors must be made within a step");
    made++;
    return { rows, columns, at: reserve(rows * columns) };
  };
  const like = (a: Tensor): Held => make(a.rows, a.columns);
  const at = (a: Tensor): number => (a as Held).at;
  const address = (a: Tensor): number => (a as Held).at << 2;
  /** The kernels, after room was made for all results. */
  const run = (): Kernels => memory.kernels();

  const keep = (numbers: Float32Array, rows: number, columns: number): Tensor => {
    checkSameLength(numbers.length, rows * columns, "keep tensor", "values and rows × columns");
    check(depth === 0, "keep tensor", "tensors are kept between steps, not within one");
    kept++;
    const place = reserve(numbers.length);
    values().set(numbers, place);
    return { rows, columns, at: place } as Held;
  };
  /** The blocks' widths where kernels can read them. */
  const widths = (blocks: readonly number[]): number => {
    const place = reserve(blocks.length);
    const f = values();
    new Int32Array(f.buffer, f.byteOffset + place * 4, blocks.length).set(blocks);
    return place << 2;
  };
  const combine = (op: Binary, a: Tensor, b: Tensor, y: Tensor, groups: number): void => {
    const code = binaryCodes.indexOf(op);
    const kernels = run();
    const { rows, columns } = a;
    if (b.rows === rows && b.columns === columns) {
      kernels.binary(code, address(a), address(b), address(y), rows * columns);
    } else if (b.rows === groups && b.columns === columns) {
      const size = rows / groups;
      for (let g = 0; g < groups; g++) {
        const from = g * size * columns * 4;
        const row = address(b) + g * columns * 4;
        kernels.binaryRow(code, address(a) + from, row, address(y) + from, size, columns);
      }
    } else {
      const one = b.rows === 1 && b.columns === 1;
      check(
        one || (b.rows === rows && b.columns === 1),
        "combine tensors",
        `the second must be spread over ${rows} × ${columns}`,
        `${b.rows} × ${b.columns}`,
      );
      kernels.binaryColumn(code, address(a), address(b), one ? 0 : 1, address(y), rows, columns);
    }
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
      const kernels = run();
      const [aRow, aColumn] = transposeA ? [1, a.columns] : [a.columns, 1];
      const [bRow, bColumn] = transposeB ? [1, b.columns] : [b.columns, 1];
      for (let g = 0; g < groups; g++) {
        const left = address(a) + g * aRows * a.columns * 4;
        const right = address(b) + g * bRows * b.columns * 4;
        const out = address(y) + g * m * n * 4;
        kernels.gemm(m, n, k, left, aRow, aColumn, right, bRow, bColumn, out, n, 0, scratchAt);
      }
      return y;
    },
    binary: (op, a, b, groups = 1) => {
      const y = like(a);
      combine(op, a, b, y, groups);
      return y;
    },
    affine: (a, scale, shift) => {
      const y = like(a);
      run().affine(address(a), scale, shift, address(y), a.rows * a.columns);
      return y;
    },
    map: (f: Pointwise, a, bias, groups = 1) => {
      const y = like(a);
      if (bias) combine("add", a, bias, y, groups);
      if (!bias || f !== "linear")
        run().map(pointwiseCodes.indexOf(f), address(bias ? y : a), address(y), a.rows * a.columns);
      return y;
    },
    mapGradient: (f, x, y, dy) => {
      const dx = like(y);
      const code = pointwiseCodes.indexOf(f);
      run().mapGradient(code, address(x), address(y), address(dy), address(dx), y.rows * y.columns);
      return dx;
    },

    sumRows: (a, groups = 1) => {
      const y = make(groups, a.columns);
      const rows = a.rows / groups;
      for (let g = 0; g < groups; g++)
        run().sumRows(address(a) + g * rows * a.columns * 4, address(y) + g * a.columns * 4, rows, a.columns);
      return y;
    },
    sumColumns: (a) => {
      const y = make(a.rows, 1);
      run().sumColumns(address(a), address(y), a.rows, a.columns);
      return y;
    },

    softmax: (a, blocks) => {
      const y = like(a);
      const sizes = widths(blocks);
      run().softmax(address(a), address(y), a.rows, a.columns, sizes, blocks.length);
      return y;
    },
    softmaxGradient: (y, dy, blocks) => {
      const dx = like(y);
      const sizes = widths(blocks);
      run().softmaxGradient(address(y), address(dy), address(dx), y.rows, sizes, blocks.length);
      return dx;
    },
    crossEntropy: (logits, targets, blocks) => {
      const gradient = like(logits);
      const spare = like(logits);
      const loss = make(1, 1);
      const sizes = widths(blocks);
      values()[loss.at] = run().crossEntropy(
        address(logits),
        address(targets),
        address(gradient),
        address(spare),
        logits.rows,
        logits.columns,
        sizes,
        blocks.length,
      );
      return { loss, gradient };
    },
    hardMax: (a, blocks) => {
      const y = like(a);
      const sizes = widths(blocks);
      run().hardMax(address(a), address(y), a.rows, sizes, blocks.length);
      return y;
    },

    concat: (parts) => {
      const columns = parts.reduce((sum, part) => sum + part.columns, 0);
      const { rows } = parts[0];
      const y = make(rows, columns);
      let left = 0;
      for (const part of parts) {
        copyColumns(values(), at(part), part.columns, y.at + left, columns, rows, part.columns);
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
    adam: (parameters, gradients, state, { beta1, beta2, rate, epsilon, decay, decayed, step }) => {
      const kernels = run();
      parameters.forEach((one, i) => {
        kernels.adam(
          address(one),
          address(gradients[i]),
          address(state.first[i]),
          address(state.second[i]),
          one.rows * one.columns,
          beta1,
          beta2,
          rate / (1 - beta1 ** step),
          1 / Math.sqrt(1 - beta2 ** step),
          epsilon,
          1 - (decayed[i] ? decay : 0),
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
