import { check } from "../../core/checks";
import { integer, type Rng } from "../../core/rng";
import { greatestCommonDivisor } from "./grids";
import { keyForms, type LearntForm } from "./key-forms";
import { keyOf, numberOf, type Place, patternOf, placesOf, spaceOf } from "./key-places";

/**
 * How fresh keys are written. A `counter` goes on after the largest training key. A `pattern` has a form or several
 * (`[0-9]{4}-[A-Z]{5}`), which take turns as often as their weights say.
 */
export type KeyPlan =
  | { readonly style: "counter"; readonly first: number }
  | {
      readonly style: "pattern";
      readonly forms: readonly KeyForm[];
      /** What stands behind them from an "@" on: as often as enough keys have it. */
      readonly endings?: readonly string[];
    }
  /** As files of before say it: one form. */
  | ({ readonly style: "pattern"; readonly endings?: readonly string[] } & KeyForm);

/**
 * Keys of one form are numbered, and only numbers with a remainder in `rest` modulo `stride` are used, which no training key
 * has: so no key repeats a training key, and none of those is stored.
 */
export interface KeyForm {
  /** What `placesOf` reads; each of its lengths is a form of its own, as common as the others. */
  readonly pattern?: string;
  /** In its place, as files of before say it: the characters of each place. */
  readonly alphabets?: readonly string[];
  /** How many keys of a round have the form; 0 for one that stands in once the others have none left. @default 1 */
  readonly weight?: number;
  /** @default 1 */
  readonly stride?: number;
  /** The remainder; or of each from 0 on whether it is used, a bit each, in Base64. @default 0 */
  readonly rest?: number | string;
  /** The first key's place among the free ones. @default 0 */
  readonly start?: number;
  /** How far on among them the next one is. @default 1 */
  readonly pace?: number;
}

/** From this many keys on, what they all have in the same place belongs to the pattern. */
const enoughKeys = 5;

/** Of so many domains of addresses, the share of each is kept. */
const mostEndings = 40;

/** Below so many keys that are free, it is said how many. */
const manyKeys = 100_000;

/** So many keys make a round, in which each form has its share. */
const roundKeys = 200;

/** The plan for a column of keys, by the forms that at least `minCount` of them have; of addresses the name has forms, and domains are kept. */
export function keyPlanOf(values: readonly string[], rng: Rng, minCount = enoughKeys): KeyPlan {
  // A form of fewer keys would be those keys.
  const least = Math.max(minCount, enoughKeys);
  const present = [...new Set(values)].filter((value) => value !== "");
  const counter = counterOf(present);
  if (counter) return counter;
  const endings = endingsOf(present, least);
  const names = endings ? [...new Set(present.map(nameOf))] : present;
  const learnt = keyForms(names, least);
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
  const longer = { pattern: patternOf(places), weight: 0, ...freeOf(places, names, rng) };
  return { ...known, forms: [...forms, longer] };
}

function freeForms(learnt: readonly LearntForm[], rng: Rng): KeyForm[] {
  const total = learnt.reduce((sum, { weight }) => sum + weight, 0);
  return learnt.flatMap(({ places, keys, weight }): KeyForm[] => {
    const free = freeOf(places, keys, rng);
    const share = learnt.length > 1 ? Math.max(1, Math.round((roundKeys * weight) / total)) : 1;
    return free ? [{ pattern: patternOf(places), weight: share, ...free }] : [];
  });
}

/** The plan of a stated pattern: its keys in order, each length as often as it has keys. Real keys are not known, so not avoided. */
export function statedKeys(pattern: string, action: string): KeyPlan {
  const forms = placesOf(pattern, action);
  const total = forms.reduce((sum, places) => sum + spaceOf(places), 0);
  const weight = (places: readonly Place[]): number =>
    forms.length > 1 ? Math.max(1, Math.round((roundKeys * spaceOf(places)) / total)) : 1;
  return {
    style: "pattern",
    forms: forms.map((places) => ({ pattern: patternOf(places), weight: weight(places) })),
  };
}

/**
 * The plan, which somebody may have changed, with none of these keys among those it makes: forms that would make one count theirs
 * anew. Throws where a form has none left.
 */
