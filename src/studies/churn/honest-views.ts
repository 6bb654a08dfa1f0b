import { decimal, duration, interval, percent } from "../../core/format";
import { mean } from "../../core/math/statistics";
import type { Interval } from "../../evaluate/bootstrap";
import { precisionRecallCurve, rocCurve } from "../../evaluate/curves";
import {
  diagonal,
  type LineChart,
  lineChart,
  type Point,
  referenceLine,
  type Series,
} from "../../report/charts/line";
import { modelColours } from "../../report/charts/theme";
import { dataTable, numeric, scored, type TableColumn } from "../../report/data-table";
import type { Customers } from "../../services/churn-data";
import { chosenModel, type HonestFigure, type HonestModel } from "./honest";

/** Every model on the test customers, with intervals. */
export function honestTable(models: readonly HonestModel[]): string {
  const figure = (
    label: string,
    key: HonestFigure,
    best: "highest" | "lowest",
    help: string,
  ): TableColumn<HonestModel>[] => [
    scored(label, best, (row) => row.test[key].estimate, decimal, { help }),
    numeric("95% interval", (row) => interval(row.test[key].low, row.test[key].high, 2)),
  ];
  return dataTable(
    models,
    [
      { label: "Model", text: nameOf },
      ...figure("ROC AUC", "rocAuc", "highest", "How often a leaver scores above a stayer"),
      ...figure("PR AUC", "averagePrecision", "highest", "Average precision over all recalls"),
      ...figure("F1", "f1", "highest", "At the threshold chosen on training customers"),
      ...figure("Brier", "brier", "lowest", "Mean squared error of the probability"),
      numeric("Threshold", (row) => decimal(row.threshold, 2)),
      numeric("Time", (row) => duration(row.milliseconds), { varies: true }),
    ],
    {
      caption: "Honest protocol: the test customers, predicted once",
      note: "Intervals: bootstrap of the test customers. Threshold: best F1 of cross-validated training predictions. Time: cross-validation and final fit.",
    },
  );
}

/** ROC curves of the models without SMOTE. */
export function rocChart(models: readonly HonestModel[], test: Customers): Promise<string> {
  const plain = models.filter((model) => !model.resampled);
  const best = chosenModel(models);
  return lineChart({
    title: `${best.name} ranks a leaver above a stayer ${percent(best.test.rocAuc.estimate, 0)} of the time`,
    description: `ROC curves on the test customers: ${plain.map((model) => `${model.name} has an area of ${decimal(model.test.rocAuc.estimate)}`).join(", ")}. A diagonal shows a model without skill.`,
    x: { label: "Share of stayers called leavers", domain: [0, 1], format: ".0%" },
    y: { label: "Share of leavers found", domain: [0, 1], format: ".0%" },
    series: [
      ...plain.map((model): Series => {
        const curve = rocCurve(test.labels, model.testScores);
        return {
          name: model.name,
          colour: modelColours[model.name] ?? 1,
          points: pointsOf(curve.falsePositiveRate, curve.truePositiveRate),
        };
      }),
      referenceLine("No skill", diagonal),
    ],
  });
}

/** Precision against recall of the models without SMOTE. */
export function precisionRecallChart(models: readonly HonestModel[], test: Customers): Promise<string> {
  const plain = models.filter((model) => !model.resampled);
  const base = mean(test.labels);
  const best = chosenModel(models);
  return lineChart({
    title: `To find four of five leavers, ${best.name.toLowerCase()} is right in ${percent(precisionAt(best, test, 0.8), 0)} of its calls`,
    description: `Precision against recall on the test customers; calling everybody gives a precision of ${percent(base)}.`,
    x: { label: "Recall: share of leavers found", domain: [0, 1], format: ".0%" },
    y: { label: "Precision: share of calls that are right", domain: [0, 1], format: ".0%" },
    rules: [{ x: 0.8, label: "80%" }],
    series: [
      ...plain.map((model): Series => {
        const curve = precisionRecallCurve(test.labels, model.testScores);
        // From the left: the highest threshold first. The last point (1, 0) is a convention, not a decision.
        return {
          name: model.name,
          colour: modelColours[model.name] ?? 1,
          points: pointsOf(curve.recall.slice(0, -1).reverse(), curve.precision.slice(0, -1).reverse()),
        };
      }),
      referenceLine("Call everybody", [
        [0, base],
        [1, base],
      ]),
    ],
  });
}

