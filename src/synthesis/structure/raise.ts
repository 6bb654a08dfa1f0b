import type { NumberPlan, Order, Structure } from "./structure";

/**
 * Moves numbers, in place, until no order is broken: the higher column is raised to the lower one, or, where the
 * higher one is computed exactly, the lower one comes down. Few rows need it: those whose parts were drawn apart.
 */
export function raiseToOrders(structure: Structure, numbers: ReadonlyMap<string, Float64Array>): void {
  const fixed = new Set(
    structure.columns
      .filter((plan): plan is NumberPlan => plan.kind === "number" && plan.formula?.rest === "none")
      .map((plan) => plan.name),
  );
  const pairs = sorted(structure.orders).flatMap(({ low, high }) => {
    const below = numbers.get(low);
    const above = numbers.get(high);
    return below && above ? [{ below, above, lower: fixed.has(high) }] : [];
  });
  // Raising goes up the chain in one pass; what has to come down goes down it in the second.
  for (const { below, above, lower } of [
    ...pairs.filter((pair) => pair.lower).reverse(),
    ...pairs.filter((pair) => !pair.lower),
  ]) {
    for (let i = 0; i < below.length; i++) {
      if (!(below[i] > above[i])) continue;
      if (lower) below[i] = above[i];
      else above[i] = below[i];
    }
  }
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
