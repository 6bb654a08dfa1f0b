import { check, checkInteger } from "../../core/checks";
import type { Watch } from "../../core/model";
import { permutation, type Rng } from "../../core/rng";
import { asTable, type PolarsFrame } from "../../data/polars";
import { schemaOf } from "../../data/schema";
import { stratifiedKFold } from "../../data/split";
import { type Table, takeTableRows } from "../../data/table";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { fitFolds, outOfFold, type TablePredictor } from "../../models/out-of-fold";
import { type FitTable, pipeline } from "../../models/pipeline";
import { type AucInterval, aucInterval } from "../compare";
import { stackTables } from "./stack";

export interface DetectionOptions {
  /** What tells real from synthetic; defaults to gradient boosting that splits on levels. */
  readonly learner?: FitTable<TablePredictor>;
  /** @default 5 */
  readonly folds?: number;
}

/**
 * How well a learner tells synthetic from real rows, out of fold, as ROC AUC with DeLong's interval: 0.5 is guessing,
 * 1 is certainty. Of the larger table as many rows are drawn as the smaller has. Judge against held-out rows: a
 * synthesiser may resemble its training rows more than life does.
 *
 * @example
 * const { table: real } = parseCsv(`plan,months\n${"basic,3\nplus,24\nplus,9\n".repeat(40)}`);
 * const { table: other } = parseCsv(`plan,months\n${"basic,30\nplus,2\nplus,19\n".repeat(40)}`);
 * const learner = pipeline({ learner: randomForest({ trees: 10 }) });
 * const { auc } = await detectionAuc(real, other, seeded(1), { learner, folds: 2 });
 * auc; // → 1
 */
export async function detectionAuc(
  givenReal: Table | PolarsFrame,
  givenSynthetic: Table | PolarsFrame,
  rng: Rng,
  options: DetectionOptions = {},
  watch: Watch = {},
): Promise<AucInterval> {
  const real = asTable(givenReal);
  const synthetic = asTable(givenSynthetic, schemaOf(real));
  const action = "measure detection";
  const {
    learner = pipeline({ encode: encode({ categories: "codes" }), learner: gradientBoosting() }),
    folds = 5,
  } = options;
  const rows = Math.min(real.rows, synthetic.rows);
  checkInteger(folds, 2, 100, action, "folds");
  check(rows >= 10 * folds, action, `both tables must have at least ${10 * folds} rows`, rows);
  const drawn = [real, synthetic].map((table, k) =>
    takeTableRows(table, permutation(rng.fork(`rows ${k}`), table.rows).subarray(0, rows)),
  );
  const table = stackTables(drawn, action);
  const labels = Float64Array.from({ length: 2 * rows }, (_, i) => (i < rows ? 0 : 1));
  const splits = stratifiedKFold(labels, folds, rng.fork("folds"));
  const results = await fitFolds({ learner, data: { table, y: labels } }, splits, rng.fork("fit"), watch);
  return aucInterval(labels, outOfFold(results, 2 * rows));
}
