import { check, checkSameLength } from "../core/checks";
import type { Labelled } from "../core/matrix";
import type { Fit, Model, ModelJson, Resample, Watch } from "../core/model";
import type { Rng } from "../core/rng";
import { asTable, type PolarsFrame } from "../data/polars";
import type { Table } from "../data/table";
import { type Encode, encode, everyColumn } from "../features/encode";
import type { Encoder } from "../features/encoder";
import type { EncoderJson } from "../features/parts";

/** A learner that takes tables, and polars frames as well. Same rows, same stream: same model. */
export type FitTable<M = Pipeline> = (
  train: Table | PolarsFrame,
  y: Float64Array,
  rng: Rng,
  watch?: Watch,
) => Promise<M>;

export interface PipelineOptions<M extends Model = Model> {
  /** How columns become numbers; defaults to `encode(everyColumn)`: one-hot, standard scaling, median for missing. */
  readonly encode?: Encode;
  /** Applied to the encoded training rows, never to rows that are predicted. */
  readonly resample?: Resample;
  readonly learner: Fit<M>;
}

export interface PipelineJson extends ModelJson {
  readonly kind: "pipeline";
  readonly version: 1;
  readonly encoder: EncoderJson;
  readonly model: ModelJson;
}

/** An encoder and the model that was trained behind it, read-only. */
export interface Pipeline<M extends Model = Model> {
  readonly kind: "pipeline";
  readonly encoder: Encoder;
  readonly model: M;
  /** One value per row of a table or polars frame, in order. Columns are found by name. */
  predict(rows: Table | PolarsFrame): Float64Array;
  toJSON(): PipelineJson;
}

/**
 * A learner of tables: encoder, resampler and model are fitted on the rows given to it and on no others.
 *
 * @example
 * const { table: customers } = parseCsv("calls,plan\n9,a\n1,b\n8,a\n2,b\n");
 * const learn = pipeline({ encode: encode(), learner: logisticRegression() });
 * const model = await learn(customers, Float64Array.of(1, 0, 1, 0), seeded(1));
 * model.predict(customers).map(Math.round); // → [1, 0, 1, 0]
 */
export function pipeline<M extends Model>(options: PipelineOptions<M>): FitTable<Pipeline<M>> {
  const { encode: fitEncoder = encode(everyColumn), resample, learner } = options;
  return async (given, y, rng, watch) => {
    const train = asTable(given);
    checkSameLength(train.rows, y.length, "fit pipeline", "rows and targets");
    watch?.progress?.({ phase: "encode", done: 0, total: 1 });
    const encoder = fitEncoder(train, { y, rng: rng.fork("encode") });
    check(encoder.features.length > 0, "fit pipeline", "at least one column must be usable", 0);
    let rows: Labelled = { x: encoder.trained(), y };
    if (resample) rows = resample(rows, rng.fork("resample"));
    return pipelineOf(encoder, await learner(rows, rng.fork("learn"), watch));
  };
}

/** The pipeline of a fitted encoder and the model behind it. */
export function pipelineOf<M extends Model>(encoder: Encoder, model: M): Pipeline<M> {
  return {
    kind: "pipeline",
    encoder,
    model,
    predict: (rows) => model.predict(encoder.transform(rows)),
    toJSON: () => ({ kind: "pipeline", version: 1, encoder: encoder.toJSON(), model: model.toJSON() }),
  };
}
