import { leakySlope, type Pointwise, seluAlpha, seluScale } from "./engine";

/** Runs over `count` numbers of `f`, from one offset to another. */
type Loop = (f: Float32Array, x: number, y: number, count: number) => void;
type GradientLoop = (f: Float32Array, x: number, y: number, dy: number, dx: number, count: number) => void;

const seluFloor = seluScale * seluAlpha;

function each(value: (x: number) => number): Loop {
  return (f, x, y, count) => {
    for (let i = 0; i < count; i++) f[y + i] = value(f[x + i]);
  };
}

function eachGradient(slope: (x: number, y: number) => number): GradientLoop {
  return (f, x, y, dy, dx, count) => {
    for (let i = 0; i < count; i++) f[dx + i] = f[dy + i] * slope(f[x + i], f[y + i]);
  };
}

/** y = f(x) for each function. The ones of every layer have loops of their own, which run three times faster. */
export const loops: Readonly<Record<Pointwise, Loop>> = {
  linear: (f, x, y, count) => {
    f.copyWithin(y, x, x + count);
  },
  relu: (f, x, y, count) => {
    for (let i = 0; i < count; i++) {
      const value = f[x + i];
      // Written so that NaN stays NaN: a diverged net must be seen.
      // biome-ignore lint/complexity/useMathMinMax: Math.max costs twice as much here
      f[y + i] = value < 0 ? 0 : value;
    }
  },
  leakyRelu: (f, x, y, count) => {
    for (let i = 0; i < count; i++) {
      const value = f[x + i];
      f[y + i] = value < 0 ? value * leakySlope : value;
    }
  },
  selu: (f, x, y, count) => {
    for (let i = 0; i < count; i++) {
      const value = f[x + i];
      f[y + i] = value > 0 ? seluScale * value : seluFloor * Math.expm1(value);
    }
  },
  tanh: each(Math.tanh),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  softplus: each((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  exp: each(Math.exp),
  log: each(Math.log),
  cos: each(Math.cos),
  square: each((x) => x * x),
  sqrt: each(Math.sqrt),
  abs: each(Math.abs),
  reciprocal: each((x) => 1 / x),
};

/** dx = dy · f′ for each function. */
export const gradientLoops: Readonly<Record<Pointwise, GradientLoop>> = {
  linear: (f, _x, _y, dy, dx, count) => {
    f.copyWithin(dx, dy, dy + count);
  },
  relu: (f, _x, y, dy, dx, count) => {
    for (let i = 0; i < count; i++) f[dx + i] = f[y + i] > 0 ? f[dy + i] : 0;
  },
  leakyRelu: (f, _x, y, dy, dx, count) => {
    for (let i = 0; i < count; i++) {
      const slope = f[dy + i];
      f[dx + i] = f[y + i] > 0 ? slope : slope * leakySlope;
    }
  },
  selu: (f, _x, y, dy, dx, count) => {
    for (let i = 0; i < count; i++) {
      const value = f[y + i];
      f[dx + i] = f[dy + i] * (value > 0 ? seluScale : value + seluFloor);
    }
  },
  tanh: eachGradient((_x, y) => 1 - y * y),
  sigmoid: eachGradient((_x, y) => y * (1 - y)),
  softplus: eachGradient((_x, y) => -Math.expm1(-y)),
  exp: eachGradient((_x, y) => y),
  log: eachGradient((x) => 1 / x),
  cos: eachGradient((x) => -Math.sin(x)),
  square: eachGradient((x) => 2 * x),
  sqrt: eachGradient((_x, y) => 0.5 / y),
  abs: eachGradient((x) => Math.sign(x)),
  reciprocal: eachGradient((_x, y) => -y * y),
};

/** y = a + b, spread as `Engine.binary` says, for one block of rows. */
export function addRow(
  f: Float32Array,
  a: number,
  b: number,
  y: number,
  rows: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++) f[y + at + j] = f[a + at + j] + f[b + j];
  }
}

/** y = a · b, likewise. */
export function multiplyRow(
  f: Float32Array,
  a: number,
  b: number,
  y: number,
  rows: number,
  columns: number,
): void {
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++) f[y + at + j] = f[a + at + j] * f[b + j];
  }
}
