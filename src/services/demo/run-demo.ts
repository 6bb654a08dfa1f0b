import type { Watch } from "../../core/model";
import { seeded } from "../../core/rng";
import { sha256Of } from "../../core/sha256";
import { viewRows } from "../../data/simulate/view-rows";
import { trainTestSplit } from "../../data/split";
import { dropColumns, type Table, takeTableRows } from "../../data/table";
import { target } from "../../data/target";
import { csvText } from "../../data/write/write-csv";
import { bootstrapIntervals, type Interval } from "../../evaluate/bootstrap";
import { type GainBand, gainTable } from "../../evaluate/curves";
import { type Importance, permutationImportance } from "../../evaluate/permutation-importance";
import { brierLoss, type CalibrationBin, calibrationCurve } from "../../evaluate/probability";
import { averagePrecision, rocAuc } from "../../evaluate/ranking";
import { scorerNamed } from "../../evaluate/scorers";
import { qualityScore } from "../../evaluate/synthetic/quality";
import { encode } from "../../features/encode";
import { gradientBoosting } from "../../models/boosting/boosting";
import { logisticRegression } from "../../models/linear/logistic";
import { type FitTable, type Pipeline, pipeline } from "../../models/pipeline";
import { sequential } from "../../synthesis/sequential/sequential";

export interface DemoOptions {
  /** How many customers are simulated, from 500. A third of them judges. @default 3000 */
  readonly customers?: number;
  /** The same seed makes the same page. @default 42 */
  readonly seed?: number;
}

/** A model's figures on customers that it did not learn from. */
export interface DemoModel {
  readonly name: string;
  readonly rocAuc: Interval;
  readonly averagePrecision: Interval;
  readonly brierLoss: Interval;
  readonly gains: readonly GainBand[];
  readonly calibration: readonly CalibrationBin[];
}

/** What `telelink demo` found. */
export interface Demo {
  readonly seed: number;
  readonly train: Table;
  readonly test: Table;
  /** SHA-256 of all customers as CSV. */
  readonly sha256: string;
  readonly churnShare: number;
  readonly models: readonly DemoModel[];
  /** Of the boosted model, the most important first. */
  readonly importances: readonly Importance[];
  readonly synthetic: Table;
  /** SDMetrics' Quality of the synthetic customers, judged by those that were held out; and of the held out by the rest. */
  readonly quality: { readonly synthetic: number; readonly real: number };
}

const churn = "Churn";

/** A tour on simulated customers: who leaves, why, what contacting a tenth of them finds, and customers to give away. */
export async function runDemo(options: DemoOptions = {}, watch: Watch = {}): Promise<Demo> {
  const { customers = 3000, seed = 42 } = options;
  const rng = seeded(seed);
  const [all] = viewRows("telco", customers, seed, Infinity);
  const split = trainTestSplit(all.rows, { test: 1 / 3 }, rng.fork("split"));
  const [train, test] = [takeTableRows(all, split.train), takeTableRows(all, split.test)];
  const [known, labels] = [target(train, churn), target(test, churn)];
  const learners: Record<string, FitTable<Pipeline>> = {
    "Logistic regression": pipeline({ encode: encode({ drop: [churn] }), learner: logisticRegression() }),
    "Gradient boosting": pipeline({
      encode: encode({ drop: [churn] }),
      learner: gradientBoosting({ trees: 120, depth: 3, learnRate: 0.05 }),
    }),
  };
  const steps = Object.keys(learners).length + 2;
  let done = 0;
  const step = async (): Promise<void> => {
    watch.progress?.({ phase: "demo", done: done++, total: steps });
    await new Promise(setImmediate);
    watch.signal?.throwIfAborted();
  };
  const models: DemoModel[] = [];
  const fitted: Pipeline[] = [];
  for (const [name, learner] of Object.entries(learners)) {
    await step();
    const model = await learner(train, known, rng.fork(name));
    const scores = model.predict(test);
    fitted.push(model);
    models.push({
      name,
      ...bootstrapIntervals(
        labels,
        scores,
        { rocAuc, averagePrecision, brierLoss },
        rng.fork(`${name} figures`),
        {
          samples: 500,
        },
      ),
      gains: gainTable(labels, scores),
      calibration: calibrationCurve(labels, scores, { bins: 8, strategy: "quantile" }),
    });
  }
  await step();
  const importances = permutationImportance(
    fitted[fitted.length - 1],
    dropColumns(test, [churn]),
    labels,
    scorerNamed("rocAuc"),
    rng.fork("importance"),
    { repeats: 3 },
  ).sort((a, b) => b.mean - a.mean);
  await step();
  const generator = await sequential()(train, rng.fork("synthesis"));
  const synthetic = generator.sample(test.rows, rng.fork("sample"));
  watch.progress?.({ phase: "demo", done: steps, total: steps });
  return {
    seed,
    train,
    test,
    sha256: sha256Of(csvText(all)),
    churnShare: labels.reduce((sum, label) => sum + label / labels.length, 0),
    models,
    importances,
    synthetic,
    quality: {
      synthetic: qualityScore(test, synthetic).score,
      real: qualityScore(
        test,
        takeTableRows(
          train,
          split.test.map((_, i) => i),
        ),
      ).score,
    },
  };
}
