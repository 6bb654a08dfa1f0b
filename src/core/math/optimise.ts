import { check, checkFinite } from "../checks";
import { cholesky, choleskySolve, dot, timesVector } from "./linear-algebra";

/** Where a minimisation ended. */
export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  readonly iterations: number;
  /** Whether the gradient's largest entry came below the tolerance, or no step could lower the value any more. */
  readonly converged: boolean;
}

export interface MinimiseOptions {
  /** Stop once no entry of the gradient is larger, relative to max(1, |value|). @default 1e-8 */
  readonly tolerance?: number;
  /** Stop after this many steps. @default 500 */
  readonly iterations?: number;
}

/** Writes the gradient at `x` into `gradient` and returns the value; Infinity or NaN where `x` is not allowed. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

/**
 * The point where BFGS's descent from `start` ends (Nocedal and Wright, 2006, algorithm 6.1): for smooth functions of
 * up to some hundred variables. The line search halves or interpolates until the value falls enough, and treats a
 * value that is not finite as a step too far, so that an objective may refuse points.
 */
export function minimise(
  objective: Objective,
  start: ArrayLike<number>,
  options: MinimiseOptions = {},
): Minimum {
  const { tolerance = 1e-8, iterations = 500 } = options;
  checkFinite(start, "minimise", "the start");
  const n = start.length;
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(n);
  let value = objective(x, gradient);
  check(Number.isFinite(value), "minimise", "the value at the start must be finite", value);
  let inverse: Float64Array | undefined;
  let iteration = 0;
  let converged = small(gradient, value, tolerance);
  while (!converged && iteration < iterations) {
    let direction = inverse ? timesVector(inverse, n, gradient).map((d) => -d) : gradient.map((g) => -g);
    let slope = dot(gradient, direction);
    if (!(slope < 0)) {
      inverse = undefined;
      direction = gradient.map((g) => -g);
      slope = dot(gradient, direction);
    }
    const step = inverse ? 1 : Math.min(1, 1 / Math.sqrt(-slope));
    const found = search(objective, { x, value }, { direction, slope }, step);
    iteration++;
    if (!found) {
      // Along the steepest descent nothing falls any more: rounding decides here.
      if (!inverse) return { x, value, gradient, iterations: iteration, converged: true };
      inverse = undefined;
      continue;
    }
    inverse = updated(inverse, n, x, gradient, found);
    ({ x, value, gradient } = found);
    converged = small(gradient, value, tolerance);
  }
  return { x, value, gradient, iterations: iteration, converged };
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

function small(gradient: Float64Array, value: number, tolerance: number): boolean {
  return gradient.every((g) => Math.abs(g) <= tolerance * Math.max(1, Math.abs(value)));
}

/** A point along `direction` that satisfies the weak Wolfe conditions, by bisection; undefined if nothing falls. */
function search(
  objective: Objective,
  from: Pick<Point, "x" | "value">,
  { direction, slope }: { readonly direction: Float64Array; readonly slope: number },
  first: number,
): Point | undefined {
  const { value } = from;
  let step = first;
  let low = 0;
  let high = Infinity;
  let best: Point | undefined;
  for (let trial = 0; trial < 60; trial++) {
    const x = from.x.map((v, j) => v + step * direction[j]);
    const gradient = new Float64Array(x.length);
    const reached = objective(x, gradient);
    if (!(reached <= value + 1e-4 * step * slope) || !gradient.every(Number.isFinite)) high = step;
    else {
      if (!best || reached < best.value) best = { x, value: reached, gradient };
      if (dot(gradient, direction) >= 0.9 * slope) return best;
      low = step;
    }
    step = high === Infinity ? 2 * low : (low + high) / 2;
    // A fall that rounding would hide can't be searched for.
    if (-step * slope < 1e-16 * Math.abs(value)) break;
  }
  return best && best.value < value ? best : undefined;
}

/** BFGS's new inverse Hessian; the first one is scaled by the curvature seen. */
function updated(
  inverse: Float64Array | undefined,
  n: number,
  x: Float64Array,
  gradient: Float64Array,
  found: Point,
): Float64Array | undefined {
  const s = found.x.map((v, j) => v - x[j]);
  const y = found.gradient.map((g, j) => g - gradient[j]);
  const sy = dot(s, y);
  if (!(sy > 1e-14 * Math.sqrt(dot(s, s) * dot(y, y)))) return inverse;
  const h = inverse ?? new Float64Array(n * n);
  if (!inverse) for (let j = 0; j < n; j++) h[j * n + j] = sy / dot(y, y);
  const hy = timesVector(h, n, y);
  const yhy = dot(y, hy);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      h[i * n + j] += ((1 + yhy / sy) * s[i] * s[j] - hy[i] * s[j] - s[i] * hy[j]) / sy;
    }
  }
  return h;
}

