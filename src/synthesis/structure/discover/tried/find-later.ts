import { evenMonth, placeOf } from "../../date-parts";
import type { ColumnPlan, DatePlan, Later, LevelsPlan, NumberPlan } from "../../structure";
import { levelNames } from "../../variables";
import type { Look } from "../look";
import { follows, leastExpected } from "../orders";
import { enoughKnown } from "../search";

/** With more levels a column tells no order of dates. */
const mostLevels = 20;
/** So many rows expected where two dates are the same, and none of a level, leave no doubt that there it is later. */
const leastSame = 3;

/**
 * Dates of which one is later than another wherever a column has some level (paid after it was due: paid late), or a number of few values
 * some value (a fee of 5), or by so many years or months everywhere (of age when registered), where chance would have left exceptions.
 */
export function findLater(
  plans: readonly ColumnPlan[],
  { numbers, codes: codesOf, keep, given, whose: people }: Look,
): readonly Later[] {
  const dates = plans.filter((plan): plan is DatePlan => plan.kind === "date");
  const levels = plans.filter(
    (plan): plan is LevelsPlan | NumberPlan =>
      (plan.kind === "levels" && !plan.texts) ||
      (plan.kind === "number" && !plan.formula && ![...keep, ...given].includes(plan.name)),
  );
  const deciders = levels.flatMap((plan) => {
    const names = levelNames({ ...plan, missing: false });
    if (names.length < 2 || names.length > mostLevels) return [];
    const codes =
      plan.kind === "levels"
        ? codesOf(plan)
        : numbers(plan).map((value) => (plan.values ?? []).indexOf(value));
    return [{ column: plan.name, names, codes }];
  });
  const pairs = dates.flatMap((a, k) => dates.slice(k + 1).map((b) => [a, b] as const));
  const tests = 2 * pairs.length * (1 + deciders.reduce((sum, { names }) => sum + names.length, 0));
  const needed = Math.max(leastExpected, Math.log(100 * tests));
  return pairs.flatMap(([a, b]): Later[] => {
    const [one, other] = [a, b].map(numbers);
    const sides = Int8Array.from(one, (value, i) => Math.sign(value - other[i]));
    const known = Int32Array.from(sides.keys()).filter((i) => !Number.isNaN(one[i] - other[i]));
    const [never, always] = [1, -1].map((side) => !known.some((i) => sides[i] === side));
    if (never || always) {
      const [low, high] = never ? [a, b] : [b, a];
      const [from, to] = never ? [one, other] : [other, one];
      const months = known.length === 0 || follows(a, b) ? 0 : monthsLeftBetween(from, to, needed, people);
      return months > 0 ? [{ low: low.name, high: high.name, months }] : [];
    }
    const share = [-1, 0, 1].map((side) => known.filter((i) => sides[i] === side).length / known.length);
    return deciders.flatMap(({ column, names, codes }) =>
      names.flatMap((level, code): Later[] => {
        const rows = known.filter((i) => codes[i] === code);
        const count = (side: number): number => rows.filter((i) => sides[i] === side).length;
        const [before, same, after] = [-1, 0, 1].map(count);
        const enough = (part: number): boolean =>
          part * rows.length >= needed && enoughKnown({ people }, rows, Math.ceil(needed));
        const apart = same === 0 && share[1] * rows.length >= leastSame;
        const where = { column, level };
        const rule = (low: string, high: string): Later => ({
          low,
          high,
          ...(apart && { strict: true }),
          where,
        });
        if (after === 0 && before > 0 && enough(share[2])) return [rule(a.name, b.name)];
        return before === 0 && after > 0 && enough(share[0]) ? [rule(b.name, a.name)] : [];
      }),
    );
  });
}

/** How many whole years, or months of less than one, all rows leave between the dates, where other rows' dates would not. */
function monthsLeftBetween(
  low: Float64Array,
  high: Float64Array,
  needed: number,
  people: Int32Array | undefined,
): number {
  const both = Int32Array.from(low.keys()).filter((i) => !Number.isNaN(low[i] + high[i]));
  const between = (i: number, k: number): number => (placeOf(high[k]) - placeOf(low[i])) / evenMonth;
  const least = Math.floor(both.reduce((months, i) => Math.min(months, between(i, i)), Infinity));
  const months = least >= 12 ? least - (least % 12) : least;
  if (!(months > 0) || !Number.isFinite(months) || !enoughKnown({ people }, both)) return 0;
  let [near, pairs] = [0, 0];
  for (const part of [2, 3, 5, 7]) {
    const shift = Math.max(1, Math.floor(both.length / part));
    both.forEach((i, at) => {
      const apart = between(i, both[(at + shift) % both.length]);
      if (apart < 0) return;
      pairs++;
      if (apart < months) near++;
    });
  }
  return near * both.length >= needed * pairs ? months : 0;
}
