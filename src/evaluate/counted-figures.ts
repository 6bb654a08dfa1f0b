import { check } from "../core/checks";
import { descending } from "../core/math/ranking";
import { takeValues } from "../core/matrix";
import type { Scorer } from "../core/metric";
import { binOf } from "./probability";

/** Figures, by name, of rows that count so often each; throws where such rows leave one undefined. */
export type CountedFigures = (times: ArrayLike<number>) => Readonly<Record<string, number>>;

/** Bins of the calibration error, as `calibrationCurve` draws them unless told otherwise. */
const bins = 10;

/**
 * The figures of `probabilityScorers`, of rows that count so often each: in one pass over the rows, sorted and their
 * losses known once for all counts to come. Both classes must occur.
 */
export function countedProbabilities(labels: Float64Array, scores: Float64Array): CountedFigures {
  const order = descending(scores);
  const y = takeValues(labels, order);
  const p = takeValues(scores, order);
  const edge = 2 ** -52;
  const losses = p.map(
    (value, k) => -Math.log(Math.min(1 - edge, Math.max(edge, y[k] === 1 ? value : 1 - value))),
  );
  const edges = Float64Array.from({ length: bins + 1 }, (_, k) => k / bins);
  const binOfRow = Uint8Array.from(p, (value) => binOf(edges, value));
  const [rows, predicted, positives] = [0, 1, 2].map(() => new Float64Array(bins));
  return (times) => {
    let [total, ones] = [0, 0];
    for (let i = 0; i < labels.length; i++) {
      total += times[i];
      ones += labels[i] * times[i];
    }
    const zeros = total - ones;
    check(ones > 0 && zeros > 0, "count figures", "both classes must occur", ones);
    for (const one of [rows, predicted, positives]) one.fill(0);
    let [loss, squares, roc, pr, gap, tp, fp, tp0, fp0] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let k = 0; k < p.length; k++) {
      const w = times[order[k]];
      if (w > 0) {
        const bin = binOfRow[k];
        rows[bin] += w;
        predicted[bin] += w * p[k];
        loss += w * losses[k];
        squares += w * (p[k] - y[k]) ** 2;
        if (y[k] === 1) {
          positives[bin] += w;
          tp += w;
        } else fp += w;
      }
      if (k + 1 < p.length && p[k + 1] === p[k]) continue;
      roc += ((fp - fp0) * (tp + tp0)) / 2;
      if (tp > tp0) pr += ((tp - tp0) * tp) / (tp + fp);
      gap = Math.max(gap, Math.abs(tp / ones - fp / zeros));
      [tp0, fp0] = [tp, fp];
    }
    let missed = 0;
    for (let k = 0; k < bins; k++) missed += Math.abs(predicted[k] - positives[k]);
    const share = ones / total;
    return {
      rocAuc: roc / (ones * zeros),
      averagePrecision: pr / ones,
      logLoss: loss / total,
      brierLoss: squares / total,
      brierSkill: 1 - squares / total / (share * (1 - share)),
      calibrationError: missed / total,
      kolmogorovSmirnov: gap,
    };
  };
}

/** The scorers' figures of decisions, 0 or 1, of rows that count so often each: of four kinds of rows, so weighted. */
export function countedDecisions(
  scorers: readonly Scorer[],
  labels: Float64Array,
  decided: Float64Array,
): CountedFigures {
  const kinds = Uint8Array.from(labels, (label, i) => 2 * label + decided[i]);
  return (times) => {
    const weights = new Float64Array(4);
    for (let i = 0; i < kinds.length; i++) weights[kinds[i]] += times[i];
    return Object.fromEntries(
      scorers.map(({ name, metric }) => [name, metric([0, 0, 1, 1], [0, 1, 0, 1], { weights })]),
    );
  };
}
