import { mustStartKernel } from "../core/kernel";
import { bitsFrom, type Rng } from "../core/rng";
import { wasm } from "./noise.wasm";

/** Random numbers in bulk, for what every training step draws anew. */
export interface Noise {
  /** Standard normal numbers, by 256 ziggurat layers (Marsaglia and Tsang, 2000; Doornik, 2005). */
  normal(out: Float32Array): Float32Array;
  /** Numbers in the open interval (0, 1). */
  uniform(out: Float32Array): Float32Array;
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
  const bits = bitsFrom(rng.key);
  const lanes = lanesOf(rng);
  const kernel = filler();
  const open = (): number => ((bits() >>> 9) + 0.5) * 2 ** -23;
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
    uniform: (out) => kernel.uniform(lanes, out),
    mask: (out, rate) =>
      kernel.mask(lanes, out, Math.min(2 ** 32 - 1, Math.round(rate * 2 ** 32)), 1 / (1 - rate)),
    integer: (below) => Math.floor(((bits() >>> 0) / 2 ** 32) * below),
  };
}

/** The state of four streams: word by word, four lanes each. */
function lanesOf(rng: Rng): Int32Array {
  const state = new Int32Array(16);
  for (let lane = 0; lane < 4; lane++)
    rng.fork(`lane ${lane}`).key.forEach((word, i) => {
      state[4 * i + lane] = word;
    });
  return state;
}

/** Fills arrays from four streams and moves their state on. */
export interface Filler {
  uniform(state: Int32Array, out: Float32Array): Float32Array;
  mask(state: Int32Array, out: Float32Array, limit: number, kept: number): Float32Array;
}

let shared: Filler | undefined;

function filler(): Filler {
  shared ??= simdFiller();
  return shared;
}

const chunk = 8192;
const stateAt = 64;
const outAt = 256;

interface NoiseKernel {
  uniform(state: number, out: number, count: number): void;
  mask(state: number, out: number, count: number, limit: number, kept: number): void;
}

/** By WebAssembly SIMD. */
export function simdFiller(): Filler {
  const started = mustStartKernel<NoiseKernel>(wasm, outAt + chunk * 4, "draw noise");
  const held = new Int32Array(started.memory, stateAt, 16);
  const made = new Float32Array(started.memory, outAt, chunk);
  const inChunks = (state: Int32Array, out: Float32Array, fill: (count: number) => void): Float32Array => {
    held.set(state);
    for (let from = 0; from < out.length; from += chunk) {
      const count = Math.min(chunk, out.length - from);
      fill(count);
      out.set(count === chunk ? made : made.subarray(0, count), from);
    }
    state.set(held);
    return out;
  };
  return {
    uniform: (state, out) => inChunks(state, out, (count) => started.run.uniform(stateAt, outAt, count)),
    mask: (state, out, limit, kept) =>
      inChunks(state, out, (count) => started.run.mask(stateAt, outAt, count, limit, kept)),
  };
}
