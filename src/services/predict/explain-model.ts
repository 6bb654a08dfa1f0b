import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { evenly } from "../../data/even-rows";
import { joinTables } from "../../data/join-tables";
import { cellText, columnNamed, type Table, takeTableRows } from "../../data/table";
import { type Dependence, partialDependence } from "../../evaluate/partial-dependence";
import {
  type Importance,
  type Predictor,
  permutationImportance,
} from "../../evaluate/permutation-importance";
import { scorerNamed } from "../../evaluate/scorers";
import { sampledShapley } from "../../evaluate/shapley";
import { treeNodes } from "../../models/explain/contributions";
import { type Reason, reasons, tableContributions } from "../../models/explain/reasons";
import type { ContributionUnit } from "../../models/explain/rescale";
import type { Multiclass } from "../../models/multiclass/multiclass";
import type { Pipeline } from "../../models/pipeline";
import { probabilitiesOf, type SavedModel, targetOf } from "./saved-model";

/** What moves the model's predictions, over all rows. */
export interface Explanation {
  /** By how much shuffling each column worsens log loss (classes) or RMSE (numbers), the worst first. */
  readonly importances: readonly Importance[];
  readonly measure: string;
  /** Undefined for models without contributions of their own. */
  readonly contributions?: MeanContributions;
  /** Mean prediction along the most important columns; of three classes or more, of each class. */
  readonly dependences: readonly (Omit<Dependence, "curves"> & { readonly class?: string })[];
}

/** By how much each column, or feature discovered, moves predictions on average. */
export interface MeanContributions {
  readonly unit: ContributionUnit;
  /** How many rows were looked at. */
  readonly rows: number;
  /** Mean absolute SHAP values, the largest first. */
  readonly columns: readonly { readonly feature: string; readonly mean: number }[];
}

/** Why the model says of one row what it says. */
export interface RowExplanation {
  /** Of three classes or more: the class that this is about. */
  readonly class?: string;
  readonly prediction: number;
  /** What the model says of a row of which nothing is known, in `unit`: all contributions added to it make the row's score. */
  readonly base: number;
  /** What contributions are measured in. */
  readonly unit: ContributionUnit;
  /** How they came about: the model's own SHAP values, those rescaled through a curve (`contributionsOf`), or sampled ones. */
  readonly method: "exact" | "rescaled" | "sampled";
  /** The largest contributions first. */
  readonly reasons: readonly Reason[];
}

/** As many rows as are looked at, of a table, and of those that one row is explained against. */
export const [mostExplained, mostBeside] = [5_000, 2_000];

/**
 * Which columns matter, and how: permutation importance on rows with known targets that the model was best not trained
 * on, mean absolute SHAP values, and partial dependence of the `top` columns. At most `most` rows are looked at.
 */
export function explainModel(
  model: SavedModel,
  table: Table,
  rng: Rng,
  { top = 3, most = mostExplained }: { readonly top?: number; readonly most?: number } = {},
): Explanation {
  const used = usedColumns(model, table);
  const y = targetOf(model, table);
  const rows = evenly(table.rows, most);
  const some = takeTableRows(used, rows);
  const scorer = scorerNamed(model.target.kind === "numbers" ? "rootMeanSquaredError" : "logLoss");
  const own = Float64Array.from(rows, (i) => y[i]);
  const { classes } = model.target;
  // Of several classes, what is said of the one that came.
  const judged: Predictor<Table> = classes
    ? {
        predict: (shuffled) => {
          const several = probabilitiesOf(model, shuffled) as Float64Array[];
          return own.map((label, i) => several[label][i]);
        },
      }
    : model.pipeline;
  const labels = classes ? new Float64Array(own.length).fill(1) : own;
  const importances = permutationImportance(judged, some, labels, scorer, rng);
  const sorted = [...importances].sort((a, b) => b.mean - a.mean);
  // There is no walking along a text.
  const along = sorted.filter((importance) => columnNamed(some, importance.feature).type !== "text");
  const contributions = meanContributions(model.pipeline, some);
  return {
    importances: sorted,
    measure: scorer.title,
    ...(contributions && { contributions }),
    dependences: along.slice(0, top).flatMap(({ feature }) => {
      const walked = takeTableRows(some, evenly(some.rows, 500));
      if (classes)
        return classes.map((name, k) => {
          const { at, mean } = partialDependence(classPredictor(model, k), walked, feature);
          return { feature, class: name, at, mean };
        });
      const { at, mean } = partialDependence(model.pipeline, walked, feature);
      return [{ feature, at, mean }];
    }),
  };
}

