import { checkNumber, checkOneOf } from "../../core/checks";
import { normalQuantile } from "../../core/math/normal-distribution";
import { type Censored, checkCensored, lastUpTo, riskTable } from "./censored";

export interface NelsonAalenOptions {
  /** Coverage of the pointwise band, in (0, 1). @default 0.95 */
  readonly level?: number;
  /**
   * Several ends at one time: "discrete" (default) adds deaths / at risk; "smooth" treats them as one after the other,
   * for times that were rounded (Fleming and Harrington, 1984; needs unit weights to be exact).
   */
  readonly ties?: "discrete" | "smooth";
}

/** A cumulative hazard: entry k holds from `times[k]` until the next time; before the first time it is 0. */
export interface HazardCurve {
  readonly times: Float64Array;
  readonly hazard: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly standardError: Float64Array;
  at(t: number): number;
}

/**
 * The cumulative hazard by Nelson (1972) and Aalen (1978), with a band that is symmetric on the log scale.
 *
 * @example
 * const data = { time: Float64Array.of(1, 2, 3, 4), event: Float64Array.of(1, 0, 1, 1) };
 * nelsonAalen(data).at(3); // → 0.75
 */
export function nelsonAalen(data: Censored, options: NelsonAalenOptions = {}): HazardCurve {
  const { level = 0.95, ties = "discrete" } = options;
  const action = "estimate the cumulative hazard";
  checkNumber(level, 0, 1, action, "level", "both");
  checkOneOf(ties, ["discrete", "smooth"], action, "ties");
  checkCensored(data, action);
  const { times, atRisk, events } = riskTable(data);
  const z = normalQuantile(0.5 + level / 2);
  const hazard = new Float64Array(times.length);
  const lower = new Float64Array(times.length);
  const upper = new Float64Array(times.length);
  const standardError = new Float64Array(times.length);
  let sum = 0;
  let variance = 0;
  for (let k = 0; k < times.length; k++) {
    if (events[k] > 0 && ties === "discrete") {
      sum += events[k] / atRisk[k];
      variance += events[k] / atRisk[k] ** 2;
    } else {
      for (let done = 0; done < events[k]; done++) {
        // A last share of a weighted count stands for that share of an end.
        const share = Math.min(1, events[k] - done);
        sum += share / (atRisk[k] - done);
        variance += share / (atRisk[k] - done) ** 2;
      }
    }
    hazard[k] = sum;
    standardError[k] = Math.sqrt(variance);
    const spread = sum > 0 ? Math.exp((z * standardError[k]) / sum) : 1;
    lower[k] = sum / spread;
    upper[k] = sum * spread;
  }
  const at = (t: number): number => {
    const k = lastUpTo(times, t);
    return k < 0 ? 0 : hazard[k];
  };
  return { times, hazard, lower, upper, standardError, at };
}
