import { join } from "node:path";
import { expect } from "vitest";
import { run } from "../../src/cli/main";
import { viewRows } from "../../src/data/simulate/view-rows";
import { writeCsv } from "../../src/data/write/write-csv";
import { captured } from "../cli/captured";

/** Trains a model of 600 simulated customers, kept as `name` in the store; resolves to what `telelink train` said. */
export async function train(
  folder: string,
  store: string,
  view: "churn-bigml" | "telco",
  name: string,
  ...more: string[]
): Promise<string> {
  const [rows] = viewRows(view, 600, 3);
  const data = join(folder, `${view}.csv`);
  writeCsv(rows, data);
  const { code, out, err } = await captured(() =>
    run([
      ...["train", "--data", data, "--target", "Churn", "--model", "logistic", "--folds", "2"],
      ...["--name", name, "--store", store, ...more],
    ]),
  );
  expect(code, err).toBe(0);
  return out;
}
