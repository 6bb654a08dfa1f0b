import { check, checkNumber } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import { cholesky, symmetricInverse } from "../../core/math/linear-algebra";
import { normalQuantile } from "../../core/math/normal-distribution";
import { type Minimum, minimise, numericHessian, type Objective } from "../../core/math/optimise";
import type { ModelJson } from "../../core/model";

/** Maximum-likelihood estimates of parameters that must be above 0, in the order of their names. */
export interface PositiveFit {
  readonly names: readonly string[];
  readonly estimates: Float64Array;
  /** Inverse of the observed information, row-major; NaN where the likelihood does not bound the estimates. */
  readonly covariance: Float64Array;
  readonly logLikelihood: number;
  /**
   * Whether the search ended at a maximum that bounds every parameter. Where not, the likelihood goes on rising along a
   * ridge: the estimates are where the search was stopped, and what they predict is not to be believed.
   */
  readonly converged: boolean;
  /** The parameters that the data don't bound: none where `converged`. */
  readonly unbounded: readonly string[];
}

/** A parameter that must be above 0, with an interval from a standard error of its logarithm. */
export type PositiveParameter = Omit<Coefficient, "pValue">;

export interface PositiveSearch {
  readonly names: readonly string[];
  /** Parameters to start from, each set tried only where the ones before led to no proper maximum. */
  readonly starts: readonly (readonly number[])[];
  /** What each parameter is measured in, so that neither search nor penalty depends on units; 1 each if absent. */
  readonly units?: readonly number[];
  /** Adds penalty × Σ (θ / unit)² to minus the log likelihood. @default 0 */
  readonly penalty?: number;
  /** How many of the last parameters are ratios, drawn to 1 by ½ penalty Σ (ln θ)² and by no other penalty; none if absent. */
  readonly ratios?: { readonly count: number; readonly penalty: number };
}

/**
 * The estimates that maximise a log likelihood, searched on the log scale by BFGS. `negative` is minus the log
 * likelihood of the parameters' logarithms, with its gradient.
 */
export function fitPositive(negative: Objective, search: PositiveSearch, action: string): PositiveFit {
  const { names, starts, penalty = 0, ratios = { count: 0, penalty: 0 } } = search;
  const n = names.length;
  const origin = names.map((_, j) => Math.log(search.units?.[j] ?? 1));
  const inUnits: Objective = (x, gradient) => {
    let value = negative(
      x.map((v, j) => v + origin[j]),
      gradient,
    );
    for (let j = n - ratios.count; j < n; j++) {
      value += (ratios.penalty * x[j] ** 2) / 2;
      gradient[j] += ratios.penalty * x[j];
    }
    if (penalty === 0) return value;
    for (let j = 0; j < n - ratios.count; j++) {
      const square = Math.exp(2 * x[j]);
      value += penalty * square;
      gradient[j] += 2 * penalty * square;
    }
    return value;
  };
  // Beyond e^±25 units parameters are as good as 0 or infinite: not a place to go on from.
  const bounded: Objective = (x, gradient) =>
    x.some((v) => Math.abs(v) > 25) ? Number.NaN : inUnits(x, gradient);
  let best: Minimum | undefined;
  let information: Float64Array = new Float64Array(n * n);
  let unbounded: readonly string[] = names;
  for (const start of starts) {
    if (best?.converged && unbounded.length === 0) break;
    const found = minimise(
      bounded,
      start.map((v, j) => Math.log(v) - origin[j]),
      { tolerance: 3e-9 },
    );
    if (best && found.value >= best.value) continue;
    best = found;
    information = numericHessian(inUnits, found.x);
    unbounded = unboundedOf(names, found.x, information, action);
  }
  check(best !== undefined && Number.isFinite(best.value), action, "the likelihood must be finite");
  const estimates = best.x.map((v, j) => Math.exp(v + origin[j]));
  const covariance = cholesky(information, n)
    ? symmetricInverse(information, n, action)
    : new Float64Array(n * n).fill(Number.NaN);
  // At a stationary point the information of a parameter is that of its logarithm divided by its square.
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) covariance[i * n + j] *= estimates[i] * estimates[j];
  const scratch = new Float64Array(n);
  return {
    names,
    estimates,
    covariance,
    logLikelihood: -negative(estimates.map(Math.log), scratch),
    converged: best.converged && unbounded.length === 0,
    unbounded,
  };
}

