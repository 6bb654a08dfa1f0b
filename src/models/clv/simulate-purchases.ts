import { check, checkInteger } from "../../core/checks";
import { cholesky } from "../../core/math/linear-algebra";
import { exponential, gamma, normal, type Rng } from "../../core/rng";
import type { GammaGamma } from "./gamma-gamma";
import type { PositiveFit } from "./positive-fit";
import type { PurchaseHistory } from "./purchase-history";
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
  const { frequency, monetaryValue } = history;
  check(monetaryValue !== undefined, "draw futures", "the history must have monetary values");
  const n = frequency.length;
  const value = new Float32Array(n * draws);
  const totalValue = new Float64Array(draws);
  const totalPurchases = new Float64Array(draws);
  const discounts = Float64Array.from({ length: ends.length + 1 }, (_, k) => (1 + discountRate) ** -k);
  const processRng = rng.fork("parameters");
  const spendRng = rng.fork("amounts");
  const stream = rng.fork("customers");
  for (let d = 0; d < draws; d++) {
    const theta = drawParameters(purchases, processRng);
    const [p, q, scale] = drawParameters(amounts, spendRng);
    const model = models.load({
      ...purchases.toJSON(),
      parameters: Object.fromEntries(purchases.names.map((name, j) => [name, theta[j]])),
    });
    const alive = model.probabilityAlive(history);
    for (const { rows, parameters } of model.groupsOf(history)) {
      const buys = purchasesOf(purchases, parameters, history, options, discounts);
      for (let k = 0; k < rows.length; k++) {
        const i = rows[k];
        if (alive[i] < 1 && stream.uniform() >= alive[i]) continue;
        const [count, weight] = buys(i, stream);
        if (count === 0) continue;
        const x = frequency[i];
        const spread = gamma(stream, q + p * x) / (scale + x * monetaryValue[i]);
        const spent = gamma(stream, p * count) / spread;
        value[i * draws + d] = (spent * weight) / count;
        totalValue[d] += (spent * weight) / count;
        totalPurchases[d] += count;
      }
    }
  }
  return { draws, value, totalValue, totalPurchases };
}

/** A drawing of the purchases to come of a customer who is still there: how many, and the sum of their discounts. */
function purchasesOf(
  { kind, every }: PurchaseModel,
  [r, alpha, third, fourth]: Float64Array,
  { frequency, recency, age }: PurchaseHistory,
  { ends }: DiscountOptions,
  discounts: Float64Array,
): (i: number, rng: Rng) => readonly [count: number, weight: number] {
  const shift = kind.startsWith("mbg") ? 1 : 0;
  const pareto = kind === "pareto-nbd";
  const horizon = ends[ends.length - 1];
  const stages = new Float64Array(every);
  return (i, rng) => {
    const [x, T] = [frequency[i], age[i]];
    // How many events of those that make a purchase have come since the last one.
    let done = 0;
    if (every > 1) {
      let sum = 0;
      for (let j = 0; j < every; j++) {
        stages[j] =
          j === 0 ? 1 : (stages[j - 1] * ((r + every * x + j - 1) / j) * (T - recency[i])) / (alpha + T);
        sum += stages[j];
      }
      let u = rng.uniform() * sum;
      while (done < every - 1 && u >= stages[done]) u -= stages[done++];
    }
    const rate = gamma(rng, r + every * x + done) / (alpha + T);
    const wait = (events: number): number => (events === 1 ? exponential(rng) : gamma(rng, events)) / rate;
    // How long, or with which chance after each purchase, the customer leaves.
    const life = pareto ? (exponential(rng) * (fourth + T)) / gamma(rng, third) : Infinity;
    const end = Math.min(horizon, life);
    let t = wait(every - done);
    if (t > end) return [0, 0];
    const leave = pareto ? 0 : betaDraw(rng, third, fourth + x + shift);
    let [count, weight, period] = [0, 0, 0];
    while (t <= end) {
      count++;
      while (period < ends.length - 1 && t > ends[period]) period++;
      weight += discounts[period + 1];
      if (leave > 0 && rng.uniform() < leave) break;
      t += wait(every);
    }
    return [count, weight];
  };
}

/** A draw from the beta distribution (a, b). */
function betaDraw(rng: Rng, a: number, b: number): number {
  const first = gamma(rng, a);
  const sum = first + gamma(rng, b);
  // Shapes near 0 may give two numbers that are 0: then it is one end or the other.
  return sum > 0 ? first / sum : rng.uniform() * (a + b) < a ? 1 : 0;
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
