import { type Place, sizeOf } from "./key-places";

/** Keys of one form: as many places, and what may stand there. */
export interface LearntForm {
  readonly places: readonly Place[];
  /** Those that are of the form, or all that might be. */
  readonly keys: readonly string[];
  /** How many keys it stands for. */
  readonly weight: number;
}

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
/** Most forms that are kept, the commonest. */
const mostForms = 100;
/** More different letters in front of keys are no words: at most so many are told apart. */
const mostPrefixes = 50;
/** Letters and digits stand in any order where telling them apart makes so many times as many forms. */
const mixedFrom = 4;

/** Digits, letters by case, and other characters as they are; with `joined`, letters and digits alike. */
const signature = (key: string, joined: boolean): string =>
  joined
    ? key.replace(/[\p{L}\p{Nd}]/gu, (one) => "x".repeat(one.length))
    : key.replace(/[\p{L}\p{Nd}]/gu, (one) => (/\d/.test(one) ? "0" : one === one.toLowerCase() ? "a" : "A"));

const collapsed = (name: string): string => name.replace(/([0aAx])\1+/g, "$1");

/**
 * The forms of keys that at least `least` of them have each, by classes of characters and lengths: letters and digits told
 * apart where that describes half of the keys, or alike where they stand in any order (`3f9a-07cc`); else runs of any of the lengths
 * that `least` have. With `wide`, numbers of a form may be all that are as long.
 */
export function keyForms(keys: readonly string[], least: number, wide = false): readonly LearntForm[] {
  const [apart, joined] = [false, true].map((own) => grouped(keys, (key) => signature(key, own)));
  const mixed = apart.size >= mixedFrom * joined.size;
  for (const groups of mixed ? [joined] : [apart, joined]) {
    const common = [...groups]
      .flatMap(([name, group]) => byPrefix(group, least).map((own) => [name, own] as const))
      .filter(([, group]) => group.length >= least)
      .sort(([, a], [, b]) => b.length - a.length)
      .slice(0, mostForms);
    if (2 * common.reduce((sum, [, group]) => sum + group.length, 0) < keys.length || common.length === 0)
      continue;
    const alike = new Map<string, string[]>();
    for (const [name, group] of common) {
      const shape = collapsed(name);
      const own = alike.get(shape) ?? [];
      for (const key of group) own.push(key);
      alike.set(shape, own);
    }
    const runs = new Map([...alike].map(([shape, own]) => [shape, runsOf(own)]));
    return common.map(([name, group]) => {
      const numbers = runs.get(collapsed(name)) ?? [];
      return { places: placesFor(group, numbers, least, wide), keys: group, weight: group.length };
    });
  }
  const [own, joint] = [apart, joined].map((groups) => {
    const shapes = grouped([...groups.keys()], collapsed);
    const all = [...shapes.values()].map((names) => names.flatMap((name) => groups.get(name) ?? []));
    return all.sort((a, b) => b.length - a.length)[0] ?? [];
  });
  return ofAnyLength(2 * own.length >= keys.length ? own : joint, least);
}

/** Keys by the letters in front, where these are few words that `least` keys share (`DE`, `FR`); else all of them together. */
function byPrefix(keys: readonly string[], least: number): readonly (readonly string[])[] {
  const length = /^\p{L}*/u.exec(keys[0])?.[0].length ?? 0;
  const prefixes = length < 2 ? [] : [...grouped(keys, (key) => key.slice(0, length)).values()];
  const shared = prefixes.filter((own) => own.length >= least);
  const few = shared.length > 1 && shared.length <= Math.min(mostPrefixes, keys.length / (2 * least));
  return few && shared.flat().length >= 0.95 * keys.length ? shared : [keys];
}

function grouped(keys: readonly string[], by: (key: string) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const key of keys) {
    const name = by(key);
    const group = groups.get(name);
    if (group) group.push(key);
    else groups.set(name, [key]);
  }
  return groups;
}

/**
 * The places of keys of one signature. Numbers beside numbers keep to the range that those of their length have in all keys that
 * are alike; a single one may grow to its length.
 */
function placesFor(
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
function runsOf(keys: readonly string[]): RunNumbers[] {
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
  return classFor(counts, least);
}

function classFor(counts: ReadonlyMap<string, number>, least: number): string {
  const common = [...counts].filter(([, count]) => count >= least).map(([one]) => one);
  const seen = common.length > 0 ? common : [...counts.keys()].filter((one) => /[0-9A-Za-z]/.test(one));
  const own = classes.find((one) => seen.every((char) => one.includes(char)));
  return own ?? [...seen].sort().join("");
}

/** Forms of keys whose runs of characters are as long as at least `least` of them are, or as most are. */
function ofAnyLength(keys: readonly string[], least: number): LearntForm[] {
  const split = keys.map((key) => key.match(/[\p{L}\p{Nd}]+|[^\p{L}\p{Nd}]/gu) ?? []);
  let forms: { places: readonly Place[]; weight: number }[] = [{ places: [], weight: 1 }];
  for (let r = 0; r < (split[0]?.length ?? 0); r++) {
    const runs = split.map((own) => own[r] ?? "");
    const counts = new Map<string, number>();
    for (const run of runs) for (const one of new Set(run)) counts.set(one, (counts.get(one) ?? 0) + 1);
    const same = keys.length >= least && runs.every((run) => run === runs[0]);
    const place = counts.size === 1 ? runs[0][0] : classFor(counts, least);
    const lengths = same ? new Map([[runs[0].length, 1]]) : lengthsOf(runs, least);
    forms = forms.flatMap((form) =>
      [...lengths].map(([length, share]) => ({
        places: [...form.places, ...(same ? runs[0] : new Array<Place>(length).fill(place))],
        weight: form.weight * share,
      })),
    );
    forms = forms.sort((a, b) => b.weight - a.weight).slice(0, mostForms);
  }
  return forms.map((form) => ({ ...form, keys: keys.filter((key) => key.length === form.places.length) }));
}

function lengthsOf(runs: readonly string[], least: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { length } of runs) counts.set(length, (counts.get(length) ?? 0) + 1);
  const ordered = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const enough = ordered.filter(([, count]) => count >= least);
  return new Map(
    (enough.length > 0 ? enough : ordered.slice(0, 1)).map(([length, count]) => [length, count]),
  );
}
