import type { ColumnCondition } from "../conditions";
import {
  type Arguments,
  argumentRange,
  argumentsOf,
  evaluate,
  type Formula,
  mayMiss,
} from "../structure/formulas";
import { spacing } from "../structure/grids";
import { rowsWhere } from "../structure/orders/limits";
import {
  type ComputedPlan,
  type DatePlan,
  isComputed,
  type NumberPlan,
  type Structure,
} from "../structure/structure";
import { drawnUnit } from "../structure/variables";
import type { Candidates } from "./candidates";

/** A range for each row. */
export interface RowRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Whether the value lies in one of the row's ranges. */
export function inRanges(ranges: readonly RowRange[], i: number, value: number): boolean {
  return ranges.some(({ low, high }) => value >= low[i] && value <= high[i]);
}

/** What limits a drawn number: in each row it must lie in one of the ranges. Absent: it may be anything. */
export interface Bounds {
  /** From the structure's rules. */
  readonly rules?: readonly RowRange[];
  /** From a user's conditions. */
  readonly wishes?: readonly RowRange[];
  /** From both, where there are any. */
  readonly both?: readonly RowRange[];
  /** Whether a missing value satisfies the conditions. */
  readonly missing: boolean;
}

/** What is known of rows beside what was drawn. */
interface Later {
  /** Values given of columns that are not there yet, NaN where none is: what is drawn has to go with them, as with conditions. */
  readonly later?: ReadonlyMap<string, Float64Array>;
  /** What is given by bands and parts of columns says of these, by row: as with conditions. */
  readonly within?: ReadonlyMap<string, readonly RowRange[]>;
}

/** Where drawing stands: which restored columns are there, and their values. */
interface Known extends Later {
  readonly rows: number;
  readonly has: (name: string) => boolean;
  readonly of: Arguments;
}

interface Limit {
  readonly ranges: readonly RowRange[];
  readonly wish: boolean;
  readonly missing: boolean;
}

/**
 * The limits on the next number or date that is drawn: orders against known columns, conditions on the column, and both for exactly
 * computed columns of which it is the last open argument.
 */
export function boundsOf(
  { rows, cells, restored }: Candidates,
  {
    structure,
    variables,
  }: { readonly structure: Structure; readonly variables: readonly { readonly name: string }[] },
  conditions: ReadonlyMap<string, ColumnCondition>,
  beside: Later = {},
): Bounds {
  const { name } = variables[cells.length];
  const plan = structure.columns.find((one) => one.name === name) as NumberPlan | DatePlan;
  const known: Known = {
    ...beside,
    rows,
    has: (one) => restored.has(one),
    of: (one) => restored.get(one) as Float64Array,
  };
  const limits = limitsOn(plan, structure, conditions, known);
  const { later } = known;
  // An argument that is given in some rows leaves the others open: what it does not tell is no limit.
  const told: Known = later
    ? { ...known, of: (name) => (known.has(name) ? known.of(name) : (later.get(name) as Float64Array)) }
    : known;
  for (const other of structure.columns) {
    if (!isComputed(other)) continue;
    const { formula } = other;
    const value = later?.get(other.name);
    const isKnown = (name: string): boolean =>
      known.has(name) || (value !== undefined && name !== plan.name && later?.has(name) === true);
    const open = argumentsOf(formula).filter((name) => !isKnown(name));
    const range = { low: filledWith(other.low, known.rows), high: filledWith(other.high, known.rows) };
    const own: Limit = { ranges: [onGrid(range, stepOf(other))], wish: false, missing: true };
    if (value && open.length === 1 && open[0] === plan.name) {
      // Without a grid, no range but one of some width has any probability.
      const near = stepOf(other) > 0 ? 0 : 1e-4 * (other.high - other.low);
      const here = { low: value.map((one) => one - near), high: value.map((one) => one + near) };
      limits.push({
        ranges: [throughFormula(formula, plan, onGrid(here, stepOf(other)), told)],
        wish: true,
        missing: true,
      });
    }
    const way = wayTo(structure, other, plan.name, known);
    if (!way) continue;
    const through = (range: RowRange): RowRange =>
      way.reduce((own, one, k) => {
        const next = throughFormula(one.formula, way[k + 1] ?? plan, own, known);
        return k + 1 < way.length ? onGrid(next, stepOf(way[k + 1])) : next;
      }, range);
    // What may stand in for a missing cell may give what is asked for, too: rows in which it does not are drawn again.
    const missing = way[way.length - 1].formula.terms.some(
      (term) => term.column === plan.name && mayMiss(term),
    );
    for (const limit of [own, ...limitsOn(other, structure, conditions, known)])
      limits.push({ ...limit, missing: limit.missing || missing, ranges: limit.ranges.map(through) });
  }
  const drawn = limits.map((limit) => ({
    ...limit,
    ranges: limit.ranges.map((range) => ofDrawn(plan, range, known)),
  }));
  const rules = meet(drawn.filter((one) => !one.wish).map((one) => one.ranges));
  const wishes = meet(drawn.filter((one) => one.wish).map((one) => one.ranges));
  const missing = drawn.every((one) => !one.wish || one.missing);
  const both = meet([rules, wishes].filter((list) => list !== undefined));
  return { ...(rules && { rules }), ...(wishes && { wishes }), ...(both && { both }), missing };
}

