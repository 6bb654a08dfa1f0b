import { check } from "../../../core/checks";
import type { Schema } from "../../../data/schema";
import { isMulticlass } from "../../multiclass/multiclass";
import type { Pipeline } from "../../pipeline";
import { columnSql } from "./column-sql";
import type { SqlDialect } from "./dialects";
import { encoderSql } from "./encoder-sql";
import { modelSql } from "./model-sql";
import { multiclassSql } from "./multiclass-sql";
import { sqlWords } from "./text";

export interface SqlOptions {
  /**
   * The table or view with the raw columns, named as in training: a name, or names with points between them
   * (`shop.customers`). A name that holds a point stands in double quotes.
   */
  readonly table: string;
  /** Columns that the answer repeats beside the score, such as a customer's number. */
  readonly keep?: readonly string[];
  /**
   * Name of the score's column. Of three classes or more there is a column "score CLASS" each, and
   * before them "predicted", the most probable class.
   * @default "score"
   */
  readonly score?: string;
  /** The names of three classes or more; default to 0, 1, 2, … */
  readonly classes?: readonly string[];
  /** The engine. @default "duckdb" */
  readonly dialect?: SqlDialect;
  /**
   * How the columns were read in training: formats of numbers, words for missing, spellings of levels. Left out, numbers
   * are written as programs do.
   */
  readonly schema?: Schema;
}

/**
 * A query that scores the raw rows of a table as the pipeline does, reading and encoding included: linear models, forests
 * and boosted trees, calibrated or not. The engine may have read the table itself: truth values in any spelling, codes
 * taken for numbers and numbers left as text are understood; NULL, blank and what can't be read is missing; dates are moments,
 * or text in the format of training. Free text is refused by name.
 */
export function pipelineSql(pipeline: Pipeline, options: SqlOptions): string {
  const { table, keep = [], score = "score", dialect = "duckdb", schema = { columns: [] } } = options;
  const words = sqlWords[dialect];
  const { parts } = pipeline.encoder;
  check(!keep.includes(score), "write SQL", "the score's name must differ from the columns kept", score);
  // A date may be counted from another, which is then read too.
  const others = parts.flatMap((part) =>
    part.kind === "date" ? part.numbers.flatMap(({ other }) => (other === undefined ? [] : [other])) : [],
  );
  const names = [...new Set([...parts.map((part) => part.name), ...others])];
  if (words.foldsNames) checkNames(names);
  const place = new Map(names.map((name, k) => [name, k]));
  // Behind a table's name a column that does not exist is an error in every engine; alone it is text in some.
  const cells = names.flatMap((name, k) => {
    const cell = `t.${words.name(name)}`;
    return [`${cell} AS x${k}`, `${words.textOf(cell)} AS t${k}`];
  });
  const kept = keep.map((_, k) => `k${k}`);
  const read = names.map((name, k) => {
    const part = parts.find((each) => each.name === name) ?? { kind: "date", name };
    return `${columnSql(part, `x${k}`, `t${k}`, schema, words)} AS c${k}`;
  });
  const encoded = encoderSql(pipeline.encoder, (one) => `c${place.get(one)}`, words);
  const columns = encoded.map((_, j) => `f${j}`);
  const first = [...keep.map((name, k) => `t.${words.name(name)} AS ${kept[k]}`), ...cells];
  const from = tableParts(table).map(words.name).join(".");
  const select = (name: string, chosen: readonly string[], source: string): string =>
    `${name} AS ${words.once}(\n  SELECT\n${chosen.map((one) => `  ${one}`).join(",\n")}\n  FROM ${source}\n)`;
  const layers = [
    select("cells", first, `${from} AS t`),
    select("reading", [...kept, ...read], "cells"),
    select("layer0", [...kept, ...encoded.map((expression, j) => `${expression} AS f${j}`)], "reading"),
  ];
  let last = 0;
  const named = (expression: string): string => {
    layers.push(select(`layer${last + 1}`, ["*", `${expression} AS p${last + 1}`], `layer${last}`));
    last++;
    return `p${last}`;
  };
  const define = Object.assign(named, { shallow: words.shallow });
  const answers: string[] = [];
  if (isMulticlass(pipeline.model)) {
    const own = multiclassSql(pipeline.model, columns, define);
    const called = own.map((_, k) => options.classes?.[k] ?? String(k));
    const cases = own.map((p, k) => `WHEN ${p} >= GREATEST(${own.join(", ")}) THEN ${words.text(called[k])}`);
    answers.push(`CASE ${cases.join(" ")} END AS ${words.name("predicted")}`);
    own.forEach((p, k) => {
      answers.push(`${p} AS ${words.name(`${score} ${called[k]}`)}`);
    });
  } else answers.push(`${modelSql(pipeline.model, columns, define)} AS ${words.name(score)}`);
  const repeated = keep.map((one, k) => `${kept[k]} AS ${words.name(one)}`);
  return words.finish(
    `WITH ${layers.join(", ")}\nSELECT ${[...repeated, ...answers].join(", ")}\nFROM layer${last}\n`,
  );
}

/** The names in `shop.customers` or `shop."odd.name"`. */
function tableParts(table: string): string[] {
  const parts = table.match(/"(?:[^"]|"")+"|[^."]+/g) ?? [];
  check(
    parts.join(".") === table,
    "write SQL",
    'the table must be a name or names with points between them, such as shop.customers or "a name.csv"',
    table,
  );
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}

function checkNames(names: readonly string[]): void {
  const known = new Map<string, string>();
  for (const name of names) {
    const other = known.get(name.toLowerCase());
    check(
      other === undefined,
      "write SQL",
      `names of columns must differ by more than letter case, which the engine doesn't tell apart`,
      `${other} and ${name}`,
    );
    known.set(name.toLowerCase(), name);
  }
}
