import { chiSquaredScore } from "../../../../../core/math/chi-squared-score";
import { monthsAfter, monthsBetween, onMonthDay, weekdayOf } from "../../../date-days";
import { day, startOf } from "../../../date-parts";
import { chainOf } from "../../../move-dates";
import { countPeople } from "../../../people";
import {
  type ColumnPlan,
  type DateDays,
  type DateHours,
  type DatePlan,
  isComputed,
  levelCount,
} from "../../../structure";
import type { Look } from "../../look";
import { leastExpected } from "../../orders";

/** So many different months leave no doubt that dates have a day of the month. */
const leastMonths = 6;
/** … and so many different days of it that others are the same. */
const leastDays = 10;
/** Pearson's statistic on the normal scale above which weekdays or hours differ: about one in a hundred million. */
const leastDiffering = 5.5;
/** … and hours by level, about one in thirty thousand; of so many customers, or rows, of columns of no more levels. */
const [leastUnlike, leastOfLevel, mostLevels] = [4, 30, 12];
/** So many in an hour, on average, show that hours differ; of fewer days the hours are drawn with these. */
const [leastInHour, leastDaysOfHours] = [4, 14];
const hoursOfDay = 24;
const hour = day / hoursOfDay;

/** Dates that are always on the same day of the month, on some days of the week never or more often than chance has it, and times so in hours. */
export function findDays(
  plans: readonly ColumnPlan[],
  look: Pick<Look, "least" | "people" | "numbers" | "codes">,
): readonly DatePlan[] {
  const { numbers } = look;
  const dates = plans.filter(
    (plan): plan is DatePlan => plan.kind === "date" && !isComputed(plan) && plan.format.step <= day,
  );
  const needed = Math.max(leastExpected, Math.log(100 * 7 * dates.length));
  const found = dates.flatMap((plan): DatePlan[] => {
    const values = numbers(plan).filter((value) => !Number.isNaN(value));
    const days = monthDayOf(values) ?? monthsOf(plan, plans, look) ?? sharesOf(plan, { ...look, needed });
    const hours = hoursOf(plan, plans, { ...look, needed });
    if (!days && !hours) return [];
    const { monthDay } = days ?? {};
    const end = (moment: number): number => (monthDay === undefined ? moment : onMonthDay(moment, monthDay));
    const told = { ...(days && { days }), ...(hours && { hours }) };
    return [{ ...plan, ...told, low: end(plan.low), high: end(plan.high) }];
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
  { numbers, least }: Pick<Look, "numbers" | "least">,
): DateDays | undefined {
  const own = numbers(plan);
  for (const other of plans) {
    const chain = other.kind === "date" && other !== plan && chainOf(other, plans);
    if (!chain || chain.includes(plan)) continue;
    const before = numbers(other as DatePlan);
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

interface Needed extends Pick<Look, "least" | "people" | "numbers" | "codes"> {
  readonly needed: number;
}

function sharesOf(plan: DatePlan, how: Needed): DateDays | undefined {
  const { needed, least, people } = how;
  const all = how.numbers(plan);
  const counts = countPeople(
    all.map((value) => (Number.isNaN(value) ? value : weekdayOf(value))),
    people,
  );
  const each = Array.from({ length: 7 }, (_, at) => counts.get(at) ?? 0);
  const days = daysOf(all);
  const uneven = days < 7 * needed ? 0 : unevenness(each, Math.max(needed, least));
  if (uneven < leastDiffering && !missesDays(each, days, needed)) return undefined;
  return { shares: partsOf(each.map((count) => (count === 0 ? 0 : Math.max(count, least)))) };
}

/** Whether so many days would hardly all lie beside the days of the week that have no row, whichever these were. */
function missesDays(each: readonly number[], days: number, needed: number): boolean {
  const held = each.filter(Boolean).length;
  const ways = [1, 7, 21, 35, 35, 21, 7][7 - held];
  return held < 7 && days >= leastDays && days * Math.log(7 / held) - Math.log(ways) >= needed - Math.log(7);
}

/** On how many days moments lie. */
function daysOf(moments: Float64Array): number {
  return new Set(moments.map((moment) => Math.floor(moment / day)).filter((at) => !Number.isNaN(at))).size;
}

/** Pearson's statistic of counts that should be even, on the normal scale; 0 where fewer than `least` are in each on average. */
function unevenness(counts: readonly number[], least: number): number {
  const even = sumOf(counts) / counts.length;
  if (!(even >= least)) return 0;
  const g = sumOf(counts.map((count) => (count - even) ** 2 / even));
  return chiSquaredScore({ g, freedom: counts.length - 1 });
}

function partsOf(counts: readonly number[]): number[] {
  const total = sumOf(counts);
  return counts.map((count) => Number((count / total).toPrecision(3)));
}

/** How often a time is in each hour, by the levels that hours differ most by. */
function hoursOf(plan: DatePlan, plans: readonly ColumnPlan[], how: Needed): DateHours | undefined {
  const moments = how.numbers(plan);
  if (plan.format.step >= day || daysOf(moments) < leastDaysOfHours) return undefined;
  const hours = moments.map((moment) => Math.floor((moment - startOf("day", moment)) / hour));
  const all = hoursIn(hours, { codes: new Int32Array(hours.length), levels: 1 }, how)[0];
  if (unevenness(all.counts, leastInHour) < leastDiffering || !all.told) return undefined;
  let [most, by]: [number, DateHours["by"]] = [leastUnlike, undefined];
  for (const other of plans) {
    if (other.kind !== "levels" || levelCount(other) > mostLevels) continue;
    const found = hoursIn(
      hours,
      { codes: how.codes(other), levels: levelCount(other), among: all.told },
      how,
    );
    const score = unlike(found.map(({ counts }) => counts));
    if (score < most) continue;
    most = score;
    by = { column: other.name, shares: found.map(({ told }) => told) };
  }
  return { shares: all.told, ...(by && { by }) };
}

/**
 * How many customers, or rows, of each level are in each hour; and the parts of the rows, those of hours that too few are in shared among
 * them, of levels that enough have.
 */
function hoursIn(
  hours: Float64Array,
  {
    codes,
    levels,
    among,
  }: { readonly codes: Int32Array; readonly levels: number; readonly among?: readonly number[] },
  { least, people }: Needed,
) {
  const keys = hours.map((at, i) => (codes[i] < 0 ? Number.NaN : codes[i] * hoursOfDay + at));
  const [rows, own] = [countPeople(keys, undefined), countPeople(keys, people)];
  return Array.from({ length: levels }, (_, level) => {
    const cells = Array.from({ length: hoursOfDay }, (_, at) => level * hoursOfDay + at);
    const [all, counts] = [rows, own].map((of) => cells.map((key) => of.get(key) ?? 0));
    const few = counts.map((count, at) => count < least && among?.[at] !== 0);
    const [rest, others] = [all, counts].map((of) => sumOf(of.filter((_, at) => few[at])));
    const each = others < least ? 0 : rest / few.filter(Boolean).length;
    const told = all.map((count, at) => (few[at] ? each : counts[at] < least ? 0 : count));
    return { counts, told: sumOf(counts) >= leastOfLevel && told.some(Boolean) ? partsOf(told) : null };
  });
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Pearson's statistic of rows that should be alike, on the normal scale. */
function unlike(rows: readonly (readonly number[])[]): number {
  const columns = rows[0].map((_, at) => sumOf(rows.map((counts) => counts[at])));
  const some = rows.filter((counts) => sumOf(counts) > 0);
  const freedom = (some.length - 1) * (columns.filter(Boolean).length - 1);
  if (freedom < 1) return 0;
  const total = sumOf(columns);
  const g = some.reduce((all, counts) => {
    const own = sumOf(counts) / total;
    return (
      all +
      sumOf(
        counts.map((count, at) =>
          columns[at] > 0 ? (count - own * columns[at]) ** 2 / (own * columns[at]) : 0,
        ),
      )
    );
  }, 0);
  return chiSquaredScore({ g, freedom });
}
