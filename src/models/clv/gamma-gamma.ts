import { check, checkNumber } from "../../core/checks";
import type { Objective } from "../../core/math/optimise";
import { digamma, lgamma } from "../../core/math/special";
import { correlation } from "../../core/math/statistics";
import type { ModelJson } from "../../core/model";
import type { PurchaseModelOptions } from "./beta-geometric";
import {
  fitPositive,
  type PositiveFit,
  type PositiveParameter,
  positiveFitFromJSON,
  positiveFitJson,
  positiveTable,
} from "./positive-fit";
import { checkHistory, type PurchaseHistory } from "./purchase-history";

/** What customers spend per purchase, as gamma distributed around means that are gamma distributed themselves. */
export interface GammaGamma extends PositiveFit {
  readonly kind: "gamma-gamma";
  /** Pearson's correlation of frequency and value among the training customers: the model takes it as 0. */
  readonly correlation: number;
  coefficientTable(level?: number): readonly PositiveParameter[];
  /**
   * Each customer's expected amount per purchase: their own mean, drawn towards everybody's the fewer purchases they
   * made; everybody's for those without a repeat purchase.
   */
  expectedValue(history: PurchaseHistory): Float64Array;
  toJSON(): ModelJson;
}

const names = ["p", "q", "gamma"];

/**
 * A learner of the Gamma-Gamma model (Fader, Hardie and Lee, 2005), on customers with repeat purchases.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 3, 4, 2, 7, 1),
 *   recency: Float64Array.of(30, 2, 0, 12, 33, 20, 29, 5),
 *   age: new Float64Array(8).fill(39),
 *   monetaryValue: Float64Array.of(22, 11, 0, 35, 18, 26, 24, 60),
 * };
 * const amount = gammaGamma({ penalty: 0.1 })(history).expectedValue(history);
 * // What one purchase of 60 says is drawn towards what customers spend, and stays above what one of 11 says.
 * amount[1] < amount[7]; // → true
 */
export function gammaGamma(options: PurchaseModelOptions = {}): (history: PurchaseHistory) => GammaGamma {
  const { penalty = 0 } = options;
  const action = "fit gamma-gamma";
  checkNumber(penalty, 0, Infinity, action, "penalty");
  return (history) => {
    checkHistory(history, action);
    const values = history.monetaryValue;
    check(values !== undefined, action, "the history must have monetary values");
    for (let i = 0; i < values.length; i++)
      if (!(values[i] >= 0)) check(false, action, `values must be at least 0, got ${values[i]} in row ${i}`);
    // Nothing was paid for repeat purchases of value 0: they say nothing of amounts.
    const rows = [...history.frequency.keys()].filter((i) => history.frequency[i] > 0 && values[i] > 0);
    check(rows.length > 0, action, "some customers must have repeat purchases of a value above 0");
    const x = Float64Array.from(rows, (i) => history.frequency[i]);
    const m = Float64Array.from(rows, (i) => values[i]);
    const mean = m.reduce((sum, v) => sum + v, 0) / m.length;
    const starts = [
      [5, 4, mean / 2],
      [1, 1.5, mean],
    ];
    const fit = fitPositive(
      likelihoodOf(x, m),
      { names, starts, units: [1, 1, mean], penalty: penalty * x.length },
      action,
    );
    return gammaGammaModel(fit, correlation(x, m));
  };
}

/**
 * The Gamma-Gamma model that `toJSON` described.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 3, 4, 2, 7, 1),
 *   recency: Float64Array.of(30, 2, 0, 12, 33, 20, 29, 5),
 *   age: new Float64Array(8).fill(39),
 *   monetaryValue: Float64Array.of(22, 11, 0, 35, 18, 26, 24, 60),
 * };
 * const model = gammaGamma({ penalty: 0.1 })(history);
 * gammaGammaFromJSON(model.toJSON()).names; // → ["p", "q", "gamma"]
 */
export function gammaGammaFromJSON(from: unknown): GammaGamma {
  const { correlation } = from as { correlation?: unknown };
  const fit = positiveFitFromJSON(from, "gamma-gamma", names);
  check(typeof correlation === "number", "load gamma-gamma", "correlation must be a number", correlation);
  return gammaGammaModel(fit, correlation);
}

/** Minus the log likelihood of ln p, ln q, ln γ: equation 1a of Fader and Hardie's note of 2013. */
function likelihoodOf(x: Float64Array, m: Float64Array): Objective {
  const logM = m.map(Math.log);
  return (theta, gradient) => {
    const [p, q, gamma] = theta.map(Math.exp);
    gradient.fill(0);
    const [lgammaQ, digammaQ] = [lgamma(q), digamma(q)];
    let value = 0;
    for (let i = 0; i < x.length; i++) {
      const px = p * x[i];
      const spent = Math.log(gamma + m[i] * x[i]);
      const logX = Math.log(x[i]);
      value -=
        lgamma(px + q) -
        lgamma(px) -
        lgammaQ +
        q * Math.log(gamma) +
        px * (logM[i] + logX) -
        logM[i] -
        (px + q) * spent;
      const both = digamma(px + q);
      gradient[0] -= x[i] * (both - digamma(px) + logM[i] + logX - spent);
      gradient[1] -= both - digammaQ + Math.log(gamma) - spent;
      gradient[2] -= q / gamma - (px + q) / (gamma + m[i] * x[i]);
    }
    [p, q, gamma].forEach((v, j) => {
      gradient[j] *= v;
    });
    return value;
  };
}

function gammaGammaModel(fit: PositiveFit, correlation: number): GammaGamma {
  const [p, q, gamma] = fit.estimates;
  return {
    ...fit,
    kind: "gamma-gamma",
    correlation,
    coefficientTable: (level) => positiveTable(fit, level),
    expectedValue: (history) => {
      const action = "expect values";
      checkHistory(history, action);
      const { frequency, monetaryValue } = history;
      check(monetaryValue !== undefined, action, "the history must have monetary values");
      check(q > 1, action, "the fitted q must be above 1, or the population's mean is infinite", q);
      return frequency.map((x, i) => (p * (gamma + (x > 0 ? monetaryValue[i] * x : 0))) / (p * x + q - 1));
    },
    toJSON: () => ({ ...positiveFitJson("gamma-gamma", fit), correlation }),
  };
}
