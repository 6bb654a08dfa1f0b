import type { Schema } from "../../data/schema";
import { type Column, type Table, table } from "../../data/table";
import { mostProbable } from "../../models/multiclass/probabilities";
import { probabilitiesOf, type SavedModel } from "./saved-model";

/**
 * The predictions of a table's rows, in order, as columns of a table: `keep` as they are, or the row's number of
 * `numbers` when nothing is kept; then for classes the probability and the decision, for numbers the prediction, and for
 * three classes or more the most probable one and the probability of each.
 */
export function predictTable(
  model: SavedModel,
  rows: Table,
  keep: readonly Column[],
  numbers: ArrayLike<number>,
): Table {
  const own: Column[] =
    keep.length > 0
      ? [...keep]
      : [{ name: "row", type: "numeric", decimals: 0, values: Float64Array.from(numbers) }];
  const several = probabilitiesOf(model, rows);
  if (several) {
    const { classes = [] } = model.target;
    const codes = Int32Array.from(mostProbable(several));
    return table([
      ...own,
      { name: "predicted", type: "categorical", codes, levels: classes },
      ...several.map((values, k): Column => ({ name: `probability ${classes[k]}`, type: "numeric", values })),
    ]);
  }
  const predicted = model.pipeline.predict(rows);
  const { kind, positive = "1", negative = "0" } = model.target;
  if (kind === "numbers") return table([...own, { name: "prediction", type: "numeric", values: predicted }]);
  const { threshold = 0.5 } = model;
  return table([
    ...own,
    { name: "probability", type: "numeric", values: predicted },
    {
      name: "predicted",
      type: "categorical",
      codes: Int32Array.from(predicted, (p) => (p >= threshold ? 1 : 0)),
      levels: [negative, positive],
    },
  ]);
}

/** Numbers the rows of batch after batch as the file does, where rows are left out. */
export function rowNumbers(of: { readonly rejectedRows: readonly number[] }): {
  next(rows: number): Float64Array;
} {
  let row = 0;
  let left = 0;
  return {
    next: (rows) => {
      const numbers = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        row++;
        while (of.rejectedRows[left] === row) {
          row++;
          left++;
        }
        numbers[i] = row;
      }
      return numbers;
    },
  };
}

/** A table of the schema's columns without rows: what a file with a header alone holds. */
export function noRows(schema: Schema): Table {
  const columns = schema.columns.map(({ name, type, levels = [] }): Column => {
    if (type === "numeric") return { name, type, values: new Float64Array(0) };
    if (type === "categorical" || type === "boolean") return { name, type, codes: new Int32Array(0), levels };
    return { name, type, values: [] };
  });
  return table(columns);
}
