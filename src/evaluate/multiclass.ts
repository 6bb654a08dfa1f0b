import { check, checkSameLength } from "../core/checks";
import type { Scorer } from "../core/metric";
import { rocAuc } from "./ranking";

/**
 * How often each class came (rows) where each was called (columns).
 *
 * @example
 * confusionMatrix([0, 1, 2, 2], [0, 1, 1, 2], 3); // → [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
 */
export function confusionMatrix(
  y: ArrayLike<number>,
  called: ArrayLike<number>,
  classes: number,
): number[][] {
  checkSameLength(y.length, called.length, "count confusion", "classes and calls");
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < y.length; i++) counts[y[i]][called[i]]++;
  return counts;
}

/** What readers call the metrics of several classes. */
export const classesTitles: Readonly<Record<string, string>> = {
  accuracy: "Accuracy",
  macroF1: "F1, mean of classes",
  macroRocAuc: "ROC AUC, mean of one against the rest",
  logLoss: "Log loss",
};

/**
 * The metrics of several classes' probabilities, one array a class. What they compare are the classes of rows and the
 * rows' numbers in these arrays, so that resampled rows keep their probabilities.
 *
 * @example
 * const [sure, doubt] = [0.8, 0.1];
 * const probabilities = [[sure, doubt, doubt], [doubt, sure, doubt], [doubt, doubt, sure]].map((p) => Float64Array.from(p));
 * const [accuracy] = classesScorers(probabilities);
 * accuracy.metric(Float64Array.of(0, 1, 1), Float64Array.of(0, 1, 2)); // → 0.667
 */
export function classesScorers(probabilities: readonly Float64Array[]): Scorer[] {
  const classes = probabilities.length;
  check(classes > 2, "score classes", "there must be three classes or more", classes);
  const calls = probabilities[0].map((_, i) => {
    let best = 0;
    for (let k = 1; k < classes; k++) if (probabilities[k][i] > probabilities[best][i]) best = k;
    return best;
  });
  const mean = (y: ArrayLike<number>, of: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < y.length; i++) sum += of(i);
    return sum / y.length;
  };
  return [
    {
      name: "accuracy",
      title: classesTitles.accuracy,
      better: "higher",
      range: [0, 1],
      metric: (y, rows) => mean(y, (i) => Number(calls[rows[i]] === y[i])),
    },
    {
      name: "macroF1",
      title: classesTitles.macroF1,
      better: "higher",
      range: [0, 1],
      metric: (y, rows) =>
        macroF1(
          y,
          Array.from(rows, (row) => calls[row]),
          classes,
        ),
    },
    {
      name: "macroRocAuc",
      title: classesTitles.macroRocAuc,
      better: "higher",
      range: [0, 1],
      metric: (y, rows) => macroRocAuc(y, rows, probabilities),
    },
    {
      name: "logLoss",
      title: classesTitles.logLoss,
      better: "lower",
      range: [0, Infinity],
      metric: (y, rows) => mean(y, (i) => -Math.log(Math.max(2 ** -52, probabilities[y[i]][rows[i]]))),
    },
  ];
}

/** The plain mean of each class's F1; 0 for a class that is there or called and never rightly. */
function macroF1(y: ArrayLike<number>, called: ArrayLike<number>, classes: number): number {
  const counts = confusionMatrix(y, called, classes);
  let sum = 0;
  let seen = 0;
  for (let k = 0; k < classes; k++) {
    const actual = counts[k].reduce((all, count) => all + count, 0);
    const asked = counts.reduce((all, row) => all + row[k], 0);
    if (actual + asked === 0) continue;
    seen++;
    sum += (2 * counts[k][k]) / (actual + asked);
  }
  return sum / seen;
}

/** The plain mean over the classes that are there of the ROC AUC of each against the rest. */
export function macroRocAuc(
  y: ArrayLike<number>,
  rows: ArrayLike<number>,
  probabilities: readonly Float64Array[],
): number {
  let sum = 0;
  let seen = 0;
  probabilities.forEach((own, k) => {
    const labels = Array.from(y, (label) => Number(label === k));
    if (!labels.includes(1) || !labels.includes(0)) return;
    seen++;
    sum += rocAuc(
      labels,
      Array.from(rows, (row) => own[row]),
    );
  });
  return seen > 0 ? sum / seen : Number.NaN;
}
