/** Customers whose values move alike, under a name that says how. */
export interface Movement {
  readonly name: string;
  readonly customers: number;
  /** Sum of the last month's values, and of those expected next month. */
  readonly last: number;
  readonly next: number;
}

const names = ["Growing", "Falling", "Steady", "Up and down", "New", "Gone quiet"] as const;

/**
 * Customers by how their values move: new with fewer than 6 months, gone quiet where the last month has no value, up
 * and down where the usual change from month to month is above a third of the usual value, else growing or falling where
 * the next month is expected a tenth from the mean of the last twelve, else steady. Every customer is in one.
 */
export function movementsOf(
  series: readonly Float64Array[],
  next: readonly Float64Array[],
): readonly Movement[] {
  const sums = names.map((name) => ({ name, customers: 0, last: 0, next: 0 }));
  series.forEach((y, i) => {
    const own = sums[names.indexOf(nameOf(y, next[i][0]))];
    const last = y[y.length - 1];
    own.customers++;
    own.last += Number.isNaN(last) ? 0 : last;
    own.next += next[i][0];
  });
  return sums.filter((one) => one.customers > 0);
}

function nameOf(y: Float64Array, next: number): (typeof names)[number] {
  const known = y.filter((v) => !Number.isNaN(v));
  if (Number.isNaN(y[y.length - 1])) return "Gone quiet";
  if (known.length < 6) return "New";
  const year = known.slice(-12);
  const mean = year.reduce((sum, v) => sum + v, 0) / year.length;
  let change = 0;
  for (let k = 1; k < year.length; k++) change += Math.abs(year[k] - year[k - 1]) / (year.length - 1);
  if (change > Math.abs(mean) / 3) return "Up and down";
  const moved = (next - mean) / Math.max(Math.abs(mean), 1e-9);
  return moved > 0.1 ? "Growing" : moved < -0.1 ? "Falling" : "Steady";
}
