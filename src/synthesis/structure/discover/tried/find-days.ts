import { columnNamed, type Table } from "../../../../data/table";
import { isOnDays, onMonthDay, weekdayOf } from "../../date-days";
import { day, startOf } from "../../date-parts";
import { countPeople, type People } from "../../people";
import { type ColumnPlan, type DateDays, type DatePlan, isComputed } from "../../structure";
import { numbersOf } from "../../variables";
import { leastExpected } from "../orders";

/** So many different months leave no doubt that dates have a day of the month. */
const leastMonths = 6;
/** Pearson's statistic above which weekdays differ: one in a hundred million for six degrees of freedom. */
const leastDiffering = 50;

/** Dates that are always on the same day of the month, never on some day of the week, or on some more often than chance has it. */
export function findDays(
  plans: readonly ColumnPlan[],
  from: Table,
  { least, people }: { readonly least: number; readonly people: People | undefined },
): readonly DatePlan[] {
  const dates = plans.filter(
    (plan): plan is DatePlan => plan.kind === "date" && !isComputed(plan) && plan.format.step <= day,
  );
  const needed = Math.max(leastExpected, Math.log(100 * 7 * dates.length));
  return dates.flatMap((plan) => {
    const values = numbersOf(columnNamed(from, plan.name), plan).filter((value) => !Number.isNaN(value));
    const days = monthDayOf(values) ?? sharesOf(plan, from, { needed, least, people });
    if (!days) return [];
    const { monthDay } = days;
    const end = (moment: number): number => (monthDay === undefined ? moment : onMonthDay(moment, monthDay));
    return [{ ...plan, days, low: end(plan.low), high: end(plan.high) }];
  });
}

function monthDayOf(values: Float64Array): DateDays | undefined {
  const months = new Set(values.map((value) => startOf("month", value)));
  if (months.size < leastMonths) return undefined;
  const monthDay = values.reduce((most, value) => Math.max(most, new Date(value).getUTCDate()), 0);
  const days = { monthDay };
  return values.every((value) => isOnDays(days, value)) ? days : undefined;
}

function sharesOf(
  plan: DatePlan,
  from: Table,
  {
    needed,
    least,
    people,
  }: { readonly needed: number; readonly least: number; readonly people: People | undefined },
): DateDays | undefined {
  const all = numbersOf(columnNamed(from, plan.name), plan);
  const days = all.map((value) => Math.floor(value / day));
  const different = new Set(days.filter((value) => !Number.isNaN(value))).size;
  const counts = countPeople(
    all.map((value) => (Number.isNaN(value) ? value : weekdayOf(value))),
    people,
  );
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (different < 7 * needed || known < 7 * Math.max(needed, least)) return undefined;
  const each = Array.from({ length: 7 }, (_, at) => counts.get(at) ?? 0);
  const differing = each.reduce((sum, count) => sum + (count - known / 7) ** 2 / (known / 7), 0);
  if (!each.includes(0) && differing < leastDiffering) return undefined;
  const told = each.map((count) => (count === 0 ? 0 : Math.max(count, least)));
  const total = told.reduce((sum, count) => sum + count, 0);
  return { shares: told.map((count) => Number((count / total).toPrecision(3))) };
}
