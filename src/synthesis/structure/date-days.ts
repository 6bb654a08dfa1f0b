import { ends } from "../../core/math/statistics";
import type { Rng } from "../../core/rng";
import { day, evenMonth, momentAt, placeOf, startOf } from "./date-parts";
import { earlierDates } from "./move-dates";
import { codeOf, isWithin } from "./orders/limits";
import {
  type ColumnPlan,
  type DateDays,
  type DatePlaces,
  type DatePlan,
  isDrawnBands,
  type Limit,
  type Range,
  type Structure,
} from "./structure";

const week = 7;
const [monthDays, yearMonths] = [31, 12];
/** The days of the week as shares count them. */
export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The day of the week of a moment, 0 for Monday. */
export function weekdayOf(moment: number): number {
  const since = Math.floor(moment / day) + 3;
  return ((since % week) + week) % week;
}

/** Where a moment lies, from 0: of 7 places the day of the week, of 31 that of the month, of 12 the month. */
export function placeIn(places: number, moment: number): number {
  if (places === week) return weekdayOf(moment);
  const at = new Date(moment);
  return places === yearMonths ? at.getUTCMonth() : at.getUTCDate() - 1;
}

/** The moment on the day of its month, or on the month's last where it has none such. */
export function onMonthDay(moment: number, monthDay: number): number {
  const month = startOf("month", moment);
  return momentAt(placeOf(month) + (monthDay - 1) * day) + (moment - startOf("day", moment));
}

/** How many months of the calendar lie between two dates. */
export function monthsBetween(from: number, to: number): number {
  const [a, b] = [from, to].map((moment) => Math.floor(placeOf(moment) / evenMonth));
  return b - a;
}

/** The same day so many months later, or the last of a month that has none such. */
export function monthsAfter(from: number, months: number): number {
  return momentAt(placeOf(from) + months * evenMonth);
}

/** Whether a date lies on one of its days, given the one that these go by. */
function isOn({ shares, monthDay, months }: DateDays, moment: number, from = Number.NaN): boolean {
  if (Number.isNaN(moment)) return true;
  if (shares) return isIn({ shares }, moment);
  if (!months) return monthDay === undefined || onMonthDay(moment, monthDay) === moment;
  const between = monthsBetween(from, moment);
  return Number.isNaN(from) || (between % months.by === 0 && monthsAfter(from, between) === moment);
}

/** Whether a moment lies in one of the places. */
export function isIn({ shares }: DatePlaces, moment: number): boolean {
  return Number.isNaN(moment) || shares[placeIn(shares.length, moment)] > 0;
}

/** What is said of where a date lies, with the rows in which it lies elsewhere. */
export function brokenDays(
  { columns }: Pick<Structure, "columns">,
  { name, days, places = [] }: DatePlan,
  of: (name: string) => ArrayLike<number>,
) {
  const rowsWhere = (breaks: (moment: number, i: number) => boolean): number[] => {
    const own = of(name);
    return Array.from({ length: own.length }, (_, i) => i).filter((i) => breaks(own[i], i));
  };
  const from = days?.months && of(days.months.from);
  return [
    ...(days
      ? [
          {
            rule: describeOn(name, days),
            columns: [name, ...(days.months ? [days.months.from] : [])],
            rows: rowsWhere((moment, i) => !isOn(days, moment, from?.[i])),
          },
        ]
      : []),
    ...places.map((one) => {
      const { where } = one;
      const [codes, code] = where ? [of(where.column), codeOf(columns, where)] : [];
      return {
        rule: describePlaces(name, [one]),
        columns: [name, ...(where ? [where.column] : [])],
        rows: rowsWhere((moment, i) => (!codes || codes[i] === code) && !isIn(one, moment)),
      };
    }),
  ];
}

/** Whether dates are moved into the limit's range in its rows, as they are moved in these anyway. */
export function isMovedInto({ columns }: Pick<Structure, "columns">, limit: Limit): boolean {
  const plan = columns.find(({ name }) => name === limit.column);
  // Stretches of time after another date bear no such moves.
  const places = (plan?.kind === "date" && !plan.formula && !limit.beside && plan.places) || [];
  return places.some((one) => sameRows(limit, one)) && !isByLevels(limit.column, columns);
}

/** Whether a date is moved to levels that were drawn. */
function isByLevels(name: string, columns: readonly ColumnPlan[]): boolean {
  return columns.some((one) => isDrawnBands(one) && one.of === name);
}

