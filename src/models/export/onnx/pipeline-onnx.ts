import { check } from "../../../core/checks";
import { isMulticlass } from "../../multiclass/multiclass";
import type { Pipeline } from "../../pipeline";
import { encoderOnnx } from "./encoder-onnx";
import { OnnxGraph } from "./graph";
import { modelOnnx } from "./model-onnx";
import { multiclassOnnx } from "./multiclass-onnx";

/**
 * The pipeline as the bytes of an .onnx file (opset 17, ai.onnx.ml 3) that takes raw columns, encoding included: each
 * is an input of its name and of shape [N, 1], numbers as double with NaN where missing, categories as string, empty
 * where missing, dates as double, seconds since 1970. The output is called "score", double, [N, 1]. Linear models, forests
 * and boosted trees, calibrated or not. `metadata` becomes the file's custom metadata; defaults to none.
 *
 * Of three classes or more, named by `classes`, there are two outputs instead: "probabilities", double, [N, classes], and
 * "label", the most probable class as string.
 */
export function pipelineOnnx(
  pipeline: Pipeline,
  metadata: Readonly<Record<string, string>> = {},
  classes: readonly string[] = [],
): Uint8Array {
  const names = pipeline.encoder.parts.map((part) => part.name);
  for (const output of isMulticlass(pipeline.model) ? ["probabilities", "label"] : ["score"])
    check(!names.includes(output), "write ONNX", `no column may be called ${output}, as the output is`);
  const graph = new OnnxGraph();
  const inputs = encoderOnnx(pipeline.encoder, graph);
  if (isMulticlass(pipeline.model)) {
    const probabilities = multiclassOnnx(pipeline.model, inputs, graph);
    const place = graph.node("ArgMax", [probabilities], { axis: { int: 1 } });
    const names = pipeline.model.members[0].scores.map((_, k) => classes[k] ?? String(k));
    const keys = {
      keys_int64s: { ints: Int32Array.from(names, (_, k) => k) },
      values_strings: { texts: names },
    };
    const label = graph.node("LabelEncoder", [place], keys, { domain: "ai.onnx.ml" });
    graph.output("probabilities", probabilities, "double", names.length);
    graph.output("label", label, "string");
    return graph.finish("telelink", metadata);
  }
  graph.output("score", modelOnnx(pipeline.model, inputs, graph), "double");
  return graph.finish("telelink", metadata);
}
