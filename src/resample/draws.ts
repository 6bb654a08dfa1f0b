import { gamma, integer, permutation, type Rng } from "../core/rng";

/**
 * Where a resampler takes its random numbers from. Each algorithm asks for them in the order and in the blocks in
 * which imbalanced-learn draws them, so that a recorded sequence of that library reproduces its rows exactly.
 */
export interface Draws {
  /** `count` whole numbers from 0 to `below` − 1, with replacement. */
  integers(below: number, count: number): Int32Array;
  /** `count` numbers, uniform in [0, 1). */
  uniforms(count: number): Float64Array;
  /** The numbers 0 … `count` − 1 in random order. */
  permutation(count: number): Int32Array;
  /** One number of the beta distribution. */
  beta(a: number, b: number): number;
}

/** The draws of a random stream. */
export function drawsFrom(rng: Rng): Draws {
  return {
    integers(below, count) {
      const out = new Int32Array(count);
      for (let i = 0; i < count; i++) out[i] = integer(rng, below);
      return out;
    },
    uniforms(count) {
      const out = new Float64Array(count);
      for (let i = 0; i < count; i++) out[i] = rng.uniform();
      return out;
    },
    permutation: (count) => permutation(rng, count),
    beta(a, b) {
      const first = gamma(rng, a);
      return first / (first + gamma(rng, b));
    },
  };
}
