import { check, checkInteger } from "../../core/checks";
import { cholesky, choleskySolve } from "../../core/math/linear-algebra";
import { standardised } from "../../core/math/standardise";
import { column, type Matrix } from "../../core/matrix";
import type { Fit } from "../../core/model";
import { kFold } from "../../data/split";
import { checkColumns } from "../check-rows";
import { fitFolds, outOfFold } from "../out-of-fold";
import { type FitUplift, propensities, type UpliftModel } from "./campaign";

export interface ChurnEffectOptions {
  /** Learns whether a row stays, treated or not, out of fold. */
  readonly outcome: Fit;
  /** The column that holds the chance to leave untreated, by a model that did not see the row; the last when absent. */
  readonly churn?: string;
  /** Folds of the outcome's predictions and of the choice of the penalty, at least 2. @default 5 */
  readonly folds?: number;
}

/** The effect of a contact on staying as a share of the chance to leave: churn · (κ₀ + what the columns add to κ). */
export interface ChurnEffectModel extends UpliftModel {
  readonly kind: "churn-effect";
  /** The share of those who would leave whom a contact keeps, on average over leavers. */
  readonly kappa: number;
  readonly kappaError: number;
  /** What a standard deviation of each column adds to κ; all 0 where cross-validation finds no more than κ₀. */
  readonly coefficients: readonly number[];
  /** The penalty chosen, in units of the weighted rows; Infinity where κ is one for all. */
  readonly penalty: number;
}

interface State {
  readonly kappa: number;
  readonly kappaError: number;
  readonly penalty: number;
  readonly churn: number;
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly coefficients: readonly number[];
}

const penalties = [0.03, 0.1, 0.3, 1, 3] as const;

/**
 * The R-learner (Nie and Wager, 2021) with effects that are shares of the chance to leave, which only those about to
 * leave can be kept by: minimises Σ ((y − m(x)) − (t − e) p(x) (κ₀ + β·x))² + λ|β|². How far κ(x) is drawn to the one κ₀
 * is chosen by the loss on rows left out, by the one-standard-error rule, so that noise does not choose whom to contact.
 */
export function churnEffect(options: ChurnEffectOptions): FitUplift<ChurnEffectModel> {
  const action = "fit churn effects";
  const { outcome, folds = 5 } = options;
  checkInteger(folds, 2, 1000, action, "folds");
  return async (campaign, rng, watch) => {
    const chances = propensities(campaign, action);
    const { x, y, treated } = campaign;
    const place = options.churn
      ? x.features.findIndex((feature) => feature.name === options.churn)
      : x.columns - 1;
    check(place >= 0, action, "the column of the chance to leave must exist", options.churn);
    const churn = column(x, place);
    for (let i = 0; i < churn.length; i++)
      if (!(churn[i] >= 0 && churn[i] <= 1))
        check(false, action, `chances to leave must be from 0 to 1, got ${churn[i]} in row ${i}`);
    const splits = kFold(y.length, folds, rng.fork("folds"));
    const fitted = await fitFolds({ learner: outcome, data: { x, y } }, splits, rng.fork("outcome"), watch);
    const expected = outOfFold(fitted, y.length);
    const off = treated.map((t, i) => (t - chances[i]) * churn[i]);
    const {
      x: z,
      means,
      scales,
    } = standardised(
      x,
      off.map((d) => d * d),
      action,
      "keep",
    );
    const design = designOf(z, off);
    const target = y.map((value, i) => value - expected[i]);
    const whole = sumsOf(design, target);
    const parts = splits.map(({ test }) => ({ test, ...sumsOf(design, target, test) }));
    const weight = whole.gram[0];
    check(weight > 0, action, "somebody must have a chance to leave");
    const penalty = chosenPenalty(design, target, whole, parts);
    const solved = solve(whole, penalty * weight);
    const residual = target.map((t, i) => (t - off[i] * solved[0]) * off[i]);
    const kappaError = Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0)) / weight;
    return churnEffectModel({
      kappa: solved[0],
      kappaError,
      penalty,
      churn: place,
      means: [...means],
      scales: [...scales],
      coefficients: [...solved.subarray(1)],
    });
  };
}

/** (t − e) p · (1, z): what multiplies κ₀ and the coefficients, row after row. */
function designOf(z: Matrix, off: Float64Array): { readonly width: number; readonly values: Float64Array } {
  const width = z.columns + 1;
  const values = new Float64Array(z.rows * width);
  for (let i = 0; i < z.rows; i++) values[i * width] = off[i];
  for (let j = 0; j < z.columns; j++) {
    const from = column(z, j);
    for (let i = 0; i < z.rows; i++) values[i * width + j + 1] = from[i] * off[i];
  }
  return { width, values };
}

