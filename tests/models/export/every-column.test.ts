import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { cellText, type Table, table, takeTableRows } from "../../../src/data/table";
import { momentsOf } from "../../../src/features/dates";
import { type EncodeOptions, encode, everyColumn } from "../../../src/features/encode";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { pipelineOnnx } from "../../../src/models/export/onnx/pipeline-onnx";
import { pipelineSql } from "../../../src/models/export/sql/pipeline-sql";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { type Pipeline, pipeline } from "../../../src/models/pipeline";
import { python } from "../../support";
import { scoreOnnx } from "./onnx/score-onnx";

const n = 1500;
const rng = seeded("rows");
const day = (from: number, to: number, blank: number): string =>
  rng.uniform() < blank
    ? ""
    : new Date(
        86_400_000 * Math.floor(from + (to - from) * rng.uniform()) +
          3_600_000 * Math.floor(24 * rng.uniform()),
      )
        .toISOString()
        .slice(0, 19)
        .replace("T", " ");
const format = { kind: "date", pattern: "yyyy-MM-dd HH:mm:ss" } as const;
// From 1931 to 2051: both sides of 1970, and leap years.
const seen = Array.from({ length: n }, () => day(-14_000, 30_000, 0.1));
const signed = Array.from({ length: n }, () => day(15_000, 19_000, 0));
const shop = Array.from({ length: n }, () => (rng.uniform() < 0.05 ? -1 : Math.floor(300 * rng.uniform())));
const shops = Array.from({ length: 300 }, (_, k) => `shop's ${k}`);
const customers: Table = table([
  { name: "id", type: "id", values: seen.map((_, i) => `c${i}`) },
  { name: "seen", type: "date", values: seen, format },
  { name: "signed", type: "date", values: signed, format },
  { name: "shop", type: "categorical", codes: Int32Array.from(shop), levels: shops },
]);
const y = Float64Array.from(seen, (text, i) =>
  Number(
    rng.uniform() <
      (text > "2000" ? 0.3 : 0.1) + (shop[i] % 3 === 0 ? 0.5 : 0) - (signed[i].slice(5, 7) < "04" ? 0.1 : 0),
  ),
);

const cases: [string, EncodeOptions, Parameters<typeof pipeline>[0]["learner"]][] = [
  ["logistic regression", everyColumn, logisticRegression()],
  ["boosted trees", { ...everyColumn, categories: "codes" }, gradientBoosting({ trees: 20 })],
];

/** Fitted to some rows, so that others have levels that it did not see. */
function fitted(options: EncodeOptions, learner: (typeof cases)[0][2]): Promise<Pipeline> {
  const some = Array.from({ length: 1200 }, (_, i) => i);
  return pipeline({ encode: encode(options), learner })(
    takeTableRows(customers, some),
    y.slice(0, 1200),
    seeded(1),
  );
}

test.each(cases)("dates and mean targets are scored in DuckDB as here: %s", async (_, options, learner) => {
  const model = await fitted(options, learner);
  expect(model.encoder.parts.map((one) => one.kind)).toEqual(["date", "date", "target-mean"]);
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  const cell = (column: number, i: number): string => {
    const text = cellText(customers.columns[column], i);
    return text === "" ? "NULL" : `'${text.replaceAll("'", "''")}'`;
  };
  const values = seen.map((_, i) => `(${[0, 1, 2, 3].map((c) => cell(c, i)).join(", ")})`);
  await connection.run("CREATE TABLE t (id VARCHAR, seen TIMESTAMP, signed VARCHAR, shop VARCHAR)");
  await connection.run(`INSERT INTO t VALUES ${values.join(", ")}`);
  const answer = await connection.runAndReadAll(pipelineSql(model, { table: "t", keep: ["id"] }));
  const found = new Map(answer.getRowObjectsJS().map((row) => [row.id, row.score as number]));
  const expected = model.predict(customers);
  expect(Math.max(...expected.map((p, i) => Math.abs(p - (found.get(`c${i}`) as number))))).toBeLessThan(
    1e-9,
  );
  database.closeSync();
});

test.skipIf(!python).each(cases)(
  "… and in onnxruntime, dates as seconds since 1970: %s",
  async (_, options, learner) => {
    const model = await fitted(options, learner);
    const seconds = customers.columns.map((one) =>
      one.type === "date"
        ? { name: one.name, type: "numeric" as const, values: momentsOf(one).map((ms) => ms / 1000) }
        : one,
    );
    const { inputs, score } = scoreOnnx(python as string, pipelineOnnx(model), table(seconds));
    expect(inputs).toEqual(["seen", "signed", "shop"]);
    // The runtime's trees answer in float.
    expect(Math.max(...model.predict(customers).map((p, i) => Math.abs(p - score[i])))).toBeLessThan(1e-6);
  },
);

test("free text leaves neither as SQL nor as ONNX, and the column is named", async () => {
  const words = table([
    { name: "comment", type: "text", values: Array.from(y, (label, i) => `${label ? "bad" : "good"} ${i}`) },
  ]);
  const model = await pipeline({ learner: logisticRegression() })(words, y, seeded(1));
  expect(() => pipelineSql(model, { table: "t" })).toThrow('column "comment" must not be free text');
  expect(() => pipelineOnnx(model)).toThrow('column "comment" must not be free text');
});
