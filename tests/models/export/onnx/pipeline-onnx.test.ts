import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { Fit } from "../../../../src/core/model";
import { seeded } from "../../../../src/core/rng";
import { isCategorical } from "../../../../src/data/table";
import { pipelineOnnx } from "../../../../src/models/export/onnx/pipeline-onnx";
import { pipeline } from "../../../../src/models/pipeline";
import { customers, exportCases, fitExport, rows, y } from "../../export-cases";

/** The customers' raw columns as an ONNX runtime takes them. */
function feeds(names: readonly string[]): Record<string, Tensor> {
  return Object.fromEntries(
    names.map((name) => {
      const one = customers.columns.find((column) => column.name === name);
      if (one?.type === "numeric") return [name, new Tensor("float64", one.values, [rows, 1])];
      const words =
        one && isCategorical(one) ? Array.from(one.codes, (code) => (code < 0 ? "" : one.levels[code])) : [];
      return [name, new Tensor("string", words, [rows, 1])];
    }),
  );
}

describe("pipelineOnnx(pipeline) scores 10,000 raw rows in onnxruntime as the pipeline does", () => {
  test.each(exportCases)("%s", async (_, options, learner) => {
    const model = await fitExport(options, learner);
    const session = await InferenceSession.create(pipelineOnnx(model));
    expect([...session.inputNames]).toEqual(model.encoder.parts.map((part) => part.name));
    const { score } = await session.run(feeds(session.inputNames));
    const found = score.data as Float64Array;
    const expected = model.predict(customers);
    expect(found.length).toBe(rows);
    let worst = 0;
    expected.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - found[i]));
    });
    // The runtime's trees answer in float.
    expect(worst).toBeLessThanOrEqual(1e-6);
  });
});

test("pipelineOnnx says what it can't write", async () => {
  const learner: Fit = async () => ({
    kind: "oracle",
    predict: (x) => new Float64Array(x.rows),
    toJSON: () => ({ kind: "oracle", version: 1 }),
  });
  const model = await pipeline({ learner })(customers, y, seeded(1));
  expect(() => pipelineOnnx(model)).toThrow(
    "Cannot write ONNX: the model must be one of blend, boosted-trees",
  );
});
