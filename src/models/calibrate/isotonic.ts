import { countUpTo } from "../../core/math/sorted";
/** A non-decreasing function: linear between `at` (ascending), constant outside. */
export interface IsotonicSteps {
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/**
 * The non-decreasing function of x nearest to y in weighted squares, by pooling adjacent violators (Barlow et al.,
 * 1972). Rows of equal x are averaged beforehand; points inside a flat stretch are left out. As scikit-learn's
 * `IsotonicRegression`.
 */
export function isotonicFit(x: Float64Array, y: Float64Array, weights: Float64Array): IsotonicSteps {
  const order = Uint32Array.from(x, (_, i) => i)
    .filter((i) => weights[i] > 0)
    .sort((a, b) => x[a] - x[b] || a - b);
  const points: Block[] = [];
  for (const i of order) {
    const last = points.at(-1);
    if (last && last.x === x[i]) merge(last, y[i], weights[i]);
    else points.push({ x: x[i], mean: y[i], weight: weights[i], points: 1 });
  }
  const blocks: Block[] = [];
  for (const point of points) {
    let block = { ...point };
    for (let last = blocks.at(-1); last && last.mean >= block.mean; last = blocks.at(-1)) {
      merge(last, block.mean, block.weight);
      last.points += block.points;
      block = last;
      blocks.pop();
    }
    blocks.push(block);
  }
  const at: number[] = [];
  const values: number[] = [];
  let k = 0;
  for (const block of blocks) {
    at.push(points[k].x);
    values.push(block.mean);
    k += block.points;
    if (block.points > 1) {
      at.push(points[k - 1].x);
      values.push(block.mean);
    }
  }
  return { at: Float64Array.from(at), values: Float64Array.from(values) };
}

/** The function's value at `x`. */
export function interpolateSteps({ at, values }: IsotonicSteps, x: number): number {
  const last = at.length - 1;
  if (x <= at[0]) return values[0];
  if (x >= at[last]) return values[last];
  const high = countUpTo(at, x);
  const low = high - 1;
  return values[low] + ((values[high] - values[low]) * (x - at[low])) / (at[high] - at[low]);
}

interface Block {
  /** The lowest x. */
  readonly x: number;
  mean: number;
  weight: number;
  points: number;
}

function merge(block: Block, mean: number, weight: number): void {
  block.mean = (block.mean * block.weight + mean * weight) / (block.weight + weight);
  block.weight += weight;
}
