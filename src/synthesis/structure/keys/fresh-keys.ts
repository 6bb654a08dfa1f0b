import { formsOf, type KeyPlan, type ReadForm } from "./key-plan";
import type { CellsOfTie } from "./key-ties";
import { keyOf } from "./places";

/** A power of two. */
const stretch = 1024;
const golden = 0.6180339887498949;

/** The keys number `from` to `from + count − 1`; different numbers below `keyCount` give different keys, then they repeat. */
export function freshKeys(plan: KeyPlan, from: number, count: number): string[] {
  const key = keyMaker(plan);
  return Array.from({ length: count }, (_, i) => key(from + i));
}

/** The key of each number. */
function keyMaker(plan: KeyPlan): (number: number) => string {
  if (plan.style === "counter") return (number) => String(plan.first + number);
  if (plan.style === "by") return String;
  if (plan.style === "same") return (number) => spread(plan.texts, number);
  const forms = formsOf(plan);
  const { endings } = plan;
  const key = (f: number, nth: number): string => {
    const { places, stride, rests, start, pace, capacity } = forms[f];
    const at = Number((BigInt(start) + BigInt(mixed(nth, capacity)) * BigInt(pace)) % BigInt(capacity));
    const own = keyOf(rests[at % rests.length] + stride * Math.floor(at / rests.length), places);
    return endings ? own + spread(endings, at) : own;
  };
  const phases = phasesOf(forms);
  const total = phases.at(-1)?.end ?? 0;
  return (nth) => {
    const number = nth % total;
    const phase = phases.find(({ end }) => number < end) as Phase;
    const within = number - phase.begin;
    const { form, rank } = phase.turns[within % phase.turns.length];
    const round = Math.floor(within / phase.turns.length);
    return key(form, phase.used[form] + round * phase.weights[form] + rank);
  };
}

/** Another number for each below the capacity, in stretches of `stretch`: so keys of rows in a file don't go on in even steps. */
function mixed(nth: number, capacity: number): number {
  const within = nth % stretch;
  const begin = nth - within;
  if (begin + stretch > capacity) return nth;
  const once = ((within ^ (within >> 5)) * 709) % stretch;
  return begin + (((once ^ (once >> 4)) * 429) % stretch);
}

/** The key of each number in a row, as its cells say; `turn` spreads those of which they say nothing. */
export function keyWriter(
  plan: KeyPlan,
  cellsOf: CellsOfTie,
  turn = golden,
): (number: number, row: number) => string {
  if (plan.style !== "by") return keyMaker(plan);
  const cells = cellsOf(plan);
  const places = new Map<string | number, number>(plan.cells);
  const writers = plan.plans.map((own) => keyWriter(own, cellsOf, Math.sqrt(turn)));
  const ends = plan.shares.map((_, k) => plan.shares.slice(0, k + 1).reduce((sum, share) => sum + share, 0));
  const any = (number: number): number =>
    ends.findIndex((end) => ((number * turn) % 1) * (ends.at(-1) ?? 0) < end);
  return (number, row) => writers[places.get(cells[row]) ?? any(number)](number, row);
}

/** One of the texts, by a number. */
function spread(texts: readonly string[], at: number): string {
  return texts[(Math.imul(at % 4294967296, 0x2c1b3c6d) >>> 16) % texts.length];
}

/** How many different keys a plan gives; beyond them `freshKeys` repeats. */
export function keyCount(plan: KeyPlan): number {
  // Whichever its cells say, a row's key has the row's number.
  if (plan.style === "by") return Math.min(...plan.plans.map(keyCount));
  if (plan.style !== "pattern") return Infinity;
  return formsOf(plan).reduce((sum, { capacity }) => sum + capacity, 0);
}

/** A stretch of keys in which forms take the same turns: until one of them has no more. */
interface Phase {
  readonly begin: number;
  readonly end: number;
  readonly used: readonly number[];
  readonly weights: readonly number[];
  readonly turns: readonly { readonly form: number; readonly rank: number }[];
}

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
