import { z } from "zod";
import { check, checkSameLength } from "../../core/checks";
import { type CurvedObjective, newton } from "../../core/math/optimise";
import { expit } from "../../core/math/special";
import { standardised } from "../../core/math/standardise";
import type { Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkColumns, checkLabelled, checkNumbers } from "../check-rows";
import { number, type OptionsOf, withDefaults } from "../options";
import { amountLoss, amountStart, linearSums, occurrenceLoss, zilnSigma } from "./ziln-likelihood";

export const zilnOptions = {
  /**
   * L2 penalty ½ penalty Σ (sd w)² on each of the three parts' coefficients, at least 0. Intercepts are
   * free.
   * @default 1
   */
  penalty: number("L2 penalty on standardised coefficients of each of the three parts", { low: 0 }, 1),
};

export type ZilnOptions = OptionsOf<typeof zilnOptions>;

/** One linear part: intercept + Σ weight × value. */
export interface Part {
  readonly intercept: number;
  readonly weights: Float64Array;
}

export interface Parts {
  readonly features: readonly string[];
  /** Log odds of any amount, μ of its logarithm, σ before the softplus. */
  readonly occurrence: Part;
  readonly location: Part;
  readonly spread: Part;
  /**
   * The largest σ of the training rows, which bounds that of others: the mean grows with exp(σ²/2), and a line carried on
   * beyond the rows would send it to infinity.
   */
  readonly mostSigma: number;
}

/** Amounts that are often 0 and otherwise long-tailed. `predict` gives their means. */
export interface ZilnModel extends Model, Parts {
  readonly kind: "ziln";
  /** The chance of any amount above 0. */
  chance(x: Matrix): Float64Array;
  /** μ and σ of the logarithm of an amount above 0. */
  logAmount(x: Matrix): { readonly location: Float64Array; readonly sigma: Float64Array };
}

/**
 * A learner of zero-inflated log-normal amounts, linear in the columns, by maximum penalised likelihood: the loss falls
 * apart into a logistic regression and a log-normal regression whose spread depends on the columns too.
 *
 * @example
 * const x = matrix(60, 1, Float64Array.from({ length: 60 }, (_, i) => i / 10));
 * const y = x.values.map((value, i) => (i % 3 ? Math.exp(value / 2 + ((i * 7) % 5) / 10) : 0));
 * const model = await ziln()({ x, y }, seeded(1));
 * const [low, high] = model.predict(matrixFromRows([[1], [5]]));
 * low < high; // → true
 */
export function ziln(options: ZilnOptions = {}): Fit<ZilnModel> {
  const action = "fit ziln";
  const { penalty } = withDefaults(zilnOptions, options, action);
  return async (train, _rng, watch) => {
    checkLabelled(train, action);
    checkNumbers(train.x, action);
    const negative = train.y.findIndex((y) => y < 0);
    check(negative < 0, action, `amounts must not be negative, got ${train.y[negative]} in row ${negative}`);
    const { x, means, scales } = standardised(train.x, train.weights, action, "keep");
    const p = x.columns;
    const weights = train.weights ?? new Float64Array(x.rows).fill(1);
    const positive = train.y.map((y) => (y > 0 ? 1 : 0));
    const some = positive.some((v, i) => v === 1 && weights[i] > 0);
    const none = positive.some((v, i) => v === 0 && weights[i] > 0);
    check(some, action, "some amounts must be above 0");
    // With no zeros at all the chance is 1 as far as the rows tell: half a row of each kind keeps it finite.
    const occurrence = none
      ? newton(watched(occurrenceLoss(x, positive, weights, penalty)), new Float64Array(p + 1)).x
      : Float64Array.from({ length: p + 1 }, (_, j) => (j === p ? Math.log(2 * x.rows + 1) : 0));
    const amounts = newton(watched(amountLoss(x, train, weights, penalty)), amountStart(train, weights, p)).x;
    const part = (from: number, theta: Float64Array): Part => {
      const own = theta.subarray(from, from + p);
      let intercept = theta[from + p];
      own.forEach((w, j) => {
        intercept -= (w * means[j]) / scales[j];
      });
      return { intercept, weights: own.map((w, j) => w / scales[j]) };
    };
    const spread = part(p + 1, amounts);
    const sigmas = linearSums(train.x, [...spread.weights, spread.intercept], 0).map(zilnSigma);
    return zilnModel({
      features: train.x.features.map((f) => f.name),
      occurrence: part(0, occurrence),
      location: part(0, amounts),
      spread,
      mostSigma: sigmas.reduce((most, sigma, i) => (weights[i] > 0 ? Math.max(most, sigma) : most), 0),
    });

    function watched(objective: CurvedObjective): CurvedObjective {
      return (theta, gradient, hessian) => {
        watch?.signal?.throwIfAborted();
        return objective(theta, gradient, hessian);
      };
    }
  };
}

function zilnModel(parts: Parts): ZilnModel {
  const { features, occurrence, location, spread, mostSigma } = parts;
  const linear = (x: Matrix, part: Part): Float64Array => {
    checkColumns(x, features.length, "predict by ziln");
    checkNumbers(x, "predict by ziln");
    return linearSums(x, [...part.weights, part.intercept], 0);
  };
  const logAmount = (x: Matrix): { location: Float64Array; sigma: Float64Array } => ({
    location: linear(x, location),
    sigma: linear(x, spread).map((raw) => Math.min(mostSigma, zilnSigma(raw))),
  });
  const partJson = (part: Part): object => ({ intercept: part.intercept, weights: [...part.weights] });
  return {
    ...parts,
    kind: "ziln",
    chance: (x) => linear(x, occurrence).map(expit),
    logAmount,
    predict: (x) => {
      const chance = linear(x, occurrence);
      const { location: mu, sigma } = logAmount(x);
      return chance.map((logit, i) => expit(logit) * Math.exp(mu[i] + 0.5 * sigma[i] ** 2));
    },
    toJSON: (): ModelJson => ({
      kind: "ziln",
      version: 1,
      features,
      occurrence: partJson(occurrence),
      location: partJson(location),
      spread: partJson(spread),
      mostSigma,
    }),
  };
}

const partSchema = z.strictObject({ intercept: z.number(), weights: z.array(z.number()).max(1_000_000) });
const json = z.strictObject({
  kind: z.literal("ziln"),
  version: z.literal(1),
  features: z.array(z.string()),
  occurrence: partSchema,
  location: partSchema,
  spread: partSchema,
  mostSigma: z.number().min(0),
});

/** The model that `toJSON` described. */
export function zilnFromJSON(from: unknown): ZilnModel {
  const action = "load ziln";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { features, ...rest } = read.data;
  const part = ({ intercept, weights }: { intercept: number; weights: number[] }): Part => {
    checkSameLength(weights.length, features.length, action, "weights and features");
    return { intercept, weights: Float64Array.from(weights) };
  };
  return zilnModel({
    features,
    occurrence: part(rest.occurrence),
    location: part(rest.location),
    spread: part(rest.spread),
    mostSigma: rest.mostSigma,
  });
}