interface Sums {
  readonly gram: Float64Array;
  readonly moment: Float64Array;
}

function sumsOf(
  { width, values }: { readonly width: number; readonly values: Float64Array },
  target: Float64Array,
  rows?: Int32Array,
): Sums {
  const gram = new Float64Array(width * width);
  const moment = new Float64Array(width);
  const add = (i: number): void => {
    const from = values.subarray(i * width, (i + 1) * width);
    for (let a = 0; a < width; a++) {
      moment[a] += from[a] * target[i];
      for (let b = 0; b <= a; b++) gram[a * width + b] += from[a] * from[b];
    }
  };
  if (rows) rows.forEach(add);
  else for (let i = 0; i < target.length; i++) add(i);
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) gram[b * width + a] = gram[a * width + b];
  return { gram, moment };
}

/** κ₀ and the coefficients; κ₀ alone where the penalty is infinite. */
function solve({ gram, moment }: Sums, penalty: number): Float64Array {
  const width = moment.length;
  const alone = (): Float64Array => {
    const only = new Float64Array(width);
    only[0] = moment[0] / gram[0];
    return only;
  };
  if (penalty === Infinity) return alone();
  const drawn = Float64Array.from(gram);
  for (let a = 1; a < width; a++) drawn[a * width + a] += penalty;
  const factor = cholesky(drawn, width);
  return factor ? choleskySolve(factor, width, moment) : alone();
}

/** The greatest penalty whose loss on rows left out is within one standard error of the least. */
function chosenPenalty(
  design: { readonly width: number; readonly values: Float64Array },
  target: Float64Array,
  whole: Sums,
  parts: readonly (Sums & { readonly test: Int32Array })[],
): number {
  const { width, values } = design;
  const weight = (whole.gram[0] * (parts.length - 1)) / parts.length;
  const losses = [Infinity, ...[...penalties].reverse()].map((penalty) => {
    const loss = new Float64Array(target.length);
    for (const { gram, moment, test } of parts) {
      const rest = {
        gram: whole.gram.map((v, a) => v - gram[a]),
        moment: whole.moment.map((v, a) => v - moment[a]),
      };
      const found = solve(rest, penalty * weight);
      for (const i of test) {
        let fit = 0;
        for (let a = 0; a < width; a++) fit += values[i * width + a] * found[a];
        loss[i] = (target[i] - fit) ** 2;
      }
    }
    return { penalty, loss };
  });
  const sum = (loss: Float64Array): number => loss.reduce((total, v) => total + v, 0);
  const best = losses.reduce((a, b) => (sum(b.loss) < sum(a.loss) ? b : a));
  const within = losses.find(({ loss }) => {
    const worse = loss.map((v, i) => v - best.loss[i]);
    const total = sum(worse);
    const error = Math.sqrt(worse.reduce((s, v) => s + (v - total / worse.length) ** 2, 0));
    return total <= error;
  });
  return (within ?? best).penalty;
}

function churnEffectModel(state: State): ChurnEffectModel {
  const { kappa, kappaError, penalty, churn, means, scales, coefficients } = state;
  return {
    kind: "churn-effect",
    kappa,
    kappaError,
    penalty,
    coefficients,
    predict: (x) => {
      checkColumns(x, means.length, "predict by churn effects");
      const p = column(x, churn);
      const share = new Float64Array(x.rows).fill(kappa);
      for (let j = 0; j < x.columns; j++) {
        if (coefficients[j] === 0) continue;
        const values = column(x, j);
        const scale = coefficients[j] / scales[j];
        for (let i = 0; i < share.length; i++) share[i] += scale * (values[i] - means[j]);
      }
      // Nobody is kept more often than he would leave.
      return share.map((k, i) => p[i] * Math.min(1, k));
    },
    toJSON: () => ({
      kind: "churn-effect",
      version: 1,
      ...state,
      penalty: Number.isFinite(penalty) ? penalty : null,
    }),
  };
}

/** The model that `toJSON` described. */
export function churnEffectFromJSON(from: unknown): ChurnEffectModel {
  const json = from as State & {
    readonly kind?: unknown;
    readonly version?: unknown;
    readonly penalty: number | null;
  };
  check(
    json?.kind === "churn-effect" &&
      json.version === 1 &&
      [json.means, json.scales, json.coefficients].every(
        (one) => Array.isArray(one) && one.length === json.means.length,
      ),
    "load churn effects",
    "kind and version must be churn-effect 1, with as many means, scales and coefficients",
    json?.kind,
  );
  const { kappa, kappaError, churn, means, scales, coefficients } = json;
  return churnEffectModel({
    kappa,
    kappaError,
    penalty: json.penalty ?? Infinity,
    churn,
    means,
    scales,
    coefficients,
  });
}
