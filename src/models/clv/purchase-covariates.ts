import { check, checkNumber } from "../../core/checks";
import { groupRows, membersOf } from "../../core/group-rows";
import type { Objective } from "../../core/math/optimise";
import { column, type Matrix, row } from "../../core/matrix";
import {
  fitPositive,
  type PositiveFit,
  positiveFitFromJSON,
  positiveFitJson,
  positiveTable,
} from "./positive-fit";
import { checkHistory, type PurchaseHistory, takeCustomers } from "./purchase-history";
import type { PurchaseModel } from "./purchase-model";

/** A kind of purchase model as covariates see it. */
export interface PurchaseFamily {
  readonly kind: string;
  readonly names: readonly string[];
  readonly likelihood: (history: PurchaseHistory) => Objective;
  readonly model: (fit: PositiveFit) => PurchaseModel;
  /** Which parameter tells of leaving, and whether one leaves more (1) or less (−1) readily where it is higher. */
  readonly leaving: readonly [index: number, sign: 1 | -1];
}

/** Customers of the same covariates. */
interface Pattern {
  readonly values: Float64Array;
  readonly rows: Int32Array;
}

const mostPatterns = 500;

/**
 * A purchase model whose rates of buying and of leaving depend on what is known of each customer beforehand (Fader and
 * Hardie, 2007, "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models"): alpha is divided by
 * the product of the ratios of buying; beta of Pareto/NBD divided, a of the others multiplied, by that of the ratios of
 * leaving. The ratios are estimated with a normal prior of their logarithms of variance 1, which binds few customers only.
 */
export function fitWithCovariates(
  family: PurchaseFamily,
  base: PurchaseModel,
  history: PurchaseHistory,
  penalty: number,
): PurchaseModel {
  const { covariates } = history;
  const action = `fit ${family.kind} with covariates`;
  checkHistory(history, action);
  check(covariates !== undefined, action, "the history must have covariates");
  checkNumber(penalty, 0, Infinity, action, "penalty");
  const patterns = patternsOf(covariates);
  check(
    patterns.length <= mostPatterns,
    action,
    `covariates must not tell more than ${mostPatterns} kinds of customers apart`,
    patterns.length,
  );
  const features = covariates.features.map((feature) => feature.name);
  const names = namesOf(family, features);
  const own = patterns.map((pattern) => family.likelihood(takeCustomers(history, pattern.rows)));
  const [index, sign] = family.leaving;
  const p = family.names.length;
  const m = features.length;
  const scratch = new Float64Array(p);
  const objective: Objective = (theta, gradient) => {
    gradient.fill(0);
    let value = 0;
    for (let g = 0; g < patterns.length; g++) {
      const z = patterns[g].values;
      value += own[g](shifted(theta, z, p, index, sign), scratch);
      for (let k = 0; k < p; k++) gradient[k] += scratch[k];
      for (let j = 0; j < m; j++) {
        gradient[p + j] -= z[j] * scratch[1];
        gradient[p + m + j] += sign * z[j] * scratch[index];
      }
    }
    return value;
  };
  const scale = history.age.reduce((sum, T) => sum + T, 0) / history.age.length;
  const units = family.names.map((name) => (name === "alpha" || name === "beta" ? scale : 1));
  const fit = fitPositive(
    objective,
    {
      names,
      starts: [[...base.estimates, ...new Array<number>(2 * m).fill(1)]],
      units: [...units, ...new Array<number>(2 * m).fill(1)],
      penalty: penalty * history.age.length,
      ratios: { count: 2 * m, penalty: 1 },
    },
    action,
  );
  return covariateModel(
    family,
    fit,
    features,
    patterns.map(({ values, rows }) => ({ values: [...values], share: rows.length / history.age.length })),
  );
}

interface Share {
  readonly values: readonly number[];
  readonly share: number;
}

