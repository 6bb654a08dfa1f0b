/** A quadratic of w with penalties: g·(w − w₀) + ½ (w − w₀)ᵀ H (w − w₀) + Σ (l1ₖ |wₖ| + ½ l2ₖ wₖ²). */
export interface PenalizedQuadratic {
  /** The gradient g at w₀. */
  readonly gradient: Float64Array;
  /** The diagonal of H. */
  readonly diagonal: Float64Array;
  /** Writes column k of H; called at most once for each coordinate that moves. */
  readonly column: (k: number, out: Float64Array) => void;
  readonly l1: Float64Array;
  readonly l2: Float64Array;
}

/**
 * The minimiser of the quadratic, found by cyclic coordinate descent from `start` = w₀ (Friedman, Hastie and
 * Tibshirani, 2010): ends when a sweep over all coordinates changes no penalised gradient by more than `tolerance`.
 * Between such sweeps only coordinates that are not zero move.
 */
export function coordinateDescent(
  { gradient, diagonal, column, l1, l2 }: PenalizedQuadratic,
  start: Float64Array,
  tolerance: number,
  sweeps = 10_000,
): Float64Array {
  const n = start.length;
  const w = Float64Array.from(start);
  const g = Float64Array.from(gradient);
  const columns = new Array<Float64Array | undefined>(n);
  /** Moves coordinate k to its minimum; returns the change in units of the gradient. */
  const move = (k: number): number => {
    const curvature = diagonal[k] + l2[k];
    if (curvature <= 0) return 0;
    const to = soft(diagonal[k] * w[k] - g[k], l1[k]) / curvature;
    const change = to - w[k];
    if (change === 0) return 0;
    let h = columns[k];
    if (!h) {
      h = new Float64Array(n);
      column(k, h);
      columns[k] = h;
    }
    for (let i = 0; i < n; i++) g[i] += change * h[i];
    w[k] = to;
    return Math.abs(change) * curvature;
  };
  for (let sweep = 0; sweep < sweeps; ) {
    let largest = 0;
    for (let k = 0; k < n; k++) largest = Math.max(largest, move(k));
    sweep++;
    if (largest <= tolerance) break;
    for (; sweep < sweeps; sweep++) {
      largest = 0;
      for (let k = 0; k < n; k++) if (w[k] !== 0) largest = Math.max(largest, move(k));
      if (largest <= tolerance) break;
    }
  }
  return w;
}

/** The value moved towards 0 by `by`, at most to 0. */
function soft(value: number, by: number): number {
  return value > by ? value - by : value < -by ? value + by : 0;
}