/** The computed columns from this one down to the one that reads `name`, where that is all that is open of them, by one way alone. */
function wayTo(
  structure: Structure,
  plan: ComputedPlan,
  name: string,
  known: Pick<Known, "has">,
): readonly ComputedPlan[] | undefined {
  const open = argumentsOf(plan.formula).filter((one) => !known.has(one));
  if (open.length !== 1) return undefined;
  if (open[0] === name) return [plan];
  const next = structure.columns.find((one) => one.name === open[0]);
  const rest = next && isComputed(next) ? wayTo(structure, next, name, known) : undefined;
  return rest && [plan, ...rest];
}

function limitsOn(
  plan: NumberPlan | DatePlan,
  structure: Structure,
  conditions: ReadonlyMap<string, ColumnCondition>,
  { rows, has, of, later, within }: Known,
): Limit[] {
  const step = stepOf(plan);
  const limits: Limit[] = [];
  const filled = (value: number): Float64Array => filledWith(value, rows);
  const condition = conditions.get(plan.name);
  if (condition) {
    const { values = [], range, missing } = condition;
    // A free number equals a given one only in a range that has some probability; the caller then sets it exactly.
    const near = step > 0 ? 0 : 1e-4 * (plan.high - plan.low);
    const ranges = values.map((value) =>
      onGrid({ low: filled(value - near), high: filled(value + near) }, step),
    );
    if (range) ranges.push(onGrid({ low: filled(range.from), high: filled(range.to) }, step));
    limits.push({ ranges, wish: true, missing });
  }
  // A stretch of time after another date ends where the dates do.
  if (plan.kind === "date" && !isComputed(plan) && plan.formula && argumentsOf(plan.formula).every(has))
    limits.push({
      ranges: [onGrid({ low: filled(plan.low), high: filled(plan.high) }, step)],
      wish: false,
      missing: true,
    });
  for (const { low, high } of within?.get(plan.name) ?? [])
    limits.push({
      ranges: [onGrid({ low: low.slice(), high: high.slice() }, step)],
      wish: true,
      missing: true,
    });
  for (const one of structure.limits ?? []) {
    const reads = [one.where.column, ...(one.beside ?? []).map(({ column }) => column)];
    if (one.column !== plan.name || !reads.every(has)) continue;
    const { least = -Infinity, most = Infinity } = one;
    const range = { low: filled(-Infinity), high: filled(Infinity) };
    for (const i of rowsWhere(structure, one, of)) [range.low[i], range.high[i]] = [least, most];
    limits.push({ ranges: [onGrid(range, step)], wish: false, missing: true });
  }
  for (const { low, high } of structure.orders) {
    const other = low === plan.name ? high : high === plan.name ? low : undefined;
    const wish = other !== undefined && !has(other);
    const values = other && (wish ? later?.get(other) : of(other));
    if (!values) continue;
    const ends = [filled(-Infinity), Float64Array.from(values), filled(Infinity)];
    const [least, most] = low === plan.name ? ends.slice(0, 2) : ends.slice(1);
    limits.push({ ranges: [onGrid({ low: least, high: most }, step)], wish, missing: true });
  }
  return limits;
}

