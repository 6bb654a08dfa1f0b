import { check, checkInteger } from "../../core/checks";
import type { Watch } from "../../core/model";
import { permutation, type Rng } from "../../core/rng";
import { asTable, type PolarsFrame } from "../../data/polars";
import { schemaOf } from "../../data/schema";
import { stratifiedKFold } from "../../data/split";
import { type Table, takeTableRows } from "../../data/table";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { randomForest } from "../../models/forest/forest";
import { logisticRegression } from "../../models/linear/logistic";
import { network } from "../../models/network/network";
import { fitFolds, outOfFold, type TablePredictor } from "../../models/out-of-fold";
import { type FitTable, pipeline } from "../../models/pipeline";
import { type AucInterval, aucInterval } from "../compare";
import { stackTables } from "./stack";

export interface DetectionOptions {
  /** What tells real from synthetic; defaults to gradient boosting that splits on levels. */
  readonly learner?: FitTable<TablePredictor>;
  /** @default 5 */
  readonly folds?: number;
  /** Rows drawn of each table at most; defaults to as many as the smaller has. */
  readonly most?: number;
}

/** How well one learner tells synthetic from real rows, beside how well it tells real rows from other real ones. */
export interface Detector {
  readonly learner: string;
  readonly synthetic: AucInterval;
  /** Absent without held-out rows. */
  readonly real?: AucInterval;
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
  const rows = Math.min(real.rows, synthetic.rows, options.most ?? Infinity);
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

/** The learner that tells synthetic rows from real ones best: the others overlook what it sees. */
export function sharpestDetector(detectors: readonly Detector[] = []): Detector | undefined {
  return [...detectors].sort((a, b) => b.synthetic.auc - a.synthetic.auc)[0];
}

/** Rows of each table that the learners beside boosting are shown at most. */
const mostShown = 2000;

/**
 * Detection by learners of other kinds than boosting: what one kind overlooks another may see. Synthetic rows against `rows`,
 * real ones that were not learnt from; and those against the rows learnt from (`learnt`), which is what a perfect method reaches.
 */
export async function otherDetectors(
  { rows, synthetic, learnt }: { readonly rows: Table; readonly synthetic: Table; readonly learnt?: Table },
  rng: Rng,
  watch: Watch = {},
): Promise<Detector[]> {
  const learners: Readonly<Record<string, FitTable<TablePredictor>>> = {
    "logistic regression": pipeline({ learner: logisticRegression() }),
    "random forest": pipeline({ learner: randomForest({ trees: 100, minRows: 5 }) }),
    "small net": pipeline({
      learner: network({ hidden: [32], members: 1, epochs: 12, columns: "all" }),
    }),
  };
  const out: Detector[] = [];
  for (const [name, learner] of Object.entries(learners)) {
    const detect = (other: Table): Promise<AucInterval> =>
      detectionAuc(rows, other, rng.fork(name), { learner, folds: 3, most: mostShown }, watch);
    out.push({
      learner: name,
      synthetic: await detect(synthetic),
      ...(learnt && { real: await detect(learnt) }),
    });
  }
  return out;
}
