import { check, checkSameLength } from "../../core/checks";
import { cholesky, choleskySolve } from "../../core/math/linear-algebra";

/** So many models at most: every set of them is looked at. */
const mostModels = 10;

/**
 * The weights, none negative and summing to 1, under which the mean of several models' predictions has the smallest
 * squared error; `predictions` should be of rows that the models did not see. Exact: of the sets of models whose best
 * weights are all above 0, the one with the least error.
 *
 * @example
 * const right = Float64Array.of(1, 2, 3);
 * squaredWeights([right, Float64Array.of(3, 3, 3)], right); // → [1, 0]
 */
export function squaredWeights(predictions: readonly Float64Array[], y: Float64Array): Float64Array {
  const action = "blend models";
  const models = predictions.length;
  check(models > 0 && models <= mostModels, action, `there must be from 1 to ${mostModels} models`, models);
  for (const values of predictions)
    checkSameLength(values.length, y.length, action, "predictions and targets");
  // With weights that sum to 1 the blend's error is the blend of the errors.
  const errors = predictions.map((prediction) => prediction.map((value, i) => value - y[i]));
  const products = errors.map((a) =>
    errors.map((b) => a.reduce((sum, value, i) => sum + value * b[i], 0) / y.length),
  );
  let best: { weights: Float64Array; loss: number } | undefined;
  for (let set = 1; set < 1 << models; set++) {
    const chosen = [...errors.keys()].filter((m) => set & (1 << m));
    const weights = weightsOf(chosen, products);
    if (!weights?.every((weight) => weight >= 0)) continue;
    let loss = 0;
    chosen.forEach((a) => {
      for (const b of chosen) loss += weights[a] * weights[b] * products[a][b];
    });
    if (!best || loss < best.loss) best = { weights, loss };
  }
  // There always is a best: a set of one model has weights.
  return (best as { weights: Float64Array }).weights;
}

/**
 * Lowest with these models alone and weights of either sign; undefined where they make no error at all. Where their errors
 * determine one another, of the weights that are equally good those of the smallest squares (but for 10⁻¹² of the error).
 */
function weightsOf(chosen: readonly number[], products: readonly number[][]): Float64Array | undefined {
  const out = new Float64Array(products.length);
  if (chosen.length === 1) {
    out[chosen[0]] = 1;
    return out;
  }
  const n = chosen.length;
  const system = Float64Array.from(chosen.flatMap((a) => chosen.map((b) => products[a][b])));
  let factor = cholesky(system, n);
  if (!factor) {
    const ridge = 1e-12 * chosen.reduce((sum, m) => sum + products[m][m], 0);
    for (let k = 0; k < n; k++) system[k * n + k] += ridge;
    factor = cholesky(system, n);
  }
  if (!factor) return undefined;
  const solved = choleskySolve(factor, n, new Float64Array(n).fill(1));
  const sum = solved.reduce((all, value) => all + value, 0);
  chosen.forEach((m, k) => {
    out[m] = solved[k] / sum;
  });
  return out;
}
