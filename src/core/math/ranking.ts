/** Cumulative weights of both classes at each distinct score, from the highest score down. */
export interface Ranked {
  readonly scores: Float64Array;
  /** Weight of class 1 with at least this score. */
  readonly truePositives: Float64Array;
  /** Weight of class 0 with at least this score. */
  readonly falsePositives: Float64Array;
}

/** Row numbers by descending score; equal scores keep their order. */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const order = new Uint32Array(scores.length);
  let sorted = true;
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (i > 0 && !(scores[i] <= scores[i - 1])) sorted = false;
  }
  return sorted ? order : order.sort((a, b) => scores[b] - scores[a] || a - b);
}

/** Both classes' cumulative weights. Labels are 0 or 1; rows without weight make no point of their own. */
export function rankedWeights(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: ArrayLike<number>,
): Ranked {
  const order = weights ? descending(scores).filter((i) => weights[i] > 0) : descending(scores);
  const distinct = new Float64Array(order.length);
  const positives = new Float64Array(order.length);
  const negatives = new Float64Array(order.length);
  let count = 0;
  let tp = 0;
  let fp = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    if (labels[i] === 1) tp += weights?.[i] ?? 1;
    else fp += weights?.[i] ?? 1;
    if (k + 1 < order.length && scores[order[k + 1]] === scores[i]) continue;
    distinct[count] = scores[i];
    positives[count] = tp;
    negatives[count++] = fp;
  }
  return {
    scores: distinct.subarray(0, count),
    truePositives: positives.subarray(0, count),
    falsePositives: negatives.subarray(0, count),
  };
}

/** Average precision: Σ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores. Class 1 must occur. */
export function precisionArea({ truePositives: tp, falsePositives: fp }: Ranked): number {
  let area = 0;
  for (let k = 0; k < tp.length; k++) {
    const gained = tp[k] - (k > 0 ? tp[k - 1] : 0);
    if (gained > 0) area += (gained * tp[k]) / (tp[k] + fp[k]);
  }
  return area / tp[tp.length - 1];
}
