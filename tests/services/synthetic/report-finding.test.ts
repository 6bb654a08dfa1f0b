import { expect, test } from "vitest";
import type { SyntheticReport } from "../../../src/evaluate/synthetic/report";
import { reportFinding } from "../../../src/services/synthetic/report-page";

/** A report of what the sentence reads. */
function found(
  synthetic: number,
  real: number | undefined,
  less: readonly [number, number],
): SyntheticReport {
  const auc = (value: number) => ({ auc: value, low: value - 0.05, high: value + 0.05 });
  return {
    detectionHoldout: auc(0.51),
    detectors: [
      { learner: "gradient boosting", synthetic: auc(0.51), real: auc(0.5) },
      { learner: "random forest", synthetic: auc(synthetic), ...(real && { real: auc(real) }) },
    ],
    utility: [
      {
        learner: "logistic regression",
        measure: "ROC AUC",
        real: { estimate: 0.8 },
        difference: { estimate: less[0], low: 2 * less[0] - less[1], high: less[1] },
      },
    ],
  } as unknown as SyntheticReport;
}

test.each([
  [0.64, 0.6, "can hardly be told from real ones (detection AUC 0.64, real rows against real ones 0.60)"],
  [0.64, 0.5, "can be told from real ones with some effort (detection AUC 0.64, real rows against real"],
  [0.54, undefined, "can hardly be told from real ones (detection AUC 0.54, 0.5 is guessing)"],
  [0.94, 0.45, "are easily told from real ones (detection AUC 0.94, real rows against real ones 0.45)"],
])("reportFinding(found) takes the learner that sees most beside what real rows reach: %s, %s", (...one) => {
  const [synthetic, real, said] = one;
  expect(reportFinding(found(synthetic, real, [0, 0.02]))).toContain(said);
});

test("reportFinding(found) says that rows teach less where the interval does", () => {
  expect(reportFinding(found(0.5, 0.5, [-0.02, -0.01]))).toContain("teach a model less (ROC AUC −0.020)");
  expect(reportFinding(found(0.5, 0.5, [-0.02, 0.02]))).toContain("may teach a model less (ROC AUC −0.020)");
  expect(reportFinding(found(0.5, 0.5, [-0.002, 0.01]))).toContain("teach a model about as well");
});
