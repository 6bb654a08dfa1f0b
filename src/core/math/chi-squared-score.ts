/** A χ² statistic `g` of so many degrees of freedom on the normal scale, in standard deviations (Wilson and Hilferty, 1931). */
export function chiSquaredScore({ g, freedom }: { readonly g: number; readonly freedom: number }): number {
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(Math.max(0, g) / freedom) - 1 + spread) / Math.sqrt(spread);
}
