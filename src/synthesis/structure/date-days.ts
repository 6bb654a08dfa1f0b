import type { Rng } from "../../core/rng";
import { day, momentAt, placeOf, startOf } from "./date-parts";
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

/** Whether a date lies on one of its days. */
export function isOnDays({ shares, monthDay }: DateDays, moment: number): boolean {
  if (Number.isNaN(moment)) return true;
  if (shares) return shares[weekdayOf(moment)] > 0;
  return monthDay === undefined || onMonthDay(moment, monthDay) === moment;
}

/** Which days a date lies on, in words. */
export function describeDays({ name, days }: DatePlan): string[] {
  if (!days) return [];
  const { shares, monthDay } = days;
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
 * may be. What is so much later goes along.
 */
export function onDays<T>(
  { columns }: Structure,
  parts: ReadonlyMap<string, T | Float64Array>,
  rng: Rng,
): ReadonlyMap<string, T | Float64Array> {
  const moved = new Map(parts);
  const chains = columns.flatMap((plan) => {
    const chain = plan.kind === "date" ? chainOf(plan, columns) : undefined;
    return chain?.every(({ name }) => parts.has(name)) ? [chain] : [];
  });
  for (const chain of chains.sort((a, b) => a.length - b.length)) {
    const [plan, ...before] = chain;
    const { days } = plan;
    if (!days || columns.some((one) => isDrawnBands(one) && one.of === plan.name)) continue;
    const { step } = plan.format;
    const own = moved.get(plan.name) as Float64Array;
    const start = Float64Array.from(own, (_, i) =>
      before.reduce(
        (sum, one) => sum + Math.round((moved.get(one.name) as Float64Array)[i]) * one.format.step,
        0,
      ),
    );
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
          : nearestMonthDay(days.monthDay ?? 1, moment, may);
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

function nearestMonthDay(monthDay: number, moment: number, may: (at: number) => boolean): number {
  const month = startOf("month", moment);
  const time = moment - startOf("day", moment);
  const all = [-1, 0, 1].map((by) => onMonthDay(startOf("month", month, by) + time, monthDay)).filter(may);
  return all.reduce(
    (best, one) => (Math.abs(one - moment) < Math.abs(best - moment) ? one : best),
    all[0] ?? moment,
  );
}
