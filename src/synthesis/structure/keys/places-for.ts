import { type Place, sizeOf } from "./places";

const digits = "0123456789";
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const small = capitals.toLowerCase();
/** What a place may be taken from, the narrowest first. */
const classes = [
  ...[digits, capitals, small, `${digits}abcdef`, `${digits}ABCDEF`],
  ...[digits + capitals, digits + small, capitals + small, digits + capitals + small],
];
/** So many times the keys, and so many at least, a form should hold before it is made wider. */
const roomFor = 10;
const leastRoom = 1000;

/**
 * The places of keys of one signature. Numbers beside numbers keep to the range that those of their length have in all keys that
 * are alike; a single one may grow to its length.
 */
export function placesFor(
  keys: readonly string[],
  alike: readonly RunNumbers[],
  least: number,
  wide: boolean,
): Place[] {
  const runs = [...keys[0].matchAll(/\d+/g)].map((found, nth) => {
    const [from, to] = [found.index, found.index + found[0].length];
    return { nth, from, to, own: keys.map((key) => key.slice(from, to)) };
  });
  const numbers = runs.filter(({ own }) => own.every((text) => /^\d+$/.test(text)));
  const varying = numbers.filter(({ own }) => own.some((text) => text !== own[0]));
  const address = /^\d+(\.\d+){3}$/.test(keys[0]);
  const ranged = varying.length > 1 || address;
  const places: Place[] = [];
  for (let at = 0; at < keys[0].length; ) {
    const run = ranged ? varying.find(({ from }) => from === at) : undefined;
    const place = run && numberPlace(run, alike, { least, wide, address });
    places.push(place ?? alphabetOf(keys, at, least));
    at = place && run ? run.to : at + 1;
  }
  const room = Math.max(leastRoom, roomFor * keys.length);
  const roomOf = () => places.reduce((product, place) => product * sizeOf(place), 1);
  const [single] = ranged ? [] : varying;
  // A counter's leading digits, which all keys share, are let go from behind until there is room.
  for (let at = (single?.to ?? 0) - 1; single && at >= single.from && roomOf() < room; at--)
    if (sizeOf(places[at]) === 1)
      places[at] = at === single.from && !zeroLeads(single.own) ? digits.slice(1) : digits;
  return places;
}

function zeroLeads(texts: readonly string[]): boolean {
  return texts[0].length === 1 || texts.some((text) => text.startsWith("0"));
}

/** The numbers of a run of digits, by how many they have. */
type RunNumbers = ReadonlyMap<number, readonly number[]>;

/** The numbers of each run of digits of keys of one shape. */
export function runsOf(keys: readonly string[]): RunNumbers[] {
  const runs: Map<number, number[]>[] = [];
  for (const key of keys)
    (key.match(/\d+/g) ?? []).forEach((text, nth) => {
      runs[nth] ??= new Map();
      const own = runs[nth].get(text.length);
      if (own) own.push(Number(text));
      else runs[nth].set(text.length, [Number(text)]);
    });
  return runs;
}

interface Run {
  readonly nth: number;
  readonly from: number;
  readonly to: number;
  readonly own: readonly string[];
}

/** A run of digits as a number within its range; undefined where they are too many, or too few keys say where it ends. */
function numberPlace(
  { nth, from, to, own }: Run,
  alike: readonly RunNumbers[],
  { least, wide, address }: { readonly least: number; readonly wide: boolean; readonly address: boolean },
): Place | undefined {
  const width = to - from;
  if (width > 15) return undefined;
  const most = Math.min(10 ** width - 1, address ? 255 : Infinity);
  if (wide) return { low: zeroLeads(own) ? 0 : 10 ** (width - 1), high: most, width };
  const range = rangeOf(alike[nth]?.get(width) ?? [], least);
  return range && { low: range[0], high: range[1], width };
}

/**
 * From and to where at least `least` of the numbers reach, inwards to two digits: further out, or more exactly, only where
 * `least` of them have the very same number. Undefined where they are fewer than twice as many.
 */
export function rangeOf(
  numbers: readonly number[],
  least: number,
): readonly [low: number, high: number] | undefined {
  if (numbers.length < 2 * least) return undefined;
  const sorted = Float64Array.from(numbers).sort();
  const end = (rank: (k: number) => number, sign: 1 | -1): number => {
    const [outer, value] = [sorted[rank(0)], sorted[rank(least - 1)]];
    const unit = 10 ** Math.max(0, String(value).length - 2);
    return outer === value ? value : sign * Math.floor((sign * value) / unit) * unit + 0;
  };
  const high = end((k) => sorted.length - 1 - k, 1);
  const low = end((k) => k, -1);
  return low <= high ? [low, high] : undefined;
}

/** What stands at a place: the character that all share, or a class that holds what enough keys have there. */
function alphabetOf(keys: readonly string[], at: number, least: number): string {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key[at], (counts.get(key[at]) ?? 0) + 1);
  const [first] = counts.keys();
  if (counts.size === 1 && (keys.length >= least || !/[\p{L}\p{Nd}]/u.test(first))) return first;
  const starts = at === 0 || !/\d/.test(keys[0][at - 1] ?? "");
  const followed = /\d/.test(keys[0][at + 1] ?? "");
  if (starts && followed && keys.length >= least && [...counts.keys()].every((one) => /[1-9]/.test(one)))
    return digits.slice(1);
  const few = counts.size <= fewMixed && [...counts.values()].every((count) => count >= fewMixed * least);
  // A version 4 UUID has 8, 9, a or b at one place.
  if (few && /\d/.test([...counts.keys()].join("")) && /\p{L}/u.test([...counts.keys()].join("")))
    return [...counts.keys()].sort().join("");
  return classFor(counts, least);
}

/** So few letters and digits that many keys have at a place are all there may be. */
const fewMixed = 4;

/** The narrowest class that holds what enough keys have at a place. */
export function classFor(counts: ReadonlyMap<string, number>, least: number): string {
  const common = [...counts].filter(([, count]) => count >= least).map(([one]) => one);
  const seen = common.length > 0 ? common : [...counts.keys()].filter((one) => /[0-9A-Za-z]/.test(one));
  const own = classes.find((one) => seen.every((char) => one.includes(char)));
  return own ?? [...seen].sort().join("");
}
