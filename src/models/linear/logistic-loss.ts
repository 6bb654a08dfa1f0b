import { Layout, scratchKernel } from "../../core/kernel";
import { wasm } from "./logistic-kernel.wasm";
import type { Objective } from "./proximal-newton";

interface Functions {
  logistic(count: number, z: number, targets: number, weights: number, first: number, second: number): number;
  logisticOfTwo(
    count: number,
    a: number,
    b: number,
    targets: number,
    weights: number,
    first: number,
    second: number,
    wa: number,
    wb: number,
    wc: number,
    sums: number,
  ): number;
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
      sum += run.logistic(even(to - from), at[0], at[1], at[2], at[3], at[4]);
      first.set(firsts.subarray(0, to - from), from);
      second.set(seconds.subarray(0, to - from), from);
    }
    return sum;
  };
}

/**
 * The sum of weight × (ln(1 + e^z) − target z) over rows with z = wa a + wb b + wc, for targets from 0 to 1; writes its
 * derivatives by (wa, wb, wc) to `sums`: a, b, c; aa, ab, bb, ac, bc, cc.
 */
export type ScoresLoss = (wa: number, wb: number, wc: number, sums: Float64Array) => number;

/** That sum for these two columns. */
export function scoresLoss(
  a: Float64Array,
  b: Float64Array,
  target: Float64Array,
  weights: Float64Array,
): ScoresLoss {
  const layout = new Layout();
  const at = Array.from({ length: 6 }, () => layout.take(8 * panel));
  const sumsAt = layout.take(8 * 9);
  const { run, memory } = scratchKernel<Functions>(wasm, layout.end, "fit logistic regression");
  const given = [a, b, target, weights];
  const held = given.map((_, k) => new Float64Array(memory, at[k], panel));
  const added = new Float64Array(memory, sumsAt, 9);
  return (wa, wb, wc, sums) => {
    added.fill(0);
    let sum = 0;
    for (let from = 0; from < a.length; from += panel) {
      const to = Math.min(a.length, from + panel);
      for (let k = 0; k < given.length; k++) {
        held[k].set(given[k].subarray(from, to));
        if (to - from < panel) held[k][to - from] = 0;
      }
      sum += run.logisticOfTwo(even(to - from), at[0], at[1], at[2], at[3], at[4], at[5], wa, wb, wc, sumsAt);
    }
    sums.set(added);
    return sum;
  };
}

function even(count: number): number {
  return 2 * Math.ceil(count / 2);
}
