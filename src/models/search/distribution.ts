import { integer, type Rng } from "../../core/rng";

/** Values to draw an option from. */
export type Distribution =
  /** Uniform between `low` and `high`. */
  | { readonly uniform: readonly [low: number, high: number] }
  /** Uniform on the logarithm; both ends above 0. */
  | { readonly logUniform: readonly [low: number, high: number] }
  /** A whole number from `low` to `high`, both included. */
  | { readonly integer: readonly [low: number, high: number] }
  /** As `integer`, small numbers as often as large ones by their logarithm; from 1. */
  | { readonly logInteger: readonly [low: number, high: number] };

/** One value at random. */
export function draw(from: Distribution, rng: Rng): number {
  if ("uniform" in from) return between(from.uniform, rng.uniform());
  if ("integer" in from) return from.integer[0] + integer(rng, from.integer[1] - from.integer[0] + 1);
  if ("logUniform" in from) return logBetween(from.logUniform, rng.uniform());
  const [low, high] = from.logInteger;
  return Math.min(high, Math.floor(logBetween([low, high + 1], rng.uniform())));
}

function between([low, high]: readonly [number, number], share: number): number {
  return low + (high - low) * share;
}

function logBetween([low, high]: readonly [number, number], share: number): number {
  return Math.exp(between([Math.log(low), Math.log(high)], share));
}