/** The distance between two neighbours among the values; 0 where they lie on no grid. */
export function stepOf(plan: NumberPlan | DatePlan): number {
  return plan.kind === "date" ? plan.format.step : spacing(plan.grid);
}

function filledWith(value: number, rows: number): Float64Array {
  return new Float64Array(rows).fill(value);
}

/** The range of unrounded numbers that round into the range, a hair inside; NaN (no limit) becomes open. */
function onGrid({ low, high }: RowRange, step: number): RowRange {
  for (let i = 0; i < low.length; i++) {
    if (Number.isNaN(low[i])) low[i] = -Infinity;
    if (Number.isNaN(high[i])) high[i] = Infinity;
    if (step === 0) continue;
    low[i] = (Math.ceil(low[i] / step - 1e-6) - 0.499999) * step;
    high[i] = (Math.floor(high[i] / step + 1e-6) + 0.499999) * step;
  }
  return { low, high };
}

/** The range of one argument that keeps an exact formula within `range`, the other arguments being known. */
function throughFormula(
  formula: Formula,
  plan: NumberPlan | DatePlan,
  range: RowRange,
  { rows, of }: Known,
): RowRange {
  const own = { name: plan.name, step: stepOf(plan) };
  const [a, b] = argumentRange(formula, own, [range.low, range.high], of);
  const low = new Float64Array(rows);
  const high = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const none = Number.isNaN(a[i]) || Number.isNaN(b[i]);
    low[i] = none ? -Infinity : a[i];
    high[i] = none ? Infinity : b[i];
  }
  return { low, high };
}

/** From the column's values to what is drawn for it: the rest of its formula, or a date's steps. */
function ofDrawn(plan: NumberPlan | DatePlan, range: RowRange, { rows, of }: Known): RowRange {
  const { formula } = plan;
  const unit = drawnUnit(plan);
  const inUnits = ({ low, high }: RowRange): RowRange =>
    unit === 1 ? { low, high } : { low: low.map((one) => one / unit), high: high.map((one) => one / unit) };
  if (!formula) return inUnits(range);
  const predicted = evaluate(formula, of, rows);
  const low = new Float64Array(rows);
  const high = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const p = predicted[i];
    const [a, b] =
      formula.rest === "difference"
        ? [range.low[i] - p, range.high[i] - p]
        : [range.low[i] / p, range.high[i] / p];
    // Where the formula gives nothing, the value does not depend on what is drawn.
    const free =
      Number.isNaN(p) || (formula.rest === "factor" && p === 0) || Number.isNaN(a) || Number.isNaN(b);
    low[i] = free ? -Infinity : Math.min(a, b);
    high[i] = free ? Infinity : Math.max(a, b);
  }
  return inUnits({ low, high });
}

/** The ranges that satisfy every list; undefined when there is none to satisfy. */
function meet(lists: readonly (readonly RowRange[])[]): readonly RowRange[] | undefined {
  if (lists.length === 0) return undefined;
  return lists.reduce((all, list) =>
    all.flatMap((range) =>
      list.map((other) => ({
        low: range.low.map((value, i) => Math.max(value, other.low[i])),
        high: range.high.map((value, i) => Math.min(value, other.high[i])),
      })),
    ),
  );
}
