import { check } from "../../../core/checks";
import { day, evenMonth } from "../../structure/date-parts";
import { emptySum, type Formula, type Term } from "../../structure/formulas";

/** What is added: a number, or a number times columns, of a unit of time where it says so. */
export interface Summand {
  weight: number;
  unit?: string;
  readonly factors: { column: string; power: 1 | -1 }[];
}

/** Milliseconds of each unit; of months and years in a calendar of even months. */
const spans = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day,
  week: 7 * day,
  month: evenMonth,
  year: 12 * evenMonth,
} as const;

/** A word for a length of time, `days` or `day`; longer ones aren't. */
export const unitWords = new RegExp(`^(?:${Object.keys(spans).join("|")})s?(?![\\p{L}\\p{N}_])`, "u");

function spanOf(unit = "day"): { readonly span: number; readonly months: boolean } {
  const own = unit.replace(/s$/, "") as keyof typeof spans;
  return { span: spans[own], months: own === "month" || own === "year" };
}

/**
 * A date as another one, later or earlier by numbers and columns of seconds to years (days where no unit stands), or a number as how
 * many of them (`unit`) lie between two dates: of months and years those that are over.
 */
export function datedFormula(
  summands: readonly Summand[],
  { date, unit, isDate }: { readonly date: boolean; readonly unit?: string; isDate(column: string): boolean },
  action: string,
  text: string,
): Formula {
  const single = summands.every(
    ({ factors }) => factors.length < 2 && factors.every(({ power }) => power === 1),
  );
  check(single, action, "a rule of dates may add columns, numbers and numbers times columns", text);
  const dated = summands.filter(({ factors }) => factors.some(({ column }) => isDate(column)));
  const weights = dated.map(({ weight }) => weight).sort();
  const others = summands.filter((one) => !dated.includes(one));
  const plain = dated.every((one) => one.unit === undefined);
  if (!date) {
    const form = "a number must be one date less another, and no more: COLUMN = DATE - DATE in days";
    check(String(weights) === "-1,1" && others.length === 0 && plain, action, form, text);
    const { span, months } = spanOf(unit);
    const terms = dated.map(
      ({ weight, factors }): Term => ({
        column: factors[0].column,
        weight: weight / span,
        ...(months && { calendar: true }),
      }),
    );
    return { ...emptySum, terms, ...(months && { round: { step: 1, towards: -1 } as const }) };
  }
  const form =
    "a date must be another date plus or minus lengths of time: DATE = DATE + COLUMN days - 1 month";
  check(String(weights) === "1" && plain && unit === undefined, action, form, text);
  const whole = others.some((one) => spanOf(one.unit).months);
  const mixed = whole && others.some((one) => one.factors.length > 0 && !spanOf(one.unit).months);
  check(!mixed, action, "beside months or years, days and shorter ones must be numbers", text);
  const [{ factors }] = dated;
  const terms: Term[] = [{ column: factors[0].column, weight: 1, ...(whole && { calendar: true }) }];
  let [constant, plus] = [0, 0];
  for (const one of others) {
    const { span, months } = spanOf(one.unit);
    if (one.factors.length > 0) terms.push({ column: one.factors[0].column, weight: one.weight * span });
    else if (whole && !months) plus += one.weight * span;
    else constant += one.weight * span;
  }
  return { ...emptySum, constant, terms, ...(whole && { calendar: { plus } }) };
}
