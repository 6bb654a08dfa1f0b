import { check, checkSameLength } from "../core/checks";

/**
 * The weights, none negative and summing to 1, under which the mean of several models' probabilities has the smallest
 * log loss; `predictions` should be of rows that the models did not see. The loss is convex in the weights, and
 * expectation maximisation of the mixture lowers it at every step.
 */
export function blendWeights(
  predictions: readonly Float64Array[],
  y: Float64Array,
  rowWeights?: Float64Array,
): Float64Array {
  const action = "blend models";
  check(predictions.length > 0, action, "there must be a model", 0);
  for (const one of predictions) checkSameLength(one.length, y.length, action, "predictions and labels");
  const models = predictions.length;
  const weights = new Float64Array(models).fill(1 / models);
  // What each model says of the class that came.
  const chances = predictions.map((one) => one.map((p, i) => Math.max(1e-15, y[i] === 1 ? p : 1 - p)));
  const shares = new Float64Array(models);
  let before = Infinity;
  for (let step = 0; step < 10_000; step++) {
    shares.fill(0);
    let loss = 0;
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      let mixed = 0;
      for (let m = 0; m < models; m++) mixed += weights[m] * chances[m][i];
      const weight = rowWeights ? rowWeights[i] : 1;
      loss -= weight * Math.log(mixed);
      total += weight;
      for (let m = 0; m < models; m++) shares[m] += (weight * weights[m] * chances[m][i]) / mixed;
    }
    for (let m = 0; m < models; m++) weights[m] = shares[m] / total;
    if (before - loss < 1e-9 * total) break;
    before = loss;
  }
  return weights;
}
