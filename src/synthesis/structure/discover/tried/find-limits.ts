import { countBelow, countUpTo } from "../../../../core/math/sorted";
import { takeValues } from "../../../../core/matrix";
import { placesWhere } from "../../../../core/places";
import { roundestMoment } from "../../date-parts";
import { argumentsOf, decidersOf } from "../../formulas";
import { snap, spacing, within } from "../../grids";
import { isWithin } from "../../orders/limits";
import {
  type BandsPlan,
  type ColumnPlan,
  type DatePlan,
  formulaOf,
  gridOfPlan,
  isComputed,
  type LevelsPlan,
  type Limit,
  levelCount,
  type NumberPlan,
  type Range,
} from "../../structure";
import { levelNames } from "../../variables";
import { bandReads } from "../bands";
import { numbersTimes as atomTimes } from "../exclusions";
import type { Look } from "../look";
import { shortest, spacedRows } from "../search";
import { expectedBeyond } from "./expected-beyond";

/** With more levels a column tells no ends. */
const mostLevels = 20;
/** More ends of one level together are no box that others lie beside. */
const mostBeside = 3;
const screeningRows = 20_000;
/** Towards an end values go on so many times as far as the outermost few lie apart, where its number is the roundest. */
const reach = 2;

interface Telling extends Look {
  /** Whether the rows of a missing cell have ends, too: others than `sequential` would hardly draw such cells any more. */
  readonly missing?: boolean;
}

/** A number or date, its values, and the rows that have one in their order; some of these, which stand for all, and their values. */
interface Measured {
  readonly plan: NumberPlan | DatePlan;
  readonly values: Float64Array;
  readonly order: Int32Array;
  readonly some: Int32Array;
  readonly all: Float64Array;
}

interface Levelled {
  readonly plan: LevelsPlan | BandsPlan;
  readonly codes: Int32Array;
}

/**
 * Where numbers and dates end in the rows of a level, though other rows lie beyond and the level's rows get no fewer towards that end
 * (`expectedBeyond`). Where all that a level's columns lie within is so found, the ends of the other levels beside it, too: what is no
 * low risk, and owes no more than the middling ones do, has a score below theirs.
 */
export function findLimits(plans: readonly ColumnPlan[], telling: Telling): readonly Limit[] {
  const levels = plans.flatMap((plan): Levelled[] =>
    (plan.kind === "levels" || plan.kind === "bands") &&
    (plan.kind === "bands" ? plan.levels.length : levelCount(plan)) > 1 &&
    plan.levels.length <= mostLevels
      ? [{ plan, codes: telling.codes(plan) }]
      : [],
  );
  const numbers = plans.flatMap((plan): Measured[] => {
    if (plan.kind !== "date" && (plan.kind !== "number" || plan.values)) return [];
    const values = telling.numbers(plan);
    const known = placesWhere(values.length, (i) => !Number.isNaN(values[i]));
    const order = known.sort((a, b) => values[a] - values[b]);
    return [{ plan, values, ...screened(order, values) }];
  });
  const tests =
    2 * numbers.length * levels.reduce((sum, { plan }) => sum + toldLevels(plan, telling).length, 0);
  const needed = Math.log(100 * tests);
  const limits: Limit[] = [];
  // What is computed lies where its parts do.
  for (const measured of [...numbers].sort((a, b) => Number(isComputed(a.plan)) - Number(isComputed(b.plan))))
    for (const { plan, codes } of levels) {
      if (isTold(plan, measured.plan, plans)) continue;
      const known = knownAmong(measured, plan, codes);
      const there = known && endsOf(measured, (i) => isLevel(plan, codes[i]), needed, telling);
      toldLevels(plan, telling).forEach((level, code) => {
        const where = { column: plan.name, level };
        const reads = isComputed(measured.plan) ? argumentsOf(measured.plan.formula) : [];
        if (limits.some((one) => same(one.where, where) && reads.includes(one.column))) return;
        const own = known && isLevel(plan, code);
        const range = endsOf(own ? known : measured, (i) => codes[i] === code, needed, telling);
        if (range || (own && there))
          limits.push({ ...(own && there), ...range, column: measured.plan.name, where });
      });
    }
  const outer = outsideOthers(limits, levels, numbers, needed, telling);
  return [...limits, ...outer, ...besideOthers(limits, levels, numbers, needed, telling)];
}

/** The levels by their codes. */
function toldLevels(plan: LevelsPlan | BandsPlan, { missing }: Telling): readonly string[] {
  return missing && plan.kind === "levels" && !plan.texts ? levelNames(plan) : plan.levels;
}

