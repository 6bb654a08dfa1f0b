import { checkInteger } from "../core/checks";
import type { ScoreOptions } from "../core/metric";
import { checkLabels, weightAt } from "./check-scored";
import { descending, ranked } from "./ranking";

/** Points of equal index belong together; thresholds fall. */
export interface RocCurve {
  readonly falsePositiveRate: Float64Array;
  readonly truePositiveRate: Float64Array;
  /** The first is Infinity: nothing is taken for class 1. */
  readonly thresholds: Float64Array;
}

/**
 * The ROC curve from (0, 0) to (1, 1), without the points that lie on a straight line between their neighbours.
 *
 * @example
 * const curve = rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * curve.falsePositiveRate; // → [0, 0, 0.5, 0.5, 1]
 * curve.truePositiveRate; // → [0, 0.5, 0.5, 1, 1]
 */
export function rocCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ScoreOptions = {},
): RocCurve {
  const all = ranked(labels, scores, options.weights, "draw ROC curve");
  const { truePositives: tp, falsePositives: fp } = all;
  const last = tp.length - 1;
  const kept: number[] = [];
  for (let k = 0; k <= last; k++) {
    const [tp0, fp0] = k > 0 ? [tp[k - 1], fp[k - 1]] : [0, 0];
    const straight =
      k > 0 && k < last && tp[k + 1] - tp[k] === tp[k] - tp0 && fp[k + 1] - fp[k] === fp[k] - fp0;
    if (!straight) kept.push(k);
  }
  const at = (values: Float64Array, first: number, scale: number): Float64Array =>
    Float64Array.from([first, ...kept.map((k) => values[k] / scale)]);
  return {
    falsePositiveRate: at(fp, 0, fp[last]),
    truePositiveRate: at(tp, 0, tp[last]),
    thresholds: at(all.scores, Infinity, 1),
  };
}

/** Points of equal index belong together; thresholds rise, and precision and recall end with one point more: (1, 0). */
export interface PrecisionRecallCurve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly thresholds: Float64Array;
}

/**
 * Precision and recall at every distinct score.
 *
 * @example
 * const curve = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * curve.recall; // → [1, 1, 0.5, 0.5, 0]
 * curve.precision; // → [0.5, 0.67, 0.5, 1, 1]
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: ScoreOptions = {},
): PrecisionRecallCurve {
  const all = ranked(labels, scores, options.weights, "draw precision-recall curve");
  const { truePositives: tp, falsePositives: fp } = all;
  const n = tp.length;
  const precision = new Float64Array(n + 1).fill(1);
  const recall = new Float64Array(n + 1);
  for (let k = 0; k < n; k++) {
    precision[n - 1 - k] = tp[k] === 0 ? 0 : tp[k] / (tp[k] + fp[k]);
    recall[n - 1 - k] = tp[k] / tp[n - 1];
  }
  return { precision, recall, thresholds: Float64Array.from(all.scores).reverse() };
}

/** One band of customers, from the highest scores down. */
export interface GainBand {
  /** From 1: the customers with the highest scores. */
  readonly band: number;
  /** Weight of the rows in the band. */
  readonly rows: number;
  readonly positives: number;
  readonly lowestScore: number;
  /** Share of class 1 in the band, and how many times the overall share that is. */
  readonly rate: number;
  readonly lift: number;
  /** Up to and with this band: share of all rows, share of all class-1 rows found, lift. */
  readonly cumulativeRows: number;
  readonly gain: number;
  readonly cumulativeLift: number;
}

export interface GainOptions extends ScoreOptions {
  /** How many bands of equal weight; from 2. @default 10 */
  readonly bands?: number;
}

/**
 * The gain and lift table: rows in bands of equal weight by falling score. Rows of equal score that a boundary divides
 * count in proportion on both sides, so the rows' order does not matter.
 *
 * @example
 * gainTable([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1], { bands: 2 }); // → [{ rate: 1, lift: 2, gain: 1 }, { rate: 0, gain: 1 }]
 */
export function gainTable(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  options: GainOptions = {},
): GainBand[] {
  const { bands = 10, weights } = options;
  const action = "make gain table";
  checkLabels(labels, scores, weights, action);
  checkInteger(bands, 2, labels.length, action, "bands");
  const order = descending(scores);
  let total = 0;
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    total += weightAt(weights, i);
    positives += labels[i] * weightAt(weights, i);
  }
  const width = total / bands;
  const found = new Float64Array(bands);
  const lowest = new Float64Array(bands).fill(Number.NaN);
  let done = 0;
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from]];
    let tied = 0;
    let tiedPositives = 0;
    let to = from;
    for (; to < order.length && scores[order[to]] === score; to++) {
      tied += weightAt(weights, order[to]);
      tiedPositives += weightAt(weights, order[to]) * labels[order[to]];
    }
    for (let b = Math.min(bands - 1, Math.floor(done / width)); b < bands && tied > 0; b++) {
      const end = b === bands - 1 ? done + tied : Math.min(done + tied, (b + 1) * width);
      const begin = Math.max(done, b * width);
      if (end > begin) {
        found[b] += (tiedPositives * (end - begin)) / tied;
        lowest[b] = score;
      }
      if (end >= done + tied) break;
    }
    done += tied;
    from = to;
  }
  const overall = positives / total;
  let gained = 0;
  return Array.from({ length: bands }, (_, b) => {
    gained += found[b];
    const rate = found[b] / width;
    const cumulativeRate = gained / (width * (b + 1));
    return {
      band: b + 1,
      rows: width,
      positives: found[b],
      lowestScore: lowest[b],
      rate,
      lift: overall === 0 ? 0 : rate / overall,
      cumulativeRows: (b + 1) / bands,
      gain: positives === 0 ? 0 : gained / positives,
      cumulativeLift: overall === 0 ? 0 : cumulativeRate / overall,
    };
  });
}
