import { integer, type Rng } from "../../core/rng";
import { greatestCommonDivisor } from "./grids";

/**
 * How fresh keys are written. A `counter` goes on after the largest training key. A `pattern` has an alphabet for each
 * place (`7590-VHVEG`: digits, "-", capitals); its keys are numbered, and only numbers with the remainder `rest` modulo
 * `stride` are used, which no training key has: so no key repeats a training key, and none of those is stored.
 */
export type KeyPlan =
  | { readonly style: "counter"; readonly first: number }
  | {
      readonly style: "pattern";
      readonly alphabets: readonly string[];
      readonly stride: number;
      readonly rest: number;
      readonly start: number;
      readonly pace: number;
      /** What stands behind them from an "@" on: as often as enough keys have it. */
      readonly endings?: readonly string[];
    };

const classes = ["0123456789", letters("A"), letters("a"), "0123456789abcdef", "0123456789ABCDEF"];
const mixed = [
  "0123456789" + letters("A"),
  "0123456789" + letters("a"),
  "0123456789" + letters("A") + letters("a"),
];
const largest = 2 ** 50;
/** From this many keys on, a letter or digit that they all have in the same place belongs to the pattern. */
const enoughKeys = 5;

/** Of so many domains of addresses, the share of each is kept. */
const mostEndings = 40;

/** The plan for a column of keys: the commonest length decides the pattern; of addresses the name does, and domains are kept. */
export function keyPlanOf(values: readonly string[], rng: Rng): KeyPlan {
  const present = values.filter((value) => value !== "");
  const endings = endingsOf(present);
  if (endings) {
    const plan = patternOf(
      present.map((value) => value.slice(0, value.indexOf("@"))),
      rng,
    );
    return { ...plan, endings };
  }
  return patternOf(present, rng, true);
}

/** The domains of addresses that enough keys share, as often as they do; undefined where keys are no addresses. */
function endingsOf(keys: readonly string[]): readonly string[] | undefined {
  if (keys.length === 0 || !keys.every((key) => /^[^@\s]+@[^@\s]+$/.test(key))) return undefined;
  const counts = new Map<string, number>();
  for (const key of keys) {
    const ending = key.slice(key.indexOf("@"));
    counts.set(ending, (counts.get(ending) ?? 0) + 1);
  }
  const shared = [...counts].filter(([, count]) => count >= enoughKeys).sort((a, b) => b[1] - a[1]);
  const held = shared.reduce((sum, [, count]) => sum + count, 0);
  if (held < keys.length / 2) return undefined;
  return shared.flatMap(([ending, count]) =>
    new Array<string>(Math.max(1, Math.round((mostEndings * count) / held))).fill(ending),
  );
}

function patternOf(present: readonly string[], rng: Rng, counters: true): KeyPlan;
function patternOf(present: readonly string[], rng: Rng): Extract<KeyPlan, { style: "pattern" }>;
function patternOf(present: readonly string[], rng: Rng, counters = false): KeyPlan {
  const lengths = new Map<number, number>();
  for (const value of present) lengths.set(value.length, (lengths.get(value.length) ?? 0) + 1);
  if (counters && present.every((value) => /^(0|[1-9]\d{0,14})$/.test(value))) {
    const first = pastAll(present.reduce((most, value) => Math.max(most, Number(value)), 0));
    const grows = String(first + 100 * present.length).length > String(first - 1).length;
    if (lengths.size > 1 || present.length < 2 || !grows) return { style: "counter", first };
  }
  const length = [...lengths].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 8;
  const same = present.filter((value) => value.length === length);
  const alphabets = Array.from({ length }, (_, at) => alphabetOf(same, at));
  return numbered(widened(alphabets, present.length), same, rng);
}

/** The keys number `from` to `from + count − 1`; different numbers give different keys. */
export function freshKeys(plan: KeyPlan, from: number, count: number): string[] {
  if (plan.style === "counter") return Array.from({ length: count }, (_, i) => String(plan.first + from + i));
  const { alphabets, stride, rest, pace, endings } = plan;
  const capacity = keyCount(plan);
  // Past the pattern's capacity the keys of each further round carry its number in front, in the first place's digits.
  const [first] = alphabets;
  const digits =
    first.length > 1 ? first : /[a-z]/i.test(first) ? letters(first < "a" ? "A" : "a") : classes[0];
  let at = Number((BigInt(plan.start) + BigInt(from % capacity) * BigInt(pace)) % BigInt(capacity));
  const out = new Array<string>(count);
  for (let i = 0; i < count; i++) {
    const round = Math.floor((from + i) / capacity);
    out[i] = (round > 0 ? inDigits(round, digits) : "") + write(rest + stride * at, alphabets);
    if (endings) out[i] += endings[(Math.imul(at % 4294967296, 0x2c1b3c6d) >>> 16) % endings.length];
    at += pace;
    if (at >= capacity) at -= capacity;
  }
  return out;
}

