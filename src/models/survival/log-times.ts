import { normalHazard, normalLogCdf, normalQuantile } from "../../core/math/normal-distribution";
import { expit, halfLogTwoPi, softplus } from "../../core/math/special";

/** The value, slope and curvature of a log density or log survival at z. */
export type Curve = readonly [value: number, slope: number, bend: number];

/** The standardised distribution of (log t − μ) / σ. */
export interface LogTime {
  density(z: number): Curve;
  survival(z: number): Curve;
  /** The z beyond which a share `p` lives. */
  quantile(p: number): number;
}

/** Weibull times (smallest extreme value), log-normal and log-logistic ones. */
export const logTimes: Readonly<Record<"weibull" | "log-normal" | "log-logistic", LogTime>> = {
  weibull: {
    density: (z) => {
      const e = Math.exp(z);
      return [z - e, 1 - e, -e];
    },
    survival: (z) => {
      const e = -Math.exp(z);
      return [e, e, e];
    },
    quantile: (p) => Math.log(-Math.log(p)),
  },
  "log-normal": {
    density: (z) => [-0.5 * z * z - halfLogTwoPi, -z, -1],
    survival: (z) => {
      const mills = normalHazard(-z);
      return [normalLogCdf(-z), -mills, -mills * (mills - z)];
    },
    quantile: (p) => -normalQuantile(p),
  },
  "log-logistic": {
    density: (z) => {
      const p = expit(z);
      return [z - 2 * softplus(z), 1 - 2 * p, -2 * p * (1 - p)];
    },
    survival: (z) => {
      const p = expit(z);
      return [-softplus(z), -p, -p * (1 - p)];
    },
    quantile: (p) => Math.log1p(-p) - Math.log(p),
  },
};
