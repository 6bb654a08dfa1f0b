import { check } from "../../../core/checks";
import type { Pipeline } from "../../pipeline";
import { encoderOnnx } from "./encoder-onnx";
import { OnnxGraph } from "./graph";
import { modelOnnx } from "./model-onnx";

/**
 * The pipeline as the bytes of an .onnx file (opset 17, ai.onnx.ml 3) that takes raw columns, encoding included: each
 * is an input of its name and of shape [N, 1], numbers as double with NaN where missing, categories as string, empty
 * where missing, dates as double, seconds since 1970. The output is called "score", double, [N, 1]. Linear models, forests
 * and boosted trees, calibrated or not. `metadata` becomes the file's custom metadata; defaults to none.
 */
export function pipelineOnnx(
  pipeline: Pipeline,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const names = pipeline.encoder.parts.map((part) => part.name);
  check(!names.includes("score"), "write ONNX", "no column may be called score, as the output is");
  const graph = new OnnxGraph();
  const inputs = encoderOnnx(pipeline.encoder, graph);
  graph.output("score", modelOnnx(pipeline.model, inputs, graph), "double");
  return graph.finish("telelink", metadata);
}
