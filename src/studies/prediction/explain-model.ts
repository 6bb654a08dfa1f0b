import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { cellText, columnNamed, type Table, takeTableRows } from "../../data/table";
import { type Dependence, partialDependence } from "../../evaluate/partial-dependence";
import { type Importance, permutationImportance } from "../../evaluate/permutation-importance";
import { scorerNamed } from "../../evaluate/scorers";
import { contributionsBySource, explained } from "../../models/contributions";
import { type SavedModel, targetOf } from "./saved-model";

/** What moves the model's predictions, over all rows. */
export interface Explanation {
  /** By how much shuffling each column worsens log loss (classes) or RMSE (numbers), the worst first. */
  readonly importances: readonly Importance[];
  readonly measure: string;
  /** Mean prediction along the most important columns. */
  readonly dependences: readonly Omit<Dependence, "curves">[];
}

/** One column's part in one customer's prediction. */
export interface Reason {
  readonly column: string;
  /** As the file says it. */
  readonly value: string;
  /** Above 0: raises the prediction (log odds, for most models of classes). */
  readonly contribution: number;
}

/** Why the model says of one row what it says. */
export interface RowExplanation {
  readonly prediction: number;
  /** The largest contributions first; none for models that don't tell. */
  readonly reasons: readonly Reason[];
}

/**
 * Which columns matter, and how: permutation importance on rows with known targets that the model was best not trained
 * on, and partial dependence of the `top` columns. At most `most` rows are looked at.
 */
export function explainModel(
  model: SavedModel,
  table: Table,
  rng: Rng,
  { top = 3, most = 5_000 }: { readonly top?: number; readonly most?: number } = {},
): Explanation {
  const used = usedColumns(model, table);
  const y = targetOf(model, table);
  const rows = evenly(table.rows, most);
  const some = takeTableRows(used, rows);
  const scorer = scorerNamed(model.target.kind === "classes" ? "logLoss" : "rootMeanSquaredError");
  const labels = Float64Array.from(rows, (i) => y[i]);
  const importances = permutationImportance(model.pipeline, some, labels, scorer, rng);
  const sorted = [...importances].sort((a, b) => b.mean - a.mean);
  return {
    importances: sorted,
    measure: scorer.title,
    dependences: sorted.slice(0, top).map(({ feature }) => {
      const { at, mean } = partialDependence(
        model.pipeline,
        takeTableRows(some, evenly(some.rows, 500)),
        feature,
      );
      return { feature, at, mean };
    }),
  };
}

/** Why row `i` of the table gets its prediction. */
export function explainRow(model: SavedModel, table: Table, i: number): RowExplanation {
  check(
    Number.isInteger(i) && i >= 0 && i < table.rows,
    "explain row",
    `it must be one of ${table.rows} rows`,
    i + 1,
  );
  const one = takeTableRows(usedColumns(model, table), [i]);
  const { pipeline } = model;
  const [prediction] = pipeline.predict(one);
  const inner = explained(pipeline.model);
  if (!inner) return { prediction, reasons: [] };
  const parts = contributionsBySource(pipeline.encoder, inner.contributions(pipeline.encoder.transform(one)));
  const reasons = parts.columns.map((name, c) => ({
    column: name,
    value: cellText(columnNamed(one, name), 0),
    contribution: parts.values[c][0],
  }));
  reasons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { prediction, reasons };
}

function usedColumns(model: SavedModel, table: Table): Table {
  const columns = model.pipeline.encoder.parts.map((part) => columnNamed(table, part.name));
  return { rows: table.rows, columns };
}

/** At most `most` row numbers, evenly spread. */
function evenly(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  return Int32Array.from({ length: count }, (_, k) => Math.floor((k * rows) / count));
}
