import { ends } from "../../../../../core/math/statistics";
import { placeIn } from "../../../date-days";
import { day, evenMonth, placeOf, startOf } from "../../../date-parts";
import { personsIn } from "../../../people";
import type { ColumnPlan, DatePlaces, DatePlan, LevelsPlan } from "../../../structure";
import { unlikely } from "../../exclusions";
import type { Look } from "../../look";
import { leastExpected } from "../../orders";
import { spacedRows } from "../../search";

/** The days of the week, those of the month, the months. */
const units = [12, 31, 7] as const;
/** Columns of more levels decide nothing; nor do levels of fewer rows. */
const [mostLevels, leastRows] = [50, 20];
/** Where fewer lie than so many, none may lie beside them by chance. */
const fewest = 5;
/** So many rows tell where others lie. */
const mostBeside = 20_000;
/** In so many months, or weeks, dates must have the place that most have, in two years a month. */
const leastTurns = 3;
/** Of rows that are looked at through a sample. */
const mostPart = 0.95;
/** In days: after so many the calendar is the same. */
const fourYears = 1461;

/**
 * Dates that are only in some months, on some days of the month or of the week, in all rows or in those of a level, though as many days
 * would hardly all lie there by chance.
 */
export function findPlaces(
  plans: readonly ColumnPlan[],
  look: Pick<Look, "least" | "people" | "numbers" | "codes">,
): readonly DatePlan[] {
  const dates = plans.filter(
    (plan): plan is DatePlan =>
      plan.kind === "date" && plan.formula?.rest !== "none" && plan.format.step <= day,
  );
  const deciding = plans.filter(
    (plan): plan is LevelsPlan => plan.kind === "levels" && !plan.texts && plan.levels.length <= mostLevels,
  );
  const tests = units.length * dates.length * deciding.reduce((sum, { levels }) => sum + levels.length, 1);
  const needed = Math.max(leastExpected, Math.log(100 * tests));
  const codes = new Map(deciding.map(({ name }, k) => [name, look.codes(deciding[k])]));
  return dates.flatMap((plan) => {
    const moments = look.numbers(plan);
    const known = [...moments.keys()].filter((i) => !Number.isNaN(moments[i]));
    const at = units.map((unit) =>
      Int8Array.from(moments, (moment) => (Number.isNaN(moment) ? -1 : placeIn(unit, moment))),
    );
    const beside = spacedRows(known.length, mostBeside).map((k) => known[k]);
    const only = (
      unit: (typeof units)[number],
      rows: readonly number[],
      calendar = false,
    ): readonly DatePlaces[] => {
      // One day of the month, or that of another date, says more; and so does, by level, the stretch since another date.
      const { monthDay, months } = plan.days ?? {};
      if (rows.length < leastRows || (unit === 31 && (monthDay || months || (plan.formula && !calendar))))
        return [];
      const counts = new Array<number>(unit).fill(0);
      const placed = at[units.indexOf(unit)];
      for (const i of rows) counts[placed[i]]++;
      if (!counts.includes(0)) return [];
      const told = withoutDoubt(counts, look.least);
      const held = told.filter(Boolean).length;
      if (held === unit) return [];
      const days = new Set(rows.map((i) => Math.floor(moments[i] / day)));
      const [first, last] = ends([...days]);
      const inTime = (i: number): boolean => moments[i] >= first * day && moments[i] < (last + 1) * day;
      // Days of the calendar, or these and those of all rows, of the time in which these lie.
      const all = calendar
        ? Array.from({ length: Math.min(last - first + 1, fourYears) }, (_, k) =>
            placeIn(unit, (first + k) * day),
          )
        : beside.filter(inTime).map((i) => placed[i]);
      const there = all.filter((place) => told[place] > 0).length;
      const own = calendar ? 0 : rows.length;
      const people = look.people?.of;
      const within = Math.min(days.size, personsIn(rows, people));
      // Not all of these by chance, nor none of them where others are.
      const off = calendar ? [] : Array.from(beside.filter((i) => told[placed[i]] === 0 && inTime(i)));
      const others = Math.min(
        new Set(off.map((i) => Math.floor(moments[i] / day))).size,
        personsIn(off, people),
      );
      const part = (own * beside.length) / (known.length * all.length);
      const score = Math.max(
        unlikely(within, 1 - (there + own) / (all.length + own)),
        unlikely(others, Math.min(mostPart, part)),
      );
      if (!(score - logWays(unit, held) >= needed)) return [];
      // What happened once only is no habit.
      const often = counts.indexOf(ends(counts)[1]);
      const turns = new Set(rows.filter((i) => placed[i] === often).map((i) => turnOf(unit, moments[i])));
      if (turns.size < (unit === 12 ? 2 : leastTurns)) return [];
      const total = told.reduce((a, b) => a + b, 0);
      return [{ shares: told.map((own) => Number((own / total).toPrecision(3))) }];
    };
    const places = ([12, 31] as const).flatMap((unit) => only(unit, known, true));
    for (const { name: column, levels } of deciding) {
      const rows = levels.map((): number[] => []);
      for (const i of known) rows[codes.get(column)?.[i] ?? -1]?.push(i);
      for (const unit of units)
        for (const [k, level] of levels.entries())
          places.push(...only(unit, rows[k]).map((one) => ({ ...one, where: { column, level } })));
    }
    return places.length > 0 ? [{ ...plan, places }] : [];
  });
}

/**
 * The counts of places, one after another and the first again after the last, with none only where those beside show that it is no chance:
 * as many as there are on either side would have been some. Where few are, the next place may have some as well.
 */
function withoutDoubt(counts: readonly number[], least: number): readonly number[] {
  const thin = Math.max(least, fewest);
  const told = counts.map((own) => (own === 0 ? 0 : Math.max(own, least)));
  const at = (place: number): number => (place + counts.length) % counts.length;
  for (const [first, own] of counts.entries()) {
    if (own > 0 || counts[at(first - 1)] === 0) continue;
    let size = 1;
    while (counts[at(first + size)] === 0) size++;
    const beside = [counts[at(first - 1)], counts[at(first + size)]];
    const doubted = size * Math.min(...beside) < leastExpected;
    for (let k = 0; k < size; k++)
      if (doubted || (k === 0 && beside[0] < thin) || (k === size - 1 && beside[1] < thin))
        told[at(first + k)] = least;
  }
  return told;
}

/** In which year, month or week a moment lies. */
function turnOf(unit: number, moment: number): number {
  const month = Math.floor(placeOf(moment) / evenMonth);
  return unit === 12 ? Math.floor(month / 12) : unit === 31 ? month : startOf("week", moment);
}

/** The logarithm of how many ways there are to choose so many of these. */
function logWays(of: number, chosen: number): number {
  let ways = 0;
  for (let k = 1; k <= chosen; k++) ways += Math.log((of - chosen + k) / k);
  return ways;
}
