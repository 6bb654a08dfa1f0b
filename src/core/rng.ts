/**
 * A stream of random numbers. `fork` depends on the seed and the labels on the way, never on how many numbers
 * were drawn: trees and folds get the same streams in any order and on any number of threads.
 */
export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** An independent stream for `label`. */
  fork(label: string | number): Rng;
  /** The key that `fromKey` turns back into this stream's beginning: what a worker thread is sent. */
  readonly key: RngKey;
}

/**
 * The stream of a seed: the same seed gives the same numbers on every machine.
 *
 * @example
 * const rng = seeded(7);
 * rng.uniform() === seeded(7).uniform(); // → true
 * // A stream for each of several things: it does not depend on what was drawn before.
 * rng.fork("tree 1").uniform() === seeded(7).fork("tree 1").uniform(); // → true
 */
export function seeded(seed: number | string): Rng {
  return fromKey(mix([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], `${typeof seed}:${seed}`));
}

/** The key of a stream of random numbers. */
export type RngKey = readonly [number, number, number, number];

/** xoshiro128** from its key (Blackman and Vigna, 2021). */
class Xoshiro {
  // In fields: as variables around a closure they would take three times the time.
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(key: RngKey) {
    [this.a, this.b, this.c, this.d] = key;
    // All zeros would stay so for ever.
    if ((this.a | this.b | this.c | this.d) === 0) this.d = 1;
  }

  /** 32 bits, as a signed number. */
  next(): number {
    const { a, b } = this;
    const bits = Math.imul(b, 5);
    const c = this.c ^ a;
    const d = this.d ^ b;
    this.a = a ^ d;
    this.b = b ^ c;
    this.c = c ^ (b << 9);
    this.d = (d << 11) | (d >>> 21);
    return Math.imul((bits << 7) | (bits >>> 25), 9);
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }
}

/** The stream's 32 bits a call, as a signed number. */
export function bitsFrom(key: RngKey): () => number {
  const words = new Xoshiro(key);
  return () => words.next();
}

/** The stream that begins at `key`. */
export function fromKey(key: RngKey): Rng {
  const words = new Xoshiro(key);
  return {
    key,
    uniform: () => words.uniform(),
    fork: (label) => fromKey(mix(key, `${typeof label}:${label}`)),
  };
}

/**
 * `wanted` of the numbers below `count`, ascending, any set as likely as another (Knuth's selection sampling), by the
 * stream from its beginning.
 */
export function chosenOf(count: number, wanted: number, rng: Rng): Int32Array {
  const words = new Xoshiro(rng.key);
  const out = new Int32Array(wanted);
  let taken = 0;
  for (let i = 0; taken < wanted; i++) {
    // Written whether it is taken or not: no branch to mispredict.
    out[taken] = i;
    taken += words.uniform() * (count - i) < wanted - taken ? 1 : 0;
  }
  return out;
}

/** How often each of the numbers below `count` comes in so many draws by the stream from its beginning. */
export function timesDrawn(count: number, drawn: number, rng: Rng): Float64Array {
  const words = new Xoshiro(rng.key);
  const times = new Float64Array(count);
  for (let k = 0; k < drawn; k++) times[Math.floor(words.uniform() * count)]++;
  return times;
}

/** Hashes a label into a 128-bit key: four MurmurHash3-like lanes that exchange bits after every character. */
function mix(
  key: readonly [number, number, number, number],
  label: string,
): readonly [number, number, number, number] {
  let [a, b, c, d] = key;
  for (let i = 0; i < label.length; i++) {
    const k = label.charCodeAt(i);
    a = b ^ Math.imul(a ^ k, 597399067);
    b = c ^ Math.imul(b ^ k, 2869860233);
    c = d ^ Math.imul(c ^ k, 951274213);
    d = a ^ Math.imul(d ^ k, 2716044179);
  }
  for (let round = 0; round < 3; round++) {
    a = mixBits(a ^ b);
    b = mixBits(b ^ c);
    c = mixBits(c ^ d);
    d = mixBits(d ^ a);
  }
  return [a, b, c, d];
}

/** Spreads what differs in a whole number of 32 bits over all of them, as MurmurHash3 ends. */
export function mixBits(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** A whole number from 0 to `below` − 1. */
export function integer(rng: Rng, below: number): number {
  return Math.floor(rng.uniform() * below);
}

/** A draw from the standard normal distribution (Marsaglia and Bray's polar method, one of the pair kept). */
export function normal(rng: Rng): number {
  for (;;) {
    const u = 2 * rng.uniform() - 1;
    const v = 2 * rng.uniform() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** Fills `out` with standard normal draws, using both of each pair. */
export function fillNormal(rng: Rng, out: Float64Array | Float32Array): void {
  for (let i = 0; i < out.length; i += 2) {
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * rng.uniform() - 1;
      v = 2 * rng.uniform() - 1;
      s = u * u + v * v;
    } while (s === 0 || s >= 1);
    const scale = Math.sqrt((-2 * Math.log(s)) / s);
    out[i] = u * scale;
    if (i + 1 < out.length) out[i + 1] = v * scale;
  }
}

/** A draw from the exponential distribution with mean 1. */
export function exponential(rng: Rng): number {
  return -Math.log(1 - rng.uniform());
}

/** A draw from the gamma distribution with mean `shape` and scale 1 (Marsaglia and Tsang, 2000). */
export function gamma(rng: Rng, shape: number): number {
  if (shape < 1) return gamma(rng, shape + 1) * (1 - rng.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(rng);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A draw from the Poisson distribution: exact products for small means, a sum of smaller draws for large ones. */
export function poisson(rng: Rng, mean: number): number {
  let count = 0;
  // Halving by a gamma-distributed waiting time keeps the work logarithmic (Ahrens and Dieter, 1974).
  while (mean > 20) {
    const m = Math.floor((7 * mean) / 8);
    const x = gamma(rng, m);
    if (x > mean) {
      for (let i = 0; i < m - 1; i++) if (rng.uniform() * x < mean) count++;
      return count;
    }
    count += m;
    mean -= x;
  }
  const limit = Math.exp(-mean);
  for (let p = rng.uniform(); p > limit; p *= rng.uniform()) count++;
  return count;
}

/** Shuffles in place (Fisher and Yates). */
export function shuffle<T extends { [i: number]: number; length: number }>(rng: Rng, values: T): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = integer(rng, i + 1);
    const kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }
  return values;
}

/** The numbers 0 … n − 1 in random order. */
export function permutation(rng: Rng, n: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return shuffle(rng, order);
}
