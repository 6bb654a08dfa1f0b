import type { DataFrame } from "nodejs-polars";
import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { toPolars } from "../../src/data/polars";
import { viewRows } from "../../src/data/simulate/view-rows";
import { dropColumns } from "../../src/data/table";
import { target } from "../../src/data/target";
import { logisticRegression } from "../../src/models/linear/logistic";
import { pipeline } from "../../src/models/pipeline";

test("target, pipeline and predict take a polars frame for a table, and say the same", async () => {
  const [rows] = viewRows("telco", 300, 4);
  const table = dropColumns(rows, ["customerID"]);
  const frame = await toPolars<DataFrame>(table);
  const y = target(frame, "Churn");
  expect(y).toEqual(target(table, "Churn"));
  const learn = pipeline({ learner: logisticRegression() });
  const features = frame.drop("Churn");
  const model = await learn(features, y, seeded(1));
  const same = await learn(dropColumns(table, ["Churn"]), y, seeded(1));
  expect(model.predict(features)).toEqual(same.predict(table));
  // One row alone is typed by what the model was trained on.
  expect(model.predict(features.slice(7, 1))[0]).toBe(model.predict(features)[7]);
});
