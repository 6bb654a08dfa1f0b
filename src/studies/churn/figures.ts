import { capital } from "../../core/format";
import { type Figure, type Figures, figureName, ranged } from "../../report/figures";
import type { ChurnData } from "../../services/churn-data";
import { chosenModel, type HonestFigure, type HonestModel, honestFigures } from "./honest";
import { honestConclusion, nameOf } from "./honest-views";
import type { ReferenceModel } from "./reference";

const labels: Readonly<Record<HonestFigure, string>> = {
  rocAuc: "ROC AUC",
  averagePrecision: "PR AUC",
  f1: "F1",
  precision: "Precision",
  recall: "Recall",
  logLoss: "Log loss",
  brier: "Brier score",
  calibrationError: "Calibration error",
};
const lowerIsBetter: readonly HonestFigure[] = ["logLoss", "brier", "calibrationError"];
const keyFigures: readonly HonestFigure[] = ["rocAuc", "averagePrecision", "f1", "brier"];

/** The churn report in numbers: every figure by name, the chosen model's four on the first screen. */
export function churnFigures(
  data: ChurnData,
  reference: readonly ReferenceModel[],
  honest: readonly HonestModel[],
): Figures {
  const best = chosenModel(honest);
  const figures: Figure[] = [];
  for (const model of honest) {
    for (const figure of honestFigures) {
      const { estimate, low, high } = model.test[figure];
      figures.push({
        name: `honest.${figureName(nameOf(model))}.${figure}`,
        label: `${labels[figure]}, ${nameOf(model).toLowerCase()}`,
        value: estimate,
        low,
        high,
        interval: "95% bootstrap of the test customers",
        cell: { table: "Who will leave, honest protocol", row: nameOf(model), column: labels[figure] },
        better: lowerIsBetter.includes(figure) ? "lower" : "higher",
        key: model === best && keyFigures.includes(figure),
      });
    }
  }
  for (const model of reference) {
    for (const figure of ["accuracy", "precision", "recall", "f1"] as const) {
      const { low, median, high } = model.band[figure];
      figures.push({
        name: `reference.${figureName(model.name)}.${figure}`,
        label: `${figure === "f1" ? "F1" : figure}, ${model.name.toLowerCase()}, reference protocol`,
        ...ranged({ estimate: median, low, high }, `range of ${model.runs.length} seeds`),
        cell: {
          table: "Who will leave, reference protocol: median of the seeds",
          row: model.name,
          column: figure === "f1" ? "F1" : capital(figure),
        },
        better: "higher",
        ...(model.published &&
          !data.simulated && {
            reference: { value: model.published[figure], source: "the reference system's table" },
          }),
      });
    }
  }
  return { finding: honestConclusion(honest, data.test), figures };
}
