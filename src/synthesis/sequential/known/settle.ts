import { argumentsOf } from "../../structure/formulas";
import { snap } from "../../structure/grids";
import {
  type ColumnPlan,
  type ComputedPlan,
  type DatePlan,
  gridOfPlan,
  isComputed,
  type NumberPlan,
} from "../../structure/structure";
import type { Cells, Open } from "./cells";
import { computedInOrder, givenBy, slackOf, solved, valuesBeside } from "./solve";

/**
 * Computes what exact formulas give, and moves drawn numbers until they go with what is known: into their orders, and so that
 * a formula gives the number that is there, by the part that was drawn last. Parts that can't make it are emptied, in the
 * cells that come back: what is known has no such row.
 */
export function settle(cells: Cells, open: Open, lateness: (column: string) => number): readonly Emptied[] {
  const plans = computedInOrder(cells.structure);
  const refresh = (): void => {
    for (const plan of plans)
      givenBy(plan.formula, cells.of, cells.rows).forEach((value, i) => {
        if (open(plan.name, i)) cells.setNumber(plan.name, i, snap(value, gridOfPlan(plan)));
      });
  };
  mendOrders(cells, open);
  refresh();
  const emptied: Emptied[] = [];
  for (const last of [false, true]) {
    for (const plan of plans)
      for (const i of formulaBroken(cells, plan).filter((i) => !open(plan.name, i))) {
        const isOpen = ({ name }: ColumnPlan): boolean => open(name, i);
        const partsIn = (one: ComputedPlan) =>
          partsOf(cells, one, isOpen).sort((a, b) => lateness(b.name) - lateness(a.name));
        const beside = (part: NumberPlan | DatePlan) =>
          new Set(plans.map(partsIn).flatMap((parts) => (parts.includes(part) ? parts : [])));
        if (reach(cells, open, partsIn(plan), beside, i) || !last) continue;
        const read = new Set(argumentsOf(plan.formula));
        cells.structure.columns.forEach((one, column) => {
          if (read.has(one.name) && isOpen(one) && isNumber(one)) emptied.push({ column, row: i });
        });
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
  const own = of(plan.name);
  const gives = givenBy(plan.formula, of, rows);
  return [...gives.keys()].filter((i) => Math.abs(gives[i] - own[i]) > slackOf(plan, own[i]));
}

function isNumber(plan: ColumnPlan): plan is NumberPlan | DatePlan {
  return plan.kind === "number" || plan.kind === "date";
}

/** The drawn numbers and dates that the formula reads and that may change, be it through others that are computed. */
function partsOf(
  cells: Cells,
  { formula }: ComputedPlan,
  isOpen: (plan: ColumnPlan) => boolean,
): (NumberPlan | DatePlan)[] {
  const read = new Set(argumentsOf(formula));
  const parts = cells.structure.columns.filter((one) => read.has(one.name) && isOpen(one)).filter(isNumber);
  return [...new Set(parts.flatMap((one) => (isComputed(one) ? partsOf(cells, one, isOpen) : [one])))];
}

/**
 * Whether one of the parts, or one and another beside it in some formula, could be changed so that every formula gives what is
 * there; if not, they are as before.
 */
function reach(
  cells: Cells,
  open: Open,
  parts: readonly (NumberPlan | DatePlan)[],
  beside: (part: NumberPlan | DatePlan) => Iterable<NumberPlan | DatePlan>,
  i: number,
): boolean {
  const { of, setNumber } = cells;
  for (const part of parts) {
    const [value] = solved(cells, open, part, [i], () => of(part.name)[i]);
    if (Number.isNaN(value)) continue;
    setNumber(part.name, i, value);
    return true;
  }
  for (const part of parts)
    for (const other of beside(part)) {
      if (other === part) continue;
      const values = valuesBeside(cells, open, part, other.name, i);
      const rows = new Array<number>(values.length).fill(i);
      const found = solved(cells, open, other, rows, () => of(other.name)[i], new Map([[part.name, values]]));
      const k = found.findIndex((value) => !Number.isNaN(value));
      if (k < 0) continue;
      setNumber(part.name, i, values[k]);
      setNumber(other.name, i, found[k]);
      return true;
    }
  return false;
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
