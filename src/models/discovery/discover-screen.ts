import { column, type Matrix } from "../../core/matrix";
import type { Split } from "../../data/split";

// Bins of a candidate's values. More would follow noise, fewer would miss a threshold.
const binCount = 24;
// Rows from which the bins' edges are read.
const edgeRows = 512;
// Added to each cell's sum of second derivatives: cells with few customers move little.
const shrinkage = 1;
// Categories of at most so many levels are crossed with a candidate.
const crossLevels = 6;

/** Judges a candidate by the held-out gain in log likelihood of one Newton step on its bins. */
export interface Screen {
  /** The best of the bins alone and the bins crossed with one category of few levels. */
  gain(values: Float64Array): number;
}

/**
 * A screen for candidates beside a model whose out-of-fold probabilities are `predicted`. A step's height in a cell is
 * fitted on the other folds' rows (Friedman, Hastie and Tibshirani, 2000) and judged on the fold's own, by the
 * likelihood's second-order expansion.
 */
export function screen(
  x: Matrix,
  y: Float64Array,
  predicted: Float64Array,
  folds: readonly Split[],
  weights?: Float64Array,
): Screen {
  const foldOf = new Uint8Array(x.rows);
  folds.forEach(({ test }, f) => {
    for (const i of test) foldOf[i] = f;
  });
  const folded = folds.length;
  // Gradient and curvature side by side.
  const slopes = new Float64Array(2 * x.rows);
  predicted.forEach((p, i) => {
    const weight = weights ? weights[i] : 1;
    slopes[2 * i] = weight * (y[i] - p);
    slopes[2 * i + 1] = weight * p * (1 - p);
  });
  // Alone, and crossed with each category of few levels: where within a bin a row's sums lie, by fold and code.
  const groupings: Grouping[] = [{ groups: 1, place: Int32Array.from(foldOf) }];
  x.features.forEach(({ levels }, j) => {
    if (!levels || levels.length < 2 || levels.length > crossLevels) return;
    const codes = column(x, j);
    const groups = levels.length + 1;
    const place = Int32Array.from(codes, (code, i) => {
      return (Number.isNaN(code) ? levels.length : code) * folded + foldOf[i];
    });
    groupings.push({ groups, place });
  });
  const bins = new Int32Array(x.rows);
  const edges = new Float64Array(31);
  const sums = new Float64Array(2 * (binCount + 2) * folded * (crossLevels + 1));
  return {
    gain(values) {
      const count = binOf(values, bins, edges);
      if (count < 3) return 0;
      let best = -Infinity;
      for (const { groups, place } of groupings) {
        const own = sums.subarray(0, 2 * count * groups * folded);
        addUp(own, bins, place, groups * folded, slopes);
        best = Math.max(best, heldOutGain(own, folded));
      }
      return best;
    },
  };
}

interface Grouping {
  readonly groups: number;
  readonly place: Int32Array;
}

function addUp(
  sums: Float64Array,
  bins: Int32Array,
  place: Int32Array,
  width: number,
  slopes: Float64Array,
): void {
  sums.fill(0);
  for (let i = 0; i < bins.length; i++) {
    const cell = 2 * (bins[i] * width + place[i]);
    sums[cell] += slopes[2 * i];
    sums[cell + 1] += slopes[2 * i + 1];
  }
}

/** Σ g·v − ½ h·v² over cells and folds, v being the step that the other folds ask for. */
function heldOutGain(sums: Float64Array, folds: number): number {
  let gain = 0;
  for (let cell = 0; cell < sums.length; cell += 2 * folds) {
    let g = 0;
    let h = 0;
    for (let k = cell; k < cell + 2 * folds; k += 2) {
      g += sums[k];
      h += sums[k + 1];
    }
    for (let k = cell; k < cell + 2 * folds; k += 2) {
      const step = (g - sums[k]) / (h - sums[k + 1] + shrinkage);
      gain += sums[k] * step - 0.5 * sums[k + 1] * step * step;
    }
  }
  return gain;
}

/** Puts each value into one of about 24 quantile bins, missing values into the last; returns how many bins there are. */
function binOf(values: Float64Array, bins: Int32Array, edges: Float64Array): number {
  const stride = Math.max(1, Math.floor(values.length / edgeRows));
  const sample = new Float64Array(Math.ceil(values.length / stride));
  let size = 0;
  for (let i = 0; i < values.length; i += stride) if (!Number.isNaN(values[i])) sample[size++] = values[i];
  const sorted = sample.subarray(0, size).sort();
  // Filled up to a power of two less one, so that the search below is five steps for every value.
  edges.fill(Infinity);
  let count = 0;
  for (let b = 1; b < binCount && size > 0; b++) {
    const edge = sorted[Math.floor((b * size) / binCount)];
    if (edge > sorted[0] && (count === 0 || edge > edges[count - 1])) edges[count++] = edge;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    // Without branches: where the next step goes is a coin's toss each time.
    let bin = 16 * Number(value >= edges[15]);
    bin += 8 * Number(value >= edges[bin + 7]);
    bin += 4 * Number(value >= edges[bin + 3]);
    bin += 2 * Number(value >= edges[bin + 1]);
    bin += Number(value >= edges[bin]);
    bins[i] = Number.isNaN(value) ? count + 1 : bin;
  }
  return count + 2;
}
