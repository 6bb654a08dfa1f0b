import { columnNamed, type Table } from "../../../data/table";
import { argumentsOf } from "../formulas";
import { spacing } from "../grids";
import { type ColumnPlan, isComputed, type NumberPlan, repeatsName } from "../structure";
import { numbersOf } from "../variables";
import { spacedRows } from "./search";

const screeningRows = 1000;
/** So many rows, and this share of them, must have the other column's value, beside what is frequent in either … */
const leastRows = 12;
const leastShare = 0.01;
/** … and so many times as many as are any other distance of a few steps from it, or where these are few so many times as many: else the columns only go together. */
const besideTimes = 3;
const [mostSteps, fewRows] = [10.5, 20];
const mostRepeated = 3;

/**
 * Numbers that often are the value of another column, in more rows than chance and likeness would bring: a payment that is the
 * last bill. The later column in the table repeats the earlier one, which may be computed from others, but not from it.
 */
export function withRepeats(plans: readonly ColumnPlan[], from: Table): ColumnPlan[] {
  const names = new Set(plans.map(({ name }) => name));
  const open = plans.flatMap((plan) =>
    plan.kind === "number" && !plan.values && (!plan.formula || isComputed(plan))
      ? [{ plan, values: numbersOf(columnNamed(from, plan.name), plan) }]
      : [],
  );
  const sample = spacedRows(from.rows, screeningRows);
  const found = new Map<string, readonly string[]>();
  const formulas = new Map(plans.flatMap((plan) => (isComputed(plan) ? [[plan.name, plan.formula]] : [])));
  const needs = (name: string, of: string): boolean => {
    const formula = formulas.get(name);
    const read = [...(formula ? argumentsOf(formula) : []), ...(found.get(name) ?? [])];
    return name === of || read.some((one) => needs(one, of));
  };
  open.forEach(({ plan, values }, t) => {
    if (isComputed(plan) || names.has(repeatsName(plan.name))) return;
    const taken = new Uint8Array(from.rows);
    const repeats: string[] = [];
    for (;;) {
      let best = { rows: Math.max(leastRows, leastShare * from.rows) - 1, at: -1 };
      for (let e = 0; e < t; e++) {
        const other = open[e];
        if (needs(other.plan.name, plan.name)) continue;
        if (!sample.some((i) => values[i] === other.values[i] && taken[i] === 0)) continue;
        const rows = repeatedRows(plan, values, other, taken);
        if (rows > best.rows) best = { rows, at: e };
      }
      if (best.at < 0) break;
      repeats.push(open[best.at].plan.name);
      if (repeats.length === mostRepeated) break;
      const { values: of } = open[best.at];
      for (let i = 0; i < taken.length; i++) if (values[i] === of[i]) taken[i] = 1;
    }
    if (repeats.length > 0) found.set(plan.name, repeats);
  });
  return plans.map((plan) => {
    const repeats = found.get(plan.name);
    return repeats && plan.kind === "number" ? { ...plan, repeats } : plan;
  });
}

/** In how many rows that are not `taken` the value is the other's, and frequent in neither; 0 where the columns only go together. */
function repeatedRows(
  plan: NumberPlan,
  values: Float64Array,
  other: { readonly plan: NumberPlan; readonly values: Float64Array },
  taken: Uint8Array,
): number {
  const step = plan.grid ? spacing(plan.grid) : 0;
  const frequent = new Set([...plan.atoms, ...other.plan.atoms]);
  let same = 0;
  const beside = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    if (taken[i] === 1 || frequent.has(values[i]) || frequent.has(other.values[i])) continue;
    const apart = values[i] - other.values[i];
    if (apart === 0) same++;
    else if (Math.abs(apart) <= mostSteps * step) {
      const steps = Math.round(apart / step);
      beside.set(steps, (beside.get(steps) ?? 0) + 1);
    }
  }
  const most = Math.max(0, ...beside.values());
  return same > besideTimes * most && (same >= fewRows || same >= leastRows * most) ? same : 0;
}
