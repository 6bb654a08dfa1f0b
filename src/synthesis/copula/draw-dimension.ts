import type { Rng } from "../../core/rng";
import { drawUniforms } from "../drawing/draws";
import { fastCdf, fastQuantile } from "./fast-normal";

/** A stretch of a latent dimension, by row: from `low` to `high`. */
export interface Span {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A span for all rows alike. */
export function everywhere(low: number, high: number, rows: number): Span {
  return { low: new Float64Array(rows).fill(low), high: new Float64Array(rows).fill(high) };
}

/**
 * Draws z ~ N(mean, deviation²) for each row, spread evenly over rows of like mean; within the union of `spans` (disjoint)
 * when there are any. Where a row's spans have no probability it gets the nearest end of the first one. Returns each
 * row's probability of its spans.
 */
export function drawNormal(
  mean: Float64Array,
  deviation: number,
  spans: readonly Span[] | undefined,
  rng: Rng,
  out: Float64Array,
): Float64Array | undefined {
  const rows = mean.length;
  const uniforms = drawUniforms(new Int32Array(rows), 1, mean, rows, rng);
  if (!spans) {
    for (let i = 0; i < rows; i++) out[i] = mean[i] + deviation * fastQuantile(uniforms[i]);
    return undefined;
  }
  const total = spanMass(mean, deviation, spans);
  for (let i = 0; i < rows; i++) {
    let left = uniforms[i] * total[i];
    let z = Number.NaN;
    for (const { low, high } of spans) {
      if (!(low[i] < high[i])) continue;
      const [from, to] = [fastCdf((low[i] - mean[i]) / deviation), fastCdf((high[i] - mean[i]) / deviation)];
      const width = to - from;
      if (total[i] > 0 && width <= 0) continue;
      const inner =
        total[i] > 0 ? mean[i] + deviation * fastQuantile(clamp(from + Math.min(left, width))) : mean[i];
      z = Math.min(Math.max(inner, low[i]), high[i]);
      if (left <= width) break;
      left -= width;
    }
    out[i] = Number.isNaN(z) ? mean[i] + deviation * fastQuantile(uniforms[i]) : z;
  }
  return total;
}

/**
 * Draws z ~ N(mean, deviation²) for each row among the places between `edges` that `allowed` (place by place) marks with 1.
 * Where these have no probability it gets the nearest end of the first of them. Returns each row's probability of them.
 */
export function drawAmong(
  { mean, deviation }: { readonly mean: Float64Array; readonly deviation: number },
  edges: readonly number[],
  allowed: readonly Uint8Array[],
  out: Float64Array,
  rng: Rng,
): Float64Array {
  const rows = mean.length;
  const uniforms = drawUniforms(new Int32Array(rows), 1, mean, rows, rng);
  const total = placesMass(mean, deviation, edges, allowed);
  const last = edges.length;
  for (let i = 0; i < rows; i++) {
    const centre = mean[i];
    if (total[i] === 1) {
      out[i] = centre + deviation * fastQuantile(uniforms[i]);
      continue;
    }
    let left = uniforms[i] * total[i];
    let z = Number.NaN;
    let from = 0;
    for (let k = 0; k <= last; k++) {
      const to = k === last ? 1 : fastCdf((edges[k] - centre) / deviation);
      const width = to - from;
      const start = from;
      from = to;
      if (allowed[k][i] === 0 || (total[i] > 0 && width <= 0)) continue;
      const inner =
        total[i] > 0 ? centre + deviation * fastQuantile(clamp(start + Math.min(left, width))) : centre;
      z = Math.min(Math.max(inner, k === 0 ? -Infinity : edges[k - 1]), k === last ? Infinity : edges[k]);
      if (left <= width) break;
      left -= width;
    }
    out[i] = Number.isNaN(z) ? centre + deviation * fastQuantile(uniforms[i]) : z;
  }
  return total;
}

/** Each row's probability of the places that `allowed` marks; exactly 1 where it marks all. */
export function placesMass(
  mean: Float64Array,
  deviation: number,
  edges: readonly number[],
  allowed: readonly Uint8Array[],
): Float64Array {
  const rows = mean.length;
  const marked = new Uint16Array(rows);
  for (const place of allowed) for (let i = 0; i < rows; i++) marked[i] += place[i];
  const total = new Float64Array(rows);
  const last = edges.length;
  for (let i = 0; i < rows; i++) {
    if (marked[i] === allowed.length) {
      total[i] = 1;
      continue;
    }
    let from = 0;
    for (let k = 0; k <= last; k++) {
      const to = k === last ? 1 : fastCdf((edges[k] - mean[i]) / deviation);
      if (allowed[k][i] === 1) total[i] += to - from;
      from = to;
    }
  }
  return total;
}

/** Each row's probability of the spans. */
export function spanMass(mean: Float64Array, deviation: number, spans: readonly Span[]): Float64Array {
  const total = new Float64Array(mean.length);
  for (const { low, high } of spans) {
    for (let i = 0; i < total.length; i++) {
      if (!(low[i] < high[i])) continue;
      total[i] += fastCdf((high[i] - mean[i]) / deviation) - fastCdf((low[i] - mean[i]) / deviation);
    }
  }
  return total;
}

function clamp(p: number): number {
  return Math.min(1 - 1e-15, Math.max(1e-15, p));
}
