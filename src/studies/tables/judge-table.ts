import { takeValues } from "../../core/matrix";
import { type Rng, seeded } from "../../core/rng";
import { loadSource } from "../../data/sources/load-source";
import { columnNamed, dropColumns, isCategorical, type Table, takeTableRows } from "../../data/table";
import { target } from "../../data/target";
import { brierLoss, logLoss } from "../../evaluate/probability";
import { averagePrecision, rocAuc } from "../../evaluate/ranking";
import { tableLearner } from "../../services/predict/learners";

/** A table that learners are judged on. */
export interface JudgedTable {
  readonly name: string;
  /** Whether auto's settings were chosen on it: then it says nothing of tables that nobody tuned for. */
  readonly tuned?: true;
}

/** The tables, small ones first. */
export const judgedTables: readonly JudgedTable[] = [
  { name: "german-credit" },
  { name: "ibm-hr" },
  { name: "marketing-campaign" },
  { name: "iranian-churn" },
  { name: "churn-bigml-80", tuned: true },
  { name: "bank-churn" },
  { name: "ecommerce-churn" },
  { name: "telco", tuned: true },
  { name: "telco-with-holes", tuned: true },
  { name: "credit-default" },
  { name: "bank-marketing" },
  { name: "shoppers" },
  { name: "adult" },
  { name: "isp-churn" },
];

/** Our learners, by the name that tables call them. */
export const judgedLearners: readonly { readonly label: string; readonly kind: string }[] = [
  { label: "auto", kind: "auto" },
  { label: "Gradient boosting", kind: "gradient-boosting" },
  { label: "Random forest", kind: "random-forest" },
  { label: "Logistic regression", kind: "logistic-regression" },
];

export const tableFigures = ["rocAuc", "averagePrecision", "logLoss", "brierLoss"] as const;
export type TableFigure = (typeof tableFigures)[number];

/** One learner on the held-out rows of one fold. */
export type HeldOutFigures = Readonly<Record<TableFigure, number>> & {
  /** For fitting and predicting, by the plan's clock. */
  readonly seconds: number;
};

/** All learners on one table, one entry a held-out fold. */
export interface TableResult {
  readonly rows: number;
  readonly positives: number;
  readonly learners: Readonly<Record<string, readonly HeldOutFigures[]>>;
}

export interface TablePlan {
  /** Rows taken at most. */
  readonly rows: number;
  /** How often the rows are divided into folds anew. */
  readonly repeats: number;
  /** @default 2 */
  readonly folds?: number;
  /** Defaults to all. */
  readonly learners?: readonly string[];
  /** Seconds gone by; defaults to those of the wall. */
  readonly clock?: () => number;
}

/** What our learners make of a public table: each fold predicted by a model of the others, as often as planned. */
export async function judgeTable(
  name: string,
  plan: TablePlan,
  rng: Rng = seeded("tables"),
): Promise<TableResult> {
  const { rows, y, numbers } = await rowsOf(name, plan.rows);
  const { clock = () => performance.now() / 1000, folds: parts = 2 } = plan;
  const labels = plan.learners ?? judgedLearners.map((learner) => learner.label);
  const learners: Record<string, HeldOutFigures[]> = Object.fromEntries(labels.map((label) => [label, []]));
  for (let repeat = 0; repeat < plan.repeats; repeat++) {
    const folds = foldOf(numbers, y, repeat, parts);
    for (let held = 0; held < parts; held++) {
      const part = (inside: boolean): Int32Array =>
        Int32Array.from(folds.keys()).filter((k) => (folds[k] === held) === inside);
      const [train, test] = [part(false), part(true)];
      for (const { label, kind } of judgedLearners.filter((learner) => labels.includes(learner.label))) {
        const start = clock();
        const stream = rng.fork(name).fork(repeat).fork(held).fork(label);
        const model = await tableLearner(kind, "classes", {})(
          takeTableRows(rows, train),
          takeValues(y, train),
          stream,
        );
        const predicted = model.predict(takeTableRows(rows, test));
        const seconds = clock() - start;
        const came = takeValues(y, test);
        learners[label].push({
          rocAuc: rocAuc(came, predicted),
          averagePrecision: averagePrecision(came, predicted),
          logLoss: logLoss(came, predicted),
          brierLoss: brierLoss(came, predicted),
          seconds,
        });
      }
    }
  }
  return { rows: y.length, positives: y.reduce((sum, value) => sum + value, 0), learners };
}

/** The rows judged on and their numbers in the table, those without a target left out before they are counted. */
async function rowsOf(
  name: string,
  most: number,
): Promise<{ rows: Table; y: Float64Array; numbers: Int32Array }> {
  const { table, schema } = await loadSource(name, { simulate: false });
  const { column, positive } = schema.target as { column: string; positive?: string };
  const aim = columnNamed(table, column);
  const known = Int32Array.from({ length: table.rows }, (_, i) => i).filter(
    (i) => !isCategorical(aim) || aim.codes[i] >= 0,
  );
  const numbers = taken(known.length, most);
  const kept = takeTableRows(
    table,
    numbers.map((k) => known[k]),
  );
  return { rows: dropColumns(kept, [column]), y: target(kept, column, positive), numbers };
}

const mixer = 2654435761;

/** A number from 0 to 2³² − 1 that looks drawn at random: Knuth's multiplicative hash, twice. Also in tables.py. */
export function mixedNumber(i: number, salt: number): number {
  let x = (Math.imul(i + 1, mixer) + Math.imul(salt, 2246822519)) >>> 0;
  x = (x ^ (x >>> 15)) >>> 0;
  return Math.imul(x, mixer) >>> 0;
}

function taken(n: number, most: number): Int32Array {
  const all = Int32Array.from({ length: n }, (_, i) => i);
  return n <= most ? all : byHash(all, 0).slice(0, most).sort();
}

/** The fold of each row: each class in the order of its hashes, dealt out in turn. */
function foldOf(numbers: Int32Array, y: Float64Array, repeat: number, folds: number): Uint8Array {
  const out = new Uint8Array(y.length);
  const place = new Map(Array.from(numbers, (number, k) => [number, k]));
  for (const label of [0, 1])
    byHash(
      numbers.filter((_, k) => y[k] === label),
      repeat + 1,
    ).forEach((number, at) => {
      out[place.get(number) as number] = at % folds;
    });
  return out;
}

function byHash(numbers: Int32Array, salt: number): Int32Array {
  return numbers.slice().sort((a, b) => mixedNumber(a, salt) - mixedNumber(b, salt) || a - b);
}
