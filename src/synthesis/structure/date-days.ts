import type { Rng } from "../../core/rng";
import { day, evenMonth, momentAt, placeOf, startOf } from "./date-parts";
import { chainOf } from "./move-dates";
import { type DateDays, type DatePlan, isDrawnBands, type Structure } from "./structure";

const week = 7;
/** The days of the week as shares count them. */
export const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** The day of the week of a moment, 0 for Monday. */
export function weekdayOf(moment: number): number {
  const since = Math.floor(moment / day) + 3;
  return ((since % week) + week) % week;
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
  if (shares) return shares[weekdayOf(moment)] > 0;
  if (!months) return monthDay === undefined || onMonthDay(moment, monthDay) === moment;
  const between = monthsBetween(from, moment);
  return Number.isNaN(from) || (between % months.by === 0 && monthsAfter(from, between) === moment);
}

/** The rows in which a date lies on a day that it does not have. */
export function rowsOffDays(days: DateDays, name: string, of: (name: string) => ArrayLike<number>): number[] {
  const [own, from] = [of(name), days.months && of(days.months.from)];
  return Array.from({ length: own.length }, (_, i) => i).filter((i) => !isOn(days, own[i], from?.[i]));
}

/** Which days a date lies on, in words. */
export function describeDays({ name, days }: DatePlan): string[] {
  if (!days) return [];
  const { shares, monthDay, months } = days;
  const steps =
    months && (months.by % 12 === 0 ? ([months.by / 12, "year"] as const) : ([months.by, "month"] as const));
  if (steps)
    return [
      `${name} is always the day of ${months?.from} so many ${steps[0] > 1 ? `times ${steps[0]} ` : ""}${steps[1]}s later.`,
    ];
  if (monthDay !== undefined)
    return [`${name} is always ${monthDay === 31 ? "the last day" : `day ${monthDay}`} of its month.`];
  const never = weekdays.filter((_, at) => shares?.[at] === 0);
  return [
    never.length > 0
      ? `${name} is never on a ${never.join(" or ")}.`
      : `${name} keeps the odds of its weekdays.`,
  ];
}

/**
 * What was drawn, dates on days of the week as often as they are, and on the day of the month that they have: moved by as few days as
 * may be. What is so much later goes along. Those `staying` are not moved.
 */
export function onDays<T>(
  { columns }: Structure,
  parts: ReadonlyMap<string, T | Float64Array>,
  rng: Rng,
  staying: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, T | Float64Array> {
  const moved = new Map(parts);
  const chains = columns.flatMap((plan) => {
    const chain = plan.kind === "date" ? chainOf(plan, columns) : undefined;
    return chain?.every(({ name }) => parts.has(name)) ? [chain] : [];
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
  const order = ([plan, ...before]: readonly DatePlan[]): number =>
    before.length + (plan.days?.months ? columns.length : 0);
  for (const chain of chains.sort((a, b) => order(a) - order(b))) {
    const [plan, ...before] = chain;
    const { days } = plan;
    if (!days || staying.has(plan.name) || columns.some((one) => isDrawnBands(one) && one.of === plan.name))
      continue;
    const { step } = plan.format;
    const own = moved.get(plan.name) as Float64Array;
    const start = before.length > 0 ? momentOf(before) : own.map(() => 0);
    const other = chains.find(([one]) => one.name === days.months?.from);
    const from = other && momentOf(other);
    if (days.months && !from) continue;
    const most = before.length > 0 ? own.reduce((a, b) => (b > a ? b : a), 0) * step : Infinity;
    // Stretches by level would not be those any more: rows whose date is on no such day are drawn again.
    if (days.shares && before.length > 0) continue;
    const odds = !plan.support;
    const random = rng.fork(`days of ${plan.name}`);
    moved.set(
      plan.name,
      own.map((value, i) => {
        const [keep, choose] = [random.uniform(), random.uniform()];
        const moment = start[i] + Math.round(value) * step;
        if (Number.isNaN(moment)) return value;
        const low = before.length > 0 && value >= 0 ? start[i] : plan.low;
        const may = (at: number): boolean => at >= low && at <= Math.min(plan.high, start[i] + most);
        const to = days.shares
          ? onWeekday(days.shares, moment, { keep, choose, odds, may })
          : nearest(placesOf(days, moment, from?.[i] ?? Number.NaN).filter(may), moment);
        return to === moment ? value : (to - start[i]) / step;
      }),
    );
  }
  return moved;
}

/** The moment, or one near by: on days that dates rather have than any day as often as that makes up for those they rather have not. */
function onWeekday(
  shares: readonly number[],
  moment: number,
  how: {
    readonly keep: number;
    readonly choose: number;
    readonly odds: boolean;
    readonly may: (at: number) => boolean;
  },
): number {
  const { keep, choose, odds, may } = how;
  const own = weekdayOf(moment);
  if (odds ? keep < week * shares[own] : shares[own] > 0) return moment;
  const more = shares.map((share) => Math.max(0, share - 1 / week));
  const total = more.reduce((a, b) => a + b, 0);
  let at = 0;
  for (let left = choose * total - more[0]; left >= 0 && at < week - 1; left -= more[at]) at++;
  const by = ((at - own + week + 3) % week) - 3;
  return [by, by - Math.sign(by) * week].map((shift) => moment + shift * day).find(may) ?? moment;
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
