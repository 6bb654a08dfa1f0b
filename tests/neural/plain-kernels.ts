import type { Engine } from "../../src/neural/engine";
import { leakySlope, type Pointwise, seluAlpha, seluScale } from "../../src/neural/engine";
import { type Kernels, pointwiseCodes } from "../../src/neural/kernels";
import { simdEngine } from "../../src/neural/simd/engine";
import { simdMemory } from "../../src/neural/simd/memory";
import { cos32, exp32, log32, sin32 } from "./float32";

const r = Math.fround;
const scale = r(seluScale);
const floor = r(seluScale * seluAlpha);
const leak = r(leakySlope);

const value: Readonly<Record<Pointwise, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x < 0 ? x * leak : x),
  selu: (x) => (x > 0 ? x * scale : r(exp32(x) - 1) * floor),
  tanh: (x) => 1 - r(2 / r(exp32(r(x * 2)) + 1)),
  sigmoid: (x) => 1 / r(exp32(-x) + 1),
  softplus: (x) => Math.max(x, 0) + log32(r(exp32(-Math.abs(x)) + 1)),
  exp: exp32,
  log: log32,
  cos: cos32,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  abs: Math.abs,
  reciprocal: (x) => 1 / x,
};

const slope: Readonly<Record<Pointwise, (x: number, y: number, dy: number) => number>> = {
  linear: (_x, _y, dy) => dy,
  relu: (_x, y, dy) => (y > 0 ? dy : 0),
  leakyRelu: (_x, y, dy) => (y > 0 ? dy : dy * leak),
  selu: (_x, y, dy) => dy * (y > 0 ? scale : r(y + floor)),
  tanh: (_x, y, dy) => dy * r(1 - r(y * y)),
  sigmoid: (_x, y, dy) => dy * r(y * r(1 - y)),
  softplus: (_x, y, dy) => dy * r(1 - exp32(-y)),
  exp: (_x, y, dy) => dy * y,
  log: (x, _y, dy) => dy / x,
  cos: (x, _y, dy) => -r(dy * sin32(x)),
  square: (x, _y, dy) => r(dy * x) * 2,
  sqrt: (_x, y, dy) => r(dy * 0.5) / y,
  abs: (x, _y, dy) => (Object.is(Math.sign(x), -0) || x < 0 ? -dy : dy),
  reciprocal: (_x, y, dy) => -r(dy * r(y * y)),
};

const both = [
  (a: number, b: number): number => a + b,
  (a: number, b: number): number => a - b,
  (a: number, b: number): number => a * b,
];

/**
 * The kernels in plain TypeScript over one array: what `kernels.as.ts` must give bit for bit.
 */