function sameRows({ where }: Limit, { where: other }: DatePlaces): boolean {
  return where.column === other?.column && where.level === other.level;
}

/** Which days a date lies on, and in which months and hours, in words. */
export function describeDays({ name, days, hours, places = [] }: DatePlan): string[] {
  const by = hours?.by ? `, by ${hours.by.column}` : "";
  const groups = new Map<string, DatePlaces[]>();
  for (const one of places) {
    const key = JSON.stringify([one.where?.column, one.shares.length]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [
    ...(days ? [describeOn(name, days)] : []),
    ...[...groups.values()].map((group) => describePlaces(name, group)),
    ...(hours ? [`${name} keeps the odds of its hours${by}.`] : []),
  ];
}

const monthNames = Array.from({ length: yearMonths }, (_, at) =>
  new Date(Date.UTC(2000, at)).toLocaleString("en", { month: "long", timeZone: "UTC" }),
);

/** Those of one column by its levels in a sentence. */
function describePlaces(name: string, group: readonly DatePlaces[]): string {
  const [{ where }, ...more] = group;
  if (more.length > 0)
    return `By ${where?.column}, ${name} is ${group.map((one) => `${one.where?.level} → ${placesInWords(one)}`).join(", ")}.`;
  const is = `${name} is ${placesInWords(group[0])}.`;
  return where ? `Where ${where.column} = ${where.level}, ${is}` : is;
}

/** The places that there are, or those that there are not, if these are fewer; days of the month as stretches. */
function placesInWords({ shares }: DatePlaces): string {
  const [held, left] = [true, false].map((is) => [...shares.keys()].filter((at) => shares[at] > 0 === is));
  const never = left.length < held.length;
  const told = never ? left : held;
  const only = never ? "never" : "only";
  if (shares.length !== monthDays) {
    const names = shares.length === week ? weekdays : monthNames;
    return `${only} ${shares.length === week ? "on a" : "in"} ${told.map((at) => names[at]).join(" or ")}`;
  }
  const starts = told.filter((at) => !told.includes(at - 1));
  const ends = told.filter((at) => !told.includes(at + 1));
  const days = starts.map((at, k) => (at === ends[k] ? `${at + 1}` : `${at + 1} to ${ends[k] + 1}`));
  return `${only} on day ${days.join(" or ")} of its month`;
}

function describeOn(name: string, days: DateDays): string {
  const { shares, monthDay, months } = days;
  const steps =
    months && (months.by % 12 === 0 ? ([months.by / 12, "year"] as const) : ([months.by, "month"] as const));
  if (steps)
    return `${name} is always the day of ${months?.from} so many ${steps[0] > 1 ? `times ${steps[0]} ` : ""}${steps[1]}s later.`;
  if (monthDay !== undefined)
    return `${name} is always ${monthDay === 31 ? "the last day" : `day ${monthDay}`} of its month.`;
  const never = weekdays.filter((_, at) => shares?.[at] === 0);
  return never.length > 0
    ? `${name} is never on a ${never.join(" or ")}.`
    : `${name} keeps the odds of its weekdays.`;
}

/** A date that can be moved, with those that it is so much later than: by the number of a variable, each so many milliseconds. */
interface Movable {
  readonly plan: DatePlan;
  readonly before: readonly DatePlan[];
  readonly variable: string;
  readonly width: number;
}

function movable(plan: ColumnPlan, columns: readonly ColumnPlan[]): Movable | undefined {
  if (plan.kind !== "date") return undefined;
  const before = earlierDates(plan, columns);
  if (before) return { plan, before, variable: plan.name, width: plan.format.step };
  // A date that is so many steps after another one, as another column says.
  const { terms = [], rest, constant, calendar } = plan.formula ?? {};
  const [from, steps] = terms;
  const earlier = columns.find(({ name }) => name === from?.column);
  const number = columns.find(({ name }) => name === steps?.column);
  const plain = rest === "none" && constant === 0 && !calendar && terms.length === 2 && from.weight === 1;
  if (!plain || earlier?.kind !== "date" || earlier.formula || number?.kind !== "number" || number.values)
    return undefined;
  return { plan, before: [earlier], variable: number.name, width: steps.weight };
}

/**
 * What was drawn, dates on days of the week as often as they are, and on the day of the month that they have: moved by as few days as
 * may be; times in the hours that they have, but for those that follow others on the same day. What is so much later goes along. Those
 * `staying` are not moved.
 */
export function onDays<T>(
  { columns, limits = [] }: Structure,
  parts: ReadonlyMap<string, T | Float64Array>,
  rng: Rng,
  staying: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, T | Float64Array> {
  const moved = new Map(parts);
  const all = columns.flatMap((plan) => {
    const one = movable(plan, columns);
    return one && [one.variable, ...one.before.map(({ name }) => name)].every((name) => parts.has(name))
      ? [one]
      : [];
  });
  const momentOf = (chain: readonly DatePlan[]): Float64Array => {
    const own = moved.get(chain[0].name) as Float64Array;
    return own.map((_, i) =>
      chain.reduce(
        (sum, one) => sum + Math.round((moved.get(one.name) as Float64Array)[i]) * one.format.step,
        0,
      ),
    );
  };
  // What goes by another date is moved when that one is.
  const order = ({ plan, before }: Movable): number =>
    before.length + (plan.days?.months ? columns.length : 0);
  for (const { plan, before, variable, width } of all.sort((a, b) => order(a) - order(b))) {
    const { days, hours } = plan;
    const places = placedOf(
      plan,
      { columns, limits },
      (name) => moved.get(name) as ArrayLike<number> | undefined,
    );
    if ((!days && !hours && places.length === 0) || isByLevels(plan.name, columns) || staying.has(variable))
      continue;
    const own = moved.get(variable) as Float64Array;
    const start = before.length > 0 ? momentOf(before) : own.map(() => 0);
    const other = all.find(({ variable }) => variable === days?.months?.from);
    const from = other && momentOf([other.plan, ...other.before]);
    const [least, most] =
      before.length > 0 ? ends(own).map((end) => Math.max(0, end) * width) : [-Infinity, Infinity];
    // Stretches by level would not be those any more: rows whose date is on no such day are drawn again.
    const stays = !days || (days.months && !from) || (days.shares && before.length > 0);
    const odds = !plan.support;
    const codes = hours?.by && (moved.get(hours.by.column) as ArrayLike<number> | undefined);
    const random = rng.fork(`days of ${plan.name}`);
    moved.set(
      variable,
      own.map((value, i) => {
        const how = (): Choosing => ({ keep: random.uniform(), choose: random.uniform(), odds });
        const [byDay, byHour] = [how(), hours && how()];
        const moment = start[i] + Math.round(value) * width;
        if (Number.isNaN(moment)) return value;
        const low = before.length > 0 && value >= 0 ? start[i] + least : plan.low;
        const within = (at: number): boolean => at >= low && at <= Math.min(plan.high, start[i] + most);
        const own = places.filter(({ codes, code }) => code === undefined || codes?.[i] === code);
        let to = intoPlaces(own, moment, { plan, within }, random);
        const may = (at: number): boolean => within(at) && arePlaces(own, at);
        if (!stays && days)
          to = days.shares
            ? inPlace(days.shares, to, byDay, may)
            : nearest(placesOf(days, to, from?.[i] ?? Number.NaN).filter(may), to);
        // On one day, or overnight, a stretch says more of the time than the hour does.
        const apart = Math.abs(to - start[i]) >= day / 4 && startOf("day", to) !== startOf("day", start[i]);
        if (hours && byHour && (before.length === 0 || apart)) {
          const at = onHour((codes && hours.by?.shares[codes[i]]) ?? hours.shares, to, byHour);
          // At the ends of all dates, on the day beside.
          to =
            [at, at + day, at - day].find((one) => may(one) && (!days || isOn(days, one, from?.[i]))) ?? to;
        }
        return to === moment ? value : Math.round((to - start[i]) / width);
      }),
    );
  }
  return moved;
}

/** Places with the range that limits have for the same rows, and which rows these are; of all rows without `code`. */
interface Placed extends DatePlaces {
  readonly range: Range;
  readonly codes: ArrayLike<number> | undefined;
  readonly code: number | undefined;
}

/** From the coarsest to the finest, so that days stay in their months. */
function placedOf(
  { name, places = [] }: DatePlan,
  { columns, limits = [] }: Pick<Structure, "columns" | "limits">,
  codesOf: (name: string) => ArrayLike<number> | undefined,
): readonly Placed[] {
  const range = (one: DatePlaces): Range =>
    limits.find((own) => own.column === name && !own.beside && sameRows(own, one)) ?? { column: name };
  return [...places]
    .sort((a, b) => spanOf(b) - spanOf(a))
    .map((one) => ({
      ...one,
      range: range(one),
      codes: one.where && codesOf(one.where.column),
      code: one.where && codeOf(columns, one.where),
    }))
    .filter(({ codes, code }) => codes || code === undefined);
}

function arePlaces(own: readonly Placed[], at: number): boolean {
  return own.every((one) => isIn(one, at) && isWithin(one.range, at));
}

/** The moment, or one that lies in all of the places: one beyond their range first goes anywhere in it. */
function intoPlaces(
  own: readonly Placed[],
  moment: number,
  { plan, within }: { readonly plan: DatePlan; readonly within: (at: number) => boolean },
  rng: Rng,
): number {
  let to = moment;
  own.forEach((one, k) => {
    const { least = plan.low, most = plan.high } = one.range;
    const by = Math.floor((rng.uniform() * (most - least)) / day) * day;
    if (!isWithin(one.range, to)) to = startOf("day", least) + by + (to - startOf("day", to));
    const how = { keep: rng.uniform(), choose: rng.uniform(), odds: false };
    to = inPlace(
      one.shares,
      to,
      how,
      (at) => within(at) && isWithin(one.range, at) && arePlaces(own.slice(0, k), at),
    );
  });
  return within(to) && arePlaces(own, to) ? to : moment;
}

/** Two draws from 0 to 1, and whether places that are rather had than others are so, or only those that are not there are left. */
interface Choosing {
  readonly keep: number;
  readonly choose: number;
  readonly odds: boolean;
}

/** The place, where it is kept of what is drawn evenly, or another one: as often as makes up for those that are rather not had. */
function rebalanced(shares: readonly number[], own: number, { keep, choose, odds }: Choosing): number {
  const even = 1 / shares.length;
  if (odds ? keep * even < shares[own] : shares[own] > 0) return own;
  const more = shares.map((share) => Math.max(0, share - even));
  const total = more.reduce((a, b) => a + b, 0);
  let at = 0;
  for (let left = choose * total - more[0]; left >= 0 && at < shares.length - 1; left -= more[at]) at++;
  return at;
}

/** The same day in an hour of those that there are. */
function onHour(shares: readonly number[], moment: number, how: Choosing): number {
  const hour = day / shares.length;
  const own = Math.floor((moment - startOf("day", moment)) / hour);
  return moment + (rebalanced(shares, own, how) - own) * hour;
}

/** How long a unit of so many places is. */
function spanOf({ shares }: DatePlaces): number {
  return shares.length === yearMonths ? 2 : shares.length === monthDays ? 1 : 0;
}

/** The moment, or one near by in another place of its week, month or year. */
function inPlace(
  shares: readonly number[],
  moment: number,
  how: Choosing,
  may: (at: number) => boolean,
): number {
  const places = shares.length;
  const own = placeIn(places, moment);
  const at = rebalanced(shares, own, how);
  if (at === own) return moment;
  const half = Math.floor(places / 2);
  const by = ((at - own + places + half) % places) - half;
  const around =
    places === monthDays
      ? placesOf({ monthDay: at + 1 }, moment, Number.NaN)
      : [by, by - Math.sign(by) * places].map((shift) =>
          places === week ? moment + shift * day : monthsAfter(moment, shift),
        );
  const there = around.filter((one) => may(one) && placeIn(places, one) === at);
  return places === monthDays ? nearest(there, moment) : (there[0] ?? moment);
}

/** The nearest days that the date may be on. */
function placesOf({ monthDay = 1, months }: DateDays, moment: number, from: number): readonly number[] {
  const around = [-1, 0, 1];
  if (months) {
    if (Number.isNaN(from)) return [];
    const { by } = months;
    const near = by * Math.round(monthsBetween(from, moment) / by);
    return around.map((k) => monthsAfter(from, near + k * by));
  }
  const time = moment - startOf("day", moment);
  return around.map((k) => onMonthDay(startOf("month", moment, k) + time, monthDay));
}

function nearest(places: readonly number[], moment: number): number {
  return places.reduce(
    (best, one) => (Math.abs(one - moment) < Math.abs(best - moment) ? one : best),
    places[0] ?? moment,
  );
}
