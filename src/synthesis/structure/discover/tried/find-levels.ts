import { type DateUnit, day } from "../../date-parts";
import { decidersOf, emptySum, evaluate, type Formula } from "../../formulas";
import { earlierDates } from "../../move-dates";
import {
  type BandsPlan,
  type ColumnPlan,
  type DatePlan,
  formulasOf,
  isComputed,
  type LevelsPlan,
  levelCount,
} from "../../structure";
import { binned, likelihoodRatio } from "../association";
import { leavesOut } from "../bands";
import type { Look } from "../look";
import { shortest } from "../search";
import { comparisons, limits, type Measure } from "./compared";
import { tellingTakes } from "./trials";

/** With more levels no part of a date says which. */
const mostLevels = 50;
/** So unlikely must it be that chance makes a rule, for all that are tried. */
const chance = 1e-3;
/** So many standard deviations more than chance brings two columns go with each other. */
const certain = 5;
/** Values of which each is so many rows' on average would show that they go with several levels. */
const leastRepeated = 5;
/** Places in a calendar are sums of great numbers. */
const noise = 1e-6;
/** Values of a part are numbers of days or hours, counted from 0; halves of them fall between. */
const parts: readonly (readonly [of: DateUnit, within: DateUnit, width: number])[] = [
  ["day", "week", day],
  ["month", "year", 0],
  ["minute", "day", day / 24],
  ["hour", "week", day / 24],
];

/** What may say a level: a number that others give. */
interface Said {
  readonly value: Formula;
  readonly of: string;
  readonly numbers: Float64Array;
}

/**
 * Levels that a part of a date says (a weekday's name, a season, the hours of a tariff), or which of two numbers or dates is the greater;
 * with the levels that follow from them. One of its own may stand for what is missing.
 */
