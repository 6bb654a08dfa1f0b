import { cholesky, choleskySolve } from "../../core/math/linear-algebra";
import type { Watch } from "../../core/model";
import type { Design } from "./design";
import { proximalNewton } from "./proximal-newton";

/** Coefficients by the columns of a design. */
export interface FittedSquares {
  readonly w: Float64Array;
  /** An independent set of columns, without those that a penalty removed; the intercept among them. */
  readonly active: readonly number[];
  /** Columns that determine one another: the rows can't tell their coefficients apart. */
  readonly entangled: readonly number[];
}

/**
 * The w that minimises ½ Σ share (y − Xw)² + ½ l2 ‖w‖², the intercept not penalised, and of several such w (columns
 * that determine one another, no penalty) the shortest. Normal equations, refined by residuals.
 */
export function leastSquares(x: Design, y: Float64Array, share: Float64Array, l2: number): FittedSquares {
  const n = x.width;
  const normal = x.gram(share);
  for (let k = 0; k < n - 1; k++) normal[k * n + k] += l2;
  const system = rankedFactor(normal, n);
  const w = new Float64Array(n);
  const residual = new Float64Array(x.rows);
  const downhill = new Float64Array(n);
  // The first round solves; the others remove what the squared condition of normal equations cost.
  for (let round = 0; round < 4; round++) {
    x.times(w, residual);
    for (let i = 0; i < residual.length; i++) residual[i] = share[i] * (y[i] - residual[i]);
    x.transposeTimes(residual, downhill);
    for (let k = 0; k < n - 1; k++) downhill[k] -= l2 * w[k];
    const step = system.solve(downhill);
    for (let k = 0; k < n; k++) w[k] += step[k];
  }
  return { w: system.shortest(w), active: system.independent, entangled: system.entangled };
}

/** As `leastSquares`, with the further penalty l1 ‖w‖₁. */
export function sparseLeastSquares(
  x: Design,
  y: Float64Array,
  share: Float64Array,
  { l1, l2 }: { readonly l1: number; readonly l2: number },
  iterations: number,
  watch?: Watch,
): FittedSquares {
  const loss = (sums: Float64Array, first?: Float64Array, second?: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < y.length; i++) {
      const off = sums[i] - y[i];
      sum += share[i] * off * off;
      if (first) first[i] = share[i] * off;
    }
    second?.set(share);
    return sum / 2;
  };
  const each = (penalty: number): Float64Array => {
    const out = new Float64Array(x.width).fill(penalty);
    out[x.width - 1] = 0;
    return out;
  };
  const objective = { x, loss, l1: each(l1), l2: each(l2) };
  const start = new Float64Array(x.width);
  const scale = loss(new Float64Array(x.rows));
  const { w } = proximalNewton(objective, start, iterations, 1e-14 * scale, watch);
  const active = Array.from(w, (_, k) => k).filter((k) => w[k] !== 0 || k === x.width - 1);
  return { w, active, entangled: [] };
}

interface RankedFactor {
  readonly independent: readonly number[];
  readonly entangled: readonly number[];
  /** The solution of A x = b that is zero outside of `independent`. */
  solve(b: Float64Array): Float64Array;
  /** The shortest vector, the last entry not counted, that gives the same A x. */
  shortest(x: Float64Array): Float64Array;
}

/** A column counts as dependent when the others leave less than this share of its squares unexplained. */
const dependence = 1e-11;

/** A Cholesky factor with pivoting of a symmetric positive semidefinite matrix; its last column comes first. */
function rankedFactor(a: Float64Array, n: number): RankedFactor {
  const scale = Float64Array.from({ length: n }, (_, k) => Math.sqrt(a[k * n + k]) || 1);
  const left = Float64Array.from({ length: n }, (_, k) => a[k * n + k] / scale[k] ** 2);
  // Row k of `rows` is column k's row of the factor, entry s belonging to the s-th pivot.
  const rows = Array.from({ length: n }, () => new Float64Array(n));
  const order: number[] = [];
  const rest = new Set(Array.from({ length: n }, (_, k) => k));
  while (rest.size > 0) {
    let pivot = order.length === 0 ? n - 1 : -1;
    if (pivot < 0) for (const k of rest) if (pivot < 0 || left[k] > left[pivot]) pivot = k;
    if (!(left[pivot] > dependence)) break;
    rest.delete(pivot);
    const s = order.length;
    order.push(pivot);
    const root = Math.sqrt(left[pivot]);
    rows[pivot][s] = root;
    for (const k of rest) {
      let sum = a[k * n + pivot] / (scale[k] * scale[pivot]);
      for (let t = 0; t < s; t++) sum -= rows[k][t] * rows[pivot][t];
      rows[k][s] = sum / root;
      left[k] -= rows[k][s] ** 2;
    }
  }
  const rank = order.length;
  const factor = new Float64Array(rank * rank);
  order.forEach((k, s) => {
    factor.set(rows[k].subarray(0, rank), s * rank);
  });
  const solve = (b: Float64Array): Float64Array => {
    const x = new Float64Array(n);
    const solved = choleskySolve(
      factor,
      rank,
      order.map((k) => b[k] / scale[k]),
    );
    order.forEach((k, s) => {
      x[k] = solved[s] / scale[k];
    });
    return x;
  };
  // Each dependent column as a combination of the independent ones.
  const combinations = [...rest].map((k) => ({ k, of: solve(columnOf(a, n, k)) }));
  const entangled = new Set(rest);
  for (const { of } of combinations)
    of.forEach((value, k) => {
      if (k !== n - 1 && Math.abs(value) * scale[k] > 1e-9) entangled.add(k);
    });
  return {
    independent: order,
    entangled: [...entangled],
    solve,
    shortest: (x) => shorten(x, combinations, order.slice(1), n),
  };
}

/**
 * With dependent columns D = S C, any z may be moved from S to D: x_S − C z, x_D = z. The shortest has
 * (x_S, x_D) = (u, Cᵀ u) where (I + C Cᵀ) u = x_S; solved for z, which has fewer entries: (I + CᵀC) z = Cᵀ x_S.
 */
function shorten(
  x: Float64Array,
  combinations: readonly { readonly k: number; readonly of: Float64Array }[],
  independent: readonly number[],
  n: number,
): Float64Array {
  if (combinations.length === 0) return x;
  const m = combinations.length;
  const square = new Float64Array(m * m);
  const right = new Float64Array(m);
  combinations.forEach((p, i) => {
    combinations.forEach((q, j) => {
      square[i * m + j] = i === j ? 1 : 0;
      for (const k of independent) square[i * m + j] += p.of[k] * q.of[k];
    });
    for (const k of independent) right[i] += p.of[k] * x[k];
  });
  const factor = cholesky(square, m);
  const z = factor ? choleskySolve(factor, m, right) : right.fill(0);
  const out = Float64Array.from(x);
  combinations.forEach(({ k, of }, i) => {
    out[k] = z[i];
    for (let j = 0; j < n; j++) out[j] -= of[j] * z[i];
  });
  return out;
}

function columnOf(a: Float64Array, n: number, k: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => a[i * n + k]);
}
