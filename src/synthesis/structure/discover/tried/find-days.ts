import { columnNamed, type Table } from "../../../../data/table";
import { monthsAfter, monthsBetween, onMonthDay, weekdayOf } from "../../date-days";
import { day, startOf } from "../../date-parts";
import { chainOf } from "../../move-dates";
import { countPeople, type People } from "../../people";
import { type ColumnPlan, type DateDays, type DatePlan, isComputed } from "../../structure";
import { numbersOf } from "../../variables";
import { leastExpected } from "../orders";

/** So many different months leave no doubt that dates have a day of the month. */
const leastMonths = 6;
/** … and so many different days of it that others are the same. */
const leastDays = 10;
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
  const found = dates.flatMap((plan): DatePlan[] => {
    const values = numbersOf(columnNamed(from, plan.name), plan).filter((value) => !Number.isNaN(value));
    const days =
      monthDayOf(values) ??
      monthsOf(plan, plans, from, least) ??
      sharesOf(plan, from, { needed, least, people });
    if (!days) return [];
    const { monthDay } = days;
    const end = (moment: number): number => (monthDay === undefined ? moment : onMonthDay(moment, monthDay));
    return [{ ...plan, days, low: end(plan.low), high: end(plan.high) }];
  });
  // A date that others go by goes by none itself.
  const going = new Set(found.flatMap(({ name, days }) => (days?.months ? [name] : [])));
  return found.filter(({ days }) => !going.has(days?.months?.from ?? ""));
}

function monthDayOf(values: Float64Array): DateDays | undefined {
  const months = new Set(values.map((value) => startOf("month", value)));
  if (months.size < leastMonths) return undefined;
  const monthDay = values.reduce((most, value) => Math.max(most, new Date(value).getUTCDate()), 0);
  const days = { monthDay };
  return values.every((value) => onMonthDay(value, monthDay) === value) ? days : undefined;
}

/** Of which other date it is the day, some whole years or months away. */
function monthsOf(
  plan: DatePlan,
  plans: readonly ColumnPlan[],
  from: Table,
  least: number,
): DateDays | undefined {
  const own = numbersOf(columnNamed(from, plan.name), plan);
  for (const other of plans) {
    const chain = other.kind === "date" && other !== plan && chainOf(other, plans);
    if (!chain || chain.includes(plan)) continue;
    const before = numbersOf(columnNamed(from, other.name), other as DatePlan);
    const rows = [...own.keys()].filter((i) => !Number.isNaN(own[i] + before[i]));
    const counts = new Set(rows.map((i) => monthsBetween(before[i], own[i])));
    // So many different days of the month leave no doubt, each of enough rows together; the earlier date is the one that is drawn.
    const days = new Set(rows.map((i) => new Date(before[i]).getUTCDate()));
    if (rows.length < 20 * Math.max(1, least) || days.size < leastDays || counts.size < 2) continue;
    if ([...counts].some((count) => count < 0)) continue;
    if (rows.some((i) => monthsAfter(before[i], monthsBetween(before[i], own[i])) !== own[i])) continue;
    const by = [12, 6, 3, 1].find((step) => [...counts].every((count) => count % step === 0)) as number;
    return { months: { from: other.name, by } };
  }
  return undefined;
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