export function findLevels(plans: readonly ColumnPlan[], look: Look): readonly BandsPlan[] {
  const { from, keep, whose: people } = look;
  const read = new Set([...formulasOf(plans).values()].flatMap(decidersOf));
  const targets = plans.filter(
    (plan): plan is LevelsPlan =>
      plan.kind === "levels" &&
      !plan.texts &&
      !plan.rare &&
      plan.levels.length > 1 &&
      plan.levels.length <= mostLevels &&
      !keep.includes(plan.name) &&
      !read.has(plan.name),
  );
  if (targets.length === 0) return [];
  const numbers = plans.filter((plan) => plan.kind === "number");
  const dates = plans.filter((plan) => plan.kind === "date");
  const values = new Map([...numbers, ...dates].map((plan) => [plan.name, look.numbers(plan)]));
  const inParts = dates.flatMap((plan) => partsOfDate(plan, look.numbers(plan)));
  const of = (name: string): Float64Array => values.get(name) as Float64Array;
  const compared = comparisons(numbers, dates, of);
  const limiters = plans
    .filter((plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && !plan.rare)
    .filter(({ levels, missing }) => levels.length > 1 && levels.length <= mostLevels && !missing)
    .map((plan) => ({ plan, codes: look.codes(plan), count: levelCount(plan) }));
  const limited = limiters.length * (numbers.length + dates.length ** 2);
  const tried = Math.log((targets.length * (inParts.length + compared.length + limited + 1)) / chance);
  const found: BandsPlan[] = [];
  const dated = new Map<string, BandsPlan>();
  for (const target of targets) {
    const codes = look.codes(target);
    const part = first(inParts, (said) => bandsBy(target, codes, said, people, tried));
    if (part) dated.set(target.name, part);
  }
  const limiting = new Set<string>();
  for (const target of targets) {
    if (limiting.has(target.name)) continue;
    const codes = look.codes(target);
    const part = dated.get(target.name);
    const plan =
      (part && (isTelling(target, codes, plans, dated, look) ? drawnFirst(part, plans) : part)) ??
      (target.levels.length > 3
        ? undefined
        : first(compared, (measure) =>
            mayCompare(codes, measure.at, target.levels.length) && takesBoth(codes, measure)
              ? bandsBy(target, codes, signsOf(measure, from.rows), people, tried)
              : undefined,
          )) ??
      (target.levels.length > 2
        ? undefined
        : first(
            limits(
              codes,
              numbers,
              dates,
              limiters.filter(
                ({ plan: own }) => own !== target && !found.some(({ name }) => name === own.name),
              ),
              of,
            ),
            ({ measure, read }) =>
              bandsBy(target, codes, signsOf(measure, from.rows), people, tried + read * Math.log(from.rows)),
          ));
    const following = plans.filter((one) => one.kind === "lookup" && one.of === target.name);
    const mapped = plan && following.map((one) => throughBands(one, plan));
    if (!plan || !mapped?.every((one) => one !== undefined)) continue;
    found.push(plan, ...(mapped as BandsPlan[]));
    for (const { column } of plan.value?.effects ?? []) limiting.add(column);
  }
  return found;
}

/** The bands as drawn before their date is moved to them; computed all the same where the date cannot be moved, or may be missing. */
function drawnFirst(bands: BandsPlan, plans: readonly ColumnPlan[]): BandsPlan {
  const date = plans.find(({ name }) => name === bands.of) as DatePlan;
  const earlier = earlierDates(date, plans);
  return earlier && [date, ...earlier].every(({ missing }) => !missing) ? { ...bands, drawn: true } : bands;
}

/**
 * Whether other columns go with the level beyond chance: it is drawn then, since what is drawn of a date says nothing of its weekday.
 * Those that the date says, too, do not count.
 */
function isTelling(
  { name, levels }: LevelsPlan,
  codes: Int32Array,
  plans: readonly ColumnPlan[],
  dated: ReadonlyMap<string, BandsPlan>,
  look: Look,
): boolean {
  const rows = Int32Array.from(codes.keys()).filter((i) => codes[i] >= 0);
  const own = binned(rows, levels.length + 1, codes, undefined);
  return plans.some((plan) => {
    if (plan.name === name || dated.has(plan.name) || isComputed(plan)) return false;
    if (plan.kind !== "number" && (plan.kind !== "levels" || plan.texts)) return false;
    const other =
      plan.kind === "number"
        ? binned(rows, 0, [], look.numbers(plan))
        : binned(rows, plan.levels.length + 1, look.codes(plan), undefined);
    const { g, freedom } = likelihoodRatio(own, other);
    return g - freedom > certain * Math.sqrt(2 * freedom);
  });
}

/** A comparison as bands see it: whether the first is below the second. */
function signsOf({ at, ...said }: Measure, rows: number): Said {
  const sign = (value: number): number => (Number.isNaN(value) ? value : value < 0 ? -1 : 0);
  return { ...said, numbers: Float64Array.from({ length: rows }, (_, i) => sign(at(i))) };
}

function first<T, R>(all: Iterable<T>, of: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a date says by its place in a week, a year, a day. */
function partsOfDate({ name, format }: DatePlan, dates: Float64Array): readonly Said[] {
  return parts.flatMap(([of, within, width]): Said[] => {
    if (width > 0 && width < format.step) return [];
    const even = width === 0 && { calendar: true as const };
    const term = { column: name, weight: 1 / (width || 31 * day), ...even };
    const value: Formula = {
      ...emptySum,
      terms: [
        { ...term, from: of },
        { ...term, weight: -term.weight, from: within },
      ],
    };
    return [{ value, of: name, numbers: evaluate(value, () => dates, dates.length) }];
  });
}

/** Whether the level is another one where the number is below 0, as far as a few rows tell. */
function mayCompare(codes: Int32Array, at: (row: number) => number, levels: number): boolean {
  const seen = [-1, -1];
  for (let i = 0; i < codes.length; i++) {
    const value = at(i);
    if (codes[i] < 0 || codes[i] >= levels || Number.isNaN(value)) continue;
    const side = value < 0 ? 0 : 1;
    if (seen[side] < 0) seen[side] = codes[i];
    if (seen[side] !== codes[i]) return false;
  }
  return seen[0] >= 0 && seen[1] >= 0 && seen[0] !== seen[1];
}

/** Whether neither side tells the level alone: one that is always the same, or of which each value has one level, is held against nothing. */
function takesBoth(codes: Int32Array, { at, sides = [] }: Measure): boolean {
  const known = [...codes.keys()].filter((i) => !Number.isNaN(at(i)));
  return sides.every((side) => {
    const told = new Map<number, number>();
    let several = false;
    for (const i of known) {
      several ||= (told.get(side(i)) ?? codes[i]) !== codes[i];
      told.set(side(i), codes[i]);
    }
    return told.size > (several ? 1 : known.length / leastRepeated);
  });
}

/** The bands that say the level in every row that knows both, where chance is ruled out. */
function bandsBy(
  { name, levels, missing }: LevelsPlan,
  codes: Int32Array,
  { value, of, numbers }: Said,
  people: Int32Array | undefined,
  tried: number,
): BandsPlan | undefined {
  const told = new Map<number, number>();
  let nothing: number | undefined;
  const counts = new Float64Array(levels.length);
  const known: number[] = [];
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i];
    if (code < 0 || code >= levels.length) continue;
    const number = numbers[i];
    if (Number.isNaN(number)) {
      nothing ??= code;
      if (nothing !== code) return undefined;
      continue;
    }
    const before = told.get(number);
    if (before === undefined) told.set(number, code);
    else if (before !== code) return undefined;
    counts[code]++;
    known.push(i);
  }
  // A level that stands for what is missing says so of all rows.
  if (nothing !== undefined && (counts[nothing] > 0 || missing)) return undefined;
  if (counts.some((count, code) => count === 0 && code !== nothing) || told.size < 2) return undefined;
  const places = [...told.keys()].sort((a, b) => a - b);
  const cuts: number[] = [];
  const order = [told.get(places[0]) as number];
  const ends = [places[0]];
  for (let k = 1; k < places.length; k++) {
    const code = told.get(places[k]) as number;
    if (code === order.at(-1)) continue;
    const [below, above] = [places[k - 1], places[k]];
    const whole = Math.floor(above + noise);
    const round = shortest((below + above) / 2, (one) => one > below && one <= above);
    ends.push(below, above);
    cuts.push(whole - 1 <= below + noise && whole > below + noise ? Math.min(whole, above) : round);
    order.push(code);
  }
  ends.push(places.at(-1) as number);
  if (leavesOut(ends, numbers, (i) => !(codes[i] >= 0 && codes[i] < levels.length))) return undefined;
  // What the rule spares of telling every row's level, less what telling the rule takes.
  const rule = cuts.length * Math.log(places.length) + order.length * Math.log(levels.length);
  if (tellingTakes(counts, known, people) - rule < tried) return undefined;
  return { kind: "bands", name, levels, of, value, cuts, order, ...(nothing !== undefined && { nothing }) };
}

/** What follows from a level that bands say follows from these. */
function throughBands(plan: ColumnPlan, bands: BandsPlan): BandsPlan | undefined {
  if (plan.kind !== "lookup" || plan.rare) return undefined;
  const all = bands.order.map((code) => plan.map[code] ?? -1);
  const changes = all.flatMap((code, b) => (b > 0 && code !== all[b - 1] ? [b] : []));
  const order = [0, ...changes].map((b) => all[b]);
  const cuts = changes.map((b) => bands.cuts[b - 1]);
  const nothing = bands.nothing === undefined ? undefined : (plan.map[bands.nothing] ?? -1);
  if ([...order, nothing ?? 0].some((code) => code < 0)) return undefined;
  const { name, levels } = plan;
  const { drawn: _, ...own } = bands;
  return { ...own, name, levels, cuts, order, ...(nothing !== undefined && { nothing }) };
}
