import { check } from "../../core/checks";
import { cholesky, symmetricInverse } from "../../core/math/linear-algebra";
import { type Minimum, minimise, numericHessian, type Objective } from "../../core/math/optimise";
import type { ModelJson } from "../../core/model";

/** Maximum-likelihood estimates of parameters that must be above 0, in the order of their names. */
export interface PositiveFit {
  readonly names: readonly string[];
  readonly estimates: Float64Array;
  /** Inverse of the observed information, row-major; NaN where the likelihood does not bound the estimates. */
  readonly covariance: Float64Array;
  readonly logLikelihood: number;
}

/**
 * The estimates that maximise a log likelihood, searched on the log scale by BFGS; from a further start only where the
 * search before it ended without a proper maximum, as on a flat ridge. `negative` is minus the log likelihood of the
 * parameters' logarithms, with its gradient.
 */
export function fitPositive(
  negative: Objective,
  names: readonly string[],
  starts: readonly (readonly number[])[],
  action: string,
): PositiveFit {
  const n = names.length;
  // Beyond e^±25 parameters are as good as 0 or infinite: not a place to go on from.
  const bounded: Objective = (x, gradient) =>
    x.some((v) => Math.abs(v) > 25) ? Number.NaN : negative(x, gradient);
  let best: Minimum | undefined;
  let information: Float64Array = new Float64Array(n * n);
  let proper = false;
  for (const start of starts) {
    if (proper) break;
    const found = minimise(bounded, start.map(Math.log), { tolerance: 3e-9 });
    if (best && found.value >= best.value) continue;
    best = found;
    information = numericHessian(negative, found.x);
    proper =
      found.converged && cholesky(information, n) !== undefined && found.x.every((v) => Math.abs(v) < 12);
  }
  check(best !== undefined && Number.isFinite(best.value), action, "the likelihood must be finite");
  const estimates = best.x.map(Math.exp);
  const covariance = cholesky(information, n)
    ? symmetricInverse(information, n, action)
    : new Float64Array(n * n).fill(Number.NaN);
  // At a stationary point the information of a parameter is that of its logarithm divided by its square.
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) covariance[i * n + j] *= estimates[i] * estimates[j];
  return { names, estimates, covariance, logLikelihood: -best.value };
}

/** What `positiveFitFromJSON` reads. */
export function positiveFitJson(kind: string, fit: PositiveFit): ModelJson {
  return {
    kind,
    version: 1,
    parameters: Object.fromEntries(fit.names.map((name, j) => [name, fit.estimates[j]])),
    covariance: Number.isNaN(fit.covariance[0]) ? null : [...fit.covariance],
    logLikelihood: fit.logLikelihood,
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
  const { covariance, logLikelihood } = json;
  const size = names.length ** 2;
  check(
    covariance === null || (Array.isArray(covariance) && covariance.length === size),
    action,
    `the covariance must have ${size} entries`,
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
  };
}
