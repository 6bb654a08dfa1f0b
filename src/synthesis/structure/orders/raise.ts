import { within } from "../grids";
import { type ColumnPlan, gridOfPlan, isComputed, type Order, type Structure } from "../structure";

/**
 * Moves numbers and dates, in place and on their grids, until no order is broken that their ranges let be kept: the higher column is raised to the lower one, or,
 * where the higher one is computed, the lower one comes down. Few rows need it: those whose parts were drawn apart. Says whether
 * any was moved: what is computed from it has to be computed again.
 */
export function raiseToOrders(structure: Structure, numbers: ReadonlyMap<string, Float64Array>): boolean {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const pairs = sorted(structure.orders).flatMap(({ low, high }) => {
    const below = numbers.get(low);
    const above = numbers.get(high);
    const [lower, higher] = [low, high].map((name) => plans.get(name) as ColumnPlan);
    return below && above ? [{ below, above, lower, higher, down: isComputed(higher) }] : [];
  });
  let moved = false;
  // Raising goes up the chain in one pass; what has to come down goes down it in the second.
  for (const { below, above, lower, higher, down } of [
    ...pairs.filter((pair) => pair.down).reverse(),
    ...pairs.filter((pair) => !pair.down),
  ]) {
    for (let i = 0; i < below.length; i++) {
      if (!(below[i] > above[i])) continue;
      const [own, value] = down ? [below, onto(lower, above[i], -1)] : [above, onto(higher, below[i], 1)];
      moved ||= own[i] !== value;
      own[i] = value;
    }
  }
  return moved;
}

/** The value on the column's grid and in its range. */
function onto(plan: ColumnPlan, value: number, towards: 1 | -1): number {
  if (plan.kind !== "date" && plan.kind !== "number") return value;
  return Math.min(plan.high, Math.max(plan.low, within(value, gridOfPlan(plan), towards)));
}

/** Orders such that whatever is raised is raised before it raises others. */
function sorted(orders: readonly Order[]): readonly Order[] {
  const height = new Map<string, number>();
  for (let pass = 0; pass < orders.length; pass++) {
    let changed = false;
    for (const { low, high } of orders) {
      const least = (height.get(low) ?? 0) + 1;
      if ((height.get(high) ?? 0) < least && least <= orders.length) {
        height.set(high, least);
        changed = true;
      }
    }
    if (!changed) break;
  }
  return [...orders].sort((a, b) => (height.get(a.low) ?? 0) - (height.get(b.low) ?? 0));
}
