import { check, checkOneOf, checkSameLength } from "../../core/checks";
import { cholesky, choleskySolve, dot } from "../../core/math/linear-algebra";
import { chiSquaredUpper } from "../../core/math/special";
import { type Censored, checkCensored, riskTable, takeCensored } from "./censored";

export interface LogRankOptions {
  /**
   * How much each time counts: "log-rank" (default) all alike, the most powerful against proportional hazards;
   * "wilcoxon" by the number at risk and "tarone-ware" by its root, for early differences; "peto" by survival.
   */
  readonly weighting?: "log-rank" | "wilcoxon" | "tarone-ware" | "peto";
}

/** A test that groups share one survival curve. */
export interface LogRank {
  readonly statistic: number;
  /** Degrees of freedom: groups − 1. */
  readonly df: number;
  readonly pValue: number;
  /** Ends seen and expected in each group, in the order of `groups`. */
  readonly groups: readonly number[];
  readonly observed: Float64Array;
  readonly expected: Float64Array;
}

/**
 * The log-rank test of two or more groups (Mantel, 1966; weights as in Klein and Moeschberger, 2003, section 7.3).
 *
 * @example
 * const data = { time: Float64Array.of(1, 2, 3, 10, 11, 12), event: new Float64Array(6).fill(1) };
 * logRank(data, [0, 0, 0, 1, 1, 1]).pValue < 0.05; // → true
 */
export function logRank(data: Censored, group: ArrayLike<number>, options: LogRankOptions = {}): LogRank {
  const { weighting = "log-rank" } = options;
  const action = "compare survival";
  checkOneOf(weighting, ["log-rank", "wilcoxon", "tarone-ware", "peto"], action, "weighting");
  checkCensored(data, action);
  checkSameLength(group.length, data.time.length, action, "groups and times");
  const groups = [...new Set(Array.from(group))].sort((a, b) => a - b);
  check(groups.length > 1, action, "there must be at least two groups", groups.length);
  const all = riskTable(data);
  const steps = all.times.length;
  const parts = groups.map((g) => {
    const rows: number[] = [];
    for (let i = 0; i < group.length; i++) if (group[i] === g) rows.push(i);
    return riskTable(takeCensored(data, rows), all.times);
  });
  const k = groups.length;
  const observed = new Float64Array(k);
  const expected = new Float64Array(k);
  const difference = new Float64Array(k);
  const variance = new Float64Array((k - 1) * (k - 1));
  let alive = 1;
  for (let s = 0; s < steps; s++) {
    const [n, d] = [all.atRisk[s], all.events[s]];
    if (d === 0) continue;
    // Peto and Peto's estimate of survival just after the time, which stays above 0.
    alive *= 1 - d / (n + 1);
    const weight =
      weighting === "log-rank"
        ? 1
        : weighting === "wilcoxon"
          ? n
          : weighting === "peto"
            ? alive
            : Math.sqrt(n);
    const scale = n > 1 ? (weight * weight * d * (n - d)) / (n * n * (n - 1)) : 0;
    for (let g = 0; g < k; g++) {
      const due = (d * parts[g].atRisk[s]) / n;
      observed[g] += parts[g].events[s];
      expected[g] += due;
      difference[g] += weight * (parts[g].events[s] - due);
      if (g === k - 1) continue;
      for (let h = 0; h < k - 1; h++)
        variance[g * (k - 1) + h] +=
          scale * ((g === h ? n * parts[g].atRisk[s] : 0) - parts[g].atRisk[s] * parts[h].atRisk[s]);
    }
  }
  const factor = cholesky(variance, k - 1);
  check(factor !== undefined, action, "each group must have rows at risk when lifetimes end");
  const off = difference.subarray(0, k - 1);
  const statistic = dot(off, choleskySolve(factor, k - 1, off));
  return { statistic, df: k - 1, pValue: chiSquaredUpper(statistic, k - 1), groups, observed, expected };
}
