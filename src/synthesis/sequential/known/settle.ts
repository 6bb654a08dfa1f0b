import { argumentsOf, evaluate, rebuild } from "../../structure/formulas";
import { spacing } from "../../structure/grids";
import type { ColumnPlan, NumberPlan } from "../../structure/structure";
import { empty } from "./cells";
import { type Cells, type ExactPlan, isExact, slackOf, solved } from "./deduce";

/** Whether a cell was drawn, and may change. */
export type Open = (column: string, row: number) => boolean;

/** More values of one part are not tried in search of one that lets the other be solved for. */
const mostTried = 5000;

/**
 * Moves drawn numbers until they go with what is known: into their orders, and so that an exact formula gives the number
 * that is there, by the part that was drawn last. Parts that can't make it are emptied: what is known has no such row.
 */
export function settle(cells: Cells, open: Open, lateness: (column: string) => number): readonly Emptied[] {
  mendOrders(cells, open);
  return cells.structure.columns
    .filter(isExact)
    .flatMap((plan) => settleFormula(cells, plan, open, lateness));
}

/** A cell of which no value goes with what is known. */
export interface Emptied {
  /** Its place among the columns. */
  readonly column: number;
  readonly row: number;
}

/** The rows in which a number is not what its formula gives. */
export function formulaBroken({ of, rows }: Cells, plan: ExactPlan): number[] {
  const { formula } = plan;
  const read = new Map(argumentsOf(formula).map((name) => [name, of(name)]));
  const predicted = evaluate(formula, (name) => read.get(name) as ArrayLike<number>, rows);
  const own = of(plan.name);
  return [...predicted.keys()].filter((i) => {
    const value = Number.isNaN(predicted[i]) ? Number.NaN : rebuild(formula, predicted[i], Number.NaN);
    return Math.abs(value - own[i]) > slackOf(plan, own[i]);
  });
}

function settleFormula(
  cells: Cells,
  plan: ExactPlan,
  open: Open,
  lateness: (column: string) => number,
): Emptied[] {
  const { structure, of, setNumber, column } = cells;
  const emptied: Emptied[] = [];
  const parts = [...new Set(argumentsOf(plan.formula))]
    .map((name) => structure.columns.find((one) => one.name === name) as ColumnPlan)
    .filter(({ kind }) => kind === "number" || kind === "date")
    .sort((a, b) => lateness(b.name) - lateness(a.name));
  for (const i of formulaBroken(cells, plan)) {
    if (open(plan.name, i)) continue;
    const drawn = parts.filter(({ name }) => open(name, i));
    const solves = (name: string): boolean => {
      const was = of(name)[i];
      setNumber(name, i, Number.NaN);
      const value = solved(cells, plan, name, [i]).get(i);
      setNumber(name, i, value ?? was);
      return value !== undefined;
    };
    if (drawn.some(({ name }) => solves(name)) || drawn.length === 0) continue;
    const tried = drawn.flatMap((one) => valuesNear(one, of(one.name)[i]).map((value) => ({ one, value })));
    const found = tried.some(({ one, value }) => {
      const was = of(one.name)[i];
      setNumber(one.name, i, value);
      if (drawn.some((other) => other !== one && solves(other.name))) return true;
      setNumber(one.name, i, was);
      return false;
    });
    if (found) continue;
    for (const { name } of drawn) {
      setNumber(name, i, Number.NaN);
      empty(column(name), i);
      emptied.push({ column: structure.columns.findIndex((one) => one.name === name), row: i });
    }
  }
  return emptied;
}

/** The values that a number may have, the nearest first; none where there are too many. */
function valuesNear(plan: ColumnPlan, near: number): readonly number[] {
  if (plan.kind !== "number") return [];
  const values = plan.values ?? onGrid(plan);
  return [...values].sort((a, b) => Math.abs(a - near) - Math.abs(b - near));
}

function onGrid({ grid, low, high }: NumberPlan): readonly number[] {
  const step = spacing(grid);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  if (!grid || !(count <= mostTried)) return [];
  return Array.from({ length: count }, (_, k) => ((first + k) * grid.step) / 10 ** grid.decimals);
}

/** Moves the drawn side of a broken order to the other. */
function mendOrders({ structure, of, rows, setNumber }: Cells, open: Open): void {
  const exact = new Set(structure.columns.filter(isExact).map(({ name }) => name));
  for (const { low, high } of structure.orders) {
    const [below, above] = [of(low), of(high)];
    for (let i = 0; i < rows; i++) {
      if (!(below[i] > above[i])) continue;
      if (open(high, i) && !exact.has(high)) setNumber(high, i, below[i]);
      else if (open(low, i) && !exact.has(low)) setNumber(low, i, above[i]);
    }
  }
}
