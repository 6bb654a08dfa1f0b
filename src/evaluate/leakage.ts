import { checkNumber, checkSameLength } from "../core/checks";
import { countUpTo } from "../core/math/sorted";
import { mean } from "../core/math/statistics";
import { takeValues } from "../core/matrix";
import type { Rng } from "../core/rng";
import { asTable, type PolarsFrame } from "../data/polars";
import { kFold, stratifiedKFold } from "../data/split";
import { type Column, isCategorical, type Table } from "../data/table";
import { momentsOf } from "../features/dates";
import { ranks, rocAuc } from "./ranking";
import { rSquared } from "./regression";

export interface LeakageOptions {
  /**
   * From which ROC AUC (classes) or R² (numbers) of a column alone on, held out, it is suspect. Honest
   * columns rarely tell so much.
   * @default 0.98
   */
  readonly least?: number;
}

/** A column that alone predicts the target too well to be true. */
export interface LeakageSuspect {
  readonly column: string;
  /** Held-out ROC AUC for targets 0 and 1; R² for others, of their ranks, so that no few large ones decide. */
  readonly score: number;
  readonly measure: "ROC AUC" | "R²";
  /** In how many rows the column alone, held out, tells a target of 0 and 1. */
  readonly told?: number;
}

/**
 * The columns that alone predict the target, best first: written after the event, or derived from it. Each column is
 * judged by target means of its levels, or of 40 quantile bins, on 5 folds that these were not taken from; missing
 * values are a level. It is suspect by its score, or where it tells of two classes all but a twentieth of what chance does not
 * (Cohen's κ from .95). Dates count as numbers, of text only whether there is any; identifiers are passed over.
 *
 * @example
 * const lines = Array.from({ length: 60 }, (_, i) => `${(i * 7) % 11},${i % 3 ? "active" : "closed"},${i % 3 ? "No" : "Yes"}`);
 * const { table: customers } = parseCsv(`calls,status,Churn\n${lines.join("\n")}\n`);
 * const rest = dropColumns(customers, ["Churn"]);
 * leakageSuspects(rest, target(customers, "Churn"), seeded(1)); // → [{ column: "status", score: 1, told: 60 }]
 */
export function leakageSuspects(
  given: Table | PolarsFrame,
  y: Float64Array,
  rng: Rng,
  options: LeakageOptions = {},
): LeakageSuspect[] {
  const table = asTable(given);
  const action = "look for leakage";
  const { least = 0.98 } = options;
  checkSameLength(table.rows, y.length, action, "rows and targets");
  checkNumber(least, 0, 1, action, "least", "low");
  const classes = y.every((value) => value === 0 || value === 1);
  if (y.length < 2 * folds || !varied(y)) return [];
  const aim = classes ? y : ranks(y);
  const tests = (classes ? stratifiedKFold(y, folds, rng) : kFold(y.length, folds, rng)).map(
    (one) => one.test,
  );
  const fold = new Uint8Array(y.length);
  for (const [k, rows] of tests.entries()) for (const i of rows) fold[i] = k;
  const suspects: LeakageSuspect[] = [];
  for (const one of table.columns) {
    const cells = cellsOf(one);
    if (!cells) continue;
    const predicted = heldOutMeans(cells, aim, fold, classes ? 1 : 0.1);
    if (!classes) {
      const score = rSquared(aim, predicted);
      if (score >= least) suspects.push({ column: one.name, score, measure: "R²" });
      continue;
    }
    const score = foldsAuc(y, predicted, tests);
    const { told, kappa } = agreement(y, predicted);
    if (score >= least || kappa >= leastAgreement)
      suspects.push({ column: one.name, score, measure: "ROC AUC", told });
  }
  return suspects.sort((a, b) => b.score - a.score);
}

const leastAgreement = 0.95;
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

/** Each row's mean target of its cell in the other folds, drawn to the overall mean by so many rows' weight. */
function heldOutMeans({ of, count }: Cells, y: Float64Array, fold: Uint8Array, prior: number): Float64Array {
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
      let sum = prior * overall;
      let total = prior;
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

/** The mean ROC AUC of the folds that have both classes: a cell's means of several folds differ by chance, and against the fold's own rows. */
function foldsAuc(y: Float64Array, predicted: Float64Array, tests: readonly Int32Array[]): number {
  const scores = tests.flatMap((rows) => {
    const labels = takeValues(y, rows);
    return varied(labels) ? [rocAuc(labels, takeValues(predicted, rows))] : [];
  });
  return mean(scores);
}

/** In how many rows the likelier class is the right one, and Cohen's κ of it: 0 is chance, 1 is all. */
function agreement(y: Float64Array, predicted: Float64Array): { told: number; kappa: number } {
  const rows = y.length;
  let [told, ones, called] = [0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const call = Number(predicted[i] >= 0.5);
    told += Number(call === y[i]);
    ones += y[i];
    called += call;
  }
  const chance = (ones * called + (rows - ones) * (rows - called)) / rows ** 2;
  return { told, kappa: chance < 1 ? (told / rows - chance) / (1 - chance) : 0 };
}