export function keysBeside(plan: KeyPlan, values: readonly string[], rng: Rng, action: string): KeyPlan {
  const present = [...new Set(values)];
  if (plan.style === "counter") {
    const high = present.reduce(
      (most, key) => (wholeNumber.test(key) ? Math.max(most, Number(key)) : most),
      0,
    );
    return plan.first > high ? plan : { ...plan, first: beyond(high) };
  }
  const names = plan.endings ? present.map(nameOf) : present;
  const given = "forms" in plan ? plan.forms : [plan];
  const forms = given.flatMap((form): readonly KeyForm[] => {
    const read = formsOf({ style: "pattern", forms: [form] });
    const makes = ({ places, stride, rests }: ReadForm): boolean => {
      const used = new Set(rests);
      return names.some((key) => {
        const number = numberOf(key, places);
        return number >= 0 && used.has(number % stride);
      });
    };
    if (!read.some((one) => one.stride > spaceOf(one.places) || makes(one))) return [form];
    return read.map(({ places, weight }) => {
      const free = freeOf(places, names, rng);
      const pattern = patternOf(places);
      check(
        free !== undefined,
        action,
        "a pattern must have keys that no row has: write a longer one",
        pattern,
      );
      return { pattern, weight, ...free };
    });
  });
  const { style, endings } = plan;
  return forms.every((form, f) => form === given[f]) ? plan : { style, ...(endings && { endings }), forms };
}

/** The keys number `from` to `from + count − 1`; different numbers below `keyCount` give different keys, then they repeat. */
export function freshKeys(plan: KeyPlan, from: number, count: number): string[] {
  if (plan.style === "counter") return Array.from({ length: count }, (_, i) => String(plan.first + from + i));
  const forms = formsOf(plan);
  const { endings } = plan;
  const key = (f: number, nth: number): string => {
    const { places, stride, rests, start, pace, capacity } = forms[f];
    const at = Number((BigInt(start) + BigInt(nth) * BigInt(pace)) % BigInt(capacity));
    const own = keyOf(rests[at % rests.length] + stride * Math.floor(at / rests.length), places);
    return endings ? own + endings[(Math.imul(at % 4294967296, 0x2c1b3c6d) >>> 16) % endings.length] : own;
  };
  const phases = phasesOf(forms);
  const total = phases.at(-1)?.end ?? 0;
  return Array.from({ length: count }, (_, i) => {
    const number = (from + i) % total;
    const phase = phases.find(({ end }) => number < end) as Phase;
    const within = number - phase.begin;
    const { form, rank } = phase.turns[within % phase.turns.length];
    const round = Math.floor(within / phase.turns.length);
    return key(form, phase.used[form] + round * phase.weights[form] + rank);
  });
}

/** How many different keys a plan gives; beyond them `freshKeys` repeats. */
export function keyCount(plan: KeyPlan): number {
  if (plan.style === "counter") return Infinity;
  return formsOf(plan).reduce((sum, { capacity }) => sum + capacity, 0);
}

/** How keys are written, in words, and how many there are where they may not last. */
export function describeKeys(plan: KeyPlan): string {
  if (plan.style === "counter") return `counted on from ${plan.first}`;
  const forms = [...formsOf(plan)].sort((a, b) => b.weight - a.weight);
  const [own, longer] = [forms.filter(({ weight }) => weight > 0), forms.find(({ weight }) => weight === 0)];
  if (own.length === 0)
    return `written as ${patternOf(forms[0].places)}, which is longer than in the data: there every key of the form is taken`;
  const others = own.length > 1 ? ` and ${own.length - 1} other forms` : "";
  const free = own.reduce((sum, { capacity }) => sum + capacity, 0);
  const last = longer ? "further rows have longer ones" : "further rows repeat them";
  const few = free < manyKeys ? `; ${free} such keys are free, ${last}, and none of them is a real one` : "";
  return `written as ${patternOf(own[0].places)}${others}${few}`;
}

/** What is to be said where so many rows cannot all have keys of their own; undefined where they can. */
export function keyShortage(name: string, plan: KeyPlan, rows: number): string | undefined {
  const free = keyCount(plan);
  if (rows <= free) return undefined;
  return `${name}: only ${free} keys of its form are free, so that ${rows - free} of ${rows} rows repeat one`;
}

interface ReadForm {
  readonly places: readonly Place[];
  readonly weight: number;
  readonly stride: number;
  readonly rests: readonly number[];
  readonly start: number;
  readonly pace: number;
  readonly capacity: number;
}

function formsOf(plan: Exclude<KeyPlan, { style: "counter" }>): readonly ReadForm[] {
  return ("forms" in plan ? plan.forms : [plan]).flatMap((form) => {
    const { pattern, alphabets, weight = 1, stride = 1, rest = 0, start = 0, pace = 1 } = form;
    const rests = typeof rest === "number" ? [rest] : bitsOf(rest);
    return (alphabets ? [alphabets] : placesOf(pattern ?? "", "make keys")).map((places): ReadForm => {
      const capacity = capacityOf(places, stride, rests);
      return { places, weight, stride, rests, start, pace: coprime(pace, capacity), capacity };
    });
  });
}

