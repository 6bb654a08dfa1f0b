import type { Objective } from "./proximal-newton";

/**
 * The mean of weight × (ln(1 + e^z) − target z) over rows, by the log odds z, for targets from 0 to 1: one exponential
 * and one logarithm a row give the loss and both derivatives.
 */
export function logisticLoss(target: Float64Array, weights: Float64Array, total: number): Objective["loss"] {
  return (z, first, second) => {
    let sum = 0;
    for (let i = 0; i < z.length; i++) {
      const u = z[i];
      const e = Math.exp(-Math.abs(u));
      sum += weights[i] * (Math.max(0, u) + Math.log1p(e) - target[i] * u);
      if (first && second) {
        const smaller = e / (1 + e);
        const p = u >= 0 ? 1 / (1 + e) : smaller;
        first[i] = (weights[i] * (p - target[i])) / total;
        second[i] = (weights[i] * (smaller / (1 + e))) / total;
      }
    }
    return sum / total;
  };
}