/** Writes gradient and (row-major, symmetric) Hessian at `x` and returns the value. */
export type CurvedObjective = (x: Float64Array, gradient: Float64Array, hessian: Float64Array) => number;

/** As `Minimum`, with the Hessian at the end. */
export interface CurvedMinimum extends Minimum {
  readonly hessian: Float64Array;
}

/**
 * The minimum by Newton's method with step halving; where the Hessian is not positive definite a growing ridge is
 * added, so that every step descends. For convex functions this takes about six steps. `tolerance` bounds the fall that
 * is still to be had, relative to max(1, |value|), and defaults to 1e-13.
 */
export function newton(
  objective: CurvedObjective,
  start: ArrayLike<number>,
  options: MinimiseOptions = {},
): CurvedMinimum {
  const { tolerance = 1e-13, iterations = 100 } = options;
  checkFinite(start, "minimise", "the start");
  const n = start.length;
  let x: Float64Array = Float64Array.from(start);
  let gradient: Float64Array = new Float64Array(n);
  let hessian: Float64Array = new Float64Array(n * n);
  let value = objective(x, gradient, hessian);
  check(Number.isFinite(value), "minimise", "the value at the start must be finite", value);
  let iteration = 0;
  let converged = false;
  while (!converged && iteration < iterations) {
    iteration++;
    const direction = descent(hessian, gradient, n);
    const slope = dot(gradient, direction);
    // Half of −slope is the fall that a quadratic promises. Once that is nothing, this step, which squares the error,
    // is the last, and is taken if rounding lets it be.
    converged = -slope <= tolerance * Math.max(1, Math.abs(value));
    let step = 1;
    let moved = false;
    for (let halving = 0; halving < (converged ? 1 : 40) && !moved; halving++, step /= 2) {
      const tryX = x.map((v, j) => v + step * direction[j]);
      const tryGradient = new Float64Array(n);
      const tryHessian = new Float64Array(n * n);
      const reached = objective(tryX, tryGradient, tryHessian);
      if (reached <= value + (converged ? 1e-12 * Math.abs(value) : 1e-4 * step * slope)) {
        [x, value, gradient, hessian] = [tryX, reached, tryGradient, tryHessian];
        moved = true;
      }
    }
    converged ||= !moved;
  }
  return { x, value, gradient, hessian, iterations: iteration, converged };
}

function descent(hessian: Float64Array, gradient: Float64Array, n: number): Float64Array {
  let ridge = 0;
  for (;;) {
    const damped = Float64Array.from(hessian);
    for (let j = 0; j < n; j++) damped[j * n + j] += ridge;
    const factor = cholesky(damped, n);
    if (factor)
      return choleskySolve(
        factor,
        n,
        gradient.map((g) => -g),
      );
    let largest = 0;
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(hessian[j * n + j]));
    ridge = ridge === 0 ? 1e-8 * Math.max(largest, 1e-8) : ridge * 10;
    if (!Number.isFinite(ridge)) return gradient.map((g) => -g);
  }
}

/** The Hessian of an objective at `x` (row-major, symmetric) by central differences of its gradient. */
export function numericHessian(objective: Objective, x: Float64Array): Float64Array {
  const n = x.length;
  const hessian = new Float64Array(n * n);
  const up = new Float64Array(n);
  const down = new Float64Array(n);
  const probe = Float64Array.from(x);
  for (let j = 0; j < n; j++) {
    const step = 1e-4 * Math.max(0.1, Math.abs(x[j]));
    probe[j] = x[j] + step;
    objective(probe, up);
    probe[j] = x[j] - step;
    objective(probe, down);
    probe[j] = x[j];
    for (let i = 0; i < n; i++) hessian[i * n + j] = (up[i] - down[i]) / (2 * step);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (hessian[i * n + j] + hessian[j * n + i]) / 2;
      hessian[i * n + j] = mean;
      hessian[j * n + i] = mean;
    }
  }
  return hessian;
}
