import { type Column, columnNamed } from "../../../data/table";
import { type DateUnit, dateUnits, startOf } from "../date-parts";
import type { ColumnPlan, DatePlan, NumberPlan, PartPlan } from "../structure";
import type { Look } from "./look";
import { enoughKnown } from "./search";

/** Fewer people whose rows have both prove nothing. */
const leastRows = 20;
/** What may be a year. */
const [firstYear, lastYear] = [1000, 3000];

/**
 * Columns that are a part of a date in another one, in every row: its day, month, quarter or year as a date, or its year as
 * a number. The finer date is drawn; of two that are the same, the first.
 */
export function findDateParts(
  plans: readonly ColumnPlan[],
  { from, drawn, numbers, whose }: Look,
): readonly PartPlan[] {
  const dates = plans
    .filter((plan): plan is DatePlan => plan.kind === "date")
    .sort((a, b) => a.format.step - b.format.step);
  const found = new Map<string, PartPlan>();
  for (const plan of [...dates, ...plans]) {
    if (found.has(plan.name) || drawn.includes(plan.name)) continue;
    if (plan.kind !== "date" && !isYear(plan, columnNamed(from, plan.name))) continue;
    const own = numbers(plan as DatePlan | NumberPlan);
    for (const of of dates) {
      if (of === plan) break;
      if (found.has(of.name)) continue;
      const unit = partOf(own, numbers(of), plan.kind === "date" ? dateUnits : ["year"], whose);
      if (!unit) continue;
      const written = plan.kind === "date" ? { format: plan.format } : {};
      found.set(plan.name, { kind: "part", name: plan.name, of: of.name, unit, ...written });
      break;
    }
  }
  return [...found.values()];
}

/** The value of a part: when the unit begins, or its year. */
export function partsOf({ unit, format }: PartPlan, dates: ArrayLike<number>): Float64Array {
  return Float64Array.from(dates, (moment) => {
    const start = startOf(unit, moment);
    return format || Number.isNaN(start) ? start : new Date(start).getUTCFullYear();
  });
}

function isYear(plan: ColumnPlan, column: Column): plan is NumberPlan {
  return (
    plan.kind === "number" &&
    column.type === "numeric" &&
    column.values.every((value) => Number.isNaN(value) || (value >= firstYear && value <= lastYear))
  );
}

/** The finest unit of which the values are the starts (or the years) in every row that has both. */
function partOf(
  values: Float64Array,
  dates: Float64Array,
  units: readonly DateUnit[],
  people: Int32Array | undefined,
): DateUnit | undefined {
  const years = units.length === 1;
  const known = [...dates.keys()].filter((i) => !Number.isNaN(dates[i]) && !Number.isNaN(values[i]));
  const different = new Set(known.map((i) => values[i])).size;
  if (!enoughKnown({ people }, known, leastRows) || different < 2) return undefined;
  return units.find((unit) =>
    known.every((i) => {
      const start = startOf(unit, dates[i]);
      return values[i] === (years ? new Date(start).getUTCFullYear() : start);
    }),
  );
}
