import { check } from "../../../core/checks";
import type { LinearPredictor } from "../../linear/linear-predictor";
import type { OnnxInputs } from "./columns";
import type { OnnxGraph } from "./graph";

/** Intercept plus coefficient times column. */
export function linearOnnx(
  { coefficients, intercept }: LinearPredictor,
  inputs: OnnxInputs,
  graph: OnnxGraph,
): string {
  const values = inputs.columns.map((column) => {
    check("numeric" in column, "write ONNX", "a linear model needs numeric columns");
    return column.numeric;
  });
  const x = values.length === 1 ? values[0] : graph.node("Concat", values, { axis: { int: 1 } });
  const sums = graph.node("MatMul", [x, graph.constant(coefficients, [coefficients.length, 1])]);
  return graph.node("Add", [sums, graph.constant([intercept], [1, 1])]);
}