function plainKernels(f: Float32Array): Kernels {
  const widths = new Int32Array(f.buffer, f.byteOffset, f.length);
  /** Calls `visit` with the bounds of every block of every row, as places in an array that begins at 0. */
  const eachBlock = (
    rows: number,
    blocks: number,
    count: number,
    visit: (from: number, to: number) => void,
  ): void => {
    let from = 0;
    for (let i = 0; i < rows; i++)
      for (let k = 0; k < count; k++) {
        const to = from + widths[(blocks >> 2) + k];
        visit(from, to);
        from = to;
      }
  };
  const shift = (x: number, y: number, rows: number, blocks: number, count: number): void => {
    eachBlock(rows, blocks, count, (from, to) => {
      let most = f[x + from];
      for (let j = from + 1; j < to; j++) most = Math.max(most, f[x + j]);
      for (let j = from; j < to; j++) f[y + j] = f[x + j] - most;
    });
  };
  const binaryColumn: Kernels["binaryColumn"] = (op, a, b, next, y, rows, columns) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const at = i * columns + j;
        f[(y >> 2) + at] = both[op](f[(a >> 2) + at], f[(b >> 2) + i * next]);
      }
  };
  return {
    gemm: (m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, add) => {
      for (let i = 0; i < m; i++) {
        const target = (c >> 2) + i * cRow;
        if (!add) f.fill(0, target, target + n);
        for (let p = 0; p < k; p++) {
          const x = f[(a >> 2) + i * aRow + p * aColumn];
          const row = (b >> 2) + p * bRow;
          for (let j = 0; j < n; j++) f[target + j] += r(x * f[row + j * bColumn]);
        }
      }
    },
    map: (code, x, y, count) => {
      const of = value[pointwiseCodes[code]];
      for (let i = 0; i < count; i++) f[(y >> 2) + i] = of(f[(x >> 2) + i]);
    },
    mapGradient: (code, x, y, dy, dx, count) => {
      const of = slope[pointwiseCodes[code]];
      for (let i = 0; i < count; i++)
        f[(dx >> 2) + i] = of(f[(x >> 2) + i], f[(y >> 2) + i], f[(dy >> 2) + i]);
    },
    binary: (op, a, b, y, count) => {
      for (let i = 0; i < count; i++) f[(y >> 2) + i] = both[op](f[(a >> 2) + i], f[(b >> 2) + i]);
    },
    binaryRow: (op, a, b, y, rows, columns) => {
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) {
          const at = i * columns + j;
          f[(y >> 2) + at] = both[op](f[(a >> 2) + at], f[(b >> 2) + j]);
        }
    },
    binaryColumn,
    affine: (x, by, plus, y, count) => {
      for (let i = 0; i < count; i++) f[(y >> 2) + i] = r(f[(x >> 2) + i] * r(by)) + r(plus);
    },
    sumRows: (x, y, rows, columns) => {
      f.fill(0, y >> 2, (y >> 2) + columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) f[(y >> 2) + j] += f[(x >> 2) + i * columns + j];
    },
    sumColumns: (x, y, rows, columns) => {
      const whole = columns & ~3;
      const four = new Float32Array(4);
      for (let i = 0; i < rows; i++) {
        const at = (x >> 2) + i * columns;
        four.fill(0);
        for (let j = 0; j < whole; j++) four[j & 3] += f[at + j];
        let sum = r(r(four[0] + four[1]) + r(four[2] + four[3]));
        for (let j = whole; j < columns; j++) sum = r(sum + f[at + j]);
        f[(y >> 2) + i] = sum;
      }
    },
    softmax: (xAt, yAt, rows, columns, blocks, count) => {
      const y = yAt >> 2;
      shift(xAt >> 2, y, rows, blocks, count);
      for (let i = y; i < y + rows * columns; i++) f[i] = exp32(f[i]);
      eachBlock(rows, blocks, count, (from, to) => {
        let total = 0;
        for (let j = from; j < to; j++) total = r(total + f[y + j]);
        for (let j = from; j < to; j++) f[y + j] /= total;
      });
    },
    softmaxGradient: (yAt, dyAt, dxAt, rows, blocks, count) => {
      const [y, dy, dx] = [yAt >> 2, dyAt >> 2, dxAt >> 2];
      eachBlock(rows, blocks, count, (from, to) => {
        let dot = 0;
        for (let j = from; j < to; j++) dot = r(dot + r(f[y + j] * f[dy + j]));
        for (let j = from; j < to; j++) f[dx + j] = f[y + j] * r(f[dy + j] - dot);
      });
    },
    crossEntropy: (xAt, targetsAt, dxAt, spareAt, rows, columns, blocks, count) => {
      const [targets, dx, spare] = [targetsAt >> 2, dxAt >> 2, spareAt >> 2];
      shift(xAt >> 2, spare, rows, blocks, count);
      for (let i = 0; i < rows * columns; i++) f[dx + i] = exp32(f[spare + i]);
      let loss = 0;
      eachBlock(rows, blocks, count, (from, to) => {
        let [total, weight, dot] = [0, 0, 0];
        for (let j = from; j < to; j++) {
          total = r(total + f[dx + j]);
          weight = r(weight + f[targets + j]);
          dot = r(dot + r(f[targets + j] * f[spare + j]));
        }
        loss += r(weight * log32(total)) - dot;
        const share = r(weight / total);
        for (let j = from; j < to; j++) f[dx + j] = r(f[dx + j] * share) - f[targets + j];
      });
      return loss;
    },
    hardMax: (xAt, yAt, rows, blocks, count) => {
      const [x, y] = [xAt >> 2, yAt >> 2];
      eachBlock(rows, blocks, count, (from, to) => {
        let best = from;
        for (let j = from + 1; j < to; j++) if (f[x + j] > f[x + best]) best = j;
        f.fill(0, y + from, y + to);
        f[y + best] = 1;
      });
    },
    adam: (wAt, gAt, mAt, vAt, count, beta1, beta2, rate, unbias, epsilon, keep) => {
      const [w, g, m, v] = [wAt >> 2, gAt >> 2, mAt >> 2, vAt >> 2];
      const [b1, b2, n1, n2] = [r(beta1), r(beta2), r(1 - r(beta1)), r(1 - r(beta2))];
      for (let i = 0; i < count; i++) {
        const by = f[g + i];
        f[m + i] = r(f[m + i] * b1) + r(by * n1);
        f[v + i] = r(f[v + i] * b2) + r(r(by * by) * n2);
        const under = r(r(r(Math.sqrt(f[v + i])) * r(unbias)) + r(epsilon));
        f[w + i] = r(f[w + i] * r(keep)) - r(r(f[m + i] * r(rate)) / under);
      }
    },
  };
}

/** The simd engine over the plain kernels. */
export function plainEngine(): Engine {
  return simdEngine(
    simdMemory((bytes) => {
      const memory = new ArrayBuffer(bytes);
      return { memory, run: plainKernels(new Float32Array(memory)) };
    }),
  );
}
