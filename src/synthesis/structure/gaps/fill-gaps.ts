import type { Column, Table } from "../../../data/table";
import { dateWriter } from "../dates";
import { type Arguments, argumentAt, evaluate, type Formula, neededBy, rebuild } from "../formulas";
import { snap } from "../grids";
import { type DatePlan, isComputed, type NumberPlan, type Structure } from "../structure";

/** What is solved for lets others be solved for, so often at most. */
const mostPasses = 3;

/**
 * The table, in some rows (of which `argument` reads the values) with what exact formulas say in the place of cells that are missing
 * beside them: the number that they give, or the one part that gives the number that is there, on its grid and in its range. Others
 * stay missing.
 */
export function fillGaps(
  { columns, gaps = [] }: Structure,
  from: Table,
  rows: readonly number[],
  argument: Arguments,
): Table {
  const torn = new Set(gaps.map(({ column }) => column));
  const known = new Map<string, Float64Array>();
  const of = (name: string): Float64Array => {
    const values = known.get(name) ?? Float64Array.from(argument(name));
    known.set(name, values);
    return values;
  };
  const plans = columns.filter(
    (plan): plan is NumberPlan | DatePlan =>
      torn.has(plan.name) && (plan.kind === "number" || plan.kind === "date"),
  );
  const put = (plan: NumberPlan | DatePlan, found: Float64Array, bounded: boolean): boolean => {
    const own = of(plan.name);
    const step = plan.kind === "date" ? plan.format.step : 1;
    let changed = false;
    found.forEach((value, i) => {
      if (!Number.isNaN(own[i]) || !Number.isFinite(value)) return;
      const on = plan.kind === "date" ? Math.round(value / step) * step : snap(value, plan.grid);
      if (bounded && (on < plan.low || on > plan.high)) return;
      own[i] = on;
      changed = true;
    });
    return changed;
  };
  for (let pass = 0, changed = true; pass < mostPasses && changed; pass++) {
    changed = false;
    for (const { name, formula } of columns.filter(isComputed)) {
      const read = neededBy(formula);
      for (const plan of plans) {
        if (plan.name === name) {
          const gives = evaluate(formula, of, rows.length).map((value) =>
            rebuild(formula, value, Number.NaN),
          );
          const told = gives.map((value, i) => (read.some((one) => Number.isNaN(of(one)[i])) ? NaN : value));
          changed = put(plan, told, false) || changed;
        } else if (read.includes(plan.name) && isStraight(formula))
          changed = put(plan, argumentAt(formula, plan.name, of(name), of), true) || changed;
      }
    }
  }
  return { ...from, columns: from.columns.map((column) => withValues(column, plans, known, rows)) };
}

/** Whether its value tells a part's: of what is rounded, or read of a date, it tells many. */
function isStraight({ round, calendar, terms, each }: Formula): boolean {
  if (each) return each.formulas.every((own) => !own || isStraight(own));
  const straight = !terms.some(
    ({ from, calendar, among, steps, round: begun, as }) => from || calendar || among || steps || begun || as,
  );
  return !round && !calendar && straight;
}

function withValues(
  column: Column,
  plans: readonly (NumberPlan | DatePlan)[],
  known: ReadonlyMap<string, Float64Array>,
  rows: readonly number[],
): Column {
  const plan = plans.find(({ name }) => name === column.name);
  const own = known.get(column.name);
  if (!plan || !own) return column;
  if (column.type === "numeric") {
    const values = column.values.slice();
    rows.forEach((i, k) => {
      values[i] = own[k];
    });
    return { ...column, values };
  }
  if (plan.kind !== "date" || (column.type !== "date" && column.type !== "text")) return column;
  const write = dateWriter(plan.format);
  const values = [...column.values];
  rows.forEach((i, k) => {
    if (values[i] === "" && !Number.isNaN(own[k])) values[i] = write(own[k]);
  });
  return { ...column, values };
}
