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
    let edge = Number.NaN;
    let to = 0;
    for (const { low, high } of spans) {
      if (!(low[i] < high[i])) continue;
      // Where one begins at the end of another, that is known.
      const from = low[i] === edge ? to : fastCdf((low[i] - mean[i]) / deviation);
      edge = high[i];
      to = fastCdf((edge - mean[i]) / deviation);
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

/** Each row's probability of the spans. */
export function spanMass(mean: Float64Array, deviation: number, spans: readonly Span[]): Float64Array {
  return mean.map((centre, i) => {
    let total = 0;
    let edge = Number.NaN;
    let below = 0;
    for (const { low, high } of spans) {
      if (!(low[i] < high[i])) continue;
      const from = low[i] === edge ? below : fastCdf((low[i] - centre) / deviation);
      edge = high[i];
      below = fastCdf((edge - centre) / deviation);
      total += below - from;
    }
    return total;
  });
}

function clamp(p: number): number {
  return Math.min(1 - 1e-15, Math.max(1e-15, p));
}
