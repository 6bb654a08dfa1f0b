import type { Place } from "./places";
import { classFor, placesFor, runsOf } from "./places-for";

/** Keys of one form: as many places, and what may stand there. */
export interface LearntForm {
  readonly places: readonly Place[];
  /** Those that are of the form, or all that might be. */
  readonly keys: readonly string[];
  /** How many keys it stands for. */
  readonly weight: number;
}

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

/** Long numbers begin with a country's or an operator's digits. */
const longNumber = /^(?:\+|00|0)?[1-9]\d(?=[\d\s()/-]{7,}$)/;
/** So many digits are a number of its own behind an area's or an operator's. */
const ownDigits = 5;

/** Where what others begin with, too, may end in a key: behind each group of a long number's digits, the last first; its country; its letters. */
function prefixLengths(key: string): readonly number[] {
  const groups = /^[+(]?\d[\d\s()/.-]*$/.test(key) ? [...key.matchAll(/[\s()/.-]+(?=\d)/g)] : [];
  const ends = groups.map(({ index, 0: mark }) => index + mark.length).reverse();
  const long = ends.filter((end) => key.slice(end).replace(/\D/g, "").length >= ownDigits);
  const first = (longNumber.exec(key) ?? /^\p{L}*/u.exec(key))?.[0].length ?? 0;
  return [...long, first].filter((length) => length > 1);
}

/** Keys by the letters in front, or a long number's first digits, where these are few that `least` keys share (`DE`, `FR`; `+49 151`); else all of them together. */
function byPrefix(keys: readonly string[], least: number): readonly (readonly string[])[] {
  for (const length of [...areaLengths(keys, least), ...prefixLengths(keys[0])]) {
    const prefixes = [...grouped(keys, (key) => key.slice(0, length)).values()];
    const shared = prefixes.filter((own) => own.length >= least);
    const few = shared.length > 1 && shared.length <= Math.min(mostPrefixes, keys.length / (2 * least));
    if (few && shared.flat().length >= 0.95 * keys.length) return shared;
  }
  return [keys];
}

/** So many digits may follow on the same ones in front, where these are of an area or an operator. */
const fewFollowing = 5;

/** How many of the first digits of long numbers without marks are few in each place: `49151`, `49160` of an operator's. */
function areaLengths(keys: readonly string[], least: number): readonly number[] {
  if (!/^\+?\d{9,}$/.test(keys[0])) return [];
  let length = 0;
  for (let own = 1, before = 1; own <= keys[0].length - ownDigits - 2; own++) {
    const starts = [...grouped(keys, (key) => key.slice(0, own)).values()];
    const shared = starts.filter((same) => same.length >= least).length;
    if (shared === 0 || shared > fewFollowing * before) break;
    [length, before] = [own, shared];
  }
  return length > 1 ? [length] : [];
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
