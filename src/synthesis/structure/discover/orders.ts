import { takeValues } from "../../../core/matrix";
import { placesWhere } from "../../../core/places";
import type { Table } from "../../../data/table";
import { argumentsOf } from "../formulas";
import { snap, spacing } from "../grids";
import { peopleOf } from "../people";
import {
  type ColumnPlan,
  type DatePlan,
  gridOfPlan,
  isComputed,
  type Later,
  type NumberPlan,
  type Order,
  type Structure,
} from "../structure";
import { numbersOf } from "../variables";
import type { Look } from "./look";
import { fewValues } from "./plan-column";
import { enoughKnown, spacedRows } from "./search";

const screeningRows = 1000;
/** Expected exceptions, were the two columns independent, that an order without exceptions needs to be believed. */
export const leastExpected = 12;

/** … and this share of the rows, where one of the two has a few values and the other is an amount: a stage is below most days of itself. */
const leastOfUnlike = 0.05;

/** Pairs of numbers (or of dates) of which one is never above the other, where chance would have left exceptions. */
export function findOrders(from: Table, structure: Structure): readonly Order[] {
  const columns = structure.columns.flatMap((plan, j) =>
    // Codes are no amounts.
    (plan.kind === "number" && (plan.values?.length ?? 0) <= fewValues) || plan.kind === "date"
      ? [{ plan, values: numbersOf(from.columns[j], plan) }]
      : [],
  );
  const people = peopleOf(structure, from)?.of;
  const sample = spacedRows(from.rows, screeningRows);
  const sorted = columns.map(({ values }) =>
    takeValues(values, sample)
      .filter((value) => !Number.isNaN(value))
      .sort(),
  );
  const needed = Math.max(leastExpected, Math.log(1000 * columns.length ** 2));
  const found: Order[] = [];
  for (let a = 0; a < columns.length; a++) {
    for (let b = 0; b < columns.length; b++) {
      if (
        a === b ||
        columns[a].plan.kind !== columns[b].plan.kind ||
        follows(columns[a].plan, columns[b].plan)
      )
        continue;
      const [low, high] = [columns[a].values, columns[b].values];
      const expected = from.rows * shareAbove(sorted[a], sorted[b]);
      if (listed(columns[a].plan) !== listed(columns[b].plan) && expected < leastOfUnlike * from.rows)
        continue;
      const equal = (): boolean => enoughKnown({ people }, equalRows(low, high), needed);
      if ((expected >= needed || equal()) && holds(low, high, needed, people)) {
        found.push({ low: columns[a].plan.name, high: columns[b].plan.name });
      }
    }
  }
  return found;
}

/**
 * The orders whose two are never the same, on one grid, though so many rows have them one step apart that without a rule some
 * would be.
 */
export function findStrict(
  orders: readonly Order[],
  plans: readonly ColumnPlan[],
  { numbers, whose: people }: Pick<Look, "numbers" | "whose">,
): readonly Later[] {
  const needed = 2 * Math.max(leastExpected, Math.log(1000 * plans.length ** 2));
  return orders.flatMap(({ low, high }): Later[] => {
    const [a, b] = [low, high].map((name) => plans.find((plan) => plan.name === name));
    if (!a || !b || (a.kind !== "number" && a.kind !== "date") || (b.kind !== "number" && b.kind !== "date"))
      return [];
    const step = spacing(gridOfPlan(a));
    if (step === 0 || spacing(gridOfPlan(b)) !== step) return [];
    const [below, above] = [numbers(a), numbers(b)];
    const steps = below.map((value, i) => Math.round((above[i] - value) / step));
    const beside = placesWhere(steps.length, (i) => steps[i] === 1);
    return !steps.includes(0) && enoughKnown({ people }, beside, needed) ? [{ low, high, strict: true }] : [];
  });
}

/**
 * By how much of two numbers on one grid the one is always above the other at least, where neither is so by chance: so many rows lie at
 * that very distance, from which others would lie further.
 */
export function findApart(
  plans: readonly ColumnPlan[],
  { numbers, whose: people }: Pick<Look, "numbers" | "whose">,
): readonly Later[] {
  const some = plans.filter(
    (plan): plan is NumberPlan => plan.kind === "number" && !plan.values && spacing(plan.grid) > 0,
  );
  const needed = Math.max(leastExpected, Math.log(1000 * some.length ** 2));
  return some.flatMap((a) =>
    some.flatMap((b): Later[] => {
      const step = spacing(a.grid);
      if (a === b || spacing(b.grid) !== step || follows(a, b)) return [];
      const [low, high] = [a, b].map((plan) => numbers(plan).map((value) => Math.round(value / step)));
      let apart = Infinity;
      for (let i = 0; i < low.length; i++) if (high[i] - low[i] < apart) apart = high[i] - low[i];
      if (!(apart > 0 && Number.isFinite(apart))) return [];
      const raised = low.map((value) => value + apart);
      const sorted = [raised, high].map((own) => own.filter((value) => !Number.isNaN(value)).sort());
      if (low.length * shareAbove(sorted[0], sorted[1]) < needed) return [];
      if (!enoughKnown({ people }, equalRows(raised, high), needed)) return [];
      return [{ low: a.name, high: b.name, apart: snap(apart * step, a.grid) }];
    }),
  );
}

/** Whether it is a number of a few values. */
function listed(plan: NumberPlan | DatePlan): boolean {
  return plan.kind === "number" && plan.values !== undefined;
}

/**
 * The rows in which both are the same, at neither one's end, where none has `low` above `high`: without an order as many would lie just
 * above. None where one does.
 */
function equalRows(low: Float64Array, high: Float64Array): readonly number[] {
  const equal: number[] = [];
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < low.length; i++) {
    if (low[i] > high[i]) return [];
    if (low[i] === high[i]) equal.push(i);
    if (high[i] < least) least = high[i];
    if (low[i] > most) most = low[i];
  }
  // What ends there cannot lie beyond.
  return equal.filter((i) => low[i] > least && low[i] < most);
}

/** Whether no row has `low` above `high`, among those of enough people that have both. */
export function holds(low: Float64Array, high: Float64Array, least = 0, people?: Int32Array): boolean {
  const both: number[] = [];
  for (let i = 0; i < low.length; i++) {
    if (low[i] > high[i]) return false;
    if (low[i] <= high[i] && (people || both.length < least)) both.push(i);
  }
  return enoughKnown({ people }, both, least);
}

/** An exact formula from one to the other says more than an order; and two computed columns can't be moved. */
export function follows(a: NumberPlan | DatePlan, b: NumberPlan | DatePlan): boolean {
  const exact = (plan: NumberPlan | DatePlan): readonly string[] | undefined =>
    isComputed(plan) ? argumentsOf(plan.formula) : undefined;
  const left = exact(a);
  const right = exact(b);
  return (
    (left !== undefined && right !== undefined) ||
    (left ?? []).includes(b.name) ||
    (right ?? []).includes(a.name)
  );
}

/** The share of pairs, one from each sorted list, in which the first is above the second. */
function shareAbove(first: Float64Array, second: Float64Array): number {
  let below = 0;
  let pairs = 0;
  for (let i = 0; i < first.length; i++) {
    while (below < second.length && second[below] < first[i]) below++;
    pairs += below;
  }
  return first.length * second.length > 0 ? pairs / (first.length * second.length) : 0;
}
