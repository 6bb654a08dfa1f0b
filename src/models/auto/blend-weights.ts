import { check, checkSameLength } from "../../core/checks";

/** Steps at most; about ten are usual. */
const mostSteps = 200;

/**
 * The weights, none negative and summing to 1, under which the mean of several models' probabilities has the smallest
 * log loss; `predictions` should be of rows that the models did not see. With the weights' sum added to it the loss is
 * smallest where they sum to 1 by themselves, so only the signs are left to mind: Newton steps, each the minimum of a
 * quadratic model over weights that are not negative (Kim, Carbonetto, Stephens and Anitescu, 2020).
 */
export function blendWeights(
  predictions: readonly Float64Array[],
  y: Float64Array,
  rowWeights?: Float64Array,
): Float64Array {
  const action = "blend models";
  check(predictions.length > 0, action, "there must be a model", 0);
  for (const values of predictions)
    checkSameLength(values.length, y.length, action, "predictions and labels");
  const models = predictions.length;
  // What each model says of the class that came.
  const chances = predictions.map((prediction) =>
    prediction.map((p, i) => Math.max(1e-15, y[i] === 1 ? p : 1 - p)),
  );
  let total = 0;
  for (let i = 0; i < y.length; i++) total += rowWeights ? rowWeights[i] : 1;
  const mean = new Float64Array(y.length);
  /** The mean log loss and the sum of weights; leaves the blend's chances in `mean`. */
  const value = (at: Float64Array): number => {
    mean.fill(0);
    for (let m = 0; m < models; m++) for (let i = 0; i < mean.length; i++) mean[i] += at[m] * chances[m][i];
    let loss = 0;
    for (let i = 0; i < mean.length; i++) loss -= (rowWeights ? rowWeights[i] : 1) * Math.log(mean[i]);
    return loss / total + at.reduce((sum, value) => sum + value, 0);
  };
  let weights: Float64Array = new Float64Array(models).fill(1 / models);
  let lowest = value(weights);
  const gradient = new Float64Array(models);
  const slopes = new Float64Array(models);
  const hessian = new Float64Array(models * models);
  for (let step = 0; step < mostSteps; step++) {
    for (let m = 0; m < models; m++) {
      gradient[m] = 1;
      for (let k = 0; k <= m; k++) hessian[m * models + k] = 0;
    }
    for (let i = 0; i < mean.length; i++) {
      const share = (rowWeights ? rowWeights[i] : 1) / total;
      const one = 1 / mean[i];
      for (let m = 0; m < models; m++) {
        slopes[m] = chances[m][i] * one;
        const slope = share * slopes[m];
        gradient[m] -= slope;
        for (let k = 0; k <= m; k++) hessian[m * models + k] += slope * slopes[k];
      }
    }
    for (let m = 0; m < models; m++) {
      hessian[m * models + m] += 1e-10;
      for (let k = 0; k < m; k++) hessian[k * models + m] = hessian[m * models + k];
    }
    const change = nonNegativeStep(weights, gradient, hessian);
    const slope = change.reduce((sum, value, m) => sum + value * gradient[m], 0);
    if (-slope < 1e-12) break;
    let reached = false;
    for (let t = 1; t > 1e-10 && !reached; t /= 2) {
      const next = weights.map((weight, m) => weight + t * change[m]);
      const loss = value(next);
      if (!(loss <= lowest + 1e-4 * t * slope)) continue;
      [weights, lowest, reached] = [next, loss, true];
    }
    if (!reached) break;
  }
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The step v that minimises gᵀv + ½ vᵀHv with no entry of `at` + v negative, an entry at a time. */
function nonNegativeStep(at: Float64Array, gradient: Float64Array, hessian: Float64Array): Float64Array {
  const n = at.length;
  const step = new Float64Array(n);
  const slopes = Float64Array.from(gradient);
  for (let round = 0; round < 10_000; round++) {
    let largest = 0;
    for (let m = 0; m < n; m++) {
      const curvature = hessian[m * n + m];
      const move = Math.max(-at[m], step[m] - slopes[m] / curvature) - step[m];
      if (move === 0) continue;
      step[m] += move;
      largest = Math.max(largest, curvature * move * move);
      for (let k = 0; k < n; k++) slopes[k] += move * hessian[k * n + m];
    }
    if (largest < 1e-20) break;
  }
  return step;
}