/** How many different keys a plan's own form gives; beyond them `freshKeys` writes longer ones. */
export function keyCount(plan: KeyPlan): number {
  return plan.style === "counter" ? Infinity : capacityOf(plan.alphabets, plan.stride);
}

/** The next number of two digits and zeros: so that the greatest key is not told. */
function pastAll(most: number): number {
  const unit = 10 ** Math.max(0, String(most).length - 2);
  return (Math.floor(most / unit) + 1) * unit;
}

function inDigits(number: number, digits: string): string {
  const rest = Math.floor(number / digits.length);
  return (rest > 0 ? inDigits(rest, digits) : "") + digits[number % digits.length];
}

function numbered(
  alphabets: readonly string[],
  training: readonly string[],
  rng: Rng,
): Extract<KeyPlan, { style: "pattern" }> {
  const numbers = training.map((value) => read(value, alphabets));
  let stride = Math.max(1, Math.floor(numbers.length / 6));
  for (;;) {
    const taken = new Uint8Array(stride);
    for (const number of numbers) taken[number % stride] = 1;
    const rest = taken.indexOf(0);
    if (rest >= 0 || numbers.length === 0) {
      const capacity = capacityOf(alphabets, stride);
      const start = integer(rng, capacity);
      let pace = integer(rng, capacity) || 1;
      while (greatestCommonDivisor(pace, capacity) !== 1) pace = (pace % capacity) + 1;
      return { style: "pattern", alphabets, stride, rest: Math.max(rest, 0), start, pace };
    }
    stride = Math.ceil(stride * 1.4) + 1;
  }
}

/** Puts digits behind a pattern that is too small to hold a hundred times the training keys. */
function widened(alphabets: string[], keys: number): string[] {
  const out = alphabets.slice();
  while (spaceOf(out) < Math.max(1000, 100 * keys)) out.push(classes[0]);
  return out;
}

function alphabetOf(values: readonly string[], at: number): string {
  const seen = new Set<string>();
  for (const value of values) seen.add(value[at]);
  const fixed = seen.size === 1 && (values.length >= enoughKeys || !/[0-9A-Za-z]/.test(values[0][at]));
  if (fixed) return values[0][at];
  const holds = (alphabet: string): boolean => [...seen].every((text) => alphabet.includes(text));
  return [...classes, ...mixed].find(holds) ?? [...seen].sort().join("");
}

// Numbers stay exact: only the last places, up to 2^50 keys, are numbered; the places before them follow by a hash.
function spaceOf(alphabets: readonly string[]): number {
  let space = 1;
  for (let at = alphabets.length - 1; at >= 0 && space * alphabets[at].length <= largest; at--) {
    space *= alphabets[at].length;
  }
  return space;
}

function capacityOf(alphabets: readonly string[], stride: number): number {
  return Math.max(1, Math.floor(spaceOf(alphabets) / stride));
}

function read(value: string, alphabets: readonly string[]): number {
  let number = 0;
  let space = 1;
  for (let at = alphabets.length - 1; at >= 0 && space * alphabets[at].length <= largest; at--) {
    number += space * Math.max(0, alphabets[at].indexOf(value[at] ?? ""));
    space *= alphabets[at].length;
  }
  return number;
}

function write(number: number, alphabets: readonly string[]): string {
  let out = "";
  let left = number;
  let space = 1;
  let hash = (number % 4294967296) | 0;
  for (let at = alphabets.length - 1; at >= 0; at--) {
    const alphabet = alphabets[at];
    if (space * alphabet.length <= largest) {
      out = alphabet[left % alphabet.length] + out;
      left = Math.floor(left / alphabet.length);
      space *= alphabet.length;
    } else {
      space = Number.POSITIVE_INFINITY;
      hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) + at;
      out = alphabet[((hash ^ (hash >>> 13)) >>> 0) % alphabet.length] + out;
    }
  }
  return out;
}

function letters(first: string): string {
  return Array.from({ length: 26 }, (_, i) => String.fromCharCode(first.charCodeAt(0) + i)).join("");
}