/** What predicts one class of several. */
function classPredictor(model: SavedModel, k: number): Predictor<Table> {
  return { predict: (rows) => (probabilitiesOf(model, rows) as Float64Array[])[k] };
}

/** The model of one class's score, where the model is neither a blend nor calibrated. */
function scoreOf(pipeline: Pipeline, k: number): Pick<Pipeline, "encoder" | "model"> | undefined {
  const { members, calibration } = pipeline.model as Multiclass;
  return members.length === 1 && !calibration
    ? { encoder: pipeline.encoder, model: members[0].scores[k] }
    : undefined;
}

/** A row to be explained, alone in its table, and rows of the same columns that it is compared with. */
export interface RowAmong {
  readonly row: Table;
  readonly others: Table;
}

/**
 * Why a row gets its probability of each of three classes or more, the most probable first: contributions
 * to the class's score where the model is neither a blend nor calibrated, else as `explainRow`. Differences of scores
 * between classes that are learned jointly are log odds.
 */
export function explainClasses(model: SavedModel, among: RowAmong, rng: Rng): RowExplanation[] {
  const { classes = [] } = model.target;
  return classes
    .map((name, k): RowExplanation => {
      const by = { predictor: classPredictor(model, k), explained: scoreOf(model.pipeline, k) };
      const explanation = explainedRow(model, among, by, rng.fork(name));
      return { class: name, ...explanation, ...(explanation.method === "sampled" ? {} : { unit: "score" }) };
    })
    .sort((a, b) => b.prediction - a.prediction);
}

/**
 * Why a row gets its prediction: contributions of the model where it has them, else Shapley values sampled against the
 * other rows, of which at most `mostBeside` are taken.
 */
export function explainRow(model: SavedModel, among: RowAmong, rng: Rng): RowExplanation {
  return explainedRow(model, among, { predictor: model.pipeline, explained: model.pipeline }, rng);
}

/** What predicts, and what tells its reasons where something does. */
interface ExplainedBy {
  readonly predictor: Predictor<Table>;
  readonly explained: Pick<Pipeline, "encoder" | "model"> | undefined;
}

/** Why `predictor` says of a row what it says, by the contributions of `explained` where it has them. */
function explainedRow(
  model: SavedModel,
  { row, others }: RowAmong,
  { predictor, explained }: ExplainedBy,
  rng: Rng,
): RowExplanation {
  check(row.rows === 1, "explain row", "it must be one row", row.rows);
  const one = usedColumns(model, row);
  const [prediction] = predictor.predict(one);
  const own = explained && reasons(explained, one, Infinity);
  if (own) {
    const { unit, expected, exact, reasons: all } = own[0];
    return { prediction, base: expected, unit, method: exact ? "exact" : "rescaled", reasons: all };
  }
  const beside = takeTableRows(usedColumns(model, others), evenly(others.rows, mostBeside));
  const rows = joinTables([one, beside]);
  const { columns, values } = sampledShapley(predictor, rows, 0, rng);
  const sampled = columns.map((name, c): Reason => {
    return { column: name, value: cellText(columnNamed(one, name), 0), contribution: values[c] };
  });
  sampled.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const unit = model.target.kind === "numbers" ? "target" : "probability";
  const base = prediction - sampled.reduce((sum, reason) => sum + reason.contribution, 0);
  return { prediction, base, unit, method: "sampled", reasons: sampled };
}

/** Tree nodes times rows that explaining may take: a few seconds. */
const work = 1e8;

function meanContributions(pipeline: Pipeline, rows: Table): MeanContributions | undefined {
  const most = Math.max(50, Math.min(1_000, work / Math.max(1, treeNodes(pipeline.model))));
  const looked = takeTableRows(rows, evenly(rows.rows, Math.floor(most)));
  const found = tableContributions(pipeline, looked);
  if (!found) return undefined;
  const columns = found.columns.map((feature, c) => ({
    feature,
    mean: found.values[c].reduce((sum, value) => sum + Math.abs(value), 0) / looked.rows,
  }));
  return { unit: found.unit, rows: looked.rows, columns: columns.sort((a, b) => b.mean - a.mean) };
}

function usedColumns(model: SavedModel, table: Table): Table {
  const columns = model.pipeline.encoder.parts.map((part) => columnNamed(table, part.name));
  return { rows: table.rows, columns };
}
