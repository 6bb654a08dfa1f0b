import { check } from "../../../core/checks";
import type { Pipeline } from "../../pipeline";
import { encoderSql } from "./encoder-sql";
import { modelSql } from "./model-sql";
import { type SqlDialect, sqlWords } from "./text";

export interface SqlOptions {
  /** The table or view with the raw columns, named as in training. */
  readonly table: string;
  /** Columns that the answer repeats beside the score, such as a customer's number. */
  readonly keep?: readonly string[];
  /** Name of the score's column; defaults to "score". */
  readonly score?: string;
  /** How names and types are written; defaults to "standard". */
  readonly dialect?: SqlDialect;
}

/**
 * A query that scores the raw rows of a table as the pipeline does, encoding included: linear models, forests and
 * boosted trees, calibrated or not. NULL is a missing value; dates are dates, timestamps or text
 * such as 2024-01-31. Free text is refused by name. Plain SQL with CTEs, CASE, EXP and LN; tried in DuckDB
 * and Spark.
 */
export function pipelineSql(pipeline: Pipeline, options: SqlOptions): string {
  const { table, keep = [], score = "score", dialect = "standard" } = options;
  const words = sqlWords[dialect];
  check(!keep.includes(score), "write SQL", "the score's name must differ from the columns kept", score);
  const kept = keep.map((_, k) => `k${k}`);
  const encoded = encoderSql(pipeline.encoder, words).map((expression, j) => `  ${expression} AS f${j}`);
  const columns = encoded.map((_, j) => `f${j}`);
  const first = [...keep.map((name, k) => `  ${words.name(name)} AS ${kept[k]}`), ...encoded];
  const layers = [`layer0 AS (\n  SELECT\n${first.join(",\n")}\n  FROM ${words.name(table)}\n)`];
  const define = (expression: string): string => {
    const k = layers.length;
    layers.push(`layer${k} AS (\n  SELECT *, ${expression} AS p${k}\n  FROM layer${k - 1}\n)`);
    return `p${k}`;
  };
  const answer = modelSql(pipeline.model, columns, define);
  const names = keep.map((name, k) => `${kept[k]} AS ${words.name(name)}`);
  return `WITH ${layers.join(", ")}\nSELECT ${[...names, `${answer} AS ${words.name(score)}`].join(", ")}\nFROM layer${layers.length - 1}\n`;
}
