/** What becomes of negative amounts. */
export type RefundRule = "net" | "drop" | "keep";

/**
 * Takes refunds off the purchases of one customer, in place: off the latest earlier (or same) day with exactly that
 * amount, else off the latest ones backwards. A day of which nothing is left is no purchase. Returns what no purchase was
 * left to take off.
 */
export function netRefunds(
  days: Map<number, number>,
  refunds: readonly { readonly day: number; readonly amount: number }[],
): number {
  let unmatched = 0;
  const cent = (v: number): number => Math.round(v * 100) / 100;
  for (const { day, amount } of [...refunds].sort((a, b) => a.day - b.day)) {
    const earlier = [...days.keys()].filter((d) => d <= day).sort((a, b) => b - a);
    const exact = earlier.find((d) => cent(days.get(d) as number) === cent(amount));
    let left = amount;
    for (const d of exact === undefined ? earlier : [exact]) {
      const paid = days.get(d) as number;
      const taken = Math.min(paid, left);
      left -= taken;
      if (paid - taken > 1e-9 * paid) days.set(d, paid - taken);
      else days.delete(d);
      if (left <= 0) break;
    }
    unmatched += Math.max(0, left);
  }
  return unmatched;
}
