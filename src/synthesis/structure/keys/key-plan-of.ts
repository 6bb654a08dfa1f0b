import type { Rng } from "../../../core/rng";
import { freeOf, numbersOf, wantedTimes } from "./free-of";
import { freshKeys, keyCount } from "./fresh-keys";
import { keyForms, type LearntForm } from "./key-forms";
import type { KeyForm, KeyPlan } from "./key-plan";
import { type Place, patternOf, spaceOf } from "./places";

/** From this many keys on, what they all have in the same place belongs to the pattern. */
const enoughKeys = 5;

/** Of so many domains of addresses, the share of each is kept. */
const mostEndings = 40;
/** Of so many that few addresses have, others are made up: so many with those that enough have. */
const [leastOthers, mostMade] = [20, 200];

/** Numbers with so many digits are made in their form, unless they count on. */
const longDigits = 9;

/** So many keys make a round, in which each form has its share. */
export const roundKeys = 200;

/** The plan for a column of keys: they count on, or are written as `writtenPlan` says. `named` keys hold names, which are no part of the values. */
export function keyPlanOf(
  values: readonly string[],
  rng: Rng,
  minCount = enoughKeys,
  named = false,
): KeyPlan {
  const counter = named ? undefined : counterOf([...new Set(values)].filter((value) => value !== ""));
  return counter ?? writtenPlan(values, rng, minCount, named);
}

/**
 * The plan of keys by the forms that at least `minCount` of them have; of addresses the name has forms, and domains are kept. Each form of
 * `named` keys has room for all, by digits behind it if need be.
 */
export function writtenPlan(
  values: readonly string[],
  rng: Rng,
  minCount = enoughKeys,
  named = false,
): KeyPlan {
  // A form of fewer keys would be those keys.
  const least = Math.max(minCount, enoughKeys);
  // Those that hold names are several people's without them.
  const one = (list: readonly string[]): readonly string[] => (named ? list : [...new Set(list)]);
  const present = one(values).filter((value) => value !== "");
  const endings = endingsOf(present, least, rng.fork("domains"));
  const names = endings ? one(present.map(nameOf)) : present;
  const learnt = keyForms(names, least).map((form) => (named ? widened(form, values.length) : form));
  let forms = freeForms(learnt, rng);
  if (forms.length === 0) forms = freeForms(keyForms(names, least, true), rng);
  const known = { style: "pattern" as const, ...(endings && { endings }) };
  const room = wantedTimes * names.length;
  const enough = endings ? keyCount({ ...known, forms }) >= room : forms.length > 0;
  if (enough) return { ...known, forms };
  // Names of addresses have no length of their own; of other keys every one of their form is taken.
  const places: Place[] = [...(learnt[0]?.places ?? [])];
  do places.push("0123456789");
  while (spaceOf(places) < 10 * room);
  const longer = { pattern: patternOf(places), weight: 0, ...freeOf(places, numbersOf(names, places), rng) };
  return { ...known, forms: [...forms, longer] };
}

/** The form with so many digits behind it that it has room for so many keys. */
function widened(form: LearntForm, keys: number): LearntForm {
  const places: Place[] = [...form.places];
  while (spaceOf(places) < 10 * wantedTimes * keys) places.push("0123456789");
  return { ...form, places };
}

function freeForms(learnt: readonly LearntForm[], rng: Rng): KeyForm[] {
  const total = learnt.reduce((sum, { weight }) => sum + weight, 0);
  return learnt.flatMap(({ places, keys, weight }): KeyForm[] => {
    const free = freeOf(places, numbersOf(keys, places), rng);
    const share = learnt.length > 1 ? Math.max(1, Math.round((roundKeys * weight) / total)) : 1;
    return free ? [{ pattern: patternOf(places), weight: share, ...free }] : [];
  });
}

export const wholeNumber = /^(0|[1-9]\d{0,14})$/;

/** The part of an address in front of its domain. */
export const nameOf = (address: string): string => address.replace(/@.*/s, "");

/** The next number of two digits and zeros: so the greatest key is not told. */
export function beyond(high: number): number {
  const unit = 10 ** Math.max(0, String(high).length - 2);
  return (Math.floor(high / unit) + 1) * unit;
}

/**
 * Numbers that go on after the greatest: for those that count on in it, or nearly do, in as many digits or in several lengths.
 */
function counterOf(keys: readonly string[]): KeyPlan | undefined {
  if (!keys.every((value) => wholeNumber.test(value))) return undefined;
  const numbers = keys.map(Number);
  const [low, high] = numbers.reduce(([a, b], one) => [Math.min(a, one), Math.max(b, one)], [Infinity, 0]);
  const first = beyond(high);
  const grows = String(first + 100 * keys.length).length > String(first - 1).length;
  const several = new Set(keys.map(({ length }) => length)).size > 1;
  const dense = 3 * keys.length >= high - low + 1;
  // Numbers as long as telephone numbers begin as theirs do.
  const counts = dense || high < 10 ** longDigits;
  return (several && dense) || keys.length < 2 || (counts && !(several || grows))
    ? { style: "counter", first }
    : undefined;
}

/**
 * The domains of addresses, as often as they are: those that enough keys share, and made-up ones in the place of the others where these
 * are written alike; undefined where keys are no addresses.
 */
function endingsOf(keys: readonly string[], least: number, rng: Rng): readonly string[] | undefined {
  if (keys.length === 0 || !keys.every((key) => /^[^@\s]+@[^@\s]+$/.test(key))) return undefined;
  const counts = new Map<string, number>();
  for (const key of keys) {
    const ending = key.slice(key.indexOf("@"));
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1]);
  const held = shared.reduce((sum, [, count]) => sum + count, 0);
  const few = [...counts].flatMap(([ending, count]) => (count < least ? [ending.slice(1)] : []));
  const others = few.length >= leastOthers ? writtenPlan(few, rng, least) : undefined;
  if (!others && held < keys.length / 2) return undefined;
  const most = others ? mostMade : mostEndings;
  const whole = others ? keys.length : held;
  const times = (count: number): number => Math.max(1, Math.round((most * count) / whole));
  return [
    ...shared.flatMap(([ending, count]) => new Array<string>(times(count)).fill(ending)),
    ...(others ? freshKeys(others, 0, times(keys.length - held)).map((own) => `@${own}`) : []),
  ];
}
