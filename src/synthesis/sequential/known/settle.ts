import { argumentsOf, evaluate, rebuild } from "../../structure/formulas";
import { spacing } from "../../structure/grids";
import { type ColumnPlan, type ComputedPlan, isComputed, type NumberPlan } from "../../structure/structure";
import { type Cells, compute, slackOf, solved } from "./deduce";

/** Whether a cell was drawn, and may change. */
export type Open = (column: string, row: number) => boolean;

/** More values of one part are not tried in search of one that lets the other be solved for. */
const mostTried = 5000;

/**
 * Computes what exact formulas give, and moves drawn numbers until they go with what is known: into their orders, and so that
 * a formula gives the number that is there, by the part that was drawn last. Parts that can't make it are emptied, in the
 * cells that come back: what is known has no such row.
 */
export function settle(cells: Cells, open: Open, lateness: (column: string) => number): readonly Emptied[] {
  const plans = cells.structure.columns.filter(isComputed);
  const refresh = (): void => {
    for (const { name } of plans)
      for (let i = 0; i < cells.rows; i++) if (open(name, i)) cells.setNumber(name, i, Number.NaN);
    // What one formula gives, another may read.
    while (plans.reduce((found, plan) => found + compute(cells, plan), 0) > 0);
  };
  mendOrders(cells, open);
  refresh();
  const emptied: Emptied[] = [];
  for (const last of [false, true]) {
    for (const plan of plans)
      for (const i of formulaBroken(cells, plan).filter((i) => !open(plan.name, i))) {
        const partsIn = (one: ComputedPlan) => partsOf(cells, one, (name) => open(name, i), lateness);
        if (reach(cells, plan, i, partsIn) || !last) continue;
        for (const { name } of partsIn(plan))
          emptied.push({ column: cells.structure.columns.findIndex((one) => one.name === name), row: i });
      }
    refresh();
  }
  return emptied;
}

/** A cell of which no value goes with what is known. */
export interface Emptied {
  /** Its place among the columns. */
  readonly column: number;
  readonly row: number;
}

/** The rows in which a number is not what its formula gives. */
export function formulaBroken({ of, rows }: Cells, plan: ComputedPlan): number[] {
  const { formula } = plan;
  const read = new Map(argumentsOf(formula).map((name) => [name, of(name)]));
  const predicted = evaluate(formula, (name) => read.get(name) as ArrayLike<number>, rows);
  const own = of(plan.name);
  return [...predicted.keys()].filter((i) => {
    const value = Number.isNaN(predicted[i]) ? Number.NaN : rebuild(formula, predicted[i], Number.NaN);
    return Math.abs(value - own[i]) > slackOf(plan, own[i]);
  });
}

type Parts = (plan: ComputedPlan) => readonly ColumnPlan[];

/** The numbers and dates that the formula reads and that may change, those drawn last first. */
function partsOf(
  { structure }: Cells,
  { formula }: ComputedPlan,
  open: (name: string) => boolean,
  lateness: (column: string) => number,
): readonly ColumnPlan[] {
  const read = new Set(argumentsOf(formula).filter(open));
  return structure.columns
    .filter(({ name, kind }) => read.has(name) && (kind === "number" || kind === "date"))
    .sort((a, b) => lateness(b.name) - lateness(a.name));
}

/** Whether parts could be changed so that the formula gives the number that is there; if not, they are as before. */
function reach(cells: Cells, plan: ComputedPlan, i: number, partsIn: Parts): boolean {
  const { of, setNumber } = cells;
  const parts = partsIn(plan);
  const solves = (part: ColumnPlan): boolean => {
    const was = of(part.name)[i];
    setNumber(part.name, i, Number.NaN);
    const value = solved(cells, plan, part.name, [i]).get(i);
    setNumber(part.name, i, value ?? was);
    if (value === undefined || (isComputed(part) && !reach(cells, part, i, partsIn))) {
      setNumber(part.name, i, was);
      return false;
    }
    return true;
  };
  if (parts.some(solves)) return true;
  if (parts.length < 2) return false;
  return parts.some((part) => {
    const was = of(part.name)[i];
    const found = valuesNear(part, was).some((value) => {
      setNumber(part.name, i, value);
      return parts.some((other) => other !== part && solves(other));
    });
    if (!found) setNumber(part.name, i, was);
    return found;
  });
}

/** The values that a number may have, the nearest first; none where there are too many. */
function valuesNear(plan: ColumnPlan, near: number): readonly number[] {
  if (plan.kind !== "number" || isComputed(plan)) return [];
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
  const exact = new Set(structure.columns.filter(isComputed).map(({ name }) => name));
  for (const { low, high } of structure.orders) {
    const [below, above] = [of(low), of(high)];
    for (let i = 0; i < rows; i++) {
      if (!(below[i] > above[i])) continue;
      if (open(high, i) && !exact.has(high)) setNumber(high, i, below[i]);
      else if (open(low, i) && !exact.has(low)) setNumber(low, i, above[i]);
    }
  }
}
