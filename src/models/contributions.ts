import { column, type Matrix } from "../core/matrix";
import type { Model } from "../core/model";
import type { Encoder } from "../features/encoder";
import type { CalibratedModel } from "./calibrate";

/** A model that says what each column adds to each row's prediction (SHAP values), in units of its own. */
export interface ExplainedModel extends Model {
  contributions(x: Matrix): Matrix;
}

/** The model, or the one inside its calibration, if it says what columns contribute. */
export function explained(model: Model): ExplainedModel | undefined {
  if (model.kind === "calibrated") return explained((model as CalibratedModel).model);
  return "contributions" in model ? (model as ExplainedModel) : undefined;
}

/** What each column of the table adds to each row: sums over the matrix columns made from it. */
export interface TableContributions {
  readonly columns: readonly string[];
  /** One array a column, one entry a row. */
  readonly values: readonly Float64Array[];
}

/** Contributions of matrix columns, summed by the table column that each was made from. */
export function contributionsBySource(encoder: Encoder, parts: Matrix): TableContributions {
  const columns = encoder.parts.map((part) => part.name);
  const values = columns.map(() => new Float64Array(parts.rows));
  encoder.features.forEach((feature, j) => {
    const to = values[columns.indexOf(feature.source ?? feature.name)];
    const from = column(parts, j);
    for (let i = 0; i < to.length; i++) to[i] += from[i];
  });
  return { columns, values };
}
