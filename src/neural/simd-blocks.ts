import { normaliseEpsilon } from "./engine";

// Softmax, its loss and the normalisations of the simd engine: loops over rows and blocks of columns, at offsets of
// one array. Sums run in double precision and are rounded once.

export function softmaxRows(
  f: Float32Array,
  x: number,
  y: number,
  rows: number,
  columns: number,
  blocks: readonly number[],
): void {
  for (let i = 0; i < rows; i++) {
    let from = i * columns;
    for (const width of blocks) {
      const to = from + width;
      let most = -Infinity;
      for (let j = from; j < to; j++) if (f[x + j] > most) most = f[x + j];
      let total = 0;
      for (let j = from; j < to; j++) {
        const e = Math.exp(f[x + j] - most);
        f[y + j] = e;
        total += e;
      }
      const share = 1 / total;
      for (let j = from; j < to; j++) f[y + j] *= share;
      from = to;
    }
  }
}

export function softmaxRowsGradient(
  f: Float32Array,
  y: number,
  dy: number,
  dx: number,
  rows: number,
  columns: number,
  blocks: readonly number[],
): void {
  for (let i = 0; i < rows; i++) {
    let from = i * columns;
    for (const width of blocks) {
      const to = from + width;
      let dot = 0;
      for (let j = from; j < to; j++) dot += f[y + j] * f[dy + j];
      for (let j = from; j < to; j++) f[dx + j] = f[y + j] * (f[dy + j] - dot);
      from = to;
    }
  }
}

/** Returns the loss; writes its gradient. */
export function crossEntropyRows(
  f: Float32Array,
  x: number,
  targets: number,
  dx: number,
  rows: number,
  columns: number,
  blocks: readonly number[],
): number {
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    let from = i * columns;
    for (const width of blocks) {
      const to = from + width;
      let most = -Infinity;
      let weight = 0;
      let dot = 0;
      for (let j = from; j < to; j++) {
        if (f[x + j] > most) most = f[x + j];
        weight += f[targets + j];
        dot += f[targets + j] * f[x + j];
      }
      if (weight === 0) {
        f.fill(0, dx + from, dx + to);
      } else {
        let total = 0;
        for (let j = from; j < to; j++) {
          const e = Math.exp(f[x + j] - most);
          f[dx + j] = e;
          total += e;
        }
        loss += weight * (most + Math.log(total)) - dot;
        const share = weight / total;
        for (let j = from; j < to; j++) f[dx + j] = f[dx + j] * share - f[targets + j];
      }
      from = to;
    }
  }
  return loss;
}

export function hardMaxRows(
  f: Float32Array,
  x: number,
  y: number,
  rows: number,
  columns: number,
  blocks: readonly number[],
): void {
  f.fill(0, y, y + rows * columns);
  for (let i = 0; i < rows; i++) {
    let from = i * columns;
    for (const width of blocks) {
      let best = from;
      for (let j = from + 1; j < from + width; j++) if (f[x + j] > f[x + best]) best = j;
      f[y + best] = 1;
      from += width;
    }
  }
}

/** Writes the values, and the mean and inverse deviation of each column. */
export function normaliseColumns(
  f: Float32Array,
  x: number,
  y: number,
  mean: number,
  inverse: number,
  rows: number,
  columns: number,
): void {
  const sums = new Float64Array(columns);
  const squares = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const at = x + i * columns;
    for (let j = 0; j < columns; j++) sums[j] += f[at + j];
  }
  for (let j = 0; j < columns; j++) sums[j] /= rows;
  for (let i = 0; i < rows; i++) {
    const at = x + i * columns;
    for (let j = 0; j < columns; j++) {
      const d = f[at + j] - sums[j];
      squares[j] += d * d;
    }
  }
  for (let j = 0; j < columns; j++) {
    f[mean + j] = sums[j];
    squares[j] = 1 / Math.sqrt(squares[j] / rows + normaliseEpsilon);
    f[inverse + j] = squares[j];
  }
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++) f[y + at + j] = (f[x + at + j] - sums[j]) * squares[j];
  }
}

export function normaliseColumnsGradient(
  f: Float32Array,
  y: number,
  inverse: number,
  dy: number,
  dx: number,
  rows: number,
  columns: number,
): void {
  const sums = new Float64Array(columns);
  const dots = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++) {
      const slope = f[dy + at + j];
      sums[j] += slope;
      dots[j] += slope * f[y + at + j];
    }
  }
  for (let j = 0; j < columns; j++) {
    sums[j] /= rows;
    dots[j] /= rows;
  }
  for (let i = 0; i < rows; i++) {
    const at = i * columns;
    for (let j = 0; j < columns; j++)
      f[dx + at + j] = (f[dy + at + j] - sums[j] - f[y + at + j] * dots[j]) * f[inverse + j];
  }
}

/** One row brought to mean 0 and variance 1. */
export function normaliseRow(
  f: Float32Array,
  x: number,
  y: number,
  mean: number,
  inverse: number,
  columns: number,
): void {
  let sum = 0;
  for (let j = 0; j < columns; j++) sum += f[x + j];
  const middle = sum / columns;
  let squares = 0;
  for (let j = 0; j < columns; j++) squares += (f[x + j] - middle) ** 2;
  const scale = 1 / Math.sqrt(squares / columns + normaliseEpsilon);
  for (let j = 0; j < columns; j++) f[y + j] = (f[x + j] - middle) * scale;
  f[mean] = middle;
  f[inverse] = scale;
}

export function normaliseRowGradient(
  f: Float32Array,
  y: number,
  inverse: number,
  dy: number,
  dx: number,
  columns: number,
): void {
  let sum = 0;
  let dot = 0;
  for (let j = 0; j < columns; j++) {
    sum += f[dy + j];
    dot += f[dy + j] * f[y + j];
  }
  sum /= columns;
  dot /= columns;
  for (let j = 0; j < columns; j++) f[dx + j] = (f[dy + j] - sum - f[y + j] * dot) * f[inverse];
}
