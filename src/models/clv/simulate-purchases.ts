import { check, checkInteger } from "../../core/checks";
import { groupRows, membersOf } from "../../core/group-rows";
import { cholesky } from "../../core/math/linear-algebra";
import { column, type Matrix } from "../../core/matrix";
import { exponential, gamma, normal, type Rng } from "../../core/rng";
import type { GammaGamma } from "./gamma-gamma";
import type { PositiveFit } from "./positive-fit";
import { type PurchaseHistory, takeCustomers } from "./purchase-history";
import { checkEnds, type DiscountOptions, type PurchaseModel } from "./purchase-model";

export interface FutureOptions extends DiscountOptions {
  /** How many futures to draw, at least 1. @default 200 */
  readonly draws?: number;
}

/** Drawn futures: for each customer, one value a draw in a row. */
export interface Futures {
  readonly draws: number;
  /** Discounted spending, customer by customer. */
  readonly value: Float32Array;
  /** Over all customers, one a draw. */
  readonly totalValue: Float64Array;
  readonly totalPurchases: Float64Array;
}

/** A purchase model of other parameters, from a JSON description. */
export type LoadPurchaseModel = (json: unknown) => PurchaseModel;

/**
 * Futures of customers drawn from the posterior predictive distribution: parameters from the normal approximation of
 * their logarithms at the maximum, then each customer's rate, chance to be there, departures, purchases and amounts given
 * their history. Their quantiles are prediction intervals of what customers will bring, for each and in all.
 */
export function drawFutures(
  models: {
    readonly purchases: PurchaseModel;
    readonly amounts: GammaGamma;
    readonly load: LoadPurchaseModel;
  },
  history: PurchaseHistory,
  options: FutureOptions,
  rng: Rng,
): Futures {
  const { ends, discountRate, draws = 200 } = options;
  const { purchases, amounts } = models;
  checkEnds(options);
  checkInteger(draws, 1, 100_000, "draw futures", "draws");
  const { monetaryValue } = history;
  check(monetaryValue !== undefined, "draw futures", "the history must have monetary values");
  const n = history.frequency.length;
  const value = new Float32Array(n * draws);
  const totalValue = new Float64Array(draws);
  const totalPurchases = new Float64Array(draws);
  const discounts = Float64Array.from({ length: ends.length + 1 }, (_, k) => (1 + discountRate) ** -k);
  const processRng = rng.fork("parameters");
  const spendRng = rng.fork("amounts");
  const stream = rng.fork("customers");
  // Customers of one history have the same chances: they are reckoned once for all of them.
  const { frequency: x, recency, age, covariates } = history;
  const traits = Array.from({ length: covariates?.columns ?? 0 }, (_, j) => column(covariates as Matrix, j));
  const groups = groupRows([x, recency, age, ...traits], n);
  const members = membersOf(groups);
  const kinds = takeCustomers(history, groups.first);
  for (let d = 0; d < draws; d++) {
    const theta = drawParameters(purchases, processRng);
    const [p, q, scale] = drawParameters(amounts, spendRng);
    const model = models.load({
      ...purchases.toJSON(),
      parameters: Object.fromEntries(purchases.names.map((name, j) => [name, theta[j]])),
    });
    const alive = model.probabilityAlive(kinds);
    for (const { rows, parameters } of model.groupsOf(kinds)) {
      const coming = comingOf(purchases, parameters, kinds, options, discounts);
      for (let k = 0; k < rows.length; k++) {
        const kind = rows[k];
        const chance = alive[kind] * coming.mostChance(kind);
        for (const i of members[kind]) {
          const u = stream.uniform();
          if (u >= chance) continue;
          const [count, weight] = coming.draw(kind, u / alive[kind], stream);
          if (count === 0) continue;
          const spread = gamma(stream, q + p * x[i]) / (scale + x[i] * monetaryValue[i]);
          const spent = gamma(stream, p * count) / spread;
          value[i * draws + d] = (spent * weight) / count;
          totalValue[d] += (spent * weight) / count;
          totalPurchases[d] += count;
        }
      }
    }
  }
  return { draws, value, totalValue, totalPurchases };
}

/** Purchases to come of a customer who is still there. */
interface Coming {
  /** The chance to buy again, or more than that: a draw may still be of none. */
  mostChance(kind: number): number;
  /** How many purchases, and the sum of their discounts; `u` is uniform below that chance. */
  draw(kind: number, u: number, rng: Rng): readonly [count: number, weight: number];
}

function comingOf(
  { kind, every }: PurchaseModel,
  [r, alpha, third, fourth]: Float64Array,
  { frequency, recency, age }: PurchaseHistory,
  { ends }: DiscountOptions,
  discounts: Float64Array,
): Coming {
  const shift = kind.startsWith("mbg") ? 1 : 0;
  const pareto = kind === "pareto-nbd";
  const horizon = ends[ends.length - 1];
  const stages = new Float64Array(every);
  /** How many events of those that make a purchase have come since the last one. */
  const doneOf = (x: number, t: number, T: number, rng: Rng): number => {
    let sum = 0;
    for (let j = 0; j < every; j++) {
      stages[j] = j === 0 ? 1 : (stages[j - 1] * ((r + every * x + j - 1) / j) * (T - t)) / (alpha + T);
      sum += stages[j];
    }
    let u = rng.uniform() * sum;
    let done = 0;
    while (done < every - 1 && u >= stages[done]) u -= stages[done++];
    return done;
  };
  return {
    mostChance: (i) =>
      every > 1 ? 1 : 1 - ((alpha + age[i]) / (alpha + age[i] + horizon)) ** (r + frequency[i]),
    draw: (i, u, rng) => {
      const [x, T] = [frequency[i], age[i]];
      // Rates and chances to leave need not be drawn: the time to the next of n events by t, of a rate that is gamma
      // distributed, is Lomax, and the chance to leave is its mean given what has come.
      let events = r + every * x;
      let t = 0;
      if (every === 1) t = (alpha + T) * ((1 - u) ** (-1 / events) - 1);
      else {
        const done = doneOf(x, recency[i], T, rng);
        t = ((alpha + T) * gamma(rng, every - done)) / gamma(rng, events + done);
      }
      const life = pareto ? (fourth + T) * ((1 - rng.uniform()) ** (-1 / third) - 1) : Infinity;
      const end = Math.min(horizon, life);
      let [count, weight, period] = [0, 0, 0];
      while (t <= end) {
        while (period < ends.length - 1 && t > ends[period]) period++;
        weight += discounts[period + 1];
        if (!pareto && rng.uniform() * (third + fourth + x + shift + count) < third)
          return [count + 1, weight];
        count++;
        events += every;
        const since = alpha + T + t;
        t +=
          every === 1
            ? since * Math.expm1(exponential(rng) / events)
            : (since * gamma(rng, every)) / gamma(rng, events);
      }
      return [count, weight];
    },
  };
}

/** Parameters drawn around the estimates, normal in logarithms; the estimates where the data don't bound them. */
function drawParameters(fit: PositiveFit, rng: Rng): Float64Array {
  const n = fit.names.length;
  if (!fit.converged || Number.isNaN(fit.covariance[0])) return fit.estimates;
  const log = fit.covariance.map((v, k) => v / (fit.estimates[Math.floor(k / n)] * fit.estimates[k % n]));
  const root = cholesky(log, n);
  if (!root) return fit.estimates;
  const z = fit.names.map(() => normal(rng));
  return fit.estimates.map((v, j) => {
    let shift = 0;
    for (let k = 0; k <= j; k++) shift += root[j * n + k] * z[k];
    return v * Math.exp(shift);
  });
}
