import { Layout, scratchKernel } from "../../core/kernel";
import { wasm } from "./logistic-kernel.wasm";
import type { Objective } from "./proximal-newton";

interface Functions {
  logistic(count: number, z: number, targets: number, weights: number, first: number, second: number): number;
}

/** Rows that the kernel holds at a time: an even number. */
const panel = 1024;

/** The mean of weight × (ln(1 + e^z) − target z) over rows, by the log odds z, for targets from 0 to 1. */
export function logisticLoss(target: Float64Array, weights: Float64Array, total: number): Objective["loss"] {
  const layout = new Layout();
  const at = Array.from({ length: 5 }, () => layout.take(8 * panel));
  const { run, memory } = scratchKernel<Functions>(wasm, layout.end, "fit logistic regression");
  const [zs, targets, shares, firsts, seconds] = at.map((from) => new Float64Array(memory, from, panel));
  return (z, first, second) => {
    let sum = 0;
    for (let from = 0; from < z.length; from += panel) {
      const to = Math.min(z.length, from + panel);
      zs.set(z.subarray(from, to));
      targets.set(target.subarray(from, to));
      for (let i = from; i < to; i++) shares[i - from] = weights[i] / total;
      // A row without weight makes an odd number of rows even (the last panel's, so that there is room).
      if (to - from < panel) shares[to - from] = 0;
      sum += run.logistic(2 * Math.ceil((to - from) / 2), at[0], at[1], at[2], at[3], at[4]);
      first.set(firsts.subarray(0, to - from), from);
      second.set(seconds.subarray(0, to - from), from);
    }
    return sum;
  };
}
