import { join } from "node:path";
import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { readCsv } from "../../src/data/read/read-csv";
import { stratifiedKFold } from "../../src/data/split";
import { dropColumns } from "../../src/data/table";
import { target } from "../../src/data/target";
import { crossValidate } from "../../src/evaluate/cross-validate";
import { brierLoss, logLoss } from "../../src/evaluate/probability";
import { averagePrecision, rocAuc } from "../../src/evaluate/ranking";
import { scorerNamed } from "../../src/evaluate/scorers";
import { logisticRegression } from "../../src/models/linear/logistic";
import { pipeline } from "../../src/models/pipeline";
import { realData } from "../support";

test.skipIf(!realData)(
  "logistic regression on churn-bigml has scikit-learn's figures on the 667",
  async () => {
    const [train, later] = ["80", "20"].map((part) => {
      const { table } = readCsv(join(realData as string, `churn-bigml-${part}.csv`));
      return { rows: dropColumns(table, ["Churn"]), y: target(table, "Churn") };
    });
    const model = await pipeline({ learner: logisticRegression() })(train.rows, train.y, seeded(1));
    const p = model.predict(later.rows);
    // OneHotEncoder(drop="first") on state, area and plans, StandardScaler on the rest, LogisticRegression().
    expect(rocAuc(later.y, p)).toBeCloseTo(0.814, 2);
    expect(averagePrecision(later.y, p)).toBeCloseTo(0.426, 2);
    expect(logLoss(later.y, p)).toBeCloseTo(0.331, 2);
    expect(brierLoss(later.y, p)).toBeCloseTo(0.1011, 3);
  },
);

test.skipIf(!realData)("logistic regression on IBM Telco reaches what everybody reaches", async () => {
  const { table } = readCsv(join(realData as string, "Telco-Customer-Churn.csv"));
  const y = target(table, "Churn");
  const found = await crossValidate(
    {
      learner: pipeline({ learner: logisticRegression() }),
      data: { table: dropColumns(table, ["Churn"]), y },
      folds: stratifiedKFold(y, 5, seeded(1)),
      scorers: ["rocAuc", "averagePrecision", "brierLoss"].map(scorerNamed),
    },
    seeded(1),
  );
  // scikit-learn, 5-fold: .8451, .657, .1356.
  expect(found.scores.rocAuc.mean).toBeGreaterThan(0.843);
  expect(found.scores.averagePrecision.mean).toBeGreaterThan(0.65);
  expect(found.scores.brierLoss.mean).toBeLessThan(0.137);
});
