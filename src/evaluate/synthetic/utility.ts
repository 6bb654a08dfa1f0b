import { check } from "../../core/checks";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { columnNamed, dropColumns, isCategorical, type Table, takeTableRows } from "../../data/table";
import { target, twoNumbers, unlabelledRows } from "../../data/target";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { logisticRegression } from "../../models/linear/logistic";
import type { TablePredictor } from "../../models/out-of-fold";
import { type FitTable, pipeline } from "../../models/pipeline";
import { type AucInterval, aucInterval, type Comparison, deLong } from "../compare";

export interface UtilityPlan {
  readonly train: Table;
  readonly synthetic: Table;
  /** Held-out real rows: the only ones that scores are made on. */
  readonly test: Table;
  /** A column of two levels. */
  readonly target: string;
  /** By name; defaults to logistic regression and gradient boosting. */
  readonly learners?: Readonly<Record<string, FitTable<TablePredictor>>>;
}

/** ROC AUC on real held-out rows of one learner, trained on real and on synthetic rows. */
export interface Utility {
  readonly learner: string;
  readonly real: AucInterval;
  readonly synthetic: AucInterval;
  /** Synthetic − real, by DeLong's test on the same rows: below 0 when synthetic rows teach less. */
  readonly difference: Comparison;
}

/**
 * Trains on synthetic and on real rows and tests both on the same real rows that neither saw. Rows without a value of the
 * target are left out.
 *
 * @example
 * const { train, test } = await loadChurnBigml();
 * const logistic = pipeline({ learner: logisticRegression() });
 * const plan = { train: train.table, synthetic: train.table, test: test.table, target: "Churn", learners: { logistic } };
 * const [found] = await trainSyntheticTestReal(plan, seeded(1));
 * found.difference.difference; // → 0
 */
export async function trainSyntheticTestReal(
  plan: UtilityPlan,
  rng: Rng,
  watch: Watch = {},
): Promise<Utility[]> {
  const name = plan.target;
  const [train, synthetic, test] = [plan.train, plan.synthetic, plan.test].map((rows) =>
    labelled(rows, name),
  );
  const positive = secondValue(train, name);
  const labels = target(test, name, positive);
  const learners = plan.learners ?? {
    "logistic regression": pipeline({ learner: logisticRegression() }),
    "gradient boosting": pipeline({ encode: encode({ categories: "codes" }), learner: gradientBoosting() }),
  };
  const out: Utility[] = [];
  for (const [learner, fit] of Object.entries(learners)) {
    const scores: Float64Array[] = [];
    for (const rows of [train, synthetic]) {
      watch.signal?.throwIfAborted();
      const y = target(rows, name, positive);
      check(
        y.includes(0) && y.includes(1),
        "measure utility",
        `column ${JSON.stringify(name)} must have both values in every table`,
      );
      const model = await fit(
        dropColumns(rows, [name]),
        y,
        rng.fork(learner),
        watch.signal && { signal: watch.signal },
      );
      scores.push(model.predict(test));
    }
    const [real, made] = scores;
    out.push({
      learner,
      real: aucInterval(labels, real),
      synthetic: aucInterval(labels, made),
      difference: deLong(labels, made, real),
    });
  }
  return out;
}

/** The rows that have a value of the column. */
function labelled(from: Table, name: string): Table {
  const without = new Set(unlabelledRows(from, name));
  if (without.size === 0) return from;
  return takeTableRows(
    from,
    Array.from({ length: from.rows }, (_, i) => i).filter((i) => !without.has(i)),
  );
}

/** One of a column's two values: which of them counts as 1 makes no difference to the area under the ROC curve. */
function secondValue(from: Table, name: string): string {
  const column = columnNamed(from, name);
  const values = isCategorical(column) ? column.levels : twoNumbers(column);
  check(values?.length === 2, "measure utility", `column ${JSON.stringify(name)} must have two values`);
  return String(values[1]);
}