/**
 * The parameters that wandered off by a factor of e¹² or whose logarithm has a standard error above 4, a factor of 50;
 * all of them where the likelihood is curved the wrong way by more than rounding of a flat one explains.
 */
function unboundedOf(
  names: readonly string[],
  x: Float64Array,
  information: Float64Array,
  action: string,
): readonly string[] {
  const n = names.length;
  for (let ridge = 0; ridge < 1 / 32; ridge = ridge === 0 ? 1e-8 : ridge * 4) {
    const curved = information.map((value, i) => (i % (n + 1) === 0 ? value + ridge : value));
    if (!cholesky(curved, n)) continue;
    const inverse = symmetricInverse(curved, n, action);
    const loose = names.filter((_, j) => Math.abs(x[j]) >= 12 || Math.sqrt(inverse[j * n + j]) > 4);
    return ridge > 0 && loose.length === 0 ? names : loose;
  }
  return names;
}

/** The parameters with standard errors, and intervals of coverage `level` (default 0.95) that are symmetric in logarithms. */
export function positiveTable(fit: PositiveFit, level = 0.95): PositiveParameter[] {
  checkNumber(level, 0, 1, "make a table of parameters", "level", "both");
  const width = normalQuantile(0.5 + level / 2);
  return fit.names.map((feature, j) => {
    const estimate = fit.estimates[j];
    const standardError = Math.sqrt(fit.covariance[j * fit.names.length + j]);
    const factor = Math.exp((width * standardError) / estimate);
    return { feature, estimate, standardError, low: estimate / factor, high: estimate * factor };
  });
}

/** What `positiveFitFromJSON` reads. */
export function positiveFitJson(kind: string, fit: PositiveFit): ModelJson {
  return {
    kind,
    version: 1,
    parameters: Object.fromEntries(fit.names.map((name, j) => [name, fit.estimates[j]])),
    covariance: Number.isNaN(fit.covariance[0]) ? null : [...fit.covariance],
    logLikelihood: fit.logLikelihood,
    unbounded: [...fit.unbounded],
  };
}

/** The estimates in JSON; RangeError unless they are of this kind and above 0. */
export function positiveFitFromJSON(from: unknown, kind: string, names: readonly string[]): PositiveFit {
  const action = `load ${kind}`;
  const json = from as { kind?: unknown; version?: unknown; parameters?: Record<string, unknown> } & Record<
    string,
    unknown
  >;
  check(
    typeof json === "object" && json !== null && json.kind === kind && json.version === 1,
    action,
    `kind and version must be ${kind} 1`,
    json?.kind,
  );
  const estimates = Float64Array.from(names, (name) => {
    const value = json.parameters?.[name];
    check(typeof value === "number" && value > 0, action, `parameter ${name} must be above 0`, value);
    return value;
  });
  const { covariance, logLikelihood, unbounded = [] } = json;
  const size = names.length ** 2;
  check(
    covariance === null || (Array.isArray(covariance) && covariance.length === size),
    action,
    `the covariance must have ${size} entries`,
  );
  check(
    Array.isArray(unbounded) && unbounded.every((name) => names.includes(name)),
    action,
    "unbounded must name parameters",
  );
  check(typeof logLikelihood === "number", action, "logLikelihood must be a number", logLikelihood);
  return {
    names,
    estimates,
    covariance:
      covariance === null
        ? new Float64Array(size).fill(Number.NaN)
        : Float64Array.from(covariance as number[]),
    logLikelihood,
    converged: unbounded.length === 0,
    unbounded,
  };
}