/** The model with covariates that `toJSON` described. */
export function covariateModelFromJSON(family: PurchaseFamily, from: unknown): PurchaseModel {
  const { covariates, patterns } = from as { covariates: string[]; patterns: Share[] };
  const action = `load ${family.kind}`;
  check(
    Array.isArray(covariates) && Array.isArray(patterns),
    action,
    "covariates must have names and patterns",
  );
  return covariateModel(
    family,
    positiveFitFromJSON(from, family.kind, namesOf(family, covariates)),
    covariates,
    patterns,
  );
}

function namesOf(family: PurchaseFamily, features: readonly string[]): string[] {
  return [
    ...family.names,
    ...features.map((name) => `buying × ${name}`),
    ...features.map((name) => `leaving × ${name}`),
  ];
}

/** Logarithms of the parameters that hold for customers of covariates z. */
function shifted(
  theta: Float64Array,
  z: ArrayLike<number>,
  p: number,
  index: number,
  sign: 1 | -1,
): Float64Array {
  const own = theta.slice(0, p);
  const m = (theta.length - p) / 2;
  for (let j = 0; j < m; j++) {
    own[1] -= theta[p + j] * z[j];
    own[index] += sign * theta[p + m + j] * z[j];
  }
  return own;
}

function covariateModel(
  family: PurchaseFamily,
  fit: PositiveFit,
  features: readonly string[],
  shares: readonly Share[],
): PurchaseModel {
  const { kind } = family;
  const p = family.names.length;
  const log = fit.estimates.map(Math.log);
  const models = new Map<string, PurchaseModel>();
  const modelOf = (z: ArrayLike<number>): PurchaseModel => {
    const key = Array.from(z).join();
    const estimates = shifted(log, z, p, ...family.leaving).map(Math.exp);
    const known =
      models.get(key) ??
      family.model({
        ...fit,
        names: family.names,
        estimates,
        covariance: new Float64Array(p * p).fill(Number.NaN),
      });
    models.set(key, known);
    return known;
  };
  const groups = (history: PurchaseHistory): readonly Pattern[] => {
    const action = `predict by ${kind}`;
    check(history.covariates !== undefined, action, "the history must have the model's covariates");
    const found = history.covariates.features.map((feature) => feature.name);
    check(
      found.join() === features.join(),
      action,
      `covariates must be ${features.join(", ")}`,
      found.join(", "),
    );
    return patternsOf(history.covariates);
  };
  const each = (
    history: PurchaseHistory,
    of: (model: PurchaseModel, own: PurchaseHistory) => Float64Array,
  ): Float64Array => {
    const all = new Float64Array(history.frequency.length);
    for (const { values, rows } of groups(history)) {
      const own = of(modelOf(values), takeCustomers(history, rows));
      rows.forEach((i, k) => {
        all[i] = own[k];
      });
    }
    return all;
  };
  const { every } = modelOf(new Float64Array(features.length));
  return {
    ...fit,
    kind,
    every,
    coefficientTable: (level) => positiveTable(fit, level),
    probabilityAlive: (history) => each(history, (model, own) => model.probabilityAlive(own)),
    probabilityLeaving: (history, horizon) =>
      each(history, (model, own) => model.probabilityLeaving(own, horizon)),
    expectedPurchases: (history, horizon) =>
      each(history, (model, own) => model.expectedPurchases(own, horizon)),
    // Of one like those it was fitted to.
    expectedPurchasesOfNew: (horizon) =>
      shares.reduce(
        (sum, { values, share }) => sum + share * modelOf(values).expectedPurchasesOfNew(horizon),
        0,
      ),
    discountedPurchases: (history, options) =>
      each(history, (model, own) => model.discountedPurchases(own, options)),
    groupsOf: (history) =>
      groups(history).map(({ values, rows }) => ({
        rows,
        parameters: shifted(log, values, p, ...family.leaving).map(Math.exp),
      })),
    toJSON: () => ({
      ...positiveFitJson(kind, fit),
      every,
      covariates: [...features],
      patterns: shares,
    }),
  };
}

function patternsOf(x: Matrix): Pattern[] {
  const columns = Array.from({ length: x.columns }, (_, j) => column(x, j));
  const groups = groupRows(columns, x.rows);
  return membersOf(groups).map((rows, k) => ({ values: row(x, groups.first[k]), rows }));
}