/** The rows that have a level, where others have none: what levels are held against. That those others lie elsewhere is a rule of all levels. */
function knownAmong(
  measured: Measured,
  plan: LevelsPlan | BandsPlan,
  codes: Int32Array,
): Measured | undefined {
  if (plan.kind === "bands" || !plan.missing || plan.levels.length < 2) return undefined;
  const order = measured.order.filter((i) => isLevel(plan, codes[i]));
  return { ...measured, ...screened(order, measured.values) };
}

function isLevel({ levels }: LevelsPlan | BandsPlan, code: number): boolean {
  return code >= 0 && code < levels.length;
}

/** The ends of levels that have none of their own, and never lie where another's is found to, though chance would have put some there: no student is as old as all that are retired. */
function outsideOthers(
  limits: readonly Limit[],
  levels: readonly Levelled[],
  numbers: readonly Measured[],
  needed: number,
  { whose: people }: Telling,
): readonly Limit[] {
  const found: Limit[] = [];
  for (const one of limits) {
    if ((one.least === undefined) === (one.most === undefined)) continue;
    const { plan: by, codes } = levels.find((own) => own.plan.name === one.where.column) as Levelled;
    const measured = numbers.find((own) => own.plan.name === one.column) as Measured;
    const { plan, values, order } = knownAmong(measured, by, codes) ?? measured;
    const zone = order.filter((i) => isWithin(one, values[i])).length / order.length;
    const [turned, end] =
      one.least === undefined ? (["least", one.most] as const) : (["most", one.least] as const);
    by.levels.forEach((level, code) => {
      const where = { column: by.name, level };
      const known = [...limits, ...found].some(
        (other) => other.column === one.column && same(other.where, where) && other[turned] !== undefined,
      );
      const own = order.filter((i) => codes[i] === code);
      if (known || own.some((i) => isWithin(one, values[i]))) return;
      if (firstOfPeople(own, people).length * zone < needed) return;
      const step = spacing(gridOfPlan(plan)) * (turned === "most" ? -1 : 1);
      found.push({ column: one.column, [turned]: snap((end as number) + step, gridOfPlan(plan)), where });
    });
  }
  return found;
}

/**
 * The ends of levels beside those of others that lie within several: in the rows within all but one of these, the other side of that one.
 * What wider rows tell is not told again.
 */
function besideOthers(
  limits: readonly Limit[],
  levels: readonly Levelled[],
  numbers: readonly Measured[],
  needed: number,
  telling: Telling,
): readonly Limit[] {
  const found: Limit[] = [];
  const of = (name: string): Measured => numbers.find(({ plan }) => plan.name === name) as Measured;
  for (const { plan, codes } of levels) {
    const boxes = plan.levels.flatMap((level) => {
      const box = limits.filter(({ where }) => where.column === plan.name && where.level === level);
      const columns = box.map((one) => ({ ...one, values: of(one.column).values }));
      if (box.length < 2 || box.length > mostBeside) return [];
      const rows = placesWhere(codes.length, (i) => columns.every((one) => isWithin(one, one.values[i])));
      return [{ level, box, rows: rows.length }];
    });
    for (const { level, box } of boxes.sort((a, b) => b.rows - a.rows))
      for (const one of box) {
        const beside = box.filter((other) => other !== one).map(({ where: _, ...range }) => range);
        const seen = beside.map((range) => ({ range, values: of(range.column).values }));
        const measured = of(one.column);
        const order = measured.order.filter((i) =>
          seen.every(({ range, values }) => isWithin(range, values[i])),
        );
        const seenAlone = { ...measured, ...screened(order, measured.values) };
        plan.levels.forEach((other, code) => {
          const where = { column: plan.name, level: other };
          const ends = endsOf(seenAlone, (i) => codes[i] === code, needed, telling);
          const known = [...limits, ...found].filter(
            (own) =>
              own.column === one.column &&
              same(own.where, where) &&
              (own.beside ?? []).every((range) => beside.some((inner) => holds(range, inner))),
          );
          for (const [side, turned] of [
            ["least", "most"],
            ["most", "least"],
          ] as const)
            if (
              other !== level &&
              one[turned] !== undefined &&
              ends?.[side] !== undefined &&
              known.every((own) => own[side] === undefined)
            )
              found.push({ column: one.column, [side]: ends[side], where, beside });
        });
      }
  }
  return found;
}

/** Whether the one range holds the other. */
function holds(range: Range, inner: Range): boolean {
  return (
    range.column === inner.column &&
    (range.least ?? -Infinity) <= (inner.least ?? -Infinity) &&
    (range.most ?? Infinity) >= (inner.most ?? Infinity)
  );
}

function same(one: Limit["where"], other: Limit["where"]): boolean {
  return one.column === other.column && one.level === other.level;
}

