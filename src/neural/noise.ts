import type { Rng } from "../core/rng";

/** Random numbers in bulk, for what every training step draws anew. */
export interface Noise {
  /** Standard normal numbers, by 256 ziggurat layers (Marsaglia and Tsang, 2000; Doornik, 2005). */
  normal(out: Float32Array): Float32Array;
  /** Numbers in the open interval (0, 1), 24 bits each. */
  uniform(out: Float32Array): Float32Array;
  /** −log(−log u): adding it to logits and taking the maximum draws from their softmax (Gumbel, 1954). */
  gumbel(out: Float32Array): Float32Array;
  /** 0 with probability `rate`, else 1 / (1 − rate): a dropout mask. */
  mask(out: Float32Array, rate: number): Float32Array;
  /** A whole number from 0 to `below` − 1, `below` at most 2³². */
  integer(below: number): number;
}

const layers = 256;
/** Where the tail begins, and the area of each layer, for 256 layers. */
const tail = 3.6541528853610088;
const area = 0.00492867323399;
const edges = new Float64Array(layers + 1);
const ratios = new Float64Array(layers);

function density(x: number): number {
  return Math.exp(-0.5 * x * x);
}

edges[0] = area / density(tail);
edges[1] = tail;
for (let i = 2; i < layers; i++)
  edges[i] = Math.sqrt(-2 * Math.log(area / edges[i - 1] + density(edges[i - 1])));
for (let i = 0; i < layers; i++) ratios[i] = edges[i + 1] / edges[i];

/** The noise of a stream: the same key gives the same numbers. It advances on its own, not with `rng`. */
export function noise(rng: Rng): Noise {
  let [a, b, c, d] = rng.key;
  if ((a | b | c | d) === 0) d = 1;
  // xoshiro128** as in core/rng, 32 bits a draw.
  const bits = (): number => {
    let out = Math.imul(b, 5);
    out = Math.imul((out << 7) | (out >>> 25), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return out;
  };
  const open = (): number => ((bits() >>> 8) + 0.5) * 2 ** -24;
  const draw = (): number => {
    for (;;) {
      const word = bits();
      const layer = word & 255;
      // The upper 24 bits, from −1 to 1.
      const u = (word >> 8) * 2 ** -23;
      if (Math.abs(u) < ratios[layer]) return u * edges[layer];
      if (layer === 0) {
        let x: number;
        do x = -Math.log(open()) / tail;
        while (-2 * Math.log(open()) < x * x);
        return u < 0 ? -x - tail : x + tail;
      }
      const x = u * edges[layer];
      const low = density(edges[layer]);
      if (low + open() * (density(edges[layer + 1]) - low) < density(x)) return x;
    }
  };
  return {
    normal: (out) => {
      for (let i = 0; i < out.length; i++) out[i] = draw();
      return out;
    },
    uniform: (out) => {
      for (let i = 0; i < out.length; i++) out[i] = open();
      return out;
    },
    gumbel: (out) => {
      for (let i = 0; i < out.length; i++) out[i] = -Math.log(-Math.log(open()));
      return out;
    },
    mask: (out, rate) => {
      const limit = rate * 2 ** 32;
      const kept = 1 / (1 - rate);
      for (let i = 0; i < out.length; i++) out[i] = bits() >>> 0 < limit ? 0 : kept;
      return out;
    },
    integer: (below) => Math.floor(((bits() >>> 0) / 2 ** 32) * below),
  };
}
