import { checkNumber, checkSameLength } from "../core/checks";
import { countUpTo } from "../core/math/sorted";
import { mean } from "../core/math/statistics";
import { type Rng, shuffle } from "../core/rng";
import { asTable, type PolarsFrame } from "../data/polars";
import { type Column, isCategorical, type Table } from "../data/table";
import { momentsOf } from "../features/dates";
import { rocAuc } from "./ranking";
import { rSquared } from "./regression";

export interface LeakageOptions {
  /**
   * From which ROC AUC (classes) or R² (numbers) of a column alone on, held out, it is suspect. Honest
   * columns rarely tell so much.
   * @default 0.97
   */
  readonly least?: number;
}

/** A column that alone predicts the target too well to be true. */
export interface LeakageSuspect {
  readonly column: string;
  /** Held-out ROC AUC for targets 0 and 1, R² for others. */
  readonly score: number;
  readonly measure: "ROC AUC" | "R²";
}

/**
 * The columns that alone predict the target, best first: written after the event, or derived from it. Each column is
 * judged by target means of its levels, or of 40 quantile bins, on 5 folds that these were not taken from; missing
 * values are a level. Dates count as numbers, of text only whether there is any; identifiers are passed over.
 *
 * @example
 * const lines = Array.from({ length: 60 }, (_, i) => `${(i * 7) % 11},${i % 3 ? "active" : "closed"},${i % 3 ? "No" : "Yes"}`);
 * const { table: customers } = parseCsv(`calls,status,Churn\n${lines.join("\n")}\n`);
 * const rest = dropColumns(customers, ["Churn"]);
 * leakageSuspects(rest, target(customers, "Churn"), seeded(1)); // → [{ column: "status", score: 1 }]
 */
export function leakageSuspects(
  given: Table | PolarsFrame,
  y: Float64Array,
  rng: Rng,
  options: LeakageOptions = {},
): LeakageSuspect[] {
  const table = asTable(given);
  const action = "look for leakage";
  const { least = 0.97 } = options;
  checkSameLength(table.rows, y.length, action, "rows and targets");
  checkNumber(least, 0, 1, action, "least", "low");
  const classes = y.every((value) => value === 0 || value === 1);
  if (y.length < 2 * folds || !varied(y)) return [];
  const fold = shuffle(
    rng,
    Uint8Array.from(y, (_, i) => i % folds),
  );
  const suspects: LeakageSuspect[] = [];
  for (const one of table.columns) {
    const cells = cellsOf(one);
    if (!cells) continue;
    const predicted = heldOutMeans(cells, y, fold);
    const score = classes ? rocAuc(y, predicted) : rSquared(y, predicted);
    if (score >= least) suspects.push({ column: one.name, score, measure: classes ? "ROC AUC" : "R²" });
  }
  return suspects.sort((a, b) => b.score - a.score);
}

const folds = 5;
const bins = 40;

interface Cells {
  /** Each row's level or bin. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Level 0 stands for "missing". */
function cellsOf(one: Column): Cells | undefined {
  if (isCategorical(one)) return { of: one.codes.map((code) => code + 1), count: one.levels.length + 1 };
  if (one.type === "id") return undefined;
  if (one.type === "text")
    return { of: Int32Array.from(one.values, (text) => Number(text !== "")), count: 2 };
  const values = one.type === "numeric" ? one.values : momentsOf(one);
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  for (let k = 1; k < bins; k++) {
    const edge = sorted[Math.floor((sorted.length * k) / bins)];
    if (edge !== undefined && edge !== edges.at(-1)) edges.push(edge);
  }
  const of = Int32Array.from(values, (value) => (Number.isNaN(value) ? 0 : countUpTo(edges, value) + 1));
  return { of, count: edges.length + 2 };
}

/** Each row's mean target of its cell in the other folds, drawn to the overall mean by one row's weight. */
function heldOutMeans({ of, count }: Cells, y: Float64Array, fold: Uint8Array): Float64Array {
  const sums = Array.from({ length: folds }, () => new Float64Array(count));
  const rows = Array.from({ length: folds }, () => new Float64Array(count));
  for (let i = 0; i < y.length; i++) {
    sums[fold[i]][of[i]] += y[i];
    rows[fold[i]][of[i]]++;
  }
  const overall = mean(y);
  const means = sums.map((_, held) => {
    const out = new Float64Array(count);
    for (let cell = 0; cell < count; cell++) {
      let sum = overall;
      let total = 1;
      for (let k = 0; k < folds; k++) {
        if (k === held) continue;
        sum += sums[k][cell];
        total += rows[k][cell];
      }
      out[cell] = sum / total;
    }
    return out;
  });
  return y.map((_, i) => means[fold[i]][of[i]]);
}

function varied(y: Float64Array): boolean {
  return y.some((value) => value !== y[0]);
}