/** A stretch of keys in which forms take the same turns: until one of them has no more. */
interface Phase {
  readonly begin: number;
  readonly end: number;
  readonly used: readonly number[];
  readonly weights: readonly number[];
  readonly turns: readonly { readonly form: number; readonly rank: number }[];
}

const golden = 0.6180339887498949;

function phasesOf(forms: readonly ReadForm[]): Phase[] {
  const phases: Phase[] = [];
  let used = forms.map(() => 0);
  for (let begin = 0; ; begin = phases[phases.length - 1].end) {
    const left = forms.map(({ capacity }, f) => capacity - used[f]);
    const usual = forms.some(({ weight }, f) => weight > 0 && left[f] > 0);
    const weights = forms.map(({ weight }, f) => Math.min(usual ? weight : 1, left[f]));
    const slots = weights.flatMap((weight, form) =>
      Array.from({ length: weight }, (_, rank) => ({ form, rank })),
    );
    if (slots.length === 0) return phases;
    const rounds = weights.reduce(
      (least, weight, f) => (weight > 0 ? Math.min(least, Math.floor(left[f] / weight)) : least),
      Infinity,
    );
    const turns = slots
      .map((slot, s) => ({ slot, at: (s * golden) % 1 }))
      .sort((a, b) => a.at - b.at)
      .map(({ slot }) => slot);
    phases.push({ begin, end: begin + rounds * turns.length, used, weights, turns });
    used = used.map((own, f) => own + rounds * weights[f]);
  }
}

const wholeNumber = /^(0|[1-9]\d{0,14})$/;

/** The part of an address in front of its domain. */
const nameOf = (address: string): string => address.replace(/@.*/s, "");

/** The next number of two digits and zeros: so the greatest key is not told. */
function beyond(high: number): number {
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
  return (several && dense) || keys.length < 2 || !(several || grows)
    ? { style: "counter", first }
    : undefined;
}

/** The domains of addresses that enough keys share, as often as they do; undefined where keys are no addresses. */
function endingsOf(keys: readonly string[], least: number): readonly string[] | undefined {
  if (keys.length === 0 || !keys.every((key) => /^[^@\s]+@[^@\s]+$/.test(key))) return undefined;
  const counts = new Map<string, number>();
  for (const key of keys) {
    const ending = key.slice(key.indexOf("@"));
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, count]) => count >= least).sort((a, b) => b[1] - a[1]);
  const held = shared.reduce((sum, [, count]) => sum + count, 0);
  if (held < keys.length / 2) return undefined;
  return shared.flatMap(([ending, count]) =>
    new Array<string>(Math.max(1, Math.round((mostEndings * count) / held))).fill(ending),
  );
}

/** So many keys should be free, and so many times the training keys; and most remainders that are told apart. */
const wantedKeys = 2 ** 20;
const wantedTimes = 10;
const mostStride = 2 ** 20;

/**
 * Remainders that no training key has, as few as give enough keys: each says of so many keys that they are none of the training
 * keys. Undefined where every key of the form is one.
 */
function freeOf(
  places: readonly Place[],
  training: readonly string[],
  rng: Rng,
): Required<Pick<KeyForm, "stride" | "rest" | "start" | "pace">> | undefined {
  const numbers = training.map((key) => numberOf(key, places)).filter((number) => number >= 0);
  const space = spaceOf(places);
  const wanted = Math.min(space, Math.max(wantedKeys, wantedTimes * numbers.length));
  const longest = Math.min(space, mostStride, 8 * numbers.length + 8);
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
function coprime(pace: number, capacity: number): number {
  let own = pace;
  while (greatestCommonDivisor(own, capacity) !== 1) own = (own % capacity) + 1;
  return own;
}

function capacityOf(places: readonly Place[], stride: number, rests: ArrayLike<number>): number {
  return rests.length * Math.max(1, Math.floor(spaceOf(places) / stride));
}

function textOfBits(places: readonly number[], bits: number): string {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  for (const place of places) bytes[place >> 3] |= 1 << (place & 7);
  return Buffer.from(bytes).toString("base64");
}

function bitsOf(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  const places: number[] = [];
  for (let place = 0; place < 8 * bytes.length; place++)
    if ((bytes[place >> 3] >> (place & 7)) & 1) places.push(place);
  return places;
}
