/** The nearest numbers of at least 0 that sum to `total` (at least 0): all less by the same amount, or 0. */
export function ontoSimplex(values: Float64Array, total: number): Float64Array {
  const sorted = values.slice().sort().reverse();
  let sum = 0;
  let shift = 0;
  for (let k = 0; k < sorted.length; k++) {
    sum += sorted[k];
    const next = (sum - total) / (k + 1);
    if (k > 0 && sorted[k] <= next) break;
    shift = next;
  }
  return values.map((value) => Math.max(0, value - shift));
}
