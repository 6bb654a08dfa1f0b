import { ends } from "../../../../../core/math/statistics";
import { placeIn } from "../../../date-days";
import { day } from "../../../date-parts";
import { personsIn } from "../../../people";
import type { ColumnPlan, DatePlaces, DatePlan, LevelsPlan } from "../../../structure";
import type { Look } from "../../look";
import { leastExpected } from "../../orders";

/** The days of the week, those of the month, the months. */
const units = [12, 31, 7] as const;
/** Columns of more levels decide nothing; nor do levels of fewer rows. */
const [mostLevels, leastRows] = [50, 20];
/** Where fewer lie than so many, none may lie beside them by chance. */
const fewest = 5;
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
    const places = units.flatMap((unit) => {
      // One day of the month, or that of another date, says more.
      if (unit === 31 && (plan.days?.monthDay || plan.days?.months)) return [];
      const at = Int8Array.from(moments, (moment) => (Number.isNaN(moment) ? -1 : placeIn(unit, moment)));
      const only = (rows: readonly number[], others?: readonly number[]): readonly number[] | undefined => {
        const counts = new Array<number>(unit).fill(0);
        for (const i of rows) counts[at[i]]++;
        if (rows.length < leastRows || !counts.includes(0)) return undefined;
        const told = withoutDoubt(counts, look.least);
        const held = told.filter(Boolean).length;
        if (held === unit) return undefined;
        const days = new Set(rows.map((i) => Math.floor(moments[i] / day)));
        const [first, last] = ends([...days]);
        // Days of the calendar, or those of all rows, of the time in which these lie.
        const beside = others
          ? others.filter((i) => moments[i] >= first * day && moments[i] < (last + 1) * day).map((i) => at[i])
          : Array.from({ length: Math.min(last - first + 1, fourYears) }, (_, k) =>
              placeIn(unit, (first + k) * day),
            );
        const share = beside.filter((place) => told[place] > 0).length / beside.length;
        const count = Math.min(days.size, personsIn(rows, look.people?.of));
        if (!(count * -Math.log(share) - logWays(unit, held) >= needed)) return undefined;
        const total = told.reduce((a, b) => a + b, 0);
        return told.map((own) => Number((own / total).toPrecision(3)));
      };
      const all = unit === 7 ? undefined : only(known);
      const found: DatePlaces[] = all ? [{ shares: all }] : [];
      for (const { name: column, levels } of deciding) {
        const rows = levels.map((): number[] => []);
        for (const i of known) rows[codes.get(column)?.[i] ?? -1]?.push(i);
        for (const [k, level] of levels.entries()) {
          const shares = only(rows[k], known);
          if (shares) found.push({ shares, where: { column, level } });
        }
      }
      return found;
    });
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

/** The logarithm of how many ways there are to choose so many of these. */
function logWays(of: number, chosen: number): number {
  let ways = 0;
  for (let k = 1; k <= chosen; k++) ways += Math.log((of - chosen + k) / k);
  return ways;
}
