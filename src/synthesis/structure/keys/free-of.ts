import { integer, type Rng } from "../../../core/rng";
import { greatestCommonDivisor } from "../grids";
import { numberOf, type Place, spaceOf } from "./places";

/** Which keys of a form are used, and in what order. */
export interface FreeKeys {
  /** @default 1 */
  readonly stride: number;
  /** The remainder; or of each from 0 on whether it is used, a bit each, in Base64. @default 0 */
  readonly rest: number | string;
  /** The first key's place among the free ones. @default 0 */
  readonly start: number;
  /** How far on among them the next one is. @default 1 */
  readonly pace: number;
}

/** The different numbers, ascending, of the keys that are of a form; `part` says what of a key is. */
export function numbersOf(
  keys: Iterable<string>,
  places: readonly Place[],
  part: (key: string) => string = (key) => key,
): Float64Array {
  let numbers = new Float64Array(1 << 10);
  let count = 0;
  for (const key of keys) {
    const number = numberOf(part(key), places);
    if (number < 0) continue;
    if (count === numbers.length) {
      const longer = new Float64Array(2 * count);
      longer.set(numbers);
      numbers = longer;
    }
    numbers[count++] = number;
  }
  const sorted = numbers.subarray(0, count).sort();
  return sorted.filter((number, i) => i === 0 || number !== sorted[i - 1]);
}

/** So many keys should be free, and so many times the training keys; and most remainders that are told apart, of half as many keys. */
const wantedKeys = 2 ** 20;
export const wantedTimes = 10;
const mostStride = 2 ** 20;

/**
 * Remainders that none of the numbers of training keys has, as few as give enough keys: each says of so many keys that they are none of the training
 * keys. Undefined where every key of the form is one.
 */
export function freeOf(places: readonly Place[], numbers: Float64Array, rng: Rng): FreeKeys | undefined {
  const space = spaceOf(places);
  const wanted = Math.min(space, Math.max(wantedKeys, wantedTimes * numbers.length));
  const longest = Math.min(space, Math.max(mostStride, 2 * numbers.length), 8 * numbers.length + 8);
  let best: { readonly stride: number; readonly rests: readonly number[] } = { stride: 1, rests: [] };
  for (
    let stride = Math.floor(numbers.length / 6), last = false;
    !last;
    stride = Math.ceil(stride * 1.4) + 1
  ) {
    last = stride >= longest;
    const own = last ? longest : Math.max(1, stride);
    const taken = new Uint8Array(own);
    for (const number of numbers) taken[number % own] = 1;
    const enough = Math.ceil(wanted / Math.floor(space / own));
    const rests: number[] = [];
    for (let one = 0; one < own && rests.length < enough; one++) if (taken[one] === 0) rests.push(one);
    if (capacityOf(places, own, rests) > capacityOf(places, best.stride, best.rests))
      best = { stride: own, rests };
    if (rests.length === enough) break;
  }
  const { stride, rests } = best;
  const capacity = capacityOf(places, stride, rests);
  if (capacity === 0) return undefined;
  const pace = coprime(integer(rng, capacity) || 1, capacity);
  return {
    stride,
    rest: rests.length === 1 ? rests[0] : textOfBits(rests, stride),
    start: integer(rng, capacity),
    pace,
  };
}

/** The next number, from `pace` on, whose multiples come by all of so many keys. */
export function coprime(pace: number, capacity: number): number {
  let own = pace;
  while (greatestCommonDivisor(own, capacity) !== 1) own = (own % capacity) + 1;
  return own;
}

/** How many keys of these places have one of the remainders. */
export function capacityOf(places: readonly Place[], stride: number, rests: ArrayLike<number>): number {
  return rests.length * Math.max(1, Math.floor(spaceOf(places) / stride));
}

/** Base64 text of so many bits, of which those at the places are set. */
export function textOfBits(places: readonly number[], bits: number): string {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (const place of places) bytes[place >> 3] |= 1 << (place & 7);
  return Buffer.from(bytes).toString("base64");
}

/** The places of the bits that Base64 text says are set. */
export function bitsOf(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  const places: number[] = [];
  for (let place = 0; place < 8 * bytes.length; place++)
    if ((bytes[place >> 3] >> (place & 7)) & 1) places.push(place);
  return places;
}
