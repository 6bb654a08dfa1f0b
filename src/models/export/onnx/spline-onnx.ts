import { check } from "../../../core/checks";
import type { SplineLogisticJson } from "../../spline/spline";
import type { OnnxColumn } from "./columns";
import type { OnnxGraph } from "./graph";

/** The columns [N, width] that a spline makes of one: a number, its hinges and its mark, or its level's flags. */
export function splineOnnx(
  part: SplineLogisticJson["parts"][number],
  column: OnnxColumn,
  graph: OnnxGraph,
): string {
  if (part.kind === "levels") {
    check("levels" in column, "write ONNX", "a spline's category must be one");
    return column.levels;
  }
  check("numeric" in column, "write ONNX", "a spline's number must be one");
  const { fill, low, high, knots, centers, widths, indicator } = part;
  const constant = (...values: number[]): string => graph.constant(values, [1, values.length]);
  const missing = graph.node("IsNaN", [column.numeric]);
  const filled = graph.node("Where", [missing, constant(fill), column.numeric]);
  const value = graph.node("Max", [graph.node("Min", [filled, constant(high)]), constant(low)]);
  const join = (parts: string[]): string => graph.node("Concat", parts, { axis: { int: 1 } });
  let terms = value;
  if (knots.length > 0)
    terms = join([value, graph.node("Max", [graph.node("Sub", [value, constant(...knots)]), constant(0)])]);
  const scaled = graph.node("Div", [graph.node("Sub", [terms, constant(...centers)]), constant(...widths)]);
  return indicator ? join([scaled, graph.node("Cast", [missing], { to: { int: 11 } })]) : scaled;
}
