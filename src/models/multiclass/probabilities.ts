/** How the scores of the classes become probabilities: "softmax" of scores, or "shares" of them that sum to 1. */
export type Link = "softmax" | "shares";

/** The weighted mean of several models' probabilities. */
export function blended(
  parts: readonly (readonly Float64Array[])[],
  weights: ArrayLike<number>,
): Float64Array[] {
  return parts[0].map((first, k) =>
    first.map((_, i) => {
      let sum = 0;
      parts.forEach((part, m) => {
        sum += weights[m] * part[k][i];
      });
      return sum;
    }),
  );
}

/** Probabilities of scores, one array a class. */
export function linked(scores: readonly Float64Array[], link: Link): Float64Array[] {
  const out = scores.map((score) => Float64Array.from(score));
  const rows = out[0].length;
  for (let i = 0; i < rows; i++) {
    let most = -Infinity;
    for (const values of out) most = Math.max(most, values[i]);
    let sum = 0;
    for (const values of out) {
      values[i] = link === "softmax" ? Math.exp(values[i] - most) : Math.max(0, values[i]);
      sum += values[i];
    }
    // Where no class has a share they are alike.
    for (const values of out) values[i] = sum > 0 ? values[i] / sum : 1 / out.length;
  }
  return out;
}

/** The class of greatest probability of each row; of equals the first. */
export function mostProbable(probabilities: readonly Float64Array[]): Float64Array {
  return probabilities[0].map((_, i) => {
    let best = 0;
    for (let k = 1; k < probabilities.length; k++) if (probabilities[k][i] > probabilities[best][i]) best = k;
    return best;
  });
}
