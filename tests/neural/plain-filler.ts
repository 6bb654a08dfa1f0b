import type { Filler } from "../../src/neural/noise";

/** What noise.as.ts does, in plain TypeScript. */
export const plainFiller: Filler = {
  uniform: (state, out) => plainFill(state, out, (word) => ((word >>> 9) + 0.5) * 2 ** -23),
  mask: (state, out, limit, kept) => plainFill(state, out, (word) => (word >>> 0 < limit ? 0 : kept)),
};

function plainFill(state: Int32Array, out: Float32Array, of: (word: number) => number): Float32Array {
  for (let i = 0; i < out.length; i += 4)
    for (let lane = 0; lane < 4; lane++) {
      const [a, b, c, d] = [0, 4, 8, 12].map((word) => state[word + lane]);
      let word = Math.imul(b, 5);
      word = Math.imul((word << 7) | (word >>> 25), 9);
      if (i + lane < out.length) out[i + lane] = of(word);
      const c1 = c ^ a;
      const d1 = d ^ b;
      state[4 + lane] = b ^ c1;
      state[lane] = a ^ d1;
      state[8 + lane] = c1 ^ (b << 9);
      state[12 + lane] = (d1 << 11) | (d1 >>> 21);
    }
  return out;
}
