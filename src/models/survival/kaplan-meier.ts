import { check, checkNumber, checkOneOf } from "../../core/checks";
import { normalQuantile } from "../../core/math/normal-distribution";
import { type Censored, checkCensored, lastUpTo, type RiskTable, riskTable } from "./censored";

export interface KaplanMeierOptions {
  /** Coverage of the pointwise band, in (0, 1). @default 0.95 */
  readonly level?: number;
  /**
   * On which scale the band is symmetric: "log-log" (default) stays within [0, 1] and holds its coverage in small
   * samples; "plain" is symmetric about the curve and clipped; "log" is R's default.
   */
  readonly band?: "log-log" | "log" | "plain";
}

/** A survival curve: entry k holds from `times[k]` until the next time; before the first time survival is 1. */
export interface SurvivalCurve extends RiskTable {
  readonly survival: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Greenwood's standard error of `survival`. */
  readonly standardError: Float64Array;
  /** The share that lives beyond `t`. */
  at(t: number): number;
  /** The first time at which at most the share `p` is alive; Infinity if the curve stays above it. */
  timeAt(p: number): number;
  /** The time by which half have ended; Infinity if more than half outlive the data. */
  readonly median: number;
  /** The mean lifetime within [0, horizon]: the area under the curve, held flat after the last time. */
  restrictedMean(horizon: number): number;
}

/**
 * The product-limit estimate of survival with Greenwood's standard error (Kaplan and Meier, 1958). The band follows
 * Kalbfleisch and Prentice (2002, section 1.4). Where nobody is left alive the band has collapsed on 0.
 *
 * @example
 * const curve = kaplanMeier({ time: Float64Array.of(1, 2, 3, 4), event: Float64Array.of(1, 0, 1, 1) });
 * // Three quarters are left after the first, and of the two still watched at 3 one ends.
 * curve.at(3); // → 0.375
 * curve.median; // → 3
 */
export function kaplanMeier(data: Censored, options: KaplanMeierOptions = {}): SurvivalCurve {
  const { level = 0.95, band = "log-log" } = options;
  const action = "estimate survival";
  checkNumber(level, 0, 1, action, "level", "both");
  checkOneOf(band, ["log-log", "log", "plain"], action, "band");
  checkCensored(data, action);
  const { times, atRisk, events, censored } = riskTable(data);
  const z = normalQuantile(0.5 + level / 2);
  const survival = new Float64Array(times.length);
  const lower = new Float64Array(times.length);
  const upper = new Float64Array(times.length);
  const standardError = new Float64Array(times.length);
  let alive = 1;
  let greenwood = 0;
  for (let k = 0; k < times.length; k++) {
    if (events[k] > 0) {
      check(
        atRisk[k] > 0,
        action,
        `somebody must be at risk at each event, got none at ${times[k]} (entries too late)`,
      );
      alive = events[k] >= atRisk[k] ? 0 : alive * (1 - events[k] / atRisk[k]);
      greenwood += events[k] / (atRisk[k] * (atRisk[k] - events[k]));
    }
    survival[k] = alive;
    standardError[k] = alive === 0 ? 0 : alive * Math.sqrt(greenwood);
    [lower[k], upper[k]] = bounds(alive, greenwood, z, band);
  }
  const at = (t: number): number => {
    const k = lastUpTo(times, t);
    return k < 0 ? 1 : survival[k];
  };
  const timeAt = (p: number): number => {
    const k = survival.findIndex((s) => s <= p);
    return k < 0 ? Infinity : times[k];
  };
  const restrictedMean = (horizon: number): number => {
    checkNumber(horizon, 0, Infinity, "find the restricted mean", "horizon");
    let area = 0;
    let from = 0;
    let height = 1;
    for (let k = 0; k < times.length && times[k] < horizon; k++) {
      area += height * (times[k] - from);
      from = times[k];
      height = survival[k];
    }
    return area + height * (horizon - from);
  };
  return {
    times,
    survival,
    lower,
    upper,
    standardError,
    atRisk,
    events,
    censored,
    at,
    timeAt,
    median: timeAt(0.5),
    restrictedMean,
  };
}

function bounds(alive: number, greenwood: number, z: number, band: string): [number, number] {
  if (alive === 1) return [1, 1];
  if (alive === 0) return [0, 0];
  const error = z * Math.sqrt(greenwood);
  if (band === "plain") return [Math.max(0, alive * (1 - error)), Math.min(1, alive * (1 + error))];
  if (band === "log") return [alive * Math.exp(-error), Math.min(1, alive * Math.exp(error))];
  const spread = Math.exp(error / Math.log(alive));
  return [alive ** (1 / spread), alive ** spread];
}
