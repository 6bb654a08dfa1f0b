import { cholesky, choleskySolve, dot } from "../../core/math/linear-algebra";
import type { Watch } from "../../core/model";
import { coordinateDescent } from "./coordinate-descent";
import type { Design } from "./design";

/** A mean loss over rows with the weighted sums z = X w, and its penalties Σ (l1ₖ |wₖ| + ½ l2ₖ wₖ²). */
export interface Objective {
  readonly x: Design;
  /** The mean loss; writes its first and second derivatives by each row's z. */
  readonly loss: (z: Float64Array, first: Float64Array, second: Float64Array) => number;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

export interface Minimum {
  readonly w: Float64Array;
  /** The second derivatives of the loss by each row's z, there. */
  readonly curvature: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Up to this many columns a step solves the normal equations; above, conjugate gradients find it. */
const denseWidth = 512;

/**
 * The minimum of a convex objective by Newton's method with a backtracking line search; with an L1 penalty each step
 * minimises the quadratic model with that penalty by coordinate descent (proximal Newton: Lee, Sun and Saunders,
 * 2014). Ends when a step promises to lower the objective by no more than `tolerance`.
 */
export function proximalNewton(
  objective: Objective,
  start: Float64Array,
  iterations: number,
  tolerance: number,
  watch?: Watch,
): Minimum {
  const { x, loss, l1, l2 } = objective;
  let w: Float64Array = Float64Array.from(start);
  let z: Float64Array = new Float64Array(x.rows);
  x.times(w, z);
  let nextZ: Float64Array = new Float64Array(x.rows);
  const move = new Float64Array(x.rows);
  const first = new Float64Array(x.rows);
  const second = new Float64Array(x.rows);
  const gradient = new Float64Array(x.width);
  const penalty = (at: Float64Array): number => {
    let sum = 0;
    for (let k = 0; k < at.length; k++) sum += l1[k] * Math.abs(at[k]) + (l2[k] * at[k] * at[k]) / 2;
    return sum;
  };
  const sparse = l1.some((value) => value > 0);
  let factor: Float64Array | undefined;
  let fresh = false;
  let value = loss(z, first, second) + penalty(w);
  for (let iteration = 1; iteration <= iterations; iteration++) {
    watch?.signal?.throwIfAborted();
    watch?.progress?.({ phase: "train", done: iteration - 1, total: iterations, figures: { loss: value } });
    x.transposeTimes(first, gradient);
    // The curvature serves for two steps: the second costs a fraction of the first, and three pairs do what five steps
    // with a curvature of their own would (Traub and Shamanskii's method).
    fresh = !(fresh && factor);
    if (!sparse && fresh) factor = hessianFactor(objective, second);
    const to = sparse
      ? sparseStep(objective, w, gradient, second)
      : smoothStep(objective, w, gradient, second, factor);
    const change = to.map((v, k) => v - w[k]);
    x.times(change, move);
    // What the linear part of the model and the penalty promise for the whole step; never positive.
    let slope = penalty(to) - penalty(w);
    for (let k = 0; k < change.length; k++) slope += gradient[k] * change[k];
    // A step by an older curvature leaves a share of the way, where Newton's own squares it.
    const done = -slope <= 2 * tolerance * (fresh ? 1 : 1e-3);
    let reached = false;
    for (let t = 1; t > 1e-10; t /= 2) {
      const nextW = t === 1 ? to : w.map((v, k) => v + t * change[k]);
      moved(z, t, move, nextZ);
      // Most steps are taken whole, so the derivatives where they lead are seldom in vain.
      const nextValue = loss(nextZ, first, second) + penalty(nextW);
      // Below the loss's own rounding a step can't be judged by it: the last, tiny one is taken as it is.
      if (done || nextValue <= value + 1e-4 * t * slope) {
        w = nextW;
        [z, nextZ] = [nextZ, z];
        value = nextValue;
        reached = true;
        if (t < 1) fresh = false;
        break;
      }
    }
    if (done || !reached) {
      if (!reached) loss(z, first, second);
      return { w, curvature: second, iterations: iteration, converged: done };
    }
  }
  return { w, curvature: second, iterations, converged: false };
}

/** out = z + t move. */
function moved(z: Float64Array, t: number, move: Float64Array, out: Float64Array): void {
  for (let i = 0; i < z.length; i++) out[i] = z[i] + t * move[i];
}

/** The Cholesky factor of the quadratic model's curvature; undefined where it has too many columns, or can't be had. */
function hessianFactor({ x, l2 }: Objective, second: Float64Array): Float64Array | undefined {
  const n = x.width;
  if (n > denseWidth) return undefined;
  const hessian = x.gram(second);
  let trace = 0;
  for (let k = 0; k < n; k++) {
    hessian[k * n + k] += l2[k];
    trace += hessian[k * n + k];
  }
  // Collinear columns without a penalty: the least addition that lets the factor exist.
  let factor = cholesky(hessian, n);
  for (let ridge = (1e-12 * trace) / n; !factor && ridge < Infinity; ridge *= 10) {
    const firmer = Float64Array.from(hessian);
    for (let k = 0; k < n; k++) firmer[k * n + k] += ridge + Number.MIN_VALUE;
    factor = cholesky(firmer, n);
  }
  return factor;
}

/** Where the quadratic model without L1 penalty is lowest. */
function smoothStep(
  { x, l2 }: Objective,
  w: Float64Array,
  gradient: Float64Array,
  second: Float64Array,
  factor: Float64Array | undefined,
): Float64Array {
  const n = x.width;
  const downhill = gradient.map((g, k) => -(g + l2[k] * w[k]));
  if (!factor && n <= denseWidth) return w;
  const change = factor ? choleskySolve(factor, n, downhill) : conjugateGradients(x, second, l2, downhill);
  return w.map((v, k) => v + change[k]);
}

/**
 * Where the quadratic model with L1 penalty is lowest. The intercept, the design's last column, has no penalty: at any
 * other coefficients its best value is known, so the descent runs on what is left without it.
 */
function sparseStep(
  { x, l1, l2 }: Objective,
  w: Float64Array,
  gradient: Float64Array,
  second: Float64Array,
): Float64Array {
  const last = x.width - 1;
  const ones = new Float64Array(x.width);
  x.weightedColumn(last, second, ones);
  const curvature = ones[last];
  const share = ones.map((value) => value / curvature);
  const column = new Float64Array(x.width);
  const to = coordinateDescent(
    {
      gradient: gradient.subarray(0, last).map((g, k) => g - gradient[last] * share[k]),
      diagonal: x
        .squares(second)
        .subarray(0, last)
        .map((value, k) => Math.max(0, value - ones[k] * share[k])),
      column: (k, out) => {
        x.weightedColumn(k, second, column);
        for (let i = 0; i < last; i++) out[i] = column[i] - ones[i] * share[k];
      },
      l1: l1.subarray(0, last),
      l2: l2.subarray(0, last),
    },
    w.subarray(0, last),
    1e-12,
  );
  const out = new Float64Array(x.width);
  out.set(to);
  out[last] = w[last] - gradient[last] / curvature;
  for (let k = 0; k < last; k++) out[last] -= share[k] * (to[k] - w[k]);
  return out;
}

/** Solves (XᵀDX + diag(l2)) v = b, preconditioned by the diagonal, until the residual is 1e-4 of what it was. */
function conjugateGradients(x: Design, d: Float64Array, l2: Float64Array, b: Float64Array): Float64Array {
  const n = x.width;
  const scale = x.squares(d).map((v, k) => v + l2[k] || 1);
  const v = new Float64Array(n);
  const residual = Float64Array.from(b);
  const direction = residual.map((r, k) => r / scale[k]);
  const z = new Float64Array(x.rows);
  const product = new Float64Array(n);
  let rho = dot(residual, direction);
  const goal = 1e-8 * rho;
  for (let step = 0; step < 10 * n && rho > goal; step++) {
    x.times(direction, z);
    for (let i = 0; i < z.length; i++) z[i] *= d[i];
    x.transposeTimes(z, product);
    for (let k = 0; k < n; k++) product[k] += l2[k] * direction[k];
    const curvature = dot(direction, product);
    if (!(curvature > 0)) break;
    const length = rho / curvature;
    for (let k = 0; k < n; k++) {
      v[k] += length * direction[k];
      residual[k] -= length * product[k];
    }
    const before = rho;
    rho = 0;
    for (let k = 0; k < n; k++) rho += (residual[k] * residual[k]) / scale[k];
    for (let k = 0; k < n; k++) direction[k] = residual[k] / scale[k] + (rho / before) * direction[k];
  }
  return v;
}
