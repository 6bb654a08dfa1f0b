import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { fromPolars, isFrame, type PolarsFrame } from "../../data/polars";
import type { Schema } from "../../data/schema";
import type { Table } from "../../data/table";
import { loadModel as loadFitted } from "../../models/load";
import { isMulticlass } from "../../models/multiclass/multiclass";
import { type SavedTarget, savedModelFromJSON, savedModelToJSON } from "./saved-model";

/** A model that was loaded: a fitted one, or (`schema`, `target`) one that `telelink train` wrote. */
export interface LoadedModel extends Model {
  /** One value a row; of three classes or more the number of the most probable. What `telelink train` wrote takes tables and polars frames with the columns of its schema too. */
  predict(rows: Matrix | Table | PolarsFrame): Float64Array;
  /** The columns that it reads, how they are written, and the dialect of its file. */
  readonly schema?: Schema;
  readonly target?: SavedTarget;
  /** Of three classes or more: the probability of each of `target.classes`, one array a class. */
  probabilities?(rows: Matrix | Table | PolarsFrame): Float64Array[];
  /** Probabilities at or above it count as `target.positive`. */
  readonly threshold?: number;
}

/**
 * The model that parsed JSON describes: what `toJSON` of a model or `telelink train` wrote, predicting the same to the last
 * bit. Throws on anything else, and takes nothing in it on trust.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await linearRegression()({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * const again = loadModel(JSON.parse(JSON.stringify(model)));
 * again.predict(matrixFromRows([[4]])); // → [9]
 * loadModel({ kind: "unheard" }); // throws "kind"
 */
export function loadModel(json: unknown): LoadedModel {
  if ((json as { kind?: unknown } | null)?.kind !== "telelink-model") return loadFitted(json) as LoadedModel;
  const saved = savedModelFromJSON(json, "the model");
  const { schema, target, threshold, pipeline } = saved;
  const { encoder, model } = pipeline;
  const matrixOf = (rows: Matrix | Table | PolarsFrame): Matrix => {
    if (isFrame(rows)) return encoder.transform(fromPolars(rows, { schema, badCells: "missing" }).table);
    return "values" in rows ? rows : encoder.transform(rows);
  };
  return {
    kind: "telelink-model",
    schema,
    target,
    ...(threshold === undefined ? {} : { threshold }),
    predict: (rows) => model.predict(matrixOf(rows)),
    ...(isMulticlass(model) ? { probabilities: (rows) => model.probabilities(matrixOf(rows)) } : {}),
    toJSON: () => savedModelToJSON(saved) as unknown as ModelJson,
  };
}
