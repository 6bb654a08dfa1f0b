import { check } from "../../core/checks";
import type { Rng } from "../../core/rng";
import { cellText, columnNamed, type Table, takeTableRows } from "../../data/table";
import { type Dependence, partialDependence } from "../../evaluate/partial-dependence";
import { type Importance, permutationImportance } from "../../evaluate/permutation-importance";
import { scorerNamed } from "../../evaluate/scorers";
import { sampledShapley } from "../../evaluate/shapley";
import { contributionsBySource, type ExplainedModel, explained } from "../../models/contributions";
import type { Pipeline } from "../../models/pipeline";
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
  /** Above 0: raises the prediction. */
  readonly contribution: number;
}

/** Why the model says of one row what it says. */
export interface RowExplanation {
  readonly prediction: number;
  /** What contributions are measured in: those of "log odds" are exact, of "probability" sampled. */
  readonly unit: "log odds" | "probability" | "target";
  /** The largest contributions first. */
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

/**
 * Why row `i` of the table gets its prediction: exact contributions where the model tells them, else Shapley values
 * sampled against at most `most` other rows of the table.
 */
export function explainRow(
  model: SavedModel,
  table: Table,
  i: number,
  rng: Rng,
  most = 2_000,
): RowExplanation {
  check(
    Number.isInteger(i) && i >= 0 && i < table.rows,
    "explain row",
    `it must be one of ${table.rows} rows`,
    i + 1,
  );
  const { pipeline, target } = model;
  const used = usedColumns(model, table);
  const one = takeTableRows(used, [i]);
  const inner = explained(pipeline.model);
  const classes = target.kind === "classes";
  const { columns, values, unit } = inner
    ? { ...exact(pipeline, inner, one), unit: classes ? ("log odds" as const) : ("target" as const) }
    : {
        ...sampledShapley(pipeline, takeTableRows(used, [i, ...evenly(table.rows, most)]), 0, rng),
        unit: classes ? ("probability" as const) : ("target" as const),
      };
  const reasons = columns.map((name, c) => ({
    column: name,
    value: cellText(columnNamed(one, name), 0),
    contribution: values[c],
  }));
  reasons.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { prediction: pipeline.predict(one)[0], unit, reasons };
}

function exact(
  { encoder }: Pipeline,
  inner: ExplainedModel,
  one: Table,
): { readonly columns: readonly string[]; readonly values: number[] } {
  const parts = contributionsBySource(encoder, inner.contributions(encoder.transform(one)));
  return { columns: parts.columns, values: parts.values.map(([value]) => value) };
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