/** What probabilities promised against what came. */
export function calibrationChart(models: readonly HonestModel[]): Promise<string> {
  const resampled = models.filter((model) => model.resampled);
  const pairs = resampled.flatMap((smote) => {
    const plain = models.find((model) => model.name === smote.name && !model.resampled);
    return plain ? [{ plain, smote }] : [];
  });
  const error = (model: HonestModel): string => decimal(model.test.calibrationError.estimate);
  const series = (model: HonestModel, dashed: boolean): Series => ({
    name: nameOf(model),
    colour: modelColours[model.name] ?? 1,
    dots: true,
    dashed,
    points: model.calibration.map((bin) => ({
      x: bin.meanPredicted,
      y: bin.observed,
      ...(dashed ? {} : { low: bin.interval[0], high: bin.interval[1] }),
    })),
  });
  return lineChart({
    title: `The calibration error without and with SMOTE: ${pairs.map(({ plain, smote }) => `${plain.name.toLowerCase()} ${error(plain)} and ${error(smote)}`).join(", ")}`,
    description:
      "Mean predicted probability of eight equal groups of test customers against the share that left. The diagonal is perfect.",
    note: "Bands: 95% intervals of the observed shares, for the models without SMOTE. Dashed: the same learners with SMOTE.",
    x: { label: "Predicted probability of leaving", domain: [0, 1], format: ".0%" },
    y: { label: "Share that left", domain: [0, 1], format: ".0%" },
    series: [
      ...pairs.map(({ plain }) => series(plain, false)),
      ...pairs.map(({ smote }) => series(smote, true)),
      referenceLine("Perfect", diagonal, { dashed: false }),
    ],
  });
}

/** Precision, recall and F1 of one model's cross-validated training predictions at every threshold. */
export function thresholdChart(model: HonestModel, train: Customers): Promise<string> {
  const curve = precisionRecallCurve(train.labels, model.trainScores);
  const { precision, recall, f1 } = model.validation;
  const at = (name: string, colour: Series["colour"], value: (p: number, r: number) => number): Series => ({
    name,
    colour,
    points: thinned(
      pointsOf(
        curve.thresholds,
        curve.thresholds.map((_, k) => value(curve.precision[k], curve.recall[k])),
      ),
    ),
  });
  const chart: LineChart = {
    title: `${model.name}: F1 is best, ${decimal(f1)}, at a threshold of ${decimal(model.threshold, 2)}; precision is ${percent(precision, 0)} there, recall ${percent(recall, 0)}`,
    description: "Precision falls and recall rises as the threshold goes down; F1 is highest in between.",
    note: "Out-of-fold predictions of the training customers: the test customers have no say in the threshold.",
    x: { label: "Threshold: call those whose probability is at least this", domain: [0, 1] },
    y: { label: "Value", domain: [0, 1], format: ".0%" },
    rules: [{ x: model.threshold, label: `chosen: ${decimal(model.threshold, 2)}` }],
    series: [
      at("Precision", 1, (p) => p),
      at("Recall", 2, (_, r) => r),
      at("F1", 3, (p, r) => (p + r === 0 ? 0 : (2 * p * r) / (p + r))),
    ],
  };
  return lineChart(chart);
}

/** The finding in a sentence that a manager understands, and what to do. */
export function honestConclusion(models: readonly HonestModel[], test: Customers): string {
  const best = chosenModel(models);
  const leavers = test.labels.reduce((sum, label) => sum + label, 0);
  const called = best.testScores.reduce((sum, score) => sum + (score >= best.threshold ? 1 : 0), 0);
  const found = Math.round(best.test.recall.estimate * leavers);
  return `Of ${test.labels.length} customers, ${best.name.toLowerCase()}, chosen on the training customers, calls ${called} and finds ${found} of the ${leavers} who left (${described(best.test.precision)} of the calls are right).`;
}

/** The name in tables and legends. */
export function nameOf(model: HonestModel): string {
  return model.resampled ? `${model.name} with SMOTE` : model.name;
}

function described(value: Interval): string {
  return `${percent(value.estimate, 0)}, between ${percent(value.low, 0)} and ${percent(value.high, 0)}`;
}

/** The best precision among thresholds that find at least this share of the leavers. */
function precisionAt(model: HonestModel, test: Customers, recall: number): number {
  const curve = precisionRecallCurve(test.labels, model.testScores);
  return Math.max(...curve.precision.filter((_, k) => curve.recall[k] >= recall));
}

function pointsOf(x: ArrayLike<number>, y: ArrayLike<number>): Point[] {
  return Array.from({ length: x.length }, (_, i) => ({ x: x[i], y: y[i] }));
}

/** At most 300 points: more than a chart's width can show apart. */
function thinned(points: Point[]): Point[] {
  const step = Math.ceil(points.length / 300);
  return points.filter((_, i) => i % step === 0 || i === points.length - 1);
}
