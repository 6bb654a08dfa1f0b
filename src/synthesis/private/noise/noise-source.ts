import { createCipheriv, createHash, randomBytes } from "node:crypto";
import type { Rng } from "../../../core/rng";

/** Uniform whole numbers from a cryptographic generator: what all noise of a private release is made of. */
export interface NoiseSource {
  /** From 0 to `n` − 1, exactly uniform; `n` a whole number from 1 to 2^48. */
  below(n: number): number;
  /** The same for any `n` from 1. */
  belowBig(n: bigint): bigint;
}

const chunk = 1 << 14;

/** A source with a fresh 256-bit key from the operating system: nobody can repeat it. */
export function secretSource(): NoiseSource {
  return sourceFrom(randomBytes(32));
}

/**
 * A source whose key follows from the stream, so that a release can be repeated. Whoever knows or guesses the seed can
 * take the noise away: the guarantee then holds only against those who don't.
 */
export function seededSource(rng: Rng): NoiseSource {
  const key = createHash("sha256");
  for (const word of rng.fork("private noise").key) key.update(`${word >>> 0}\n`);
  return sourceFrom(key.digest());
}

function sourceFrom(key: Uint8Array): NoiseSource {
  // The key stream of AES in counter mode; each key serves one source, so the counter may begin at 0.
  const cipher = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
  const zeros = new Uint8Array(chunk);
  let bytes = cipher.update(zeros);
  let at = 0;
  const take = (count: number): number => {
    if (at + count > bytes.length) {
      bytes = cipher.update(zeros);
      at = 0;
    }
    at += count;
    return at - count;
  };
  return {
    below(n) {
      // Numbers past the last whole multiple of n would favour small remainders: they are drawn again.
      const limit = 2 ** 48 - (2 ** 48 % n);
      for (;;) {
        const drawn = bytes.readUIntBE(take(6), 6);
        if (drawn < limit) return drawn % n;
      }
    },
    belowBig(n) {
      const digits = (n - 1n).toString(16);
      const count = Math.ceil(digits.length / 2);
      const bits = 4 * (digits.length - 1) + 32 - Math.clz32(Number.parseInt(digits[0], 16));
      const mask = (1n << BigInt(bits)) - 1n;
      for (;;) {
        const from = take(count);
        const drawn = BigInt(`0x${bytes.toString("hex", from, from + count)}`) & mask;
        if (drawn < n) return drawn;
      }
    },
  };
}
