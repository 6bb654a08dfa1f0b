import { describe, expect, test } from "vitest";
import type { Fit } from "../../../../src/core/model";
import { seeded } from "../../../../src/core/rng";
import { pipelineOnnx } from "../../../../src/models/export/onnx/pipeline-onnx";
import { pipeline } from "../../../../src/models/pipeline";
import { python } from "../../../support";
import { customers, exportCases, fitExport, rows, y } from "../../export-cases";
import { scoreOnnx } from "./score-onnx";

describe.skipIf(!python)(
  "pipelineOnnx(pipeline) scores 10,000 raw rows in onnxruntime as the pipeline does",
  () => {
    test.each(exportCases)("%s", async (_, options, learner) => {
      const model = await fitExport(options, learner);
      const told = { threshold: "0.25", classes: '["Nö","Yes"]' };
      const answer = scoreOnnx(python as string, pipelineOnnx(model, told), customers);
      const { inputs, metadata, score: found } = answer;
      expect(metadata).toEqual(told);
      expect(inputs).toEqual(model.encoder.parts.map((part) => part.name));
      const expected = model.predict(customers);
      expect(found.length).toBe(rows);
      let worst = 0;
      expected.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - found[i]));
      });
      // The runtime's trees answer in float.
      expect(worst).toBeLessThanOrEqual(1e-6);
    });
  },
);

test("pipelineOnnx says what it can't write", async () => {
  const learner: Fit = async () => ({
    kind: "oracle",
    predict: (x) => new Float64Array(x.rows),
    toJSON: () => ({ kind: "oracle", version: 1 }),
  });
  const model = await pipeline({ learner })(customers, y, seeded(1));
  expect(() => pipelineOnnx(model)).toThrow(
    "Cannot write ONNX: the model must be one of logistic-regression, spline-logistic, linear-regression",
  );
});