/** Whether a rule says already how the level and the number go together: one of them follows from the other, or the number from another one alone. */
function isTold(
  levels: LevelsPlan | BandsPlan,
  number: NumberPlan | DatePlan,
  plans: readonly ColumnPlan[],
): boolean {
  const formula = formulaOf(number);
  const reads = formula ? argumentsOf(formula) : [];
  if (isComputed(number) && reads.length === 1) return true;
  if (formula && decidersOf(formula).includes(levels.name)) return true;
  if (levels.kind !== "bands") return false;
  const told = bandReads(levels).flatMap((name) => {
    const own = formulaOf(plans.find((plan) => plan.name === name));
    return [name, ...(own ? argumentsOf(own) : [])];
  });
  return [number.name, ...reads].some((name) => told.includes(name));
}

/** Where the number ends in some of the rows that have one; undefined where it does not. */
function endsOf(
  measured: Measured,
  isOwn: (i: number) => boolean,
  needed: number,
  { least, whose: people }: Telling,
): Range | undefined {
  const { plan, values, order, some, all } = measured;
  const outermost = [order.find(isOwn), order.findLast(isOwn)];
  const [first, last] = outermost.map((i) => (i === undefined ? Number.NaN : values[i]));
  if (Number.isNaN(first)) return undefined;
  // Most levels reach to the ends of all rows: then there is nothing to look at.
  const above = all.length - countUpTo(all, last) >= needed;
  const below = countBelow(all, first) >= needed;
  if (!above && !below) return undefined;
  const own = order.filter(isOwn);
  if (own.length <= needed) return undefined;
  const shown = takeValues(values, firstOfPeople(some.filter(isOwn), people));
  const range: { column: string; least?: number; most?: number } = { column: plan.name };
  // Of values that stand for themselves none is seen by chance alone where so many were expected, whatever lies between.
  const { atoms = [] } = plan.kind === "number" && !plan.formula ? plan : {};
  const missed = atoms.filter((atom) => {
    const expected = (shown.length * (countUpTo(all, atom) - countBelow(all, atom))) / all.length;
    return expected >= atomTimes * needed;
  });
  const [under, over] = [missed.findLast((atom) => atom < first), missed.find((atom) => atom > last)];
  const beside = (atom: number, step: number): number => snap(atom + step, gridOfPlan(plan));
  const step = spacing(gridOfPlan(plan));
  if (above && expectedBeyond(shown, all, last) >= needed) {
    const next = values[order.find((i) => values[i] > last) as number];
    range.most = toldEnd(measured, own.slice().reverse(), next, { least, whose: people });
  } else if (over !== undefined && step > 0) range.most = beside(over, -step);
  if (below && expectedBeyond(turned(shown), turned(all), -first) >= needed) {
    const next = values[order.findLast((i) => values[i] < first) as number];
    range.least = toldEnd(measured, own, next, { least, whose: people });
  } else if (under !== undefined && step > 0) range.least = beside(under, step);
  if (range.least === undefined && range.most === undefined) return undefined;
  // One value of many rows, which none lie beyond: the end of the observation.
  return first === last && [range.least, range.most].includes(first)
    ? { ...range, least: first, most: first }
    : range;
}

/** Rows in order, and those among them that stand for all where ends are screened. */
function screened(order: Int32Array, values: Float64Array): Pick<Measured, "order" | "some" | "all"> {
  const some = spacedRows(order.length, screeningRows).map((k) => order[k]);
  return { order, some, all: takeValues(values, some) };
}

function turned(values: Float64Array): Float64Array {
  return values.map((value) => -value).reverse();
}

/** One row of each person. */
function firstOfPeople(rows: Int32Array, people: Int32Array | undefined): Int32Array {
  if (!people) return rows;
  const seen = new Set<number>();
  return rows.filter((i) => seen.size < seen.add(people[i]).size);
}

/**
 * The end of the rows from the outermost in: its own value where enough people have it, or the roundest between it and the next one that
 * other rows have, or as far beyond as theirs lie apart.
 */
function toldEnd(
  { plan, values }: Measured,
  rows: Int32Array,
  next: number,
  { least, whose: people }: Pick<Telling, "least" | "whose">,
): number {
  const end = values[rows[0]];
  const having = placesWhere(values.length, (i) => values[i] === end);
  if (firstOfPeople(having, people).length >= least) return end;
  const outer = firstOfPeople(rows, people);
  const count = Math.min(least, outer.length) - 1;
  const up = next > end;
  const far = end + (reach * (end - values[outer[count]])) / Math.max(1, count);
  const beyond = up ? Math.max(far, next) : Math.min(far, next);
  if (plan.kind === "date")
    return up ? roundestMoment(end, beyond) - plan.format.step : roundestMoment(beyond, end);
  if (Math.min(end, beyond) <= 0 && Math.max(end, beyond) >= 0) return 0;
  const between = (one: number): boolean => (up ? one >= end && one < beyond : one <= end && one > beyond);
  return within(shortest((end + beyond) / 2, between), gridOfPlan(plan), up ? -1 : 1);
}
